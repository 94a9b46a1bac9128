"""About: what the hub is, its sources, privacy, accessibility, and how it is doing right now.

Reads   words                                    hub.pages
        how many windows have this page open     hub.live, pushed
URL     /om
"""

from components import about as view
from components.session import hub, language

view.text(hub().pages.about[language()])
view.running()

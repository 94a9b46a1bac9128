"""Start: three doors, the layers drawn, what is known, and what is coming.

Reads   words, rules of the levels               hub.pages, hub.guide
URL     /
"""

from components import home as view
from components.session import hub, language

view.start_page(hub().pages.home[language()])

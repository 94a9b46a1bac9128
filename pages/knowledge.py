"""Knowledge: the articles and the glossary.

Reads   articles                                 hub.articles
URL     /kunskap; each article is plain HTML at /kunskap/<slug>
"""

import datetime as dt

from components import knowledge as view

view.page(dt.datetime.now(dt.UTC).date())

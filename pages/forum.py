"""Forum: what regions ask each other and tell of, for members.

Reads   threads, posts and experience cards        hub.forum, hub.cards
Writes  threads, replies and changes               hub.forum; small forms go to web/forum.py
        what a card tells, into a plan             hub.plans
URL     /forum?ordning=&kategori=&tagg=&om=&efter=     the threads
        /forum?trad=<id>&efter=<number>                one of them
        /forum?trad=<id>&andra=<post>                  changing a post
        /forum?trad=<id>&historik=<post>               how it read before
        /forum?vy=nytt                                 what is new, the weekly letter and the feed
        /forum?ny=trad|fraga|kort&kategori=&om=        a new one
        /forum?vy=kort&niva=&video=&journal=&region=&ar=&jamfor=<id>~<id>   experience cards
"""

import streamlit as st

from components import forum_cards, forum_history, forum_list, forum_news, forum_thread, forum_write
from components.session import visitor
from hub.identity.rules import Action, allowed

asked = st.query_params

if not allowed(visitor(), Action.FORUM_READ):
    forum_list.closed()
elif asked.get("vy") == "nytt":
    forum_news.page()
elif "ny" in asked:
    forum_write.new(asked["ny"])
elif "historik" in asked:
    forum_history.page(asked["historik"])
elif "andra" in asked:
    forum_write.change(asked["andra"])
elif "trad" in asked:
    forum_thread.page(asked["trad"])
elif asked.get("vy") == "kort":
    forum_cards.page()
else:
    forum_list.page()

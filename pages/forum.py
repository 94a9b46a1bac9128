"""Forum: what regions ask each other and tell of, for members.

Reads   threads, posts and experience cards        hub.forum, hub.cards
        what is new, and what is reported          hub.news, hub.oversight
Writes  threads, replies and changes               hub.forum; other forms go to web/forum*.py
URL     /forum?ordning=&kategori=&tagg=&om=&efter=     the threads, where sett only says that they were asked for anew
        /forum?trad=<id>&efter=<number>                one of them, where sett says so too
        /forum?trad=<id>&andra=<post>                  changing a post
        /forum?trad=<id>&historik=<post>               how it read before
        /forum?trad=<id>&anmal=<post>                  reporting a post
        /forum?ny=trad|fraga|kort&kategori=&om=        a new one
        /forum?vy=kort&niva=&video=&journal=&region=&ar=&jamfor=<id>~<id>   experience cards
        /forum?vy=nytt                                 what is new, the weekly letter and the feed
        /forum?vy=regler                               the rules, for everybody
        /forum?vy=anmalda&inlagg=<post>&gor=           what is reported, and one measure, for those who moderate
        /forum?vy=logg&fore=<id>                       what has been done
"""

import streamlit as st

from components import (
    forum_cards,
    forum_history,
    forum_list,
    forum_news,
    forum_queue,
    forum_rules,
    forum_thread,
    forum_write,
)
from components.session import visitor
from hub.identity.rules import Action, allowed

asked = st.query_params
views = {
    "kort": forum_cards.page,
    "nytt": forum_news.page,
    "anmalda": forum_queue.page,
    "logg": forum_rules.log,
}
view = asked.get("vy", "")

if view == "regler":
    forum_rules.rules()
elif not allowed(visitor(), Action.FORUM_READ):
    forum_list.closed()
elif view in views:
    views[view]()
elif "ny" in asked:
    forum_write.new(asked["ny"])
elif "anmal" in asked:
    forum_rules.report(asked["anmal"])
elif "historik" in asked:
    forum_history.page(asked["historik"])
elif "andra" in asked:
    forum_write.change(asked["andra"])
elif "trad" in asked:
    forum_thread.page(asked["trad"])
else:
    forum_list.page()

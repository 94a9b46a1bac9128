"""Forum: what regions ask each other and tell of, for members.

Reads   threads, posts and experience cards        hub.forum
Writes  threads, replies and changes               hub.forum; small forms go to web/forum.py
URL     /forum?ordning=&kategori=&tagg=&om=&efter=     the threads
        /forum?trad=<id>&efter=<number>                one of them
        /forum?trad=<id>&andra=<post>                  changing a post
        /forum?trad=<id>&historik=<post>               how it read before
        /forum?ny=trad|fraga|kort&kategori=&om=        a new one
        /forum?trad=<id>&anmal=<post>                  reporting a post
        /forum?vy=anmalda&inlagg=<post>&gor=           what is reported, and one measure, for those who moderate
        /forum?vy=logg&fore=<id>                       what has been done
        /forum?vy=regler                               the rules, for everybody
"""

import streamlit as st

from components import forum_history, forum_list, forum_queue, forum_rules, forum_thread, forum_write
from components.session import visitor
from hub.identity.rules import Action, allowed

asked = st.query_params

if asked.get("vy") == "regler":
    forum_rules.rules()
elif not allowed(visitor(), Action.FORUM_READ):
    forum_list.closed()
elif asked.get("vy") == "anmalda":
    forum_queue.page()
elif asked.get("vy") == "logg":
    forum_rules.log()
elif "anmal" in asked:
    forum_rules.report(asked["anmal"])
elif "ny" in asked:
    forum_write.new(asked["ny"])
elif "historik" in asked:
    forum_history.page(asked["historik"])
elif "andra" in asked:
    forum_write.change(asked["andra"])
elif "trad" in asked:
    forum_thread.page(asked["trad"])
else:
    forum_list.page()

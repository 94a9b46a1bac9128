"""Administration: who has which role, and the trail of what has been done.

Reads   people, roles and the trail                           hub.accounts
Writes  nothing here but rounds; its forms go to web/account.py   hub.accounts, hub.rounds
URL     /administration?sok=<words>&sida=<number>             people
        /administration?person=<id>                           one of them
        /administration?person=<id>&ge=<role>&region=<code>   asks before a role is given
        /administration?person=<id>&ta=<role id>              asks before a role is taken back
        /administration?vy=logg&fore=<id>                     the trail
        /administration?vy=rundor                             rounds of the survey
"""

import streamlit as st

from components import administration as view
from components import survey_rounds
from components.session import visitor
from hub.identity.rules import Action, allowed

if not allowed(visitor(), Action.ROLE_GRANT):
    view.refused()
    st.stop()

if st.query_params.get("vy") == "logg":
    view.trail(st.query_params.get("fore", ""))
elif st.query_params.get("vy") == "rundor":
    survey_rounds.page()
elif "person" in st.query_params:
    view.person(st.query_params["person"])
else:
    view.people(st.query_params.get("sok", ""), st.query_params.get("sida", ""))

"""Try it: play a whole video visit at a level, alone or two together, and compare the levels afterwards.

Reads   the visits, the visitor's room and plans        hub.visits, hub.rooms, hub.plans
Writes  a room in memory; chosen questions into a plan  hub.rooms, hub.plans
URL     /prova?niva=<level>&start=<variant>&roll=<role>&sallskap=<company>&egna=<runs>   begins
        /prova?besok=<token>                                                             the visit
        /prova?del=jamfor&egna=<runs>                                                    the four side by side
"""

import streamlit as st

from components import demo as view

token = st.query_params.get("besok")
if token:
    view.visit(token)
elif st.query_params.get("del") == "jamfor":
    view.comparison()
else:
    view.start()

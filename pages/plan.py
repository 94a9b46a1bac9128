"""Plan: the board document of a guide result, and the plan a region carries from first look to running service.

Reads   the result in the address, or a kept plan      hub.handover, hub.plan
Writes  a plan, and every change of one                hub.plan
URL     /plan                                          the visitor's plans
        /plan?<the guide's answers>                    the document, with nothing kept
        /plan?id=<id>&nyckel=<key>&del=<part>&punkt=<item>
"""

import streamlit as st

from components import plan, plan_kept
from components.guide import read_link

asked = st.query_params.get("id")
if asked:
    plan_kept.page(asked, st.query_params.get("nyckel", ""))
elif any(service.answers for service in read_link().services):
    plan.page()
else:
    plan_kept.start()

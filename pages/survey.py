"""The survey: rounds, and one region's part in one, answered by colleagues and settled by those who speak for it.

Reads   rounds, and what a region has answered      hub.rounds
Writes  answers, what is settled, who may see it    hub.rounds
URL     /enkat                                                     the rounds there are
        /enkat?runda=<id>&region=<code>&nyckel=<key>               a region's part
        /enkat?runda=<id>&region=<code>&nyckel=<key>&del=<id>      one dimension of it
"""

import streamlit as st

from components import survey
from hub.survey.answering import Access

round_id, region = st.query_params.get("runda"), st.query_params.get("region")
if round_id and region:
    survey.part(Access(round_id, region, st.query_params.get("nyckel", "")), st.query_params.get("del", ""))
else:
    survey.start()

"""Where things stand: what the regions answered in 2020, what has become known since, and what nobody knows.

Reads   statements, lists and published numbers      hub.survey (the mart)
        rounds, as the visitor may see them          hub.survey.answering
Writes  what a region lacks, into a plan             hub.plan.service
URL     /mognad                                      in short
        /mognad?del=svar&amne=<topic>                what the report says of one subject; without a subject, of all
        /mognad?del=ordning                          how its words became intervals
        /mognad?uttalande=<id>                       one statement
        /mognad?del=listor&lista=&niva=&ord=         the report's lists
        /mognad?del=sedan&amne=<topic>&serie=<id>    numbers published since then
        /mognad?del=runda&runda=<id>&sjukvardsregion=    a round of the survey
        /mognad?del=runda&runda=<id>&region=<code>   one region in it
        …&exempel=1                                  the same with made-up answers
"""

import streamlit as st

from components import dashboards as view
from components import indicators, lists, rounds, rounds_region, statements
from components.session import hub

mart = hub().mart
statement, part = st.query_params.get("uttalande"), st.query_params.get("del")

if statement:
    statements.one(mart, statement)
elif part == "svar":
    statements.topic(mart, st.query_params.get("amne"))
elif part == "ordning":
    statements.coding(mart)
elif part == "listor":
    lists.page()
elif part == "sedan":
    indicators.page()
elif part == "runda" and "region" in st.query_params:
    rounds_region.page()
elif part == "runda":
    rounds.page()
else:
    view.opening(mart, part)

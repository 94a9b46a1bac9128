"""Where things stand: what the 2020 report says about how many regions, as intervals.

Reads   statements of the 2020 survey            hub.survey (the mart)
URL     /mognad
        /mognad?del=listor&lista=&niva=&ord=     the report's lists
        /mognad?del=sedan&amne=&serie=           published numbers
"""

import streamlit as st

from components import dashboards as view
from components import indicators, lists
from components.session import hub

mart = hub().mart
part = st.query_params.get("del")
if part == "listor":
    lists.page()
elif part == "sedan":
    indicators.page()
else:
    view.opening(mart.origin)
    view.intervals("national", mart.marks("national"), mart.origin)
    view.intervals("use", mart.marks("use"), mart.origin)
    view.unknown()

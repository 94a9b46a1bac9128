"""Regions: drawn and listed, one at a time, or those that go the way the guide proposes.

Reads   regions and public traces                   hub.survey (the mart)
        what regions state of themselves            hub.survey.service
Writes  nothing; forms go to /api/regioner          web.regions
URL     /regioner?vag=<way>&sjukvardsregion=<name>
        /regioner?region=<letter code>&ratta=<trace, or ny>
        /regioner?<the guide's answers>&var=<letter code>
"""

import streamlit as st

from components import region, regions
from components.session import hub

asked = st.query_params.get("region")
if asked in hub().regions.codes:
    region.page(hub().mart.region(str(asked)))
elif asked is None and "s1" in st.query_params:
    regions.likes()
else:
    regions.page(unknown=asked)

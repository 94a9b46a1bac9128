"""Levels: all four compared, or one of them.

Reads   levels, the national branch, glossary    hub.levels
URL     /nivaer compares, /nivaer?niva=<level>&lasare=<reader> reads one, niva=national the branch
"""

import streamlit as st

from components import levels as view
from components.session import hub

asked = st.query_params.get("niva")

if asked == "national":
    view.national()
elif asked and asked in hub().levels:
    view.level(asked, st.query_params.get("lasare"))
else:
    view.all_levels(unknown=asked)

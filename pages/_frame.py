"""Runs first on every interaction: language, navigation, page settings, and the page asked for."""

import streamlit as st

from components.navigation import pages
from components.session import forget_visitor, settle_language

settle_language()
forget_visitor()
chosen = st.navigation(pages(), position="hidden")
st.set_page_config(page_title=chosen.title, layout="wide", initial_sidebar_state="collapsed")
chosen.run()

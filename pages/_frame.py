"""Runs first on every interaction: page settings, navigation, and the page asked for."""

from pathlib import Path

import streamlit as st

from components.session import hub, language, settle_language

HERE = Path(__file__).parent

settle_language()

pages = [
    st.Page(
        HERE / page.script,
        title=f"{page.title[language()]} – Vårdmöteshubben",
        url_path=page.path.removeprefix("/"),
        default=page.path == "/",
    )
    for page in hub().site.pages
]
chosen = st.navigation(pages, position="hidden")
st.set_page_config(page_title=chosen.title, page_icon=None, layout="wide", initial_sidebar_state="collapsed")
chosen.run()

"""Show a title and a button: the least that a Streamlit app does, to measure others against."""

import streamlit as st

st.title("Tom sida")
st.button("Tryck")

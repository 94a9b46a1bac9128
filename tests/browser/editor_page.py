"""The page of ``editor_app.py``: a comment that is sent, notes that are changed, and a button that draws the page anew.

What is received is a line a time in ``received.txt``, however often it has come before.
"""

import json
import os
from contextlib import nullcontext
from pathlib import Path

import streamlit as st

from components.editor import editor
from components.session import settle_language

settle_language()
st.set_page_config(page_title="Redigera", layout="wide")
var = Path(os.environ["HUB_VAR"])


def append(file: str, line: object) -> None:
    with (var / file).open("a", encoding="utf-8") as opened:
        opened.write(json.dumps(line, ensure_ascii=False) + "\n")


def notes() -> list[str]:
    file = var / "notes.txt"
    return ["Från början.", *map(json.loads, file.read_text().splitlines() if file.exists() else [])]


st.html("<h1>Redigera</h1>")
with st.container(border=True) if st.session_state.get("elsewhere") else nullcontext():
    sent = editor("kommentar", draft_id="prov:kommentar", label="Kommentar", submit_label="Skicka", max_chars=500)
if sent:
    append("received.txt", [sent.command_id, sent.text])
    st.session_state["elsewhere"] = "FLYTTA" in sent.text
    if "NEJ" in sent.text:
        sent.refused("Texten får inte innehålla NEJ.")
    sent.done()
changed = editor(
    "anteckning",
    draft_id="prov:anteckning",
    label="Anteckningar",
    submit_label="Spara",
    value=notes()[-1],
    base=str(len(notes())),
    done_label="Sparat",
)
if changed:
    if changed.base != str(len(notes())):
        changed.refused("Någon annan har ändrat anteckningarna.", base=str(len(notes())))
    append("notes.txt", changed.text)
    append("bases.txt", changed.base)
    changed.done()
st.button("Rita om")

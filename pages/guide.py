"""Guide: one question at a time, then the result.

Reads   questions, words and rules               hub.guide
Writes  nothing; the answers live in the address
URL     /valj?v=1&s1=<answers>&n1=<name>&tjanst=<number>&fraga=<question>
        no answers: the start of the guide; all answered: the result
"""

import streamlit as st

from components import guide as view
from components import guide_flow
from components.problems import summary
from components.words import _

link = view.read_link()

if link.problems:
    summary(_("Parts of the link could not be used"), view.problem_sentences(link.problems))

service = link.services[link.current]
asked = guide_flow.question_to_put(link)

if asked is None and not service.answers:
    guide_flow.opening()
elif asked is not None:
    guide_flow.put(link, asked)
else:
    guide_flow.finished(link)
st.stop()

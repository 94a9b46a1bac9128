"""Board: which stage each region that shows it is in, since when; and for those who give support, who asks for it.

Reads   the plans whose region shows its stage     hub.plan
Writes  nothing
URL     /tavla
"""

from components import board as view

view.page()

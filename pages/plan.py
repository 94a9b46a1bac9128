"""Plan: the board document of a guide result, to look through, fill in and take away.

Reads   the result in the address                hub.handover, hub.plan
Writes  nothing; the officer's texts stay in the browser and go with the file
URL     /plan?<the guide's answers>
"""

from components import plan as view

view.page()

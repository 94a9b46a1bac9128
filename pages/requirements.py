"""Requirements: choose, leave out, weigh, and take the list with you.

Reads   the list and its words                   hub.requirements
Writes  nothing; the choices live in the address
URL     /krav?niva=&lager=&del=&roll=&utan=&vikt=<id>.<weight>
"""

from components import requirements as view

view.page(view.wish())

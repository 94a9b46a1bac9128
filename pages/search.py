"""Search: everything the hub has written.

Reads   the indexes                              hub.search
URL     /sok?q=<words>&typ=<kind>
"""

from components import search as view

view.page()

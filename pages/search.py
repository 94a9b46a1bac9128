"""Search: everything the hub has written, and for members what they have written in the forum.

Reads   the indexes                              hub.search, hub.forum.finding
URL     /sok?q=<words>&typ=<kind>
"""

from components import search as view

view.page()

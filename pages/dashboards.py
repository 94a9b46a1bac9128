"""Where things stand: what the 2020 report says about how many regions, as intervals.

Reads   statements of the 2020 survey            hub.survey (the mart)
URL     /mognad
"""

from components import dashboards as view
from components.session import hub

mart = hub().mart
view.opening(mart.origin)
view.intervals("national", mart.marks("national"), mart.origin)
view.intervals("use", mart.marks("use"), mart.origin)
view.unknown()

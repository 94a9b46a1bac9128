"""``/api/forum/liknande?titel=…``: threads like one whose title a member is writing, as JSON."""

from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from hub.bootstrap import Hub
from hub.errors import Rejected, Unavailable
from web.visitors import visitor_of

_LONGEST: Final = 500
"""Characters of a title that are read; more than one may have."""
_STATUS: Final = {"not-allowed": 403, "too-often": 429}
_WAIT_S: Final = 5
"""When to try again if the database does not answer."""


class ForumFinding:
    """Serves what is similar."""

    def __init__(self, hub: Hub) -> None:
        """Hold the hub."""
        self._hub = hub

    def routes(self) -> list[Route]:
        """Return the route of similar threads."""
        return [Route("/api/forum/liknande", self.similar, methods=["GET"])]

    def similar(self, request: Request) -> JSONResponse:
        """Answer with the address and title of each; nobody keeps the answer."""
        title = request.query_params.get("titel", "")[:_LONGEST]
        wait_s = 0
        try:
            found = self._hub.finding.similar(visitor_of(request, self._hub.identity), title)
            response = JSONResponse([{"address": f"/forum?trad={id_}", "title": title} for id_, title in found])
        except Rejected as error:
            response = JSONResponse({"error": error.code}, status_code=_STATUS[error.code])
            wait_s = int(str(error.facts.get("wait_s", 0)))
        except Unavailable:
            response, wait_s = JSONResponse({"error": "unavailable"}, status_code=503), _WAIT_S
        if wait_s:
            response.headers["retry-after"] = str(wait_s)
        response.headers["cache-control"] = "no-store"
        return response

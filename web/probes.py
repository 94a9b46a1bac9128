"""Is the process up, and is it ready to serve: for those who run it."""

from collections.abc import Callable, Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hub.errors import HubError


class Probes:
    """Answers the two probes."""

    def __init__(self, checks: Mapping[str, Callable[[], None]], version: str) -> None:
        """Hold the checks by name; each raises a ``HubError`` when its part does not work."""
        self._checks = checks
        self._version = version

    def routes(self) -> list[Route]:
        """Return the routes of the probes."""
        return [Route("/api/health", self.health), Route("/api/ready", self.ready)]

    async def health(self, _request: Request) -> Response:
        """Answer 200 as long as the process answers at all."""
        return JSONResponse({"status": "ok", "version": self._version}, headers={"cache-control": "no-store"})

    async def ready(self, _request: Request) -> Response:
        """Answer 200 when every part works, else 503 with the part that does not."""
        parts = await run_in_threadpool(self._try)
        ready = all(state == "ok" for state in parts.values())
        return JSONResponse(
            {"status": "ready" if ready else "not ready", "parts": parts},
            status_code=200 if ready else 503,
            headers={"cache-control": "no-store"},
        )

    def _try(self) -> dict[str, str]:
        parts = {}
        for name, check in self._checks.items():
            try:
                check()
            except HubError as error:
                parts[name] = type(error).__name__
            else:
                parts[name] = "ok"
        return parts

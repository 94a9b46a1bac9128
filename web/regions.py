"""The forms with which a region states how it connects: taken, withdrawn and brought back."""

from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.bootstrap import Hub
from hub.visitor import Visitor
from web.forms import take_form
from web.pages import Pages

_FIELDS = {
    "trace": "spar", "platform": "plattform", "stage": "skede", "year": "ar", "source": "kalla", "note": "notering",
}  # fmt: skip
_WAY = "vag-"


class Regions:
    """Takes the forms."""

    def __init__(self, hub: Hub, pages: Pages) -> None:
        """Hold the hub."""
        self._hub = hub
        self._pages = pages

    def routes(self) -> list[Route]:
        """Return the routes of the forms."""
        return [
            Route("/api/regioner/ratta", self.correct, methods=["POST"]),
            Route("/api/regioner/ta", self.withdraw, methods=["POST"]),
            Route("/api/regioner/ater", self.restore, methods=["POST"]),
        ]

    async def correct(self, request: Request) -> Response:
        """Take a statement, and lead to it on the region's page."""

        def work(by: Visitor, given: Mapping[str, str]) -> None:
            self._hub.corrections.correct(
                by,
                given.get("region", ""),
                {field: given.get(name, "") for field, name in _FIELDS.items()},
                [name.removeprefix(_WAY) for name, value in given.items() if name.startswith(_WAY) and value == "1"],
                given.get("kommando", ""),
            )

        def back(given: Mapping[str, str]) -> str:
            return _address(given, fel="ratta", ratta=given.get("spar") or "ny")

        return await take_form(
            self._hub, self._pages, request, "ratta", work, back, lambda given: _address(given, sparat="ratta")
        )

    async def withdraw(self, request: Request) -> Response:
        """Withdraw a statement, and lead to the page that offers to bring it back."""

        def work(by: Visitor, given: Mapping[str, str]) -> None:
            self._hub.corrections.withdraw(
                by, given.get("region", ""), given.get("uppgift", ""), given.get("kommando", "")
            )

        return await take_form(
            self._hub, self._pages, request, "ta", work, lambda given: _address(given, fel="ta"),
            lambda given: _address(given, sparat="ta", uppgift=given.get("uppgift", "")),
        )  # fmt: skip

    async def restore(self, request: Request) -> Response:
        """Bring a statement back."""

        def work(by: Visitor, given: Mapping[str, str]) -> None:
            self._hub.corrections.restore(
                by, given.get("region", ""), given.get("uppgift", ""), given.get("kommando", "")
            )

        return await take_form(
            self._hub, self._pages, request, "ater", work, lambda given: _address(given, fel="ater"),
            lambda given: _address(given, sparat="ater"),
        )  # fmt: skip


def _address(given: Mapping[str, str], **query: str) -> str:
    return f"/regioner?{urlencode({'region': given.get('region', ''), **query})}"

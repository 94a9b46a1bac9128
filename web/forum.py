"""The forum's small forms: reactions, following, the answer, taking back and bringing back."""

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.bootstrap import Hub
from hub.errors import Rejected
from hub.forum.rules import Reaction, read_number
from hub.visitor import Visitor
from web.forms import take_form
from web.pages import Pages

Act = Callable[[Visitor, Mapping[str, str]], None]


class Forum:
    """Takes the forms."""

    def __init__(self, hub: Hub, pages: Pages) -> None:
        """Hold the hub."""
        self._hub = hub
        self._pages = pages

    def routes(self) -> list[Route]:
        """Return the routes of the forms."""
        forum = self._hub.forum
        acts: dict[str, Act] = {
            "reagera": self._react,
            "folj": lambda by, given: forum.follow(by, given.get("trad", ""), on=given.get("pa") == "1"),
            "godta": lambda by, given: forum.accept(by, given.get("inlagg", ""), given.get("kommando", "")),
            "godta-ej": lambda by, given: forum.unaccept(by, given.get("inlagg", ""), given.get("kommando", "")),
            "ta": lambda by, given: forum.remove(by, given.get("inlagg", ""), given.get("kommando", "")),
            "ater": lambda by, given: forum.bring_back(by, given.get("inlagg", ""), given.get("kommando", "")),
        }
        return [Route(f"/api/forum/{name}", self._taking(name, act), methods=["POST"]) for name, act in acts.items()]

    def _taking(self, name: str, act: Act) -> Callable[[Request], object]:
        async def take(request: Request) -> Response:
            def back(given: Mapping[str, str]) -> str:
                return self._address(given, fel=name)

            return await take_form(self._hub, self._pages, request, name, act, back, self._address)

        return take

    def _react(self, by: Visitor, given: Mapping[str, str]) -> None:
        kind, _, on = given.get("sort", "").partition(":")
        if kind not in set(Reaction):
            raise Rejected("unknown-choice", "sort")
        self._hub.forum.react(by, given.get("inlagg", ""), Reaction(kind), on=on == "1")

    def _address(self, given: Mapping[str, str], **more: str) -> str:
        """Return the address of the page of the thread that the form stood on."""
        after = read_number(given.get("efter", ""))
        page = {"efter": str(after)} if after else {}
        return f"/forum?{urlencode({'trad': given.get('trad', ''), **page, **more})}"

"""The forms with which the forum is moderated, and the one that reports a post."""

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.bootstrap import Hub
from hub.errors import Rejected
from hub.forum.rules import page_begins
from hub.visitor import Visitor
from web.forms import take_form
from web.pages import Pages

Given = Mapping[str, str]
Act = Callable[[Visitor, Given], int]
"""Does what a form asks, and returns the id of the measure."""

_DIGITS = 12
"""No number in a form is longer."""


class ForumModeration:
    """Takes the forms."""

    def __init__(self, hub: Hub, pages: Pages) -> None:
        """Hold the hub."""
        self._hub = hub
        self._pages = pages

    def routes(self) -> list[Route]:
        """Return the routes of the forms."""
        does = self._hub.moderation
        acts: dict[str, Act] = {
            "lamna": lambda by, given: does.dismiss(by, _post(given), _command(given)),
            "dolj": self._hide,
            "visa": lambda by, given: does.restore(by, _post(given), _command(given)),
            "anmark": lambda by, given: does.warn(
                by, _post(given), _why(given), _command(given), answers=_asked(given)
            ),
            "avanmark": lambda by, given: does.unwarn(by, _post(given), _command(given)),
            "flytta": lambda by, given: does.move(
                by, _thread(given), given.get("kategori", ""), _why(given), _command(given), answers=_settles(given)
            ),
            "las": lambda by, given: does.lock(
                by, _thread(given), _command(given), locked=True, reason=_why(given), answers=_settles(given)
            ),
            "las-upp": lambda by, given: does.lock(by, _thread(given), _command(given), locked=False),
            "fast": lambda by, given: does.pin(by, _thread(given), _command(given), pinned=True),
            "lossa": lambda by, given: does.pin(by, _thread(given), _command(given), pinned=False),
            "stang-av": self._suspend,
            "hav": lambda by, given: does.lift(by, given.get("avstangning", ""), _command(given)),
            "angra": lambda by, given: does.undo(by, _number(given.get("atgard", "")), _command(given)),
        }
        return [
            Route("/api/forum/anmal", self.report, methods=["POST"]),
            *(
                Route(f"/api/forum/moderera/{name}", self._taking(name, act), methods=["POST"])
                for name, act in acts.items()
            ),
        ]

    async def report(self, request: Request) -> Response:
        """Take a report, and lead back to the post."""

        def work(by: Visitor, given: Given) -> None:
            self._hub.forum.report(by, _post(given), _why(given), _command(given))

        def back(given: Given) -> str:
            return f"/forum?{urlencode({'trad': _thread(given), 'anmal': _post(given), 'fel': 'anmal'})}"

        def onward(given: Given) -> str:
            return _in_thread(given, sparat="anmal")

        return await take_form(self._hub, self._pages, request, "anmal", work, back, onward)

    def _taking(self, name: str, act: Act) -> Callable[[Request], object]:
        async def take(request: Request) -> Response:
            made: list[int] = []

            def work(by: Visitor, given: Given) -> None:
                made.append(act(by, given))

            def onward(given: Given) -> str:
                done = {"sparat": name, **({"atgard": str(made[0])} if made else {})}
                if given.get("tillbaka") == "trad" and _thread(given):
                    return _in_thread(given, **done)
                return _in_queue(**done, **({"visat": _post(given)} if _post(given) else {}))

            def held(given: Given) -> str:
                return f"{name}-{_post(given)}" if _post(given) else name

            def back(given: Given) -> str:
                there = (
                    {} if given.get("tillbaka") == "ko" or not _post(given) else {"inlagg": _post(given), "gor": name}
                )
                return _in_queue(**there, fel=held(given))

            return await take_form(self._hub, self._pages, request, held, work, back, onward)

        return take

    def _hide(self, by: Visitor, given: Given) -> int:
        if given.get("nummer") == "1":
            _require_sure(given)
        return self._hub.moderation.hide(by, _post(given), _why(given), _command(given), answers=_asked(given))

    def _suspend(self, by: Visitor, given: Given) -> int:
        days = _number(given.get("dagar", ""), empty=-1)
        _require_sure(given)
        return self._hub.moderation.suspend(
            by, _post(given), days, _why(given), _command(given), answers=_settles(given)
        )


def _require_sure(given: Given) -> None:
    if given.get("saker") != "1":
        raise Rejected("not-confirmed", "confirm")


def _post(given: Given) -> str:
    return given.get("inlagg", "")


def _thread(given: Given) -> str:
    return given.get("trad", "")


def _why(given: Given) -> str:
    return given.get("skal", "")


def _command(given: Given) -> str:
    return given.get("kommando", "")


def _asked(given: Given) -> str:
    """Return the post that the form answers the reports of: those that the one who moderates had seen."""
    return _post(given) if given.get("anmalt") == "1" else ""


def _settles(given: Given) -> str:
    return _asked(given) if given.get("avgor") == "1" else ""


def _number(given: str, empty: int = 0) -> int:
    return int(given) if given.isascii() and given.isdigit() and len(given) <= _DIGITS else empty


def _in_queue(**query: str) -> str:
    return f"/forum?{urlencode({'vy': 'anmalda', **query})}"


def _in_thread(given: Given, **query: str) -> str:
    number = _number(given.get("nummer", ""))
    after = page_begins(number) if number else _number(given.get("efter", ""))
    page = {"efter": str(after)} if after else {}
    return f"/forum?{urlencode({'trad': _thread(given), **page, **query})}"

"""The forms of the account and of administration, and the file with one's own data.

Each answer to a form is a new address: what was asked for when it went well, else the form itself, which shows what was
typed and what is wrong with it.
"""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hub.bootstrap import Hub
from hub.errors import NotFound, Rejected, Unavailable
from hub.identity.rules import own_path
from hub.language import LANGUAGE_COOKIE, known
from hub.visitor import SESSION_COOKIE, Visitor
from web.auth import signed_out
from web.forms import Work, take_form
from web.pages import Pages
from web.visitors import visitor_of

_YEAR_S = 365 * 24 * 3600


class Account:
    """Takes the forms."""

    def __init__(self, hub: Hub, pages: Pages) -> None:
        """Hold the hub."""
        self._hub = hub
        self._accounts = hub.accounts
        self._pages = pages

    def routes(self) -> list[Route]:
        """Return the routes of the forms."""
        return [
            Route("/api/konto.json", self.own_data, methods=["GET"]),
            Route("/api/konto/profil", self.profile, methods=["POST"]),
            Route("/api/konto/val", self.choices, methods=["POST"]),
            Route("/api/konto/session", self.session, methods=["POST"]),
            Route("/api/konto/avsluta", self.delete, methods=["POST"]),
            Route("/api/administration/ge", self.grant, methods=["POST"]),
            Route("/api/administration/ta-tillbaka", self.withdraw, methods=["POST"]),
        ]

    async def profile(self, request: Request) -> Response:
        """Save the profile, and lead on to where the visitor was going when they signed in."""

        def work(by: Visitor, given: Mapping[str, str]) -> None:
            fields = {"name": "namn", "region": "region", "organisation": "organisation", "role_words": "roll"}
            self._accounts.save_profile(
                by,
                {**{field: given.get(name, "") for field, name in fields.items()}, "shown": given.get("visas", "")},
                version=_number(given.get("version")),
                consents=given.get("godkann") == "1",
                command_id=given.get("kommando", ""),
            )

        def back(given: Mapping[str, str]) -> str:
            return _address("/konto", fel="profil", till=given.get("till", ""))

        def onward(given: Mapping[str, str]) -> str:
            return own_path(given["till"]) if given.get("till") else "/konto?sparat=profil"

        return await self._take(request, "profil", work, back, onward)

    async def choices(self, request: Request) -> Response:
        """Save the language and the notices; the language counts at once."""
        chosen: list[str] = []

        def work(by: Visitor, given: Mapping[str, str]) -> None:
            chosen.append(given.get("sprak", ""))
            self._accounts.save_choices(
                by,
                given.get("sprak", ""),
                given.get("notiser", ""),
                version=_number(given.get("version")),
                command_id=given.get("kommando", ""),
            )

        answer = await self._take(
            request, "val", work, lambda _given: "/konto?fel=val", lambda _given: "/konto?sparat=val"
        )
        if chosen and (language := known(chosen[0])):
            answer.set_cookie(LANGUAGE_COOKIE, language, max_age=_YEAR_S, httponly=True, samesite="lax")
        return answer

    async def session(self, request: Request) -> Response:
        """End one of the visitor's sessions, or all but this."""
        held = request.cookies.get(SESSION_COOKIE)

        def work(by: Visitor, given: Mapping[str, str]) -> None:
            if given.get("session"):
                self._accounts.revoke_session(by, given["session"], command_id=given.get("kommando", ""))
            else:
                self._accounts.revoke_others(by, held, command_id=given.get("kommando", ""))

        return await self._take(
            request,
            "inloggningar",
            work,
            lambda _given: "/konto?fel=inloggningar",
            lambda _given: "/konto?sparat=inloggningar",
        )

    async def delete(self, request: Request) -> Response:
        """Delete the account, and let the browser forget it too."""

        def work(by: Visitor, given: Mapping[str, str]) -> None:
            texts = given.get("texter", "")
            if texts not in {"behall", "tom"}:
                raise Rejected("texts-missing", "texts")
            self._accounts.delete_account(by, keep_texts=texts == "behall", command_id=given.get("kommando", ""))

        answer = await self._take(
            request,
            "avsluta",
            work,
            lambda _given: "/konto?del=avsluta&fel=avsluta",
            lambda _given: "/konto?avslutat=1",
        )
        if answer.headers.get("location") == "/konto?avslutat=1":
            return signed_out("/konto?avslutat=1")
        return answer

    async def own_data(self, request: Request) -> Response:
        """Answer everything that is held on the visitor, as a file."""
        by = await run_in_threadpool(visitor_of, request, self._hub.identity)
        if not by.signed_in:
            return RedirectResponse("/auth/login?next=/konto", status_code=303)
        try:
            found = await run_in_threadpool(self._accounts.export_own_data, by)
        except (Rejected, NotFound, Unavailable) as error:
            self._hub.held.hold(by.key, "uppgifter", {}, error)
            return RedirectResponse("/konto?fel=uppgifter", status_code=303)
        return Response(
            json.dumps(found, ensure_ascii=False, indent=2, default=_in_json),
            media_type="application/json",
            headers={
                "content-disposition": 'attachment; filename="vardmoteshubben-mina-uppgifter.json"',
                "cache-control": "no-store",
            },
        )

    # --- Administration ----------------------------------------------------------------------------------------------

    async def grant(self, request: Request) -> Response:
        """Give somebody a role."""

        def work(by: Visitor, given: Mapping[str, str]) -> None:
            self._accounts.grant(
                by,
                given.get("person", ""),
                given.get("ge", ""),
                given.get("region", ""),
                command_id=given.get("kommando", ""),
            )

        return await self._take(request, "ge", work, _person(fel="ge"), _person(sparat="ge"))

    async def withdraw(self, request: Request) -> Response:
        """Take a role back."""

        def work(by: Visitor, given: Mapping[str, str]) -> None:
            self._accounts.withdraw(by, given.get("roll", ""), command_id=given.get("kommando", ""))

        return await self._take(request, "ta", work, _person(fel="ta"), _person(sparat="ta"))

    # --- What they share ---------------------------------------------------------------------------------------------

    async def _take(
        self,
        request: Request,
        form: str,
        work: Work,
        back: Callable[[Mapping[str, str]], str],
        onward: Callable[[Mapping[str, str]], str],
    ) -> Response:
        return await take_form(self._hub, self._pages, request, form, work, back, onward)


def _person(**outcome: str) -> Callable[[Mapping[str, str]], str]:
    return lambda given: _address("/administration", person=given.get("person", ""), **outcome)


def _address(path: str, **query: str) -> str:
    return f"{path}?{urlencode({name: value for name, value in query.items() if value})}"


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0  # noqa: PLR2004 - digits an integer column holds


def _in_json(value: object) -> str:
    return value.isoformat() if isinstance(value, dt.date) else str(value)

"""What the forum sends out: the feed, the links in letters, and the forms with which a member chooses both.

What stands here is for members, and whoever has a secret address: nothing of it may be kept by search engines or shared
caches. Links in letters show a page with a button first, because mail scanners follow every link they see.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from hub import language as forms
from hub.bootstrap import Hub
from hub.clock import utc_now
from hub.errors import NotFound, Rejected, Unavailable
from hub.visitor import Visitor
from web.forms import read_form, take_form
from web.forum_reading import listed_nowhere, unlisted
from web.pages import Pages
from web.visitors import stranger

Act = Callable[[Visitor, Mapping[str, str]], None]

_NEWS = "/forum?vy=nytt"
_CATEGORY = "kategori-"


class ForumFeeds:
    """Answers feed readers, and whoever follows a link in a letter."""

    def __init__(self, hub: Hub, pages: Pages) -> None:
        """Hold the hub."""
        self._hub = hub
        self._pages = pages

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/forum/flode.atom", self.feed),
            Route("/forum/bekrafta", self.confirm, methods=["GET", "POST"]),
            Route("/forum/avsluta", self.end, methods=["GET", "POST"]),
            *(
                Route(f"/api/forum/{name}", self._taking(name, act), methods=["POST"])
                for name, act in self._acts().items()
            ),
        ]

    # --- The feed ----------------------------------------------------------------------------------------------------

    async def feed(self, request: Request) -> Response:
        """Answer the feed that a key opens; a key that opens none, or no longer, is answered as an unknown address."""
        base = self._hub.settings.public_url or str(request.base_url).rstrip("/")
        try:
            await run_in_threadpool(self._count, request)
            found = await run_in_threadpool(self._hub.feeds.fetch, request.query_params.get("nyckel", ""), base)
        except NotFound:
            return unlisted(PlainTextResponse("Not found", status_code=404))
        except Rejected as error:
            wait = {"retry-after": str(error.facts.get("wait_s", 60))}
            return unlisted(PlainTextResponse("Too many requests", status_code=429, headers=wait))
        except Unavailable:
            return unlisted(PlainTextResponse("Try again in a moment", status_code=503, headers={"retry-after": "60"}))
        # A reader may keep it for its owner, but asks each time, and then what its owner may read is looked up.
        kept = {"etag": f'"{found.tag}"', "cache-control": "private, no-cache"}
        known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
        if kept["etag"] in known or "*" in known:
            return listed_nowhere(Response(status_code=304, headers=kept))
        return listed_nowhere(Response(found.xml, media_type="application/atom+xml; charset=utf-8", headers=kept))

    def _count(self, request: Request) -> None:
        self._hub.limits.count("feed", stranger(request, self._hub.identity), utc_now)

    # --- The links in letters ----------------------------------------------------------------------------------------

    async def confirm(self, request: Request) -> Response:
        """Ask for the press of a button, and take it for the word of whoever reads the letters of an address."""
        say, mailings = self._pages.say(request), self._hub.mailings
        try:
            await run_in_threadpool(self._count, request)
            if request.method == "POST":
                given = await read_form(request, self._hub.settings.public_url)
                await run_in_threadpool(mailings.confirm, given.get("nyckel", ""))
                told = [say("The weekly letter goes to this address from now on, when there is something new.")]
                return await self._notice(request, say("The address is confirmed"), told)
            key = request.query_params.get("nyckel", "")
            address = await run_in_threadpool(mailings.waits_for, key)
        except NotFound:
            told = [
                say(
                    "The link has been used already, or is older than three days. Ask for a new one on the page of news."
                )
            ]
            return await self._notice(request, say("The link does not hold"), told, status=404)
        except Rejected as error:
            return await self._refused(request, error)
        told = [say("Shall the forum’s weekly letter go to {address}?").format(address=address)]
        return await self._notice(
            request,
            say("Confirm your address"),
            told,
            button=say("Confirm the address"),
            action="/forum/bekrafta",
            fields={"nyckel": key},
        )

    async def end(self, request: Request) -> Response:
        """Show a button that ends the letters; a POST ends them, whoever sends it: mail programs do, in one click (RFC 8058)."""
        say, mailings = self._pages.say(request), self._hub.mailings
        key = request.query_params.get("nyckel", "")
        try:
            await run_in_threadpool(self._count, request)
            if request.method == "POST":
                await run_in_threadpool(mailings.end_by_key, key)
                told = [
                    say("No more letters come, and your address has been taken away."),
                    say("You can ask for them again on the page of news in the forum."),
                ]
                return await self._notice(request, say("The letters have ended"), told)
            holds = await run_in_threadpool(mailings.ends, key)
        except NotFound:
            holds = False
        except Rejected as error:
            return await self._refused(request, error)
        if not holds:
            told = [say("No letter holds this link. In the forum, on the page of news, you can end the letters too.")]
            return await self._notice(request, say("The link does not hold"), told, status=404)
        told = [say("The forum’s weekly letter then comes no more. You need not sign in.")]
        return await self._notice(
            request,
            say("End the weekly letter?"),
            told,
            button=say("End the letters"),
            action=f"/forum/avsluta?nyckel={quote(key)}",
        )

    async def _notice(self, request: Request, title: str, told: list[str], **more: object) -> Response:
        return unlisted(await self._pages.notice(request, title, told, **more))  # type: ignore[arg-type]

    async def _refused(self, request: Request, error: Rejected) -> Response:
        if error.code == "too-often":
            return unlisted(PlainTextResponse("Too many requests", status_code=429, headers={"retry-after": "60"}))
        return await self._pages.refused(request, error)

    # --- Forms -------------------------------------------------------------------------------------------------------

    def _acts(self) -> dict[str, Act]:
        hub = self._hub
        return {
            "nytt-sett": lambda by, given: hub.news.seen(by, _moment(given.get("till", "")), given.get("kommando", "")),
            "kategorier": lambda by, given: hub.news.follow_categories(
                by,
                [name.removeprefix(_CATEGORY) for name, value in given.items() if name.startswith(_CATEGORY) and value],
                given.get("kommando", ""),
            ),
            "brev": lambda by, given: hub.mailings.ask(
                by, given.get("adress", ""), forms.known(given.get("sprak")) or "sv", given.get("kommando", "")
            ),
            "brev-slut": lambda by, given: hub.mailings.end(by, given.get("kommando", "")),
            "brev-igen": lambda by, given: hub.mailings.resume(by, given.get("kommando", "")),
            "flode": lambda by, given: hub.feeds.make(by, given.get("kommando", "")),
            "flode-slut": lambda by, given: hub.feeds.end(by, given.get("kommando", "")),
        }

    def _taking(self, name: str, act: Act) -> Callable[[Request], object]:
        async def take(request: Request) -> Response:
            return await take_form(
                self._hub,
                self._pages,
                request,
                name,
                act,
                lambda _given: f"{_NEWS}&fel={name}",
                lambda _given: f"{_NEWS}&sparat={name}",
            )

        return take


def _moment(given: str) -> dt.datetime:
    """Return the moment a form says its page was drawn; now for what is none, and never later than now.

    Raises:
        Rejected: ``command``, the form is none of ours.
    """
    try:
        at = dt.datetime.fromisoformat(given)
        moment = at.astimezone(dt.UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        raise Rejected("command")
    return min(moment, utc_now())

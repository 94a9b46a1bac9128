"""The forum beside its pages: a thread to read and print, the feed, the links in letters, and the forms of news and letters.

What stands here is for members, and whoever has a secret address: nothing of it may be kept by search engines or shared
caches. Links in letters show a page with a button first, because mail scanners follow every link they see.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from html import escape
from urllib.parse import quote, urlencode

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from hub import language as forms
from hub.bootstrap import Hub
from hub.clock import utc_now
from hub.errors import NotFound, Rejected, Unavailable
from hub.forum import reading
from hub.forum.rules import Card, Post, Thread, answer_stands
from hub.forum.service import Opened
from hub.identity.rules import Action, allowed
from hub.language import Language
from hub.markdown import MAX_PEOPLE_CHARACTERS, render_people
from hub.visitor import Visitor
from web.forms import read_form, take_form
from web.pages import Pages, language_of
from web.visitors import stranger, visitor_of

Say = Callable[[str], str]
Act = Callable[[Visitor, Mapping[str, str]], None]

PAGE = 100
"""Posts on one page to read and print."""
_NEWS = "/forum?vy=nytt"
_CATEGORY = "kategori-"


class ForumFeeds:
    """Answers what is read outside the app."""

    def __init__(self, hub: Hub, pages: Pages) -> None:
        """Hold the hub."""
        self._hub = hub
        self._pages = pages

    def routes(self) -> list[Route]:
        """Return the routes; the last one answers what nobody has, which Streamlit would answer with its own page."""
        return [
            Route("/forum/trad/{thread_id}", self.thread),
            Route("/forum/flode.atom", self.feed),
            Route("/forum/bekrafta", self.confirm, methods=["GET", "POST"]),
            Route("/forum/avsluta", self.end, methods=["GET", "POST"]),
            *(
                Route(f"/api/forum/{name}", self._taking(name, act), methods=["POST"])
                for name, act in self._acts().items()
            ),
            Route("/forum/{path:path}", self._pages.not_found),
        ]

    # --- A thread to read and print ----------------------------------------------------------------------------------

    async def thread(self, request: Request) -> Response:
        """Answer a thread as plain HTML, for members; others are led to sign in, whether there is such a thread or not."""
        by = await run_in_threadpool(visitor_of, request, self._hub.identity)
        here = f"/forum/trad/{request.path_params['thread_id']}"
        if not by.signed_in:
            return RedirectResponse(f"/auth/login?next={quote(here)}", status_code=303)
        if not allowed(by, Action.FORUM_READ):
            return await self._closed(request)
        after = _number(request.query_params.get("efter", ""))
        try:
            opened = await run_in_threadpool(
                self._hub.forum.open, by, request.path_params["thread_id"], after, limit=PAGE
            )
        except NotFound:
            return _unlisted(await self._pages.not_found(request))
        if not opened.thread.visible:
            return _unlisted(await self._pages.not_found(request))
        language, say = language_of(request), self._pages.say(request)
        written = _Written(self._hub, say, language)
        return _unlisted(
            await self._pages.render(
                request,
                "reading.html",
                title=reading.title(opened.thread.title, opened.thread.seed, self._hub.forum_content, language),
                description="",
                path="/forum",
                body=Markup(written.whole(opened, after)),  # noqa: S704 - people's text through hub/markdown.py, the rest escaped
                app_address=f"/forum?trad={quote(opened.thread.id)}",
                app_text=say("Open in the forum, to reply"),
            )
        )

    async def _closed(self, request: Request) -> Response:
        say = self._pages.say(request)
        return _unlisted(
            await self._pages.notice(
                request,
                say("The forum is for members"),
                [say("Fill in your profile and accept the rules under My account, or ask whoever runs the hub.")],
                status=403,
            )
        )

    # --- The feed ----------------------------------------------------------------------------------------------------

    async def feed(self, request: Request) -> Response:
        """Answer the feed that a key opens; a key that opens none, or no longer, is answered as an unknown address."""
        base = self._hub.settings.public_url or str(request.base_url).rstrip("/")
        try:
            await run_in_threadpool(self._count, request)
            found = await run_in_threadpool(self._hub.feeds.fetch, request.query_params.get("nyckel", ""), base)
        except NotFound:
            return _unlisted(PlainTextResponse("Not found", status_code=404))
        except Rejected as error:
            wait = {"retry-after": str(error.facts.get("wait_s", 60))}
            return _unlisted(PlainTextResponse("Too many requests", status_code=429, headers=wait))
        except Unavailable:
            return _unlisted(PlainTextResponse("Try again in a moment", status_code=503, headers={"retry-after": "60"}))
        # A reader may keep it for its owner, but asks each time, and then what its owner may read is looked up.
        kept = {"etag": f'"{found.tag}"', "cache-control": "private, no-cache"}
        known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
        if kept["etag"] in known or "*" in known:
            return _listed_nowhere(Response(status_code=304, headers=kept))
        return _listed_nowhere(Response(found.xml, media_type="application/atom+xml; charset=utf-8", headers=kept))

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
        return _unlisted(await self._pages.notice(request, title, told, **more))  # type: ignore[arg-type]

    async def _refused(self, request: Request, error: Rejected) -> Response:
        if error.code == "too-often":
            return _unlisted(PlainTextResponse("Too many requests", status_code=429, headers={"retry-after": "60"}))
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


class _Written:
    """Writes a thread in one language."""

    def __init__(self, hub: Hub, say: Say, language: Language) -> None:
        self._hub = hub
        self._say = say
        self._language: Language = language

    def whole(self, opened: Opened, after: int) -> str:
        """Return the thread: the answer first, the card, then the posts that everybody sees."""
        thread = opened.thread
        category = self._hub.forum_content.named[f"category:{thread.category}"].name[self._language]
        posts = "".join(self._post(thread, one.post) for one in opened.posts if one.post.visible)
        first = self._answer(opened) + (self._card(opened.card) if opened.card else "") if not after else ""
        return (
            f"<p class='hub-kicker'><a href='/forum'>{escape(self._say('Forum'))}</a> · {escape(category)}</p>"
            f"<h1>{escape(reading.title(thread.title, thread.seed, self._hub.forum_content, self._language))}</h1>"
            f"{first}<ol class='hub-posts' start='{after + 1}'>{posts}</ol>{self._ways(opened, after)}"
        )

    def _post(self, thread: Thread, post: Post) -> str:
        text, sources = reading.body(post.text, post.number, thread.seed, self._hub.forum_content, self._language)
        read = "".join(
            f"<li><a href='{escape(one.url)}' lang='sv'>{escape(one.title)}</a></li>"
            for one in (self._hub.sources[self._language][source] for source in sources)
        )
        told = f"<p class='hub-muted'>{escape(self._say('What we have read:'))}</p><ul>{read}</ul>" if read else ""
        note = (
            f"<p class='warning'><strong>{escape(self._say('From a moderator:'))}</strong> {escape(post.note)}</p>"
            if post.note
            else ""
        )
        return (
            f"<li class='hub-post' id='inlagg-{post.number}'><p class='hub-byline'>{self._byline(post)}</p>"
            f"{_people(text)}{told}{note}</li>"
        )

    def _byline(self, post: Post) -> str:
        when = forms.moment(self._language, post.created_at)
        if post.changed_at:
            changed = forms.date(self._language, forms.day_of(post.changed_at))
            when += ", " + self._say("changed {date}").format(date=changed)
        return (
            f"<strong>{escape(reading.author(post.author_name, self._say))}</strong> "
            f"<a class='hub-muted' href='#inlagg-{post.number}'>{escape(when)}</a>"
        )

    def _answer(self, opened: Opened) -> str:
        thread, answer = opened.thread, opened.answer
        standing = answer_stands(thread, utc_now())
        if answer is None or thread.accepted_at is None or standing == "none":
            return ""
        on = forms.date(self._language, forms.day_of(thread.accepted_at))
        told = (
            self._say("Valid as of {date}. Not confirmed since.").format(date=on)
            if standing == "ask"
            else self._say("Valid as of {date}").format(date=on)
        )
        way = f"/forum/trad/{quote(thread.id)}{_page(answer.number)}#inlagg-{answer.number}"
        place = self._say("post {number}").format(number=answer.number)
        return (
            f"<section class='hub-accepted' aria-labelledby='svaret'><h2 id='svaret'>{escape(self._say('Accepted answer'))}</h2>"
            f"<p class='hub-muted'>{escape(told)} · <a href='{escape(way)}'>{escape(place)}</a>, "
            f"{escape(reading.author(answer.author_name, self._say))}</p>{_people(answer.text)}</section>"
        )

    def _card(self, card: Card) -> str:
        say, language = self._say, self._language
        levels = self._hub.levels
        region = self._hub.regions.name(card.region, language) if card.region else ""
        rows = {
            say("Level"): escape(levels[card.level][language].name if card.level in levels else say("Another way")),
            say("Year"): str(card.year),
            say("Region"): escape(region),
            say("Situation"): _people(card.situation),
            say("Video system"): escape(card.video_system),
            say("Record system"): escape(card.record_system),
            say("Who uses it, and how many"): _people(card.users),
            say("What we did"): _people(card.did),
            say("What came of it"): _people(card.result),
            say("What we would do differently"): _people(card.otherwise),
            say("Effort"): _people(card.effort),
            say("Advice to others"): _people(card.advice),
            say("Contact"): escape(card.contact),
        }
        drawn = "".join(f"<div><dt>{escape(name)}</dt><dd>{text}</dd></div>" for name, text in rows.items() if text)
        return (
            f"<section class='hub-card' aria-labelledby='kortet'><h2 id='kortet'>{escape(say('The experience'))}</h2>"
            f"<dl class='hub-trace'>{drawn}</dl></section>"
        )

    def _ways(self, opened: Opened, after: int) -> str:
        here = f"/forum/trad/{quote(opened.thread.id)}"
        ways = []
        if after:
            before = max(0, after - PAGE)
            query = f"?{urlencode({'efter': before})}" if before else ""
            ways.append(
                f"<a class='hub-link' rel='prev' href='{here}{query}'>{escape(self._say('← Earlier posts'))}</a>"
            )
        if opened.more:
            query = f"?{urlencode({'efter': opened.posts[-1].post.number})}"
            ways.append(f"<a class='hub-link' rel='next' href='{here}{query}'>{escape(self._say('Later posts →'))}</a>")
        return (
            f"<nav class='hub-actions' aria-label='{escape(self._say('Pages'))}'>{' '.join(ways)}</nav>" if ways else ""
        )


def _people(text: str) -> str:
    return f"<div class='hub-people-text'>{render_people(text[:MAX_PEOPLE_CHARACTERS])}</div>" if text else ""


def _page(number: int) -> str:
    after = (number - 1) // PAGE * PAGE
    return f"?efter={after}" if after else ""


def _number(given: str) -> int:
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 6 else 0  # noqa: PLR2004 - digits of the most


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


def _listed_nowhere(answer: Response) -> Response:
    answer.headers["x-robots-tag"] = "noindex, nofollow"
    return answer


def _unlisted(answer: Response) -> Response:
    """Let neither search engines nor caches keep an answer."""
    answer.headers["cache-control"] = "no-store"
    return _listed_nowhere(answer)

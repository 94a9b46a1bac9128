"""A thread of the forum as plain HTML, to read and print without buttons; for members, and kept by nobody else."""

from collections.abc import Callable
from html import escape
from urllib.parse import quote

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hub.bootstrap import Hub
from hub.clock import utc_now
from hub.errors import NotFound
from hub.forum.rules import Post, Thread, page_begins, read_number
from hub.forum.service import Opened
from hub.identity.rules import Action, allowed
from hub.language import Language, moment
from web.pages import Pages, language_of
from web.visitors import visitor_of

Say = Callable[[str], str]

PAGE = 100
"""Posts on one page."""


class ForumReading:
    """Answers the threads."""

    def __init__(self, hub: Hub, pages: Pages) -> None:
        """Hold the hub."""
        self._hub = hub
        self._pages = pages

    def routes(self) -> list[Route]:
        """Return the routes; the last answers any address below the forum, which Streamlit would answer with its own page."""
        return [
            Route("/forum/trad/{thread_id}", self.thread),
            Route("/forum/{path:path}", self._pages.not_found),
        ]

    async def thread(self, request: Request) -> Response:
        """Answer a thread as plain HTML, for members; others are led to sign in, whether there is such a thread or not."""
        by = await run_in_threadpool(visitor_of, request, self._hub.identity)
        here = f"/forum/trad/{request.path_params['thread_id']}"
        if not by.signed_in:
            return RedirectResponse(f"/auth/login?next={quote(here)}", status_code=303)
        if not allowed(by, Action.FORUM_READ):
            return await self._closed(request)
        after = read_number(request.query_params.get("efter", ""))
        try:
            opened = await run_in_threadpool(
                self._hub.forum.open, by, request.path_params["thread_id"], after, limit=PAGE
            )
        except NotFound:
            return unlisted(await self._pages.not_found(request))
        if not opened.thread.visible:
            return unlisted(await self._pages.not_found(request))
        language, say = language_of(request), self._pages.say(request)
        # A page of long posts takes a while to write, and others are waiting to be answered.
        body = await run_in_threadpool(Written(self._hub, say, language).whole, opened, after)
        return unlisted(
            await self._pages.render(
                request,
                "reading.html",
                title=self._hub.forum_readings[language].title(opened.thread.title, opened.thread.seed),
                description="",
                path="/forum",
                body=Markup(body),  # noqa: S704 - people's text through hub/markdown.py, the rest escaped
                app_address=f"/forum?trad={quote(opened.thread.id)}",
                app_text=say("Open in the forum, to reply"),
            )
        )

    async def _closed(self, request: Request) -> Response:
        say = self._pages.say(request)
        return unlisted(
            await self._pages.notice(
                request,
                say("The forum is for members"),
                [say("Fill in your profile and accept the rules under My account, or ask whoever runs the hub.")],
                status=403,
            )
        )


class Written:
    """Writes a thread in one language."""

    def __init__(self, hub: Hub, say: Say, language: Language) -> None:
        """Hold the words, and what writes members' texts."""
        self._reading = hub.forum_readings[language]
        self._say = say
        self._language: Language = language

    def whole(self, opened: Opened, after: int) -> str:
        """Return a page of the thread with the posts that everybody sees; on the first, the answer and the card on top."""
        thread, read = opened.thread, self._reading
        posts = "".join(self._post(thread, one.post) for one in opened.posts if one.post.visible)
        first = []
        if opened.answer and not after:
            number = opened.answer.number
            way = f"{_way(thread.id, page_begins(number, PAGE))}#inlagg-{number}"
            first.append(read.answer(thread, opened.answer, way, utc_now()))
        if opened.card and not after:
            first.append(read.card(opened.card))
        return (
            f"<p class='hub-kicker'><a href='/forum'>{escape(self._say('Forum'))}</a> · {escape(read.category(thread.category))}</p>"
            f"<h1>{read.title_html(thread)}</h1>"
            f"{''.join(first)}<ol class='hub-posts' start='{after + 1}'>{posts}</ol>{self._ways(opened, after)}"
        )

    def _post(self, thread: Thread, post: Post) -> str:
        when = ", ".join(filter(None, (moment(self._language, post.created_at), self._reading.changed(post))))
        return (
            f"<li class='hub-post' id='inlagg-{post.number}'>"
            f"<p class='hub-byline'><strong>{escape(self._reading.author(post.author_name))}</strong> "
            f"<a class='hub-muted' href='#inlagg-{post.number}'>{escape(when)}</a></p>"
            f"{self._reading.text(thread, post)}{self._reading.note(post)}</li>"
        )

    def _ways(self, opened: Opened, after: int) -> str:
        pages = []
        if after:
            pages.append(("prev", max(0, after - PAGE), self._say("← Earlier posts")))
        if opened.more:
            pages.append(("next", opened.posts[-1].post.number, self._say("Later posts →")))
        drawn = " ".join(
            f"<a class='hub-link' rel='{rel}' href='{_way(opened.thread.id, start)}'>{escape(words)}</a>"
            for rel, start, words in pages
        )
        return f"<nav class='hub-actions' aria-label='{escape(self._say('Pages'))}'>{drawn}</nav>" if drawn else ""


def _way(thread_id: str, after: int) -> str:
    """Return the address of the page with the posts after a number."""
    return f"/forum/trad/{quote(thread_id)}" + (f"?efter={after}" if after else "")


def listed_nowhere(answer: Response) -> Response:
    """Let search engines neither keep an answer nor follow what it links to."""
    answer.headers["x-robots-tag"] = "noindex, nofollow"
    return answer


def unlisted(answer: Response) -> Response:
    """Let neither search engines nor caches keep an answer."""
    answer.headers["cache-control"] = "no-store"
    return listed_nowhere(answer)

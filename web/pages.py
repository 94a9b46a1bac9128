"""Everything served as finished HTML: the document around the app, reading pages that need no script, errors."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from hub.bootstrap import Hub
from hub.errors import Rejected, Unavailable
from hub.identity.rules import own_path
from hub.language import LANGUAGE_COOKIE, Language, choose, date, known
from hub.levels.reading import LevelReading, content_words
from hub.markdown import Footnotes, render_content
from hub.site import Page
from hub.visitor import NOBODY, Visitor
from web.middleware import Page as Answer
from web.shell import Streamlit
from web.visitors import keep_browser, visitor_of

_YEAR_S = 365 * 24 * 3600


class Pages:
    """Renders whole documents in the visitor's language."""

    def __init__(self, hub: Hub, streamlit: Streamlit) -> None:
        """Compile the templates."""
        self._hub = hub
        self._streamlit = streamlit
        self._templates = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def app_pages(self) -> dict[str, Answer]:
        """Return what answers each page of the app."""
        return {page.path: self._app_page(page) for page in self._hub.site.pages}

    def routes(self) -> list[Route]:
        """Return the routes of the reading pages."""
        return [
            # Anything below, so that an address nobody has never reaches Streamlit, which would answer it with its own page.
            Route("/nivaer/{level:path}", self.level),
            Route("/kunskap/ordlista", self.glossary),
            Route("/kunskap/{slug:path}", self.article),
            Route("/sitemap.xml", self.sitemap),
            Route("/robots.txt", self.robots),
        ]

    def _app_page(self, page: Page) -> Answer:
        async def answer(request: Request) -> Response:
            language = language_of(request)
            title, description = page.title[language], page.description[language]
            level = request.query_params.get("niva") if page.id == "levels" else None
            if level and level in self._hub.levels:
                content = self._hub.levels[level][language]
                title, description = content.name, content.short
            response = await self.render(
                request,
                "app.html",
                title=title,
                description=description,
                path=page.path,
                head=Markup(self._streamlit.head),  # noqa: S704 - taken from Streamlit's own page
                inline=Markup(self._streamlit.inline),  # noqa: S704
            )
            if page.id == "survey" and request.query_params.get("nyckel"):
                # Colleagues who share an address with the whole region are told apart by the browser alone.
                keep_browser(request, response)
            return response

        return answer

    async def level(self, request: Request) -> Response:
        """Answer a level as plain HTML: no script, printable, for search engines and slow lines."""
        level = request.path_params["level"].rstrip("/")
        if level not in self._hub.levels:
            return await self.not_found(request)
        language = language_of(request)
        content = self._hub.levels[level][language]
        body = self._hub.glossing[language].mark(
            LevelReading(content, self._hub.catalogue, language, self._hub.sources[language]).whole()
        )
        return await self.render(
            request,
            "reading.html",
            title=content.name,
            description=content.short,
            path="/nivaer",
            body=Markup(body),  # noqa: S704 - rendered by hub/markdown.py
            app_address=f"/nivaer?niva={level}",
            app_text=self._say(request)("Open with comparison and guide"),
        )

    async def article(self, request: Request) -> Response:
        """Answer an article as plain HTML; one that exists in another language only is shown in that."""
        slug, language = request.path_params["slug"], language_of(request)
        found = [article for article in self._hub.articles if article.slug == slug]
        if not found:
            return await self.not_found(request)
        article = next((one for one in found if one.language == language), found[0])
        say = self._say(request)
        notes = Footnotes(content_words(say))
        text = render_content(article.body, self._hub.sources[language], words=content_words(say), numbering=notes)
        checked = say("Checked on {date}").format(date=date(language, article.checked))
        old = f" – {say('older than a year')}" if article.stale(dt.datetime.now(dt.UTC).date()) else ""
        body = (
            f"<article lang='{article.language}'><h1>{escape(article.title)}</h1>"
            f"<p class='hub-muted' lang='{language}'>{escape(checked)}{escape(old)}. {escape(say('Owner'))}: {escape(article.owner)}.</p>"
            f"<p class='hub-lead'>{escape(article.lead)}</p>{self._hub.glossing[article.language].mark(text)}</article>{notes.html()}"
            f"<p><a href='/forum?om=article%3A{quote(slug)}'>{escape(say('What members say about this in the forum'))}</a></p>"
        )
        return await self.render(
            request,
            "reading.html",
            title=article.title,
            description=article.lead,
            text_language=article.language,
            path="/kunskap",
            body=Markup(body),  # noqa: S704 - rendered by hub/markdown.py
            app_address="/kunskap",
            app_text=say("All articles"),
        )

    async def glossary(self, request: Request) -> Response:
        """Answer the glossary as plain HTML."""
        language = language_of(request)
        say = self._say(request)
        terms = sorted(self._hub.glossary[language].terms, key=lambda term: term.term.lower())
        other = "en" if language == "sv" else "sv"
        items = "".join(
            f"<dt id='ord-{escape(term.id)}'>{escape(term.term)} <span class='hub-muted' lang='{other}'>{escape(term.other)}</span></dt>"
            f"<dd>{escape(term.meaning)}</dd>"
            for term in terms
        )
        title = say("Words of the field")
        return await self.render(
            request,
            "reading.html",
            title=title,
            description=say("{count} words explained").format(count=len(terms)),
            path="/kunskap",
            body=Markup(f"<h1>{escape(title)}</h1><dl class='hub-glossary'>{items}</dl>"),  # noqa: S704 - escaped above
            app_address="/kunskap",
            app_text=say("All articles"),
        )

    async def sitemap(self, request: Request) -> Response:
        """List the addresses that search engines may keep."""
        base = self._hub.settings.public_url or str(request.base_url).rstrip("/")
        paths = [
            *(page.path for page in self._hub.site.pages if page.id != "search" and not page.private),
            *(f"/nivaer/{level}" for level in self._hub.levels),
            "/kunskap/ordlista",
            "/kontroll",
            *(f"/kunskap/{article.slug}" for article in self._hub.articles),
        ]
        entries = "".join(f"<url><loc>{escape(base + path)}</loc></url>" for path in paths)
        return Response(
            f"<?xml version='1.0' encoding='UTF-8'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{entries}</urlset>",
            media_type="application/xml",
        )

    async def not_found(self, request: Request) -> Response:
        """Answer an address that nobody has, in words and with ways on."""
        return await self.render(
            request,
            "not_found.html",
            status=404,
            title=self._say(request)("The page does not exist"),
            description="",
            path="",
        )

    async def failed(self, request: Request, reference: str) -> Response:
        """Answer when something unknown went wrong."""
        return await self.render(
            request,
            "failed.html",
            status=500,
            title=self._say(request)("Something went wrong"),
            description="",
            path="",
            reference=reference,
        )

    async def robots(self, _request: Request) -> Response:
        """Let search engines read everything but the guide's results, which are endless, and what is for members."""
        private = [page.path for page in self._hub.site.pages if page.private]
        return PlainTextResponse(
            "".join(
                (
                    "User-agent: *\nDisallow: /valj?\nDisallow: /api/\nDisallow: /auth/\nDisallow: /besok/\nDisallow: /forum/\nDisallow: /forum?\n",
                    *(f"Disallow: {path}\n" for path in private),
                )
            )
        )

    def say(self, request: Request) -> Callable[[str], str]:
        """Return what gives a text in the visitor's language."""
        return self._say(request)

    def _say(self, request: Request) -> Callable[[str], str]:
        language = language_of(request)
        return lambda english: self._hub.catalogue.text(language, english)

    async def render(self, request: Request, template: str, *, status: int = 200, **values: object) -> Response:
        """Answer with a template in the visitor's language, in the page that all of them share."""
        language = language_of(request)
        visitor = await self._visitor(request)
        base = self._hub.settings.public_url or str(request.base_url).rstrip("/")
        html = self._templates.get_template(template).render(
            _=self._say(request),
            language=language,
            other="en" if language == "sv" else "sv",
            address=str(request.url.include_query_params(lang="en" if language == "sv" else "sv").query),
            here=request.url.path.rstrip("/") or "/",
            base=base,
            site=self._hub.site,
            privacy=self._hub.privacy[language],
            operator=self._hub.settings.operator,
            version=self._hub.version,
            visitor=visitor,
            next=quote(_here(request)),
            **values,
        )
        # A browser that keeps what a member has seen would show it to whoever comes after and goes back.
        kept = "no-store" if visitor.signed_in else "no-cache"
        response = HTMLResponse(html, status_code=status, headers={"cache-control": kept, "content-language": language})
        response.headers["vary"] = "Accept-Language, Cookie"
        if asked := known(request.query_params.get("lang")):
            response.set_cookie(LANGUAGE_COOKIE, asked, max_age=_YEAR_S, httponly=True, samesite="lax")
        return response

    async def notice(
        self,
        request: Request,
        title: str,
        sentences: Sequence[str],
        *,
        status: int = 200,
        button: str = "",
        action: str = "",
        fields: Mapping[str, str] | None = None,
        onward: str = "/",
        again: str = "",
    ) -> Response:
        """Answer with a few sentences, and a button or ways on.

        Args:
            request: what is answered.
            title: the heading.
            sentences: the first of them as a lead.
            status: of the answer.
            button: what the button says; without one there are ways on.
            action: where the button sends its form.
            fields: what the form carries unseen.
            onward: where a visitor goes who does not press the button.
            again: the address to sign in at once more.
        """
        answer = await self.render(
            request,
            "notice.html",
            status=status,
            title=title,
            description="",
            path="/auth",
            sentences=sentences,
            button=button,
            action=action,
            fields=fields or {},
            onward=onward,
            again=again,
        )
        answer.headers["cache-control"] = "no-store"
        return answer

    async def refused(self, request: Request, error: Rejected) -> Response:
        """Answer a form that cannot come from one of our own pages."""
        say = self._say(request)
        return await self.notice(
            request,
            say("This did not come from one of the hub's own pages"),
            [say("Nothing has been done. Open the page anew and try again.")],
            status=403 if error.code == "origin" else 413,
        )

    async def _visitor(self, request: Request) -> Visitor:
        """Tell whose name the header shows; a page can be read although the database does not answer."""
        try:
            return await run_in_threadpool(visitor_of, request, self._hub.identity)
        except Unavailable:
            return NOBODY


def _here(request: Request) -> str:
    """Return the address to come back to after login: this one, without the choice of language, which is kept."""
    query = urlencode([(name, value) for name, value in request.query_params.multi_items() if name != "lang"])
    return own_path(f"{request.url.path}?{query}" if query else request.url.path)


def language_of(request: HTTPConnection) -> Language:
    """Choose the language of an answer."""
    return choose(
        request.query_params.get("lang"),
        request.cookies.get(LANGUAGE_COOKIE),
        request.headers.get("accept-language"),
    )

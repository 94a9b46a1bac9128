"""Everything served as finished HTML: the document around the app, reading pages that need no script, errors."""

from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from hub.bootstrap import Hub
from hub.language import Language, choose, known
from hub.levels.reading import LevelReading
from hub.site import Page
from web.middleware import Page as Answer
from web.shell import Streamlit

LANGUAGE_COOKIE = "hub_lang"
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
            return self._render(
                request,
                "app.html",
                title=title,
                description=description,
                path=page.path,
                head=Markup(self._streamlit.head),  # noqa: S704 - taken from Streamlit's own page
                inline=Markup(self._streamlit.inline),  # noqa: S704
            )

        return answer

    async def level(self, request: Request) -> Response:
        """Answer a level as plain HTML: no script, printable, for search engines and slow lines."""
        level = request.path_params["level"].rstrip("/")
        if level not in self._hub.levels:
            return await self.not_found(request)
        language = language_of(request)
        content = self._hub.levels[level][language]
        body = LevelReading(content, self._hub.catalogue, language, self._hub.sources[language]).whole()
        return self._render(
            request,
            "reading.html",
            title=content.name,
            description=content.short,
            path="/nivaer",
            body=Markup(body),  # noqa: S704 - rendered by hub/markdown.py
            app_address=f"/nivaer?niva={level}",
        )

    async def not_found(self, request: Request) -> Response:
        """Answer an address that nobody has, in words and with ways on."""
        return self._render(
            request,
            "not_found.html",
            status=404,
            title=self._say(request)("The page does not exist"),
            description="",
            path="",
        )

    async def failed(self, request: Request, reference: str) -> Response:
        """Answer when something unknown went wrong."""
        return self._render(
            request,
            "failed.html",
            status=500,
            title=self._say(request)("Something went wrong"),
            description="",
            path="",
            reference=reference,
        )

    async def robots(self, _request: Request) -> Response:
        """Let search engines read everything but the guide's results, which are endless."""
        return PlainTextResponse("User-agent: *\nDisallow: /valj?\nDisallow: /api/\n")

    def _say(self, request: Request) -> Callable[[str], str]:
        language = language_of(request)
        return lambda english: self._hub.catalogue.text(language, english)

    def _render(self, request: Request, template: str, *, status: int = 200, **values: object) -> Response:
        language = language_of(request)
        base = self._hub.settings.public_url or str(request.base_url).rstrip("/")
        html = self._templates.get_template(template).render(
            _=self._say(request),
            language=language,
            other="en" if language == "sv" else "sv",
            address=str(request.url.include_query_params(lang="en" if language == "sv" else "sv").query),
            here=request.url.path.rstrip("/") or "/",
            base=base,
            site=self._hub.site,
            version=self._hub.version,
            **values,
        )
        response = HTMLResponse(
            html, status_code=status, headers={"cache-control": "no-cache", "content-language": language}
        )
        response.headers["vary"] = "Accept-Language, Cookie"
        if asked := known(request.query_params.get("lang")):
            response.set_cookie(LANGUAGE_COOKIE, asked, max_age=_YEAR_S, httponly=True, samesite="lax")
        return response


def language_of(request: Request) -> Language:
    """Choose the language of an answer."""
    return choose(
        request.query_params.get("lang"),
        request.cookies.get(LANGUAGE_COOKIE),
        request.headers.get("accept-language"),
    )

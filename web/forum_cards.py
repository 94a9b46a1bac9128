"""The experience cards as a file to take away, for members."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from hub.bootstrap import Hub
from hub.errors import Rejected, Unavailable
from hub.forum.card_store import Experience
from hub.forum.cards import read_sought
from hub.forum.rules import Reaction
from hub.language import Language, day_of
from hub.survey.files import Table, as_csv
from web.pages import Pages, language_of
from web.visitors import visitor_of


class ForumCards:
    """Serves the file."""

    def __init__(self, hub: Hub, pages: Pages) -> None:
        """Hold the hub."""
        self._hub = hub
        self._pages = pages

    def routes(self) -> list[Route]:
        """Return the route."""
        return [Route("/api/forum/kort.csv", self.cards, methods=["GET"])]

    async def cards(self, request: Request) -> Response:
        """Answer with the cards that the address asks for, in the words of whoever asks, without ways to reach people."""
        say, language = self._pages.say(request), language_of(request)
        base = self._hub.settings.public_url or str(request.base_url).rstrip("/")
        sought, _wrong = read_sought(request.query_params, self._hub.levels, self._hub.regions.codes)

        def work() -> bytes:
            by = visitor_of(request, self._hub.identity)
            return as_csv(self._table(self._hub.cards.every(by, sought), language, say, base))

        try:
            content = await run_in_threadpool(work)
        except Rejected as error:
            if error.code == "too-often":
                wait_s = str(error.facts["wait_s"])
                text = say("That was many times in a short while. Try again in {seconds} seconds.")
                return PlainTextResponse(text.format(seconds=wait_s), status_code=429, headers={"retry-after": wait_s})
            return PlainTextResponse(say("Only members may take the cards along. Sign in first."), status_code=403)
        except Unavailable:
            return PlainTextResponse(say("This does not answer just now"), status_code=503)
        headers = {
            "cache-control": "no-store",
            "x-robots-tag": "noindex",
            "content-disposition": 'attachment; filename="erfarenhetskort.csv"',
        }
        return Response(content, media_type="text/csv; charset=utf-8", headers=headers)

    def _table(self, told: tuple[Experience, ...], language: Language, say: Callable[[str], str], base: str) -> Table:
        reading = self._hub.forum_readings[language]
        # How to reach people stays in the forum.
        texts = {field: name for field, name in reading.compared_texts().items() if field != "contact"}
        columns = (
            say("Title"), say("Level"), say("Year"), say("Region"), say("Told by"), *texts.values(),
            *(reading.reaction(kind) for kind in Reaction), say("Told on"), say("Thread"),
        )  # fmt: skip

        def row(one: Experience) -> tuple[str | int | None, ...]:
            card = one.card
            return (
                one.title, reading.level(card.level), card.year, self._hub.regions.name(card.region, language),
                reading.author(one.author_name), *(getattr(card, field) for field in texts),
                *(one.reactions.get(kind, 0) for kind in Reaction), day_of(one.created_at).isoformat(),
                f"{base}/forum?trad={one.thread_id}",
            )  # fmt: skip

        return Table(columns, tuple(map(row, told)))

"""The experience cards as a file to take away, for members."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from hub.bootstrap import Hub
from hub.errors import Rejected, Unavailable
from hub.forum import reading
from hub.forum.card_store import Experience
from hub.forum.cards import OTHER, Sought
from hub.forum.rules import LONGEST, Reaction
from hub.language import Language
from hub.survey.files import Table, as_csv
from web.pages import Pages, language_of
from web.visitors import visitor_of

_YEAR_DIGITS = 4


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

        def work() -> bytes:
            by = visitor_of(request, self._hub.identity)
            return as_csv(self._table(self._hub.cards.every(by, self._sought(request)), language, say, request))

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

    def _sought(self, request: Request) -> Sought:
        """Return what the address asks for; what there cannot be asks for all, as the page has it."""
        asked = {
            name: request.query_params.get(name, "")[: LONGEST["system"]]
            for name in ("niva", "video", "journal", "region", "ar")
        }
        year = asked["ar"] if asked["ar"].isascii() and asked["ar"].isdigit() else ""
        return Sought(
            level=asked["niva"] if asked["niva"] in {*self._hub.levels, OTHER} else "",
            video=asked["video"],
            record=asked["journal"],
            region=asked["region"] if asked["region"] in self._hub.regions.codes else "",
            year=int(year) if len(year) == _YEAR_DIGITS else 0,
        )

    def _table(
        self, told: tuple[Experience, ...], language: Language, say: Callable[[str], str], request: Request
    ) -> Table:
        base = self._hub.settings.public_url or str(request.base_url).rstrip("/")
        columns = (
            say("Title"), say("Level"), say("Year"), say("Region"), say("Told by"), say("Video system"),
            say("Record system"), say("Who uses it, and how many"), say("Situation"), say("What we did"),
            say("What came of it"), say("What we would do differently"), say("Effort"), say("Advice to others"),
            say("We do this too"), say("Tried it, works"), say("Tried it, did not work"), say("Told on"), say("Thread"),
        )  # fmt: skip

        def row(one: Experience) -> tuple[str | int | None, ...]:
            card = one.card
            level = self._hub.levels[card.level][language].name if card.level in self._hub.levels else ""
            return (
                one.title, level or say("Another way"), card.year,
                self._hub.regions.name(card.region, language) if card.region else "",
                reading.author(one.author_name, say), card.video_system, card.record_system, card.users, card.situation,
                card.did, card.result, card.otherwise, card.effort, card.advice,
                *(one.reactions.get(kind, 0) for kind in Reaction), one.created_at.date().isoformat(),
                f"{base}/forum?trad={one.thread_id}",
            )  # fmt: skip

        return Table(columns, tuple(map(row, told)))

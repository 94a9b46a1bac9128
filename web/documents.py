"""Files to take away: the requirement list and the board document. Each is worked out from the address it is asked by."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from hub import documents
from hub.bootstrap import Hub
from hub.clock import utc_now
from hub.documents import Column
from hub.errors import HubError, NotFound, Rejected, Unavailable
from hub.guide import answers as link
from hub.guide.answers import MOST_SERVICES
from hub.handover import plan_document, plan_input
from hub.language import Language
from hub.plan.rules import Document, Edits
from hub.plan.service import Access
from hub.plan.writing import write
from hub.requirements.rules import read_wish
from web.origin import same_origin
from web.pages import language_of
from web.visitors import stranger, visitor_of

_TYPES: Mapping[str, str] = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "md": "text/markdown; charset=utf-8",
    "ics": "text/calendar; charset=utf-8",
}
_WIDTHS = (24, 16, 60, 14, 16, 40, 20, 16, 40, 30, 30)
"""Characters for each column of the requirement list."""
_ANSWERS = 2
"""The last columns of the requirement list are for the vendor."""
_MOST_FIELDS = 60
_LARGEST_FORM = 200_000
"""Bytes; every field filled to its limit is less than half of it."""
_MOST_STEPS = 12
_SERVICES = frozenset(str(number) for number in range(1, MOST_SERVICES + 1))


class Documents:
    """Serves the files."""

    def __init__(self, hub: Hub) -> None:
        """Hold the hub."""
        self._hub = hub

    def routes(self) -> list[Route]:
        """Return the routes of the files."""
        return [
            Route("/api/krav.{kind:str}", self.requirements, methods=["GET"]),
            Route("/api/plan.{kind:str}", self.plan, methods=["GET", "POST"]),
        ]

    async def requirements(self, request: Request) -> Response:
        """Answer the requirement list as Word or Excel, filtered as the address says."""
        kind = request.path_params["kind"]
        if kind not in {"docx", "xlsx"}:
            return JSONResponse({"error": "not found"}, status_code=404)
        language = language_of(request)
        query = {name: request.query_params.getlist(name) for name in request.query_params}
        if refused := await self._too_often(request):
            return refused
        wish, _problems = read_wish(query, self._hub.requirements.requirements)
        columns, rows = self._hub.requirement_readings[language].rows(wish)
        titles = [
            Column(title, width, answer=place >= len(columns) - _ANSWERS)
            for place, (title, width) in enumerate(zip(columns, _WIDTHS, strict=True))
        ]
        title = self._hub.catalogue.text(language, "Requirements to put to a vendor")

        def make() -> bytes:
            if kind == "xlsx":
                return documents.table_excel(title, titles, rows)
            return documents.table_word(title, *_for_paper(titles, rows), language=language)

        return _file(await run_in_threadpool(make), "krav", kind)

    async def plan(self, request: Request) -> Response:
        """Answer the board document of a guide result or a kept plan; a form sent along holds the officer's own texts."""
        kind = request.path_params["kind"]
        if kind not in _TYPES or kind == "xlsx":
            return JSONResponse({"error": "not found"}, status_code=404)
        given: dict[str, str] = {}
        if request.method == "POST":
            if not same_origin(request, self._hub.settings.public_url):
                return JSONResponse({"error": "origin"}, status_code=403)
            if int(request.headers.get("content-length") or _LARGEST_FORM + 1) > _LARGEST_FORM:
                return JSONResponse({"error": "too large"}, status_code=413)
            async with request.form(max_files=0, max_fields=_MOST_FIELDS) as form:
                given = {name: value for name, value in form.items() if isinstance(value, str)}
        if refused := await self._too_often(request):
            return refused
        try:
            if "id" in request.query_params:
                made = await run_in_threadpool(self._kept, kind, request)
            else:
                made = await run_in_threadpool(self._make, kind, request, given)
        except HubError as error:
            return self._refused(error, language_of(request))
        return _file(made, "tjansteskrivelse", kind)

    async def _too_often(self, request: Request) -> Response | None:
        """Count one more file, or refuse it."""

        def count() -> Response | None:
            try:
                by = visitor_of(request, self._hub.identity)
            except Unavailable:
                by = stranger(request, self._hub.identity)
            try:
                self._hub.limits.count("document", by, utc_now)
            except Rejected as error:
                wait_s = str(error.facts["wait_s"])
                text = self._hub.catalogue.text(
                    language_of(request), "That was many times in a short while. Try again in {seconds} seconds."
                )
                return PlainTextResponse(
                    text.format(seconds=wait_s), status_code=429, headers={"retry-after": wait_s}
                )  # fmt: skip
            return None

        return await run_in_threadpool(count)

    def _refused(self, error: HubError, language: Language) -> Response:
        if isinstance(error, NotFound) or (isinstance(error, Rejected) and error.code != "too-long"):
            # Besides what is too long only an id that cannot be one is refused.
            return JSONResponse({"error": "not found"}, status_code=404)
        if isinstance(error, Rejected):
            text = self._hub.catalogue.text(language, "The field “{field}” may hold at most {most} characters.")
            return PlainTextResponse(text.format(field=error.field, **error.facts), status_code=400)
        return PlainTextResponse(self._hub.catalogue.text(language, "This does not answer just now"), status_code=503)

    def _kept(self, kind: str, request: Request) -> bytes:
        """Make a file of a kept plan; its address goes into the file, its key does not."""
        query = request.query_params
        opened = self._hub.plans.open(
            visitor_of(request, self._hub.identity), Access(query["id"], query.get("nyckel", ""))
        )
        if kind == "ics":
            return documents.calendar(
                [(item.due_on, item.text) for item in opened.items if item.due_on and item.due_on < dt.date.max]
            )  # fmt: skip
        asked = query.get("tjanst", "1")
        index = int(asked) - 1 if asked in _SERVICES else 0
        base = self._hub.settings.public_url or str(request.base_url).rstrip("/")
        made = plan_document(
            self._hub, opened.plan, opened.items, index, day=dt.datetime.now(dt.UTC).date(),
            address=f"{base}/plan?id={opened.plan.id}",
        )  # fmt: skip
        return _WRITERS[kind](made)

    def _make(self, kind: str, request: Request, given: Mapping[str, str]) -> bytes:
        """Make a file of the result in an address, in the visitor's language."""
        if kind == "ics":
            return documents.calendar(_dated(given))
        address = str(request.url).replace("/api/plan." + kind, "/valj")
        made = document(self._hub, language_of(request), request.query_params, given, address)
        return _WRITERS[kind](made)


_WRITERS: Mapping[str, Callable[[Document], bytes]] = {
    "docx": documents.word,
    "pdf": documents.pdf,
    "md": lambda one: documents.markdown(one).encode(),
}


def document(hub: Hub, language: Language, query: Mapping[str, str], given: Mapping[str, str], url: str) -> Document:
    """Write the board document of the result an address holds, with the officer's own texts."""
    found = link.read_link(query, hub.guide.flow)
    edits = Edits(**{field.name: given.get(field.name, "") for field in fields(Edits)})
    words, today = hub.plan_words[language], dt.datetime.now(dt.UTC).date()
    plan = plan_input(hub, words, found.services, found.current, day=today, address=url)
    return write(plan, edits, words)


def _dated(given: Mapping[str, str]) -> list[tuple[dt.date, str]]:
    """Return the steps that the officer has dated; what is no date is left out."""
    steps = []
    for number in range(_MOST_STEPS):
        text, day = given.get(f"steg-{number}", ""), given.get(f"dag-{number}", "")
        try:
            found = dt.date.fromisoformat(day)
        except ValueError:
            continue
        # A day in a calendar ends where the next begins, and the last there is has no next.
        if found < dt.date.max:
            steps.append((found, text[:300]))
    return steps


def _for_paper(titles: Sequence[Column], rows: Sequence[Sequence[str]]) -> tuple[list[Column], list[list[str]]]:
    """Return fewer and wider columns, so that words are not broken: the ground and the source follow the requirement."""
    id_, _part, text, weight, _ground, _source, answers, _verified, check, reply, comment = titles
    columns = [id_, replace(text, width=64), weight, replace(answers, width=22), check, reply, comment]
    return columns, [
        [row[0], f"{row[2]} – {row[4]}: {row[5]}", row[3], row[6], row[8], row[9], row[10]] for row in rows
    ]


def _file(content: bytes, name: str, kind: str) -> Response:
    return Response(
        content,
        media_type=_TYPES[kind],
        headers={
            "content-disposition": f'attachment; filename="{name}.{kind}"',
            "cache-control": "no-store",
            "x-robots-tag": "noindex",
        },
    )

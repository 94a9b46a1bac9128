"""What a round gives as files and takes as one: a region's answers, its report, open data, and the import.

Whoever may not see something gets the same answer as whoever asks for something that does not exist.
"""

import csv
import hashlib
import io
import secrets
from collections.abc import Callable, Mapping
from functools import partial
from html import escape
from pathlib import Path
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from hub import documents
from hub.bootstrap import Hub
from hub.clock import Clock, utc_now
from hub.documents import Column, Meta, Page
from hub.errors import NotFound, Rejected, Unavailable
from hub.language import LANGUAGES, Language, date
from hub.origin import Origin
from hub.plan.rules import Document
from hub.region_report import Subject, report
from hub.settings import ROOT
from hub.survey import files, incoming
from hub.survey.answering import Access, Sheet
from hub.survey.content import Questionnaire
from hub.survey.files import Say, Table
from hub.survey.incoming import Difference, Line, Read
from hub.survey.mart import parquet
from hub.survey.rounds import Round, read_choice
from hub.survey.visibility import EMPTY
from hub.visitor import NOBODY, Visitor
from web.origin import same_origin
from web.pages import Pages, language_of
from web.visitors import stranger, visitor_of

_TYPES: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "md": "text/markdown; charset=utf-8",
}
_TABLES = ("csv", "xlsx", "parquet")
_REPORTS: Mapping[str, Callable[[Document], bytes]] = {"pdf": documents.pdf, "docx": documents.word}
_OPEN = ("answers.csv", "answers.xlsx", "answers.parquet", "figures.csv", "codebook.md")
_WIDTHS: Mapping[str, int] = {"evidence": 60, "statement": 26, "choice": 16, "dimension": 18}
_REMEMBERED = 64
"""Open files kept made, of the newest answers."""
_AROUND = 20_000
"""Bytes of a form besides the file in it."""


class Survey:
    """Serves the files and takes the import."""

    def __init__(self, hub: Hub, pages: Pages, clock: Clock = utc_now) -> None:
        """Hold the hub."""
        self._hub = hub
        self._pages = pages
        self._clock = clock
        self._made: dict[tuple[str, str, str, int], bytes] = {}

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/api/survey/import", self.preview, methods=["POST"]),
            Route("/api/survey/import", self.astray, methods=["GET"]),
            Route("/api/survey/import/apply", self.apply, methods=["POST"]),
            Route("/api/survey/{round}/figures.{kind}", self.figures, methods=["GET"]),
            Route("/api/survey/{round}/{region}/answers.{kind}", self.answers, methods=["GET"]),
            Route("/api/survey/{round}/{region}/report.{kind}", self.report, methods=["GET"]),
            Route("/api/survey/{round}/codebook.md", self.codebook, methods=["GET"]),
            Route("/data", self.index, methods=["GET"]),
            Route("/data/", self.index, methods=["GET"]),
            Route("/data/rundor/{rest:path}", self.open_data, methods=["GET"]),
        ]

    # --- Files for whoever may see them ------------------------------------------------------------------------------

    async def answers(self, request: Request) -> Response:
        """Answer with what a region has settled on, for those who speak for it."""
        return await self._give(request, self._answers, "svar", _TABLES)

    async def figures(self, request: Request) -> Response:
        """Answer with the figure of a round that the visitor may see."""
        return await self._give(request, self._figures, "siffror", _TABLES)

    async def codebook(self, request: Request) -> Response:
        """Answer with what the columns of a round's files mean."""
        return await self._give(request, self._codebook, "kodbok", ("md",))

    async def report(self, request: Request) -> Response:
        """Answer with a region on one page, for those who may see it by name."""
        return await self._give(request, self._report, "regionrapport", tuple(_REPORTS))

    def _answers(self, request: Request, by: Visitor, round_: Round, kind: str) -> bytes:
        region = request.path_params["region"]
        standing = self._hub.rounds.own(by, Access(round_.id, region))
        held = {region: standing.answers if standing else {}}
        questionnaire = self._hub.questionnaires[round_.version]
        return self._table(files.answers_table(round_, questionnaire, held, whole=True), kind, round_, request)

    def _figures(self, request: Request, by: Visitor, round_: Round, kind: str) -> bytes:
        table = files.figures_table(round_, self._hub.rounds.national(by, round_))
        return self._table(table, kind, round_, request)

    def _codebook(self, _request: Request, _by: Visitor, round_: Round, _kind: str) -> bytes:
        return self._in_both_languages(round_)

    def _report(self, request: Request, by: Visitor, round_: Round, kind: str) -> bytes:
        region, language = request.path_params["region"], language_of(request)
        subject = self._subject(request, by, round_, region)
        made = report(subject, self._hub.questionnaires[round_.version], language, self._in(language))
        return _REPORTS[kind](made)

    def _subject(self, request: Request, by: Visitor, round_: Round, region: str) -> Subject:
        """Return whose report it is.

        Raises:
            NotFound: the visitor may not see the region by name, or it has not answered.
        """
        rounds = self._hub.rounds
        standing = next((one for one in rounds.standings(by, round_) if one.region == region), None)
        handed_in = standing is not None
        if standing is None and by.region == region:
            standing = rounds.own(by, Access(round_.id, region))
        if standing is None or not region:
            raise NotFound("part", region)
        language = language_of(request)
        base = self._hub.settings.public_url or str(request.base_url).rstrip("/")
        query = urlencode({"del": "runda", "runda": round_.id, "region": region})
        return Subject(
            self._hub.regions.name(region, language) or region,
            round_,
            round_.stage(self._clock()),
            standing,
            handed_in,
            rounds.national(by, round_),
            self._clock().date(),
            f"{base}/mognad?{query}",
        )

    async def _give(
        self,
        request: Request,
        make: Callable[[Request, Visitor, Round, str], bytes],
        name: str,
        kinds: tuple[str, ...],
    ) -> Response:
        kind = request.path_params.get("kind", kinds[0])
        if kind not in kinds:
            return _nothing()
        if refused := await self._too_often(request):
            return refused

        def work() -> bytes:
            by = visitor_of(request, self._hub.identity)
            return make(request, by, self._hub.rounds.round(request.path_params["round"]), kind)

        try:
            content = await run_in_threadpool(work)
        except (NotFound, Rejected):
            # Whoever may not see it learns no more than whoever asks for what there is not.
            return _nothing()
        except Unavailable:
            return PlainTextResponse(self._pages.say(request)("This does not answer just now"), status_code=503)
        headers = {"cache-control": "no-store", "x-robots-tag": "noindex"}
        return Response(content, media_type=_TYPES[kind], headers={**headers, **_named(f"{name}.{kind}")})

    def _table(self, table: Table, kind: str, round_: Round, request: Request | None) -> bytes:
        language = language_of(request) if request else "sv"
        return _written(table, kind, round_, self._hub.questionnaires[round_.version], language, self._in(language))

    def _in_both_languages(self, round_: Round) -> bytes:
        questionnaire = self._hub.questionnaires[round_.version]
        parts = [files.codebook(questionnaire, round_, one, self._in(one)) for one in LANGUAGES]
        return "\n---\n\n".join(parts).encode()

    def _in(self, language: Language) -> Say:
        return partial(self._hub.catalogue.text, language)

    # --- Open data ---------------------------------------------------------------------------------------------------

    async def open_data(self, request: Request) -> Response:
        """Answer with a file of a round that everybody may see, whoever asks."""
        id_, _, name = request.path_params["rest"].partition("/")
        if name not in _OPEN:
            return await self._pages.not_found(request)
        if refused := await self._too_often(request):
            return refused
        try:
            content = await run_in_threadpool(self._opened, id_, name)
        except NotFound:
            return await self._pages.not_found(request)
        except Unavailable:
            return PlainTextResponse(self._pages.say(request)("This does not answer just now"), status_code=503)
        tag = f'"{hashlib.sha256(content).hexdigest()[:24]}"'
        # Asked for anew each time: a region may withdraw its answers from everybody's eyes.
        headers = {"etag": tag, "cache-control": "public, no-cache", "access-control-allow-origin": "*"}
        if tag in {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}:
            return Response(status_code=304, headers=headers)
        kind = name.rpartition(".")[2]
        return Response(content, media_type=_TYPES[kind], headers={**headers, **_named(f"{id_}-{name}")})

    def _opened(self, id_: str, name: str) -> bytes:
        """Return an open file: what a stranger may see, remembered until something that counts is written."""
        rounds = self._hub.rounds
        round_ = rounds.round(id_)
        rounds.close(round_)
        stage, version = round_.stage(self._clock()), self._hub.topics.version("survey")
        key = (id_, name, stage, version)
        if key not in self._made:
            made = self._open_file(round_, name, closed=stage == "closed")
            if len(self._made) >= _REMEMBERED:
                self._made.clear()
            self._made[key] = made
        return self._made[key]

    def _open_file(self, round_: Round, name: str, *, closed: bool) -> bytes:
        rounds = self._hub.rounds
        if name == "codebook.md":
            return self._in_both_languages(round_)
        if name == "figures.csv":
            # Until the close there is no national figure, and what can be counted then can be so from the answers.
            figure = rounds.national(NOBODY, round_) if closed else EMPTY
            return files.as_csv(files.figures_table(round_, figure))
        held = files.by_name(rounds.standings(NOBODY, round_))
        table = files.answers_table(round_, self._hub.questionnaires[round_.version], held, whole=False)
        return self._table(table, name.rpartition(".")[2], round_, None)

    async def index(self, request: Request) -> Response:
        """Answer with a page that lists all open data."""
        say, language = self._pages.say(request), language_of(request)
        try:
            rounds = await run_in_threadpool(self._hub.rounds.all)
        except Unavailable:
            rounds = ()
        title = say("Open data")
        lead = say("Everything the hub counts with, as files. Each has its source, its licence and its date.")
        body = [f"<h1>{escape(title)}</h1><p class='hub-lead'>{escape(lead)}</p>"]
        body.append(f"<h2>{escape(say('Rounds of the survey'))}</h2>")
        body.append(f"<p>{escape(files.rule(say))}</p>")
        if not rounds:
            body.append(f"<p>{escape(say('No round has been set up yet.'))}</p>")
        body += [self._round_entry(one, language, say) for one in rounds]
        body.append(f"<h2>{escape(say('Published sources, as tables'))}</h2>")
        body += [_dataset(folder, origin, language, say) for folder, origin in self._hub.mart.origins.items()]
        return await self._pages.render(
            request,
            "reading.html",
            title=title,
            description=lead,
            path="/mognad",
            body=Markup("".join(body)),  # noqa: S704 - escaped above
            app_address="/mognad",
            app_text=say("See it drawn"),
        )

    def _round_entry(self, round_: Round, language: Language, say: Say) -> str:
        questionnaire = self._hub.questionnaires[round_.version]
        stage = round_.stage(self._clock())
        state = {
            "coming": say("The round has not opened yet; there is nothing in the files."),
            "open": say("The round is open. The files hold what regions have handed in for everybody to see; the national figure comes when it closes."),
            "closed": say("The round is closed. The national figure is the one kept at the close."),
        }[stage]  # fmt: skip
        named = {
            "answers.csv": say("Answers as CSV"),
            "answers.xlsx": say("Answers as Excel"),
            "answers.parquet": say("Answers as Parquet"),
            "figures.csv": say("National figure as CSV"),
            "codebook.md": say("What the columns mean"),
        }
        links = "".join(
            f"<li><a href='/data/rundor/{escape(round_.id)}/{name}'>{escape(named[name])}</a></li>" for name in _OPEN
        )
        about = (files.period(round_, language, say), questionnaire.about[language], state)
        notes = "".join(f"<p>{escape(one)}</p>" for one in about)
        licence = say(
            "The regions’ own answers, handed in for everybody to see. Name the round and the hub as the source."
        )
        return (
            f"<section><h3>{escape(round_.title[language])}</h3>{notes}"
            f"<p>{escape(say('Terms'))}: {escape(licence)}</p><ul class='hub-files'>{links}</ul></section>"
        )

    # --- Import ------------------------------------------------------------------------------------------------------

    async def preview(self, request: Request) -> Response:
        """Answer a file that is sent in with what it would change, or with every fault in it; nothing is kept yet."""
        try:
            given, content = await self._uploaded(request)
        except Rejected as error:
            return await self._pages.refused(request, error)
        if refused := await self._too_often(request):
            return refused
        access = Access(given.get("runda", ""), given.get("region", ""))
        try:
            sheet = await run_in_threadpool(self._sheet, request, access)
        except (NotFound, Rejected):
            return await self._pages.not_found(request)
        except Unavailable:
            return await self._failed(request, access, "unavailable")
        found = await run_in_threadpool(
            partial(
                incoming.read,
                content,
                sheet.questionnaire,
                documents.read_excel,
                region=access.region,
                round_=access.round_id,
            )
        )
        return await self._shown(request, access, sheet, found)

    async def astray(self, request: Request) -> Response:
        """Lead whoever comes back to a preview, by a bookmark or to change the language, to where a file is sent from."""
        return RedirectResponse(f"/enkat?{request.url.query}", status_code=303)

    async def apply(self, request: Request) -> Response:
        """Keep what a preview showed, unless somebody has changed it meanwhile, and lead to the region's part."""
        try:
            given, _ = await self._uploaded(request)
        except Rejected as error:
            return await self._pages.refused(request, error)
        access = Access(given.get("runda", ""), given.get("region", ""))

        def work() -> None:
            by = visitor_of(request, self._hub.identity)
            self._hub.rounds.import_answers(by, access, _unpacked(given.get("rader", "")), given.get("kommando", ""))

        try:
            await run_in_threadpool(work)
        except NotFound:
            return await self._pages.not_found(request)
        except Rejected as error:
            return await self._failed(request, access, error.code)
        except Unavailable:
            return await self._failed(request, access, "unavailable")
        return RedirectResponse(f"/enkat?{urlencode({**access.query, 'sparat': 'import'})}", status_code=303)

    def _sheet(self, request: Request, access: Access) -> Sheet:
        """Return the part that a file is for.

        Raises:
            NotFound: the visitor does not speak for the region.
        """
        sheet = self._hub.rounds.sheet(visitor_of(request, self._hub.identity), access)
        if not sheet.may_settle:
            raise NotFound("part", access.region)
        return sheet

    async def _uploaded(self, request: Request) -> tuple[dict[str, str], bytes]:
        """Return the fields and the file of a form.

        Raises:
            Rejected: ``origin``, it does not come from one of our pages; ``too-large``.
        """
        if not same_origin(request, self._hub.settings.public_url):
            raise Rejected("origin")
        stated = request.headers.get("content-length", "")
        if not stated.isdecimal() or int(stated) > incoming.LARGEST + _AROUND:
            raise Rejected("too-large")
        content = b""
        async with request.form(max_files=1, max_fields=8) as form:
            given = {name: value for name, value in form.items() if isinstance(value, str)}
            sent = form.get("fil")
            if isinstance(sent, UploadFile):
                content = await sent.read()
        return given, content

    async def _failed(self, request: Request, access: Access, code: str) -> Response:
        """Answer that nothing has been kept, and why."""
        say = self._pages.say(request)
        why = {
            "changed-meanwhile": say("Somebody has changed one of the values since the preview. Send the file once more to see what stands there now."),
            "submitted": say("The answers are handed in. Open them again first."),
            "not-begun": say("Your region has not begun to answer. Begin there first."),
            "round-closed": say("The round is closed, and what was answered stays as it is."),
            "round-coming": say("The round has not opened yet."),
            "too-often": say("That was many times in a short while. Try again in a minute."),
            "unavailable": say("This does not answer just now"),
        }.get(code, say("Nothing has been done. Open the page anew and try again."))  # fmt: skip
        body = (
            f"<h1>{escape(say('Nothing was imported'))}</h1><p class='hub-lead'>{escape(why)}</p>"
            f"<p><a class='hub-button' href='{escape(_part(access))}'>{escape(say('Back to the answers'))}</a></p>"
        )
        return await self._page(request, access, say("Nothing was imported"), body, status=409)

    async def _shown(self, request: Request, access: Access, sheet: Sheet, found: Read) -> Response:
        say, language = self._pages.say(request), language_of(request)
        stage = sheet.round.stage(self._clock())
        if stage != "open":
            return await self._failed(request, access, f"round-{stage}")
        if sheet.part is None:
            return await self._failed(request, access, "not-begun")
        if sheet.part.submitted_at:
            return await self._failed(request, access, "submitted")
        if found.faults:
            return await self._page(
                request, access, say("The file cannot be imported"), _faults(access, found, say), status=422
            )
        differences = incoming.against(found.lines, sheet.settled)
        body = _preview(access, differences, sheet.questionnaire, language, say)
        return await self._page(request, access, say("Import answers"), body)

    async def _page(self, request: Request, access: Access, title: str, body: str, *, status: int = 200) -> Response:
        answer = await self._pages.render(
            request,
            "reading.html",
            status=status,
            title=title,
            description="",
            path="/enkat",
            body=Markup(body),  # noqa: S704 - escaped where it is made
            app_address=_part(access),
            app_text=self._pages.say(request)("Back to the answers"),
        )
        answer.headers["cache-control"] = "no-store"
        answer.headers["x-robots-tag"] = "noindex"
        return answer

    # --- Limits ------------------------------------------------------------------------------------------------------

    async def _too_often(self, request: Request) -> Response | None:
        """Count one more file, or refuse it."""

        def count() -> Response | None:
            try:
                by = visitor_of(request, self._hub.identity)
            except Unavailable:
                by = stranger(request, self._hub.identity)
            try:
                self._hub.limits.count("document", by, self._clock)
            except Rejected as error:
                wait_s = str(error.facts["wait_s"])
                text = self._pages.say(request)(
                    "That was many times in a short while. Try again in {seconds} seconds."
                ).format(seconds=wait_s)
                return PlainTextResponse(text, status_code=429, headers={"retry-after": wait_s})
            return None

        return await run_in_threadpool(count)


def _written(
    table: Table, kind: str, round_: Round, questionnaire: Questionnaire, language: Language, say: Say
) -> bytes:
    if kind == "csv":
        return files.as_csv(table)
    caveats = files.caveats(questionnaire, round_, language, say)
    if kind == "parquet":
        about = {"codebook": files.codebook(questionnaire, round_, language, say)}
        return parquet(table.columns, table.rows, numbers=table.numbers, about=about)
    columns = [Column(name, _WIDTHS.get(name, 14), answer=name in {"choice", "evidence"}) for name in table.columns]
    told = [Column(say("Where"), 24), Column(say("What"), 20), Column(say("Meaning"), 90)]
    rows = [("", "", one) for one in caveats] + list(files.meanings(questionnaire, language, say))
    title = round_.title[language]
    return documents.table_excel(
        title, columns, table.texts(), Meta(made=round_.opens_at), Page(say("Codebook"), told, rows)
    )


def _dataset(folder: str, origin: Origin, language: Language, say: Say) -> str:
    foreign = " lang='en'" if language != "en" else ""
    names = ["codebook.md", "origin.yaml", *(file.name for file in origin.files)]
    links = "".join(
        f"<li><a href='/data/{escape(folder)}/{escape(name)}'>{escape(name)}</a></li>"
        for name in names
        if (Path(ROOT) / "data" / folder / name).is_file()
    )
    return (
        f"<section><h3{foreign}>{escape(origin.title)}</h3><dl class='hub-trace'>"
        f"<div><dt>{escape(say('Producer'))}</dt><dd{foreign}>{escape(origin.producer)}</dd></div>"
        f"<div><dt>{escape(say('Published'))}</dt><dd>{escape(date(language, origin.published))}</dd></div>"
        f"<div><dt>{escape(say('Received'))}</dt><dd>{escape(date(language, origin.received))}</dd></div>"
        f"<div><dt>{escape(say('Licence'))}</dt><dd{foreign}>{escape(origin.licence)}</dd></div></dl>"
        f"<ul class='hub-files'>{links}</ul></section>"
    )


def _preview(
    access: Access, differences: tuple[Difference, ...], questionnaire: Questionnaire, language: Language, say: Say
) -> str:
    changed = [one for one in differences if one.changes]
    same = len(differences) - len(changed)
    parts = [f"<h1>{escape(say('Import answers'))}</h1>"]
    if not changed:
        parts.append(f"<p class='hub-lead'>{escape(say('The file says what stands there already.'))}</p>")
        parts.append(
            f"<p><a class='hub-button' href='{escape(_part(access))}'>{escape(say('Back to the answers'))}</a></p>"
        )
        return "".join(parts)
    lead = say("{changed} values change, and {same} stay as they are. Nothing is kept yet.")
    parts.append(f"<p class='hub-lead'>{escape(lead.format(changed=len(changed), same=same))}</p>")
    heads = (say("Statement"), say("Stands there now"), say("Choice in the file"), say("Evidence in the file"))
    head = "".join(f"<th scope='col'>{escape(one)}</th>" for one in heads)
    rows = "".join(_changed_row(one, questionnaire, language, say, heads) for one in changed)
    parts.append(
        f"<div class='table-scroll' tabindex='0' role='region' aria-label='{escape(say('What would change'))}'>"
        f"<table class='hub-stack'><caption class='hub-unseen'>{escape(say('What would change'))}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
    fields = {
        "runda": access.round_id,
        "region": access.region,
        "rader": _packed([one.line for one in changed]),
        "kommando": secrets.token_urlsafe(12),
    }
    hidden = "".join(f"<input type='hidden' name='{name}' value='{escape(value)}'>" for name, value in fields.items())
    parts.append(
        f"<form class='hub-actions' method='post' action='/api/survey/import/apply'>{hidden}"
        f"<button class='hub-button' type='submit'>{escape(say('Keep these values'))}</button> "
        f"<a class='hub-link' href='{escape(_part(access))}'>{escape(say('Cancel'))}</a></form>"
    )
    return "".join(parts)


def _changed_row(
    one: Difference, questionnaire: Questionnaire, language: Language, say: Say, heads: tuple[str, ...]
) -> str:
    def named(choice: str) -> str:
        found = read_choice(choice)
        if isinstance(found, int):
            return f"{found} {questionnaire.levels[found - 1][language]}"
        words = {"dont-know": questionnaire.dont_know, "not-applicable": questionnaire.not_applicable}
        return words[found][language] if found else say("Nothing yet")

    before = named(one.before.choice) if one.before else say("Nothing yet")
    if one.before and one.before.evidence:
        before = f"{before}. {one.before.evidence}"
    cells = (before, named(one.line.choice), one.line.evidence or "–")
    shown = "".join(f"<td>{_label(head)}{escape(cell)}</td>" for head, cell in zip(heads[1:], cells, strict=True))
    return f"<tr><th scope='row'>{escape(questionnaire.statements[one.line.statement].says[language])}</th>{shown}</tr>"


def _faults(access: Access, found: Read, say: Say) -> str:
    lead = say("Nothing has been kept. Mend this in the file and send it once more.")
    heads = (say("Row"), say("Column"), say("What is wrong"))
    head = "".join(f"<th scope='col'>{escape(one)}</th>" for one in heads)
    rows = "".join(
        f"<tr><th scope='row'>{_label(heads[0]) if fault.row else ''}{fault.row or escape(say('The file'))}</th>"
        f"<td>{_label(heads[1])}{escape(fault.column) or '–'}</td><td>{escape(incoming.sentence(fault, say))}</td></tr>"
        for fault in found.faults
    )
    return (
        f"<h1>{escape(say('The file cannot be imported'))}</h1><p class='hub-lead'>{escape(lead)}</p>"
        f"<div class='table-scroll' tabindex='0' role='region' aria-label='{escape(say('What is wrong'))}'>"
        f"<table class='hub-stack'><caption class='hub-unseen'>{escape(say('What is wrong'))}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        f"<p><a class='hub-button' href='{escape(_part(access))}'>{escape(say('Back to the answers'))}</a></p>"
    )


def _label(head: str) -> str:
    """Return the head of a column for where the table is stacked and its own head is out of sight."""
    return f"<span class='hub-label'>{escape(head)}: </span>"


def _packed(lines: list[Line]) -> str:
    """Return lines as a text that a form can carry."""
    made = io.StringIO()
    csv.writer(made, lineterminator="\n").writerows(
        (one.statement, one.choice, one.evidence, one.version) for one in lines
    )
    return made.getvalue()


def _unpacked(text: str) -> list[Line]:
    """Return the lines that a form carries.

    Raises:
        Rejected: ``broken``, it is not what a preview made.
    """
    try:
        return [
            Line(statement, choice, evidence, int(version))
            for statement, choice, evidence, version in csv.reader(io.StringIO(text, newline=""))
        ][: incoming.MOST_ROWS]
    except (ValueError, csv.Error) as cause:
        raise Rejected("broken") from cause


def _part(access: Access) -> str:
    return f"/enkat?{urlencode(access.query)}"


def _named(name: str) -> Mapping[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"'}


def _nothing() -> Response:
    return JSONResponse({"error": "not found"}, status_code=404)

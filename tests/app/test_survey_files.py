"""The files of a round by address: who gets what, that nobody's answers slip out, and the way a file comes in."""

from __future__ import annotations

import asyncio
import csv
import dataclasses
import datetime as dt
import html
import io
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

import docx
import duckdb
import httpx
import openpyxl
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from streamlit.testing.v1 import AppTest

from hub.bootstrap import build
from hub.database import Database
from hub.limits import Limits
from hub.live import Topics
from hub.settings import ROOT, read_settings
from hub.survey.answering import Access, Rounds
from hub.survey.files import as_typed
from hub.survey.incoming import Line
from hub.survey.rounds import Round
from hub.survey.visibility import VISIBILITIES
from hub.tables import person as people
from hub.visitor import Role, Visitor
from web import runtime, shell
from web.pages import Pages
from web.survey import Survey

HUB = build(read_settings(os.environ))
HERE = "http://hub.test"
NOW = dt.datetime(2027, 2, 1, 8, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
STATEMENTS = tuple(HUB.questionnaires[1].statements)
FIRST = STATEMENTS[0]
PUBLIC, NAMED, AGGREGATE = "M", "AB", "C"
SECRET = "Bara för oss, "


def editor(region: str) -> Visitor:
    return Visitor(
        f"person:ed{region}", f"ed{region}", name=f"Red {region}", roles=frozenset({Role.READER, Role.EDITOR}),
        region=region,
    )  # fmt: skip


ADAM = Visitor("person:adam", "adam", name="Adam", roles=frozenset({Role.READER, Role.ADMINISTRATOR}))
STRANGER = Visitor("browser:x")
OTHERS = ("D", "E", "F", "G", "H", "I")
NUMBERS = count(1)
"""Of commands: no two alike in databases that are copies of another."""


class Place:
    """An installation whose clock stands where it is put, and whose visitors are who they say they are."""

    def __init__(self, var: Path, like: Path) -> None:
        self.moment = NOW
        database, topics = Database(f"sqlite:///{shutil.copyfile(like, var / 'hub.sqlite')}"), Topics()
        limits = Limits(factor=1_000)
        codes = frozenset(region.code for region in HUB.mart.regions())
        rounds = Rounds(database, limits, topics, self.clock, HUB.questionnaires, codes)
        self.database = database
        self.hub = dataclasses.replace(HUB, database=database, limits=limits, topics=topics, rounds=rounds)
        self.rounds = rounds
        pages = Pages(self.hub, shell.take_apart(runtime.index_page()))
        routes = [*Survey(self.hub, pages, self.clock).routes(), Mount("/data", StaticFiles(directory=ROOT / "data"))]
        self._app = Starlette(routes=routes)

    def clock(self) -> dt.datetime:
        return self.moment

    def command(self) -> str:
        return f"command-{next(NUMBERS)}"

    def begin(self) -> Round:
        titles = {"sv": "Våren 2027", "en": "Spring 2027"}
        return self.rounds.round(self.rounds.begin(ADAM, titles, NOW - DAY, NOW + 10 * DAY, self.command()))

    def take_part(self, round_: Round, region: str, visibility: str) -> Access:
        access = Access(round_.id, region)
        self.rounds.take_part(editor(region), access, visibility, "k" * 22, self.command())
        return access

    def hand_in(self, round_: Round, region: str, visibility: str, evidence: str = "") -> Access:
        access = self.take_part(round_, region, visibility)
        lines = [Line(statement, "3", evidence) for statement in STATEMENTS]
        self.rounds.import_answers(editor(region), access, lines, self.command())
        self.rounds.submit(editor(region), access, self.command())
        return access

    def ask(self, method: str, path: str, by: Visitor = STRANGER, **more) -> httpx.Response:
        async def app(scope, receive, send) -> None:
            await self._app({**scope, "hub.visitor": by}, receive, send)

        async def asked() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HERE) as client:
                return await client.request(method, path, **more)

        return asyncio.run(asked())

    def get(self, path: str, by: Visitor = STRANGER, **more) -> httpx.Response:
        return self.ask("GET", path, by, **more)

    def send(self, access: Access, content: bytes, by: Visitor, origin: str = HERE, **more: str) -> httpx.Response:
        data = {"runda": access.round_id, "region": access.region}
        return self.ask(
            "POST", "/api/survey/import", by, data=data, files={"fil": ("svar.csv", content)},
            headers={"origin": origin, **more},
        )  # fmt: skip

    def keep(self, shown: httpx.Response, by: Visitor) -> httpx.Response:
        fields = re.findall(r"<input type='hidden' name='(\w+)' value='([^']*)'>", shown.text)
        data = {name: html.unescape(value) for name, value in fields}
        return self.ask("POST", "/api/survey/import/apply", by, data=data, headers={"origin": HERE})


@pytest.fixture(scope="module")
def peopled(tmp_path_factory) -> Path:
    """A database with everybody in it, to be copied."""
    file = tmp_path_factory.mktemp("peopled") / "hub.sqlite"
    database = Database(f"sqlite:///{file}")
    database.migrate()
    everybody = [
        {
            "id": who.person_id, "issuer": "test", "subject": who.person_id, "name": who.name, "region": "",
            "organisation": "", "role_words": "", "shown": "name", "language": "sv", "notices": "none",
            "rules_version": 1, "created_at": NOW, "version": 1,
        }
        for who in (ADAM, *map(editor, (PUBLIC, NAMED, AGGREGATE, *OTHERS)))
    ]  # fmt: skip
    database.write(lambda connection: connection.execute(people.insert(), everybody))
    database.close()
    return file


@pytest.fixture(scope="module")
def answered(peopled, tmp_path_factory) -> tuple[Path, Round]:
    """A database in which regions have answered, to be copied, and their round."""
    folder = tmp_path_factory.mktemp("answered")
    place = Place(folder, peopled)
    round_ = place.begin()
    for region, visibility in zip((PUBLIC, NAMED, AGGREGATE), VISIBILITIES, strict=True):
        place.hand_in(round_, region, visibility, f"{SECRET}{region}")
    for region in OTHERS:
        place.hand_in(round_, region, "aggregate")
    place.database.close()
    return folder / "hub.sqlite", round_


@pytest.fixture
def place(tmp_path, peopled) -> Iterator[Place]:
    made = Place(tmp_path, peopled)
    yield made
    made.database.close()


@dataclass(frozen=True)
class Held:
    """A place with a round in which one region of each kind, and six more that only they see, have answered."""

    place: Place
    round: Round


@pytest.fixture
def held(tmp_path, answered) -> Iterator[Held]:
    file, round_ = answered
    place = Place(tmp_path, file)
    yield Held(place, round_)
    place.database.close()


def table(answer: httpx.Response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def csv_file(*rows: tuple[str, str, str]) -> bytes:
    made = io.StringIO()
    csv.writer(made).writerows([("statement", "choice", "evidence"), *rows])
    return made.getvalue().encode()


# --- Open data -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [dt.timedelta(0), 10 * DAY, 400 * DAY], ids=["open", "at the close", "long after"])
@pytest.mark.parametrize("by", [STRANGER, editor(AGGREGATE), editor("O"), ADAM], ids=lambda by: by.key)
def test_open_data_names_regions_that_everybody_may_see_and_no_other_whoever_asks(held, after, by):
    held.place.moment = NOW + after
    base = f"/data/rundor/{held.round.id}"
    answer = held.place.get(f"{base}/answers.csv", by)

    assert {row["region"] for row in table(answer)} == {PUBLIC} and len(table(answer)) == len(STATEMENTS)
    book = openpyxl.load_workbook(io.BytesIO(held.place.get(f"{base}/answers.xlsx", by).content))
    assert {row[1] for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)} == {PUBLIC}
    for name in ("answers.csv", "answers.xlsx", "answers.parquet", "figures.csv", "codebook.md"):
        content = held.place.get(f"{base}/{name}", by).content
        assert f"{SECRET}{NAMED}".encode() not in content and f"{SECRET}{AGGREGATE}".encode() not in content


def test_parquet_holds_what_the_csv_holds(held, tmp_path):
    base = f"/data/rundor/{held.round.id}/answers"
    file = tmp_path / "a.parquet"
    file.write_bytes(held.place.get(f"{base}.parquet").content)

    with duckdb.connect() as connection:
        rows = connection.execute("select * from read_parquet(?)", [str(file)]).fetchall()
    written = [tuple(row.values()) for row in table(held.place.get(f"{base}.csv"))]
    assert [tuple("" if cell is None else str(cell) for cell in row) for row in rows] == written


def test_the_national_figure_comes_with_the_close_and_is_the_one_kept(held):
    path = f"/data/rundor/{held.round.id}/figures.csv"
    before = table(held.place.get(path))
    held.place.moment = held.round.closes_at
    after = table(held.place.get(path))

    assert before == []
    kept = held.place.rounds.national(STRANGER, held.round)
    assert [tuple(row.values())[1:] for row in after] == [tuple(map(str, row)) for row in kept.rows()]
    assert kept.of(FIRST).n == 2 + len(OTHERS) + 1


def test_a_region_that_withdraws_its_answers_is_gone_from_the_file_at_once(held):
    path = f"/data/rundor/{held.round.id}/answers.csv"
    held.place.moment = held.round.closes_at
    before = held.place.get(path)
    access = Access(held.round.id, PUBLIC)
    held.place.rounds.take_part(editor(PUBLIC), access, "aggregate", "k" * 22, held.place.command())
    after = held.place.get(path, headers={"if-none-match": before.headers["etag"]})

    assert table(before) and after.status_code == 200 and table(after) == []


def test_a_file_that_has_not_changed_is_not_sent_again_and_head_tells_as_much(held):
    path = f"/data/rundor/{held.round.id}/answers.csv"
    whole = held.place.get(path)
    again = held.place.get(path, headers={"if-none-match": f'"x", W/{whole.headers["etag"]}'})
    head = held.place.ask("HEAD", path)

    assert (again.status_code, again.content) == (304, b"")
    assert (head.status_code, head.headers["etag"]) == (200, whole.headers["etag"])
    assert whole.headers["cache-control"] == "public, no-cache"


@pytest.mark.parametrize(
    "path",
    ["rundor/{id}/answers.exe", "rundor/{id}", "rundor/", "rundor/zzzz9999/answers.csv", "rundor/{id}/../answers.csv"],
)
def test_what_there_is_not_is_not_found(held, path):
    assert held.place.get("/data/" + path.format(id=held.round.id)).status_code == 404


def test_the_files_of_the_sources_keep_their_addresses(place):
    for file in ("survey_2020/statements.csv", "regions/codebook.md"):
        assert place.get(f"/data/{file}").content == (ROOT / "data" / file).read_bytes()


@pytest.mark.parametrize(("language", "says"), [("sv", "Öppna data"), ("en", "Open data")])
def test_the_list_of_open_data_names_every_dataset_and_round_and_each_of_its_links_leads_somewhere(
    held, language, says
):
    page = held.place.get(f"/data/?lang={language}")

    assert page.status_code == 200 and f"<h1>{says}</h1>" in page.text
    assert "Våren 2027" in page.text if language == "sv" else "Spring 2027" in page.text
    for origin in HUB.mart.origins.values():
        assert html.escape(origin.title) in page.text and html.escape(origin.licence) in page.text
    links = set(re.findall(r"href='(/data/[^']+)'", page.text))
    assert len(links) == 5 + sum(len(origin.files) + 2 for origin in HUB.mart.origins.values())
    assert {held.place.ask("HEAD", link).status_code for link in links} == {200}


# --- Files for a region ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_a_regions_own_answers_are_for_those_who_speak_for_it_handed_in_or_not(place, kind):
    round_ = place.begin()
    access = place.take_part(round_, AGGREGATE, "aggregate")
    place.rounds.settle(editor(AGGREGATE), access, FIRST, choice="2", evidence="=1+1", version=0)
    path = f"/api/survey/{round_.id}/{AGGREGATE}/answers.{kind}"
    own = place.get(path, editor(AGGREGATE))
    unknown = place.get(f"/api/survey/zzzz9999/{AGGREGATE}/answers.{kind}")

    assert own.status_code == 200 and own.headers["cache-control"] == "no-store"
    for by in (STRANGER, ADAM, editor("O")):
        refused = place.get(path, by)
        assert (
            (refused.status_code, refused.content) == (unknown.status_code, unknown.content) == (404, unknown.content)
        )


def test_a_regions_file_has_a_row_for_each_statement_and_no_formula(place):
    round_ = place.begin()
    access = place.take_part(round_, PUBLIC, "public")
    place.rounds.settle(editor(PUBLIC), access, FIRST, choice="2", evidence="=1+1", version=0)
    rows = table(place.get(f"/api/survey/{round_.id}/{PUBLIC}/answers.csv", editor(PUBLIC)))

    assert [row["statement"] for row in rows] == list(STATEMENTS)
    assert (rows[0]["choice"], rows[0]["evidence"], as_typed(rows[0]["evidence"])) == ("2", "'=1+1", "=1+1")


def test_the_figures_of_an_open_round_are_counted_from_whom_the_visitor_may_see(held):
    path = f"/api/survey/{held.round.id}/figures.csv"

    def regions(by: Visitor) -> str:
        return next(row["n"] for row in table(held.place.get(path, by)) if row["counted"] == "regions")

    assert (regions(STRANGER), regions(editor("O")), regions(editor(AGGREGATE))) == ("1", "2", "3")


@pytest.mark.parametrize("kind", ["pdf", "docx"])
@pytest.mark.parametrize("closed", [False, True])
def test_a_report_is_for_those_who_may_see_the_region_by_name(held, kind, closed):
    if closed:
        held.place.moment = held.round.closes_at

    def status(region: str, by: Visitor) -> int:
        return held.place.get(f"/api/survey/{held.round.id}/{region}/report.{kind}", by).status_code

    assert [status(PUBLIC, by) for by in (STRANGER, editor("O"))] == [200, 200]
    assert [status(NAMED, by) for by in (STRANGER, ADAM, editor("O"), editor(NAMED))] == [404, 404, 200, 200]
    assert [status(AGGREGATE, by) for by in (STRANGER, ADAM, editor("O"), editor(AGGREGATE))] == [404, 404, 404, 200]
    hidden, unknown, silent = (
        held.place.get(f"/api/survey/{held.round.id}/{region}/report.{kind}") for region in (AGGREGATE, "QQ", "Z")
    )
    assert hidden.content == unknown.content == silent.content and hidden.status_code == unknown.status_code


def test_a_region_reads_its_own_report_before_it_is_handed_in(place):
    round_ = place.begin()
    access = place.take_part(round_, PUBLIC, "public")
    place.rounds.settle(editor(PUBLIC), access, FIRST, choice="2", evidence="", version=0)
    path = f"/api/survey/{round_.id}/{PUBLIC}/report.docx?lang=en"
    file = docx.Document(io.BytesIO(place.get(path, editor(PUBLIC)).content))

    cells = [cell.text for table_ in file.tables for row in table_.rows for cell in row.cells]
    assert "Not handed in: as it stands today" in cells
    assert place.get(path).status_code == 404


# --- Import ----------------------------------------------------------------------------------------------------------


def test_a_file_is_shown_before_it_is_kept_and_then_kept_whole(place):
    access = place.take_part(place.begin(), PUBLIC, "public")
    by = editor(PUBLIC)
    shown = place.send(access, csv_file((FIRST, "4", "Nio <av> \"tio\", 'sade' de"), (STATEMENTS[1], "Vet ej", "")), by)
    before = place.rounds.sheet(by, access).settled
    kept = place.keep(shown, by)

    assert shown.status_code == 200 and "2 värden ändras och 0 är som förut" in shown.text and "<av>" not in shown.text
    assert before == {}
    assert kept.status_code == 303 and kept.headers["location"].startswith("/enkat?")
    settled = place.rounds.sheet(by, access).settled
    assert {one: (value.choice, value.evidence) for one, value in settled.items()} == {
        FIRST: ("4", "Nio <av> \"tio\", 'sade' de"),
        STATEMENTS[1]: ("dont-know", ""),
    }


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_taken_out_and_sent_in_again_changes_nothing(place, kind):
    access = place.take_part(place.begin(), PUBLIC, "public")
    by = editor(PUBLIC)
    place.rounds.settle(by, access, FIRST, choice="2", evidence="=1+1; -2\n'=3", version=0)
    taken = place.get(f"/api/survey/{access.round_id}/{PUBLIC}/answers.{kind}", by).content

    assert "Filen säger det som redan står där" in place.send(access, taken, by).text


def test_whoever_comes_back_to_a_preview_is_led_to_where_a_file_is_sent_from(place):
    answer = place.get("/api/survey/import?lang=en")

    assert (answer.status_code, answer.headers["location"]) == (303, "/enkat?lang=en")


def test_a_file_with_faults_is_told_of_each_and_nothing_is_kept(place):
    access = place.take_part(place.begin(), PUBLIC, "public")
    answer = place.send(access, csv_file((FIRST, "9", ""), ("<b>", "3", "")), editor(PUBLIC))

    assert answer.status_code == 422 and "9 går inte att välja" in answer.text and "&lt;b&gt;" in answer.text
    assert "kommando" not in answer.text
    assert place.rounds.sheet(editor(PUBLIC), access).settled == {}


def test_what_a_colleague_changes_after_the_preview_stays(place):
    access = place.take_part(place.begin(), PUBLIC, "public")
    by = editor(PUBLIC)
    shown = place.send(access, csv_file((FIRST, "4", "")), by)
    place.rounds.settle(by, access, FIRST, choice="1", evidence="", version=0)
    answer = place.keep(shown, by)

    assert answer.status_code == 409 and "Någon har ändrat ett av värdena" in answer.text
    assert place.rounds.sheet(by, access).settled[FIRST].choice == "1"


def test_nobody_else_may_send_a_file(place):
    access = place.take_part(place.begin(), PUBLIC, "public")
    shown = place.send(access, csv_file((FIRST, "4", "")), editor(PUBLIC))

    for by in (STRANGER, ADAM, editor("AB")):
        assert place.send(access, csv_file((FIRST, "4", "")), by).status_code == 404
        assert place.keep(shown, by).status_code == 404
    assert place.rounds.sheet(editor(PUBLIC), access).settled == {}


def test_a_file_from_elsewhere_or_too_large_is_refused(place):
    access = place.take_part(place.begin(), PUBLIC, "public")

    assert place.send(access, b"x", editor(PUBLIC), origin="https://elsewhere.example").status_code == 403
    assert place.send(access, b"x" * 1_100_000, editor(PUBLIC)).status_code == 413


@pytest.mark.parametrize("rows", ["x", "a,b,c,d", f"{FIRST},9,,0", f"{FIRST},3,,0\n{FIRST},3,,0"])
def test_a_form_that_no_preview_made_keeps_nothing(place, rows):
    access = place.take_part(place.begin(), PUBLIC, "public")
    data = {"runda": access.round_id, "region": access.region, "rader": rows, "kommando": "command-xyz"}
    answer = place.ask("POST", "/api/survey/import/apply", editor(PUBLIC), data=data, headers={"origin": HERE})

    assert answer.status_code == 409
    assert place.rounds.sheet(editor(PUBLIC), access).settled == {}


def test_a_file_for_what_is_handed_in_or_closed_is_told_why_it_is_not_taken(held):
    access = Access(held.round.id, PUBLIC)
    submitted = held.place.send(access, csv_file((FIRST, "4", "")), editor(PUBLIC))
    held.place.moment = held.round.closes_at
    closed = held.place.send(access, csv_file((FIRST, "4", "")), editor(PUBLIC))
    held.place.moment = NOW
    unbegun = held.place.send(Access(held.round.id, "K"), csv_file((FIRST, "4", "")), editor("K"))

    assert [answer.status_code for answer in (submitted, closed, unbegun)] == [409, 409, 409]
    assert "Er region har inte börjat svara" in unbegun.text
    assert "Svaren är inlämnade" in submitted.text and "Rundan är stängd" in closed.text


def test_too_many_files_in_a_minute_are_refused_with_the_time_to_wait(held, monkeypatch):
    monkeypatch.setattr(held.place.hub.limits, "_most", {"document": 1})
    paths = [
        f"/api/survey/{held.round.id}/figures.csv?{urlencode({'lang': 'en'})}",
        f"/data/rundor/{held.round.id}/figures.csv",
    ]
    answers = [held.place.get(path) for path in (*paths, *paths)]

    assert [answer.status_code for answer in answers][1:] == [429] * 3
    assert answers[2].headers["retry-after"].isdecimal()


# --- The way in ------------------------------------------------------------------------------------------------------


def panel(round_id: str, region: str) -> None:
    from components import survey_files, survey_import
    from components.html import show
    from components.session import settle_language
    from hub.survey.answering import Access

    settle_language()
    survey_import.panel(Access(round_id, region))
    show(survey_files.section(round_id, region))


@pytest.mark.parametrize("hostile", ["round", "region"])
def test_the_panel_leads_to_addresses_that_exist_and_takes_nothing_for_markup(hostile):
    given = {"round": "aaaa2222", "region": "M", hostile: "\"'><script>alert(1)</script>"}
    app = AppTest.from_function(panel, args=(given["round"], given["region"])).run()

    shown = "".join(element.proto.body for element in app.get("html"))
    assert not app.exception and "<script" not in shown
    assert "action='/api/survey/import'" in shown and "enctype='multipart/form-data'" in shown
    assert len(re.findall(r"href='/api/survey/[^'/]+/(?:[^'/]+/)?[a-z]+\.[a-z]+'", shown)) == 7

"""The files to take away: what each address gives, whose texts they carry, and whose requests are refused."""

from __future__ import annotations

import asyncio
import datetime as dt
import io
import os
import zlib
from urllib.parse import urlencode

import docx
import httpx
import openpyxl
import pytest
from icalendar import Calendar
from starlette.applications import Starlette

from hub.bootstrap import build
from hub.guide.answers import LONGEST_NAME
from hub.markdown import render_people
from hub.plan.items import Basis, NewItem, ServiceBasis, new_key
from hub.plan.rules import LIMITS
from hub.requirements.rules import Wish, lines
from hub.settings import read_settings
from hub.visitor import Visitor
from web.documents import Documents

HUB = build(read_settings(os.environ))
APP = Starlette(routes=Documents(HUB).routes())
HOST = "http://hub.test"
OURS = {"origin": HOST}
ANSWERS = (
    "who-starts.both~single-login.needed~volume.many~booked-times.needed~horizon.soon~video-safe.yes"
    "~video-login.yes~video-links.dont-know~record-inbox.no~record-booking.no~capacity.yes~groups.dont-know"
)
RESULT = urlencode({"v": HUB.guide.flow.version, "s1": ANSWERS, "n1": "Mötet"})
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def ask(method: str, path: str, **more) -> httpx.Response:
    async def asked() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(APP)) as client:
            return await client.request(method, HOST + path, **more)

    return asyncio.run(asked())


def get(path: str, **more) -> httpx.Response:
    return ask("GET", path, **more)


def post(path: str, data: dict[str, str] | None = None, headers: dict[str, str] = OURS, **more) -> httpx.Response:
    return ask("POST", path, data=data, headers=headers, **more)


def ids_in_excel(answer: httpx.Response) -> list[str]:
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    return [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)]


def ids_in_word(answer: httpx.Response) -> list[str]:
    table = docx.Document(io.BytesIO(answer.content)).tables[0]
    return [cell.text for cell in table.columns[0].cells[1:]]


# The requirement list


@pytest.mark.parametrize(("kind", "media_type", "ids"), [("docx", WORD, ids_in_word), ("xlsx", EXCEL, ids_in_excel)])
@pytest.mark.parametrize(
    ("query", "wish"),
    [
        ("", Wish()),
        ("?del=exit&del=guest", Wish(parts=frozenset({"exit", "guest"}))),
        ("?niva=hop-out&utan=login", Wish(layers=frozenset({"login"}), without=frozenset({"login"}))),
        ("?roll=nobody&del=exit", Wish(parts=frozenset({"exit"}))),
    ],
)
def test_the_requirement_list_holds_what_the_address_asks_for(kind, media_type, ids, query, wish) -> None:
    answer = get(f"/api/krav.{kind}{query}")

    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    assert ids(answer) == [line.requirement.id for line in lines(HUB.requirements.requirements, wish)]


def test_a_changed_weight_goes_with_the_file() -> None:
    one = HUB.requirements.requirements[0]

    answer = get(f"/api/krav.xlsx?del={one.part}&vikt={one.id}.information")

    first = next(
        openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(min_row=2, values_only=True)
    )
    assert first[3] == HUB.requirements.words["sv"].weights["information"]


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_list_is_in_the_language_of_the_address(language: str) -> None:
    one = HUB.requirements.requirements[0]

    answer = get(f"/api/krav.xlsx?del={one.part}&lang={language}")

    first = next(
        openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(min_row=2, values_only=True)
    )
    assert first[2] == HUB.requirements.words[language].requirements[one.id].text


# The board document


@pytest.mark.parametrize(
    ("kind", "media_type", "begins"),
    [("docx", WORD, b"PK"), ("pdf", "application/pdf", b"%PDF-"), ("md", "text/markdown; charset=utf-8", b"")],
)
def test_a_result_is_given_as_a_file(kind: str, media_type: str, begins: bytes) -> None:
    answer = get(f"/api/plan.{kind}?{RESULT}")

    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    assert answer.content.startswith(begins)
    assert len(answer.content) > 1_000


def test_the_document_tells_of_the_service_in_the_address() -> None:
    assert "Mötet" in get(f"/api/plan.md?{RESULT}").text
    assert "Mötet" not in get("/api/plan.md").text


def test_an_address_nobody_wrote_still_gives_a_document() -> None:
    answer = get("/api/plan.md?v=1&s1=~~q.y&tjanst=%C2%B2&n1=" + "x" * 500)

    heading = next(line for line in answer.text.splitlines() if line.startswith("# "))
    assert answer.status_code == 200
    assert heading.count("x") == LONGEST_NAME


def test_the_pdf_says_that_it_follows_the_standard_for_accessible_files() -> None:
    content = get(f"/api/plan.pdf?{RESULT}").content

    found = b"pdfuaid" in content or any(
        b"pdfuaid" in zlib.decompressobj().decompress(part.lstrip(b"\r\n"))
        for part in content.split(b"stream")[1::2]
        if part.lstrip(b"\r\n").startswith(b"x")
    )
    assert found


def test_the_officers_own_texts_stand_in_the_document_as_they_were_written() -> None:
    answer = post(f"/api/plan.md?{RESULT}", {"officer": "Åsa Öhman", "economy": "Ett belopp på 3 kronor"})

    assert answer.status_code == 200
    assert "Åsa Öhman" in answer.text
    assert "Ett belopp på 3 kronor" in answer.text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# rubrik", "# rubrik"),
        ("*lutad* och **fet**", "*lutad* och **fet**"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("[länk](https://x.example)", "[länk](https://x.example)"),
        ("- en punkt", "- en punkt"),
        ("> ett citat", "&gt; ett citat"),
    ],
)
def test_a_text_with_signs_of_markdown_means_nothing_but_itself(text: str, shown: str) -> None:
    answer = post(f"/api/plan.md?{RESULT}", {"background": text})

    # The main part, where the text stands; the sources after it make the whole longer than may be rendered.
    html = render_people(answer.text[:15_000])
    assert shown in html
    assert "x.example</a>" not in html and "<script" not in html


def test_a_text_reaches_the_word_file_as_it_was_written() -> None:
    text = "# x *y* <script>alert(1)</script> & slut"

    answer = post(f"/api/plan.docx?{RESULT}", {"background": text})

    assert text in [paragraph.text for paragraph in docx.Document(io.BytesIO(answer.content)).paragraphs]


def test_a_field_that_nobody_has_changes_nothing() -> None:
    plain = post(f"/api/plan.md?{RESULT}", {"officer": "A"})

    assert post(f"/api/plan.md?{RESULT}", {"officer": "A", "colour": "red"}).text == plain.text


# The calendar


def days(answer: httpx.Response) -> list[tuple[str, str]]:
    calendar = Calendar.from_ical(answer.content)
    return [(event.decoded("dtstart").isoformat(), str(event["summary"])) for event in calendar.walk("VEVENT")]


def test_the_calendar_holds_exactly_the_steps_that_have_a_day() -> None:
    answer = post(
        f"/api/plan.ics?{RESULT}",
        {
            "steg-0": "Utse en ägare",
            "dag-0": "2027-01-15",
            "steg-1": "Utan dag",
            "dag-1": "",
            "steg-2": "Ingen dag",
            "dag-2": "2027-02-30",
            "steg-3": "Pröva; på en, mottagning\nBEGIN:VEVENT",
            "dag-3": "2027-03-01",
            "steg-99": "Ett för mycket",
            "dag-99": "2027-04-01",
        },
    )

    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert days(answer) == [
        ("2027-01-15", "Utse en ägare"),
        ("2027-03-01", "Pröva; på en, mottagning BEGIN:VEVENT"),
    ]


def test_the_last_day_there_is_is_left_out() -> None:
    last, before = dt.date.max, dt.date.max - dt.timedelta(days=1)

    answer = post(
        "/api/plan.ics", {"steg-0": "S", "dag-0": last.isoformat(), "steg-1": "N", "dag-1": before.isoformat()}
    )

    assert days(answer) == [(before.isoformat(), "N")]


def test_a_calendar_without_dated_steps_is_empty() -> None:
    assert days(get(f"/api/plan.ics?{RESULT}")) == []


# What is refused


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"origin": "https://elsewhere.example"}, id="from elsewhere"),
        pytest.param({"origin": "null"}, id="from nowhere"),
        pytest.param({"origin": f"{HOST}.example"}, id="from a name that begins the same"),
        pytest.param({}, id="without saying from where"),
    ],
)
def test_a_form_from_elsewhere_is_refused(headers: dict[str, str]) -> None:
    answer = post(f"/api/plan.md?{RESULT}", {"officer": "A"}, headers=headers)

    assert (answer.status_code, answer.json()) == (403, {"error": "origin"})


@pytest.mark.parametrize("field", LIMITS)
def test_a_field_filled_to_its_limit_is_taken_and_one_sign_more_is_refused_in_a_sentence(field: str) -> None:
    taken = post(f"/api/plan.md?{RESULT}&lang=en", {field: "å" * LIMITS[field]})
    refused = post(f"/api/plan.md?{RESULT}&lang=en", {field: "å" * (LIMITS[field] + 1)})

    assert taken.status_code == 200
    assert (refused.status_code, refused.text) == (
        400,
        f"The field “{field}” may hold at most {LIMITS[field]} characters.",
    )


def test_every_field_filled_to_its_limit_is_taken() -> None:
    answer = post(f"/api/plan.md?{RESULT}", {field: "å" * most for field, most in LIMITS.items()})

    assert answer.status_code == 200


@pytest.mark.parametrize("kind", ["md", "ics"])
def test_too_large_a_form_is_refused(kind: str) -> None:
    answer = post(f"/api/plan.{kind}", {"colour": "x" * 200_000})

    assert (answer.status_code, answer.json()) == (413, {"error": "too large"})


def test_a_form_that_does_not_say_how_large_it_is_is_refused() -> None:
    async def parts():
        yield b"officer=A"

    answer = post(
        "/api/plan.md", content=parts(), headers={**OURS, "content-type": "application/x-www-form-urlencoded"}
    )

    assert answer.status_code == 413


def test_too_many_fields_are_refused() -> None:
    answer = post("/api/plan.md", {f"field-{number}": "x" for number in range(61)})

    assert answer.status_code == 400


@pytest.mark.parametrize(
    "path", ["/api/krav.pdf", "/api/krav.", "/api/krav.docx.exe", "/api/plan.xlsx", "/api/plan.PDF", "/api/plan"]
)
def test_a_kind_of_file_that_nobody_makes_is_not_found(path: str) -> None:
    assert get(path).status_code == 404


# How a file is handed over


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/krav.docx?del=exit", "krav.docx"),
        ("/api/krav.xlsx?del=exit", "krav.xlsx"),
        (f"/api/plan.docx?{RESULT}", "tjansteskrivelse.docx"),
        (f"/api/plan.pdf?{RESULT}", "tjansteskrivelse.pdf"),
        (f"/api/plan.md?{RESULT}", "tjansteskrivelse.md"),
        ("/api/plan.ics", "tjansteskrivelse.ics"),
    ],
)
def test_a_file_is_saved_and_neither_kept_nor_indexed_on_the_way(path: str, name: str) -> None:
    headers = get(path).headers

    assert headers["content-disposition"] == f'attachment; filename="{name}"'
    assert (headers["cache-control"], headers["x-robots-tag"]) == ("no-store", "noindex")


# A kept plan


def keep(due: dt.date) -> str:
    """Keep a plan with one dated item, and return its address without the name of a file."""
    by = Visitor("browser:test")
    basis = Basis("v", (ServiceBasis("", "", "", {}, {"o": NewItem("Klart", due_on=due, origin="o")}),))
    access = HUB.plans.create(
        by, title="T", language="sv", guide=RESULT, basis=basis, command_id=new_key(), key=new_key()
    )  # fmt: skip
    return urlencode({"id": access.plan_id, "nyckel": access.key})


def test_the_last_day_there_is_has_no_place_in_a_calendar() -> None:
    answer = get(f"/api/plan.ics?{keep(dt.date.max)}")

    assert answer.status_code == 200 and not Calendar.from_ical(answer.content).walk("VEVENT")


@pytest.mark.parametrize("asked", ["0", "-1", "9" * 5_000, "²", "٣"])
def test_a_service_that_does_not_exist_gives_the_first(asked: str) -> None:
    plan = keep(dt.date(2027, 1, 31))

    assert get(f"/api/plan.md?{plan}&{urlencode({'tjanst': asked})}").content == get(f"/api/plan.md?{plan}").content


def test_an_id_that_cannot_be_one_is_not_found() -> None:
    assert get("/api/plan.md?id=%00").status_code == 404


def test_too_many_files_in_a_minute_are_refused_with_the_time_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HUB.limits, "_most", {"document": 1})
    cookie = {"cookie": f"hub_browser={'c' * 43}"}
    answers = [get(f"/api/{path}?lang=en", headers=cookie) for path in ("krav.xlsx", "krav.xlsx", "plan.md")]

    assert [answer.status_code for answer in answers] == [200, 429, 429]
    assert answers[1].headers["retry-after"].isdecimal() and "Try again in" in answers[1].text

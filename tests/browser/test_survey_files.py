"""A round's files in the browser: a file goes out, comes in wrong, comes in right, and is kept; open data can be read."""

import csv
import datetime as dt
import io
import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from hub.clock import utc_now
from hub.database import Database
from hub.survey import answer_store as store
from hub.survey.answers import Part, digest
from hub.survey.rounds import Round
from tests.browser.support import still, visit
from tests.browser.test_pages import FULL, TOO_WIDE, judged

ROUND = "filrunda"
PART = f"/enkat?runda={ROUND}&region=M"


@pytest.fixture(scope="module")
def hub(make_server):
    """An installation with made-up people and a round in which Skåne has begun."""
    server = make_server(HUB_DEMO="1", HUB_LIMIT_FACTOR="1000")
    database, now, day = Database(f"sqlite:///{server.var / 'hub.sqlite'}"), utc_now(), dt.timedelta(days=1)
    titles = {"sv": "Provomgången", "en": "The trial round"}

    def work(connection: store.Connection) -> None:
        store.add_round(connection, Round(ROUND, 1, now - day, now + 30 * day, titles))
        store.add_part(connection, Part(ROUND, "M", "public", {}, (), None, 1, now), digest("k" * 22))

    database.write(work)
    database.close()
    return server


@pytest.fixture(scope="module")
def session(hub) -> str:
    answer = httpx.post(f"{hub.url}/auth/demo", data={"persona": "elin"}, headers={"origin": hub.url}, trust_env=False)
    return answer.cookies["hub_session"]


@pytest.fixture
def elin(hub, session, new_context):
    def make(**options: object) -> Page:
        context = new_context(hub.url, **options)
        context.add_cookies([{"name": "hub_session", "value": session, "url": hub.url, "httpOnly": True}])
        return context.new_page()

    return make


def taken(page: Page) -> list[list[str]]:
    """Take out the file, and return its rows."""
    with page.expect_download() as waited:
        page.get_by_role("link", name="Er regions svar som CSV").click()
    text = waited.value.path().read_bytes().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def send(page: Page, rows: list[list[str]]) -> None:
    made = io.StringIO()
    csv.writer(made).writerows(rows)
    file = {"name": "svar.csv", "mimeType": "text/csv", "buffer": made.getvalue().encode()}
    page.get_by_label("Fil med svar").set_input_files(file)
    page.get_by_role("button", name="Se vad som skulle ändras").click()


def test_a_file_goes_out_comes_in_wrong_and_then_right_and_is_kept(elin):
    page = elin()
    page.context.watch.allow("status of 422")
    visit(page, PART)
    still(page)
    rows = taken(page)
    choice, evidence = rows[0].index("choice"), rows[0].index("evidence")
    wrong = [rows[0], *([*row[:choice], "9", *row[choice + 1 :]] for row in rows[1:3])]
    send(page, wrong)
    expect(page.get_by_role("heading", name="Filen kan inte läsas in")).to_be_visible()
    expect(page.get_by_text("9 går inte att välja")).to_have_count(2)
    assert judged(page, FULL)[0] == [] and page.evaluate(TOO_WIDE) == []

    page.get_by_role("link", name="Tillbaka till svaren").last.click()
    still(page)
    for row in rows[1:]:
        row[choice], row[evidence] = "4", "Nio av tio; =1+1"
    send(page, rows)
    expect(page.get_by_text(f"{len(rows) - 1} värden ändras och 0 är som förut")).to_be_visible()
    assert judged(page, FULL)[0] == [] and page.evaluate(TOO_WIDE) == []

    page.get_by_role("button", name="Spara värdena").click()
    expect(page.get_by_text("Värdena i filen är sparade.")).to_be_visible()
    still(page)
    assert [row[choice] for row in taken(page)[1:]] == ["4"] * (len(rows) - 1)
    page.get_by_text("Vad som ändrats, det senaste först").click()
    expect(page.get_by_text("läste in svar från en fil")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(("language", "says"), [("sv", "Öppna data"), ("en", "Open data")])
def test_open_data_can_be_read_at_any_width_in_both_languages(elin, hub, width, language, says):
    page = elin(viewport={"width": width, "height": 844})
    visit(page, f"/data/?lang={language}")

    expect(page.get_by_role("heading", level=1, name=says)).to_be_visible()
    assert judged(page, FULL)[0] == [] and page.evaluate(TOO_WIDE) == []
    link = page.get_by_role("link", name=re.compile(r"CSV")).first.get_attribute("href")
    assert page.request.get(link).text().startswith('\ufeff"round","region"')

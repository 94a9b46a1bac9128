"""Experience cards in the browser: found and compared on a phone, and what one tells put into a plan and taken back."""

import datetime as dt
import secrets
from collections.abc import Iterator

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from hub.bootstrap import build
from hub.database import Database
from hub.forum.rules import Card
from hub.forum.service import Forum, NewText, NewThread
from hub.limits import Limits
from hub.live import Topics
from hub.settings import read_settings
from hub.tables import forum_thread, person
from hub.visitor import Role, Visitor
from tests.browser.support import still, visit
from tests.browser.test_plan import keep_plan, part

STANDARDS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
NOW = dt.datetime(2026, 11, 2, 9, 30, tzinfo=dt.UTC)
KIM = Visitor(
    "person:kim-cards", "kim-cards", name="Kim, Region Skåne", roles=frozenset({Role.READER, Role.MEMBER})
)  # fmt: skip
CARD = Card("hop-out", 2025, "Länken i sms:et gick inte att hitta", "Beställde **uthopp** i mars", "Färre samtal")
INBOX, LOGIN, FRAME = "Inkorg i stället för sms", "Uthopp på tre mottagningar", "Vi väntar med ramverket"


@pytest.fixture
def told(server, tmp_path) -> Iterator[dict[str, str]]:
    """Three cards beside what the running server knows, taken away afterwards; their threads by title."""
    hub = build(read_settings({"HUB_VAR": str(tmp_path)}))
    database = Database(f"sqlite:///{server.var / 'hub.sqlite'}")
    row = {
        "id": KIM.person_id, "issuer": "test", "subject": "kim", "name": KIM.name, "region": "M", "organisation": "",
        "role_words": "", "shown": "name", "language": "sv", "notices": "none", "rules_version": 1, "created_at": NOW,
        "version": 1,
    }  # fmt: skip
    database.write(lambda connection: connection.execute(person.insert().values(row)))
    forum = Forum(
        database, Limits(factor=1_000), Topics(), lambda: NOW, hub.forum_content, levels=hub.levels,
        populations={"M": 1_400_000},
    )  # fmt: skip
    cards = {
        INBOX: Card("inbox", 2024, "Sms:en kom inte fram", "Anslöt till inkorgen", "Fler öppnar länken"),
        LOGIN: CARD,
        FRAME: Card("framework", 2026, "Allt skulle synas i Bokade tider", "Gjorde en förstudie", "Vi väntar"),
    }
    yield {
        title: forum.start(
            KIM,
            NewThread("levels", as_size=title == FRAME),
            NewText("", title, card=card),
            f"told-{secrets.token_hex(8)}",
        )
        for title, card in cards.items()
    }
    database.write(
        lambda connection: (
            connection.execute(forum_thread.delete().where(forum_thread.c.author == KIM.person_id)),
            connection.execute(person.delete().where(person.c.id == KIM.person_id)),
        )
    )
    database.close()


@pytest.fixture
def maja(server, new_context):
    """Open a window of a made-up member."""

    def make(**options: object) -> Page:
        context = new_context(server.url, bypass_csp=True, **options)
        answer = httpx.post(
            f"{server.url}/auth/demo", data={"persona": "maja"}, headers={"origin": server.url}, trust_env=False
        )
        cookie = {"name": "hub_session", "value": answer.cookies["hub_session"], "url": server.url}
        context.add_cookies([{**cookie, "httpOnly": True, "sameSite": "Lax"}])
        return context.new_page()

    return make


def faults(page: Page) -> list[str]:
    found = Axe().run(page, options=STANDARDS).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found]


def overflow(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def test_cards_are_found_ticked_and_compared_on_a_phone(told, maja):
    page = maja(viewport={"width": 390, "height": 844})
    visit(page, "/forum?vy=kort")
    assert faults(page) == [] and not overflow(page)

    # What is ticked is kept while the choice of cards changes, and the focus stays where it was.
    page.get_by_label(f"Jämför: {LOGIN}").press("Space")
    expect(page.locator(".hub-chosen")).to_contain_text("1 kort valt")
    expect(page.get_by_label(f"Jämför: {LOGIN}")).to_be_focused()
    page.get_by_label("Nivå").select_option("framework")
    expect(page.locator(".hub-experience")).to_have_count(1)
    expect(page.get_by_label("Nivå")).to_be_focused()
    page.get_by_label(f"Jämför: {FRAME}").press("Space")
    expect(page.locator(".hub-chosen")).to_contain_text("2 kort valda")
    assert faults(page) == [] and not overflow(page)
    page.get_by_role("link", name="Visa dem sida vid sida").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Erfarenheter sida vid sida")
    still(page)

    assert f"jamfor={told[LOGIN]}~{told[FRAME]}" in page.url
    assert faults(page) == [] and not overflow(page)
    did = page.get_by_role("row").filter(has_text="Vad vi gjorde")
    expect(did).to_contain_text("Beställde uthopp i mars")
    expect(did).to_contain_text("Gjorde en förstudie")
    expect(page.get_by_role("row").filter(has_text="Berättat av")).to_contain_text("En stor region")
    page.go_back()
    expect(page.get_by_label(f"Jämför: {FRAME}")).to_be_checked()


def test_what_a_region_did_goes_into_a_plan_with_the_way_back_and_is_taken_back(told, maja):
    page = maja()
    plan = keep_plan(page, "Video i primärvården")
    visit(page, f"/forum?trad={told[LOGIN]}")
    page.get_by_role("link", name="Lägg i en plan").click()
    expect(page.get_by_role("heading", name="Lägg i en plan")).to_be_visible()
    page.locator(".stCheckbox label").filter(has_text="Beställde uthopp i mars").click()
    page.get_by_role("button", name="För in dem i planen").click()
    expect(page.get_by_text("Lagt i planen Video i primärvården: 1 från erfarenhetskort.")).to_be_visible()

    visit(page, plan)
    expect(page.get_by_role("checkbox", name="Beställde uthopp i mars")).to_have_count(1)
    page.get_by_role("link", name="Öppna Beställde uthopp i mars").click()
    expect(page.get_by_text("Från erfarenhetskortet")).to_contain_text("Kim, Region Skåne")
    page.get_by_role("link", name=LOGIN).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(LOGIN)

    visit(page, part(plan, "historik"))
    page.get_by_role("button", name="Ta tillbaka").first.click()
    expect(page.get_by_text("tillbakataget")).to_be_visible()
    visit(page, plan)
    expect(page.get_by_role("checkbox", name="Beställde uthopp i mars")).to_have_count(0)

"""Signing in as a visitor does: by the provider, as a made-up person, and what the account and administration show."""

import re

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.support import still, visit
from tests.browser.test_pages import FULL, TOO_WIDE, judged
from tests.provider import running


@pytest.fixture(scope="module")
def provider():
    with running() as address:
        yield address


@pytest.fixture(scope="module")
def hub(make_server, provider):
    """An installation with a login provider."""
    return make_server(
        HUB_OIDC_ISSUER=provider,
        HUB_OIDC_CLIENT_ID="hub",
        HUB_OIDC_CLIENT_SECRET="secret",
        HUB_OIDC_ROLES_CLAIM="hub_roles",
        HUB_ADMINISTRATORS="root",
    )


@pytest.fixture(scope="module")
def trial(make_server):
    """An installation with made-up people."""
    return make_server(HUB_DEMO="1")


@pytest.fixture(scope="module")
def sessions(trial) -> dict[str, str]:
    """The cookies of made-up people, one session each."""
    found = {}
    for persona in ("adam", "maja"):
        answer = httpx.post(
            f"{trial.url}/auth/demo", data={"persona": persona}, headers={"origin": trial.url}, trust_env=False
        )
        found[persona] = answer.cookies["hub_session"]
    return found


@pytest.fixture
def as_persona(trial, sessions, new_context):
    """Open windows of made-up people."""

    def make(persona: str, **options: object) -> BrowserContext:
        context = new_context(trial.url, **options)
        context.add_cookies(
            [{"name": "hub_session", "value": sessions[persona], "url": trial.url, "httpOnly": True, "sameSite": "Lax"}]
        )
        return context

    return make


def banner(page: Page):
    return page.get_by_role("banner")


def enter(page: Page, provider: str, sub: str) -> None:
    """Go by the header's link to the provider, and say yes there."""
    page.context.watch.allow(f"another host: {provider}|{provider}|unpkg|jsdelivr|cdn")
    banner(page).get_by_role("link", name="Logga in").click()
    page.get_by_role("button", name=sub, exact=True).click()


def test_a_newcomer_signs_in_fills_in_the_profile_and_is_led_back(hub, provider, new_context):
    page = new_context(hub.url).new_page()
    visit(page, "/mognad")
    enter(page, provider, "nora")
    expect(page.get_by_role("heading", level=1)).to_have_text("Välkommen! Berätta vem du är")
    expect(page.get_by_label("Namn", exact=True)).to_have_value("Nora Ny")

    # What is wrong is said with the focus on it, and what was typed stays.
    page.get_by_label("Din roll, med egna ord").fill("Leder <b>arbetet</b>")
    page.get_by_label("Region", exact=True).select_option("M")
    page.get_by_role("button", name="Spara och gå vidare").click()
    problem = page.locator(".hub-problem")
    expect(problem).to_contain_text("Läs reglerna och kryssa för")
    expect(problem).to_be_focused()
    expect(page.get_by_label("Din roll, med egna ord")).to_have_value("Leder <b>arbetet</b>")
    problem.get_by_role("link").click()
    expect(page.get_by_role("checkbox")).to_be_focused()
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Spara och gå vidare").click()
    expect(page).to_have_url(re.compile("/mognad$"))
    expect(banner(page).get_by_role("link", name="Nora Ny")).to_be_visible()

    # Signing out takes the name away, and going back does not bring it again.
    visit(page, "/konto")
    expect(page.get_by_text("Nora Ny, Region Skåne")).to_be_visible()
    page.get_by_role("button", name="Logga ut", exact=True).click()
    expect(banner(page).get_by_role("link", name="Logga in")).to_be_visible()
    page.go_back()
    expect(banner(page).get_by_role("link", name="Logga in")).to_be_visible()


def test_whoever_signs_in_in_the_app_comes_back_to_where_they_were(hub, provider, new_context):
    page = new_context(hub.url).new_page()
    visit(page, "/")
    page.get_by_role("navigation", name="Huvudmeny").get_by_role("link", name="Läget").click()
    expect(page).to_have_url(re.compile("/mognad$"))
    still(page)

    expect(banner(page).get_by_role("link", name="Logga in")).to_have_attribute("href", "/auth/login?next=%2Fmognad")


def test_somebody_becomes_a_made_up_person_and_the_page_says_so(trial, new_context):
    page = new_context(trial.url).new_page()
    visit(page, "/om")
    banner(page).get_by_role("link", name="Logga in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Välj vem du är i provläget")
    page.get_by_role("button", name=re.compile("Demo: Elin")).click()

    expect(page).to_have_url(re.compile("/om$"))
    expect(page.get_by_text("Provläge. Demo: Elin är påhittad")).to_be_visible()
    expect(banner(page).get_by_role("link", name="Demo: Elin")).to_have_attribute("href", "/konto")


def test_a_role_counts_from_the_next_click_and_so_does_its_end(as_persona):
    maja, adam = as_persona("maja").new_page(), as_persona("adam").new_page()
    visit(maja, "/administration")
    expect(maja.get_by_text("Sidan är inte öppen för dig")).to_be_visible()
    visit(adam, "/administration?sok=maja")
    adam.get_by_role("link", name="Demo: Maja").click()
    adam.get_by_label("Roll", exact=True).select_option("administrator")
    adam.get_by_role("button", name="Gå vidare").click()
    expect(adam.get_by_role("heading", level=1)).to_have_text("Vill du ge Demo: Maja rollen Administratör?")
    adam.get_by_role("button", name="Ge rollen").click()
    expect(adam.get_by_text("Rollen är given")).to_be_visible()

    # In the very session that was refused before: no new login, no new page.
    maja.get_by_role("contentinfo").get_by_role("link", name="Om hubben, källor och integritet").click()
    expect(maja.get_by_role("heading", level=1)).to_have_text("Om Vårdmöteshubben")
    maja.go_back()
    expect(maja.get_by_role("link", name="Händelseloggen")).to_be_visible()

    adam.get_by_role("link", name=re.compile("^Ta tillbaka")).click()
    expect(adam.get_by_role("heading", level=1)).to_contain_text("Vill du ta tillbaka rollen Administratör")
    adam.get_by_role("button", name="Ta tillbaka").click()
    expect(adam.get_by_text("Rollen är tillbakatagen")).to_be_visible()
    maja.get_by_role("link", name="Händelseloggen").click()
    expect(maja.get_by_text("Sidan är inte öppen för dig")).to_be_visible()


def test_the_last_administrator_is_told_why_the_role_stays(as_persona):
    page = as_persona("adam").new_page()
    visit(page, "/administration?sok=adam")
    page.get_by_role("link", name="Demo: Adam", exact=True).last.click()
    page.get_by_role("link", name=re.compile("^Ta tillbaka")).click()
    page.get_by_role("button", name="Ta tillbaka").click()

    expect(page.locator(".hub-problem")).to_contain_text("den enda administratören")


def test_whoever_deletes_the_account_is_nobody_at_once(trial, new_context):
    page = new_context(trial.url).new_page()
    visit(page, "/auth/login?next=/konto")
    page.get_by_role("button", name=re.compile("Demo: Mona")).click()
    still(page)
    page.get_by_role("link", name="Avsluta mitt konto").click()
    page.get_by_label(re.compile("^Töm dem")).check()
    page.get_by_role("button", name="Avsluta mitt konto").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Ditt konto är avslutat")
    expect(banner(page).get_by_role("link", name="Logga in")).to_be_visible()


ADDRESSES = {
    "login": "/auth/login",
    "sign out": "/auth/logout",
    "account": "/konto",
    "leaving": "/konto?del=avsluta",
    "people": "/administration",
    "trail": "/administration?vy=logg",
}


@pytest.mark.parametrize("name", ADDRESSES)
def test_axe_finds_no_fault_on_a_page_of_somebody_signed_in(as_persona, name):
    page = as_persona("adam", bypass_csp=True).new_page()
    visit(page, ADDRESSES[name])
    faults, _passed = judged(page, FULL)
    for width in (1280, 390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        assert not page.evaluate(TOO_WIDE)

    assert not faults, "\n".join(faults)


def test_axe_finds_no_fault_in_the_dark_and_in_english(as_persona):
    page = as_persona("adam", bypass_csp=True, color_scheme="dark", locale="en-GB").new_page()
    visit(page, "/konto?lang=en")
    faults, _passed = judged(page, FULL)

    assert not faults, "\n".join(faults)

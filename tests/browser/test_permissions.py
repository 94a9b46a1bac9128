"""Who sees which control on a plan, and whom the routes answer: the same table as the service, seen from outside."""

import httpx
import pytest
from playwright.sync_api import expect

from hub.identity.rules import Action, Relation, allowed
from hub.plan.items import read_key
from hub.visitor import Role, Visitor
from tests.browser.seed import PLAN_ID, PLAN_KEY
from tests.browser.support import visit

PEOPLE = {
    "": {Role.READER},
    "maja": {Role.READER, Role.MEMBER},
    "elin": {Role.READER, Role.MEMBER, Role.EDITOR},
    "cesar": {Role.READER, Role.MEMBER, Role.COACH},
    "mona": {Role.READER, Role.MEMBER, Role.MODERATOR},
    "adam": {Role.READER, Role.MEMBER, Role.ADMINISTRATOR},
}
KEYS = {"edit": PLAN_KEY, "read": read_key(PLAN_KEY), "none": "", "wrong": "x" * 22}
STANDING = {
    "edit": {Relation.EDIT_LINK, Relation.HELP},
    "read": {Relation.READ_LINK, Relation.HELP},
    "none": {Relation.HELP},
    "wrong": {Relation.HELP},
}
"""The plan of the tests asks for help and belongs to nobody."""


def may(person: str, action: Action, key: str) -> bool:
    return allowed(Visitor("person:x", roles=frozenset(PEOPLE[person])), action, STANDING[key])


@pytest.fixture(scope="module")
def cookies(server) -> dict[str, str]:
    found = {"": ""}
    for person in filter(None, PEOPLE):
        answer = httpx.post(
            f"{server.url}/auth/demo", data={"persona": person}, headers={"origin": server.url}, trust_env=False
        )
        found[person] = answer.cookies["hub_session"]
    return found


def sign_in(page, server, cookie: str) -> None:
    if cookie:
        page.context.add_cookies(
            [{"name": "hub_session", "value": cookie, "url": server.url, "httpOnly": True, "sameSite": "Lax"}]
        )


@pytest.mark.parametrize("key", ["edit", "read", "none"])
@pytest.mark.parametrize("person", PEOPLE)
def test_a_page_shows_the_controls_that_the_table_gives(server, page, cookies, person, key):
    sign_in(page, server, cookies[person])
    address = f"/plan?id={PLAN_ID}&nyckel={KEYS[key]}"
    visit(page, f"{address}&del=dela")
    if not may(person, Action.PLAN_READ, key):
        expect(page.get_by_role("heading", level=1)).to_have_text("Planen kan inte öppnas")
        assert page.get_by_text("Akuten 2027").count() == 0
        return
    shown = {
        Action.PLAN_EDIT: page.get_by_role("button", name="Spara titeln"),
        Action.PLAN_CLAIM: page.get_by_role("button", name="Knyt till Region"),
        Action.PLAN_LINKS: page.get_by_role("button", name="Gör nya länkar"),
        Action.PLAN_DELETE: page.get_by_role("button", name="Ta bort planen"),
    }
    expect(page.get_by_role("heading", name="Knyt planen till en region")).to_be_visible()
    for action, control in shown.items():
        expect(control, action.value).to_have_count(int(may(person, action, key)))
    visit(page, f"{address}&punkt=provpunkt1")
    expect(page.get_by_role("heading", name="Kommentarer")).to_be_visible()
    comment = page.get_by_role("button", name="Kommentera", exact=True)
    expect(comment).to_have_count(int(may(person, Action.PLAN_COMMENT, key)))


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("person", PEOPLE)
def test_a_file_is_made_for_whoever_may_read_the_plan(server, cookies, person, key):
    with httpx.Client(base_url=server.url, cookies={"hub_session": cookies[person]}, trust_env=False) as client:
        # Made-up people exist only for browsers on this machine, which keep their connections alive.
        answer = client.get("/api/plan.md", params={"id": PLAN_ID, "nyckel": KEYS[key]})

    assert answer.status_code == (200 if may(person, Action.PLAN_READ, key) else 404)


@pytest.mark.parametrize("person", PEOPLE)
def test_the_trail_and_the_people_are_for_administrators(server, page, cookies, person):
    sign_in(page, server, cookies[person])
    visit(page, "/administration")

    expect(page.get_by_role("navigation", name="Administrationens delar")).to_have_count(int(person == "adam"))


@pytest.mark.parametrize("person", PEOPLE)
def test_ones_own_file_is_for_whoever_has_signed_in(server, cookies, person):
    with httpx.Client(base_url=server.url, cookies={"hub_session": cookies[person]}, trust_env=False) as client:
        answer = client.get("/api/konto.json", follow_redirects=False)

    assert (answer.status_code == 200) == bool(person)

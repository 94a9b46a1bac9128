"""Search over the forum in a real browser: a member comes from the field to the very post."""

import uuid

import httpx
from playwright.sync_api import expect

from tests.browser.support import visit


def test_a_member_searches_for_what_was_just_posted_and_comes_to_it(server, page):
    signed_in = httpx.post(
        f"{server.url}/auth/demo", data={"persona": "maja"}, headers={"origin": server.url}, trust_env=False
    )
    session = signed_in.cookies["hub_session"]
    page.context.add_cookies(
        [{"name": "hub_session", "value": session, "url": server.url, "httpOnly": True, "sameSite": "Lax"}]
    )
    visit(page, "/sok?q=uthopp&typ=post")
    page.locator(".hub-hits a").first.click()
    title = page.get_by_role("heading", level=1)
    expect(title).to_contain_text("uthopp")
    word = f"ord{uuid.uuid4().hex}"
    page.get_by_role("textbox", name="Ditt svar").fill(f"Vi gör så med {word} sedan i våras.")
    page.get_by_role("button", name="Skicka svaret").click()
    expect(page.get_by_text(word)).to_be_visible()
    page.get_by_role("searchbox", name="Sök i hubben").first.fill(word)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("En träff")
    expect(page.locator(".hub-hits mark")).to_have_text(word)
    page.locator(".hub-hits a").click()

    expect(page.locator(".hub-post-text").filter(has_text=word)).to_be_in_viewport()

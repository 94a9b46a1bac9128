"""A forum whose every text is a script injection, in a real browser: none runs, and none reaches out."""

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page

from hub.bootstrap import build
from hub.clock import utc_now
from hub.forum.moderation import Moderation
from hub.forum.service import Forum
from hub.limits import Limits
from hub.settings import read_settings
from tests.browser.support import Server, visit
from tests.injections import Sown, sow

CANARY = """
window.hubCanary = [];
for (const name of ["alert", "confirm", "prompt", "print"]) window[name] = () => window.hubCanary.push(name);
"""
LOOK = """() => {
  const wrong = [];
  const TAGS = ["script", "iframe", "object", "embed", "svg", "math", "img", "video", "audio", "link", "style", "base", "meta", "frameset",
    "marquee", "applet", "template", "xss", "x", "isindex", "image", "body"];
  for (const shown of document.querySelectorAll("[data-testid=stHtml]"))
    for (const one of shown.querySelectorAll("*")) {
      if (TAGS.includes(one.localName) && !one.closest(".hub-drawing")) wrong.push(one.outerHTML.slice(0, 200));
      for (const {name, value} of one.attributes)
        if (/^on/i.test(name) || ["srcdoc", "style", "src"].includes(name) ||
            (["href", "action", "formaction", "xlink:href"].includes(name) && /^\\s*(javascript|vbscript|data):/i.test(value)))
          wrong.push(`${one.localName} ${name}=${value}`);
      for (const kind of ["mouseover", "mouseenter", "pointerover", "focus", "error", "load", "animationstart", "toggle"])
        one.dispatchEvent(new Event(kind, {bubbles: true}));
    }
  return {wrong, ran: window.hubCanary, text: document.body.innerText.length};
}"""


@pytest.fixture(scope="module")
def sown(tmp_path_factory) -> tuple[Server, Sown]:
    """A server whose forum has been filled before it started."""
    var = tmp_path_factory.mktemp("sown")
    hub, limits = build(read_settings({"HUB_VAR": str(var)})), Limits(factor=1_000)
    forum = Forum(hub.database, limits, hub.topics, utc_now, hub.forum_content, levels=hub.levels, populations={})
    found = sow(hub.database, forum, Moderation(hub.database, limits, hub.topics, utc_now, hub.forum_content))
    hub.database.close()
    server = Server(var, HUB_DEMO="1", HUB_LIMIT_FACTOR="1000").start()
    yield server, found
    server.close()


def signed_in(server: Server, context: BrowserContext) -> Page:
    answer = httpx.post(
        f"{server.url}/auth/demo", data={"persona": "mona"}, headers={"origin": server.url}, trust_env=False
    )
    cookie = {"name": "hub_session", "value": answer.cookies["hub_session"], "url": server.url}
    context.add_cookies([{**cookie, "httpOnly": True, "sameSite": "Lax"}])
    context.add_init_script(CANARY)
    return context.new_page()


def views(sown: Sown) -> list[str]:
    long = f"/forum?trad={sown.long}"
    return [
        "/forum",
        "/forum?ordning=ny",
        f"/forum?trad={sown.threads[0]}",
        long,
        f"{long}&efter=25",
        f"{long}&historik={sown.changed}",
        f"{long}&andra={sown.changed}",
        f"{long}&anmal={sown.reported[0]}",
        f"/forum?trad={sown.cards[0]}",
        "/forum?vy=kort",
        f"/forum?vy=kort&jamfor={'~'.join(sown.cards[:3])}",
        "/forum?vy=anmalda",
        f"/forum?vy=anmalda&inlagg={sown.reported[0]}",
        "/forum?vy=logg",
        "/sok?q=script",
        "/sok?q=%27%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "/forum?ny=kort&rubrik=%27%3E%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E",
        "/nivaer?niva=hop-out",
    ]


def looked(page: Page) -> list[str]:
    found = page.evaluate(LOOK)
    assert found["text"] > 200
    return [*found["wrong"], *found["ran"]]


def test_no_injection_runs_in_any_view_even_where_no_policy_would_stop_it(sown, new_context):
    server, where = sown
    dialogs = []
    page = signed_in(server, new_context(server.url, bypass_csp=True))
    page.on("dialog", lambda one: (dialogs.append(one.message), one.dismiss()))
    wrong = {}

    for address in views(where):
        visit(page, address)
        wrong |= {address: found} if (found := looked(page)) else {}
    for thread in (where.long, where.cards[0], *where.threads[:3]):
        page.goto(f"/forum/trad/{thread}")
        ran = page.evaluate("window.hubCanary")
        wrong |= {thread: ran} if ran else {}

    assert not wrong and not dialogs


def test_no_injection_so_much_as_tries_what_the_policy_forbids(sown, new_context):
    server, where = sown
    context = new_context(server.url)
    page = signed_in(server, context)

    for address in (
        "/forum",
        f"/forum?trad={where.long}",
        f"/forum?trad={where.long}&historik={where.changed}",
        "/forum?vy=anmalda",
    ):
        visit(page, address)
        assert not looked(page)
    page.goto(f"/forum/trad/{where.long}")

    # What a page may not do is noted by the window itself: violations of the policy, errors, and requests to others.
    assert context.watch.faults == []

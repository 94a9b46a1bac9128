"""Every page, seen by axe, read for the other language and measured for width.

Come to once in each language: in Swedish by its address, in English by a link from the page before, as most visitors do.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.support import ADDRESSES, drawn, visit
from tests.browser.test_language import strangers

FULL = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
LOOK = {"runOnly": {"type": "rule", "values": ["color-contrast", "target-size", "html-has-lang", "html-lang-valid"]}}
LEAST_PASSED = 15
"""Rules that find something to look at on even our barest page."""

WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 390, "height": 844}
OPEN_ALL = "for (const each of document.querySelectorAll('details')) each.open = true"
TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("body *")].filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
    .map((each) => `${each.tagName}.${each.className}: ${each.textContent.trim().slice(0, 40)}`).slice(0, 8)"""


FOLLOW = """(to) => {
  const link = Object.assign(document.createElement("a"), { href: to });
  document.body.append(link);
  link.click();
  link.remove();
}"""

# Told in the page, because every element that passed is many times as much to hand over as it is to look at.
AXE = """async (options) => {
  const told = await axe.run(options);
  return [
    told.violations.map(({id, help, nodes}) => [id, help, nodes.map((node) => node.html.slice(0, 200))]),
    Object.fromEntries(told.passes.map(({id, nodes}) => [id, nodes.length])),
  ];
}"""


def judged(page, options):
    """Run axe with everything unfolded; return its faults, and how many elements each rule that passed looked at."""
    page.evaluate(OPEN_ALL)
    page.evaluate(Axe().axe_script)
    broken, passed = page.evaluate(AXE, options)
    return [f"{id_}: {help_}\n    " + "\n    ".join(nodes[:5]) for id_, help_, nodes in broken], passed


@pytest.fixture(scope="module")
def open_page(_readers):
    def make(name, *, by_link=False, **options):
        page = _readers(**options)
        if name == "missing page":
            page.context.watch.allow("status of 404")
        page.set_viewport_size(options["viewport"])
        if by_link and page.url != "about:blank":
            with page.expect_navigation():
                page.evaluate(FOLLOW, ADDRESSES[name])
            drawn(page)
        else:
            visit(page, ADDRESSES[name])
        return page

    return make


@pytest.fixture(scope="module", params=ADDRESSES)
def _swedish(request, open_page):
    return open_page(request.param, viewport=WIDE)


@pytest.fixture(scope="module", params=ADDRESSES)
def _english(request, open_page):
    return open_page(request.param, by_link=True, locale="en-GB", color_scheme="dark", viewport=NARROW, has_touch=True)


@pytest.fixture
def swedish(_swedish):
    """A page as loaded on a computer; the tests of it share the load."""
    yield _swedish
    _swedish.context.watch.check_and_forget()


@pytest.fixture
def english(_english):
    """A page as come to on a telephone in the dark; the tests of it share the way there."""
    yield _english
    _english.context.watch.check_and_forget()


def test_axe_finds_no_fault_on_a_page_in_swedish(swedish):
    faults, passed = judged(swedish, FULL)
    assert not faults, "\n".join(faults)
    assert len(passed) >= LEAST_PASSED and passed["color-contrast"] >= 8 and passed["html-has-lang"] == 1


def test_a_page_in_swedish_holds_no_text_in_english(swedish):
    assert "\n".join(strangers(swedish, "sv")) == ""


def test_a_page_in_swedish_fits_a_telephone(swedish):
    swedish.evaluate(OPEN_ALL)
    swedish.set_viewport_size(NARROW)
    assert not swedish.evaluate(TOO_WIDE)


def test_a_page_in_english_dark_and_narrow_can_be_read_and_touched(english):
    faults, passed = judged(english, LOOK)
    assert not faults, "\n".join(faults)
    assert passed["color-contrast"] >= 8 and passed["target-size"] >= 5 and passed["html-lang-valid"] == 1
    assert english.locator("html").get_attribute("lang") == "en"
    assert not english.evaluate(TOO_WIDE)


def test_a_page_in_english_holds_no_text_in_swedish(english):
    english.set_viewport_size(WIDE)
    assert "\n".join(strangers(english, "en")) == ""

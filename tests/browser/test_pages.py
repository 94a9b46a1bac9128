"""Every page, seen by axe and measured for width."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.support import ADDRESSES, visit

FULL = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
LOOK = {"runOnly": {"type": "rule", "values": ["color-contrast", "target-size", "html-has-lang", "html-lang-valid"]}}
LEAST_PASSED = 15
"""Rules that find something to look at on even our barest page."""

OPEN_ALL = "for (const each of document.querySelectorAll('details')) each.open = true"
TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("body *")].filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
    .map((each) => `${each.tagName}.${each.className}: ${each.textContent.trim().slice(0, 40)}`).slice(0, 8)"""


def judged(page, options):
    """Run axe with everything unfolded; return its faults, and how many elements each rule that passed looked at."""
    page.evaluate(OPEN_ALL)
    found = Axe().run(page, options=options).response
    faults = [
        f"{rule['id']}: {rule['help']}\n    " + "\n    ".join(node["html"][:200] for node in rule["nodes"][:5])
        for rule in found["violations"]
    ]
    return faults, {rule["id"]: len(rule["nodes"]) for rule in found["passes"]}


def opened(reader, name, **options):
    # axe is put into the page as a script, which the policy of the page rightly forbids.
    page = reader(bypass_csp=True, **options)
    if name == "missing page":
        page.context.watch.allow("status of 404")
    visit(page, ADDRESSES[name])
    return page


@pytest.mark.parametrize("name", ADDRESSES)
def test_axe_finds_no_fault_on_a_page_in_swedish(reader, name):
    page = opened(reader, name)
    faults, passed = judged(page, FULL)
    assert not faults, "\n".join(faults)
    assert len(passed) >= LEAST_PASSED and passed["color-contrast"] >= 8 and passed["html-has-lang"] == 1
    page.set_viewport_size({"width": 390, "height": 844})
    assert not page.evaluate(TOO_WIDE)


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_page_in_english_dark_and_narrow_can_be_read_and_touched(reader, name):
    page = opened(
        reader, name, locale="en-GB", color_scheme="dark", viewport={"width": 390, "height": 844}, has_touch=True
    )
    faults, passed = judged(page, LOOK)
    assert not faults, "\n".join(faults)
    assert passed["color-contrast"] >= 8 and passed["target-size"] >= 5 and passed["html-lang-valid"] == 1
    assert page.locator("html").get_attribute("lang") == "en"
    assert not page.evaluate(TOO_WIDE)

"""Swedish is whole, English is whole, and each visitor gets the one they chose."""

import re
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import expect

from hub.language import read_catalogue
from tests.browser.support import ADDRESSES, LEVELS, PAGES, ROOT, drawn, guide, still, visit

CATALOGUE = read_catalogue(ROOT / "content" / "locale" / "sv.po")

TEXTS = """() => {
  const found = [];
  const note = (text, element) => {
    const bare = (text ?? "").replace(/\\s+/g, " ").trim();
    if (bare) found.push([element.closest("[lang]")?.lang ?? "", bare]);
  };
  for (const element of document.querySelectorAll("*")) {
    if (element.closest("script, style, noscript, textarea, head > :not(title, meta[name=description], meta[property])")) continue;
    for (const name of ["aria-label", "aria-description", "title", "alt", "placeholder"]) note(element.getAttribute(name), element);
    if (element.matches("meta[name=description], meta[property='og:title'], meta[property='og:description']")) note(element.content, element);
    for (const child of element.childNodes) if (child.nodeType === Node.TEXT_NODE) note(child.nodeValue, element);
  }
  return found;
}"""
"""Every text and every text-like attribute with the language it is marked with, seen or unseen."""

ENGLISH_WORDS = set(
    re.findall(
        r"\w+",
        """the and of to is are was were with from you your our this that these those which when where what who how
    page close show hide search menu main skip content loading running stop help choose select error please wait
    read write back next continue answer question copy copied print source sources about level levels open
    download upload file view settings rerun clear cache made deploy connection connecting expand collapse
    press enter submit has have been will can cannot should must could would does other than then there here
    each only also into without between before after because yes""",
    )
)
SWEDISH_WORDS = set(
    re.findall(
        r"\w+",
        """och att är inte för med som på av till den det ett eller ni er från ska kan vi om hur vad vem när där här
    finns utan mellan också redan bara alla några något ingen inget era våra väg nivå nivåer fråga frågor svar
    svara välj nästa tillbaka stäng öppna hämta skriv kopiera visa dölj sidan källa källor vården invånaren""",
    )
)
# Names stand in their own language in both; a longer one is taken out before the words are looked at.
NAMES_IN_SWEDISH = ("Enter",)
NAMES_IN_ENGLISH = (
    "1177 på telefon",
    "1177 symtombedömning och hänvisning",
    "1177 Vårdguiden på telefon",
    "Stöd och behandling",
    "Video- och distansmöte",
    "Vård och hälsa",
    "Vården i siffror",
)
SAME_IN_BOTH = {"1177 inkorg", "Part"}


def pattern(text: str) -> re.Pattern[str] | None:
    """A text of the catalogue as it can stand on a page, with whatever its places are filled with."""
    pieces = re.split(r"\{\w+\}", text.strip())
    if not re.search(r"[^\W\d]{3}", "".join(pieces)):
        return None
    return re.compile(".+".join(re.escape(re.sub(r"\s+", " ", piece)) for piece in pieces))


KEYS = CATALOGUE.keys()
PAIRS = [(english, CATALOGUE.text("sv", english)) for english in KEYS]
DIFFERING = [(english, swedish) for english, swedish in PAIRS if english.strip() != swedish.strip()]
ALSO_OURS = {"sv": {swedish for _, swedish in PAIRS}, "en": {english for english, _ in PAIRS}}
FOREIGN = {
    "sv": [p for english, _ in DIFFERING if english not in ALSO_OURS["sv"] and (p := pattern(english))],
    "en": [p for _, swedish in DIFFERING if swedish not in ALSO_OURS["en"] and (p := pattern(swedish))],
}
WORDS = {"sv": ENGLISH_WORDS, "en": SWEDISH_WORDS}
NAMES = {"sv": NAMES_IN_SWEDISH, "en": NAMES_IN_ENGLISH}


def strangers(page, language: str) -> list[str]:
    """What stands on a page in the wrong language without being marked as such."""
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    texts = page.evaluate(TEXTS)
    own = {text for lang, text in texts if lang == language}
    assert len(own) >= 15, "hardly any text was found"
    found = []
    for text in sorted(own):
        bare = text
        for name in NAMES[language]:
            bare = bare.replace(name, "")
        if text not in SAME_IN_BOTH and any(each.fullmatch(bare) for each in FOREIGN[language]):
            found.append(f"the other language's text: {text}")
        bare = re.sub(r"\S*[/=]\S*", "", bare)  # addresses hold ids, which have no language
        if strange := set(re.findall(r"[^\W\d_]+", bare.lower())) & WORDS[language]:
            found.append(f"{', '.join(sorted(strange))}: {text}")
    unmarked = [text for lang, text in texts if lang not in {"sv", "en"}]
    return found + [f"no language: {text}" for text in unmarked]


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_problem_and_a_form_in_use_hold_no_text_in_the_other_language(new_context, language):
    page = new_context(locale={"sv": "sv-SE", "en": "en-GB"}[language]).new_page()
    visit(page, guide({}, fraga="who-starts"))
    page.get_by_role("button", name={"sv": "Fortsätt", "en": "Continue"}[language]).click()
    expect(page.get_by_role("alert")).to_be_visible()
    still(page)
    assert "\n".join(strangers(page, language)) == ""

    visit(page, guide({"nonsense": "x"}, v="99"))
    expect(page.get_by_role("alert")).to_be_visible()
    assert "\n".join(strangers(page, language)) == ""

    visit(page, ADDRESSES["result"])
    # Streamlit says how to go on only while a field is being written in.
    page.get_by_role("textbox").press_sequentially("BUP")
    expect(page.get_by_test_id("InputInstructions")).not_to_be_empty()
    assert "\n".join(strangers(page, language)) == ""


def test_the_address_chooses_the_language_and_later_pages_keep_it(page):
    visit(page, "/om?lang=en")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", level=1)).to_have_text("About Vårdmöteshubben")
    visit(page, "/nivaer")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", name="Compare")).to_be_visible()
    visit(page, f"/nivaer/{LEVELS[0]}")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    visit(page, "/nivaer?lang=sv")
    expect(page.locator("html")).to_have_attribute("lang", "sv")
    visit(page, "/nivaer")
    expect(page.get_by_role("heading", name="Jämför")).to_be_visible()


def test_the_link_in_the_header_changes_the_language_and_keeps_the_rest_of_the_address(page):
    visit(page, ADDRESSES["two services"] + "&tjanst=2")
    asked = page.url
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    drawn(page)
    expect(page.get_by_text("Your result – BUP")).to_be_visible()
    assert parse_qs(urlsplit(page.url).query) == parse_qs(urlsplit(asked).query) | {"lang": ["en"]}
    page.get_by_role("link", name="Svenska").click()
    expect(page.locator("html")).to_have_attribute("lang", "sv")
    drawn(page)
    expect(page.get_by_text("Ert resultat – BUP")).to_be_visible()


def test_the_link_in_the_header_changes_the_language_of_the_page_that_is_shown_now(page):
    visit(page, "/")
    page.get_by_role("navigation", name="Huvudmeny").get_by_role("link", name="Läget").click()
    expect(page).to_have_url(re.compile("/mognad$"))
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Where things stand")


@pytest.mark.parametrize(
    ("locale", "heading"),
    [("en-US", "About Vårdmöteshubben"), ("sv-FI", "Om Vårdmöteshubben"), ("de-DE", "Om Vårdmöteshubben")],
)
def test_the_browser_chooses_the_language_of_a_first_visit(new_context, locale, heading):
    page = new_context(locale=locale).new_page()
    visit(page, "/om")
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)


@pytest.mark.parametrize("path", [*PAGES.values(), f"/nivaer/{LEVELS[0]}", "/finns-inte"])
@pytest.mark.parametrize(
    ("query", "headers", "language"),
    [
        ("", {}, "sv"),
        ("?lang=en", {}, "en"),
        ("?lang=en", {"accept-language": "sv"}, "en"),
        ("", {"accept-language": "en-GB,sv;q=0.5"}, "en"),
        ("", {"accept-language": "en-GB,sv;q=0.5", "cookie": "hub_lang=sv"}, "sv"),
        ("", {"accept-language": "de,fr;q=0.5"}, "sv"),
        ("?lang=xx", {}, "sv"),
        ("?lang=xx", {"cookie": "hub_lang=en"}, "en"),
        ("?lang=xx", {"cookie": "hub_lang=xx"}, "sv"),
    ],
)
def test_the_language_of_the_document_is_right_before_any_script_runs(server, path, query, headers, language):
    answer = httpx.get(f"{server.url}{path}{query}", headers=headers, trust_env=False)
    assert re.search(r"<html lang=\"(\w+)\"", answer.text)[1] == language
    assert answer.headers["content-language"] == language
    kept = answer.headers.get("set-cookie", "")
    assert ("hub_lang=en" in kept) == (query == "?lang=en") and "xx" not in kept


def test_an_unknown_language_in_the_address_is_ignored(page):
    visit(page, "/om?lang=xx")
    expect(page.get_by_role("heading", level=1)).to_have_text("Om Vårdmöteshubben")

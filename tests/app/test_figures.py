"""The report's lists and the published numbers: what an address asks for is shown, and what is not there is said."""

import base64
import csv
import re
from collections.abc import Iterator
from html import unescape

import pytest

from hub.settings import ROOT
from tests.app.test_pages import HOSTILE, HUB, headings, shown, visit

LISTS = HUB.mart.lists()
SERIES = HUB.mart.series()
TOPICS = tuple(dict.fromkeys(one.topic for one in SERIES))
ITEMS = list(csv.DictReader((ROOT / "data/survey_2020_lists/items.csv").open(encoding="utf-8", newline="")))


def lists(**query: str):
    return visit("dashboards.py", **{"del": "listor", **query})


def numbers(**query: str):
    return visit("dashboards.py", **{"del": "sedan", **query})


def each(app, name: str, ids) -> Iterator[tuple[str, str]]:
    """Go from one address to the next in the same window; yield the id and what is shown."""
    for id_ in ids:
        app.query_params[name] = id_
        app.run()
        assert not app.exception and len(headings(app)) == 1
        yield id_, unescape(shown(app))


def drawings(app) -> list[str]:
    """Return the drawings, which travel as an attribute."""
    return [unescape(base64.b64decode(found).decode()) for found in re.findall(r"data-drawing='([^']+)'", shown(app))]


def text(app) -> str:
    """Return what is read, the hidden table left out."""
    return unescape(re.sub(r"<[^>]+>", "", re.sub(r"<table hidden>.*?</table>", "", shown(app), flags=re.DOTALL)))


def saved(app) -> str:
    return unescape("".join(re.findall(r"<table hidden>(.*?)</table>", shown(app), flags=re.DOTALL)))


# --- Lists -----------------------------------------------------------------------------------------------------------


def test_every_list_is_led_to_with_its_length():
    html = shown(lists())

    for one in LISTS:
        assert f"href='/mognad?del=listor&amp;lista={one.id}'" in html and one.title["sv"] in unescape(html)


@pytest.mark.parametrize("whose", ["regions", "inquiry", "pilot"])
def test_a_list_shows_each_of_its_lines_with_where_it_leads(whose):
    of = {one.id: one for one in LISTS if one.whose == whose}

    for id_, html in each(lists(), "lista", of):
        assert f"<h1>{of[id_].title['sv']}</h1>" in html and ("som exempel" in html) == (of[id_].extent == "part")
        for item in HUB.mart.items(list_=id_):
            assert item.text["sv"] in html and all(f"href='{to}'" in html for to in item.addresses)


@pytest.mark.parametrize("one", [one for one in LISTS if "named" in one.id], ids=lambda one: one.id)
def test_who_is_named_is_not_recommended(one):
    assert "Rapporten rekommenderar ingen av dem" in text(lists(lista=one.id))


def test_a_vendor_found_by_a_word_is_not_recommended_either():
    assert "Rapporten rekommenderar ingen av dem" in text(lists(ord="compodium"))


def test_words_and_level_choose_together_and_are_counted():
    found = [row for row in ITEMS if "chatt" in row["item_sv"].lower() and "hop-out" in row["levels"].split()]

    app = lists(ord="chatt", niva="hop-out")
    assert f"{len(found)} av {len(ITEMS)} rader" in text(app)
    assert all(row["item_sv"] in text(app) for row in found)


def test_what_is_chosen_stands_in_the_form():
    html = shown(lists(ord="chatt", niva="inbox", lista="pilots"))

    assert "value='chatt'" in html
    assert "<option value='inbox' selected>" in html and "<option value='pilots' selected>" in html


def test_a_requirement_is_named_by_its_words():
    app = lists(lista="challenges")

    words = HUB.requirements.words["sv"].requirements["operation-device-test"].text.rstrip(".")
    assert words in text(app) and "operation-device-test" not in text(app)


def test_what_is_saved_is_what_is_shown():
    rows = re.findall(r"<tr><td>([^<]+)</td>", saved(lists(lista="professions")))

    assert rows == [row["id"] for row in ITEMS if row["list"] == "professions"]


def test_nothing_found_is_said_with_ways_on():
    app = lists(ord="zebra", lista="pilots")

    assert "Ingen rad passar alla val" in text(app)
    assert "href='/mognad?del=listor&amp;ord=zebra'" in shown(app) and "href='/mognad?del=listor'" in shown(app)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [({"lista": HOSTILE}, "Rapporten har ingen sådan lista"), ({"niva": HOSTILE}, "Nivån finns inte")],
)
def test_an_unknown_list_or_level_is_said_above_those_there_are(query, sentence):
    app = lists(**query)

    assert not app.exception and sentence in app.get("html")[0].value
    assert "href='/mognad?del=listor&amp;lista=challenges'" in shown(app) and HOSTILE not in shown(app)


@pytest.mark.parametrize("words", [HOSTILE, "x" * 5000, "%_'\" \\", "\x00"])
def test_any_words_may_be_looked_for(words):
    app = lists(ord=words)

    assert not app.exception and HOSTILE not in shown(app) and len(headings(app)) == 1


# --- Published numbers -----------------------------------------------------------------------------------------------


def test_every_subject_is_led_to():
    html = shown(numbers())

    assert all(f"href='/mognad?del=sedan&amp;amne={topic}'" in html for topic in TOPICS)


def test_what_is_not_known_of_numbers_is_said():
    said = text(numbers())

    assert all(one.text["sv"] in said for one in HUB.mart.unknowns("indicators"))


@pytest.mark.parametrize("topic", TOPICS)
def test_a_subject_shows_each_of_its_definitions_once(topic):
    app = numbers(amne=topic)

    assert not app.exception and len(headings(app)) == 1
    for one in HUB.mart.series(topic=topic):
        html = shown(app)
        drawn = html.count(f"<section class='hub-figure' id='{one.id}'")
        assert drawn == (len(one.values) > 1)
        assert html.count(f"href='/mognad?del=sedan&amp;serie={one.id}'") == 1


@pytest.mark.parametrize("topic", TOPICS)
def test_a_definition_has_a_page_with_each_number_and_its_source(topic):
    of = {one.id: one for one in SERIES if one.topic == topic}

    for id_, html in each(numbers(), "serie", of):
        assert of[id_].definition["sv"] in html and f"href='/mognad?del=sedan&amne={topic}'" in html
        for value in of[id_].values:
            assert f"id='{value.id}'" in html and f"href='{value.url}'" in html
            assert (f"href='/regioner?region={value.region}'" in html) == (value.region not in {"SE", "NO"})


def test_a_definition_is_told_in_english_too():
    app = numbers(serie="norway-gp-share", lang="en")

    assert headings(app)[0].startswith("Norway, not Sweden: e-consultations")


def test_the_same_sentence_is_heading_and_name_of_the_drawing():
    app = numbers(serie="outside-contacts")

    message = re.search(r"id='outside-contacts-title'>([^<]+)</h2>", unescape(shown(app)))
    assert message and [f'aria-label="{message[1]}"' in drawing for drawing in drawings(app)] == [True, True]


def test_the_address_asks_for_the_table():
    app = numbers(serie="outside-contacts", tabell="outside-contacts")

    assert "data-shows='table'" in shown(app)


@pytest.mark.parametrize("topic", TOPICS)
def test_norway_stands_beside_nothing_swedish(topic):
    norwegian = [one.id for one in HUB.mart.series(topic=topic) if one.country == "norway"]

    assert (
        bool(norwegian) == (topic == "norway") == ("Det här är Norges tal, inte Sveriges" in text(numbers(amne=topic)))
    )


def test_a_neighbours_drawing_says_so_itself():
    found = drawings(numbers(serie="norway-gp-share"))

    assert [">Norge, inte Sverige</text>" in drawing for drawing in found] == [True, True]


@pytest.mark.parametrize("one", [one for one in SERIES if one.kind == "target"], ids=lambda one: one.id)
def test_a_target_is_said_to_be_no_outcome(one):
    app = numbers(serie=one.id)

    assert "Ett mål, inget utfall" in text(app) and all("Mål: " in drawing for drawing in drawings(app))
    assert len(drawings(app)) == 2


def test_a_single_number_is_no_chart():
    html = shown(numbers(serie="kry-meetings"))

    assert "hub-figure'" not in html and "Det finns inget med samma definition" in unescape(html)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"serie": HOSTILE}, "Det finns inget tal med det namnet"),
        ({"serie": "x" * 4000}, "Det finns inget tal med det namnet"),
        ({"amne": HOSTILE}, "Ämnet finns inte"),
    ],
)
def test_an_unknown_number_or_subject_is_said_above_those_there_are(query, sentence):
    app = numbers(**query)

    assert not app.exception and sentence in app.get("html")[0].value
    assert "href='/mognad?del=sedan&amp;amne=outside'" in shown(app) and HOSTILE not in shown(app)


def test_a_subjects_numbers_are_saved_as_they_are_in_the_file():
    html = saved(numbers(amne="letters"))

    kept = [re.findall(r"<td>([^<]*)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", html)][1:]
    assert [(row[1], row[11], row[12]) for row in kept] == [
        ("vgr-letters-possible", "60", "about"),
        ("vgr-letters-target", "90", "as-given"),
    ]

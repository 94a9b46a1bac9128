"""What an experience card hands to a plan, and what is talked about beside an item of a plan."""

import datetime as dt
import os
from dataclasses import replace
from zlib import crc32

import pytest

from hub.bootstrap import build
from hub.forum.card_store import Experience
from hub.forum.rules import Card, read_about
from hub.guide.answers import read_link
from hub.handover import card_items, card_of, demo_items, item_subject, item_subjects, plan_basis
from hub.language import LANGUAGES
from hub.plan.items import LONGEST, cleaned
from hub.settings import read_settings

HUB = build(read_settings(os.environ))
CARD = Card("hop-out", 2026, "Två system", "Vi **anslöt**\n\n- i maj\n- i juni", "Det gick", advice="Börja *smått*.")
TOLD = Experience("abc123", "Kort", "Kim Lind, Region Skåne", dt.datetime(2027, 2, 1, tzinfo=dt.UTC), 0, CARD)
GUIDE = {"v": "1", "s1": "who-starts.both~single-login.needed~video-login.dont-know"}


def test_what_was_done_becomes_an_item_that_knows_its_thread():
    items = card_items(TOLD, ["did", "advice"])

    assert [item.text for item in items] == ["Vi anslöt; i maj; i juni", "Börja smått."]
    assert [card_of(item.origin) for item in items] == ["abc123", "abc123"]


def test_who_wrote_the_card_is_not_copied_into_the_plan():
    told = replace(TOLD, card=replace(CARD, contact="kim@region.example.se", region="M"))

    assert not any(word in repr(card_items(told, ["did", "advice", "contact"])) for word in ("Kim", "kim@", "Skåne"))


def test_what_nobody_wrote_becomes_nothing():
    assert card_items(TOLD, ["otherwise", "situation"]) == []


@pytest.mark.parametrize("text", ["ord " * 400, "x" * 2_000, "- " + "rad\n- " * 300])
def test_a_long_text_is_cut_to_what_an_item_holds(text):
    (item,) = card_items(replace(TOLD, card=replace(CARD, did=text)), ["did"])

    assert len(item.text) <= LONGEST["text"] and item.text.endswith("…")
    assert cleaned(item) == item


def test_an_item_that_came_from_no_card_leads_to_none():
    assert [card_of(origin) for origin in ("", "guide:1:step:it:0", "demo:inbox:0")] == ["", "", ""]


def test_all_that_items_come_from_has_the_same_ids_in_both_languages_and_can_be_talked_about():
    ids = [list(item_subjects(HUB, language)) for language in LANGUAGES]

    assert ids[0] == ids[1]
    assert all(read_about(f"plan-item:{id_}") for id_ in ids[0])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_item_of_the_guide_is_talked_about_as_what_it_is(language):
    services = read_link(GUIDE, HUB.guide.flow).services
    basis = plan_basis(HUB, HUB.plan_words[language], services, HUB.step_stages)
    subjects = item_subjects(HUB, language)
    items = basis.services[0].items.values()

    assert any(":question:" in item.origin for item in items)
    assert [subjects[item_subject(HUB, item.origin, item.stage, language)] for item in items] == [
        item.text for item in items
    ]


def test_an_item_is_talked_about_by_the_same_id_whatever_language_its_plan_has():
    services = read_link(GUIDE, HUB.guide.flow).services
    bases = [plan_basis(HUB, HUB.plan_words[one], services, HUB.step_stages).services[0].items for one in LANGUAGES]
    found = [
        [item_subject(HUB, item.origin, item.stage, language) for item in items.values()]
        for language, items in zip(LANGUAGES, bases, strict=True)
    ]

    assert found[0] == found[1]


def test_a_question_of_a_demo_visit_is_talked_about_as_that():
    (item,) = demo_items(HUB.visits, "inbox", [1], "sv")

    assert item_subjects(HUB, "sv")[item_subject(HUB, item.origin, item.stage, "sv")] == item.text


@pytest.mark.parametrize(
    "origin", ["", "card:abc:did", "guide:1:step:nobody:0", f"guide:1:question:it:{crc32(b'x'):08x}"]
)
def test_what_people_wrote_themselves_is_talked_about_by_its_stage_alone(origin):
    assert item_subject(HUB, origin, "order", "sv") == "stage.order"
    assert item_subject(HUB, origin, "", "sv") == ""

"""What holds for threads, posts and cards: their texts, names, answers and pages."""

import csv
import datetime as dt
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import Rejected
from hub.forum import rules
from hub.forum.rules import Card, Reaction, Size, Thread
from hub.settings import ROOT

NOW = dt.datetime(2026, 11, 26, 8, 0, tzinfo=dt.UTC)
CARD = Card("hop-out", 2025, "Två system", "Anslöt", "Det gick")
THREAD = Thread(
    "t", "levels", (), "T", "", question=True, seed="", author="", author_name="Kim", created_at=NOW, activity_at=NOW,
    last_name="Kim", posts=2, pinned=False, locked=False, accepted="p", accepted_at=NOW, version=1,
)  # fmt: skip


def code_of(call, *args, **named) -> tuple[str, str]:
    with pytest.raises(Rejected) as caught:
        call(*args, **named)
    return caught.value.code, caught.value.field


@given(st.text(max_size=200))
def test_a_cleaned_line_is_one_line_and_cleaning_it_again_changes_nothing(text):
    line = rules.read_line("title", text) if len(text) <= 120 else ""

    assert len(line.splitlines()) <= 1 and rules.read_line("title", line) == line


@given(st.text())
def test_a_cleaned_text_holds_no_character_that_turns_or_hides_text(text):
    cleaned = rules.clean(text + "\u202e\u2066\ufeff\u200b\x00\ud800")

    assert not set(cleaned) & set("\u202e\u2066\ufeff\u200b\x00\ud800")


def test_joined_pictures_and_indented_code_stay():
    assert rules.read_text("text", "👩🏽‍⚕️\n\n\tkod\r\nslut\n") == "👩🏽‍⚕️\n\n    kod\nslut"


@pytest.mark.parametrize("text", ["", "  \n", "\u200b", "...", "\u200d", "—"])
def test_a_text_that_says_nothing_is_empty(text):
    assert code_of(rules.read_text, "text", text, needed=True) == ("empty", "text")


def test_a_text_may_be_as_long_as_the_bound_and_no_longer():
    assert len(rules.read_text("text", "a" * 20_000)) == 20_000
    assert code_of(rules.read_text, "text", "a" * 20_001) == ("too-long", "text")
    assert code_of(rules.read_text, "text", "a" * 1_000_000) == ("too-long", "text")


def test_tags_exist_stand_once_and_are_few():
    known = [f"tag-{n}" for n in range(9)]

    assert rules.read_tags(["tag-2", "tag-1", "tag-2"], known) == ("tag-1", "tag-2")
    assert code_of(rules.read_tags, ["dog"], known) == ("unknown-tag", "tags")
    assert code_of(rules.read_tags, known[:6], known) == ("too-many-tags", "tags")


def test_a_thread_may_stand_beside_what_the_hub_has():
    assert [rules.read_about(one) for one in ("", "level:hop-out", "requirement:a-1.2")] == [
        "", "level:hop-out", "requirement:a-1.2",
    ]  # fmt: skip


@pytest.mark.parametrize("about", ["level", "dog:a", "level:", "level:<b>", "level:" + "a" * 90, "level:å"])
def test_a_thread_stands_beside_nothing_else(about):
    assert code_of(rules.read_about, about) == ("unknown-place", "about")


@pytest.mark.parametrize(
    ("card", "code"),
    [
        (replace(CARD, level="dog"), ("unknown-level", "level")),
        (replace(CARD, year=2027), ("unknown-year", "year")),
        (replace(CARD, year=2009), ("unknown-year", "year")),
        (replace(CARD, result=" "), ("empty", "result")),
        (replace(CARD, video_system="a" * 121), ("too-long", "video_system")),
        (replace(CARD, advice="a" * 2_001), ("too-long", "advice")),
    ],
)
def test_a_card_that_does_not_hold_says_which_field(card, code):
    assert code_of(rules.read_card, card, {"hop-out"}, 2026) == code


def test_a_card_is_cleaned_and_comes_back_from_what_is_kept():
    read = rules.read_card(replace(CARD, contact=" a \n b ", level=""), {"hop-out"}, 2026)

    assert read.contact == "a b" and Card(**read.kept()) == read
    assert "Två system" in read.words and "2025" not in read.words


def test_a_size_fits_several_regions_so_that_it_names_none():
    with (ROOT / "data" / "regions" / "regions.csv").open(encoding="utf-8") as file:
        sizes = Counter(rules.size_of(int(row["population"])) for row in csv.DictReader(file))

    assert sizes.keys() == set(Size) and min(sizes.values()) >= 4


def test_a_name_is_the_authors_choice_or_the_size_of_the_region():
    names = [rules.kept_name("Kim, Region Skåne", 300_000, as_size=one) for one in (False, True)]

    assert [rules.size_in(name) for name in names] == [None, Size.MIDDLE] and names[0] == "Kim, Region Skåne"
    assert code_of(rules.kept_name, "Kim", 0, as_size=True) == ("no-region", "as_size")


@pytest.mark.parametrize(("days", "standing"), [(0, "fresh"), (364, "fresh"), (365, "ask"), (2_000, "ask")])
def test_an_answer_is_asked_about_after_a_year(days, standing):
    assert rules.answer_stands(THREAD, NOW + dt.timedelta(days=days)) == standing


def test_a_thread_without_an_answer_has_none_to_ask_about():
    assert rules.answer_stands(replace(THREAD, accepted="", accepted_at=None), NOW) == "none"


@given(st.datetimes(timezones=st.just(dt.UTC)))
def test_a_cursor_comes_back_as_it_was(at):
    assert rules.read_cursor(rules.cursor(at, "abc123")) == (at, "abc123")


@given(st.text(max_size=200))
def test_what_is_no_cursor_is_none_or_safe(text):
    found = rules.read_cursor(text)

    assert found is None or found[1].isalnum()


def test_saying_that_it_works_takes_back_that_it_did_not():
    assert rules.EXCLUDES[Reaction.WORKS] is Reaction.DID_NOT_WORK
    assert rules.shown_reactions(["dog", "tried-works", "we-do-this-too"]) == (Reaction.TOO, Reaction.WORKS)

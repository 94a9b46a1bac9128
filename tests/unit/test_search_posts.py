"""The index of people's texts: what finds what, in either language, and that it can be changed while it is searched."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.forum.finding import part_with
from hub.search import read_search_words
from hub.search_posts import Place, PostIndex, Written
from hub.settings import ROOT

WORDS = read_search_words(ROOT / "content")


def index(*texts: str) -> PostIndex:
    made = PostIndex(WORDS)
    made.add(Written(f"p{n}", f"t{n}", "post", text) for n, text in enumerate(texts))
    made.commit()
    return made


def found(made: PostIndex, text: str, **wanted: str) -> set[str]:
    return {place.id for place in made.find(text, 10, **wanted)}


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("Vi skickar kallelserna digitalt", "kallelse"),
        ("Möten i videotjänsten", "möte"),
        ("Videomötet börjar", "video möte"),
        ("Mötet börjar med video", "videomöte"),
        ("Logga in med e-legitimation", "BankID"),
        ("We tried sending reminders", "reminder"),
        ("The meetings were booked", "MEETING book"),
    ],
)
def test_a_word_is_found_in_other_forms(written: str, asked: str) -> None:
    assert found(index(written, "Något helt annat"), asked) == {"p0"}


def test_every_word_is_needed_while_there_are_few_texts() -> None:
    made = index("och kamera", "och ljud", "och ljus")

    assert found(made, "och kamera") == {"p0"}
    assert found(made, "kamera ljud") == set()


def test_a_word_that_nearly_every_text_holds_is_not_needed_when_another_is_given() -> None:
    texts = [f"och nummer{n}x" for n in range(1_100)]
    made = index(*texts, "stativet ensamt", "och stativet")

    assert [place.id for place in made.find("stativ och", 10)] == ["p1101", "p1100"]
    assert len(found(made, "och")) == 10


def test_a_title_lifts_the_text_it_stands_above() -> None:
    made = PostIndex(WORDS)
    text = "kamera och annat som sägs i samma tråd"
    made.add([Written("reply", "t", "post", text), Written("first", "t", "post", text, title="Kamera")])
    made.commit()

    assert [place.id for place in made.find("kamera", 10)] == ["first", "reply"]


def test_only_texts_of_a_kind_are_found_where_one_is_given() -> None:
    made = PostIndex(WORDS)
    made.add([Written("a", "t", "post", "kamera"), Written("b", "t", "card", "kamera")])
    made.commit()

    assert (found(made, "kamera", kind="card"), found(made, "kamera", kind="post")) == ({"b"}, {"a"})
    assert found(made, "kamera") == {"a", "b"}


def test_texts_go_by_their_own_id_or_with_their_thread_and_a_change_can_be_forgotten() -> None:
    made = index("kamera", "kamera", "kamera")
    made.drop(ids=["p0"], threads=["t1"])
    made.rollback()
    before = found(made, "kamera")
    made.drop(ids=["p0"], threads=["t1"])
    made.commit()

    assert before == {"p0", "p1", "p2"}
    assert made.find("kamera", 10) == [Place("t2", "p2")]
    assert len(made) == 1


def test_words_searched_for_are_marked_and_the_rest_is_escaped() -> None:
    mark = index("Kameran").marker("kamera <b>")

    assert mark("Kameran & <b>ljudet</b> här") == "<mark>Kameran</mark> &amp; &lt;b&gt;ljudet&lt;/b&gt; här"
    assert mark("Inget & annat") == "Inget &amp; annat"
    assert index("Kameran").marker("…")("<i>") == "&lt;i&gt;"


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_text_can_be_kept_searched_by_and_marked(written: str, asked: str) -> None:
    made = index(written)
    made.find(asked, 5)
    made.alike(asked, 5)
    marked = made.marker(asked)(written)

    assert "<" not in marked.replace("<mark>", "").replace("</mark>", "")


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Påminnelser i tid", "Hur får vi påminnelsen att gå ut i tid?", True),
        ("Kamera", "Vilken kamera i rummet?", True),
        ("Kamera i rummet", "Kamera i bilen", False),
        ("Hur gör ni?", "Hur gör ni då?", False),
        ("How do you send reminders in time?", "Reminder in time", True),
        ("", "Kamera", False),
    ],
)
def test_titles_are_alike_when_they_share_what_they_are_about(one: str, other: str, *, alike: bool) -> None:
    made = index()

    assert made.are_alike(one, other) == made.are_alike(other, one) == alike


def test_the_part_shown_of_a_long_text_begins_a_little_before_the_first_word_searched_for() -> None:
    text = "orden före " * 500 + "Kameran står här " + "orden efter " * 500
    part = part_with(text, "kameror")

    assert len(part) <= 600
    assert 0 < part.index("Kameran") < 130
    assert part.startswith(("orden", "före"))


def test_a_short_text_is_shown_whole_and_of_a_long_one_without_the_words_its_beginning() -> None:
    assert part_with("Kort text", "kamera") == "Kort text"
    assert part_with("lång " * 500, "kamera") == ("lång " * 500)[:600]
    assert part_with("lång " * 500, "(") == ("lång " * 500)[:600]

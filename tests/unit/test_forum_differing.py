"""What differs between two texts: nothing is lost or made up, as little as possible is marked, and in bounded time."""

import time
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.forum.differing import differing

TEXTS = st.lists(st.sampled_from(["a ", "b ", "c", " ", "\n", "ord "]), max_size=30).map("".join)
LONGEST = 20_000


def read(before: str, after: str) -> tuple[str, str]:
    parts = differing(before, after)
    return (
        "".join(text for kind, text in parts if kind != "new"),
        "".join(text for kind, text in parts if kind != "gone"),
    )


def shared(before: list[str], after: list[str]) -> int:
    """Return the most words that can be the same, by the table of the textbook."""
    table = [[0] * (len(after) + 1) for _ in range(len(before) + 1)]
    for (a, old), (b, new) in product(enumerate(before), enumerate(after)):
        table[a + 1][b + 1] = table[a][b] + 1 if old == new else max(table[a][b + 1], table[a + 1][b])
    return table[-1][-1]


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_from_what_differs(before, after):
    assert read(before, after) == (before, after)


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text):
    assert differing(text, text) == ((("same", text),) if text else ())


WORDS = st.lists(st.sampled_from(["a ", "b ", "c "]), max_size=14)


@given(WORDS, WORDS)
def test_as_much_is_the_same_in_a_line_as_can_be(before, after):
    parts = differing("".join(before), "".join(after))

    same = [text for kind, text in parts if kind == "same"]
    assert sum(len(text) for text in same) == 2 * shared(before, after)


def test_a_changed_word_is_marked_alone_and_what_was_taken_away_stands_first():
    assert differing("Vi gör så här.\nDet gick bra.\n", "Vi gör inte så.\nDet gick bra.\n") == (
        ("same", "Vi gör "), ("gone", "så här.\n"), ("new", "inte så.\n"), ("same", "Det gick bra.\n"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a " * 10_000, "a " * 9_999 + "b "),
        ("a\n" * 10_000, "b\n" + "a\n" * 9_998 + "b\n"),
        ("a b " * 5_000, "b a " * 5_000),
        ("".join(f"a {n} " for n in range(2_500)), "".join(f"a {-n} " for n in range(2_500))),
        ("".join(f"{n * n % 7} " for n in range(10_000)), "".join(f"{n * n % 11} " for n in range(10_000))),
        ("\n" * LONGEST, "a\n" * 10_000),
    ],
)
def test_the_longest_texts_that_have_little_in_common_are_done_in_time(before, after):
    start = time.thread_time()

    parts = read(before[:LONGEST], after[:LONGEST])

    # A hundredth of it on the machine that the bound was set on; comparing every word with every other takes minutes.
    assert time.thread_time() - start < 3
    assert parts == (before[:LONGEST], after[:LONGEST])

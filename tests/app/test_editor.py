"""The editor's half in Python: what it takes for a text that has been sent."""

import pytest

from components.editor import Submitted, _read

WHOLE = {"text": "Hej", "command_id": "0123456789abcdef", "base": "3", "seen": 7}


def test_what_the_browser_sends_is_read():
    assert _read("note", "plan:1:note", WHOLE) == Submitted("Hej", "0123456789abcdef", "3", "note", "plan:1:note", 7)


def test_what_is_read_is_clean():
    assert _read("note", "plan:1:note", {**WHOLE, "text": "a\x00\r\nb"}).text == "a\nb"


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "text",
        [],
        {},
        {**WHOLE, "text": 1},
        {**WHOLE, "command_id": "kort"},
        {**WHOLE, "command_id": "x' OR 1=1 --"},
        {**WHOLE, "command_id": None},
        {**WHOLE, "base": "x" * 41},
        {**WHOLE, "seen": "7"},
        {**WHOLE, "seen": -1},
        {**WHOLE, "seen": float("nan")},
        {"text": "Hej", "command_id": "0123456789abcdef"},
    ],
)
def test_what_is_of_another_shape_is_nothing(sent):
    assert _read("note", "plan:1:note", sent) is None

"""The tree of errors, as it is drawn and as it is."""

from __future__ import annotations

import inspect
import re

import pytest

from hub import errors
from hub.errors import ContentError, HubError, NotFound, Rejected

DRAWN = re.findall(r"^    (?:[│ ]*[├└]── )?([A-Z]\w+)", str(errors.__doc__), flags=re.MULTILINE)
CLASSES = {
    name: class_
    for name, class_ in vars(errors).items()
    if inspect.isclass(class_) and class_.__module__ == errors.__name__
}


def test_the_drawing_begins_with_the_root() -> None:
    assert DRAWN[0] == HubError.__name__


def test_no_class_is_drawn_twice() -> None:
    assert len(DRAWN) == len(set(DRAWN))


def test_every_class_is_drawn_and_every_line_of_the_drawing_is_a_class() -> None:
    assert set(DRAWN) == set(CLASSES)


def test_every_class_below_the_root_is_drawn_even_if_it_lives_elsewhere() -> None:
    def below(class_: type[HubError]) -> set[str]:
        return {class_.__name__}.union(*(below(sub) for sub in class_.__subclasses__()))

    assert below(HubError) == set(DRAWN)


@pytest.mark.parametrize("name", [name for name in CLASSES if name != "HubError"])
def test_a_class_hangs_directly_from_the_root_as_drawn(name: str) -> None:
    assert CLASSES[name].__bases__ == (HubError,)


def test_what_does_not_exist_is_named() -> None:
    error = NotFound("page", "/om<b>")

    assert (error.kind, error.name, str(error)) == ("page", "/om<b>", "page '/om<b>' does not exist")


def test_what_can_be_mended_holds_a_code_a_field_and_facts() -> None:
    error = Rejected("too-long", "name", {"most": 60})

    assert (error.code, error.field, error.facts, str(error)) == ("too-long", "name", {"most": 60}, "too-long")


def test_what_can_be_mended_keeps_the_facts_it_was_given() -> None:
    given = {"most": 60}
    error = Rejected("too-long", "name", given)

    given["most"] = 0

    assert error.facts == {"most": 60}


def test_facts_put_in_one_error_do_not_show_in_another() -> None:
    Rejected("one").facts["most"] = 60

    assert Rejected("two").facts == {}


def test_wrong_content_names_file_place_and_fault() -> None:
    error = ContentError("flow.yaml", "questions.0", "is wrong")

    assert str(error) == "flow.yaml: questions.0: is wrong"


def test_wrong_content_without_a_place_names_file_and_fault() -> None:
    error = ContentError("flow.yaml", "", "is wrong")

    assert str(error) == "flow.yaml: is wrong"

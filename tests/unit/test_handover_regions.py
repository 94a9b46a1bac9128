"""Which ways of the regions a result of the guide speaks of, against the result itself."""

import pytest

from hub.guide.answers import Service, facts
from hub.guide.content import read_guide
from hub.guide.rules import LAYERS_OF, Level, choose, level_of
from hub.handover import routes_sought
from hub.settings import ROOT
from hub.survey.likeness import LEVELS, Sought

GUIDE = read_guide(ROOT / "content" / "guide")
NOTHING = {question.id: ("dont-know",) for question in GUIDE.flow.questions}
READY = {
    "who-starts": ("both",), "single-login": ("needed",), "volume": ("many",), "booked-times": ("needed",),
    "horizon": ("soon",), "video-safe": ("yes",), "video-login": ("yes",), "video-links": ("yes",),
    "record-inbox": ("yes",), "record-booking": ("yes",), "capacity": ("yes",), "groups": ("none",),
}  # fmt: skip


def sought(**changed: str) -> Sought:
    answers = {**READY, **{name.replace("_", "-"): (value,) for name, value in changed.items()}}
    return routes_sought(Service("", answers), GUIDE)


def test_the_names_of_the_levels_are_those_that_traces_are_read_into():
    assert tuple(level.value for level in Level) == LEVELS


def test_an_aim_that_is_a_level_is_that_way_alone():
    choice = choose(facts(READY, GUIDE.flow.questions))

    assert choice.aim and level_of(choice.aim) is Level.FRAMEWORK
    assert sought() == Sought(("framework",), ("framework",))


def test_an_aim_that_is_no_level_counts_as_the_levels_it_holds():
    answers = {**READY, "booked-times": ("not-needed",)}
    choice = choose(facts(answers, GUIDE.flow.questions))
    held = tuple(level.value for level in Level if choice.aim and LAYERS_OF[level] <= choice.aim)

    assert choice.aim and level_of(choice.aim) is None
    assert routes_sought(Service("", answers), GUIDE).aim == held == ("hop-out", "inbox")


def test_where_the_guide_proposes_no_way_nothing_is_sought():
    assert routes_sought(Service("", NOTHING), GUIDE) == Sought()


@pytest.mark.parametrize("record_booking", ["yes", "no", "dont-know"])
def test_national_is_sought_only_where_the_guide_says_so(record_booking):
    answers = {**READY, "record-booking": (record_booking,)}
    choice = choose(facts(answers, GUIDE.flow.questions))

    assert ("national" in routes_sought(Service("", answers), GUIDE).aim) is choice.national

"""What those who moderate may do: reasons, days, and when somebody may write again."""

import datetime as dt
import itertools

import pytest

from hub.errors import Rejected
from hub.forum.measures import (
    NEEDS_REASON,
    SHOWN_TO_AUTHOR,
    TAKEN_BACK_BY,
    Suspension,
    What,
    ends,
    months,
    read_days,
    suspended,
)

NOW = dt.datetime(2027, 3, 31, 12, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
SECOND = dt.timedelta(seconds=1)


def held(begins: dt.timedelta, until: dt.timedelta | None, *, lifted: bool = False) -> Suspension:
    return Suspension(
        f"{begins}{until}", "kim", "Mira", "Skäl", NOW + begins, None if until is None else NOW + until,
        NOW if lifted else None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("found", "holds"),
    [
        ([], None),
        ([held(-DAY, SECOND)], 0),
        ([held(-DAY, 0 * DAY)], None),
        ([held(-DAY, None)], 0),
        ([held(-DAY, None, lifted=True)], None),
        ([held(SECOND, DAY)], None),
        ([held(-DAY, DAY), held(-DAY, 3 * DAY), held(-DAY, 2 * DAY)], 1),
        ([held(-DAY, DAY), held(-DAY, None), held(-DAY, 9 * DAY)], 1),
    ],
)  # fmt: skip
def test_of_several_suspensions_the_one_that_lasts_longest_holds(found, holds):
    assert suspended(found, NOW) == (None if holds is None else found[holds])


def test_a_suspension_ends_after_its_days_or_not_by_itself():
    assert [ends(days, NOW) for days in (1, 7, 30, 0)] == [NOW + DAY, NOW + 7 * DAY, NOW + 30 * DAY, None]


@pytest.mark.parametrize("days", [-1, 2, 31, 10_000])
def test_other_days_are_refused(days):
    with pytest.raises(Rejected, match="unknown-days"):
        read_days(days)


def test_what_is_done_against_somebody_needs_a_reason_and_is_told_to_them():
    assert NEEDS_REASON <= SHOWN_TO_AUTHOR
    assert NEEDS_REASON.isdisjoint(TAKEN_BACK_BY.values())
    assert {What.DISMISS, What.REOPEN}.isdisjoint(SHOWN_TO_AUTHOR)


def test_months_follow_each_other_back_without_gap():
    found = months(NOW, 14)

    assert [begins.month for begins, _ in found] == [3, 2, 1, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]
    assert all(later[0] == earlier[1] for later, earlier in itertools.pairwise(found))
    assert found[0] == (dt.datetime(2027, 3, 1, tzinfo=dt.UTC), dt.datetime(2027, 4, 1, tzinfo=dt.UTC))

"""Limits: who shares one, and that a made-up name neither widens it nor is remembered."""

import datetime as dt

from hub.errors import Rejected
from hub.limits import Limits
from hub.visitor import Visitor


def clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def counted(limits: Limits, visitors: list[Visitor]) -> int:
    """Return how many of these were let through before the first was not."""
    for number, by in enumerate(visitors):
        try:
            limits.count("write", by, clock)
        except Rejected:
            return number
    return len(visitors)


def test_a_visitor_has_a_limit_of_their_own():
    assert counted(Limits({"write": 3}), [Visitor("person:a")] * 9) == 3
    assert counted(Limits({"write": 3}), [Visitor(f"person:{n}") for n in range(99)]) == 99


def test_cookies_made_up_at_one_address_do_not_widen_its_limit():
    made_up = [Visitor(f"browser:{number}", address="address:one") for number in range(99)]

    assert counted(Limits({"write": 3}), made_up) == 30


def test_those_who_share_an_address_have_room_for_a_workshop():
    assert counted(Limits({"write": 3}), [Visitor("address:one")] * 99) == 30


def test_names_not_seen_for_long_are_forgotten():
    limits = Limits({"write": 3})
    for number in range(500):
        limits.count("write", f"browser:{number}", clock)
    for events in limits._storage.events.values():
        events.clear()  # as after a minute
    assert counted(limits, [Visitor(f"person:{number}") for number in range(501)]) == 501

    assert len(limits._storage.events) == 501

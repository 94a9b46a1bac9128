"""What has been kept long enough is disposed of, under the operator's decisions, and the trail says so."""

import datetime as dt

import pytest
import sqlalchemy as sa

from hub.database import Database
from hub.errors import ContentError
from hub.identity.rules import IDLE
from hub.retention import KINDS, Retention
from hub.settings import Settings
from hub.tables import audit, command, draft, metadata, person, plan, plan_comment, plan_event, plan_item, session
from hub.timetable import Run
from tests.store.rows import row

NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
SECOND = dt.timedelta(seconds=1)


def dispose(database: Database, **settings: str) -> dict[str, int]:
    return Retention(Settings(**settings)).dispose(database, Run(NOW, lambda: None))


def put(database: Database, table: sa.Table, number: int, **values: object) -> None:
    database.write(lambda c: c.execute(table.insert().values({**row(table, number), **values})))


def left(database: Database, table: sa.Table) -> list[object]:
    column = next(iter(table.primary_key.columns))
    return database.read(lambda c: list(c.execute(sa.select(column).order_by(column)).scalars()))


def put_person(database: Database, number: int, **values: object) -> None:
    put(database, person, number, **{"deleted_at": None, **values})


def put_session(database: Database, number: int, **values: object) -> None:
    alive = {"person_id": "person-1", "seen_at": NOW, "expires_at": NOW + DAY, "revoked_at": None}
    put(database, session, number, **{**alive, **values})


def put_plan(database: Database, number: int, **values: object) -> None:
    put(database, plan, number, **{"owner": None, "deleted_at": None, **values})


@pytest.mark.parametrize(
    ("kind", "table", "moment", "days"),
    [("draft", draft, "saved_at", 30), ("command", command, "done_at", 14), ("audit", audit, "at", 730)],
)
def test_a_row_is_kept_to_the_last_day_and_not_longer(either, kind, table, moment, days):
    put(either, table, 1, **{moment: NOW - days * DAY - SECOND})
    put(either, table, 2, **{moment: NOW - days * DAY})
    put(either, table, 3, **{moment: NOW})
    kept = left(either, table)[1:]
    done = dispose(either)

    assert done == {kind: 1} and left(either, table)[:2] == kept


def test_a_session_is_kept_thirty_days_after_it_ended_however_it_ended(either):
    put_person(either, 1)
    long_ago = NOW - 30 * DAY - SECOND
    put_session(either, 1, revoked_at=long_ago)
    put_session(either, 2, expires_at=long_ago)
    put_session(either, 3, seen_at=long_ago - IDLE)
    put_session(either, 4, revoked_at=long_ago + 2 * SECOND)
    put_session(either, 5, seen_at=long_ago)
    put_session(either, 6)

    assert dispose(either) == {"session": 3}
    assert left(either, session) == ["session-4", "session-5", "session-6"]


def test_a_deleted_plan_goes_with_all_that_is_in_it(either):
    for number, deleted_at in ((1, NOW - 31 * DAY), (2, NOW - 29 * DAY), (3, None)):
        put_plan(either, number, deleted_at=deleted_at)
        put(either, plan_item, number)
        put(either, plan_comment, number, author=None)
        put(either, plan_event, number, by=None)

    assert dispose(either) == {"plan": 1}
    assert left(either, plan) == ["plan-2", "plan-3"]
    assert left(either, plan_item) == ["item-2", "item-3"]
    assert left(either, plan_comment) == ["comment-2", "comment-3"]
    assert left(either, plan_event) == [2, 3]


def test_a_deleted_person_goes_when_nothing_that_stays_mentions_them(either):
    long_ago = NOW - 31 * DAY
    for number, deleted_at in ((1, long_ago), (2, long_ago), (3, long_ago), (4, long_ago), (5, NOW - DAY), (6, None)):
        put_person(either, number, deleted_at=deleted_at)
    put_session(either, 1, person_id="person-1")
    put_plan(either, 2, owner="person-2")
    put(either, plan_item, 2)
    put(either, plan_comment, 2, author="person-3")
    put(either, plan_event, 2, by="person-4")

    assert dispose(either) == {"person": 1}
    assert left(either, person) == [f"person-{number}" for number in (2, 3, 4, 5, 6)]
    assert left(either, session) == []


def test_the_plan_of_a_deleted_person_goes_first_so_that_both_can_go(either):
    put_person(either, 1, deleted_at=NOW - 31 * DAY)
    put_plan(either, 1, owner="person-1", deleted_at=NOW - 31 * DAY)

    assert dispose(either) == {"plan": 1, "person": 1}


def test_many_rows_go_in_batches_and_the_claim_is_renewed_between_them(either):
    rows = [{**row(draft, n), "saved_at": NOW - 31 * DAY} for n in range(1_100)]
    either.write(lambda c: c.execute(draft.insert(), rows))
    held = []
    done = Retention(Settings()).dispose(either, Run(NOW, lambda: held.append(len(left(either, draft)))))
    noted = either.read(lambda c: [facts["rows"] for facts in c.execute(sa.select(audit.c.facts)).scalars()])

    assert done == {"draft": 1_100}
    assert held == [600, 100, 0] and noted == [500, 500, 100]


def test_the_trail_says_what_went_by_which_decision(either):
    put(either, draft, 1, saved_at=NOW - 31 * DAY)
    dispose(either, disposal="draft=RS 2026/12")
    noted = either.read(lambda c: c.execute(sa.select(audit)).one())

    assert (noted.at, noted.by, noted.action, noted.object) == (NOW, "hub", "retention.dispose", "kind:draft")
    assert noted.facts == {"rows": 1, "before": (NOW - 30 * DAY).isoformat(), "decision": "RS 2026/12"}


def test_nothing_to_dispose_of_leaves_no_trace(either):
    assert dispose(either) == {} and left(either, audit) == []


def test_where_public_records_law_applies_only_kinds_with_a_decision_go(database):
    put(database, draft, 1, saved_at=NOW - 31 * DAY)
    put(database, command, 1, done_at=NOW - 31 * DAY)
    first = dispose(database, public_records="yes")
    second = dispose(database, public_records="yes", disposal="command=RS 2026/13")

    assert (first, second) == ({}, {"command": 1}) and left(database, draft) == ["draft-1"]


@pytest.mark.parametrize("stated", ["", "no"])
def test_elsewhere_the_defaults_hold(database, stated):
    put(database, draft, 1, saved_at=NOW - 31 * DAY)

    assert dispose(database, public_records=stated) == {"draft": 1}


def test_the_operator_may_keep_for_shorter_or_longer(database):
    put(database, draft, 1, saved_at=NOW - 8 * DAY)
    put(database, command, 1, done_at=NOW - 15 * DAY)

    assert dispose(database, retention="draft=7, command=20") == {"draft": 1}


def test_texts_can_name_days_and_decision():
    retention = Retention(Settings(public_records="yes", retention="draft=7", disposal="draft=RS 2026/12; plan=RS 3"))

    assert (retention.days("draft"), retention.days("audit")) == (7, 730)
    assert (retention.decision("plan"), retention.decision("audit")) == ("RS 3", "")
    assert (retention.disposes("plan"), retention.disposes("audit")) == (True, False)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"retention": "dog=14"}, "HUB_RETENTION: dog is not a kind of data; these are: session, draft"),
        ({"disposal": "dog=RS 1"}, "HUB_DISPOSAL: dog is not a kind"),
        ({"retention": "draft=1, draft=2"}, "HUB_RETENTION: draft stands there twice"),
        ({"retention": "command=0"}, "HUB_RETENTION: command must be kept for at least one day"),
    ],
)
def test_a_setting_that_cannot_be_used_stops_the_start(settings, said):
    with pytest.raises(ContentError, match=said):
        Retention(Settings(**settings))


def test_every_table_is_disposed_of_by_itself_or_with_another():
    """Or stands here, with the reason: a new table must find its place."""
    own = {kind.table.name for kind in KINDS.values()}
    along = {
        table.name
        for table in metadata.sorted_tables
        for key in table.foreign_keys
        if key.ondelete == "CASCADE" and key.column.table.name in own
    }
    # One row for each job; and ids of threads and posts, trimmed by hub/forum/finding.py to the last ten thousand.
    kept = {"due", "forum_change"}

    assert {table.name for table in metadata.sorted_tables} == own | along | kept

"""What every store builds on: commands that are done once, and two that want the same."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from hub.database import Database
from hub.errors import Rejected, Unavailable
from hub.tables import draft

NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)


def add_draft(connection: sa.Connection) -> int:
    connection.execute(
        draft.insert().values(owner="o", id=str(count(connection)), text="", base="", version=1, saved_at=NOW)
    )
    return count(connection)


def count(connection: sa.Connection) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(draft)).scalar_one()


def test_a_repeated_command_writes_once_and_returns_the_first_result(either):
    first = either.once("command-1", "draft.add", "person:a", add_draft, NOW)
    again = either.once("command-1", "draft.add", "person:a", add_draft, NOW)

    assert (first, again, either.read(count)) == (1, 1, 1)


def test_the_same_command_from_many_at_once_writes_once(either):
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: either.once("command-1", "draft.add", "person:a", add_draft, NOW), range(16)))

    assert set(results) == {1} and either.read(count) == 1


def test_many_commands_at_once_are_all_written(either):
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda n: either.once(
                    f"command-{n}",
                    "draft.add",
                    "person:a",
                    lambda c: (
                        c.execute(
                            draft.insert().values(owner="o", id=str(n), text="", base="", version=1, saved_at=NOW)
                        ).rowcount
                    ),
                    NOW,
                ),
                range(60),
            )
        )

    assert either.read(count) == 60


@pytest.mark.parametrize(("kind", "by"), [("other", "person:a"), ("draft.add", "person:b")])
def test_the_result_of_a_command_is_for_whoever_gave_it(either, kind, by):
    either.once("command-1", "draft.add", "person:a", add_draft, NOW)

    with pytest.raises(Rejected, match="command"):
        either.once("command-1", kind, by, add_draft, NOW)


@pytest.mark.parametrize("command_id", ["", "short", "a" * 65, "med mellanslag", "å" * 12])
def test_a_malformed_command_id_is_refused(database, command_id):
    with pytest.raises(Rejected, match="command"):
        database.once(command_id, "draft.add", "person:a", add_draft, NOW)


def test_work_that_fails_leaves_nothing_behind(either):
    def fails(connection: sa.Connection) -> None:
        add_draft(connection)
        raise Rejected("no")

    with pytest.raises(Rejected):
        either.once("command-1", "draft.add", "person:a", fails, NOW)

    assert either.read(count) == 0 and either.once("command-1", "draft.add", "person:a", add_draft, NOW) == 1


def test_a_moment_comes_back_in_utc(either):
    either.write(add_draft)

    assert either.read(lambda c: c.execute(sa.select(draft.c.saved_at)).scalar_one()) == NOW


def test_a_database_that_does_not_answer_is_unavailable():
    closed = Database("postgresql+psycopg://nobody@127.0.0.1:1/none")

    with pytest.raises(Unavailable):
        closed.check()


def test_sqlite_keeps_what_it_has_acknowledged_and_its_references(database):
    def pragmas(connection: sa.Connection) -> list[object]:
        return [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]

    assert database.read(pragmas) == ["wal", 2, 1, 5_000]


def test_an_error_of_the_driver_tells_nothing_that_people_wrote(either):
    def twice(connection: sa.Connection) -> None:
        for _ in range(2):
            connection.execute(
                draft.insert().values(owner="o", id="i", text="Hemligt", base="", version=1, saved_at=NOW)
            )  # fmt: skip

    with pytest.raises(sa.exc.IntegrityError) as caught:
        either.write(twice)

    assert "Hemligt" not in str(caught.value)

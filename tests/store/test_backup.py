"""A backup holds everything of one moment, fits the other kind of database, and goes into an empty one only."""

import datetime as dt
import gzip
import json
import shutil
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import Event

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub import audit
from hub.backup import LEFT_OUT, make_backup, restore_backup
from hub.database import Database
from hub.errors import Rejected, Unavailable
from hub.tables import draft, due, metadata
from tests.store.rows import NOW, everything, fill
from tests.store.test_migrations import add_revision
from tests.store.writer import write

KINDS = ["sqlite", "postgresql"]
MORE_THAN_A_BATCH = 520
EARLIEST, LATEST = (dt.datetime(year, 1, 2) for year in (1970, 9998))  # noqa: DTZ001 - hypothesis adds the zone


@pytest.fixture
def make(new_database):
    """Make migrated, empty databases, with other migrations where these are named."""

    def new(kind: str, scripts: Path | None = None) -> Database:
        database = new_database(kind)
        if scripts:
            database.scripts = str(scripts)
            database.migrate()
        return database

    return new


def kept(database: Database) -> dict[str, object]:
    """What is to come back: the trail of backups themselves aside."""

    def rows(connection: sa.Connection) -> dict[str, object]:
        found = dict(everything(connection, metadata))
        found["audit"] = [row for row in found["audit"] if not str(row[3]).startswith("backup.")]
        return {name: of_table for name, of_table in found.items() if name not in LEFT_OUT}

    return database.read(rows)


def header(file: Path) -> dict[str, object]:
    with gzip.open(file) as lines:
        return json.loads(next(lines))


def rewritten(file: Path, change) -> Path:
    """A copy whose lines went through a function."""
    other = file.with_name("changed.jsonl.gz")
    with gzip.open(file) as old, gzip.open(other, "wb") as new:
        new.writelines(change(list(old)))
    return other


def refused(database: Database, file: Path) -> str:
    before = database.read(lambda c: everything(c, metadata))
    with pytest.raises(Rejected) as caught:
        restore_backup(database, file, NOW)
    assert database.read(lambda c: everything(c, metadata)) == before
    return caught.value.code


@pytest.mark.parametrize("source", KINDS)
def test_everything_comes_back_in_either_kind(make, tmp_path, source):
    full, empty = make(source), [make(kind) for kind in KINDS]
    full.write(lambda c: fill(c, metadata, MORE_THAN_A_BATCH))
    file = make_backup(full, tmp_path / "backup", NOW)
    backups = [restore_backup(each, file, NOW) for each in empty]

    before = kept(full)
    assert all(kept(each) == before for each in empty)
    assert [(backup.rows["person"], backup.at) for backup in backups] == [(MORE_THAN_A_BATCH, NOW)] * 2
    assert file.stat().st_mode & 0o777 == 0o600 and [f.name for f in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize("target", KINDS)
def test_a_restored_backup_makes_the_same_backup(make, tmp_path, target):
    full, empty = make("sqlite"), make(target)
    full.write(lambda c: fill(c, metadata))
    first = make_backup(full, tmp_path / "a", NOW)
    restore_backup(empty, first, NOW)
    empty.write(lambda c: c.execute(sa.delete(audit.audit).where(audit.audit.c.action.like("backup.%"))))
    second = make_backup(empty, tmp_path / "b", NOW)

    assert second.read_bytes() == first.read_bytes()


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    # Many in one backup: a text is quickly made, and a database slowly filled.
    several=st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200),
            st.recursive(
                st.none()
                | st.booleans()
                | st.integers()
                | st.text()
                | st.floats(allow_nan=False, allow_infinity=False),
                lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
                max_leaves=8,
            ),
            st.datetimes(EARLIEST, LATEST, timezones=st.just(dt.UTC)),
        ),
        min_size=1,
        max_size=16,
    )
)
@pytest.mark.parametrize(("source", "target"), [("sqlite", "postgresql"), ("postgresql", "sqlite")])
def test_any_text_any_facts_and_any_moment_come_back(pairs, tmp_path, source, target, several):
    full, empty = pairs(source), pairs(target)

    def put(connection: sa.Connection) -> None:
        for number, (text, facts, at) in enumerate(several):
            of_one = {"owner": "o", "id": str(number), "text": text, "base": "", "version": 1, "saved_at": at}
            connection.execute(draft.insert().values(of_one))
            audit.note(connection, by="b", action="a", thing="t", at=at, facts={"facts": facts})

    for database in (full, empty):
        database.write(lambda c: [c.execute(table.delete()) for table in reversed(metadata.sorted_tables)])
    full.write(put)
    file = make_backup(full, tmp_path / "any", NOW)
    restore_backup(empty, file, NOW)
    file.unlink()

    assert kept(empty) == kept(full)


@pytest.fixture
def pairs(make):
    """One database of each kind, the same for all examples."""
    known: dict[str, Database] = {}
    return lambda kind: known.get(kind) or known.setdefault(kind, make(kind))


@pytest.mark.parametrize("target", KINDS)
def test_new_rows_are_numbered_after_the_restored_ones(make, tmp_path, target):
    full, empty = make("sqlite"), make(target)
    full.write(lambda c: fill(c, metadata, 5))
    restore_backup(empty, make_backup(full, tmp_path, NOW), NOW)
    write(empty, 0)

    ids = empty.read(lambda c: list(c.execute(sa.select(audit.audit.c.id).order_by("id")).scalars()))
    assert ids == [1, 2, 3, 4, 5, 6, 7]


def test_sessions_commands_the_timetable_and_the_numbers_of_changes_are_left_out(make, tmp_path):
    full = make("sqlite")
    full.write(lambda c: fill(c, metadata))
    file = make_backup(full, tmp_path, NOW)

    left_out = {"session", "command", "due", "forum_change"}
    assert set(header(file)["rows"]) == {table.name for table in metadata.sorted_tables} - left_out


@pytest.mark.parametrize("kind", KINDS)
def test_a_backup_made_while_others_write_is_of_one_moment(make, tmp_path, kind):
    busy, empty = make(kind), make("sqlite")
    busy.write(lambda c: fill(c, metadata, 100))
    enough, numbers = Event(), count()

    def keep_writing() -> None:
        while not enough.is_set():
            write(busy, next(numbers))

    with ThreadPoolExecutor(3) as pool:
        for _ in range(3):
            pool.submit(keep_writing)
        files = [make_backup(busy, tmp_path, NOW + dt.timedelta(seconds=n)) for n in range(5)]
        enough.set()
    restore_backup(empty, files[-1], NOW)

    assert next(numbers) > 20
    for file in files:
        with gzip.open(file) as lines:
            rows = [json.loads(line) for line in lines][1:]
        halves = sorted(
            (row["owner"], row["id"]) for table, row in rows if table == "draft" and "command" in row["owner"]
        )
        traces = sorted(row["object"] for table, row in rows if table == "audit" and "command" in row["object"])
        assert halves == [(name, half) for name in traces for half in ("left", "right")]


@pytest.mark.parametrize("kind", KINDS)
def test_a_database_with_rows_is_not_restored_into(make, tmp_path, kind):
    full = make(kind)
    full.write(lambda c: fill(c, metadata, 1))
    file = make_backup(full, tmp_path, NOW)

    assert refused(full, file) == "backup-not-empty"


def test_a_timetable_that_has_begun_does_not_keep_a_backup_out(make, tmp_path):
    full, empty = make("sqlite"), make("sqlite")
    full.write(lambda c: fill(c, metadata, 1))
    empty.write(lambda c: c.execute(due.insert().values(name="retention", due_at=NOW, last_result={})))
    restore_backup(empty, make_backup(full, tmp_path, NOW), NOW)

    assert kept(empty) == kept(full)


@pytest.mark.parametrize("kind", KINDS)
def test_a_backup_of_an_older_version_is_migrated_forward(make, tmp_path, kind):
    later = add_revision(tmp_path, "op.execute(\"UPDATE person SET added = 'moved' WHERE id = 'person-2'\")")
    full, empty = make("sqlite"), make(kind, later)
    full.write(lambda c: fill(c, metadata))
    backup = restore_backup(empty, make_backup(full, tmp_path, NOW), NOW)

    assert backup.revision != "9001" and empty.read(empty.revision) == "9001"
    assert kept(empty) == kept(full)
    added = empty.read(lambda c: list(c.execute(sa.text("SELECT added FROM person ORDER BY id")).scalars()))
    assert added == ["ny", "moved", "ny"]


def test_a_backup_of_a_newer_version_is_refused(make, tmp_path):
    full, empty = make("sqlite", add_revision(tmp_path)), make("sqlite")
    file = make_backup(full, tmp_path, NOW)

    assert refused(empty, file) == "backup-newer"


def test_a_backup_in_a_newer_form_is_refused(make, tmp_path):
    file = make_backup(make("sqlite"), tmp_path, NOW)
    newer = rewritten(file, lambda lines: [json.dumps({**json.loads(lines[0]), "form": 2}).encode() + b"\n"])

    assert refused(make("sqlite"), newer) == "backup-newer"


@pytest.fixture(scope="module")
def taken(migrated, tmp_path_factory) -> Path:
    """A backup of three rows of everything, to be copied."""
    folder = tmp_path_factory.mktemp("taken")
    full = Database(f"sqlite:///{shutil.copyfile(migrated, folder / 'hub.sqlite')}")
    full.write(lambda c: fill(c, metadata))
    file = make_backup(full, folder, NOW)
    full.close()
    return file


@pytest.fixture
def whole(taken, tmp_path) -> Path:
    """A backup of three rows of everything, to be spoilt."""
    return Path(shutil.copy(taken, tmp_path))


DAMAGE = {
    "a changed letter": lambda lines: [line.replace(b"person-2", b"person-9") for line in lines],
    "a row that is gone": lambda lines: lines[:-1],
    "a row twice": lambda lines: [*lines, lines[-1]],
    "rows in another order": lambda lines: [lines[0], lines[2], lines[1], *lines[3:]],
    "a table nobody knows": lambda lines: [*lines, b'["nothing",{}]\n'],
    "a column nobody knows": lambda lines: [*lines, b'["draft",{"nothing":1}]\n'],
    "a line that is not JSON": lambda lines: [*lines, b"nothing\n"],
    "a line that is another thing": lambda lines: [*lines, b"5\n"],
    "a text with NUL": lambda lines: [*lines, lines[1].replace(b"t-1", b"t\\u0000")],
    "a moment that is none": lambda lines: [line.replace(b"2026-11-24T", b"soon") for line in lines],
    "a checksum of another": lambda lines: [lines[0].replace(b'"sha256":"', b'"sha256":"0'), *lines[1:]],
    "a count of another": lambda lines: [lines[0].replace(b'"plan":3', b'"plan":4'), *lines[1:]],
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_backup_changes_nothing(make, whole, kind, damage):
    code = refused(make(kind), rewritten(whole, DAMAGE[damage]))

    assert code == "backup-damaged"


@pytest.mark.parametrize("part", [0.3, 0.6, 0.99])
def test_a_backup_that_was_cut_off_changes_nothing(make, whole, part):
    whole.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * part)])

    assert refused(make("sqlite"), whole) in {"backup-damaged", "backup-unreadable"}


NO_BACKUPS = {
    "nothing": b"",
    "text": b"text",
    "packed nothing": gzip.compress(b""),
    "a list": gzip.compress(b"[]\n"),
    "another alphabet": gzip.compress(b"\xff"),
}


@pytest.mark.parametrize("content", NO_BACKUPS)
def test_a_file_that_is_no_backup_is_refused(database, tmp_path, content):
    (tmp_path / "file").write_bytes(NO_BACKUPS[content])

    assert refused(database, tmp_path / "file") in {"backup-unreadable", "backup-damaged"}


def test_a_file_that_is_not_there_is_refused(database, tmp_path):
    assert refused(database, tmp_path / "none") == "backup-unreadable"


def test_a_database_that_was_not_migrated_is_not_backed_up(sqlite_url, tmp_path):
    with pytest.raises(Rejected, match="backup-not-migrated"):
        make_backup(Database(sqlite_url), tmp_path / "backup", NOW)

    assert list((tmp_path / "backup").iterdir()) == []


def test_a_backup_never_replaces_another(database, tmp_path):
    file = make_backup(database, tmp_path / "backup", NOW)
    before = file.read_bytes()
    with pytest.raises(Rejected, match="backup-exists"):
        make_backup(database, tmp_path / "backup", NOW)

    assert file.read_bytes() == before and list(file.parent.iterdir()) == [file]


def test_a_folder_that_cannot_be_written_is_told(database, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unavailable, match="the backup cannot be written"):
        make_backup(database, tmp_path / "file" / "backup", NOW)


def test_the_tables_are_streamed_and_not_held(make, tmp_path):
    """Backing up ten times the rows takes about the same memory."""

    def most_bytes(rows: int) -> int:
        database = make("sqlite")
        database.write(
            lambda c: c.execute(
                draft.insert(),
                [
                    {"owner": "o", "id": str(n), "text": "text " * 200, "base": "", "version": 1, "saved_at": NOW}
                    for n in range(rows)
                ],
            )
        )
        tracemalloc.start()
        file = make_backup(database, tmp_path / str(rows), NOW)
        restore_backup(make("sqlite"), file, NOW)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    most_bytes(500)
    assert most_bytes(6_000) < most_bytes(1_000) * 1.6

"""Portable backups: one file that either kind of database can be filled from.

The file is gzip over JSON lines. The first line is the header: form, revision of the tables, moment, rows of each
table, and the SHA-256 of all lines after it. Each of those is ``["table", {"column": value}]``, tables before those
that refer to them. Moments and dates are ISO 8601.

Not in it: sessions, because a login that has been ended must not come back to life; commands, because their results
may hold the keys of links and only matter while a form is open; the timetable, which every start makes itself; and
the numbers of what has changed in the forum, because every start reads the whole forum.
"""

import datetime as dt
import gzip
import hashlib
import json
import os
import shutil
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import Any, BinaryIO, Final

import sqlalchemy as sa

from hub import audit
from hub.database import Database
from hub.errors import Rejected, Unavailable
from hub.tables import command, due, forum_change, metadata, session

FORM: Final = 1
"""Raised when a file of today could not be read as one of tomorrow."""
LEFT_OUT: Final = frozenset({session.name, command.name, due.name, forum_change.name})
_BATCH: Final = 500


@dataclass(frozen=True)
class Backup:
    """What the header of a file says."""

    revision: str
    at: dt.datetime
    rows: Mapping[str, int]
    """By table."""
    sha256: str


def make_backup(database: Database, folder: Path, at: dt.datetime) -> Path:
    """Write everything to a new file, as it is at one moment, and return the file; only its owner may read it.

    Raises:
        Rejected: ``backup-not-migrated``, the tables are not those of this version; ``backup-exists``.
        Unavailable: the database does not answer, or the file cannot be written; no half file is left.
    """
    name = f"hub-{at:%Y%m%d-%H%M%S}.jsonl.gz"
    body = whole = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        body, whole = _unnamed(folder, name), _unnamed(folder, name)
        with body.open("wb") as stream:
            backup = _write_rows(database, stream, at)
        with whole.open("wb") as stream:
            # Two gzip members after each other are one gzip file; so the header can come first although it is known last.
            stream.write(gzip.compress(_line(_header(backup)), mtime=0))
            with body.open("rb") as rows:
                shutil.copyfileobj(rows, stream)
            stream.flush()
            os.fsync(stream.fileno())
        _name(whole, folder / name)
    except OSError as cause:
        raise Unavailable(f"the backup cannot be written: {cause.strerror}") from cause
    finally:
        for file in (body, whole):
            if file:
                file.unlink(missing_ok=True)
    total = sum(backup.rows.values())
    database.write(
        lambda connection: audit.note(
            connection, by="hub", action="backup.make", thing=f"backup:{name}", at=at, facts={"rows": total}
        )
    )
    return folder / name


def restore_backup(database: Database, file: Path, at: dt.datetime) -> Backup:
    """Fill an empty, migrated database from a file, in one transaction, and bring the tables up to date.

    A file of an older revision is loaded into the tables of that revision, which are then migrated, so that its rows
    go through whatever the migrations do to rows.

    Raises:
        Rejected: ``backup-unreadable``, ``backup-newer``, ``backup-damaged`` or ``backup-not-empty``; nothing was changed.
        Unavailable: the database does not answer; nothing was changed.
    """
    with _opened(file) as stream, database.rebuild() as connection:
        backup = _read_header(stream, file)
        known = database.revisions()
        if backup.revision not in known:
            raise Rejected("backup-newer", facts={"revision": backup.revision, "newest": known[-1]})
        _require_empty(connection)
        if backup.revision != known[-1]:
            _start_over(database, connection, backup.revision)
        _load(connection, stream, backup, file)
        database.upgrade(connection, "head")
        if database.kind == "postgresql":
            _count_on(connection)
        audit.note(
            connection,
            by="hub",
            action="backup.restore",
            thing=f"backup:{file.name}"[:80],
            at=at,
            facts={"taken_at": backup.at.isoformat(), "revision": backup.revision, "rows": sum(backup.rows.values())},
        )
    return backup


# --- Writing ---------------------------------------------------------------------------------------------------------


def _write_rows(database: Database, stream: BinaryIO, at: dt.datetime) -> Backup:
    digest, counts = hashlib.sha256(), {}
    with database.snapshot() as connection, gzip.GzipFile("", "wb", fileobj=stream, mtime=0) as packed:
        revision = database.revision(connection)
        if revision != database.revisions()[-1]:
            raise Rejected("backup-not-migrated", facts={"revision": revision or "none"})
        for table in metadata.sorted_tables:
            if table.name in LEFT_OUT:
                continue
            counts[table.name] = 0
            for row in connection.execute(sa.select(table).order_by(*table.primary_key.columns)):
                line = _line([table.name, {name: _plain(value) for name, value in row._mapping.items()}])  # noqa: SLF001 - public, despite its name
                digest.update(line)
                packed.write(line)
                counts[table.name] += 1
    return Backup(revision, at, counts, digest.hexdigest())


def _line(value: Any) -> bytes:
    # In ASCII, because JSON inside a row may hold half a pair of surrogates.
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _header(backup: Backup) -> dict[str, object]:
    return {
        "form": FORM,
        "revision": backup.revision,
        "at": backup.at.isoformat(),
        "rows": backup.rows,
        "sha256": backup.sha256,
    }


def _unnamed(folder: Path, name: str) -> Path:
    """Make a file for its owner's eyes only, under a name that nobody takes for a backup."""
    descriptor, path = tempfile.mkstemp(prefix=f".{name}-", suffix=".part", dir=folder)
    os.close(descriptor)
    return Path(path)


def _name(file: Path, name: Path) -> None:
    """Give a file its name, for good, unless another file has it."""
    try:
        name.hardlink_to(file)
    except FileExistsError:
        raise Rejected("backup-exists", facts={"file": str(name)}) from None
    folder = os.open(name.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


# --- Reading ---------------------------------------------------------------------------------------------------------


def _opened(file: Path) -> gzip.GzipFile:
    try:
        return gzip.open(file, "rb")
    except OSError as cause:
        raise Rejected("backup-unreadable", facts={"file": str(file), "fault": cause.strerror or str(cause)}) from cause


def _read_header(stream: Iterable[bytes], file: Path) -> Backup:
    try:
        header = json.loads(next(iter(_lines(stream, file)), b""))
        form = int(header["form"])
        backup = Backup(
            str(header["revision"]),
            dt.datetime.fromisoformat(header["at"]),
            {str(table): int(count) for table, count in header["rows"].items()},
            str(header["sha256"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as cause:
        raise Rejected("backup-unreadable", facts={"file": str(file), "fault": "it has no header"}) from cause
    if form > FORM:
        raise Rejected("backup-newer", facts={"revision": f"form {form}", "newest": f"form {FORM}"})
    return backup


def _lines(stream: Iterable[bytes], file: Path) -> Iterator[bytes]:
    try:
        for line in stream:  # noqa: UP028 - "yield from" would close the file together with the generator
            yield line
    except (OSError, EOFError, zlib.error) as cause:  # not gzip, or cut off
        raise Rejected("backup-damaged", facts={"file": str(file), "fault": str(cause)}) from cause


def _require_empty(connection: sa.Connection) -> None:
    for table in metadata.sorted_tables:
        if table.name != due.name and connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
            raise Rejected("backup-not-empty", facts={"table": table.name})


def _start_over(database: Database, connection: sa.Connection, revision: str) -> None:
    """Build the tables anew as they were at an older revision."""
    present = sa.MetaData()
    present.reflect(connection)
    present.drop_all(connection)
    database.upgrade(connection, revision)


def _load(connection: sa.Connection, stream: Iterable[bytes], backup: Backup, file: Path) -> None:
    def damaged(fault: str) -> Rejected:
        return Rejected("backup-damaged", facts={"file": str(file), "fault": fault})

    tables = sa.MetaData()
    tables.reflect(connection)
    digest, counts = hashlib.sha256(), dict.fromkeys(backup.rows, 0)

    def rows() -> Iterator[tuple[str, dict[str, Any]]]:
        for line in _lines(stream, file):
            digest.update(line)
            try:
                name, values = json.loads(line)
                table = tables.tables[name]
                counts[name] += 1
                yield name, {column: _typed(table.columns[column], value) for column, value in values.items()}
            except (ValueError, KeyError, TypeError, AttributeError) as cause:
                raise damaged(f"row {sum(counts.values())} cannot be read") from cause

    for name, of_table in groupby(rows(), key=lambda row: row[0]):
        while some := [values for _, values in islice(of_table, _BATCH)]:
            try:
                connection.execute(tables.tables[name].insert(), some)
            except sa.exc.OperationalError:
                raise
            except (sa.exc.StatementError, Rejected) as cause:
                fault = str(getattr(cause, "orig", None) or cause).splitlines()[0]
                raise damaged(f"a row of {name} does not fit: {fault}") from cause
    if digest.hexdigest() != backup.sha256 or counts != dict(backup.rows):
        raise damaged("its rows are not those that were written")


def _typed(column: sa.Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, sa.DateTime):
        return dt.datetime.fromisoformat(value)
    if isinstance(column.type, sa.Date):
        return dt.date.fromisoformat(value)
    return value


def _count_on(connection: sa.Connection) -> None:
    """Let PostgreSQL number new rows after the highest that was loaded; SQLite does so by itself."""
    quote = connection.dialect.identifier_preparer.quote
    for table in metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None:
            continue
        sequence = sa.func.pg_get_serial_sequence(quote(table.name), column.name)
        highest = sa.select(sa.func.coalesce(sa.func.max(column), 0) + 1).scalar_subquery()
        connection.execute(sa.select(sa.func.setval(sequence, highest, sa.false())))

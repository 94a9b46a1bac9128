"""What an operator does from the command line: ``python -m hub.command migrate|backup|restore|tick``.

Ends with 0 when it is done, 1 when it was refused or failed, 2 when the command line is wrong, and 3 when the
database or the disk does not answer, so that trying again may help.
"""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from hub.backup import make_backup, restore_backup
from hub.bootstrap import build, open_database
from hub.clock import Clock, utc_now
from hub.errors import ContentError, Rejected, Unavailable
from hub.settings import Settings, read_settings

_SENTENCES: Final[Mapping[str, str]] = {
    "backup-not-migrated": "The tables are of revision {revision}, not of this version. Run migrate first.",
    "backup-exists": "{file} exists already. Try again in a second.",
    "backup-unreadable": "{file} cannot be read as a backup: {fault}.",
    "backup-newer": "The backup is of a newer version of the hub: {revision}, where this one knows {newest}. "
    "Install that version first.",
    "backup-damaged": "{file} is damaged, and nothing was restored: {fault}.",
    "backup-not-empty": "A backup is restored into an empty database only, and the table {table} has rows. "
    "Name an empty one with HUB_DATABASE_URL or HUB_VAR, or move hub.sqlite away.",
}


def main(arguments: Sequence[str], environ: Mapping[str, str], clock: Clock) -> int:
    """Do what the command line asks for, and return how the process is to end."""
    chosen = _parser().parse_args(arguments)
    try:
        return int(chosen.act(chosen, read_settings(environ), clock))
    except ContentError as error:
        return _complain(str(error), 1)
    except Rejected as error:
        return _complain(_SENTENCES[error.code].format(**error.facts), 1)
    except Unavailable as error:
        return _complain(f"Not done: {error}. Look at HUB_DATABASE_URL, or at the folder in HUB_VAR.", 3)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m hub.command", description="Looks after the hub's records.")
    commands = parser.add_subparsers(required=True, metavar="command")
    migrate = commands.add_parser("migrate", help="bring the tables up to date; the start does so too")
    migrate.set_defaults(act=_migrate)
    backup = commands.add_parser("backup", help="write all records to one new file")
    backup.add_argument("--folder", type=Path, help="where to; without it, backup/ in HUB_VAR")
    backup.set_defaults(act=_backup)
    restore = commands.add_parser("restore", help="fill an empty database from such a file")
    restore.add_argument("file", type=Path, help="the file")
    restore.set_defaults(act=_restore)
    tick = commands.add_parser("tick", help="do what is due in the timetable now; the running hub does so too")
    tick.set_defaults(act=_tick)
    return parser


def _migrate(_chosen: argparse.Namespace, settings: Settings, _clock: Clock) -> int:
    database = open_database(settings)
    _tell(f"The tables are up to date: revision {database.read(database.revision)}.")
    database.close()
    return 0


def _backup(chosen: argparse.Namespace, settings: Settings, clock: Clock) -> int:
    database = open_database(settings, migrated=False)
    file = make_backup(database, chosen.folder or settings.var / "backup", clock())
    _tell(f"Written: {file}, {file.stat().st_size} bytes. It holds personal data: guard it as you guard the database.")
    database.close()
    return 0


def _restore(chosen: argparse.Namespace, settings: Settings, clock: Clock) -> int:
    database = open_database(settings)
    backup = restore_backup(database, chosen.file, clock())
    _tell(f"Restored: {sum(backup.rows.values())} rows as they were at {backup.at:%Y-%m-%d %H:%M:%S} UTC.")
    _tell("Sessions are not in a backup: everyone signs in anew. What people deleted after that moment is back.")
    database.close()
    return 0


def _tick(_chosen: argparse.Namespace, settings: Settings, clock: Clock) -> int:
    # The whole hub, because the jobs belong to its features.
    hub = build(settings)
    told = hub.timetable.tick(clock)
    for job, result in told.items():
        _tell(f"{job}: {', '.join(f'{name} {value}' for name, value in result.items()) or 'nothing to do'}")
    if not told:
        _tell("Nothing is due.")
    hub.database.close()
    return 1 if any("failed" in result for result in told.values()) else 0


def _tell(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")


def _complain(sentence: str, code: int) -> int:
    sys.stderr.write(f"{sentence}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ, utc_now))

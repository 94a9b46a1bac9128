"""The key of this installation, for what must be the same tomorrow and open to nobody who holds only the database."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Final

from hub.errors import Unavailable
from hub.settings import Settings

_FILE: Final = "secret"
_BYTES: Final = 32


def key(settings: Settings, purpose: str) -> bytes:
    """Return the key for one purpose, drawn from ``HUB_COOKIE_SECRET``, or else from a file in ``HUB_VAR``.

    The file is made when it is first needed, for its owner's eyes only, and stands in no backup.

    Raises:
        Unavailable: the file can be neither read nor made.
    """
    root = settings.cookie_secret.encode() if settings.cookie_secret else _kept(settings.var)
    return hmac.digest(root, purpose.encode(), hashlib.sha256)


def _kept(folder: Path) -> bytes:
    file = folder / _FILE
    try:
        if not file.exists():
            _make(file)
        return file.read_bytes()
    except OSError as cause:
        raise Unavailable(f"the key of the installation cannot be read or made: {cause.strerror}") from cause


def _make(file: Path) -> None:
    """Make the file whole under another name first, so that nobody reads half a key; whoever is first is followed."""
    file.parent.mkdir(parents=True, exist_ok=True)
    made = file.with_name(f".{_FILE}-{secrets.token_hex(8)}")
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(secrets.token_bytes(_BYTES))
    try:
        os.link(made, file)
    except FileExistsError:
        pass
    finally:
        made.unlink()

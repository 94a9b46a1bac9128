"""The errors a visitor can meet, as one tree.

::

    HubError
    ├── NotFound        what was asked for does not exist
    ├── Rejected        the visitor can mend it: a code, the field it concerns and facts for the sentence
    ├── Unavailable     something outside us does not answer; trying again may help
    └── ContentError    a file in content/ or data/ is wrong; met at start only

Errors hold codes and facts, never sentences: ``components/problems.py`` and ``web/`` hold the words, in the
visitor's language, and say what to do next.
"""

from collections.abc import Mapping
from types import MappingProxyType


class HubError(Exception):
    """The root of everything the hub raises on purpose."""


class NotFound(HubError):
    """What was asked for does not exist."""

    def __init__(self, kind: str, name: str) -> None:
        """Remember what kind of thing was asked for, and by which name."""
        super().__init__(f"{kind} {name!r} does not exist")
        self.kind = kind
        self.name = name


class Rejected(HubError):
    """The visitor can mend this; nothing was changed."""

    def __init__(self, code: str, field: str = "", facts: Mapping[str, object] = MappingProxyType({})) -> None:
        """Remember the code, the form field it concerns and the facts its sentence needs."""
        super().__init__(code)
        self.code = code
        self.field = field
        self.facts = dict(facts)


class Unavailable(HubError):
    """Something outside us does not answer, or a limit is reached for the moment."""


class ContentError(HubError):
    """A file in ``content/`` or ``data/`` is wrong; the start stops here.

    The text names the file, the place in it and the fault, because whoever reads it is about to open that file.
    """

    def __init__(self, file: object, place: str, fault: str) -> None:
        """Name the file, the place in it and what is wrong there."""
        super().__init__(f"{file}: {place}: {fault}" if place else f"{file}: {fault}")
        self.file = str(file)
        self.place = place
        self.fault = fault

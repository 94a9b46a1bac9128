"""What was written in a form that was refused: held until it has been mended, so that nothing typed is lost.

In memory, for a quarter of an hour, once for each visitor and form.
"""

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from hub.clock import Clock
from hub.errors import NotFound, Rejected, Unavailable

_LASTS: Final = dt.timedelta(minutes=15)
_MOST: Final = 500
"""Forms at a time; the oldest gives way."""


@dataclass(frozen=True)
class Refused:
    """A form as it was sent, and why it was refused."""

    values: Mapping[str, str]
    error: NotFound | Rejected | Unavailable
    at: dt.datetime


class Held:
    """Holds refused forms."""

    def __init__(self, clock: Clock) -> None:
        """Begin with none."""
        self._clock = clock
        self._forms: OrderedDict[tuple[str, str], Refused] = OrderedDict()
        self._lock = threading.Lock()

    def hold(self, key: str, form: str, values: Mapping[str, str], error: NotFound | Rejected | Unavailable) -> None:
        """Hold a refused form of a visitor in place of an earlier one."""
        with self._lock:
            self._forms.pop((key, form), None)
            self._forms[key, form] = Refused(dict(values), error, self._clock())
            while len(self._forms) > _MOST:
                self._forms.popitem(last=False)

    def find(self, key: str, form: str) -> Refused | None:
        """Return the refused form of a visitor, if there is one."""
        with self._lock:
            found = self._forms.get((key, form))
        return found if found and self._clock() - found.at < _LASTS else None

    def drop(self, key: str, form: str) -> None:
        """Let go of a form that has been taken."""
        with self._lock:
            self._forms.pop((key, form), None)

"""What a board document is made of: its input, the officer's own texts, its blocks and the numbers of its sources.

Pure. Two kinds of text never mix: *ours* may hold source marks such as ``[^inera-2020-6-3]`` and places such as
``{aim}``; *people's* text is shown as it was typed, whatever it looks like.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final, Literal

from hub.errors import Rejected
from hub.language import Language

# --- What goes in ----------------------------------------------------------------------------------------------------


class Kind(StrEnum):
    """How a result turned out, which decides what there is to decide."""

    SETTLED = "settled"
    """What can start today is also the aim."""
    STAGED = "staged"
    """Something can start today, soon is wanted, and the aim lies further on."""
    DIRECT = "direct"
    """Something could start today, but nothing needs to start soon."""
    WAIT = "wait"
    """There is an aim, and nothing can start yet."""
    NONE = "none"
    """No way can be recommended."""
    NATIONAL = "national"
    """The national services come first."""
    NO_NEED = "no-need"
    """No need has been stated."""


@dataclass(frozen=True)
class Reason:
    """What speaks for or against the proposal."""

    supports: bool
    text: str


@dataclass(frozen=True)
class Gate:
    """A precondition of the proposal and how it stands."""

    name: str
    state: Literal["met", "missing", "blocked", "unknown"]
    state_word: str
    meaning: str
    who: str
    """Who can mend it or knows, already joined; empty when nobody needs to act."""


@dataclass(frozen=True)
class PathStep:
    """A station on the way from today to the aim."""

    title: str
    note: str


@dataclass(frozen=True)
class Group:
    """Residents whom the proposal may not serve, or not safely."""

    name: str
    risk: str
    do: str


@dataclass(frozen=True)
class RoleTexts:
    """What one role should do or be asked."""

    role: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Alternative:
    """One way to connect, weighed against the stated needs."""

    name: str
    serves: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    proposed: bool = False
    remark: str = ""
    """Stands instead of the weighing, for what cannot be weighed."""


@dataclass(frozen=True)
class Answer:
    """A question of the guide and what the region answered."""

    question: str
    answer: str
    settled: bool
    """False for "don't know" and for no answer."""


@dataclass(frozen=True)
class Source:
    """A source that a mark in our texts may name."""

    id: str
    title: str
    publisher: str
    seen: str
    url: str


@dataclass(frozen=True)
class TodoRow:
    """Something to do, as the region has written it."""

    text: str
    who: str
    due: str
    """As year-month-day, or empty."""
    state: str
    """``open``, ``doing``, ``done`` or ``dropped``."""


@dataclass(frozen=True)
class Todo:
    """Where a kept plan stands, and what is to be done in it."""

    stage: str
    since: str
    rows: tuple[TodoRow, ...]


@dataclass(frozen=True)
class PlanInput:
    """One result of the guide in plain values; every text but the service's name is ours and may hold marks."""

    service: str
    """As the visitor named it, or empty."""
    day: dt.date
    kind: Kind
    verdict: str
    aim: str
    """For use inside a sentence, as are ``start`` and ``possible``; empty when there is none."""
    aim_sentence: str
    start: str
    possible: str
    """What the aim becomes if every unknown turns out well; empty when nothing better hides there."""
    layers: tuple[str, ...]
    """Ids of what the proposal consists of, which choose cost items, risks and measures."""
    needs: tuple[str, ...]
    """The stated needs by name."""
    reasons: tuple[Reason, ...]
    gates: tuple[Gate, ...]
    path: tuple[PathStep, ...]
    turns: tuple[str, ...]
    """What would change the result, a clause each."""
    groups: tuple[Group, ...]
    groups_known: bool
    """False when the region has not said which groups it meets, so that all are listed."""
    children: bool
    steps: tuple[RoleTexts, ...]
    questions: tuple[RoleTexts, ...]
    alternatives: tuple[Alternative, ...]
    answers: tuple[Answer, ...]
    standing: tuple[str, ...]
    """What is needed whichever way is chosen."""
    sources: tuple[Source, ...]
    """Every source that a mark may name; the document lists those it uses."""
    address: str
    """Opens the same answers again."""
    version: str
    todo: Todo | None = None
    """What a kept plan says is to be done, which stands instead of our steps."""


LIMITS: Final[Mapping[str, int]] = {
    "registration": 60,
    "officer": 80,
    "unit": 80,
    "date": 40,
    "addressee": 120,
    "decision": 2_000,
    "economy": 3_000,
    "recipients": 600,
    "background": 4_000,
}
"""The most characters of each of the officer's texts."""


@dataclass(frozen=True)
class Edits:
    """The officer's own texts; what is empty is said to be missing.

    Raises:
        Rejected: ``too-long``, with the field's name and ``most``.
    """

    registration: str = ""
    officer: str = ""
    unit: str = ""
    date: str = ""
    """Instead of the day of the result."""
    addressee: str = ""
    decision: str = ""
    """Instead of our wording, a point a line."""
    economy: str = ""
    """The region's own figures."""
    recipients: str = ""
    background: str = ""
    """Added after ours."""

    def __post_init__(self) -> None:
        """Refuse what is too long to handle."""
        for field in fields(self):
            if len(getattr(self, field.name)) > LIMITS[field.name]:
                raise Rejected("too-long", field.name, {"most": LIMITS[field.name]})


# --- What comes out --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """A stretch of text in one manner; never with a line break."""

    text: str
    strong: bool = False
    source: int = 0
    """The number of the source that this run is the mark of, or 0."""
    link: str = ""


Line = tuple[Run, ...]


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is the document's title."""

    level: Literal[1, 2, 3]
    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    line: Line


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: tuple[Line, ...]
    ordered: bool = False


@dataclass(frozen=True)
class Table:
    """A table whose first row is its head and whose first column names its rows."""

    head: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]
    caption: Line
    widths: tuple[int, ...]
    """Parts of the width, a number a column."""


@dataclass(frozen=True)
class Fields:
    """The form's fields: name and value."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PageBreak:
    """What follows starts on a new page."""


@dataclass(frozen=True)
class Numbered:
    """A source with its number in this document."""

    number: int
    source: Source


@dataclass(frozen=True)
class SourceList:
    """The sources used, in order."""

    items: tuple[Numbered, ...]


Block = Heading | Paragraph | Bullets | Table | Fields | PageBreak | SourceList


@dataclass(frozen=True)
class Document:
    """A document as a tree of blocks."""

    kind: str
    """What sort of paper it is, such as *Tjänsteskrivelse*."""
    title: str
    language: Language
    main: tuple[Block, ...]
    appendices: tuple[Block, ...]


# --- Text ------------------------------------------------------------------------------------------------------------


def clean(text: str) -> str:
    """Return people's text without what no document can hold: control and format characters, half characters.

    Tabs become spaces, and every kind of line break becomes a line feed.
    """
    lines = text.replace("\t", " ").splitlines()
    return "\n".join("".join(c for c in line if unicodedata.category(c)[0] != "C") for line in lines)


def one_line(text: str) -> str:
    """Return people's text on one line."""
    return " ".join(clean(text).split())


def paragraphs(text: str) -> tuple[str, ...]:
    """Return people's text as paragraphs, one for each line that says something."""
    return tuple(filter(None, (" ".join(line.split()) for line in clean(text).split("\n"))))


_NO_BREAK_SPACE: Final = "\u00a0"
_PUNCTUATION: Final = ".,;:"
_PART: Final = re.compile(r"\{(\w+)\}|\[\^([a-z0-9-]+)\]")


class Numbering:
    """Numbers the sources of one document in order of first use."""

    def __init__(self, sources: Iterable[Source]) -> None:
        """Hold what marks may name."""
        self._known = {source.id: source for source in sources}
        self._used: dict[str, int] = {}

    def line(self, text: str, values: Mapping[str, "str | Line"] = {}) -> Line:
        """Return one of our texts with its places filled and its marks numbered, each before the full stop or comma.

        Values that are words stand as they are; whatever they look like, they are not read.

        Raises:
            LookupError: a mark or a place is unknown, which a test of the content forbids.
        """
        runs: list[Run] = []
        end, held = 0, ""
        for match in [*_PART.finditer(text), None]:
            before = text[end : match.start()] if match else text[end:]
            place, mark = match.groups() if match else ("", "")
            if before or not mark:
                before, held = held + before, ""
            if mark:
                follows_mark = not before and bool(runs)
                if before[-1:] in _PUNCTUATION and before[-1:]:
                    before, held = before[:-1], before[-1]
                runs += [Run(before), self._mark(mark, follows_mark=follows_mark)]
            else:
                value = values[place] if place else ""
                runs += [Run(before), *((Run(value),) if isinstance(value, str) else value)]
            end = match.end() if match else end
        return tuple(run for run in runs if run.text)

    def _mark(self, source_id: str, *, follows_mark: bool) -> Run:
        self._known[source_id]  # an unknown source stops here
        number = self._used.setdefault(source_id, len(self._used) + 1)
        before = "" if follows_mark else _NO_BREAK_SPACE
        return Run(f"{before}[{number}]", source=number)

    def listed(self) -> SourceList:
        """Return the sources used so far."""
        return SourceList(tuple(Numbered(number, self._known[id_]) for id_, number in self._used.items()))


def words(line: Line) -> str:
    """Return a line as text alone."""
    return "".join(run.text for run in line)

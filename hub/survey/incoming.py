"""A file of answers that somebody sends in: what it says, and every fault in it by row and column.

Nothing of a file is taken while there is a fault in it. What is a formula in Excel is never worked out.
"""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from hub.errors import Rejected
from hub.language import LANGUAGES
from hub.survey import answers as rules
from hub.survey.answers import LONGEST, Settled
from hub.survey.content import Questionnaire
from hub.survey.files import as_typed
from hub.survey.rounds import CHOICES

LARGEST: Final = 1_000_000
"""Bytes."""
MOST_ROWS: Final = 500
MOST_COLUMNS: Final = 40
MOST_FAULTS: Final = 100
"""So many are told of; a file that is wrong throughout is no better explained by more."""

COLUMNS: Final[Mapping[str, frozenset[str]]] = {
    "statement": frozenset({"statement", "påstående"}),
    "choice": frozenset({"choice", "val", "svar"}),
    "evidence": frozenset({"evidence", "underlag"}),
    "region": frozenset({"region"}),
    "round": frozenset({"round", "runda"}),
}
"""Our names, and what else a column may be called."""
_NEEDED: Final = ("statement", "choice", "evidence")

_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1f]")
Say = Callable[[str], str]


@dataclass(frozen=True)
class Fault:
    """Something that is wrong in a file."""

    code: str
    row: int = 0
    """As a spreadsheet counts, the head being 1; 0 for the whole file."""
    column: str = ""
    """Its name in the file; empty for the whole row."""
    facts: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Line:
    """What a file says of one statement."""

    statement: str
    choice: str
    evidence: str
    version: int = 0
    """Of the value that it replaces; 0 for none."""


@dataclass(frozen=True)
class Sheet:
    """Rows of a spreadsheet as text, and which cells hold formulas, as row and column from 0."""

    rows: Sequence[Sequence[str]]
    formulas: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True)
class Read:
    """What a file holds; nothing of it counts while there are faults."""

    lines: tuple[Line, ...] = ()
    faults: tuple[Fault, ...] = ()


ReadExcel = Callable[[bytes, int, int], tuple[list[list[str]], frozenset[tuple[int, int]]]]
"""Takes a file and the most rows below the head and columns; raises Rejected with the code of a fault."""


def read(content: bytes, questionnaire: Questionnaire, excel: ReadExcel, *, region: str = "", round_: str = "") -> Read:
    """Return what a CSV or Excel file says.

    Args:
        content: the file; what it is shows in its bytes, whatever it is called.
        questionnaire: that it answers.
        excel: reads a file of Excel's.
        region: the letter code that a column for the region may hold.
        round_: the id that a column for the round may hold.
    """
    try:
        sheet = _sheet(content, excel)
    except Rejected as error:
        return Read(faults=(Fault(error.code, int(str(error.facts.get("row", 0))), facts=error.facts),))
    filled = [number for number, row in enumerate(sheet.rows) if any(cell.strip() for cell in row)]
    if not filled:
        return Read(faults=(Fault("empty-file"),))
    head, *rows = filled
    places, faults = _head(sheet, head)
    if faults:
        return Read(faults=tuple(faults))
    if not rows:
        return Read(faults=(Fault("no-rows"),))
    lines: dict[str, tuple[int, Line]] = {}
    for number in rows:
        row = _Row(sheet, number, places, questionnaire)
        row.belongs("region", region)
        row.belongs("round", round_)
        line = row.line()
        if line and line.statement in lines:
            row.fault("doubled", "statement", first=lines[line.statement][0] + 1)
        elif line:
            lines[line.statement] = (number, line)
        faults += row.faults
    if faults:
        more = len(faults) - MOST_FAULTS
        told = [*faults[:MOST_FAULTS], *([Fault("more", facts={"count": more})] if more > 0 else [])]
        return Read(faults=tuple(told))
    answered = tuple(line for _, line in lines.values() if line.choice)
    return Read(answered) if answered else Read(faults=(Fault("no-rows"),))


@dataclass(frozen=True)
class Difference:
    """What a file would change in one statement."""

    line: Line
    before: Settled | None

    @property
    def changes(self) -> bool:
        """Whether anything would be another than it is."""
        held = (self.before.choice, self.before.evidence) if self.before else ("", "")
        return held != (self.line.choice, self.line.evidence)


def against(lines: Sequence[Line], settled: Mapping[str, Settled]) -> tuple[Difference, ...]:
    """Return what lines would change in what a region has settled on, each line bound to the version it replaces."""
    return tuple(
        Difference(Line(one.statement, one.choice, one.evidence, before.version if before else 0), before)
        for one in lines
        for before in [settled.get(one.statement)]
    )


def _sheet(content: bytes, excel: ReadExcel) -> Sheet:
    if not content.strip():
        raise Rejected("empty-file")
    if len(content) > LARGEST:
        raise Rejected("too-large")
    if content.startswith(b"PK"):
        return Sheet(*excel(content, MOST_ROWS, MOST_COLUMNS))
    if content.startswith(_OLD_EXCEL):
        raise Rejected("old-excel")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Rejected("wrong-encoding")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        # A picture is no text in any encoding; a text saved in an older one still has a comma or semicolon and a line.
        readable = not _CONTROL.search(content.decode("latin-1"))
        raise Rejected("wrong-encoding" if readable else "wrong-type") from cause
    if _CONTROL.search(text) or text.lstrip().startswith(("%PDF", "<", "{\\rtf")):
        raise Rejected("wrong-type")
    return Sheet(_csv(text))


def _csv(text: str) -> list[list[str]]:
    first = text.lstrip().split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for row in reader:
            if len(rows) > MOST_ROWS:
                raise Rejected("too-many-rows", facts={"most": MOST_ROWS})
            rows.append([as_typed(cell) for cell in row[: MOST_COLUMNS + 1]])
    except csv.Error as cause:
        raise Rejected("broken-csv", facts={"row": len(rows) + 1}) from cause
    return rows


def _head(sheet: Sheet, head: int) -> tuple[Mapping[str, int], list[Fault]]:
    names = [cell.strip().casefold() for cell in sheet.rows[head]]
    if len(names) > MOST_COLUMNS:
        return {}, [Fault("too-many-columns", head + 1, facts={"most": MOST_COLUMNS})]
    places: dict[str, int] = {}
    faults = []
    for place, name in enumerate(names):
        ours = next((own for own, known in COLUMNS.items() if name in known), "")
        if ours in places:
            faults.append(Fault("doubled-column", head + 1, name))
        elif ours:
            places[ours] = place
    faults += [Fault("missing-column", head + 1, name) for name in _NEEDED if name not in places]
    return places, faults


class _Row:
    """One row, and what is wrong with it."""

    def __init__(self, sheet: Sheet, number: int, places: Mapping[str, int], questionnaire: Questionnaire) -> None:
        self.faults: list[Fault] = []
        self._sheet = sheet
        self._number = number
        self._places = places
        self._questionnaire = questionnaire

    def fault(self, code: str, column: str, **facts: Any) -> None:
        self.faults.append(Fault(code, self._number + 1, column, facts))

    def belongs(self, column: str, wanted: str) -> None:
        found = self._cell(column) if column in self._places else ""
        if found and wanted and found != wanted:
            self.fault(f"another-{column}", column, found=_short(found), wanted=wanted)

    def line(self) -> Line | None:
        statement, given = self._cell("statement"), self._cell("choice")
        evidence = self._evidence()
        choice = self._choice(given)
        if not statement:
            self.fault("missing-statement", "statement")
        elif statement not in self._questionnaire.statements:
            self.fault("unknown-statement", "statement", found=_short(statement))
        if given and choice is None:
            self.fault("unknown-choice", "choice", found=_short(given))
        if evidence and not given:
            self.fault("missing-choice", "choice")
        return Line(statement, choice or "", evidence) if statement else None

    def _cell(self, column: str) -> str:
        place = self._places[column]
        if (self._number, place) in self._sheet.formulas:
            if not any(fault.code == "formula" and fault.column == column for fault in self.faults):
                self.fault("formula", column)
            return ""
        row = self._sheet.rows[self._number]
        return row[place].strip() if place < len(row) else ""

    def _evidence(self) -> str:
        given = self._cell("evidence")
        try:
            return rules.read_text("evidence", given)
        except Rejected as error:
            self.fault(error.code, "evidence", most=LONGEST["evidence"], long=len(given))
            return given

    def _choice(self, given: str) -> str | None:
        asked = self._questionnaire
        named = {str(choice): str(choice) for choice in CHOICES}
        named |= {asked.dont_know[one].casefold(): "dont-know" for one in LANGUAGES}
        named |= {asked.not_applicable[one].casefold(): "not-applicable" for one in LANGUAGES}
        return named.get(given.casefold().replace("'", "’")) if given else ""


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def sentence(fault: Fault, say: Say) -> str:
    """Return what is wrong and what to do about it, in the visitor's language."""
    said = {
        "empty-file": say("The file is empty."),
        "no-rows": say("The file holds no answers: there is no row with a choice below the head."),
        "too-large": say("The file is larger than 1 MB."),
        "too-many-rows": say("The file has more than {most} rows."),
        "too-many-columns": say("The file has more than {most} columns."),
        "wrong-type": say(
            "This is neither CSV nor Excel. Save the file as “CSV UTF-8” or as an Excel workbook (.xlsx)."
        ),
        "old-excel": say(
            "This is an older kind of Excel file, or one with a password. Save it as an Excel workbook (.xlsx) without a password."
        ),
        "broken-excel": say("The Excel file is broken. Open it in Excel and save it anew."),
        "too-large-inside": say("Unpacked the Excel file is too large. Keep only the sheet with answers."),
        "wrong-encoding": say("The letters in the file are not UTF-8. In Excel, save it as “CSV UTF-8”."),
        "broken-csv": say("A quotation mark in this row is not closed as it should be."),
        "missing-column": say(
            "The column {column} is missing. The head names three columns: statement, choice, evidence."
        ),
        "doubled-column": say("The column {column} stands twice."),
        "missing-statement": say("No statement is named in this row."),
        "unknown-statement": say("There is no statement {found} in this questionnaire."),
        "unknown-choice": say("{found} cannot be chosen. Write 1 to 5, dont-know or not-applicable."),
        "missing-choice": say("There is evidence and no choice."),
        "doubled": say("The statement stands in row {first} too."),
        "too-long": say("The text has {long} characters; {most} is the most."),
        "formula": say("The cell holds a formula. Put its value there instead."),
        "another-region": say("The row is for region {found}, and this is for {wanted}."),
        "more": say("{count} more faults are not shown."),
        "another-round": say("The row is from round {found}, and this is {wanted}."),
    }[fault.code]
    return said.format(**{**fault.facts, "column": fault.column})

"""What must not stand in a post: personal identity numbers stop it, what may point at a person warns. Pure.

Nothing that is looked at leaves the server, and nothing is remembered. The text is read as a reader would read it: wide
digits are digits, invisible characters are not there, and any space is a space.

Sources: folkbokföringslagen (1991:481) section 18 on identity numbers; Skatteverket on coordination numbers, where the
day is raised by 60.
"""

import datetime as dt
import hashlib
import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What was found."""

    IDENTITY = "identity-number"
    COORDINATION = "coordination-number"
    PHONE = "phone"
    EMAIL = "email"
    PATIENT = "patient"
    """A name after a word for a patient."""
    BORN = "born"
    REFERENCE = "reference"
    """The number of a record, a referral or a case."""


_STOPS: Final = frozenset({Kind.IDENTITY, Kind.COORDINATION})


@dataclass(frozen=True, order=True)
class Finding:
    """One place in the text as it was written, so that a page can mark it."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True)
class Findings:
    """Everything found in a text, in order."""

    all: tuple[Finding, ...] = ()

    @property
    def stops(self) -> tuple[Finding, ...]:
        """What the text cannot be posted with."""
        return tuple(one for one in self.all if one.kind in _STOPS)

    @property
    def warns(self) -> tuple[Finding, ...]:
        """What its author should look at once more."""
        return tuple(one for one in self.all if one.kind not in _STOPS)


def look(text: str) -> Findings:
    """Return what in a text must not be posted, and what its author should look at once more."""
    plain, places = _plain(text)
    numbers = tuple(_numbers(plain))
    found = [*numbers]
    for kind, pattern in _WARNING.items():
        for match in pattern.finditer(plain):
            apart = all(match.end() <= one.start or one.end <= match.start() for one in numbers)
            if apart and not (kind is Kind.PHONE and _DATE.fullmatch(match[0])):
                found.append(Finding(match.start(), match.end(), kind))
    return Findings(tuple(sorted(Finding(places[one.start][0], places[one.end - 1][1], one.kind) for one in found)))


def mark(text: str, findings: Findings) -> str:
    """Return a mark of what a text was warned of; whoever has seen just this may post it all the same."""
    told = "\n".join(f"{one.kind}:{text[one.start : one.end]}" for one in findings.warns)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16] if told else ""


# --- The text as it is read ------------------------------------------------------------------------------------------

_UNSEEN: Final = frozenset({"Cf", "Mn", "Me", "Cc", "Cn", "Co", "Cs"})
_BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs that show nothing."""
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_DASHES: Final = frozenset("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d")


def _plain(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Return a text without what is not seen, and where each of its letters stood."""
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    for letter, start, end in _letters(text):
        if letter in "\n\t\r":
            seen = "\n" if letter != "\t" else " "
        elif letter in _DASHES:
            seen = "-"
        elif (category := unicodedata.category(letter)) in _UNSEEN:
            if category == "Mn" and letters and len(whole := unicodedata.normalize("NFC", letters[-1] + letter)) == 1:
                letters[-1], places[-1] = whole, (places[-1][0], end)
            continue
        elif category in {"Zs", "Zl", "Zp"} or letter in _BLANK:
            seen = " "
        else:
            digit = unicodedata.digit(letter, None)
            wide = unicodedata.normalize("NFKC", letter) if digit is None else str(digit)
            seen = wide if len(wide) == 1 else letter
        if seen == " " and letters and letters[-1] == " ":
            continue  # where it is shown, a row of spaces is one
        letters.append(seen)
        places.append((start, end))
    return "".join(letters), places


def _letters(text: str) -> Iterator[tuple[str, int, int]]:
    at = 0
    for entity in _ENTITY.finditer(text):
        yield from ((text[place], place, place + 1) for place in range(at, entity.start()))
        yield from ((letter, entity.start(), entity.end()) for letter in html.unescape(entity[0]))
        at = entity.end()
    yield from ((text[place], place, place + 1) for place in range(at, len(text)))


# --- Identity numbers ------------------------------------------------------------------------------------------------

_BETWEEN: Final = r"[\s\-+./_*`~\\]"
"""What people put between the parts of a number, and the marks of Markdown."""
_CHAIN: Final = re.compile(rf"[0-9]+(?:{_BETWEEN}{{1,8}}[0-9]+)*")
_GROUP: Final = re.compile(r"[0-9]+")
_LONG: Final = 12
_SHORT: Final = 10
_TAIL: Final = 4
_COORDINATION: Final = 60
_CENTURIES: Final = ("18", "19", "20")


@dataclass(frozen=True)
class _Group:
    digits: str
    start: int
    end: int
    before: str
    """What stands between it and the group before; empty for the first."""


def _numbers(plain: str) -> Iterator[Finding]:
    for chain in _CHAIN.finditer(plain):
        groups: list[_Group] = []
        for match in _GROUP.finditer(plain, chain.start(), chain.end()):
            before = plain[groups[-1].end : match.start()] if groups else ""
            groups.append(_Group(match[0], match.start(), match.end(), before))
        yield from _numbers_of(groups)


def _numbers_of(groups: Sequence[_Group]) -> Iterator[Finding]:
    first = 0
    while first < len(groups):
        found = _begins(groups, first)
        if found is None:
            first += 1
        else:
            last, kind = found
            yield Finding(groups[first].start, groups[last].end, kind)
            first = last + 1


def _begins(groups: Sequence[_Group], first: int) -> tuple[int, Kind] | None:
    """Return the last group of the identity number that begins with a group, and which kind it is."""
    if first and _tight(groups[first].before):
        return None
    digits = ""
    found = None
    for last in range(first, len(groups)):
        digits += groups[last].digits
        if len(digits) > _LONG:
            break
        ends = last + 1 == len(groups) or not _tight(groups[last + 1].before)
        kind = _kind(digits) if len(digits) in {_SHORT, _LONG} and ends else None
        if kind and _spelled(groups[first : last + 1], len(digits)) and not _single(groups, first, last):
            found = last, kind
    return found


def _tight(between: str) -> bool:
    """Tell whether a separator holds two groups together, as in a date, so that no number begins or ends there."""
    return not any(letter.isspace() or letter == "/" for letter in between)


def _single(groups: Sequence[_Group], first: int, last: int) -> bool:
    """Tell whether these are single digits out of a longer row of them."""
    if any(len(group.digits) > 1 for group in groups[first : last + 1]):
        return False
    beside = (*groups[max(first - 1, 0) : first], *groups[last + 1 : last + 2])
    return any(len(group.digits) == 1 for group in beside)


def _spelled(groups: Sequence[_Group], length: int) -> bool:
    """Tell whether the groups are those of an identity number: years, months, days and the last four are not cut."""
    if all(len(group.digits) == 1 for group in groups):
        return True
    at = 0
    gaps: dict[int, str] = {}
    for group in groups[:-1]:
        at += len(group.digits)
        gaps[at] = groups[len(gaps) + 1].before
    last_four = length - _TAIL
    if any(place % 2 and place != length - 1 for place in gaps):
        return False
    if last_four - 2 in gaps and last_four - 4 not in gaps:  # 4901-01-01 00 is a date and an hour
        return False
    if gaps.get(length - 2) == ".":  # and 10.15 a time
        return False
    if any("\n" in gap for place, gap in gaps.items() if place != last_four):
        return False
    return not (_as_phone(groups, gaps) or _as_dates(groups, gaps, last_four))


def _as_phone(groups: Sequence[_Group], gaps: dict[int, str]) -> bool:
    """Tell whether the only dash stands after the area code, as in 08-12 24 56 78."""
    dashed = [place for place, gap in gaps.items() if "-" in gap]
    return groups[0].digits.startswith("0") and dashed in ([2], [4])


def _as_dates(groups: Sequence[_Group], gaps: dict[int, str], last_four: int) -> bool:
    """Tell whether this is a date written out and a year, as in 2024-05-01 – 2025."""
    written_out = {last_four - 2, last_four - 4} <= gaps.keys()
    year = groups[-1].digits
    return (
        written_out
        and len(year) == _TAIL
        and year[:2] in {"19", "20"}
        and any(letter.isspace() for letter in gaps.get(last_four, ""))
    )


def _kind(digits: str) -> Kind | None:
    short = digits[-_SHORT:]
    if not _checks(short):
        return None
    centuries = (digits[:2],) if len(digits) == _LONG else _CENTURIES
    month, day = int(short[2:4]), int(short[4:6])
    kind = Kind.COORDINATION if day > _COORDINATION else Kind.IDENTITY
    day -= _COORDINATION if kind is Kind.COORDINATION else 0
    for century in centuries:
        if century in _CENTURIES and _is_date(int(century + short[:2]), month, day):
            return kind
    return None


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        dt.date(year, month, day)
    except ValueError:
        return False
    return True


def _checks(digits: str) -> bool:
    """Tell whether the last of ten digits is the check digit, by Luhn."""
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(digits))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0  # noqa: PLR2004


# --- What warns ------------------------------------------------------------------------------------------------------

_NAME: Final = r"[A-ZÅÄÖÉÜ][\wåäöéü'-]{1,40}"
_DATE: Final = re.compile(r"\d{2}-\d{2}-\d{4}")
_WARNING: Final = {
    Kind.PHONE: re.compile(
        r"(?<![\w+.,/-])(?:(?:\+|00)46[ -]{0,2}(?:\(0\)|0)?[ -]{0,2}[1-9]|0[1-9])(?:[ /-]{0,3}\d){6,8}(?![\d.,]?\d)"
    ),
    Kind.EMAIL: re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"),
    Kind.PATIENT: re.compile(rf"\b(?i:pat(?:ient(?:en|ens)?|\.)?) {{1,3}}{_NAME} {{1,3}}{_NAME}"),
    Kind.BORN: re.compile(r"\b(?i:född|födda|f\.|born)(?i: år| den| in| on)? {1,3}(?:1[89]|20)\d\d\b"),
    Kind.REFERENCE: re.compile(
        r"\b(?i:journal|remiss|ärende|referens|reservnummer|patient-?id|record|referral|case|reference)"
        r"(?i:numret|nummer|nr|-?id)?(?i:[ .:#-]{1,3}(?:nr|nummer|number|no|id))?[ .:#-]{1,3}[A-ZÅÄÖ]{0,4}-?\d{5,20}\b"
    ),
}

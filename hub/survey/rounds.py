"""What a round of the survey is, and what may be said of its answers. Pure.

A level is an order and no amount: 4 is further on than 2, and not twice as much. So answers are counted level by level
and told as a distribution, a median and quartiles, never as a mean. Whoever does not know, or says that a statement does
not apply, has answered; such answers are counted apart and have no part in median and quartiles.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import accumulate
from typing import Final, Literal

from hub.language import LANGUAGES, Language

Level = Literal[1, 2, 3, 4, 5]
Choice = Level | Literal["dont-know", "not-applicable"]
Stage = Literal["coming", "open", "closed"]
Structure = Mapping[str, Sequence[str]]
"""The ids of each dimension's statements, in the order of the questionnaire."""

LEVELS: Final[tuple[Level, ...]] = (1, 2, 3, 4, 5)
"""The lowest first."""
CHOICES: Final[tuple[Choice, ...]] = (*LEVELS, "dont-know", "not-applicable")
DISAGREEMENT: Final = 3
"""So many levels, or more, between the highest and the lowest among colleagues are worth a talk."""
FEWEST_LEVELS: Final = 2
"""A region has a median of a dimension when at least so many of its three statements have a level."""

_BY_TEXT: Final[Mapping[str, Choice]] = {str(choice): choice for choice in CHOICES}


def read_choice(text: str) -> Choice | None:
    """Return the choice that a text stands for, as ``str`` writes it; None when it is none."""
    return _BY_TEXT.get(text)


def level_of(choice: Choice | None) -> Level | None:
    """Return the level chosen; None when none was."""
    return choice if isinstance(choice, int) else None


@dataclass(frozen=True)
class Round:
    """A time in which the regions answer one version of the questionnaire."""

    id: str
    version: int
    """Of the questionnaire; it stays as it was when the round opened."""
    opens_at: dt.datetime
    closes_at: dt.datetime
    """From this moment on nothing is changed."""
    title: Mapping[Language, str] = field(hash=False)

    def __post_init__(self) -> None:
        """Refuse a round that could not be answered, or that nobody can name.

        Raises:
            ValueError: it closes before it opens, a moment has no zone, or a title is missing.
        """
        if self.opens_at.tzinfo is None or self.closes_at.tzinfo is None:
            raise ValueError("a moment without a zone is no moment")
        if self.opens_at >= self.closes_at:
            raise ValueError("a round opens before it closes")
        if not all(self.title.get(language, "").strip() for language in LANGUAGES):
            raise ValueError("a round has a title in both languages")

    def stage(self, now: dt.datetime) -> Stage:
        """Return whether the round is yet to come, open or closed; it is open from its first moment until its last."""
        if now < self.opens_at:
            return "coming"
        return "open" if now < self.closes_at else "closed"


@dataclass(frozen=True)
class Answer:
    """What somebody, or a region, says to one statement."""

    statement: str
    choice: Choice
    evidence: str = ""
    """What shows it, in words or as an address; empty when nothing was given."""

    def __post_init__(self) -> None:
        """Refuse what cannot be chosen.

        Raises:
            ValueError: there is no such choice.
        """
        if isinstance(self.choice, bool) or self.choice not in CHOICES:
            raise ValueError(f"{self.choice!r} cannot be chosen")

    @property
    def level(self) -> Level | None:
        """The level chosen; None when none was."""
        return level_of(self.choice)


Answers = Mapping[str, Answer]
"""By statement; what is not there has not been answered."""


def by_statement(answers: Iterable[Answer]) -> Answers:
    """Return answers by their statement.

    Raises:
        ValueError: a statement is answered twice.
    """
    held = tuple(answers)
    found = {answer.statement: answer for answer in held}
    if len(found) != len(held):
        raise ValueError("a statement is answered twice")
    return found


# Counts, and what they say


@dataclass(frozen=True)
class Counts:
    """How many answers each choice has."""

    levels: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    """The lowest level first."""
    dont_know: int = 0
    not_applicable: int = 0
    with_evidence: int = 0
    """Of those at a level: how many say what shows it."""

    @property
    def n(self) -> int:
        """How many chose a level: what median and quartiles rest on."""
        return sum(self.levels)

    @property
    def answered(self) -> int:
        """How many answered, whatever they chose."""
        return self.n + self.dont_know + self.not_applicable

    @property
    def evidence_share(self) -> float | None:
        """The part of those at a level who say what shows it, from 0 to 1; None when nobody is at one."""
        return self.with_evidence / self.n if self.n else None

    def of(self, choice: Choice) -> int:
        """Return how many made a choice."""
        if (level := level_of(choice)) is not None:
            return self.levels[level - 1]
        return self.dont_know if choice == "dont-know" else self.not_applicable

    def __add__(self, other: "Counts") -> "Counts":
        """Return the counts of both together."""
        one, two, three, four, five = (mine + its for mine, its in zip(self.levels, other.levels, strict=True))
        return Counts(
            (one, two, three, four, five),
            self.dont_know + other.dont_know,
            self.not_applicable + other.not_applicable,
            self.with_evidence + other.with_evidence,
        )


NOTHING: Final = Counts()


def count(answers: Iterable[Answer]) -> Counts:
    """Return how many answers each choice has."""
    held = tuple(answers)
    found = Counter(answer.choice for answer in held)
    return Counts(
        (found[1], found[2], found[3], found[4], found[5]),
        found["dont-know"],
        found["not-applicable"],
        sum(1 for answer in held if answer.level is not None and answer.evidence.strip()),
    )


def quantile(counts: Counts, share: Fraction) -> Level | None:
    """Return the lowest level that at least a share of the answers do not exceed; None when there are no answers.

    This is the inverse of the empirical distribution function. Its value is always a level that somebody chose, and
    where two would do it is the lower one: the median of 2 and 4 is 2, and never a 3 that nobody chose.

    Args:
        counts: of any number of answers; those without a level have no part.
        share: more than 0, at most 1.

    Raises:
        ValueError: the share is not a share.
    """
    if not 0 < share <= 1:
        raise ValueError(f"{share} is no share")
    if not counts.n:
        return None
    # In whole numbers: where a share falls just on an answer, a rounding error would move it by a level.
    return next(
        level
        for level, held in zip(LEVELS, accumulate(counts.levels), strict=True)
        if held * share.denominator >= share.numerator * counts.n
    )


@dataclass(frozen=True)
class Summary:
    """Where answers lie, in levels."""

    least: Level
    low: Level
    """The first quartile: at least a quarter of the answers are no higher."""
    median: Level
    high: Level
    """The third quartile."""
    most: Level
    n: int
    """How many answers it rests on."""


def summary(counts: Counts) -> Summary | None:
    """Return where answers lie; None when nobody chose a level."""
    low, median, high = (quantile(counts, Fraction(quarter, 4)) for quarter in (1, 2, 3))
    if low is None or median is None or high is None:
        return None
    chosen = [level for level in LEVELS if counts.of(level)]
    return Summary(chosen[0], low, median, high, chosen[-1], counts.n)


def dimension_counts(structure: Structure, statements: Mapping[str, Counts]) -> Mapping[str, Counts]:
    """Return the counts of each dimension: those of its statements together, so ``n`` is answers and not regions."""
    return {
        dimension: sum((statements.get(statement, NOTHING) for statement in ids), NOTHING)
        for dimension, ids in structure.items()
    }


# A region among itself


@dataclass(frozen=True)
class Opinions:
    """What colleagues in one region say to one statement, each for themselves."""

    statement: str
    counts: Counts
    least: Level | None
    most: Level | None
    choices: Mapping[str, Choice] = field(hash=False)
    """By colleague."""

    @property
    def n(self) -> int:
        """How many chose a level; who does not know is counted apart in ``counts``."""
        return self.counts.n

    @property
    def disagreement(self) -> bool:
        """Whether they stand so far apart that they had better talk before they set a common value."""
        return self.least is not None and self.most is not None and self.most - self.least >= DISAGREEMENT


def opinions(statements: Iterable[str], colleagues: Mapping[str, Answers]) -> Mapping[str, Opinions]:
    """Return the spread of colleagues' answers for each statement, also for those that nobody has answered.

    Args:
        statements: ids, in order.
        colleagues: each colleague's own answers.
    """
    found = {}
    for statement in statements:
        given = {who: answers[statement] for who, answers in colleagues.items() if statement in answers}
        counts = count(given.values())
        lies = summary(counts)
        found[statement] = Opinions(
            statement,
            counts,
            lies.least if lies else None,
            lies.most if lies else None,
            {who: answer.choice for who, answer in given.items()},
        )
    return found


@dataclass(frozen=True)
class Completeness:
    """How far a region has come with its answer."""

    answered: int
    total: int
    missing: tuple[str, ...]
    """Statements still without an answer, in order."""

    @property
    def complete(self) -> bool:
        """Whether every statement has an answer."""
        return not self.missing


def completeness(statements: Iterable[str], answers: Answers) -> Completeness:
    """Return how many statements a region has answered; "don't know" and "not applicable" are answers."""
    asked = tuple(statements)
    missing = tuple(statement for statement in asked if statement not in answers)
    return Completeness(len(asked) - len(missing), len(asked), missing)


@dataclass(frozen=True)
class DimensionValue:
    """Where a region stands in one dimension."""

    dimension: str
    counts: Counts
    """Of its own statements in the dimension."""
    median: Level | None
    """The lower of two; None when fewer than two statements have a level, because one is not the dimension."""


def dimension_values(structure: Structure, answers: Answers) -> Mapping[str, DimensionValue]:
    """Return where a region stands in each dimension."""
    found = {}
    for dimension, statements in structure.items():
        counts = count(answers[statement] for statement in statements if statement in answers)
        median = quantile(counts, Fraction(1, 2)) if counts.n >= FEWEST_LEVELS else None
        found[dimension] = DimensionValue(dimension, counts, median)
    return found


# From round to round


@dataclass(frozen=True)
class Change:
    """How one statement has moved, among those regions that chose a level in both rounds and no others."""

    up: int
    """Regions."""
    same: int
    down: int
    before: Counts
    """Of the same regions, in the earlier round."""
    after: Counts

    @property
    def n(self) -> int:
        """How many regions are compared."""
        return self.up + self.same + self.down


def change(
    statements: Iterable[str], earlier: Mapping[str, Answers], later: Mapping[str, Answers]
) -> Mapping[str, Change]:
    """Return how each statement has moved between two rounds.

    Whoever shows it hands in only regions that may be seen by name in both rounds; ``hub.survey.visibility`` does.

    Args:
        statements: ids; one that only one of the rounds asked is compared by nobody.
        earlier: answers by region.
        later: answers by region.
    """
    found = {}
    for statement in statements:
        pairs = []
        for region in earlier.keys() & later.keys():
            before, after = earlier[region].get(statement), later[region].get(statement)
            if before and after and before.level is not None and after.level is not None:
                pairs.append((before, after, after.level - before.level))
        steps = [step for _, _, step in pairs]
        found[statement] = Change(
            sum(step > 0 for step in steps),
            steps.count(0),
            sum(step < 0 for step in steps),
            count(before for before, _, _ in pairs),
            count(after for _, after, _ in pairs),
        )
    return found


# A region against the others


@dataclass(frozen=True)
class Position:
    """One statement of a region's profile."""

    dimension: str
    statement: str
    choice: Choice | None
    """None when it has not been answered."""
    evidence: str
    others: Counts
    """The figure it is held against; it may hold the region itself."""
    moved: int | None
    """Levels up since the region's last round, or down; None when one of the two has no level."""

    @property
    def level(self) -> Level | None:
        """The region's level; None when it chose none."""
        return level_of(self.choice)

    @property
    def summary(self) -> Summary | None:
        """Where the others lie, with how many they are; None when there is nothing to be held against."""
        return summary(self.others)

    @property
    def place(self) -> Literal["below", "within", "above"] | None:
        """Whether the region lies below, within or above the quartiles; on a quartile is within."""
        lies = self.summary
        if self.level is None or lies is None:
            return None
        if self.level < lies.low:
            return "below"
        return "above" if self.level > lies.high else "within"

    @property
    def next_level(self) -> Level | None:
        """The level whose description says what comes next; None at the highest, and where there is no level."""
        return None if self.level is None or self.level == LEVELS[-1] else LEVELS[self.level]


@dataclass(frozen=True)
class Extreme:
    """The statements of a region that stand at its highest, or lowest, level."""

    level: Level
    statements: tuple[str, ...]
    """In the order of the questionnaire."""

    @property
    def tied(self) -> bool:
        """Whether there are several, none of them more so than the others."""
        return len(self.statements) > 1


@dataclass(frozen=True)
class Profile:
    """A region, statement by statement."""

    positions: tuple[Position, ...]
    """Of every statement, in the order of the questionnaire."""
    strongest: Extreme | None
    """None when no statement has a level."""
    weakest: Extreme | None
    """None, too, when all have the same level: then nothing is weaker than the rest."""
    gaps: tuple[Position, ...]
    """What has a next level, by dimension; in a dimension the lowest first."""
    unknown: tuple[str, ...]
    """Statements that the region does not know its level of: to find out comes before any step."""


def profile(structure: Structure, own: Answers, others: Mapping[str, Counts], before: Answers | None = None) -> Profile:
    """Return a region's profile.

    Args:
        structure: of the questionnaire.
        own: the region's answers.
        others: the figure it is held against, by statement; what is not there holds nothing.
        before: the region's answers in its last round, if it took part in one.
    """
    positions = tuple(
        _position(dimension, statement, own.get(statement), others, (before or {}).get(statement))
        for dimension, statements in structure.items()
        for statement in statements
    )
    levels = [position.level for position in positions if position.level is not None]
    order = list(structure)
    gaps = [position for position in positions if position.level is not None and position.next_level is not None]
    return Profile(
        positions,
        _extreme(positions, max(levels)) if levels else None,
        _extreme(positions, min(levels)) if len(set(levels)) > 1 else None,
        # The sort keeps what is alike in the order of the questionnaire.
        tuple(sorted(gaps, key=lambda gap: (order.index(gap.dimension), gap.level or 0))),
        tuple(position.statement for position in positions if position.choice == "dont-know"),
    )


def _position(
    dimension: str, statement: str, own: Answer | None, others: Mapping[str, Counts], before: Answer | None
) -> Position:
    now, then = own.level if own else None, before.level if before else None
    return Position(
        dimension,
        statement,
        own.choice if own else None,
        own.evidence if own else "",
        others.get(statement, NOTHING),
        None if now is None or then is None else now - then,
    )


def _extreme(positions: Iterable[Position], level: Level) -> Extreme:
    return Extreme(level, tuple(position.statement for position in positions if position.level == level))

"""A round as tables to take away: a region's answers, the counted figures, and what their columns mean.

Every table is text and numbers, ready for any of the formats. The column names and the values are the same in every
language, so that a file can be read by a program; the codebook says what they mean in words.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hub.language import Language, moment
from hub.survey.content import Questionnaire
from hub.survey.rounds import LEVELS, Answers, Round
from hub.survey.visibility import FEWEST, Figure, Standing

Cell = str | int | None
Say = Callable[[str], str]

_FORMULA: Final = "=+\\-@|\uff1d\uff0b\uff0d\uff20"
_BEGINS: Final = re.compile(rf"(^|[;,\t\r\n\"])(\s*)('*)(?=[{_FORMULA}])")
"""Where a spreadsheet might see a formula: at the start of a cell, and after whatever it may take for a separator."""
_HELD: Final = re.compile(rf"(^|[;,\t\r\n\"])(\s*)'('*)(?=[{_FORMULA}])")


@dataclass(frozen=True)
class Table:
    """Rows under columns; a number stays a number where the format knows numbers."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numbers: frozenset[str] = frozenset()
    """The columns that hold whole numbers or nothing."""

    def texts(self) -> tuple[tuple[str, ...], ...]:
        """Return the rows as text; nothing is an empty text."""
        return tuple(tuple("" if cell is None else str(cell) for cell in row) for row in self.rows)


_ANSWERS: Final = ("round", "region", "dimension", "statement", "choice", "level", "evidence")
_FIGURES: Final = ("round", "counted", "id", "choice", "n")


def answers_table(round_: Round, questionnaire: Questionnaire, held: Mapping[str, Answers], *, whole: bool) -> Table:
    """Return answers, a row each, in the order of the questionnaire.

    Args:
        round_: which they are from.
        questionnaire: of the round.
        held: answers by region.
        whole: also give the statements without an answer, so that the file can be filled in.
    """
    rows: list[tuple[Cell, ...]] = []
    for region, answers in sorted(held.items()):
        for dimension, statements in questionnaire.structure.items():
            for statement in statements:
                answer = answers.get(statement)
                if answer is not None:
                    place = (round_.id, region, dimension, statement)
                    rows.append((*place, str(answer.choice), answer.level, answer.evidence))
                elif whole:
                    rows.append((round_.id, region, dimension, statement, "", None, ""))
    return Table(_ANSWERS, tuple(rows), frozenset({"level"}))


def by_name(standings: Iterable[Standing]) -> Mapping[str, Answers]:
    """Return the answers of regions by their letter code; the caller has chosen whose may be seen."""
    return {standing.region: standing.answers for standing in standings}


def figures_table(round_: Round, figure: Figure) -> Table:
    """Return a figure as rows above zero; what nobody answered and what is held back are both absent."""
    return Table(_FIGURES, tuple((round_.id, *row) for row in figure.rows()), frozenset({"n"}))


def as_csv(table: Table) -> bytes:
    """Return a table as UTF-8 with a mark of its own for Excel, commas, and no cell that could become a formula."""
    made = io.StringIO()
    writer = csv.writer(made, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows([harmless(cell) for cell in row] for row in table.texts())
    return made.getvalue().encode("utf-8-sig")


def harmless(text: str) -> str:
    """Return a text with an apostrophe before whatever a spreadsheet might take for a formula."""
    return _BEGINS.sub(r"\1\2'\3", text)


def as_typed(text: str) -> str:
    """Return the text that ``harmless`` was given."""
    return _HELD.sub(r"\1\2\3", text)


# The codebook


def meanings(questionnaire: Questionnaire, language: Language, say: Say) -> tuple[tuple[str, str, str], ...]:
    """Return what each column, value and statement means: where it stands, what stands there, and the words."""
    columns = (
        ("round", say("The id of the round.")),
        ("region", say("The letter code of the region’s county.")),
        ("dimension", say("The dimension that the statement belongs to.")),
        ("statement", say("The id of the statement.")),
        ("choice", say("What was chosen: a level from 1 to 5, dont-know or not-applicable. Empty: not answered.")),
        (
            "level",
            say("The level as a number; empty for every other choice. An order and no amount: never take a mean."),
        ),
        ("evidence", say("What shows it, in the region’s own words.")),
        ("counted", say("What is counted: regions, statement or need.")),
        ("id", say("The id of the statement or need.")),
        ("n", say("How many regions. Rows with none are left out, and so is what may not be shown.")),
        ("with-evidence", say("Of those at a level: how many say what shows it.")),
        ("answered, needed", say("How many regions answered the question of needs, and how many have the need.")),
    )
    choices = (
        *((str(level), questionnaire.levels[level - 1][language]) for level in LEVELS),
        ("dont-know", questionnaire.dont_know[language]),
        ("not-applicable", questionnaire.not_applicable[language]),
    )
    found = [("column", name, words) for name, words in columns]
    found += [("choice", name, words) for name, words in choices]
    for dimension in questionnaire.dimensions:
        found.append(("dimension", dimension.id, dimension.name[language]))
        for statement in dimension.statements:
            found.append(("statement", statement.id, statement.says[language]))
            found += [(statement.id, str(level), statement.level(level)[language]) for level in LEVELS]
    found += [("need", need.id, need.name[language]) for need in questionnaire.needs]
    return tuple(found)


def rule(say: Say) -> str:
    """Return in words who may see whose answers."""
    return say(
        "Each region chooses how its answers are seen: by everybody, by regions, or by nobody but itself. Open data holds the first kind by name. Answers that nobody else may see enter one figure alone, the national one of a closed round, and only where at least {count} such regions stand behind it. What is held back and what nobody answered look alike."
    ).format(count=FEWEST)


def period(round_: Round, language: Language, say: Say) -> str:
    """Return which round it is, when it is open and what it asks."""
    return say("{title}: open from {opens} until {closes}, questionnaire version {version}.").format(
        title=round_.title[language],
        opens=moment(language, round_.opens_at),
        closes=moment(language, round_.closes_at),
        version=round_.version,
    )


def caveats(questionnaire: Questionnaire, round_: Round, language: Language, say: Say) -> tuple[str, ...]:
    """Return what must be known before the numbers are used: which round, that it is not validated, who may see what."""
    return (
        period(round_, language, say),
        questionnaire.about[language],
        rule(say),
        say(
            "In CSV an apostrophe stands before what a spreadsheet could take for a formula; an import takes it away again. Excel and Parquet hold the text as it was written."
        ),
    )


def codebook(questionnaire: Questionnaire, round_: Round, language: Language, say: Say) -> str:
    """Return the codebook of a round's files as Markdown."""
    found = meanings(questionnaire, language, say)
    lines = [f"# {questionnaire.title[language]}", "", *_spaced(caveats(questionnaire, round_, language, say))]
    for title, kinds in ((say("Columns"), {"column"}), (say("Choices"), {"choice"}), (say("Needs"), {"need"})):
        lines += [f"## {title}", "", *(f"- `{name}`: {words}" for kind, name, words in found if kind in kinds), ""]
    lines += [f"## {say('Statements and their levels')}", ""]
    for kind, name, words in found:
        if kind == "dimension":
            lines += ["", f"### {words} (`{name}`)", ""]
        elif kind == "statement":
            lines += ["", f"**{words}** (`{name}`)", ""]
        elif kind not in {"column", "choice", "need"}:
            lines.append(f"{name}. {words}")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _spaced(texts: Sequence[str]) -> list[str]:
    return [line for text in texts for line in (text, "")]

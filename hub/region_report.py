"""A region's part in a round on one page: where it stands beside the others, and what comes next.

Made of the same blocks as the board document, so that it is written as PDF and Word by the same hands; that is why it
stands here and not with the survey.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from hub.language import Language, date, moment
from hub.plan.rules import Block, Bullets, Document, Fields, Heading, Paragraph, Run, Table
from hub.survey.content import Questionnaire
from hub.survey.rounds import (
    Extreme,
    Position,
    Profile,
    Round,
    Stage,
    dimension_counts,
    dimension_values,
    profile,
    summary,
)
from hub.survey.visibility import Figure, Standing

Say = Callable[[str], str]

_GAPS: Final = 3
_NAMED: Final = 3
"""So many statements of the strongest and the weakest are named; of the rest it is said how many they are."""


@dataclass(frozen=True)
class Subject:
    """Whose report it is, and when it is made."""

    region: str
    """Its name."""
    round: Round
    stage: Stage
    standing: Standing
    handed_in: bool
    national: Figure
    """As whoever asks may see it."""
    day: dt.date
    address: str
    """Where the same is seen in the hub."""


def report(of: Subject, questionnaire: Questionnaire, language: Language, say: Say) -> Document:
    """Return the report as blocks, in one language."""
    found = profile(questionnaire.structure, of.standing.answers, of.national.counts)
    title = say("{region}: digital care meetings").format(region=of.region)
    blocks: tuple[Block, ...] = (
        Heading(1, title),
        _facts(of, language, say),
        *_dimensions(of, questionnaire, language, say),
        *_extremes(found, questionnaire, language, say),
        *_next(found, questionnaire, language, say),
        Heading(2, say("Where this comes from")),
        Paragraph((Run(questionnaire.about[language]),)),
        Paragraph(
            (
                Run(
                    say("The region’s own answers to {title}, questionnaire version {version}. {national}").format(
                        title=of.round.title[language],
                        version=of.round.version,
                        national=_national(of, language, say),
                    )
                    + " "
                ),
                Run(of.address, link=of.address),
            )
        ),
    )
    return Document(say("Region report"), title, language, blocks, ())


def _facts(of: Subject, language: Language, say: Say) -> Fields:
    seen = {
        "public": say("Everybody"),
        "named": say("Those who speak for a region"),
        "aggregate": say("The region itself only"),
    }[of.standing.visibility]
    state = say("Handed in") if of.handed_in else say("Not handed in: as it stands today")
    return Fields(
        (
            (say("Round"), of.round.title[language]),
            (say("Made on"), date(language, of.day)),
            (say("Answers"), state),
            (say("May be seen by"), seen),
        )
    )


def _national(of: Subject, language: Language, say: Say) -> str:
    if of.stage == "closed":
        return say("The national figure is the one kept when the round closed, {moment}.").format(
            moment=moment(language, of.round.closes_at)
        )
    return say("The round is open: the others are the regions that whoever made this report may see by name today.")


def _dimensions(of: Subject, questionnaire: Questionnaire, language: Language, say: Say) -> tuple[Block, ...]:
    own = dimension_values(questionnaire.structure, of.standing.answers)
    others = dimension_counts(questionnaire.structure, of.national.counts)
    rows = []
    for dimension in questionnaire.dimensions:
        median, lies = own[dimension.id].median, summary(others[dimension.id])
        shown = (str(lies.median), f"{lies.low}–{lies.high}", str(lies.n)) if lies else (say("No figure"), "–", "–")
        named = str(median) if median else say("Too few levels")
        rows.append(tuple((Run(text),) for text in (dimension.name[language], named, *shown)))
    scale = ", ".join(f"{place} {name[language].lower()}" for place, name in enumerate(questionnaire.levels, start=1))
    caption = say(
        "Medians of levels: {scale}. A dimension has three statements a region; n counts answers at a level."
    ).format(scale=scale)
    # Before the close there is no national figure, only what the reader may see of the others.
    median_of = say("National median") if of.stage == "closed" else say("Median of the others")
    head = (say("Dimension"), say("The region"), median_of, say("Quartiles"), say("n"))
    return (
        Heading(2, say("Nine dimensions")),
        Table(head, tuple(rows), (Run(caption),), (40, 16, 20, 12, 8)),
    )


def _extremes(found: Profile, questionnaire: Questionnaire, language: Language, say: Say) -> tuple[Block, ...]:
    if found.strongest is None:
        return (Heading(2, say("Strongest and weakest")), Paragraph((Run(say("No statement has a level yet.")),)))
    items = [_extreme(say("Strongest, level {level}:"), found.strongest, questionnaire, language, say)]
    if found.weakest:
        items.append(_extreme(say("Weakest, level {level}:"), found.weakest, questionnaire, language, say))
    return (Heading(2, say("Strongest and weakest")), Bullets(tuple(items)))


def _extreme(
    title: str, extreme: Extreme, questionnaire: Questionnaire, language: Language, say: Say
) -> tuple[Run, ...]:
    named = [questionnaire.statements[one].says[language] for one in extreme.statements[:_NAMED]]
    rest = len(extreme.statements) - len(named)
    more = say("And {count} more at the same level.").format(count=rest) if rest else ""
    text = " ".join([*named, *([more] if more else [])])
    return (Run(title.format(level=extreme.level), strong=True), Run(" " + text))


def _next(found: Profile, questionnaire: Questionnaire, language: Language, say: Say) -> tuple[Block, ...]:
    title = Heading(2, say("Three gaps, and what the next level asks for"))
    # The sort keeps what is alike in the order of the questionnaire.
    chosen = sorted(found.gaps, key=lambda gap: gap.level or 0)[:_GAPS]
    if not chosen:
        return (title, Paragraph((Run(say("No statement has a next level.")),)))
    return (title, Bullets(tuple(_gap(gap, questionnaire, language, say) for gap in chosen)))


def _gap(gap: Position, questionnaire: Questionnaire, language: Language, say: Say) -> tuple[Run, ...]:
    statement, level = questionnaire.statements[gap.statement], gap.next_level
    if level is None:
        raise ValueError("a gap has a next level")
    step = say("From level {level} to {next}:").format(level=gap.level, next=level)
    return (
        Run(statement.says[language], strong=True),
        Run(f" {step} {statement.level(level)[language]}"),
    )

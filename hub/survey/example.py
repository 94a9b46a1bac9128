"""Made-up answers, to try the pages out before anybody has answered. Pure; whoever shows them says that they are made up."""

import random
from collections.abc import Iterable, Sequence
from typing import Final

from hub.survey.rounds import LEVELS, Answer, Answers, Choice, Structure
from hub.survey.visibility import Standing, Visibility

EVIDENCE: Final = "https://example.org/"
"""An address that is set aside for examples and leads to nobody."""

_TAKES_PART: Final = 0.86
_UNKNOWN: Final = 0.05
_NOT_APPLICABLE: Final = 0.03
_EVIDENCE: Final = 0.4
_NEEDED: Final = 0.45
_BEGUN: Final = (0.25, 0.75)
"""How far the region that has come least far, and furthest, is on its way, from 0 to 1."""
_STEPS: Final = (-1, 0, 0, 0, 1, 1)
"""How far a statement moves from one round to the next; most stand still."""
_VISIBILITIES: Final[tuple[Visibility, ...]] = ("public", "public", "named", "named", "aggregate", "aggregate")


def example(
    structure: Structure,
    regions: Iterable[str],
    seed: int,
    *,
    needs: Sequence[str] = (),
    before: Iterable[Standing] = (),
) -> tuple[Standing, ...]:
    """Return made-up answers, always the same for the same arguments.

    Args:
        structure: of the questionnaire.
        regions: letter codes; about one in seven does not take part.
        seed: any number.
        needs: ids of the kinds of national support.
        before: an example of an earlier round; who took part in it does so again and has moved a level at most.
    """
    # Only random() and what is made from it: its numbers are promised to be the same in every version of Python.
    draw = random.Random(seed).random  # noqa: S311 - nothing is kept secret by it
    earlier = {standing.region: standing for standing in before}
    found = []
    for region in regions:
        takes_part = draw() < _TAKES_PART
        begun = _BEGUN[0] + draw() * (_BEGUN[1] - _BEGUN[0])
        then = earlier.get(region)
        if not takes_part and then is None:
            continue
        answers: dict[str, Answer] = {}
        for statements in structure.values():
            lead = begun + (draw() - 0.5) * 0.3
            for statement in statements:
                choice = _choice((draw(), draw()), lead, statement, then.answers if then else {})
                evidence = draw() < _EVIDENCE and isinstance(choice, int)
                answers[statement] = Answer(statement, choice, EVIDENCE if evidence else "")
        visibility = _VISIBILITIES[int(draw() * len(_VISIBILITIES))]
        wanted = frozenset(need for need in needs if draw() < _NEEDED)
        shown = then.visibility if then else visibility
        found.append(Standing(region, shown, answers, wanted if needs else None, may_be_asked=shown == "public"))
    return tuple(found)


def _choice(drawn: tuple[float, float], lead: float, statement: str, before: Answers) -> Choice:
    kind, place = drawn
    if kind < _UNKNOWN:
        return "dont-know"
    if kind < _UNKNOWN + _NOT_APPLICABLE:
        return "not-applicable"
    earlier = before[statement].level if statement in before else None
    if earlier is not None:
        at = earlier + _STEPS[int(place * len(_STEPS))]
    else:
        at = 1 + int((lead + (place - 0.5) * 0.6) * len(LEVELS))
    return LEVELS[min(max(at, 1), len(LEVELS)) - 1]

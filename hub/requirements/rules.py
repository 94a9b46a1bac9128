"""Which requirements a region asks of a vendor: chosen by layer, part and role, with parts left out. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

Weight = Literal["must", "scored", "information"]
WEIGHTS: Final[tuple[Weight, ...]] = ("must", "scored", "information")

LAYERS: Final = ("login", "time-and-link", "automatic-notice", "manual-notice")
LEVELS: Final[Mapping[str, frozenset[str]]] = {
    "framework": frozenset({"login", "time-and-link", "automatic-notice"}),
    "hop-out": frozenset({"login"}),
    "inbox": frozenset({"automatic-notice"}),
    "reverse-case-flow": frozenset({"manual-notice"}),
}
"""The levels as sets of layers; a test holds this equal to the guide's."""


@dataclass(frozen=True)
class Requirement:
    """One requirement, without its words."""

    id: str
    part: str
    layers: frozenset[str]
    """The layers it belongs to; empty for all."""
    weight: Weight
    """As proposed."""
    kind: Literal["law", "practice"]
    sources: tuple[str, ...]
    answers: str
    """Role that answers for it."""
    verified: str


@dataclass(frozen=True)
class Wish:
    """What a visitor has chosen; nothing chosen means everything."""

    layers: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()
    role: str = ""
    without: frozenset[str] = frozenset()
    weights: Mapping[str, Weight] = field(default_factory=lambda: MappingProxyType({}))
    """Weights the visitor has set otherwise than proposed, by requirement id."""


@dataclass(frozen=True)
class Line:
    """A requirement in the list with the weight it has there."""

    requirement: Requirement
    weight: Weight
    changed: bool
    """Whether the visitor set the weight."""


def lines(requirements: Sequence[Requirement], wish: Wish) -> tuple[Line, ...]:
    """Return the list a wish asks for, in its own order."""
    return tuple(
        Line(one, wish.weights.get(one.id, one.weight), wish.weights.get(one.id, one.weight) != one.weight)
        for one in requirements
        if _asked_for(one, wish)
    )


def _asked_for(requirement: Requirement, wish: Wish) -> bool:
    return (
        requirement.part not in wish.without
        and (not wish.parts or requirement.part in wish.parts)
        and (not wish.role or requirement.answers == wish.role)
        and (not wish.layers or not requirement.layers or not requirement.layers.isdisjoint(wish.layers))
    )


def left_out(requirements: Sequence[Requirement], wish: Wish) -> Mapping[str, int]:
    """Return, for each part left out, how many requirements go with it."""
    kept = Wish(wish.layers, wish.parts, wish.role)
    return {
        part: sum(1 for one in requirements if one.part == part and _asked_for(one, kept))
        for part in sorted(wish.without)
    }


def read_wish(given: Mapping[str, Sequence[str]], requirements: Sequence[Requirement]) -> tuple[Wish, tuple[str, ...]]:
    """Read a wish from the parameters of an address.

    Args:
        given: ``niva``, ``lager``, ``del``, ``roll``, ``utan`` and ``vikt``, each a list of values.
        requirements: every requirement there is.

    Returns:
        The wish, and each value that is not valid.
    """
    known = {one.id for one in requirements}
    parts = {one.part for one in requirements}
    roles = {one.answers for one in requirements}
    problems: list[str] = []

    def among(name: str, allowed: Iterable[str]) -> frozenset[str]:
        values = [value for value in given.get(name, ()) if value]
        problems.extend(f"{name}={value[:60]}" for value in values if value not in allowed)
        return frozenset(values) & frozenset(allowed)

    layers = among("lager", LAYERS).union(*(LEVELS[level] for level in among("niva", LEVELS)))
    weights: dict[str, Weight] = {}
    for value in given.get("vikt", ()):
        id_, _, weight = value.partition(".")
        found = next((one for one in WEIGHTS if one == weight), None)
        if id_ in known and found:
            weights[id_] = found
        elif value:
            problems.append(f"vikt={value[:60]}")
    roles_asked = among("roll", roles)
    wish = Wish(layers, among("del", parts), min(roles_asked, default=""), among("utan", parts), weights)
    return wish, tuple(problems)


def address_of(wish: Wish) -> list[tuple[str, str]]:
    """Return the parameters that say a wish, in a fixed order."""
    return [
        *(("lager", layer) for layer in LAYERS if layer in wish.layers),
        *(("del", part) for part in sorted(wish.parts)),
        *([("roll", wish.role)] if wish.role else []),
        *(("utan", part) for part in sorted(wish.without)),
        *(("vikt", f"{id_}.{weight}") for id_, weight in sorted(wish.weights.items())),
    ]

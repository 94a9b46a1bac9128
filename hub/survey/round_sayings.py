"""What the charts of a round say in one sentence each, filled from the very figures that are drawn. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from hub.language import Catalogue, Language
from hub.survey.rounds import Change, Counts, Level, Position, summary
from hub.survey.visibility import Figure


class RoundSayings:
    """Says it in one language."""

    def __init__(self, catalogue: Catalogue, language: Language) -> None:
        """Hold what it is said with."""
        self._catalogue = catalogue
        self._language: Language = language

    def _say(self, english: str) -> str:
        return self._catalogue.text(self._language, english)

    def share(self, count: int, of: int) -> str:
        """Write a share with what it is of, as ``12 of 54 (22 %)``; a dash for a share of nothing."""
        if not of:
            return "–"
        return self._say("{count} of {of} ({percent} %)").format(count=count, of=of, percent=_percent(count, of))

    def listed(self, names: Iterable[str]) -> str:
        """Write names, of which there is at least one, after each other, with a word before the last."""
        *first, last = names
        return self._say("{names} and {last}").format(names=", ".join(first), last=last) if first else last

    def distribution(self, dimensions: Mapping[str, Counts]) -> str:
        """Say where the median level is highest and lowest.

        Args:
            dimensions: counts by the dimension's name.

        Raises:
            ValueError: nobody is at a level.
        """
        medians = {name: lies.median for name, counts in dimensions.items() if (lies := summary(counts))}
        highest, lowest = max(medians.values()), min(medians.values())
        if highest == lowest:
            return self._say("The median level is {level} in every dimension that has answers").format(level=highest)
        return self._say("The median level is highest, {high}, in {most} and lowest, {low}, in {least}").format(
            high=highest,
            most=self._dimensions([name for name, level in medians.items() if level == highest]),
            low=lowest,
            least=self._dimensions([name for name, level in medians.items() if level == lowest]),
        )

    def apart(self, names: Sequence[str], rows: Sequence[Sequence[Level | None]]) -> str:
        """Say in which dimension regions lie furthest apart.

        Args:
            names: of the dimensions.
            rows: each region's median in each dimension.
        """
        widths: dict[str, tuple[int, int, int]] = {}
        for place, name in enumerate(names):
            held = [level for row in rows if (level := row[place]) is not None]
            if len(held) > 1:
                widths[name] = (max(held) - min(held), min(held), max(held))
        if not widths:
            return self._say("Fewer than two regions can be held beside each other here")
        widest = max(width for width, _, _ in widths.values())
        if not widest:
            return self._say("The regions shown have the same median level in every dimension")
        found = [name for name, (width, _, _) in widths.items() if width == widest]
        _, low, high = widths[found[0]]
        if len(found) > 1:
            return self._say("The regions shown lie furthest apart, {steps} levels, in {names}").format(
                steps=widest, names=self._dimensions(found)
            )
        return self._say(
            "The regions shown lie furthest apart in {name}: their medians go from {low} to {high}"
        ).format(name=self._quoted(found[0]), low=low, high=high)

    def moved(self, changes: Iterable[Change], regions: int) -> str:
        """Say how many pairs of answers have gone up, stayed and gone down.

        Args:
            changes: of any parts that do not overlap.
            regions: how many are compared.
        """
        held = tuple(changes)
        up, same, down = (sum(getattr(one, way) for one in held) for way in ("up", "same", "down"))
        return self._say(
            "Of {n} answers from {regions} regions, {up} stand higher than in the round before, {same} the same and {down} lower"
        ).format(n=up + same + down, regions=regions, up=up, same=same, down=down)

    def needs(self, names: Mapping[str, str], shown: Figure) -> str:
        """Say what most regions need of the national level.

        Args:
            names: of the kinds of support, by id.
            shown: the figure.
        """
        most = max((shown.needs.get(need, 0) for need in names), default=0)
        if not most:
            return self._say("None of the {all} regions that answered says that it needs national support").format(
                all=shown.needs_answered
            )
        found = [name for need, name in names.items() if shown.needs.get(need, 0) == most]
        return self._say("Needed by most: {names}, by {count} of the {all} regions that answered").format(
            names=self.listed(map(self._quoted, found)), count=most, all=shown.needs_answered
        )

    def evidence(self, together: Counts, regions: int, of: int) -> str:
        """Say how many regions the figure holds, and how many of their answers tell what shows it."""
        return self._say("{regions} of {of} regions are in the figure; {share} of their levels have evidence").format(
            regions=regions, of=of, share=self.share(together.with_evidence, together.n)
        )

    def profile(self, medians: Sequence[Level | None], others: Sequence[Counts]) -> str:
        """Say in how many dimensions a region lies above, within and below the quartiles of the national figure.

        Args:
            medians: the region's, by dimension.
            others: the national counts, in the same order.
        """
        found = {"above": 0, "within": 0, "below": 0}
        for level, counts in zip(medians, others, strict=True):
            lies = summary(counts)
            if level is not None and lies is not None:
                found["below" if level < lies.low else "above" if level > lies.high else "within"] += 1
        n = sum(found.values())
        if not n:
            return self._say("There is nothing to hold the region’s levels against yet")
        return self._say(
            "Of {n} dimensions that can be compared, the region lies above the middle half of the answers in {above}, within it in {within} and below it in {below}"
        ).format(n=n, **found)

    def steps(self, positions: Iterable[Position]) -> str:
        """Say how many statements of a region have moved since its last round."""
        held = [one.moved for one in positions if one.moved is not None]
        if not held:
            return self._say("No statement has a level in both rounds")
        return self._say("Of {n} statements with a level in both rounds, {up} stand higher, {same} the same and {down} lower").format(
            n=len(held), up=sum(one > 0 for one in held), same=held.count(0), down=sum(one < 0 for one in held)
        )  # fmt: skip

    def _quoted(self, name: str) -> str:
        return self._say("“{name}”").format(name=name)

    def _dimensions(self, names: Sequence[str]) -> str:
        """Name dimensions, or say how many they are where names would fill the line."""
        if len(names) > _MOST_NAMED:
            return self._say("{count} dimensions").format(count=len(names))
        return self.listed(map(self._quoted, names))


_MOST_NAMED: Final = 2


def _percent(count: int, of: int) -> int:
    # Half goes up, so that 1 of 8 is said as 13 and not, by Python's rounding, as 12.
    return (200 * count + of) // (2 * of)

"""The four levels side by side as HTML, counted from runs: the reference run of each, and one's own where there is one."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Final

from hub import drawing
from hub.call import rules
from hub.call.content import Visits
from hub.call.rules import Counts, Done, Outcome, Run
from hub.call.service import counts_of, done_in, known_runs, reference_run
from hub.html import figure
from hub.language import Catalogue, Language

Say = Callable[[str], str]

_MINUTE_S: Final = 60


def named(say: Say, counts: Counts) -> dict[str, int]:
    """Return figures by what they are called."""
    return {
        say("Steps by hand, staff"): counts.staff,
        say("Steps by hand, resident"): counts.resident,
        say("Automatic steps"): counts.machine,
        say("Logins"): counts.logins,
        say("Systems passed"): counts.systems,
        say("Places where an error can enter"): counts.risks,
        say("– of them by hand"): counts.hand_risks,
    }


def stopwatch(say: Say, seconds: int) -> str:
    """Write a time by one's own stopwatch."""
    minutes, rest = divmod(seconds, _MINUTE_S)
    if not minutes:
        return say("{seconds} s").format(seconds=rest)
    return say("{minutes} min {seconds} s").format(minutes=minutes, seconds=rest)


class Comparison:
    """Writes the levels side by side in one language."""

    def __init__(
        self, visits: Visits, level_names: Mapping[str, str], catalogue: Catalogue, language: Language
    ) -> None:
        """Hold what is played and the words around it."""
        self._visits = visits
        self._levels = level_names
        self._catalogue = catalogue
        self._language: Language = language

    def table(self, runs: Sequence[Run], now: dt.datetime) -> str:
        """Return the four levels side by side: the reference run of each, and one's own where there is one."""
        own = {run.level: run for run in known_runs(self._visits, runs)}
        references = {level: rules.count(reference_run(self._visits, level, now)) for level in self._visits.levels}
        counted = {level: counts_of(self._visits, run) for level, run in own.items()}
        heads = "".join(f"<th scope='col'>{escape(self._levels[level])}</th>" for level in references)
        rows = ""
        figures = {level: named(self._say, counts) for level, counts in references.items()}
        for name in next(iter(figures.values())):
            cells = ""
            for level in references:
                mine = counted.get(level)
                extra = (
                    f" <span class='hub-own'>{escape(self._say('yours: {count}').format(count=named(self._say, mine)[name]))}</span>"
                    if mine
                    else ""
                )
                cells += f"<td>{figures[level][name]}{extra}</td>"
            rows += f"<tr><th scope='row'>{escape(name)}</th>{cells}</tr>"
        if own:
            cells = "".join(
                f"<td>{escape(stopwatch(self._say, own[level].seconds)) if level in own else '–'}</td>"
                for level in references
            )
            rows += f"<tr><th scope='row'>{escape(self._say('Your stopwatch, in this demo'))}</th>{cells}</tr>"
        return (
            self._message(references)
            + self.strips(runs, now)
            + f"<div class='table-scroll' role='region' tabindex='0' aria-label='{escape(self._say('The levels side by side'))}'><table class='hub-compare-visits'>"
            f"<thead><tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
            f"<p class='hub-muted'>{escape(self._say('The first figure is the reference run: the visit that the care provider starts, with no trouble. Counted from the steps of this demo, which simplify; they are no measure of time or cost.'))}</p>"
        )

    def _message(self, references: Mapping[str, Counts]) -> str:
        """Return what the figures say, from the very figures."""
        hands = {level: counts.staff + counts.resident for level, counts in references.items()}
        least, most = min(hands.values()), max(hands.values())
        if least == most:
            text = self._say("All levels take {count} steps by hand").format(count=least)
        else:
            text = self._say("{few} takes the fewest steps by hand, {least}; {many} the most, {most}").format(
                few=self._names_with(hands, least), least=least, many=self._names_with(hands, most), most=most
            )
        return f"<h2 id='jamforelse'>{escape(text)}</h2>"

    def _names_with(self, figures: Mapping[str, int], value: int) -> str:
        names = [self._levels[level] for level, found in figures.items() if found == value]
        return f" {self._say('and')} ".join(names)

    def strips(self, runs: Sequence[Run], now: dt.datetime) -> str:
        """Return who does each step, drawn: the reference run of each level, and one's own where there is one."""
        own = {run.level: run for run in known_runs(self._visits, runs)}
        rows = []
        for level in self._visits.levels:
            rows.append(drawing.Strip(self._levels[level], _hands(reference_run(self._visits, level, now))))
            if run := own.get(level):
                name = self._say("{level}, your run").format(level=self._levels[level])
                rows.append(drawing.Strip(name, _hands(done_in(self._visits, run))))
        words: dict[drawing.Hand, str] = {
            "staff": self._say("Staff, by hand"),
            "resident": self._say("Resident, by hand"),
            "machine": self._say("Automatic"),
        }
        label = self._say("Who does each step at each level")
        wide, narrow = (drawing.strips(label, rows, words=words, narrow=narrow) for narrow in (False, True))
        listed = "".join(f"<li>{escape(text)}</li>" for text in wide.steps)
        return figure(wide.svg, narrow.svg) + f"<ol class='hub-unseen'>{listed}</ol>"

    def outcome_word(self, outcome: Outcome) -> str:
        """Return what a level does with a trouble, in a word or two."""
        return {
            "prevented": self._say("cannot happen"),
            "detour": self._say("goes on another way"),
            "stopped": self._say("ends the video visit"),
        }[outcome]

    def troubles(self) -> str:
        """Return what each level does with each trouble."""
        heads = "".join(f"<th scope='col'>{escape(self._levels[level])}</th>" for level in self._visits.levels)
        rows = "".join(
            f"<tr><th scope='row'>{escape(trouble.name[self._language])}</th>"
            + "".join(
                f"<td><strong>{escape(self.outcome_word(answer.outcome))}</strong><br>{escape(answer.does[self._language])}</td>"
                for answer in (trouble.answers[level] for level in self._visits.levels)
            )
            + "</tr>"
            for trouble in self._visits.words.troubles
        )
        return (
            f"<div class='table-scroll' role='region' tabindex='0' aria-label='{escape(self._say('What each level does with each trouble'))}'>"
            f"<table class='hub-compare-visits'><thead><tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
        )

    def _say(self, english: str) -> str:
        return self._catalogue.text(self._language, english)


def _hands(done: Sequence[Done]) -> tuple[drawing.Hand, ...]:
    return tuple(one.actor for one in done)

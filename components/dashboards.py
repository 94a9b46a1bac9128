"""What the 2020 report says, drawn as intervals with a table beside."""

import base64
import csv
import io
from collections.abc import Sequence
from functools import lru_cache
from html import escape

from components import html
from components.session import language
from components.words import _, date
from hub.language import Language
from hub.origin import Origin
from hub.survey.facts import Chart, Mark
from hub.survey.rules import ANSWERED, message


def opening(origin: Origin) -> None:
    """Say what is known and what is not."""
    html.show(
        f"<h1>{escape(_('What the regions answered in 2020'))}</h1><p class='hub-lead'>"
        f"{escape(_('18 of 21 regions answered three open questions. The report calls it a temperature check, and often gives a word where a chart would want a number. We show the word as an interval, and say that the interval is ours.'))}</p>",
        f"<p class='hub-reading'>{escape(_('Number of regions out of the 18 that answered. A striped band is a vague word, read by our rules.'))}</p>",
        f"<p class='hub-muted'>{escape(_('Published {date}. We have found no newer survey of all regions; new rounds are on their way here.').format(date=date(origin.published)))}</p>",
        f"<p><a class='hub-link' href='/regioner'>{escape(_('See how each region connects'))}</a></p>",
    )


def count(statement: Mark) -> str:
    """Return how many regions, as ``7–8`` or ``0``."""
    return str(statement.low) if statement.low == statement.high else f"{statement.low}–{statement.high}"


def intervals(topic: Chart, statements: Sequence[Mark], origin: Origin) -> None:
    """Draw one chart: its message, the intervals, its source, and the table that says the same."""
    html.show(_intervals(topic, tuple(statements), origin, language()))


@lru_cache(maxsize=8)
def _intervals(topic: Chart, statements: tuple[Mark, ...], origin: Origin, _language: Language) -> str:
    texts = {
        "national": _(
            "At least {low} of 18 regions want an integration framework; at most {high} are open to a national video service"
        ),
        "use": _("Between {low} and {high} of 18 regions had a closer link to 1177"),
    }
    title = message(topic, statements, texts)
    rows = "".join(
        f"<li><div class='hub-interval-text'><span>{escape(s.text[language()])}</span>"
        f"<span class='hub-interval-count'>{escape(count(s))}</span></div>"
        f"<div class='hub-track' aria-hidden='true'><div class='hub-band{' vague' if s.precision == 'vague' else ''}' "
        f"style='left: calc(9px + (100% - 18px) * {s.low / ANSWERED:.4f}); width: calc((100% - 18px) * {(s.high - s.low) / ANSWERED:.4f} + 18px)'></div></div></li>"
        for s in statements
    )
    scale = "".join(
        f"<span style='left: calc(9px + (100% - 18px) * {count / ANSWERED:.4f})'>{count}</span>"
        for count in (0, 6, 12, 18)
    )
    table_rows = "".join(
        f"<tr><th scope='row'>{escape(s.text[language()])}</th><td>{escape(s.quantifier[language()])}</td><td>{s.low}</td><td>{s.high}</td>"
        f"<td>{escape(_('the summary') if not s.section[0].isdigit() else s.section)}</td></tr>"
        for s in statements
    )
    return html.joined(
        f"<h2 id='{topic}'>{escape(title)}</h2>",
        f"<ul class='hub-intervals'>{rows}</ul><div class='hub-scale' aria-hidden='true'>{scale}</div>",
        f"<p class='hub-source'>{escape(_('Source:'))} {escape(origin.producer)}, {escape(origin.title)}, {escape(date(origin.published))}, "
        f"{escape(_('chapters 3, 4 and 6.6 and the summary'))}. {escape(_('Intervals: our coding.'))}</p>",
        f"<details><summary>{escape(_('Show as a table'))}</summary><div class='table-scroll'><table><thead><tr><th scope='col'>{escape(_('Statement'))}</th>"
        f"<th scope='col'>{escape(_('The report says'))}</th><th scope='col'>{escape(_('At least'))}</th><th scope='col'>{escape(_('At most'))}</th><th scope='col'>{escape(_('Section'))}</th></tr></thead>"
        f"<tbody>{table_rows}</tbody></table></div>"
        f"<p><a class='hub-link' download='{topic}-2020.csv' href='{_csv(statements)}'>{escape(_('Get as CSV'))}</a></p></details>",
    )


def _csv(statements: Sequence[Mark]) -> str:
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(["id", "statement", "quantifier", "low", "high", "precision", "section"])
    for s in statements:
        table.writerow([s.id, s.text[language()], s.quantifier[language()], s.low, s.high, s.precision, s.section])
    return f"data:text/csv;charset=utf-8;base64,{base64.b64encode(text.getvalue().encode('utf-8-sig')).decode()}"


def unknown() -> None:
    """Say what the report does not give."""
    html.show(
        f"<h2>{escape(_('What we do not know'))}</h2><ul>"
        f"<li>{escape(_('Which region answered what. The report names no region in these answers.'))}</li>"
        f"<li>{escape(_('How many regions had come how far. The counts stand in a picture that cannot be read as text, and we do not guess.'))}</li>"
        f"<li>{escape(_('How things are today. We have found no later public survey of all regions.'))}</li></ul>",
        f"<div class='hub-actions'><a class='hub-button' href='/valj'>{escape(_('Find out what fits you'))}</a></div>",
    )

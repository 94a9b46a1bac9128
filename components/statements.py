"""What the 2020 report says: by subject, one statement at a time, and how its words were read."""

from collections.abc import Sequence
from functools import lru_cache
from html import escape

from components import charts, forum_place, html, survey_files
from components.parts import ways
from components.problems import summary
from components.session import hub, language, name_page
from components.words import _, date, number
from hub import charts as drawn
from hub.errors import NotFound
from hub.html import address, figure
from hub.language import Language
from hub.survey.facts import Contradiction, Statement, Unknown
from hub.survey.mart import Mart
from hub.survey.rules import ANSWERED, CODING, Precision, message

_LOOKS: dict[Precision, drawn.Look] = {
    "exact": "told",
    "range": "told",
    "approximate": "about",
    "vague": "vague",
}
_TICKS = (0, 6, 12, 18)


def subjects() -> dict[str, str]:
    """Return the subjects of the report, in the order they are shown."""
    return {
        "usage": _("How much video is used"),
        "integration": _("The link to 1177 and to other systems"),
        "functions": _("Functions"),
        "needs": _("Needs and the desired state"),
        "challenges": _("Challenges"),
        "effects": _("Effects"),
        "national-support": _("Support from the national level"),
        "pilots": _("Pilots"),
    }


def _message(chart: str, statements: Sequence[Statement]) -> str:
    frames = {
        "national": _(
            "At least {low} of 18 regions want an integration framework; at most {high} are open to a national video service"
        ),
        "use": _("Between {low} and {high} of 18 regions had a closer link to 1177"),
        "usage": _("Between {low} and {high} of 18 regions had drop-in meetings; between {least} and {most} had barely begun"),
        "integration": _(
            "Between {low} and {high} of 18 regions want 1177 as the first entrance; between {least} and {most} had a closer link to it"
        ),
        "functions": _("Between {low} and {high} of 18 regions say that more than video is needed"),
        "needs": _("At least {low} of 18 regions have much work left; at most {high} are where they want to be"),
        "challenges": _("Between {low} and {high} of 18 regions find technology the smaller part of the work"),
    }  # fmt: skip
    return message(chart, statements, frames["national" if chart == "national-support" else chart])


def draw(mart: Mart, chart: str, statements: Sequence[Statement], view: str, *, table: str) -> str:
    """Return one chart of intervals in its frame.

    Args:
        mart: knows where the figures come from.
        chart: ``national`` or ``use``, the two that are composed, or a subject.
        statements: to choose from; those of the chart that can be drawn are.
        view: the address of the view it stands in.
        table: the id of the chart whose table is shown.
    """
    rows = sorted(
        (one for one in statements if one.drawn and chart in {one.chart, one.topic}),
        key=lambda one: (-(one.high or 0), -(one.low or 0)),
    )
    title = _message(chart, rows)
    wide, narrow = (_intervals(title, rows, narrow=narrow) for narrow in (False, True))
    sections = ", ".join(dict.fromkeys(section(one) for one in rows))
    source = " ".join(
        (
            _("Source:"),
            f"{mart.origin.producer}, {mart.origin.title}, {date(mart.origin.published)} ({sections}).",
            _("Base: the 18 regions that answered."),
            _("Intervals: our coding."),
        )
    )
    return charts.chart(
        charts.Chart(
            id=chart,
            title=title,
            how=_("Number of regions out of the 18 that answered. Each line opens the statement, its section and how we read it."),
            wide=wide,
            narrow=narrow,
            table=_table(rows),
            source=f"{escape(source)} <a href='/mognad?del=ordning'>{escape(_('How words became intervals'))}</a>",
        ),
        escape(view),
        table=table == chart,
    )  # fmt: skip


def _looks() -> dict[drawn.Look, str]:
    return {
        "told": _("a number that is told"),
        "about": _("about so many"),
        "vague": _("a vague word, read by our rules"),
    }


def _mark(one: Statement, text: str, to: str = "") -> drawn.Interval:
    low, high = one.low or 0, one.high or 0
    return drawn.Interval(text, charts.count(low, high), low, high, _LOOKS[one.precision], to)


def _alone(one: Statement, language: Language, *, narrow: bool) -> str:
    mark = _mark(one, f"”{one.quantifier[language]}”" if one.quantifier[language] else _("The report’s list"))
    return drawn.intervals(one.text[language], [mark], of=ANSWERED, ticks=_TICKS, looks=_looks(), narrow=narrow).svg


def _intervals(title: str, rows: Sequence[Statement], *, narrow: bool) -> str:
    marks = [_mark(one, one.text[language()], f"/mognad?uttalande={one.id}") for one in rows]
    return drawn.intervals(title, marks, of=ANSWERED, ticks=_TICKS, looks=_looks(), narrow=narrow).svg


def _table(rows: Sequence[Statement]) -> charts.Table:
    return charts.Table(
        (_("Statement"), _("The report says"), _("At least"), _("At most"), _("Precision"), _("Section")),
        tuple(
            (
                one.text[language()],
                one.quantifier[language()] or "–",
                str(one.low),
                str(one.high),
                precisions()[one.precision],
                section(one),
            )
            for one in rows
        ),
    )


def precisions() -> dict[Precision, str]:
    """Return how far a number can be trusted, in words."""
    return {
        "exact": _("a number"),
        "range": _("a range"),
        "approximate": _("about so many"),
        "vague": _("a vague word"),
        "none": _("no number"),
    }


def section(one: Statement) -> str:
    """Return where a statement stands, as ``section 4.4``."""
    return _place(one.section)


def _place(name: str) -> str:
    if not name[0].isdigit():
        return _("the summary")
    return (_("section {number}") if "." in name else _("chapter {number}")).format(number=name)


def amount(one: Statement) -> str:
    """Return what a statement counts, as ``7–8 regions of 18``; empty when it counts nothing."""
    if one.low is None or one.high is None:
        return ""
    least, most = number(one.low), number(one.high)
    counted = least if one.low == one.high else f"{least}–{most}"
    of = one.whole or one.base
    facts = {"count": counted, "unit": one.unit_words[language()], "all": of}
    if of:
        return _("{count} of {all} {unit}").format(**facts)
    # The units are known in the plural only.
    return (_("{unit}: {count}") if one.low == one.high == 1 else _("{count} {unit}")).format(**facts)


def topic(mart: Mart, asked: str | None) -> None:
    """Draw what the report says of one subject, or where to choose one."""
    chosen = asked if asked in subjects() else None
    if asked and not chosen:
        summary(
            _("That subject does not exist"),
            [_("There is no subject called “{subject}”. Choose one below.").format(subject=asked[:40])],
        )
    if chosen:
        name_page(subjects()[chosen])
        html.show(_topic(mart, chosen, charts.asked(), language(), hub().version))
    else:
        name_page(_("Answers 2020"))
        html.show(_topics(mart, language(), hub().version))


@lru_cache(maxsize=4)
def _topics(mart: Mart, language: Language, _version: str) -> str:
    cards = []
    for subject, name in subjects().items():
        found = mart.statements(topic=subject)
        drawable = [one for one in found if one.drawn]
        said = _message(subject, drawable) if drawable else _("Nothing here can be counted among the 18.")
        cards.append(
            f"<section class='hub-door'><h2>{escape(name)}</h2><p>{escape(said)}</p>"
            f"<p class='hub-coming'>{escape(_('{count} statements, {drawn} can be drawn').format(count=len(found), drawn=len(drawable)))}</p>"
            f"<a class='hub-link' href='{address('/mognad', **{'del': 'svar', 'amne': subject})}'>{escape(_('Read about {subject}').format(subject=name[0].lower() + name[1:]))}</a></section>"
        )
    return html.joined(
        ways("svar"),
        f"<h1>{escape(_('What the regions answered in 2020'))}</h1>",
        f"<p class='hub-lead'>{escape(_('18 of 21 regions answered three open questions. The report calls it a temperature check, and often gives a word where a chart would want a number. We show the word as an interval, and say that the interval is ours.'))}</p>",
        f"<div class='hub-doors'>{''.join(cards)}</div>",
        f"<h2 id='motsagelser'>{escape(_('Where the sources disagree'))}</h2>"
        f"<p>{escape(_('Both are kept and neither is mended.'))}</p>",
        _contradictions(mart, mart.contradictions(), language),
        unknown_list(mart.unknowns("survey"), language),
        f"<p><a class='hub-link' href='/mognad?del=ordning'>{escape(_('How words became intervals'))}</a></p>",
        f"<p><a class='hub-link' href='/data/survey_2020/statements.csv' download>{escape(_('Get all statements as CSV'))}</a></p>"
        + survey_files.open_data(),
    )


@lru_cache(maxsize=64)
def _topic(mart: Mart, subject: str, table: str, language: Language, _version: str) -> str:
    found = mart.statements(topic=subject)
    view = f"/mognad?del=svar&amne={subject}"
    ids = {one.id for one in found}
    apart = tuple(one for one in mart.contradictions() if ids & set(one.statements))
    others = "".join(
        f"<li><a href='{address('/mognad', **{'del': 'svar', 'amne': other})}'>{escape(name)}</a></li>"
        for other, name in subjects().items()
        if other != subject
    )
    rest = [one for one in found if not one.drawn]
    rest_heading = _("What else the report says") if len(rest) < len(found) else _("What the report says")
    return html.joined(
        ways("svar"),
        f"<p class='hub-kicker'><a class='hub-link' href='/mognad?del=svar'>← {escape(_('All subjects'))}</a></p>",
        f"<h1>{escape(subjects()[subject])}</h1>",
        draw(mart, subject, found, view, table=table) if len(rest) < len(found) else "",
        f"<h2>{escape(rest_heading)}</h2>"
        f"<p>{escape(_('What cannot be counted among the 18 regions: other units, single pilots, and statements without a number.'))}</p>{_listed(rest, language)}"
        if rest
        else "",
        f"<h2>{escape(_('Where the sources disagree'))}</h2>{_contradictions(mart, apart, language)}" if apart else "",
        f"<h2>{escape(_('Other subjects'))}</h2><ul>{others}</ul>",
    )


def _listed(statements: Sequence[Statement], language: Language) -> str:
    rows = "".join(
        f"<tr><th scope='row'><a href='{address('/mognad', uttalande=one.id)}'>{escape(one.text[language])}</a></th>"
        f"<td>{escape(amount(one) or _('no number'))}</td><td>{escape(section(one))}</td></tr>"
        for one in statements
    )
    heads = "".join(f"<th scope='col'>{escape(name)}</th>" for name in (_("Statement"), _("Number"), _("Section")))
    return (
        f"<div class='table-scroll'><table class='hub-stack hub-said'><thead><tr>{heads}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _contradictions(mart: Mart, apart: Sequence[Contradiction], language: Language) -> str:
    kinds = {"inside": _("Within the report"), "outside": _("Against another source")}
    items = "".join(
        f"<li>{escape(one.text[language])} <span class='hub-muted'>{escape(kinds[one.kind])}: "
        + ", ".join(_named(mart.statement(id_), language) for id_ in one.statements)
        + ".</span></li>"
        for one in apart
    )
    return f"<ul>{items}</ul>"


def _named(said: Statement, language: Language) -> str:
    word = f"”{said.quantifier[language]}”, " if said.quantifier[language] else ""
    return f"<a href='{address('/mognad', uttalande=said.id)}'>{escape(word + section(said))}</a>"


def unknown_list(unknowns: Sequence[Unknown], language: Language) -> str:
    """Return what a source does not say, with the place where one would have looked."""
    items = "".join(
        f"<li>{escape(one.text[language])}"
        + (f" <span class='hub-muted'>({escape(_where(one.place))})</span>" if one.place else "")
        + "</li>"
        for one in unknowns
    )
    return f"<h2>{escape(_('What we do not know'))}</h2><ul class='hub-unknowns'>{items}</ul>"


def _where(place: str) -> str:
    return ", ".join(
        _("figure {number}").format(number=one.removeprefix("bild ")) if one.startswith("bild ") else _place(one)
        for one in place.split("; ")
    )


def one(mart: Mart, asked: str) -> None:
    """Draw one statement: what the report says, how it was read, and where it stands."""
    try:
        found = mart.statement(asked)
    except NotFound:
        summary(
            _("The statement does not exist"),
            [_("There is no statement called “{statement}”. They are all below, by subject.").format(statement=asked[:60])],
        )  # fmt: skip
        topic(mart, None)
        return
    name_page(found.text[language()][:70])
    text = found.text[language()]
    html.show(_one(mart, found, language(), hub().version), forum_place.talk(f"chart:{found.id}", text))


@lru_cache(maxsize=256)
def _one(mart: Mart, said: Statement, language: Language, _version: str) -> str:
    picture = figure(*(_alone(said, language, narrow=narrow) for narrow in (False, True))) if said.drawn else ""
    apart = mart.contradictions(statement=said.id)
    facts = {
        _("The report’s word"): said.quantifier[language] or "–",
        _("Read as"): amount(said) or _("no number"),
        _("How we came by it"): _bases()[said.basis],
        _("Precision"): precisions()[said.precision],
        _("Section"): f"{_place(said.section)}{f', ”{said.heading}”' if said.heading else ''}",
    }
    return html.joined(
        ways("svar"),
        f"<p class='hub-kicker'><a class='hub-link' href='{address('/mognad', **{'del': 'svar', 'amne': said.topic})}'>← {escape(subjects()[said.topic])}</a></p>",
        f"<h1 class='hub-statement'>{escape(said.text[language])}</h1>",
        picture,
        "<dl class='hub-facts'>"
        + "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in facts.items())
        + "</dl>",
        f"<p>{escape(said.note[language])}</p>" if said.note[language] else "",
        f"<h2>{escape(_('Where the sources disagree'))}</h2>{_contradictions(mart, apart, language)}" if apart else "",
        f"<p class='hub-source'>{escape(_('Source:'))} {_report(mart, said)} {escape(_('The words here are ours; the report’s own stand in it.'))}</p>",
        f"<p><a class='hub-link' href='/mognad?del=ordning'>{escape(_('How words became intervals'))}</a></p>",
    )


def _bases() -> dict[str, str]:
    return {
        "stated": _("The number stands in the report."),
        "coded": _("The report gives a word; the interval is our coding of it."),
        "counted": _("We counted what the report lists."),
        "derived": _("Worked out from dates in the report."),
        "date": _("The report gives a date and no number."),
        "none": _("The report gives no number."),
    }


def _report(mart: Mart, said: Statement) -> str:
    id_ = "inera-2020-" + (said.section.replace(".", "-") if said.section[0].isdigit() else "summary")
    sources = hub().sources[language()]
    to = (sources.get(id_) or sources["inera-2020-summary"]).url
    name = f"{mart.origin.title}, {_place(said.section)}"
    link = f"<a href='{escape(to)}' rel='noopener noreferrer'>{escape(name)}</a>" if to else escape(name)
    return f"{escape(mart.origin.producer)}, {link}, {escape(date(mart.origin.published))}."


def coding(mart: Mart) -> None:
    """Draw how the report's words became intervals."""
    name_page(_("How words became intervals"))
    html.show(_coding(mart, language(), hub().version))


@lru_cache(maxsize=4)
def _coding(mart: Mart, language: Language, _version: str) -> str:
    heard = {one.quantifier["sv"]: one.quantifier[language] for one in mart.statements() if one.basis == "coded"}
    rows = [
        drawn.Interval(
            text=word if heard.get(word, word) == word else f"{word} ({heard[word]})",
            count=charts.count(read.interval.low, read.interval.high),
            low=read.interval.low,
            high=read.interval.high,
            look=_LOOKS[read.precision],
        )
        for word, read in CODING.items()
    ]
    title = _("{count} words for how many, each read as an interval of 18").format(count=len(rows))
    wide, narrow = (
        drawn.intervals(title, rows, of=ANSWERED, ticks=_TICKS, looks=_looks(), narrow=narrow).svg
        for narrow in (False, True)
    )
    table = charts.Table(
        (_("The report’s word"), _("At least"), _("At most"), _("Precision")),
        tuple(
            (row.text, str(row.low), str(row.high), precisions()[read.precision])
            for row, read in zip(rows, CODING.values(), strict=True)
        ),
    )
    source = _("Source: the hub’s own coding, kept with the data. The words are the report’s, the intervals are not.")
    return html.joined(
        ways("svar"),
        f"<p class='hub-kicker'><a class='hub-link' href='/mognad?del=svar'>← {escape(_('All subjects'))}</a></p>",
        f"<h1>{escape(_('How words became intervals'))}</h1>",
        f"<p class='hub-lead'>{escape(_('A word such as several can mean many numbers. We have decided, once for each word, the least and the most it may mean, and everything worked out from it holds every number in between.'))}</p>",
        charts.chart(
            charts.Chart("ord", title, wide, narrow, table, escape(source)),
            "/mognad?del=ordning",
            table=charts.asked() == "ord",
        ),
        f"<ul><li>{escape(_('Words measured against the regions, such as many, are read for regions only.'))}</li>"
        f"<li>{escape(_('A little over a number is read as up to a tenth more.'))}</li>"
        f"<li>{escape(_('Words such as often and sometimes get no interval at all.'))}</li>"
        f"<li>{escape(_('Who said nothing of a matter has not said no; the answers were free text.'))}</li></ul>",
        f"<p><a class='hub-link' href='/data/survey_2020/codebook.md'>{escape(_('The code book'))}</a></p>",
    )

"""A level as HTML, the same in the app and as a page without scripts."""

from collections.abc import Callable, Mapping
from html import escape

from hub import drawing
from hub.language import Catalogue, Language
from hub.levels.content import LevelContent, NationalContent
from hub.markdown import ContentWords, Footnotes, Source, render_inline

Say = Callable[[str], str]

ACTORS = {
    "staff": "Staff",
    "resident": "Resident",
    "record-system": "Record system",
    "video-service": "Video service",
    "e-services": "1177",
}


def content_words(say: Say) -> ContentWords:
    """Return the words that rendered sources need."""
    return ContentWords(
        sources_heading=say("Sources"),
        source_mark=say("Source {number}"),
        back_link=say("Back to the text, source {number}, place {use}"),
        source_language="sv",
    )


def level_html(content: LevelContent, catalogue: Catalogue, language: Language, sources: Mapping[str, Source]) -> str:
    """Return a level as sections under one ``h1``, with its sources at the end."""

    def say(english: str) -> str:
        return catalogue.text(language, english)

    notes = Footnotes(content_words(say))

    def line(text: str) -> str:
        return render_inline(text, sources, notes)

    def listed(texts: tuple[str, ...]) -> str:
        return "<ul>" + "".join(f"<li>{line(text)}</li>" for text in texts) + "</ul>"

    # Sources are numbered as they are met, so each part is rendered where the reader meets it.
    lead = "".join(f"<p>{line(text)}</p>" for text in content.summary)
    journey = journey_html(content, say, line)
    gives, gives_not, gates = listed(content.gives), listed(content.gives_not), listed(content.gates)
    contracts = "".join(
        f"<tr><th scope='row'><code>{escape(contract.name)}</code></th>"
        f"<td>{escape(say('In use') if contract.kind == 'current' else say('History, do not ask for'))}</td>"
        f"<td>{line(contract.note)}</td></tr>"
        for contract in content.contracts
    )
    pairs = "".join(
        f"<div class='hub-pair'><h3>{escape(pair.topic)}</h3><dl>"
        f"<dt>{escape(say('2020 report'))}</dt><dd>{line(pair.then)}</dd>"
        f"<dt>{escape(say('Known since'))} ({escape(_seen(say, pair.seen))})</dt><dd>{line(pair.now)}</dd></dl></div>"
        for pair in content.then_and_now
    )
    parts = [
        f"<p class='hub-terms'>{escape(say('In the 2020 report:'))} <em lang='sv'>{escape(content.term_2020)}</em>. "
        f"{escape(say('Among staff:'))} <em>{escape(content.staff_term)}</em>.</p>",
        f"<h1>{escape(content.name)}</h1>",
        f"<div class='hub-lead'>{lead}</div>",
        f"<h2 id='resan'>{escape(say('A visit, step by step'))}</h2>",
        journey,
        f"<div class='hub-two'><section><h2>{escape(say('What it gives'))}</h2>{gives}</section>"
        f"<section><h2>{escape(say('What it does not give'))}</h2>{gives_not}</section></div>",
        f"<h2 id='villkor'>{escape(say('What must be in place'))}</h2>{gates}",
        f"<h2 id='kontrakt'>{escape(say('Contracts and standards'))}</h2><div class='table-scroll'><table class='hub-stack'><thead><tr>"
        f"<th scope='col'>{escape(say('Name'))}</th><th scope='col'>{escape(say('State'))}</th>"
        f"<th scope='col'>{escape(say('What it is for'))}</th></tr></thead><tbody>{contracts}</tbody></table></div>",
        f"<h2 id='da-och-nu'>{escape(say('2020 and today'))}</h2>{pairs}",
        f"<h2 id='fraga-inera'>{escape(say('Ask Inera'))}</h2>{listed(content.ask_inera)}",
        notes.html(),
    ]
    return "\n".join(parts)


def journey_html(content: LevelContent, say: Say, line: Callable[[str], str]) -> str:
    """Return the visit as a drawing, wide and narrow, and as a list that says the same with its sources."""
    steps = [drawing.JourneyStep(step.actor, step.short, step.manual) for step in content.journey]
    used = {step.actor for step in content.journey}
    lanes = [(actor, say(name)) for actor, name in ACTORS.items() if actor in used]
    label = say("A visit by way of {level}, drawn; the list below says the same").format(level=content.name)
    drawings = "".join(
        f"<div class='{'hub-narrow' if narrow else 'hub-wide'}'>"
        + drawing.journey(
            label, lanes, steps, manual_word=say("By hand"), automatic_word=say("Automatic"), narrow=narrow
        ).svg
        + "</div>"
        for narrow in (False, True)
    )
    items = "".join(
        f"<li><strong>{escape(say(ACTORS[step.actor]))}"
        f"{' (' + escape(say('by hand')) + ')' if step.manual else ''}:</strong> {line(step.text)}</li>"
        for step in content.journey
    )
    return f"<figure class='hub-drawing'>{drawings}</figure><ol class='hub-steps'>{items}</ol>"


def national_html(
    content: NationalContent, catalogue: Catalogue, language: Language, sources: Mapping[str, Source]
) -> str:
    """Return the branch of national services as one section."""

    def say(english: str) -> str:
        return catalogue.text(language, english)

    notes = Footnotes(content_words(say), prefix="national")
    services = "".join(
        f"<li><strong>{escape(service.name)}</strong> ({escape(_seen(say, service.seen))}). "
        f"{render_inline(service.what, sources, notes)}</li>"
        for service in content.services
    )
    summary = " ".join(render_inline(text, sources, notes) for text in content.summary)
    asks = "".join(f"<li>{escape(text)}</li>" for text in content.ask_inera)
    return (
        f"<h1>{escape(content.name)}</h1><p class='hub-lead'>{summary}</p><ul>{services}</ul>"
        f"<p class='hub-check'>{render_inline(content.check, sources, notes)}</p>"
        f"<h2>{escape(say('Ask Inera'))}</h2><ul>{asks}</ul>{notes.html()}"
    )


def _seen(say: Say, seen: str) -> str:
    return say("no date given") if seen == "n.d." else seen

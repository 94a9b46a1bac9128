"""A level as HTML, the same in the app and as a page without scripts: the overview, and a reading for each reader."""

from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Final

from hub import drawing
from hub.html import address, figure
from hub.language import Catalogue, Language
from hub.levels.content import LevelContent, NationalContent, Reader
from hub.markdown import ContentWords, Footnotes, Source, render_content, render_inline

Say = Callable[[str], str]

ACTORS = {
    "staff": "Staff",
    "resident": "Resident",
    "record-system": "Record system",
    "video-service": "Video service",
    "e-services": "1177",
}

READERS: Final[Mapping[Reader, str]] = {
    "beslut": "For the decision",
    "verksamhet": "For the clinic",
    "teknik": "For technology",
    "juridik": "For law and security",
}
"""Who reads, and the name of the reading."""

PARTS: Final[Mapping[Reader, tuple[str, ...]]] = {
    "beslut": ("gives", "then_and_now"),
    "verksamhet": ("journey",),
    "teknik": ("contracts", "ask_inera"),
    "juridik": ("gates",),
}
"""The parts with a form of their own, and in whose reading each stands."""


def content_words(say: Say) -> ContentWords:
    """Return the words that rendered sources need."""
    return ContentWords(
        sources_heading=say("Sources"),
        source_mark=say("Source {number}"),
        back_link=say("Back to the text, source {number}, place {use}"),
        source_language="sv",
    )


class LevelReading:
    """Writes one level in one language; one instance a page, because it numbers the sources as they are met."""

    def __init__(
        self, content: LevelContent, catalogue: Catalogue, language: Language, sources: Mapping[str, Source]
    ) -> None:
        """Hold the level and the words around it."""
        self._content = content
        self._catalogue = catalogue
        self._language: Language = language
        self._sources = sources
        self._notes = Footnotes(content_words(self._say))

    def overview(self) -> str:
        """Return the level in short: what it is, a visit, what it gives, what it takes; and the ways on."""
        return self._page(
            "".join(f"<p>{self._line(text)}</p>" for text in self._content.summary),
            (self._part(name) for name in ("journey", "gives", "gates", "contracts", "then_and_now", "ask_inera")),
        )

    def reading(self, reader: Reader) -> str:
        """Return the level for one reader: the opening, the parts and the sections meant for that reader."""
        sections = (section for section in self._content.sections if reader in section.readers)
        opening = f"<p>{self._line(self._content.openings[reader])}</p>"
        return self._page(
            opening,
            (
                *(self._part(name) for name in PARTS[reader]),
                *(self._section(section.id, section.heading, section.body) for section in sections),
            ),
            reader,
        )

    def whole(self) -> str:
        """Return everything about the level, for printing and for reading without scripts."""
        lead = "".join(f"<p>{self._line(text)}</p>" for text in self._content.summary)
        return self._page(
            lead,
            (
                *(self._part(name) for name in ("journey", "gives", "gates", "contracts", "then_and_now")),
                *(self._section(section.id, section.heading, section.body) for section in self._content.sections),
                self._part("ask_inera"),
            ),
            links=False,
        )

    def _page(self, lead: str, parts: Iterable[str], reader: Reader | None = None, *, links: bool = True) -> str:
        content = self._content
        head = (
            f"<p class='hub-terms'>{escape(self._say('In the 2020 report:'))} <em lang='sv'>{escape(content.term_2020)}</em>. "
            f"{escape(self._say('Among staff:'))} <em>{escape(content.staff_term)}</em>.</p>"
            f"<h1>{escape(content.name)}{f': {escape(self._lower(READERS[reader]))}' if reader else ''}</h1>"
            f"{self._readers(reader) if links else ''}<div class='hub-lead'>{lead}</div>"
        )
        return "\n".join((head, *parts, self._notes.html()))

    def _readers(self, reader: Reader | None) -> str:
        """Return the links between the readings."""
        level = self._content.id.value
        ways: list[tuple[str, str, bool]] = [(self._say("In short"), address("/nivaer", niva=level), reader is None)]
        ways += [
            (self._say(name), address("/nivaer", niva=level, lasare=id_), reader == id_)
            for id_, name in READERS.items()
        ]
        items = "".join(
            f"<li><a href='{target}'{' aria-current=page' if here else ''}>{escape(name)}</a></li>"
            for name, target, here in ways
        )
        return (
            f"<nav class='hub-tabs' aria-label='{escape(self._say('Readings of this level'))}'><ul>{items}</ul></nav>"
        )

    def _part(self, name: str) -> str:
        return {
            "journey": self._journey,
            "gives": self._gives,
            "gates": self._gates,
            "contracts": self._contracts,
            "then_and_now": self._then_and_now,
            "ask_inera": self._ask_inera,
        }[name]()

    def _say(self, english: str) -> str:
        return self._catalogue.text(self._language, english)

    def _lower(self, english: str) -> str:
        text = self._say(english)
        return text[0].lower() + text[1:]

    def _line(self, text: str) -> str:
        return render_inline(text, self._sources, self._notes)

    def _listed(self, texts: tuple[str, ...]) -> str:
        return "<ul>" + "".join(f"<li>{self._line(text)}</li>" for text in texts) + "</ul>"

    def _section(self, id_: str, heading: str, body: str) -> str:
        html = render_content(body, self._sources, words=content_words(self._say), numbering=self._notes)
        return f"<section><h2 id='{escape(id_)}'>{escape(heading)}</h2>{html}</section>"

    def _journey(self) -> str:
        content = self._content
        steps = [drawing.JourneyStep(step.actor, step.short, step.manual) for step in content.journey]
        used = {step.actor for step in content.journey}
        lanes = [(actor, self._say(name)) for actor, name in ACTORS.items() if actor in used]
        label = self._say("A visit by way of {level}, drawn; the list below says the same").format(level=content.name)
        wide, narrow = (
            drawing.journey(
                label,
                lanes,
                steps,
                manual_word=self._say("By hand"),
                automatic_word=self._say("Automatic"),
                narrow=narrow,
            ).svg
            for narrow in (False, True)
        )
        by_hand = escape(self._say("by hand"))
        items = "".join(
            f"<li><strong>{escape(self._say(ACTORS[step.actor]))}{f' ({by_hand})' if step.manual else ''}:</strong> "
            f"{self._line(step.text)}</li>"
            for step in content.journey
        )
        return (
            f"<h2 id='resan'>{escape(self._say('A visit, step by step'))}</h2>"
            f"{figure(wide, narrow)}<ol class='hub-steps'>{items}</ol>"
        )

    def _gives(self) -> str:
        gives, gives_not = self._listed(self._content.gives), self._listed(self._content.gives_not)
        return (
            f"<div class='hub-two'><section><h2>{escape(self._say('What it gives'))}</h2>{gives}</section>"
            f"<section><h2>{escape(self._say('What it does not give'))}</h2>{gives_not}</section></div>"
        )

    def _gates(self) -> str:
        return f"<h2 id='villkor'>{escape(self._say('What must be in place'))}</h2>{self._listed(self._content.gates)}"

    def _contracts(self) -> str:
        states = {"current": self._say("In use"), "history": self._say("History, do not ask for")}
        rows = "".join(
            f"<tr><th scope='row'><code>{escape(contract.name)}</code></th>"
            f"<td>{escape(states[contract.kind])}</td><td>{self._line(contract.note)}</td></tr>"
            for contract in self._content.contracts
        )
        return (
            f"<h2 id='kontrakt'>{escape(self._say('Contracts and standards'))}</h2>"
            f"<div class='table-scroll'><table class='hub-stack'><thead><tr><th scope='col'>{escape(self._say('Name'))}</th>"
            f"<th scope='col'>{escape(self._say('State'))}</th><th scope='col'>{escape(self._say('What it is for'))}</th>"
            f"</tr></thead><tbody>{rows}</tbody></table></div>"
        )

    def _then_and_now(self) -> str:
        pairs = "".join(
            f"<div class='hub-pair'><h3>{escape(pair.topic)}</h3><dl>"
            f"<dt>{escape(self._say('2020 report'))}</dt><dd>{self._line(pair.then)}</dd>"
            f"<dt>{escape(self._say('Known since'))} ({escape(_seen(self._say, pair.seen))})</dt>"
            f"<dd>{self._line(pair.now)}</dd></dl></div>"
            for pair in self._content.then_and_now
        )
        return f"<h2 id='da-och-nu'>{escape(self._say('2020 and today'))}</h2>{pairs}"

    def _ask_inera(self) -> str:
        return f"<h2 id='fraga-inera'>{escape(self._say('Ask Inera'))}</h2>{self._listed(self._content.ask_inera)}"


def national_html(
    content: NationalContent, catalogue: Catalogue, language: Language, sources: Mapping[str, Source]
) -> str:
    """Return the branch of national services as one section."""

    def say(english: str) -> str:
        return catalogue.text(language, english)

    notes = Footnotes(content_words(say), prefix="national")
    summary = " ".join(render_inline(text, sources, notes) for text in content.summary)
    services = "".join(
        f"<li><strong>{escape(service.name)}</strong> ({escape(_seen(say, service.seen))}). "
        f"{render_inline(service.what, sources, notes)}</li>"
        for service in content.services
    )
    check = render_inline(content.check, sources, notes)
    asks = "".join(f"<li>{escape(text)}</li>" for text in content.ask_inera)
    return (
        f"<h1>{escape(content.name)}</h1><p class='hub-lead'>{summary}</p><ul>{services}</ul>"
        f"<p class='hub-check'>{check}</p>"
        f"<h2>{escape(say('Ask Inera'))}</h2><ul>{asks}</ul>{notes.html()}"
    )


def _seen(say: Say, seen: str) -> str:
    return say("no date given") if seen == "n.d." else seen

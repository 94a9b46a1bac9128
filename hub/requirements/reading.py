"""The requirement list as HTML: the choices as a form, what leaving a part out means, and the list itself. Pure."""

from collections.abc import Mapping, Sequence
from html import escape
from types import MappingProxyType
from urllib.parse import urlencode

from hub.language import Catalogue, Language
from hub.markdown import ContentWords, Footnotes, Source, render_inline
from hub.requirements.content import RequirementContent
from hub.requirements.rules import LAYERS, WEIGHTS, Line, Wish, address_of, left_out, lines


class RequirementReading:
    """Writes the list in one language."""

    def __init__(
        self,
        content: RequirementContent,
        layer_names: Mapping[str, str],
        sources: Mapping[str, Source],
        catalogue: Catalogue,
        language: Language,
        source_words: ContentWords,
    ) -> None:
        """Hold the list and what it is written with."""
        self._content = content
        self._words = content.words[language]
        self._layer_names = layer_names
        self._sources = sources
        self._catalogue = catalogue
        self._language: Language = language
        self._source_words = source_words

    def page(self, wish: Wish, beside: Mapping[str, str] = MappingProxyType({})) -> str:
        """Return the choices and the list for a wish.

        Args:
            wish: what is chosen.
            beside: HTML to stand last in a requirement, by its id.
        """
        notes = Footnotes(self._source_words)
        chosen = lines(self._content.requirements, wish)
        return "\n".join(
            (
                self._form(wish),
                self._left_out(wish, notes),
                self._count(chosen),
                self._exports(wish),
                self._list(chosen, wish, notes, beside),
                f"<details><summary>{escape(self._say('Sources'))}</summary>{notes.html()}</details>",
            )
        )

    def rows(self, wish: Wish) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
        """Return the list as columns and rows for export; the last columns are for the vendor to fill in."""
        say = self._say
        columns = (
            "Id",
            say("Part"),
            say("Requirement"),
            say("Weight"),
            say("Ground"),
            say("Source"),
            say("Answers for it"),
            say("Verified by"),
            say("How it is checked"),
            say("The vendor's answer"),
            say("The vendor's comment"),
        )
        rows = [
            (
                line.requirement.id,
                self._words.parts[line.requirement.part].name,
                self._words.requirements[line.requirement.id].text,
                self._words.weights[line.weight],
                self._words.kinds[line.requirement.kind],
                "; ".join(self._source(id_) for id_ in line.requirement.sources),
                self._words.answers[line.requirement.answers],
                self._words.verified[line.requirement.verified],
                self._words.requirements[line.requirement.id].verify,
                "",
                "",
            )
            for line in lines(self._content.requirements, wish)
        ]
        return columns, rows

    def _say(self, english: str) -> str:
        return self._catalogue.text(self._language, english)

    def _line(self, text: str, notes: Footnotes) -> str:
        return render_inline(text, self._sources, notes)

    def _source(self, id_: str) -> str:
        source = self._sources[id_]
        return f"{source.title}, {source.publisher}, {source.seen}"

    def _form(self, wish: Wish) -> str:
        layers = "".join(
            self._box("lager", layer, self._layer_names[layer], checked=layer in wish.layers) for layer in LAYERS
        )
        without = "".join(
            self._box("utan", part, self._words.parts[part].name, checked=part in wish.without)
            for part in sorted(
                self._content.parts, key=lambda one: (one != "waiting-room", self._content.parts.index(one))
            )
        )
        parts = "".join(
            self._box("del", part, self._words.parts[part].name, checked=part in wish.parts)
            for part in self._content.parts
        )
        used = {one.answers for one in self._content.requirements}
        roles = "".join(
            f"<option value='{escape(role)}'{' selected' if role == wish.role else ''}>{escape(name)}</option>"
            for role, name in self._words.answers.items()
            if role in used
        )
        kept = "".join(
            f"<input type='hidden' name='vikt' value='{escape(id_)}.{weight}'>" for id_, weight in wish.weights.items()
        )
        return (
            f"<form method='get' action='/krav' class='hub-filter' aria-label='{escape(self._say('Choose requirements'))}'>"
            f"<fieldset><legend>{escape(self._say('Layers you will have'))}</legend>{layers}</fieldset>"
            f"<fieldset><legend>{escape(self._say('Leave out'))}</legend>{without}</fieldset>"
            f"<details{' open' if wish.parts or wish.role else ''}><summary>{escape(self._say('Show only a part or a role'))}</summary>"
            f"<fieldset><legend>{escape(self._say('Parts'))}</legend>{parts}</fieldset>"
            f"<label for='roll'>{escape(self._say('Answers for it'))}</label> "
            f"<select id='roll' name='roll'><option value=''>{escape(self._say('Everyone'))}</option>{roles}</select></details>{kept}"
            f"<div class='hub-actions'><button class='hub-button' type='submit'>{escape(self._say('Update the list'))}</button>"
            f"<a class='hub-link' href='/krav'>{escape(self._say('Show all requirements'))}</a></div></form>"
        )

    def _box(self, name: str, value: str, label: str, *, checked: bool) -> str:
        id_ = f"{name}-{value}"
        return (
            f"<div class='hub-box'><input type='checkbox' id='{escape(id_)}' name='{name}' value='{escape(value)}'"
            f"{' checked' if checked else ''}><label for='{escape(id_)}'>{escape(label)}</label></div>"
        )

    def _left_out(self, wish: Wish, notes: Footnotes) -> str:
        counts = left_out(self._content.requirements, wish)
        if not counts:
            return ""
        blocks = "".join(
            f"<div class='hub-pair'><h3>{escape(self._words.parts[part].name)}: "
            f"{escape(self._say('{count} requirements go').format(count=count))}</h3><dl>"
            f"<dt>{escape(self._say('What goes'))}</dt><dd>{self._line(self._words.parts[part].without.goes, notes)}</dd>"
            f"<dt>{escape(self._say('What it simplifies'))}</dt><dd>{self._line(self._words.parts[part].without.simplifies, notes)}</dd>"
            f"<dt>{escape(self._say('What it costs the resident'))}</dt><dd>{self._line(self._words.parts[part].without.costs, notes)}</dd></dl></div>"
            for part, count in counts.items()
        )
        return f"<section aria-label='{escape(self._say('Left out'))}'><h2>{escape(self._say('What you leave out'))}</h2>{blocks}</section>"

    def _count(self, chosen: Sequence[Line]) -> str:
        must = sum(1 for line in chosen if line.weight == "must")
        scored = sum(1 for line in chosen if line.weight == "scored")
        text = self._say("{all} requirements: {must} must, {scored} scored, {information} information").format(
            all=len(chosen), must=must, scored=scored, information=len(chosen) - must - scored
        )
        return f"<h2 id='lista'>{escape(text)}</h2>"

    def _exports(self, wish: Wish) -> str:
        query = escape(urlencode([*address_of(wish), ("lang", self._language)]))
        return (
            f"<p>{escape(self._say('The weights are a proposal. Change them in the list; they stay in the address and go with the file.'))}</p>"
            f"<div class='hub-actions'><a class='hub-button' href='/api/krav.docx?{query}' download>{escape(self._say('Get as Word'))}</a>"
            f"<a class='hub-button quiet' href='/api/krav.xlsx?{query}' download>{escape(self._say('Get as Excel'))}</a></div>"
        )

    def _list(self, chosen: Sequence[Line], wish: Wish, notes: Footnotes, beside: Mapping[str, str]) -> str:
        if not chosen:
            return f"<p>{escape(self._say('No requirement fits these choices. Untick something above.'))}</p>"
        hidden = "".join(
            f"<input type='hidden' name='{name}' value='{escape(value)}'>"
            for name, value in address_of(wish)
            if name != "vikt"
        )
        sections = []
        for part in self._content.parts:
            of_part = [line for line in chosen if line.requirement.part == part]
            if of_part:
                items = "".join(self._item(line, notes, beside.get(line.requirement.id, "")) for line in of_part)
                words = self._words.parts[part]
                sections.append(
                    f"<h3 id='del-{escape(part)}-rubrik'>{escape(words.name)}</h3><p>{self._line(words.about, notes)}</p>"
                    f"<ol class='hub-requirements'>{items}</ol>"
                )
        return (
            f"<form method='get' action='/krav' data-submits-on-change aria-label='{escape(self._say('Weights'))}'>{hidden}"
            f"{''.join(sections)}<noscript><button>{escape(self._say('Update the list'))}</button></noscript></form>"
        )

    def _item(self, line: Line, notes: Footnotes, beside: str) -> str:
        one = line.requirement
        words = self._words.requirements[one.id]
        marks = "".join(notes.mark(self._sources[id_]) for id_ in one.sources)
        options = "".join(
            # The proposed weight needs no place in the address.
            f"<option value='{'' if weight == one.weight else f'{escape(one.id)}.{weight}'}'{' selected' if weight == line.weight else ''}>"
            f"{escape(self._words.weights[weight])}</option>"
            for weight in WEIGHTS
        )
        layers = ", ".join(self._layer_names[layer] for layer in LAYERS if layer in one.layers) or self._say(
            "all layers"
        )
        changed = f"<span class='hub-muted'> {escape(self._say('Changed by you'))}</span>" if line.changed else ""
        note = f" {self._line(words.note, notes)}" if words.note else ""
        return (
            f"<li id='krav-{escape(one.id)}'><p class='hub-requirement'>{escape(words.text)}{marks}</p>"
            f"<p class='hub-muted'><span class='hub-print'>{escape(self._words.weights[line.weight])}. </span>{escape(self._words.kinds[one.kind])}. {escape(self._say('Answers for it'))}: "
            f"{escape(self._words.answers[one.answers])}. {escape(self._say('Verified by'))}: "
            f"{escape(self._words.verified[one.verified])}. {escape(words.verify)} {escape(self._say('Concerns'))}: {escape(layers)}.{note}</p>"
            f"<label class='hub-unseen' for='vikt-{escape(one.id)}'>{escape(self._say('Weight of this requirement'))}</label>"
            f"<select id='vikt-{escape(one.id)}' name='vikt'>{options}</select>"
            f"{changed}{f' {beside}' if beside else ''}</li>"
        )

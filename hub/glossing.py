"""Marks the field's words in a text, so that each opens its meaning by touch or keyboard."""

import re
from collections.abc import Sequence
from html import escape
from html.parser import HTMLParser
from typing import Final

from hub.levels.content import Term

_OPEN_TO_WORDS: Final = frozenset({"p", "li", "dd", "td"})
"""Only running text is marked; headings, links, code and buttons stay as they are."""
_CLOSED: Final = frozenset(
    {"a", "button", "code", "h1", "h2", "h3", "h4", "svg", "summary", "sup", "th", "label", "option"}
)
_VOID: Final = frozenset({"br", "hr", "img", "input", "wbr"})
MOST_MARKED: Final = 12
"""Terms marked on a page; more would make the text restless."""


class Glossing:
    """Marks the terms of one language."""

    def __init__(self, terms: Sequence[Term], explain: str) -> None:
        """Prepare the terms.

        Args:
            terms: the glossary.
            explain: the accessible name of a marked word, with ``{term}`` in it.
        """
        self._explain = explain
        self._by_form = {form.lower(): term for term in terms for form in (term.term, *term.forms)}
        forms = sorted(self._by_form, key=len, reverse=True)
        self._pattern = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, forms))})(?![\w-])", re.IGNORECASE)

    def mark(self, html: str) -> str:
        """Return the HTML with the first place of each term as a button, and the meanings at the end."""
        marker = _Marker(self)
        marker.feed(html)
        marker.close()
        meanings = "".join(
            f"<div popover id='ord-{escape(term.id)}' class='hub-meaning'><p><strong>{escape(term.term)}</strong></p>"
            f"<p>{escape(term.meaning)}</p></div>"
            for term in marker.used.values()
        )
        return "".join(marker.out) + meanings

    def find(self, text: str) -> "re.Match[str] | None":
        """Return the next term in a text."""
        return self._pattern.search(text)

    def term(self, form: str) -> Term:
        """Return the term behind a form."""
        return self._by_form[form.lower()]

    def button(self, term: Term, shown: str) -> str:
        """Return a marked word."""
        return (
            f"<button type='button' class='hub-term' popovertarget='ord-{escape(term.id)}' "
            f"title='{escape(self._explain.format(term=term.term))}'>{escape(shown)}</button>"
        )


class _Marker(HTMLParser):
    def __init__(self, glossing: Glossing) -> None:
        super().__init__(convert_charrefs=False)
        self._glossing = glossing
        self._stack: list[str] = []
        self.out: list[str] = []
        self.used: dict[str, Term] = {}

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        if tag not in _VOID:
            self._stack.append(tag)
        self.out.append(self.get_starttag_text() or "")

    def handle_startendtag(self, _tag: str, _attrs: object) -> None:
        self.out.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        while self._stack and self._stack.pop() != tag:
            pass
        self.out.append(f"</{tag}>")

    def handle_entityref(self, name: str) -> None:
        self.out.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.out.append(f"&#{name};")

    def handle_data(self, data: str) -> None:
        if not _OPEN_TO_WORDS & set(self._stack) or _CLOSED & set(self._stack):
            self.out.append(data)
            return
        rest = data
        while len(self.used) < MOST_MARKED and (match := self._glossing.find(rest)):
            term = self._glossing.term(match[0])
            self.out.append(rest[: match.start()])
            if term.id in self.used:
                self.out.append(match[0])
            else:
                self.used[term.id] = term
                self.out.append(self._glossing.button(term, match[0]))
            rest = rest[match.end() :]
        self.out.append(rest)

"""Turn Markdown into clean HTML, our own content and people's text each by its own rules.

The only module that knows the Markdown parser and the HTML cleaner. Both ways end in an explicit
allow-list, so a fault in the parser never reaches a page as a script.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Any, Final

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from mdit_py_plugins.anchors import anchors_plugin
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.footnote.index import footnote_ref
from mdit_py_plugins.tasklists import tasklists_plugin

MAX_PEOPLE_CHARACTERS: Final = 20_000

_NUMBERING: Final = "numbering"
_SOURCES: Final = "sources"
_CONTAINERS: Final = ("note", "warning")
_ALIGNMENTS: Final = ("left", "center", "right")
_DEEPEST: Final = 40
_MOST_BRACKETS: Final = 2_000
_MOST_CELLS: Final = 2_000
_PATH: Final = re.compile(r"[/?#\\]")
_PLAIN_HOST: Final = re.compile(r"[A-Za-z0-9åäöéüæøÅÄÖÉÜÆØ.:@_-]*")
_HOST: Final = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}")
_PEOPLE_LINK: Final = re.compile(r"(?:https?://[^\s/]|mailto:[^\s])", re.IGNORECASE)


class UnknownSource(LookupError):
    """Tell that a text refers to a source that is not in the register."""

    def __init__(self, source_id: str) -> None:
        super().__init__(source_id)
        self.source_id = source_id


@dataclass(frozen=True, slots=True)
class Source:
    """Describe one source that texts may refer to; `seen` and `confidence` are words ready to show."""

    id: str
    title: str
    publisher: str
    url: str
    seen: str
    confidence: str


@dataclass(frozen=True, slots=True)
class ContentWords:
    """Carry the words that rendering adds to a text, in the language of the page.

    `source_mark` may hold {number}; `back_link` may hold {number} and {use}; `source_line` may hold
    {title} (which becomes the link), {publisher}, {seen} and {confidence}.
    """

    sources_heading: str
    source_mark: str
    back_link: str
    source_line: str = "{title}. {publisher}. {seen}."
    source_language: str = ""
    """What titles and publishers are written in, so that they are said right on a page in another language."""


class Footnotes:
    """Number the sources of one page in order of first use, over however many texts it has.

    Render every text first and call `html` last, for only then is each use known. Two numberings on
    one page need different prefixes. Ids hold an underscore, which no heading's id does.
    """

    def __init__(self, words: ContentWords, prefix: str = "source") -> None:
        self._words = words
        self._prefix = prefix
        self._sources: dict[str, Source] = {}
        self._uses: dict[str, int] = {}

    @property
    def sources(self) -> tuple[Source, ...]:
        """Give the sources used so far, the first used first."""
        return tuple(self._sources.values())

    def mark(self, source: Source) -> str:
        """Note one use of a source and give the superscript link to its line in the list."""
        self._sources.setdefault(source.id, source)
        use = self._uses[source.id] = self._uses.get(source.id, 0) + 1
        number = list(self._sources).index(source.id) + 1
        name = escape(self._words.source_mark.format(number=number))
        return (
            f'<sup class="source-mark"><a href="#{self._line_id(number)}" id="{self._use_id(number, use)}"'
            f' role="doc-noteref" aria-label="{name}">{number}</a></sup>'
        )

    def html(self) -> str:
        """Render the numbered list of the sources used so far, or nothing when there are none."""
        if not self._sources:
            return ""
        heading_id = f"{self._prefix}_list"
        lines = "\n".join(self._line(number, source) for number, source in enumerate(self._sources.values(), 1))
        return _CONTENT_CLEANER.clean(
            f'<section class="sources" role="doc-endnotes" aria-labelledby="{heading_id}">\n'
            f'<h2 id="{heading_id}">{escape(self._words.sources_heading)}</h2>\n<ol>\n{lines}\n</ol>\n</section>\n'
        )

    def _line(self, number: int, source: Source) -> str:
        title, publisher = escape(source.title), escape(source.publisher)
        if self._words.source_language:
            title, publisher = (
                f'<span lang="{self._words.source_language}">{text}</span>' for text in (title, publisher)
            )
        line = escape(self._words.source_line).format(
            title=f'<a href="{escape(source.url)}">{title}</a>' if source.url else title,
            publisher=publisher,
            seen=escape(source.seen),
            confidence=escape(source.confidence),
        )
        uses = self._uses[source.id]
        back = " ".join(self._back_link(number, use, alone=uses == 1) for use in range(1, uses + 1))
        return f'<li id="{self._line_id(number)}">{line} {back}</li>'

    def _back_link(self, number: int, use: int, *, alone: bool) -> str:
        name = escape(self._words.back_link.format(number=number, use=use))
        # U+FE0E keeps the arrow a letter where a phone would make it a coloured picture.
        sign = "\u21a9\ufe0e" if alone else f"\u21a9\ufe0e{use}"
        href = self._use_id(number, use)
        return f'<a href="#{href}" class="source-back" role="doc-backlink" aria-label="{name}">{sign}</a>'

    def _line_id(self, number: int) -> str:
        return f"{self._prefix}_{number}"

    def _use_id(self, number: int, use: int) -> str:
        return f"{self._prefix}_{number}_{use}"


def render_content(
    text: str,
    sources: Mapping[str, Source] | None = None,
    *,
    words: ContentWords,
    numbering: Footnotes | None = None,
) -> str:
    """Render our own Markdown, with the list of its sources at the end.

    Given a `numbering`, marks continue on it and the list is left for the page to place. Raises
    UnknownSource when a mark names a source that `sources` lacks.
    """
    notes = Footnotes(words) if numbering is None else numbering
    body = _CONTENT_CLEANER.clean(_CONTENT.render(text, {_NUMBERING: notes, _SOURCES: sources or {}}))
    return body if numbering is not None else body + notes.html()


def render_inline(text: str, sources: Mapping[str, Source], numbering: Footnotes) -> str:
    """Render one line of our own Markdown without a surrounding block, its marks on the page's numbering."""
    return _CONTENT_CLEANER.clean(_CONTENT.renderInline(text, {_NUMBERING: numbering, _SOURCES: sources}))


def render_people(text: str) -> str:
    """Render text that people wrote, trusting nothing in it.

    Headings become bold paragraphs so that nobody can disturb the page's outline, pictures become
    their alternative text, and a line break is kept as typed. Raises ValueError for text longer
    than MAX_PEOPLE_CHARACTERS.
    """
    if len(text) > MAX_PEOPLE_CHARACTERS:
        raise ValueError(f"text has {len(text)} characters, at most {MAX_PEOPLE_CHARACTERS} are rendered")
    return _PEOPLE_CLEANER.clean(_PEOPLE.render(_readable(text)))


def plain(text: str) -> str:
    """Give the words of a Markdown text alone, without markup and source marks.

    Paragraphs are parted by an empty line, list items and table rows by a line break.
    """
    return _plain_of(_CONTENT.parse(text, {}))


def plain_people(text: str) -> str:
    """Give the words of a text that people wrote alone, as they are read where it is shown; of any length."""
    # Most people write plain prose, and there are many texts to show when something is searched for.
    return _plain_of(_PEOPLE.parse(_readable(text), {})) if _MARKUP.search(text) else _encodable(text)


_MARKUP: Final = re.compile(r"[\\`*_\[\]<>&~|#]|^ *(?:[-+=]|\d+[.)]|\t| {3})", re.MULTILINE)
"""Whatever may mean something in Markdown; an address stands in the text as it is."""


def pieces_of_people(text: str) -> tuple[str, ...]:
    """Give the words of each paragraph, heading, cell and piece of code of a text that people wrote, as they are read."""
    return tuple(
        _lines_of(token.children or []) if token.type == "inline" else token.content
        for token in _PEOPLE.parse(_readable(text), {})
        if token.content
    )


def _lines_of(tokens: Sequence[Token]) -> str:
    breaks = {"softbreak": "\n", "hardbreak": "\n"}
    return "".join(
        _lines_of(token.children or []) if token.type == "image" else breaks.get(token.type, token.content)
        for token in tokens
    )


def _plain_of(tokens: Sequence[Token]) -> str:
    parts: list[str] = []
    gap, first_in_block, first_in_row = "\n\n", False, False
    for token in tokens:
        if token.type in {"bullet_list_open", "ordered_list_open", "table_open"}:
            first_in_block = token.level == 0
        elif token.type == "tr_open":
            first_in_row = True
        elif token.type == "paragraph_open":
            # A tight list hides the paragraphs of its items.
            gap = "\n" if token.hidden and not first_in_block else "\n\n"
        elif token.type in {"th_open", "td_open"}:
            gap = " " if not first_in_row else "\n\n" if first_in_block else "\n"
            first_in_row = False
        words = _words_of(token)
        if words:
            parts.append(gap + words)
            gap, first_in_block = "\n\n", False
    return "".join(parts).strip()


def heading_id(title: str) -> str:
    """Make the id of a heading out of its words, in lower-case a-z, digits and hyphens.

    The same words always give the same id, so links into a page last; å, ä and ö become a, a and o.
    """
    letters = unicodedata.normalize("NFKD", title.lower().translate(_UNDIVIDED_LETTERS))
    ascii_letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "-", ascii_letters).strip("-") or "part"


# Letters of the neighbouring languages that Unicode does not take apart into a letter and a mark.
_UNDIVIDED_LETTERS: Final = str.maketrans({"æ": "ae", "ø": "o", "ß": "ss", "ð": "d", "þ": "th", "ł": "l"})


def _readable(text: str) -> str:
    """Make people's text fit to parse: looking for a link's end grows with how many begin, so a heap of them is no links."""
    found = _encodable(text)
    return found if found.count("[") <= _MOST_BRACKETS else found.replace("[", "&#91;")


def _encodable(text: str) -> str:
    # Half a surrogate pair can come in through JSON; neither the parser nor the cleaner can encode it.
    return text.encode("utf-8", "replace").decode("utf-8")


def _words_of(token: Token) -> str:
    if token.type == "inline":
        return re.sub(r"\s+", " ", _inline_words(token.children or [])).strip()
    if token.type in {"fence", "code_block"}:
        return token.content.strip("\n")
    if token.type.startswith("container_") and token.nesting == 1:
        return _container_title(token.info)
    return ""


def _inline_words(tokens: Sequence[Token]) -> str:
    words: list[str] = []
    for token in tokens:
        if token.type in {"text", "code_inline"}:
            words.append(token.content)
        elif token.type in {"softbreak", "hardbreak"}:
            words.append(" ")
        elif token.type == "image":
            words.append(_inline_words(token.children or []))
        elif token.type == "footnote_ref" and words:
            # "word [^a]." shall not leave a space before the full stop.
            words[-1] = words[-1].rstrip()
    return "".join(words)


def _container_title(info: str) -> str:
    return info.strip().partition(" ")[2].strip()


def _render_mark(
    _self: RendererHTML, tokens: Sequence[Token], idx: int, _options: OptionsDict, env: MutableMapping[str, Any]
) -> str:
    source_id = tokens[idx].meta["label"]
    source = env[_SOURCES].get(source_id)
    if source is None:
        raise UnknownSource(source_id)
    numbering: Footnotes = env[_NUMBERING]
    return numbering.mark(source)


def _render_container(
    _self: RendererHTML, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: MutableMapping[str, Any]
) -> str:
    token = tokens[idx]
    if token.nesting == -1:
        return "</div>\n"
    kind = token.type.removeprefix("container_").removesuffix("_open")
    title = _container_title(token.info)
    head = f'<p class="{kind}-title"><strong>{escape(title)}</strong></p>\n' if title else ""
    return f'<div class="{kind}" role="note">\n{head}'


def _render_table_open(_self: RendererHTML, *_args: object) -> str:
    return '<div class="table-scroll">\n<table>\n'


def _render_table_close(_self: RendererHTML, *_args: object) -> str:
    return "</table>\n</div>\n"


def _render_bold_open(_self: RendererHTML, *_args: object) -> str:
    return "<p><strong>"


def _render_bold_close(_self: RendererHTML, *_args: object) -> str:
    return "</strong></p>\n"


def _render_alt_text(
    self: RendererHTML, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]
) -> str:
    return escape(self.renderInlineAsText(tokens[idx].children, options, env))


def _class_for_alignment(state: StateCore) -> None:
    # The parser aligns cells by a style attribute, which the content security policy forbids.
    for token in state.tokens:
        if token.type not in {"th_open", "td_open"}:
            continue
        if token.type == "th_open":
            token.attrSet("scope", "col")
        alignment = str(token.attrs.pop("style", "")).removeprefix("text-align:")
        if alignment in _ALIGNMENTS:
            token.attrSet("class", f"align-{alignment}")


class _PeopleMarkdown(MarkdownIt):
    """Parse people's text, making links only of absolute web and mail addresses."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the parser's name
        # What stands before an @ looks like a host, and is none.
        return _PEOPLE_LINK.match(url) is not None and (url[:7].lower() == "mailto:" or "@" not in _authority(url))

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 - the parser's name
        # Letters of other alphabets look like ours, so a host written in them is shown as the network knows it.
        shown = super().normalizeLinkText(link)
        return shown if _PLAIN_HOST.fullmatch(_authority(shown)) else self.normalizeLink(link)


def _authority(url: str) -> str:
    """Return what an address has between its slashes and the path: the host, with whatever stands around it."""
    return _PATH.split(url.partition("://")[2] if "://" in url else url.partition(":")[2], maxsplit=1)[0]


def _bounded_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - as the parser calls it
    """Take a table for one unless it is so large that a short text makes a long page: missing cells are filled in."""
    if not table(state, start, end, True):
        return False
    columns = state.src[state.bMarks[start] : state.eMarks[start]].count("|") + 1
    last = start
    while last < end and not state.isEmpty(last):
        last += 1
        if columns * (last - start) > _MOST_CELLS:
            return False
    return silent or table(state, start, end, False)


def _tell_host(state: StateCore) -> None:
    """Set the host after a link whose words name another one."""
    for token in state.tokens:
        if token.type == "inline" and token.children:
            token.children = list(_with_hosts(token.children))


def _with_hosts(tokens: Sequence[Token]) -> Iterator[Token]:
    href, words = "", ""
    for token in tokens:
        yield token
        if token.type == "link_open":
            # What the parser makes of an address as it stands says where it leads.
            href, words = ("" if token.markup in {"linkify", "autolink"} else str(token.attrs.get("href", ""))), ""
        elif token.type == "link_close" and href:
            host = _authority(href).rpartition("@")[2]
            named = {found.lower() for found in _HOST.findall(words)}
            if named - {host.lower(), host.lower().removeprefix("www."), f"www.{host.lower()}"}:
                yield Token("text", "", 0, content=f" ({host})", level=token.level)
            href = ""
        elif href:
            words += _inline_words([token])


def _content_parser() -> MarkdownIt:
    parser = MarkdownIt("js-default", {"html": False})
    # Only the marks of the footnote plugin: sources are defined in the register, and a definition in the
    # text would be a second truth. Before links, or "[^id]: x" in the text would make the mark a link.
    parser.inline.ruler.before("link", "footnote_ref", partial(footnote_ref, always_match=True))
    parser.use(anchors_plugin, min_level=2, max_level=4, slug_func=heading_id)
    parser.use(tasklists_plugin, label=True)
    for name in _CONTAINERS:
        parser.use(container_plugin, name, render=_render_container)
    parser.core.ruler.push("class_for_alignment", _class_for_alignment)
    parser.add_render_rule("footnote_ref", _render_mark)
    parser.add_render_rule("table_open", _render_table_open)
    parser.add_render_rule("table_close", _render_table_close)
    return parser


def _people_parser() -> MarkdownIt:
    # Each level of nesting lets a text of nothing but brackets be read through once more.
    parser = _PeopleMarkdown("js-default", {"html": False, "linkify": True, "breaks": True, "maxNesting": _DEEPEST})
    if parser.linkify:
        # An address without a scheme is no link here, and looking for one grows with the square of the text.
        parser.linkify.add("//", None)
    parser.block.ruler.at("table", _bounded_table, {"alt": ["paragraph", "reference"]})
    parser.core.ruler.push("tell_host", _tell_host)
    parser.add_render_rule("heading_open", _render_bold_open)
    parser.add_render_rule("heading_close", _render_bold_close)
    parser.add_render_rule("image", _render_alt_text)
    return parser


# fmt: off
_PEOPLE_TAGS: Final = frozenset({
    "a", "blockquote", "br", "code", "em", "hr", "li", "ol", "p", "pre", "s", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
})
_CONTENT_TAGS: Final = _PEOPLE_TAGS | frozenset({
    "div", "h1", "h2", "h3", "h4", "h5", "h6", "img", "input", "label", "section", "span", "sup",
})
# fmt: on

_CONTENT_CLEANER: Final = nh3.Cleaner(
    tags=_CONTENT_TAGS,
    attributes={
        # Without this line the cleaner lets lang and title through everywhere.
        "*": set(),
        "a": {"href", "id", "title", "aria-label"},
        "h2": {"id"},
        "h3": {"id"},
        "h4": {"id"},
        "img": {"src", "alt", "title"},
        "li": {"id"},
        "ol": {"start"},
        "section": {"aria-labelledby"},
    },
    tag_attribute_values={
        "a": {"role": {"doc-noteref", "doc-backlink"}},
        "div": {"role": {"note"}},
        "input": {"type": {"checkbox"}, "checked": {"checked", ""}, "disabled": {"disabled", ""}},
        "section": {"role": {"doc-endnotes"}},
        "span": {"lang": {"sv", "en"}},
        "th": {"scope": {"col"}},
    },
    allowed_classes={
        "a": {"source-back"},
        "div": {*_CONTAINERS, "table-scroll"},
        "input": {"task-list-item-checkbox"},
        "li": {"task-list-item"},
        "p": {f"{name}-title" for name in _CONTAINERS},
        "section": {"sources"},
        "sup": {"source-mark"},
        "td": {f"align-{alignment}" for alignment in _ALIGNMENTS},
        "th": {f"align-{alignment}" for alignment in _ALIGNMENTS},
        "ul": {"contains-task-list"},
    },
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel=None,
)

_PEOPLE_CLEANER: Final = nh3.Cleaner(
    tags=_PEOPLE_TAGS,
    attributes={"*": set(), "a": {"href"}, "ol": {"start"}},
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
    link_rel="nofollow ugc noopener noreferrer",
)

_CONTENT: Final = _content_parser()
_PEOPLE: Final = _people_parser()

"""Search over everything the hub has written. Only this module and ``hub/search_posts.py`` know tantivy.

One index for each language, in memory, built at start. Swedish and English words are stemmed; Swedish compounds are
split by the field's own vocabulary, so that "inkorgsmeddelande" finds "meddelande i inkorgen".
"""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final, Literal

import tantivy

from hub.language import LANGUAGES, Language
from hub.origin import Strict, read_yaml

Kind = Literal["level", "requirement", "term", "article", "region", "page"]

LONGEST_QUERY: Final = 200
"""Characters; what stands after is not read."""
MOST_WORDS: Final = 12
TITLE_WEIGHT: Final = 3.0
SNIPPET_CHARACTERS: Final = 180
_WORD: Final = re.compile(r"[\w-]{3,}")
_AFTER_VOWEL: Final = ("", "s", "t", "ts", "n", "ns", "r", "rs", "na")
_AFTER_CONSONANT: Final = ("", "s", "en", "ens", "et", "ets", "er", "ers", "ar", "ars", "or", "na", "erna", "arna")
"""What a part of a Swedish compound may end in where it joins the next, or where the word ends."""
_DEFINITE: Final = re.compile(r"(?<=\w{3})(?:et|an|(?<=[iouy])[nt])$")
"""Endings that the Swedish stemmer leaves: "ramverket", "listan", "konton"."""
_STEMMER: Final[Mapping[Language, str]] = {"sv": "swedish", "en": "english"}


class SearchWords(Strict):
    """The field's words as ``content/search.yaml`` holds them."""

    fixed: tuple[str, ...]
    """Parts that never take an ending, or an irregular one written out."""
    parts: tuple[str, ...]
    synonyms: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Entry:
    """Something that can be found."""

    id: str
    kind: Kind
    title: str
    text: str
    """Plain text without markup."""
    address: str


@dataclass(frozen=True)
class Hit:
    """Something found: the entry, and a part of its text as HTML with the words searched for in ``mark``."""

    entry: Entry
    snippet: str


@dataclass(frozen=True)
class Found:
    """The answer to a search."""

    hits: tuple[Hit, ...]
    near: tuple[str, ...]
    """Words like those searched for that would find something; only when nothing was found."""


def read_search_words(content: Path) -> SearchWords:
    """Read the field's words.

    Raises:
        ContentError: the file is wrong.
    """
    return read_yaml(content / "search.yaml", SearchWords)


class Search:
    """The indexes, one for each language."""

    def __init__(self, entries: Mapping[Language, Sequence[Entry]], words: SearchWords) -> None:
        """Index the entries; a few thousand take well under a second."""
        self._indexes = {language: _Index(language, entries[language], words) for language in LANGUAGES}

    def find(self, language: Language, text: str, *, kind: Kind | None = None, limit: int = 30) -> Found:
        """Find entries that hold all the words, the best first; else near words to try.

        Args:
            language: whose texts to search.
            text: what the visitor wrote.
            kind: only entries of this kind.
            limit: at most so many hits.
        """
        return self._indexes[language].find(encodable(text[:LONGEST_QUERY]), kind, limit)


class _Index:
    def __init__(self, language: Language, entries: Sequence[Entry], words: SearchWords) -> None:
        self._language = language
        self._entries = {entry.id: entry for entry in entries}
        self._analyzer = analyzer_for(language, words)
        self._synonyms = synonyms_of(words, self._analyze)
        self._vocabulary = sorted({word.lower() for e in entries for word in _WORD.findall(f"{e.title} {e.text}")})
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw")
        builder.add_text_field("kind", tokenizer_name="raw")
        builder.add_text_field("title", tokenizer_name="words")
        builder.add_text_field("text", stored=True, tokenizer_name="words")
        self._schema = builder.build()
        self._index = tantivy.Index(self._schema)
        self._index.register_tokenizer("words", self._analyzer)
        writer = self._index.writer(heap_size=20_000_000, num_threads=1)
        for entry in entries:
            writer.add_document(
                tantivy.Document(id=[entry.id], kind=[entry.kind], title=[entry.title], text=[entry.text])
            )
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def _analyze(self, text: str) -> list[str]:
        return self._analyzer.analyze(text)

    def find(self, text: str, kind: Kind | None, limit: int) -> Found:
        tokens = list(dict.fromkeys(self._analyze(text)))[:MOST_WORDS]
        if not tokens:
            return Found((), ())
        hits = self._search(tokens, kind, limit)
        return Found(hits, () if hits else self._near(text))

    def _search(self, tokens: Sequence[str], kind: Kind | None, limit: int) -> tuple[Hit, ...]:
        must = [(tantivy.Occur.Must, self._either(token)) for token in tokens]
        if kind:
            must.append((tantivy.Occur.Must, tantivy.Query.term_query(self._schema, "kind", kind)))
        query = tantivy.Query.boolean_query(must)
        searcher = self._index.searcher()
        snippets = tantivy.SnippetGenerator.create(searcher, query, self._schema, "text")
        snippets.set_max_num_chars(SNIPPET_CHARACTERS)
        found = []
        for _score, place in searcher.search(query, limit).hits:
            document = searcher.doc(place)
            entry = self._entries[str(document.get_first("id"))]
            found.append(Hit(entry, marked(snippets.snippet_from_doc(document), entry.text)))
        return tuple(found)

    def _either(self, token: str) -> tantivy.Query:
        """Return a query for a word or anything that means the same."""
        forms = forms_of(token) if self._language == "sv" else (token,)
        ways = [self._term(form) for form in forms]
        # A synonym of several words counts only when all of them stand there.
        ways += [
            tantivy.Query.boolean_query([(tantivy.Occur.Must, self._term(word)) for word in meaning])
            for form in forms
            for meaning in self._synonyms.get(form, ())
        ]
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, way) for way in ways])

    def _term(self, token: str) -> tantivy.Query:
        in_title = tantivy.Query.boost_query(tantivy.Query.term_query(self._schema, "title", token), TITLE_WEIGHT)
        in_text = tantivy.Query.term_query(self._schema, "text", token)
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, in_title), (tantivy.Occur.Should, in_text)])

    def _near(self, text: str) -> tuple[str, ...]:
        near: dict[str, None] = {}
        for word in _WORD.findall(text.lower())[:4]:
            for candidate in difflib.get_close_matches(word, self._vocabulary, n=3, cutoff=0.72):
                near.setdefault(candidate)
        return tuple(near)[:5]


def encodable(text: str) -> str:
    """Return a text that tantivy can be handed; half a pair of surrogates, as an address may hold, it cannot."""
    return text.encode("utf-8", "replace").decode()


def analyzer_for(language: Language, words: SearchWords) -> tantivy.TextAnalyzer:
    """Return what takes a text of a language apart into stems; Swedish compounds into their parts."""
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    builder = builder.filter(tantivy.Filter.remove_long(60)).filter(tantivy.Filter.lowercase())
    if language == "sv":
        parts = sorted(
            {*words.fixed}
            | {
                p + ending
                for p in words.parts
                for ending in (_AFTER_VOWEL if p[-1] in "aeiouyåäö" else _AFTER_CONSONANT)
            }
        )
        builder = builder.filter(tantivy.Filter.split_compound(parts))
    return builder.filter(tantivy.Filter.stemmer(_STEMMER[language])).build()


def forms_of(token: str) -> tuple[str, ...]:
    """Return a stemmed Swedish word as it stands with and without the endings that the stemmer leaves."""
    stem = _DEFINITE.sub("", token)
    return (token, *({stem, *(stem + ending for ending in ("et", "an", "n", "t"))} - {token}))


def synonyms_of(words: SearchWords, analyze: Callable[[str], list[str]]) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """Return for each word that alone has a synonym, the meanings it shares, as words each."""
    meanings: dict[str, list[tuple[str, ...]]] = {}
    for group in words.synonyms:
        analysed = [tuple(analyze(phrase)) for phrase in group]
        for phrase in analysed:
            if len(phrase) == 1:
                meanings.setdefault(phrase[0], []).extend(other for other in analysed if other != phrase)
    return {word: tuple(dict.fromkeys(found)) for word, found in meanings.items()}


def beginning(text: str) -> str:
    """Return what a text begins with, as HTML."""
    return escape(text if len(text) <= SNIPPET_CHARACTERS else text[:SNIPPET_CHARACTERS].rsplit(" ", 1)[0] + " …")


def marked(snippet: tantivy.Snippet, text: str) -> str:
    """Return a snippet as HTML, the words found in ``mark``; tantivy counts in bytes of UTF-8."""
    fragment = snippet.fragment().encode()
    ranges = _merged((r.start, r.end) for r in snippet.highlighted())
    if not fragment:
        return beginning(text)
    parts, at = [], 0
    for start, end in ranges:
        parts.append(escape(fragment[at:start].decode(errors="ignore")))
        parts.append(f"<mark>{escape(fragment[start:end].decode(errors='ignore'))}</mark>")
        at = end
    parts.append(escape(fragment[at:].decode(errors="ignore")))
    return "".join(parts)


def _merged(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join ranges that touch, as the parts of a compound do."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged

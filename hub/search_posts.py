"""An index of what people have written, in memory, that can be changed while it is searched.

Nobody says in which language they write, so every text is taken apart as Swedish and as English, and a word is found by
either. The texts themselves are not kept here: whoever shows what was found reads it where it is kept, as it is now.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import tantivy

from hub.language import LANGUAGES, Language
from hub.search import (
    LONGEST_QUERY,
    MOST_WORDS,
    SNIPPET_CHARACTERS,
    TITLE_WEIGHT,
    SearchWords,
    analyzer_for,
    beginning,
    encodable,
    forms_of,
    marked,
    synonyms_of,
)

_WORD: Final = re.compile(r"[^\W_]+")
_HEAP_BYTES: Final = 40_000_000
"""What the writer gathers before it makes a part of the index of it."""
_EVERYWHERE: Final = 0.5
"""A word in so many of all texts tells them apart from nothing; it need not be there when another word does."""
_FEW: Final = 1_000
"""Among no more texts than these every word counts."""
_SHARED_WORDS: Final = 2
"""So many words two titles share that are alike; both of them, where there are no more."""
_ASKING: Final = (
    "bör", "gör", "göra", "finns", "får", "gäller", "går", "kan", "ska", "vilka", "vill", "do", "does", "how", "have", "has",
    "can", "should", "what", "when", "where", "which", "who", "why", "we", "you", "your", "our", "from", "about",
)  # fmt: skip
"""What titles begin with, whatever they are about."""


@dataclass(frozen=True)
class Written:
    """A text to be found."""

    id: str
    thread: str
    kind: str
    text: str
    """Everything it is found by."""
    title: str = ""
    """Of the thread, where this is its first text; else empty."""


@dataclass(frozen=True)
class Place:
    """Where a text that was found stands."""

    thread: str
    id: str


class PostIndex:
    """Texts and where they stand; searched by any thread, changed by one at a time."""

    def __init__(self, words: SearchWords) -> None:
        """Make an empty index.

        Args:
            words: the field's words: parts of compounds, and synonyms.
        """
        self._analyzers = {language: analyzer_for(language, words) for language in LANGUAGES}
        self._synonyms = {
            language: synonyms_of(words, analyzer.analyze) for language, analyzer in self._analyzers.items()
        }
        self._telling = _without_small_words()
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
        builder.add_text_field("thread", stored=True, tokenizer_name="raw", index_option="basic")
        builder.add_text_field("kind", tokenizer_name="raw", index_option="basic")
        for language in LANGUAGES:
            for field in ("text", "title"):
                builder.add_text_field(f"{field}_{language}", tokenizer_name=language, index_option="freq")
        self._schema = builder.build()
        self._index = tantivy.Index(self._schema)
        for language, analyzer in self._analyzers.items():
            self._index.register_tokenizer(language, analyzer)
        # By itself the reader would follow a tenth of a second behind, and be waited for.
        self._index.config_reader("manual")
        self._writer = self._index.writer(heap_size=_HEAP_BYTES, num_threads=1)

    def __len__(self) -> int:
        """Return how many texts can be found."""
        return int(self._index.searcher().num_docs)

    # --- Changing ----------------------------------------------------------------------------------------------------

    def add(self, texts: Iterable[Written]) -> None:
        """Add texts that are not there; they are found from ``commit`` on."""
        for one in texts:
            text, title = encodable(one.text), encodable(one.title)
            named = {f"title_{language}": [title] for language in LANGUAGES} if title else {}
            said = {f"text_{language}": [text] for language in LANGUAGES}
            self._writer.add_document(
                tantivy.Document(id=[one.id], thread=[one.thread], kind=[one.kind], **said, **named)
            )

    def drop(self, *, ids: Iterable[str] = (), threads: Iterable[str] = ()) -> None:
        """Take texts out, by their own ids or by their threads; they are found until ``commit``."""
        for field, values in (("id", ids), ("thread", threads)):
            for value in values:
                self._writer.delete_documents_by_term(field, value)

    def commit(self) -> None:
        """Let what was added be found, and what was taken out not."""
        self._writer.commit()
        self._index.reload()

    def rollback(self) -> None:
        """Forget what was added and taken out since the last ``commit``."""
        self._writer.rollback()

    # --- Searching ---------------------------------------------------------------------------------------------------

    def find(self, text: str, limit: int, *, kind: str = "") -> list[Place]:
        """Return where texts stand that hold all the words, the best first.

        Args:
            text: what somebody wrote to search by.
            limit: at most so many.
            kind: only texts of this kind; empty for all.
        """
        query = self._query(text)
        if query is None:
            return []
        if kind:
            only = tantivy.Query.const_score_query(tantivy.Query.term_query(self._schema, "kind", kind), 0.0)
            query = _all([query, only])
        return self._places(query, limit)

    def alike(self, title: str, limit: int) -> list[Place]:
        """Return the first texts of threads whose titles share a word with a title, the most alike first."""
        terms = [
            self._term(f"title_{language}", token)
            for language in LANGUAGES
            for token in dict.fromkeys(self._stems(language, title))
        ]
        return self._places(_any(terms), limit) if terms else []

    def are_alike(self, title: str, other: str) -> bool:
        """Tell whether two titles share enough words for one to be worth reading before the other is written."""
        for language in LANGUAGES:
            mine, theirs = set(self._stems(language, title)), set(self._stems(language, other))
            if mine & theirs and len(mine & theirs) >= min(_SHARED_WORDS, len(mine), len(theirs)):
                return True
        return False

    def _stems(self, language: Language, title: str) -> list[str]:
        """Return the stems of the words that say what a title is about."""
        words = self._telling.analyze(encodable(title[:LONGEST_QUERY]))[:MOST_WORDS]
        return [token for word in words for token in self._analyzers[language].analyze(word)]

    def marker(self, text: str) -> Callable[[str], str]:
        """Return what makes HTML of the part of a plain text that holds words searched for, those in ``mark``."""
        query = self._query(text, everything=True)
        if query is None:
            return beginning
        searcher = self._index.searcher()
        generators = []
        for language in LANGUAGES:
            one = tantivy.SnippetGenerator.create(searcher, query, self._schema, f"text_{language}")
            one.set_max_num_chars(SNIPPET_CHARACTERS)
            generators.append((f"text_{language}", one))

        def mark(plain: str) -> str:
            safe = encodable(plain)
            snippets = (one.snippet_from_doc(tantivy.Document(**{field: [safe]})) for field, one in generators)
            best = max(snippets, key=lambda snippet: len(snippet.highlighted()))
            return marked(best, safe)

        return mark

    def _places(self, query: tantivy.Query, limit: int) -> list[Place]:
        searcher = self._index.searcher()
        found = (searcher.doc(place) for _score, place in searcher.search(query, limit, count=False).hits)
        return [Place(str(one.get_first("thread")), str(one.get_first("id"))) for one in found]

    def _query(self, text: str, *, everything: bool = False) -> tantivy.Query | None:
        words = list(dict.fromkeys(_words(text[:LONGEST_QUERY])))[:MOST_WORDS]
        needed = words if everything else self._needed(words)
        if not needed:
            return None
        # A word that need not be there still lifts those texts that hold it.
        rest = [self._word(word) for word in words if word not in needed]
        must = _all([self._word(word) for word in needed])
        return (
            tantivy.Query.boolean_query([(tantivy.Occur.Must, must), *((tantivy.Occur.Should, word) for word in rest)])
            if rest
            else must
        )

    def _needed(self, words: Sequence[str]) -> Sequence[str]:
        """Leave out words that nearly every text holds; where all are such, the rarest stands for them."""
        searcher = self._index.searcher()
        if len(words) < 2 or searcher.num_docs <= _FEW:  # noqa: PLR2004 - one word is always needed
            return words
        held = {word: self._held(searcher, word) for word in words}
        rare = [word for word in words if held[word] <= _EVERYWHERE * searcher.num_docs]
        return rare or [min(words, key=held.__getitem__)]

    def _held(self, searcher: tantivy.Searcher, word: str) -> int:
        """Return how many texts hold a word as it is written, or its rarest part."""
        counts = [
            min((searcher.doc_freq(f"text_{language}", token) for token in analyzer.analyze(word)), default=0)
            for language, analyzer in self._analyzers.items()
        ]
        return max(counts)

    def _word(self, word: str) -> tantivy.Query:
        """Return a query for a word, in any of its forms or by a synonym, as either language has it."""
        ways: list[tantivy.Query] = []
        titles: list[tantivy.Query] = []
        for language, analyzer in self._analyzers.items():
            field = f"text_{language}"
            tokens = analyzer.analyze(word)
            parts = [self._either(field, language, token) for token in tokens]
            if len(parts) == 1:
                ways += parts[0]
            elif parts:
                ways.append(_all([_any(part) for part in parts]))
            if tokens:
                titles.append(
                    _all(
                        [
                            tantivy.Query.boost_query(self._term(f"title_{language}", token), TITLE_WEIGHT)
                            for token in tokens
                        ]
                    )
                )
        # What stands in the title stands in the text as well, so the titles only lift what is found.
        return _any([*ways, *titles])

    def _either(self, field: str, language: Language, token: str) -> list[tantivy.Query]:
        """Return queries for a stem in any of its forms, and for all the words of each meaning that it shares."""
        forms = forms_of(token) if language == "sv" else (token,)
        same = [
            _all([self._term(field, word) for word in meaning])
            for form in forms
            for meaning in self._synonyms[language].get(form, ())
        ]
        return [self._term(field, form) for form in forms] + same

    def _term(self, field: str, token: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, field, token)


def _without_small_words() -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase())
    for language in ("swedish", "english"):
        builder = builder.filter(tantivy.Filter.stopword(language))
    return builder.filter(tantivy.Filter.custom_stopword(list(_ASKING))).build()


def _words(text: str) -> list[str]:
    return _WORD.findall(encodable(text).lower())


def _any(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    # A flat list of terms is searched without looking at every text that holds one of them.
    return queries[0] if len(queries) == 1 else _joined(tantivy.Occur.Should, queries)


def _all(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    return queries[0] if len(queries) == 1 else _joined(tantivy.Occur.Must, queries)


def _joined(how: tantivy.Occur, queries: Sequence[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(how, query) for query in queries])

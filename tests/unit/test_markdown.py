from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.markdown import (
    MAX_PEOPLE_CHARACTERS,
    ContentWords,
    Footnotes,
    Source,
    UnknownSource,
    heading_id,
    plain,
    plain_people,
    render_content,
    render_inline,
    render_people,
)

WORDS = ContentWords(
    "Källor", "Källa {number}", "Till källa {number}, plats {use}", "{title}. {publisher}. Läst {seen}."
)
SOURCES = {
    "law": Source("law", "Lagen <om> möten", "Riksdagen", "https://example.org/lag?a=1&b=2", "2026-01-02", "hög"),
    "study": Source("study", "En studie", "Ett lärosäte", "", "2025", "låg"),
}

ALLOWED_ATTRIBUTES = {"a": {"href", "rel"}, "ol": {"start"}}
ALLOWED_TAGS = set(
    ["a", "blockquote", "br", "code", "em", "hr", "li", "ol", "p", "pre", "s", "strong"]
    + ["table", "tbody", "td", "th", "thead", "tr", "ul"]
)
ALLOWED_SCHEMES = {"http", "https", "mailto"}


class Case(NamedTuple):
    kind: str
    title: str
    given: str
    expected: str


def read_cases(path: Path) -> list[Case]:
    pattern = re.compile(r"^# (\w+): ([^\n]+)\n~~~~\n(.*?)\n~~~~\n(.*?)\n~~~~$", re.MULTILINE | re.DOTALL)
    return [Case(*match) for match in pattern.findall(path.read_text(encoding="utf-8"))]


CASES = read_cases(Path(__file__).parent / "cases" / "markdown.md")


def rendered(case: Case) -> str:
    match case.kind:
        case "content":
            return render_content(case.given, SOURCES, words=WORDS)
        case "inline":
            return render_inline(case.given, SOURCES, Footnotes(WORDS))
        case "people":
            return render_people(case.given)
        case "plain":
            return plain(case.given)
    raise AssertionError(case.kind)


class Offences(HTMLParser):
    """Collect whatever a strict reader of people's HTML should never meet."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.ids: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ALLOWED_TAGS:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if name not in ALLOWED_ATTRIBUTES.get(tag, set()):
                self.found.append(f"{tag}[{name}]")
            elif name == "href" and urlsplit(value or "").scheme.lower() not in ALLOWED_SCHEMES:
                self.found.append(f"href={value}")
            elif name == "rel" and value != "nofollow ugc noopener noreferrer":
                self.found.append(f"rel={value}")
            elif name == "start" and not (value or "").isdigit():
                self.found.append(f"start={value}")

    def handle_endtag(self, tag: str) -> None:
        if tag not in ALLOWED_TAGS:
            self.found.append(f"</{tag}>")

    def handle_comment(self, data: str) -> None:
        self.found.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.found.append(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        self.found.append(f"<?{data}>")

    def unknown_decl(self, data: str) -> None:
        self.found.append(f"<![{data}]>")


def offences(html: str) -> list[str]:
    return Offences(html).found


VECTORS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></ScRiPt>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)//",
    "<svg onload=alert(1)>",
    "<svg><script>alert&#40;1&#41;</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><a xlink:href='javascript:alert(1)'><text y=20>x</text></a></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<math><annotation-xml encoding='text/html'><script>alert(1)</script></annotation-xml></math>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<template><script>alert(1)</script></template>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<style><!--</style><img src=x onerror=alert(1)>-->",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'></xmp>",
    "<textarea><p title='</textarea><img src=x onerror=alert(1)>'></textarea>",
    "<title><img src=x onerror=alert(1)></title>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<iframe src=javascript:alert(1)>",
    "<object data='javascript:alert(1)'></object>",
    "<embed src='data:text/html,<script>alert(1)</script>'>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<a href='javascript:alert(1)'>x</a>",
    "<base href='https://evil.example/'>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<details open ontoggle=alert(1)>x</details>",
    "<p style='background:url(javascript:alert(1))' id=x class=y>x</p>",
    "<!-- --><script>alert(1)</script><!-- -->",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php echo 1 ?><script>alert(1)</script>",
    "<!DOCTYPE html><body onload=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](&#x6A;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1))",
    "[x](%6aavascript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](data:image/png;base64,AAAA)",
    "[x](file:///etc/passwd)",
    "[x](blob:https://example.org/1)",
    "[x](//evil.example)",
    "[x](/relative) [y](#fragment) [z](?query) [t]()",
    '[x](http://example.org/"onmouseover=alert(1)//)',
    "[x](http://example.org \"t' onmouseover='alert(1)\")",
    "[x](http://example.org/<script>alert(1)</script>)",
    "[a]: javascript:alert(1)\n\n[x][a]",
    "[a]: <data:text/html,<script>alert(1)</script>>\n\n[x][a]",
    "<javascript:alert(1)>",
    "<data:text/html,<script>alert(1)</script>>",
    '<https://example.org/"onclick=alert(1)>',
    '<x"onclick=alert(1)@example.org>',
    "javascript:alert(1) javascript://example.org/%0aalert(1)",
    'http://example.org/"><script>alert(1)</script>',
    "https://example.org/'onmouseover=alert(1)",
    "![x](javascript:alert(1))",
    "![<img src=x onerror=alert(1)>](https://example.org/a.png)",
    '![x" onerror="alert(1)](https://example.org/a.png)',
    '![![![x](y)](javascript:alert(1))](z "onerror=alert(1)")',
    "[![x](https://example.org/a.png)](javascript:alert(1))",
    "[[[x](javascript:alert(1))](https://example.org)](data:,x)",
    "[x](https://example.org)](javascript:alert(1))",
    "[<script>](https://example.org) `<script>alert(1)</script>`",
    '```"><script>alert(1)</script>\n</code></pre><script>alert(1)</script>\n```',
    "```js onload=alert(1)\nx\n```",
    "    </code></pre><script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "&amp;lt;img src=x onerror=alert(1)&amp;gt;",
    "\\<script>alert(1)\\</script>",
    "| <script> | b |\n|:-|-:|\n| <img src=x onerror=alert(1)> | [x](javascript:alert(1)) |",
    "# <svg onload=alert(1)> {#id onclick=alert(1)}",
    "> <script\n> alert(1)</script>",
    "- <a\n  href=javascript:alert(1)>x",
    "x\0<scr\0ipt>alert(1)</scr\0ipt>",
    "\ufeff<script>\u2028alert(1)</script>",
    "＜script＞alert(1)＜/script＞ [x](ｊavascript:alert(1))",
    "\u202e<script>alert(1)</script>",
    "[^1]: <script>alert(1)</script>\n\n[^1]",
    "- [ ] <input autofocus onfocus=alert(1)>",
    "99999999999. x\n\n1234567. y",
]


def test_the_cases_are_read() -> None:
    text = (Path(__file__).parent / "cases" / "markdown.md").read_text(encoding="utf-8")
    assert len(CASES) == len(re.findall(r"^# \w+: ", text, re.MULTILINE)) > 20


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}: {case.title}")
def test_case(case: Case) -> None:
    assert rendered(case).strip() == case.expected


def test_an_unknown_source_is_named() -> None:
    with pytest.raises(UnknownSource) as caught:
        render_content("Text[^nowhere]", SOURCES, words=WORDS)
    assert caught.value.source_id == "nowhere"
    assert isinstance(caught.value, LookupError)


def test_without_sources_every_mark_is_unknown() -> None:
    with pytest.raises(UnknownSource):
        render_content("Text[^law]", words=WORDS)


def test_a_definition_in_the_text_is_no_source() -> None:
    with pytest.raises(UnknownSource):
        render_content("Text[^own]\n\n[^own]: egen", SOURCES, words=WORDS)


def test_many_texts_share_one_numbering() -> None:
    numbering = Footnotes(WORDS)
    page = [
        render_inline("Ett[^study]", SOURCES, numbering),
        render_content("## Två[^law]\n\nTre[^study]", SOURCES, words=WORDS, numbering=numbering),
        render_inline("Fyra[^law]", SOURCES, numbering),
        numbering.html(),
    ]
    html = "".join(page)
    ids = re.findall(r' id="([^"]+)"', html)
    targets = re.findall(r' href="#([^"]+)"', html)
    assert [source.id for source in numbering.sources] == ["study", "law"]
    assert len(ids) == len(set(ids))
    assert set(targets) <= set(ids)
    assert html.count("<section") == 1


def test_two_numberings_on_a_page_do_not_share_ids() -> None:
    first, second = Footnotes(WORDS, "left"), Footnotes(WORDS, "right")
    html = render_inline("a[^law]", SOURCES, first) + render_inline("b[^law]", SOURCES, second)
    ids = re.findall(r' id="([^"]+)"', html + first.html() + second.html())
    assert len(ids) == len(set(ids)) == 6


def test_a_numbering_without_uses_has_no_list() -> None:
    assert Footnotes(WORDS).html() == ""


def test_a_source_with_an_odd_address_or_odd_words_stays_harmless() -> None:
    source = Source("x", "</a><script>", '"><img src=x onerror=alert(1)>', "javascript:alert(1)", "{title}", "<b>")
    words = ContentWords("<h1>", '"><script>', "'\"<", "{title} {publisher} {seen} {confidence}")
    html = render_content("a[^x]", {"x": source}, words=words)
    assert "<script" not in html and "<img" not in html and "<b>" not in html and "javascript" not in html


def test_confidence_is_shown_when_the_words_ask_for_it() -> None:
    words = ContentWords("Källor", "{number}", "{number}", "{title} ({confidence})")
    assert "Lagen &lt;om&gt; möten</a> (hög)" in render_content("a[^law]", SOURCES, words=words)


@pytest.mark.parametrize("vector", VECTORS)
def test_people_cannot_bring_in_anything_live(vector: str) -> None:
    assert offences(render_people(vector)) == []


@pytest.mark.parametrize("vector", VECTORS)
def test_people_cannot_bring_in_anything_live_inside_other_markup(vector: str) -> None:
    for around in ("> {}", "- {}", "**{}**", "[{}](https://example.org)", "![{}](x)", "| {} |\n|-|\n| {} |"):
        assert offences(render_people(around.replace("{}", vector))) == []


@pytest.mark.parametrize("vector", VECTORS)
def test_our_own_content_is_cleaned_too(vector: str) -> None:
    if "[^1]" in vector:
        pytest.skip("a source mark, and an unknown one")
    html = render_content(vector, words=WORDS)
    parsed = Offences(html)
    tags = {found for found in parsed.found if found.startswith("<")}
    assert tags <= {f"<{slash}{tag}>" for slash in ("", "/") for tag in ("div", "h1", "img", "input", "label")}
    assert not [found for found in parsed.found if re.search(r"\[on|\[style|=javascript|=vbscript|=data", found)]


def test_the_offence_reader_itself_finds_offences() -> None:
    assert offences("<script>1</script>") and offences("<a href='javascript:x'>") and offences("<p onclick=x>")
    assert offences("<!-- x -->") and offences('<a href="https://x" rel="opener">')


def test_people_may_write_up_to_the_limit() -> None:
    render_people("a" * MAX_PEOPLE_CHARACTERS)
    with pytest.raises(ValueError, match="at most 20000"):
        render_people("a" * (MAX_PEOPLE_CHARACTERS + 1))


@pytest.mark.timeout(30)
@pytest.mark.parametrize("bit", [">", "[", "![", "*a ", "1. ", "`", "<", "_a", "[a](", "- ", "~~", "**a_", "www.a"])
def test_the_longest_text_is_rendered_in_reasonable_time(bit: str) -> None:
    render_people((bit * MAX_PEOPLE_CHARACTERS)[:MAX_PEOPLE_CHARACTERS])


def test_half_a_surrogate_pair_is_replaced() -> None:
    assert render_people("a\ud800b") == "<p>a?b</p>\n"


MARKUP = st.lists(
    st.sampled_from(
        VECTORS + ["[", "](", ")", "<", ">", "\n", "\n\n", "`", "|", "-|-", "http://a.se", "!", "#", "&", ";"]
    ),
    max_size=12,
).map("".join)
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=1_999)


@settings(deadline=None)
@given(st.one_of(ANY_TEXT, MARKUP.map(lambda text: text[:1_999])))
def test_people_can_write_anything_and_only_allowed_html_comes_out(text: str) -> None:
    assert offences(render_people(text)) == []


@settings(deadline=None)
@given(st.text(max_size=300))
def test_plain_never_raises_nor_starts_or_ends_empty(text: str) -> None:
    words = plain(text)
    assert words == words.strip()


@given(st.text())
def test_a_heading_id_is_always_usable(title: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", heading_id(title))


def test_heading_ids_are_stable() -> None:
    assert heading_id("Åtgärder & ÖVNINGAR – för Ängsö") == "atgarder-ovningar-for-angso"


# --- People's words alone --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Vi bokar i tidboken.\nSedan ringer vi.", "Vi bokar i tidboken. Sedan ringer vi."),
        ("Se **[tidboken](https://example.se/a)** & `kod`", "Se tidboken & kod"),
        ("> Citat\n\n- ett\n- två\n\n# Rubrik", "Citat ett två Rubrik"),
        ("1. ett\n2. två", "ett två"),
        ("Rubrik\n===\ntext", "Rubrik text"),
        ("![bild](https://example.se/b.png) a &lt;b&gt;", "bild a <b>"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("https://example.se/a_b", "https://example.se/a_b"),
        ("\ud800", "?"),
    ],
)
def test_people_s_words_alone_are_those_that_are_read_where_the_text_is_shown(text: str, words: str) -> None:
    assert " ".join(plain_people(text).split()) == words


@given(st.text(st.sampled_from("aå 1.)-+=_*#>\n\t!"), max_size=40))
def test_people_s_words_alone_are_the_same_with_and_without_looking_for_markup(text: str) -> None:
    shown = HTMLParserText.of(render_people(text))

    assert "".join(plain_people(text).split()) == "".join(shown.split())


class HTMLParserText(HTMLParser):
    """Gathers what stands between the tags."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    @classmethod
    def of(cls, html: str) -> str:
        parser = cls()
        parser.feed(html)
        parser.close()
        return "".join(parser.parts)


def test_a_heap_of_brackets_is_read_as_text_and_few_as_links() -> None:
    assert render_people("[" * 3_000) == f"<p>{'[' * 3_000}</p>\n"
    assert render_people("[a](https://a.example) " * 100).count("<a ") == 100

from __future__ import annotations

import datetime as dt
import io
import random
import re
import shutil
import subprocess
import zipfile
from functools import cache
from types import SimpleNamespace

import docx
import openpyxl
import pytest
import typst
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from hub.documents import (
    TEMPLATE,
    Column,
    Meta,
    calendar,
    markdown,
    pdf,
    pdf_of_main,
    table_excel,
    table_word,
    word,
)
from hub.errors import Rejected
from hub.guide.answers import Service, read
from hub.guide.content import read_guide
from hub.guide.reading import GuideReading
from hub.guide.rules import Ability, Capability, Facts, Need, every_profile
from hub.handover import plan_input
from hub.language import LANGUAGES, read_catalogue
from hub.levels.content import read_levels, read_national
from hub.levels.reading import content_words
from hub.markdown import render_people
from hub.plan.content import read_plan
from hub.plan.rules import (
    Bullets,
    Document,
    Edits,
    Fields,
    Heading,
    Paragraph,
    Run,
    Table,
    clean,
    one_line,
    words,
)
from hub.plan.writing import write
from hub.settings import ROOT
from hub.sources import read_sources, sources_in_words

CONTENT = ROOT / "content"
META = Meta(made=dt.datetime(2026, 11, 3, 9, 30, tzinfo=dt.UTC))
LONG = "sjukvårdsupplysningstelefonnummerförteckningen"
assert len(LONG) > 40
HOSTILE = (
    '#import "@preview/x:1.0.0" #panic() *stark* _lutad_ $x^2$ ] [ { } <w:p>&amp;</w:p> ]]> `kod` \\ ~ | '
    "<script>alert(1)</script> ![bild](http://x.example/y.png) [länk](javascript:1) https://x.example www.x.example "
    "@foo // kommentar /* x */ <source-1> [^inera-2020-6-1] {aim} åäöÅÄÖ é € – ”citat” " + LONG
)
ANSWERS = (
    "who-starts.both~single-login.needed~volume.many~booked-times.needed~horizon.soon~video-safe.yes"
    "~video-login.yes~video-links.dont-know~record-inbox.no~record-booking.no~capacity.yes~groups.dont-know"
)


@cache
def hub():
    catalogue = read_catalogue(CONTENT / "locale" / "sv.po")
    guide, sources = read_guide(CONTENT / "guide"), sources_in_words(read_sources(CONTENT), catalogue)
    levels, national = read_levels(CONTENT / "levels"), read_national(CONTENT / "levels")

    def reading(language):
        asks = {level: content[language].ask_inera for level, content in levels.items()}
        return GuideReading(
            guide,
            {**asks, "national": national[language].ask_inera},
            sources[language],
            catalogue,
            language,
            content_words(lambda english: catalogue.text(language, english)),
        )

    readings = {language: reading(language) for language in LANGUAGES}
    return SimpleNamespace(
        guide=guide, guide_readings=readings, sources=sources, version="abc123", plan=read_plan(CONTENT / "plan")
    )


def made(language: str = "sv", edits: Edits | None = None, name: str = "Öppna ärenden", answers=None) -> Document:
    found = answers or read(ANSWERS, hub().guide.flow.questions)[0]
    texts = hub().plan[language]
    address = "https://hub.example.se/valj?v=1&s1=" + ANSWERS
    given_ = plan_input(hub(), texts, [Service(name, found)], 0, day=dt.date(2026, 11, 3), address=address)
    return write(given_, edits or Edits(), texts)


def every_edit(text: str) -> Edits:
    return Edits(
        registration=text[:60],
        officer=text[:80],
        unit=text[:80],
        date=text[:40],
        addressee=text[:120],
        decision=text,
        economy=text,
        recipients=text[:600],
        background=text,
    )


def pages(file: bytes) -> int:
    """Count the pages by the PDF's own tree of pages, whose root holds the count."""
    program = shutil.which("pdfinfo")
    if program:
        told = subprocess.run([program, "-"], input=file, capture_output=True, check=True).stdout.decode()
        return int(re.search(r"Pages:\s+(\d+)", told)[1])
    return max(int(count) for count in re.findall(rb"/Count (\d+)", file))


def pdf_text(file: bytes) -> str:
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("pdftotext is not installed")
    told = subprocess.run([program, "-raw", "-", "-"], input=file, capture_output=True, check=True).stdout.decode()
    # Lines are broken, with or without a hyphen of the typesetter's.
    return re.sub(r"\s+", "", told.replace("-\n", "").replace("\u00ad", "").replace("\u200b", ""))


# --- PDF -------------------------------------------------------------------------------------------------------------


def heaviest(count: int) -> list[Facts]:
    """Return results that take much room: every need, and little in place."""
    chance = random.Random(4)
    found = [one for one in every_profile() if len(one.needed) >= 5 and len(one.can) <= 4]
    return chance.sample(found, count)


def answers_of(one: Facts) -> dict[str, tuple[str, ...]]:
    care, resident = Need.CARE_CALLS in one.needed, Need.RESIDENT_STARTS in one.needed
    said = {Ability.CAN: "yes", Ability.CANNOT: "no", Ability.UNKNOWN: "dont-know"}
    return {
        "who-starts": ("both" if care and resident else "care" if care else "resident",),
        "single-login": ("needed" if Need.SINGLE_LOGIN in one.needed else "not-needed",),
        "volume": ("many" if Need.NO_MANUAL_WORK in one.needed else "few",),
        "booked-times": ("needed" if Need.BOOKED_TIMES in one.needed else "not-needed",),
        "horizon": ("soon" if Need.EARLY_START in one.needed else "later",),
        **{capability.value: (said[one.ability(capability)],) for capability in Capability},
        "groups": ("dont-know",),
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_main_part_takes_at_most_two_pages(language):
    name = "Videovårdsmottagningstjänsten för hela regionens specialiste"
    assert len(name) == 60
    for one in heaviest(60):
        document = made(language, name=name, answers=answers_of(one))
        assert pages(pdf_of_main(document, META)) <= 2, one


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_says_its_standard_language_and_title(language):
    document = made(language)
    file = pdf(document, META)
    assert file.startswith(b"%PDF-1.7")
    assert b"pdfuaid" in file and re.search(rb"<pdfuaid:part>1</pdfuaid:part>", file)
    assert b"/StructTreeRoot" in file and re.search(rb"/Marked true", file)
    assert re.search(rb"/Lang\s*\(%s" % language.encode(), file)
    assert f'<rdf:li xml:lang="x-default">{document.title}</rdf:li>'.encode() in file
    assert re.search(rb"/DisplayDocTitle true", file)


def test_the_pdf_has_a_head_in_each_table():
    file = pdf(made(), META)
    assert len(re.findall(rb"/S\s*/TH\b", file)) >= 3 + 2 + 4


def test_the_same_document_makes_the_same_pdf():
    assert pdf(made(), META) == pdf(made(), META)


def test_the_appendices_start_on_a_page_of_their_own():
    assert pages(pdf(made(), META)) > pages(pdf_of_main(made(), META))


def test_hostile_text_stands_in_the_pdf_as_typed():
    text = pdf_text(pdf(made(edits=every_edit(HOSTILE), name=HOSTILE[:60]), META))
    assert text.count(re.sub(r"\s+", "", HOSTILE)[:40]) >= 6
    assert re.sub(r"\s+|-", "", HOSTILE) in text.replace("-", "")


def test_no_text_is_ever_source():
    template = TEMPLATE.read_text(encoding="utf-8")
    assert "eval(" not in template
    assert re.findall(r"sys\.inputs\.\w+", template) == ["sys.inputs.data"]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_can_be_typeset(text):
    document = Document("Prov", text or "x", "sv", (Heading(1, text or "x"), Paragraph((Run(text),))), ())
    assert pdf(document, META).startswith(b"%PDF")


@pytest.mark.parametrize(
    "text", ["😀 👩‍👩‍👧", "العربية", "中文", "हिन्दी", "a\u0301\u0302\u0303\u0304", "\ufeff\u202e\ue000", "e\u200dx"]
)
def test_scripts_that_the_fonts_lack_do_not_stop_it(text):
    document = Document("Prov", text, "sv", (Heading(1, "x"), Paragraph((Run(text),)), Fields(((text, text),))), ())
    assert pdf(document, META).startswith(b"%PDF")


def test_every_drawable_character_can_be_drawn():
    from hub.documents import _DRAWABLE

    drawn = [clean(chr(code)) for low, high in _DRAWABLE for code in range(low, high + 1)]
    source = b'#set document(title: "x")\n#set text(lang: "sv")\n#sys.inputs.x'
    for start in range(0, len(drawn), 100):
        text = " ".join(filter(None, drawn[start : start + 100]))
        typst.compile(source, sys_inputs={"x": text}, pdf_standards=["ua-1"], ignore_system_fonts=True)


def test_an_address_that_is_not_of_the_web_is_not_followed():
    line = (Run("x", link="javascript:alert(1)"), Run("y", link="file:///etc/passwd"))
    document = Document("Prov", "x", "sv", (Heading(1, "x"), Paragraph(line)), ())
    assert b"javascript" not in pdf(document, META)
    assert "javascript" not in markdown(document, META)
    with zipfile.ZipFile(io.BytesIO(word(document, META))) as file:
        assert b"javascript" not in file.read("word/_rels/document.xml.rels")


def test_very_long_words_are_broken_within_the_page():
    document = Document("Prov", "x", "sv", (Heading(1, "x"), Paragraph((Run("a" * 400),))), ())
    assert pdf_text(pdf(document, META)).count("a") >= 400


# --- Word ------------------------------------------------------------------------------------------------------------


def opened(file: bytes):
    return docx.Document(io.BytesIO(file))


@pytest.mark.parametrize(("language", "locale"), [("sv", "sv-SE"), ("en", "en-GB")])
def test_the_word_file_has_headings_language_and_title(language, locale):
    document = made(language)
    file = opened(word(document, META))
    headings = [(p.style.name, p.text) for p in file.paragraphs if p.style.name.startswith("Heading")]
    blocks = (*document.main, *document.appendices)
    assert headings == [(f"Heading {b.level}", b.text) for b in blocks if isinstance(b, Heading)]
    lang = file.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:lang')}")
    assert lang.get(qn("w:val")) == locale
    properties = file.core_properties
    assert (properties.language, properties.title, properties.author) == (locale, document.title, "Vårdmöteshubben")
    section = file.sections[0]
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)
    assert {round(m.cm, 1) for m in (section.left_margin, section.right_margin, section.top_margin)} == {2.5}
    assert {field.get(qn("w:instr")) for field in section.header._element.iter(qn("w:fldSimple"))} == {
        "PAGE",
        "NUMPAGES",
    }


def test_the_word_tables_repeat_their_heads_and_keep_their_rows_whole():
    document = made()
    file = opened(word(document, META))
    tables = [block for block in (*document.main, *document.appendices) if isinstance(block, Table)]
    assert len(file.tables) == len(tables) + 1
    assert [cell.text for row in file.tables[0].rows for cell in row.cells][:2] == [
        "Diarienummer",
        "Anges vid registrering",
    ]
    for table, block in zip(file.tables[1:], tables, strict=True):
        assert [cell.text for cell in table.rows[0].cells] == list(block.head)
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
        assert [[cell.text for cell in row.cells] for row in table.rows[1:]] == [
            [words(cell) for cell in row] for row in block.rows
        ]


def test_each_numbered_list_starts_at_one():
    file = opened(word(made(), META))
    numbered = [p for p in file.paragraphs if p.style.name == "List Number"]
    assert len({p._p.pPr.numPr.numId.val for p in numbered}) == 2


def test_the_appendices_start_on_a_new_page_in_word():
    file = opened(word(made(), META))
    first = next(p for p in file.paragraphs if p.text.startswith("Bilaga 1."))
    assert first.paragraph_format.page_break_before


def test_hostile_text_stands_in_word_as_typed():
    file = opened(word(made(edits=every_edit(HOSTILE + "\x00\x0b\ud800"), name=HOSTILE[:60]), META))
    assert [p.text for p in file.paragraphs].count(one_line(HOSTILE)) >= 3
    assert file.tables[0].rows[0].cells[1].text == one_line(HOSTILE[:60])


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=200))
def test_any_text_comes_back_from_word(text):
    document = Document("Prov", text, "sv", (Paragraph((Run("<" + text + ">"),)),), ())
    assert clean(opened(word(document, META)).paragraphs[0].text) == clean("<" + text + ">").replace("\n", " ")


# --- Markdown --------------------------------------------------------------------------------------------------------


def test_hostile_text_stands_in_markdown_as_typed():
    text = markdown(made(edits=every_edit(HOSTILE), name=HOSTILE[:60]), META)
    html = render_people(text[:19_000])
    shown = re.sub(r"<[^>]+>", "", html).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert shown.count(one_line(HOSTILE)) >= 2
    assert (
        "<script" not in html
        and "<em>" not in html
        and "<code>" not in html
        and "x.example" not in "".join(re.findall(r'href="([^"]*)"', html))
    )


@pytest.mark.parametrize(
    "text", ["# a", "- a", "+ a", "1. a", "1) a", "> a", "    a", "---", "===", "| a |", "~~~", "a  "]
)
def test_what_would_begin_something_else_is_a_paragraph(text):
    document = Document("Prov", "x", "sv", (Paragraph((Run(text),)),), ())
    shown = render_people(markdown(document, META).split("\n\n")[1])
    assert shown.strip() == f"<p>{text.strip().replace('>', '&gt;')}</p>"


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.sampled_from(list("a1 .)-+*_#>[]()!`~|\\<&;:/@=w$é")), max_size=40))
def test_any_markup_is_literal(text):
    document = Document("Prov", "x", "sv", (Paragraph((Run("b" + text + "c"),)),), ())
    html = render_people(markdown(document, META).split("\n\n", 1)[1].rsplit("\n\n", 1)[0])
    shown = re.sub(r"</?p>", "", html).strip().replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert re.sub(r"\s+", " ", shown) == re.sub(r"\s+", " ", "b" + text + "c").strip()


def test_the_markdown_holds_every_heading_and_table():
    document = made()
    text = markdown(document, META)
    for block in document.main:
        if isinstance(block, Heading):
            assert f"\n{'#' * block.level} {block.text}\n" in text
    assert "| Alternativ | Uppfyller | Saknas eller är obesvarat |" in text
    assert "**Integrationsramverket (förslaget)**" in text


def test_marks_beside_each_other_do_not_swallow_spaces():
    line = (Run("a ", strong=True), Run("(b)", strong=True), Run(" c"))
    assert "**a (b)** c" in markdown(Document("P", "x", "sv", (Bullets((line,)),), ()), META)


# --- Excel and the table in Word -------------------------------------------------------------------------------------

COLUMNS = (Column("Nr", 6), Column("Krav", 60), Column("Svar", 30, answer=True))


def test_the_excel_file_comes_back_as_it_went_in():
    rows = [
        ["1", '=HYPERLINK("http://x.example")', ""],
        ["2", "+46 8 123", ""],
        ["3", "-1", ""],
        ["4", "@SUM(A1)", ""],
        ["5", "'citat", ""],
        ["6", HOSTILE, ""],
        ["7", "två\nrader", "ja"],
        ["007", "0123", ""],
    ]
    file = table_excel("Krav: [Öst] / 2026?", COLUMNS, rows, META)
    book = openpyxl.load_workbook(io.BytesIO(file))
    sheet = book.worksheets[0]
    back = [["" if cell.value is None else cell.value for cell in row] for row in sheet.iter_rows()]
    assert back == [["Nr", "Krav", "Svar"], *rows]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}
    assert all(sheet.cell(number, 2).quotePrefix for number in range(2, 7))
    with zipfile.ZipFile(io.BytesIO(file)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.print_title_rows) == ("A2", "A1:C9", "$1:$1")
    assert sheet.column_dimensions["B"].width == 60 and sheet["B2"].alignment.wrap_text
    assert sheet["C2"].fill.fgColor.rgb == "FFFFF4B8" and sheet["B2"].fill.fill_type is None
    assert sheet.title == "Krav   Öst    2026"
    assert book.properties.title == "Krav: [Öst] / 2026?"


def test_a_cell_beyond_excels_limit_is_refused():
    with pytest.raises(Rejected) as caught:
        table_excel("Krav", COLUMNS, [["1", "å" * 32_768, ""]], META)
    assert (caught.value.code, caught.value.field) == ("too-long", "B2")


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=4), st.text(max_size=60))
def test_any_text_comes_back_from_excel(values, title):
    file = table_excel(title, (Column("Krav"),), [[value] for value in values], META)
    sheet = openpyxl.load_workbook(io.BytesIO(file)).worksheets[0]
    back = [sheet.cell(number, 1).value or "" for number in range(2, len(values) + 2)]
    assert back == [clean(value) for value in values]


def test_the_table_in_word_lies_down_and_marks_what_to_fill_in():
    file = opened(table_word("Krav på Öst", COLUMNS, [["1", "=1+1\nrad två", ""], ["2", HOSTILE, ""]], META))
    section, table = file.sections[0], file.tables[0]
    assert section.page_width > section.page_height
    assert file.paragraphs[0].text == "Krav på Öst" and file.paragraphs[0].style.name == "Heading 1"
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert table.rows[1].cells[1].text == "=1+1\nrad två"
    assert table.rows[2].cells[1].text == clean(HOSTILE)
    assert table.rows[1].cells[2]._tc.tcPr.find(qn("w:shd")).get(qn("w:fill")) == "FFF4B8"
    assert file.core_properties.language == "sv-SE"


# --- Calendar --------------------------------------------------------------------------------------------------------


def test_the_calendar_comes_back():
    steps = [(dt.date(2027, 1, 15), f"Möte; med, {LONG}\nrad två"), (dt.date(2027, 2, 1), "BEGIN:VEVENT\r\nX:1")]
    file = calendar(steps, META)
    events = Calendar.from_ical(file).walk("VEVENT")
    assert [(event.decoded("dtstart"), str(event["summary"])) for event in events] == [
        (day, one_line(text)) for day, text in steps
    ]
    assert [event.decoded("dtend") for event in events] == [dt.date(2027, 1, 16), dt.date(2027, 2, 2)]
    assert events[0].decoded("dtstamp") == META.made
    assert all(len(line) <= 75 for line in file.split(b"\r\n"))


def test_the_same_step_keeps_its_identity():
    steps = [(dt.date(2027, 1, 15), "Möte")]
    assert calendar(steps, META) == calendar(steps, META)
    other = Calendar.from_ical(calendar([(dt.date(2027, 1, 16), "Möte")], META)).walk("VEVENT")[0]["uid"]
    assert Calendar.from_ical(calendar(steps, META)).walk("VEVENT")[0]["uid"] != other


def test_no_steps_make_an_empty_calendar():
    assert not Calendar.from_ical(calendar([], META)).walk("VEVENT")

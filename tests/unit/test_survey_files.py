"""A round as files: what is written is read back, no cell becomes a formula, and each broken file is told what is wrong."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
import re
import shutil
import string
import subprocess
import zipfile
from collections.abc import Callable

import docx
import duckdb
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub import documents
from hub.documents import Column, Meta, Page, read_excel, table_excel
from hub.language import LANGUAGES, read_catalogue
from hub.levels.content import read_levels
from hub.region_report import Subject, report
from hub.requirements.content import read_requirements
from hub.settings import ROOT
from hub.survey import files, incoming
from hub.survey.answers import Settled, read_text
from hub.survey.content import read_questionnaires
from hub.survey.example import example
from hub.survey.files import Table, answers_table, as_csv, as_typed, codebook, figures_table, harmless
from hub.survey.incoming import Line, against, read, sentence
from hub.survey.mart import parquet
from hub.survey.rounds import CHOICES, Answer, Round
from hub.survey.visibility import EMPTY, Standing, figure, freeze

CONTENT = ROOT / "content"
QUESTIONNAIRE = read_questionnaires(
    CONTENT,
    levels=read_levels(CONTENT / "levels"),
    requirements=[one.id for one in read_requirements(CONTENT / "requirements").requirements],
)[1]
STATEMENTS = tuple(QUESTIONNAIRE.statements)
FIRST, SECOND = STATEMENTS[:2]
CATALOGUE = read_catalogue(CONTENT / "locale" / "sv.po")
ROUND = Round(
    "aaaa2222",
    1,
    dt.datetime(2027, 2, 1, 8, tzinfo=dt.UTC),
    dt.datetime(2027, 3, 1, 8, tzinfo=dt.UTC),
    {"sv": "Våren 2027", "en": "Spring 2027"},
)
HEAD = "statement,choice,evidence\n"
CODES = ("AB", "C", "D", "E", "F", "G", "H", "I", "K", "M", "N", "O", "S", "T", "U", "W", "X", "Y", "Z", "AC", "BD")
META = Meta(made=dt.datetime(2027, 2, 2, 8, tzinfo=dt.UTC))
FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "|cmd",
    "\t=1",
    "＝1+1",
    " =1",
    "a;=1+1",
    'a",=1',
    "'=1",
    "a\n-2",
    ";\n''+3",
)
words = st.text(st.sampled_from("=+-@|'\";,\t\n åÅ1a＝"), max_size=12)


def english(text: str) -> str:
    return text


def swedish(text: str) -> str:
    return CATALOGUE.text("sv", text)


def answers(evidence: str = "") -> dict[str, Answer]:
    return {one: Answer(one, CHOICES[place % 7], evidence) for place, one in enumerate(STATEMENTS)}


def found(content: bytes, **more: str) -> incoming.Read:
    return read(content, QUESTIONNAIRE, read_excel, **more)


def sheets(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def excel(*rows: tuple[object, ...], change: Callable[[openpyxl.Workbook], None] | None = None) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    if change:
        change(book)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def packed(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return made.getvalue()


def put(place: str, value: object) -> Callable[[openpyxl.Workbook], None]:
    def change(book: openpyxl.Workbook) -> None:
        book.worksheets[0][place] = value

    return change


# --- What is written -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_a_csv_begins_as_a_formula_whatever_it_is_parted_by(text):
    line = as_csv(Table(("a", "b"), (("x", text),))).decode("utf-8-sig").split("\r\n", 1)[1]

    for separator in ",;\t":
        cells = next(csv.reader(io.StringIO(line), delimiter=separator))
        assert not [cell for cell in cells if re.match(r"[\s\"]*[=+\-@|＝]", cell)], cells


@given(words)
def test_what_is_made_harmless_comes_back_as_it_was_typed(text):
    made = harmless(text)

    assert as_typed(made) == text
    assert not re.search(r"(^|[;,\t\n\"])\s*[=+\-@|＝]", made)


@given(st.lists(st.tuples(words, words), max_size=6))
def test_any_rows_come_back_from_csv(rows):
    lines = list(csv.reader(io.StringIO(as_csv(Table(("a", "b"), tuple(rows))).decode("utf-8-sig"), newline="")))

    assert [tuple(map(as_typed, line)) for line in lines[1:]] == rows


@settings(max_examples=12)
@given(st.dictionaries(st.sampled_from(STATEMENTS), st.tuples(st.sampled_from(CHOICES), words), min_size=1))
def test_any_answers_come_back_from_csv_and_excel(chosen):
    held = {one: Answer(one, choice, read_text("evidence", evidence)) for one, (choice, evidence) in chosen.items()}
    table = answers_table(ROUND, QUESTIONNAIRE, {"M": held}, whole=False)
    columns = [Column(name) for name in table.columns]
    kept = {one: (str(answer.choice), answer.evidence) for one, answer in held.items()}
    # A cell of Excel's takes a tab for a step to the next cell, so there it is a space.
    spaced = {one: (choice, evidence.replace("\t", " ")) for one, (choice, evidence) in kept.items()}

    for content, told in ((as_csv(table), kept), (table_excel("Våren", columns, table.texts()), spaced)):
        back = found(content, region="M", round_=ROUND.id)
        assert back.faults == ()
        assert {line.statement: (line.choice, line.evidence) for line in back.lines} == told


def test_a_formula_in_excel_is_a_text():
    table = answers_table(ROUND, QUESTIONNAIRE, {"M": answers("=1+1")}, whole=True)
    book = sheets(table_excel("Våren", [Column(name) for name in table.columns], table.texts()))

    cells = [row[-1] for row in book.worksheets[0].iter_rows(min_row=2)]
    assert {(cell.value, cell.data_type, cell.quotePrefix) for cell in cells} == {("=1+1", "s", True)}


def test_an_excel_file_has_its_codebook_on_a_sheet_of_its_own():
    page = Page("Kodbok", [Column("A"), Column("B")], [("=x", "y")])
    book = sheets(table_excel("Svar", [Column("A")], [("1",)], META, page))

    assert book.sheetnames == ["Svar", "Kodbok"]
    assert book["Kodbok"]["A2"].data_type == "s"


def test_parquet_holds_the_answers_as_written_with_numbers_as_numbers_and_its_codebook(tmp_path):
    table = answers_table(ROUND, QUESTIONNAIRE, {"M": answers('it\'s "=1"')}, whole=True)
    file = tmp_path / "a.parquet"
    file.write_bytes(parquet(table.columns, table.rows, numbers=table.numbers, about={"codebook": 'it\'s\n"so"'}))

    with duckdb.connect() as connection:
        rows = connection.execute("select * from read_parquet(?)", [str(file)])
        kinds = {name: str(kind) for name, kind, *_ in rows.description}
        assert rows.fetchall() == list(table.rows)
        told = connection.execute("select decode(value) from parquet_kv_metadata(?)", [str(file)]).fetchall()
    assert (kinds["level"], kinds["choice"]) in {("INTEGER", "VARCHAR"), ("NUMBER", "STRING")}
    assert told == [('it\'s\n"so"',)]


def test_an_empty_table_is_a_file_with_columns_only():
    table = figures_table(ROUND, EMPTY)

    assert as_csv(table).decode("utf-8-sig") == '"round","counted","id","choice","n"\r\n'
    assert parquet(table.columns, table.rows, numbers=table.numbers, about={"a": "b"}).startswith(b"PAR1")


def test_figures_have_no_row_for_what_is_not_there():
    standings = example(QUESTIONNAIRE.structure, CODES, 7, needs=[one.id for one in QUESTIONNAIRE.needs])
    whole = freeze(ROUND.id, standings, ROUND.closes_at).figure
    table = figures_table(ROUND, whole)

    assert len(table.rows) > len(STATEMENTS)
    assert type(whole).of_rows(row[1:] for row in table.rows) == whole
    assert all(row[-1] for row in table.rows)


@pytest.mark.parametrize(("language", "say"), [("sv", swedish), ("en", english)])
def test_the_codebook_tells_of_every_column_level_and_rule(language, say):
    text = codebook(QUESTIONNAIRE, ROUND, language, say)

    assert QUESTIONNAIRE.about[language] in text and files.rule(say) in text
    for statement in QUESTIONNAIRE.statements.values():
        assert all(level[language] in text for level in (statement.says, *statement.levels))
    for column in (*answers_table(ROUND, QUESTIONNAIRE, {}, whole=True).columns, *figures_table(ROUND, EMPTY).columns):
        assert f"`{column}`" in text


# --- What is read ----------------------------------------------------------------------------------------------------


def test_a_file_with_semicolons_swedish_heads_and_words_is_read():
    content = f'Påstående;Val;Underlag;Egen kolumn\r\n{FIRST};Vet ej;;x\r\n{SECOND};3;"Nio; av tio";y\r\n'.encode()

    assert found(content).lines == (Line(FIRST, "dont-know", ""), Line(SECOND, "3", "Nio; av tio"))


def test_a_number_in_excel_is_a_level_and_rows_left_open_are_passed_over():
    content = excel(
        ("statement", "choice", "evidence"), (FIRST, 3, None), (SECOND, None, None), (STATEMENTS[2], 4.0, 12)
    )

    assert found(content).lines == (Line(FIRST, "3", ""), Line(STATEMENTS[2], "4", "12"))


def test_what_would_change_is_bound_to_the_version_it_replaces():
    held = {FIRST: Settled("3", "", "Elin", 4, ROUND.opens_at)}
    one, two = against((Line(FIRST, "3", ""), Line(SECOND, "2", "x")), held)

    assert (one.changes, one.line.version, two.changes, two.line.version) == (False, 4, True, 0)


ROW = f"{FIRST},3,\n"
BOMB = packed({"[Content_Types].xml": b"<x/>", "xl/worksheets/sheet1.xml": b"0" * 21_000_000})
ENTITIES = packed({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'})
BROKEN: dict[str, tuple[bytes, list[tuple[int, str, str]]]] = {
    "nothing": (b"", [(0, "", "Filen är tom.")]),
    "blank lines": (b"\n \n\n", [(0, "", "Filen är tom.")]),
    "a head only": (HEAD.encode(), [(0, "", "Filen har inga svar: under rubrikraden finns ingen rad med ett val.")]),
    "nothing chosen": (
        f"{HEAD}{FIRST},,\n".encode(),
        [(0, "", "Filen har inga svar: under rubrikraden finns ingen rad med ett val.")],
    ),
    "too large": (HEAD.encode() + b"x" * 1_000_001, [(0, "", "Filen är större än 1 MB.")]),
    "too many rows": ((HEAD + ROW * 501).encode(), [(0, "", "Filen har fler än 500 rader.")]),
    "too many columns": (
        (HEAD.strip() + ",x" * 40 + "\n" + ROW).encode(),
        [(1, "", "Filen har fler än 40 kolumner.")],
    ),
    "latin-1": (
        f"{HEAD}{FIRST},3,Äpple\n".encode("latin-1"),
        [(0, "", "Bokstäverna i filen är inte UTF-8. Spara den i Excel som ”CSV UTF-8”.")],
    ),
    "utf-16": (
        (HEAD + ROW).encode("utf-16"),
        [(0, "", "Bokstäverna i filen är inte UTF-8. Spara den i Excel som ”CSV UTF-8”.")],
    ),
    "a picture": (
        b"\x89PNG\r\n\x1a\n\x00\x00",
        [(0, "", "Det här är varken CSV eller Excel. Spara filen som ”CSV UTF-8” eller som Excelarbetsbok (.xlsx).")],
    ),
    "a PDF": (
        b"%PDF-1.7\nx,y",
        [(0, "", "Det här är varken CSV eller Excel. Spara filen som ”CSV UTF-8” eller som Excelarbetsbok (.xlsx).")],
    ),
    "a Word file": (
        packed({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}),
        [(0, "", "Det här är varken CSV eller Excel. Spara filen som ”CSV UTF-8” eller som Excelarbetsbok (.xlsx).")],
    ),
    "an old Excel file": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100,
        [
            (
                0,
                "",
                "Det här är en äldre sorts Excelfil eller en med lösenord. Spara den som Excelarbetsbok (.xlsx) utan lösenord.",
            )
        ],
    ),
    "half an Excel file": (
        excel(("statement", "choice", "evidence"), (FIRST, 3, ""))[:900],
        [(0, "", "Excelfilen är trasig. Öppna den i Excel och spara den på nytt.")],
    ),
    "Excel with entities": (ENTITIES, [(0, "", "Excelfilen är trasig. Öppna den i Excel och spara den på nytt.")]),
    "a zip bomb": (BOMB, [(0, "", "Uppackad är Excelfilen för stor. Behåll bara bladet med svar.")]),
    "a value far down in Excel": (
        excel(("statement", "choice", "evidence"), (FIRST, 3, ""), change=put("A900000", "x")),
        [(0, "", "Filen har fler än 500 rader.")],
    ),
    "a value below the rows in Excel": (
        excel(("statement", "choice", "evidence"), (FIRST, 3, ""), change=put("A700", "x")),
        [(0, "", "Filen har fler än 500 rader.")],
    ),
    "a quotation mark left open": (
        f'{HEAD}{FIRST},3,"öppen\n'.encode(),
        [(2, "", "Ett citattecken på raden är inte avslutat som det ska.")],
    ),
    "a missing column": (
        f"statement,evidence\n{FIRST},x\n".encode(),
        [(1, "choice", "Kolumnen choice saknas. Rubrikraden ska ha tre kolumner: statement, choice, evidence.")],
    ),
    "a column twice": (
        f"statement,choice,val,evidence\n{FIRST},3,3,\n".encode(),
        [(1, "val", "Kolumnen val står två gånger.")],
    ),
    "an unknown statement": (
        f"{HEAD}no-such,3,\n".encode(),
        [(2, "statement", "Det finns inget påstående no-such i den här enkäten.")],
    ),
    "no statement": (f"{HEAD},3,\n".encode(), [(2, "statement", "Raden nämner inget påstående.")]),
    "an unknown choice": (
        f"{HEAD}{FIRST},6,\n".encode(),
        [(2, "choice", "6 går inte att välja. Skriv 1 till 5, dont-know eller not-applicable.")],
    ),
    "half a level in Excel": (
        excel(("statement", "choice", "evidence"), (FIRST, 2.5, "")),
        [(2, "choice", "2.5 går inte att välja. Skriv 1 till 5, dont-know eller not-applicable.")],
    ),
    "evidence alone": (f"{HEAD}{FIRST},,Något\n".encode(), [(2, "choice", "Det finns underlag men inget val.")]),
    "a row twice": (f"{HEAD}{ROW}{ROW}".encode(), [(3, "statement", "Påståendet står också på rad 2.")]),
    "evidence that is too long": (
        f"{HEAD}{FIRST},3,{'å' * 501}\n".encode(),
        [(2, "evidence", "Texten har 501 tecken; 500 är det mesta.")],
    ),
    "a formula in Excel": (
        excel(("statement", "choice", "evidence"), (FIRST, "=1+2", "")),
        [(2, "choice", "Cellen har en formel. Skriv värdet där i stället.")],
    ),
    "another region": (
        f"region,statement,choice,evidence\nAB,{FIRST},3,\n".encode(),
        [(2, "region", "Raden gäller region AB, och det här är för M.")],
    ),
    "another round": (
        f"round,statement,choice,evidence\nbbbb3333,{FIRST},3,\n".encode(),
        [(2, "round", "Raden är från omgång bbbb3333, och det här är aaaa2222.")],
    ),
    "several faults": (
        f"{HEAD}no-such,9,\n\n{FIRST},3,\n{FIRST},,x\n".encode(),
        [
            (2, "statement", "Det finns inget påstående no-such i den här enkäten."),
            (2, "choice", "9 går inte att välja. Skriv 1 till 5, dont-know eller not-applicable."),
            (5, "choice", "Det finns underlag men inget val."),
            (5, "statement", "Påståendet står också på rad 4."),
        ],
    ),
}


@pytest.mark.parametrize(("content", "told"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_is_told_what_is_wrong_by_row_and_column_and_nothing_of_it_counts(content, told):
    back = found(content, region="M", round_=ROUND.id)

    assert [(fault.row, fault.column, sentence(fault, swedish)) for fault in back.faults] == told
    assert back.lines == ()


def test_at_least_twenty_ways_to_be_broken_are_tried():
    assert len(BROKEN) >= 20


def test_a_file_that_is_wrong_throughout_is_told_of_a_hundred_faults():
    content = (HEAD + "".join(f"x{number},3,\n" for number in range(400))).encode()

    assert len(found(content).faults) == 100


@settings(max_examples=60)
@given(st.binary(max_size=300))
def test_any_bytes_are_answers_or_faults(content):
    for start in (b"", b"PK\x03\x04", HEAD.encode()):
        back = found(start + content)
        assert bool(back.lines) != bool(back.faults)


@settings(max_examples=40)
@given(st.text(st.sampled_from(string.printable + "åäö"), max_size=200))
def test_any_text_below_a_head_is_answers_or_faults(text):
    back = found((HEAD + text).encode())

    assert bool(back.lines) != bool(back.faults)
    assert all(sentence(fault, english) for fault in back.faults)


# --- The report ------------------------------------------------------------------------------------------------------


def subject(
    seed: int = 3, *, stage: str = "closed", handed_in: bool = True, standing: Standing | None = None
) -> Subject:
    standings = example(QUESTIONNAIRE.structure, CODES, seed)
    whole = (
        freeze(ROUND.id, standings, ROUND.closes_at).figure
        if stage == "closed"
        else figure("", standings, stage="open")
    )
    return Subject(
        "Västra Götalandsregionen", ROUND, stage, standing or standings[0], handed_in, whole, dt.date(2027, 3, 2),
        "https://hub.example.se/mognad?del=runda&runda=aaaa2222&region=O",
    )  # fmt: skip


def made(language: str = "sv", of: Subject | None = None):
    return report(of or subject(), QUESTIONNAIRE, language, swedish if language == "sv" else english)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_is_a_tagged_pdf_in_its_language_with_a_title(language):
    document = made(language)
    content = documents.pdf(document, META)

    assert re.search(rb"<pdfuaid:part>1</pdfuaid:part>", content)
    assert b"/StructTreeRoot" in content and re.search(rb"/Marked true", content)
    assert re.search(rb"/Lang\s*\(%s" % language.encode(), content)
    assert f'<rdf:li xml:lang="x-default">{document.title}</rdf:li>'.encode() in content
    assert len(re.findall(rb"/S\s*/TH\b", content)) >= 5


def longest(level: int) -> Standing:
    return Standing("O", "aggregate", {one: Answer(one, level) for one in STATEMENTS})


def scattered(seed: int) -> Standing:
    draw = random.Random(seed)
    return Standing("O", "named", {one: Answer(one, draw.choice(CHOICES)) for one in STATEMENTS})


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_takes_one_page(language):
    for standing in (*map(longest, range(1, 6)), *map(scattered, range(10))):
        content = documents.pdf(made(language, subject(standing=standing, handed_in=False)), META)
        assert max(int(count) for count in re.findall(rb"/Count (\d+)", content)) == 1, standing


def test_the_report_holds_nine_dimensions_with_n_beside_each_median():
    file = docx.Document(io.BytesIO(documents.word(made(), META)))
    table = next(one for one in file.tables if len(one.columns) == 5)

    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows[0] == ["Dimension", "Regionen", "Nationell median", "Kvartiler", "n"]
    assert [row[0] for row in rows[1:]] == [one.name["sv"] for one in QUESTIONNAIRE.dimensions]
    assert all(row[-1].isdecimal() and re.fullmatch(r"\d–\d", row[3]) for row in rows[1:])
    text = "\n".join(paragraph.text for paragraph in file.paragraphs)
    assert QUESTIONNAIRE.about["sv"] in text
    assert file.core_properties.language == "sv-SE" and file.core_properties.title == made().title


def test_the_gaps_are_the_three_lowest_with_what_the_next_level_says():
    levels = dict.fromkeys(STATEMENTS, 4) | {STATEMENTS[5]: 1, STATEMENTS[9]: 2, STATEMENTS[20]: 1}
    standing = Standing("O", "public", {one: Answer(one, level) for one, level in levels.items()})
    text = documents.markdown(made("sv", subject(standing=standing)), META)

    gaps = text.split("## Tre glapp")[1].split("##")[0]
    places = [gaps.index(QUESTIONNAIRE.statements[STATEMENTS[one]].says["sv"][:-1]) for one in (5, 20, 9)]
    assert places == sorted(places)
    assert QUESTIONNAIRE.statements[STATEMENTS[9]].level(3)["sv"][:-1].split("(")[0] in gaps


@pytest.mark.parametrize("choice", ["dont-know", 5])
def test_a_report_of_nothing_to_compare_says_so(choice):
    standing = Standing("O", "public", {one: Answer(one, choice) for one in STATEMENTS})
    text = documents.markdown(made("sv", subject(standing=standing)), META)

    assert "Inget påstående har en nästa nivå" in text
    assert ("Inget påstående har en nivå ännu" in text) == (choice == "dont-know")


def test_a_report_without_a_national_figure_says_that_there_is_none():
    none = Subject("Skåne", ROUND, "open", longest(3), False, EMPTY, dt.date(2027, 2, 3), "https://hub.example.se/")
    text = documents.markdown(made("sv", none), META)

    assert text.count("Inget tal") == len(QUESTIONNAIRE.dimensions)
    assert "Inte inlämnade" in text and "Omgången är öppen" in text


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_the_pdf_reads_in_the_order_of_the_page():
    content = documents.pdf(made(), META)
    told = subprocess.run(
        ["pdftotext", "-raw", "-", "-"], input=content, capture_output=True, check=True
    ).stdout.decode()

    heads = [
        "Västra Götalandsregionen: digitala",
        "Nio dimensioner",
        "Starkast och svagast",
        "Tre glapp",
        "Varifrån det kommer",
    ]
    places = [told.index(head) for head in heads]
    assert places == sorted(places)

"""The articles as they stand, and what happens when the head of one is wrong."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from hub.articles import STALE_AFTER, Article, read_articles
from hub.bootstrap import build
from hub.errors import ContentError
from hub.markdown import plain
from hub.settings import ROOT, read_settings

HUB = build(read_settings(os.environ))
ARTICLES = HUB.articles
FOLDER = ROOT / "content" / "articles"

MARK = re.compile(r"\[\^([^\]]+)\]")
WORD = re.compile(r"\w+(?:[-:.,]\w+)*")
LABELS = ("Vår läsning:", "Vår uträkning:", "Vår slutsats:")
"""How an article says that a paragraph is our own."""
HEAD = 'slug: one\ntitle: "One"\nlead: "A lead."\nowner: "Nobody"\nchecked: 2026-01-01\n'

each_article = pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.slug)


def words(text: str) -> int:
    return len(WORD.findall(plain(text)))


def written(folder: Path, head: str = HEAD, name: str = "one.sv.md") -> Path:
    file = folder / name
    file.write_text(f"---\n{head}---\nText.\n", encoding="utf-8")
    return file


def fault_of(folder: Path) -> ContentError:
    with pytest.raises(ContentError) as caught:
        read_articles(folder)
    return caught.value


# As they stand


def test_there_are_articles() -> None:
    assert len(ARTICLES) >= 3


def test_no_two_articles_share_an_address_in_one_language() -> None:
    names = [(article.slug, article.language) for article in ARTICLES]

    assert sorted(set(names)) == sorted(names)


@each_article
def test_an_article_has_400_to_1500_words(article: Article) -> None:
    assert 400 <= words(article.body) <= 1500


@each_article
def test_a_lead_has_at_most_45_words(article: Article) -> None:
    assert words(article.lead) <= 45


@each_article
def test_an_article_names_levels_and_other_articles_that_exist(article: Article) -> None:
    others = {other.slug for other in ARTICLES} - {article.slug}

    assert set(article.levels) <= set(HUB.levels)
    assert set(article.related) <= others


@each_article
def test_an_article_has_at_least_20_marks_and_5_sources(article: Article) -> None:
    marks = MARK.findall(article.body)

    assert len(marks) >= 20
    assert len(set(marks)) >= 5


@each_article
def test_a_long_paragraph_gives_its_source_or_stands_under_our_own_conclusions(article: Article) -> None:
    without = []
    for part in re.split(r"^(?=#+ )", article.body, flags=re.MULTILINE):
        if part.startswith("### Våra slutsatser"):
            continue
        blocks = re.split(r"\n\s*\n|\n(?=[-*] |\d+\. |\||#|:::)", part)
        without += [
            block
            for block in blocks
            if words(block) > 25 and not MARK.search(block) and not block.startswith((*LABELS, ":::"))
        ]

    assert without == []


@each_article
def test_an_article_begins_below_the_main_heading(article: Article) -> None:
    levels = [len(found) for found in re.findall(r"^(#+) ", article.body, re.MULTILINE)]

    assert levels[0] == 2
    assert max(later - earlier for earlier, later in pairwise(levels)) <= 1


@each_article
def test_an_article_was_not_checked_in_the_future(article: Article) -> None:
    assert article.checked <= dt.datetime.now(dt.UTC).date()


# How old


@pytest.mark.parametrize(
    ("days", "stale"), [(-1, False), (0, False), (364, False), (365, False), (366, True), (4_000, True)]
)
@each_article
def test_a_check_is_old_when_more_than_365_days_have_passed(article: Article, days: int, stale: bool) -> None:
    assert article.stale(article.checked + dt.timedelta(days=days)) is stale


def test_a_check_holds_for_a_year() -> None:
    assert dt.timedelta(days=365) == STALE_AFTER


# A head that is wrong


def test_a_whole_head_is_read(tmp_path: Path) -> None:
    written(tmp_path, HEAD + "levels: [inbox]\n")

    article = read_articles(tmp_path)[0]

    assert article == Article("one", "sv", "One", "A lead.", "Nobody", dt.date(2026, 1, 1), ("inbox",), (), "Text.\n")


def test_articles_come_in_the_order_of_their_titles(tmp_path: Path) -> None:
    written(tmp_path)
    written(tmp_path, HEAD.replace('"One"', '"A first"').replace("slug: one", "slug: two"), "two.sv.md")

    assert [article.title for article in read_articles(tmp_path)] == ["A first", "One"]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        pytest.param("slug: one", "slug: two", "slug", id="the slug of another file"),
        pytest.param("slug: one", "slug: One!", "slug", id="a slug that is no address"),
        pytest.param('title: "One"\n', "", "title", id="no title"),
        pytest.param('title: "One"', f'title: "{"x" * 71}"', "title", id="a title of 71 characters"),
        pytest.param('lead: "A lead."', "lead: 3", "lead", id="a lead that is no text"),
        pytest.param('owner: "Nobody"\n', "", "owner", id="no owner"),
        pytest.param("checked: 2026-01-01", "checked: soon", "checked", id="a day that is none"),
        pytest.param("checked: 2026-01-01", "checked: 2026-02-30", "head", id="a day that never comes"),
        pytest.param("slug: one", "colour: red\nslug: one", "colour", id="a key too many"),
        pytest.param("slug: one", "related: [nobody]\nslug: one", "related", id="an article that does not exist"),
        pytest.param("slug: one", "levels: inbox\nslug: one", "levels", id="a list that is none"),
        pytest.param("slug: one", "2026-01-01: x\nslug: one", "head", id="a key that is no text"),
        pytest.param('lead: "A lead."', "lead: a: b", "head", id="no YAML"),
    ],
)
def test_a_fault_in_a_head_is_named_with_its_file_and_place(tmp_path: Path, old: str, new: str, place: str) -> None:
    assert old in HEAD
    file = written(tmp_path, HEAD.replace(old, new))

    fault = fault_of(tmp_path)

    assert (fault.file, fault.place) == (str(file), place)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("one.md", f"---\n{HEAD}---\nText.\n", id="no language in the name"),
        pytest.param("one.de.md", f"---\n{HEAD}---\nText.\n", id="a language the hub lacks"),
        pytest.param("one.sv.md", "Text.\n", id="no head"),
        pytest.param("one.sv.md", f"---\n{HEAD}Text.\n", id="a head without an end"),
        pytest.param("one.sv.md", "", id="nothing"),
        pytest.param("one.sv.md", "---\n---\nText.\n", id="an empty head"),
        pytest.param("one.sv.md", "---\n- a list\n---\nText.\n", id="a head that is a list"),
    ],
)
def test_a_file_that_is_no_article_is_named(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")

    fault = fault_of(tmp_path)

    assert fault.file == str(tmp_path / name)


def test_an_article_that_has_lost_its_related_one_is_named(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "articles"))
    gone = ARTICLES[0]
    (folder / f"{gone.slug}.{gone.language}.md").unlink()

    fault = fault_of(folder)

    assert (fault.place, gone.slug in fault.fault) == ("related", True)

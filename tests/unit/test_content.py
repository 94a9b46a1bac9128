"""The content as it stands, and what happens when a file of it is wrong."""

from __future__ import annotations

import filecmp
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from hub.articles import read_articles
from hub.call.clips import read_clips
from hub.call.content import read_visits
from hub.errors import ContentError
from hub.forum.content import read_forum
from hub.guide.content import read_guide
from hub.guide.rules import LAYERS_OF, Level
from hub.identity.content import read_privacy
from hub.language import LANGUAGES, Language, read_catalogue
from hub.levels.content import LevelContent, LevelId, read_glossary, read_levels, read_national
from hub.pages import read_pages
from hub.plan.content import read_plan, read_stages
from hub.regions import read_regions
from hub.requirements.content import read_requirements
from hub.search import read_search_words
from hub.site import read_site
from hub.sources import check_sources, read_sources
from hub.survey.content import read_questionnaires

ROOT = Path(__file__).parents[2]
CONTENT = ROOT / "content"
GUIDE = read_guide(CONTENT / "guide")
LEVELS = read_levels(CONTENT / "levels")
NATIONAL = read_national(CONTENT / "levels")
GLOSSARY = read_glossary(CONTENT)
PAGES = read_pages(CONTENT / "pages")
SITE = read_site(CONTENT)
SOURCES = read_sources(CONTENT)

MARK = re.compile(r"\[\^([^\]]+)\]")
FILES = sorted(file.relative_to(CONTENT) for kind in ("*.yaml", "*.md") for file in CONTENT.rglob(kind))

each_language = pytest.mark.parametrize("language", LANGUAGES)
each_level = pytest.mark.parametrize("level", LevelId)


def plain(file: str) -> object:
    return yaml.safe_load((CONTENT / file).read_text(encoding="utf-8"))


def places(found: object, place: str = "") -> Iterator[str]:
    """Yield every place in a file that holds a text, by its path."""
    if isinstance(found, Mapping):
        for name, value in found.items():
            yield from places(value, f"{place}.{name}")
    elif isinstance(found, list):
        for number, value in enumerate(found):
            yield from places(value, f"{place}.{number}")
    else:
        yield place


def texts(found: object, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text in a file with its place."""
    if isinstance(found, Mapping):
        for name, value in found.items():
            yield from texts(value, f"{place}.{name}")
    elif isinstance(found, list):
        for number, value in enumerate(found):
            yield from texts(value, f"{place}.{number}")
    elif isinstance(found, str):
        yield place, found


# Two languages, one content


@pytest.mark.parametrize(
    "name",
    [
        "guide/words",
        "glossary",
        "pages/home",
        "requirements/words",
        *(f"levels/{level}" for level in (*LevelId, "national")),
    ],
)
def test_both_languages_have_the_same_keys(name: str) -> None:
    # A word has as many forms as its language gives it.
    swedish, english = (
        [place for place in places(plain(f"{name}.{language}.yaml")) if ".forms." not in place]
        for language in LANGUAGES
    )

    assert swedish == english


@pytest.mark.parametrize("name", ["guide/words", *(f"levels/{level}" for level in (*LevelId, "national"))])
def test_both_languages_refer_to_the_same_sources_in_the_same_places(name: str) -> None:
    swedish, english = (
        {place: sorted(MARK.findall(text)) for place, text in texts(plain(f"{name}.{language}.yaml"))}
        for language in LANGUAGES
    )

    assert swedish == english


def test_a_step_is_due_at_the_same_time_in_both_languages() -> None:
    swedish, english = (
        {role: [step.when for step in steps] for role, steps in GUIDE.words[language].steps.items()}
        for language in LANGUAGES
    )

    assert swedish == english


@pytest.mark.parametrize("file", [file for file in FILES if file.suffix == ".yaml"], ids=str)
def test_no_text_is_empty(file: Path) -> None:
    empty = [place for place, text in texts(plain(str(file))) if not text.strip()]

    assert empty == []


@each_language
def test_every_result_of_the_guide_names_only_a_start_and_an_aim(language: Language) -> None:
    named = {key: set(re.findall(r"{(\w*)}", text)) for key, text in GUIDE.words[language].results.items()}

    assert named == {
        "start-is-aim": {"start"},
        "start-then-aim": {"start", "aim"},
        "aim-direct": {"start", "aim"},
        "aim-only-wait": {"aim"},
        "nothing": set(),
        "national": set(),
        "no-need": set(),
    }


# Lengths


def longer(language: Language, field: str, most: int) -> list[str]:
    return [
        f"{question}.{id_}"
        for question, words in GUIDE.words[language].questions.items()
        for id_, option in words.options.items()
        if len(getattr(option, field)) > most
    ]


@each_language
def test_every_label_fits_in_60_characters(language: Language) -> None:
    assert longer(language, "label", 60) == []


@each_language
def test_every_caption_fits_in_160_characters(language: Language) -> None:
    assert longer(language, "caption", 160) == []


@each_language
def test_every_question_fits_in_95_characters(language: Language) -> None:
    too_long = [id_ for id_, words in GUIDE.words[language].questions.items() if len(words.title) > 95]

    assert too_long == []


@each_language
def test_every_short_text_of_a_level_fits_in_110_characters(language: Language) -> None:
    shorts = [words.short for words in GUIDE.words[language].levels.values()]
    shorts += [level[language].short for level in LEVELS.values()]

    assert [short for short in shorts if len(short) > 110] == []


@each_level
@each_language
def test_every_step_of_a_visit_fits_in_its_drawing(level: LevelId, language: Language) -> None:
    too_long = [step.short for step in LEVELS[level][language].journey if len(step.short) > 38]

    assert too_long == []


# The four levels are told alike


def lengths(level: LevelContent) -> dict[str, int]:
    return {field: len(getattr(level, field)) for field in ("summary", "gives", "gives_not", "gates", "then_and_now")}


@each_level
@each_language
def test_a_level_is_told_in_as_many_points_as_the_others(level: LevelId, language: Language) -> None:
    found = lengths(LEVELS[level][language])

    assert found == {"summary": 3, "gives": 4, "gives_not": 4, "gates": 5, "then_and_now": 3}


@each_language
def test_the_shortest_level_has_at_least_three_quarters_of_the_text_of_the_longest(language: Language) -> None:
    sizes = {
        level: sum(len(MARK.sub("", text)) for _, text in texts(plain(f"levels/{level}.{language}.yaml")))
        for level in LevelId
    }

    assert min(sizes.values()) >= 0.75 * max(sizes.values()), sizes


@each_level
@each_language
def test_a_level_has_the_layers_that_the_rules_give_it(level: LevelId, language: Language) -> None:
    layers = LEVELS[level][language].layers

    assert set(layers) == {layer.value for layer in LAYERS_OF[Level(level.value)]}


def test_the_levels_are_those_of_the_rules_in_the_same_order() -> None:
    assert [level.value for level in LevelId] == [level.value for level in Level]


# Sources


@pytest.mark.parametrize("file", FILES, ids=str)
def test_every_mark_has_its_source(file: Path) -> None:
    marks = set(MARK.findall((CONTENT / file).read_text(encoding="utf-8")))

    assert marks - SOURCES.keys() == set()


@each_language
def test_every_source_of_a_layer_is_listed(language: Language) -> None:
    named = {source for layer in GUIDE.words[language].layers.values() for source in layer.sources}

    assert named - SOURCES.keys() == set()


@each_language
def test_every_source_of_a_figure_on_the_start_page_is_listed(language: Language) -> None:
    named = {known.source for known in PAGES.home[language].known}

    assert named - SOURCES.keys() == set()


@each_level
@each_language
def test_a_level_gives_a_source_in_every_part(level: LevelId, language: Language) -> None:
    content = LEVELS[level][language].model_dump(mode="json")
    parts = ("summary", "journey", "gives", "gives_not", "gates", "contracts", "then_and_now")

    without = [part for part in parts if not any(MARK.search(text) for _, text in texts(content[part]))]
    assert without == []


@pytest.mark.parametrize("id_", sorted(SOURCES))
def test_a_source_says_what_it_is_who_gave_it_and_when(id_: str) -> None:
    source = SOURCES[id_]

    assert all([source.title, source.publisher, source.seen])


def test_no_two_pages_share_an_address_or_a_script() -> None:
    pages = SITE.pages

    assert len({page.path for page in pages}) == len({page.script for page in pages}) == len(pages)


@pytest.mark.parametrize("page", SITE.pages, ids=lambda page: page.id)
def test_a_page_has_its_title_and_description_in_both_languages(page: object) -> None:
    found = {field: set(getattr(page, field)) for field in ("title", "description")}

    assert found == {"title": set(LANGUAGES), "description": set(LANGUAGES)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_the_menu_fit_in_one_row_of_a_wide_page(language: Language) -> None:
    words = [page.menu_title(language) for page in SITE.pages if page.menu]

    assert len("".join(words)) <= 58


def test_a_page_without_a_short_name_is_called_by_its_title_in_the_menu() -> None:
    named = {page.id: (page.menu_title("sv"), page.menu_title("en")) for page in SITE.pages}

    assert named["forum"] == ("Forum", "Forum")
    assert named["dashboards"] == ("Läget", "Status")


# A file that is wrong


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the content that a test may spoil."""
    return Path(shutil.copytree(CONTENT, tmp_path / "content"))


Reader = Callable[[Path, Mapping[str, Any]], object]
READERS: Mapping[str, tuple[tuple[str, ...], Reader]] = {
    "site": (("site.yaml",), lambda content, _: read_site(content)),
    "catalogue": (("locale/*",), lambda content, _: read_catalogue(content / "locale" / "sv.po")),
    "sources": (("sources.yaml",), lambda content, _: read_sources(content)),
    "guide": (("guide/*",), lambda content, _: read_guide(content / "guide")),
    "levels": (("levels/*",), lambda content, _: read_levels(content / "levels")),
    "national": (("levels/*",), lambda content, _: read_national(content / "levels")),
    "glossary": (("glossary.*",), lambda content, _: read_glossary(content)),
    "pages": (("pages/*",), lambda content, _: read_pages(content / "pages")),
    "requirements": (("requirements/*",), lambda content, _: read_requirements(content / "requirements")),
    "questionnaires": (
        ("survey/*", "levels/*", "requirements/*"),
        lambda content, found: read_questionnaires(
            content, levels=found["levels"], requirements=[one.id for one in found["requirements"].requirements]
        ),
    ),
    "forum": (("forum/*", "sources.yaml"), lambda content, found: read_forum(content, found["sources"])),
    "plan": (("plan/*",), lambda content, _: read_plan(content / "plan")),
    "stages": (("plan/*",), lambda content, _: read_stages(content / "plan")),
    "privacy": (("privacy/*",), lambda content, _: read_privacy(content / "privacy")),
    "articles": (("articles/*",), lambda content, _: read_articles(content / "articles")),
    "search": (("search.yaml",), lambda content, _: read_search_words(content)),
    "regions": (("regions.yaml",), lambda content, _: read_regions(content)),
    "visits": (("visits/*", "sources.yaml"), lambda content, found: read_visits(content, found["sources"])),
    "clips": (
        ("clips/*", "visits/*", "sources.yaml"),
        lambda content, found: read_clips(content, found["visits"].words.counterpart),
    ),
    "marks": (("**/*",), lambda content, found: check_sources(content, found["sources"])),
}
"""What the start reads, in its order: from which files, and how, given what has been read before."""


def read_all(content: Path, known: Mapping[str, object]) -> Mapping[str, object]:
    """Read all content, as the start does, save what is known of files that are as they stand in ours."""
    found: dict[str, object] = {}
    for name, (files, reader) in READERS.items():
        found[name] = known[name] if name in known and untouched(content, files) else reader(content, found)
    return found


def untouched(content: Path, patterns: tuple[str, ...]) -> bool:
    """Tell whether files of a copy are those of ours; a copy has the times of what it was copied from."""
    ours, others = (
        {str(file.relative_to(folder)) for pattern in patterns for file in folder.glob(pattern) if file.is_file()}
        for folder in (CONTENT, content)
    )
    return ours == others and len(filecmp.cmpfiles(CONTENT, content, ours)[0]) == len(ours)


WHOLE = read_all(CONTENT, {})


def fault_of(content: Path) -> ContentError:
    with pytest.raises(ContentError) as caught:
        read_all(content, WHOLE)
    return caught.value


def spoil(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("file", [file for file in FILES if file.parent.name != "articles"], ids=str)
def test_a_missing_file_is_named(copy: Path, file: Path) -> None:
    (copy / file).unlink()

    fault = fault_of(copy)

    assert fault.file == str(copy / file)


@pytest.mark.parametrize("file", FILES, ids=str)
def test_a_file_whose_bytes_are_no_text_is_named(copy: Path, file: Path) -> None:
    (copy / file).write_bytes(b"a: \xff\n")

    fault = fault_of(copy)

    assert fault.file == str(copy / file)


@pytest.mark.parametrize("file", [file for file in FILES if file.suffix == ".yaml"], ids=str)
def test_a_key_too_many_is_named_with_its_file(copy: Path, file: Path) -> None:
    with (copy / file).open("a", encoding="utf-8") as added:
        added.write("\ncolour: red\n")

    fault = fault_of(copy)

    assert (fault.file, fault.place.split(".")[0]) == (str(copy / file), "colour")


@pytest.mark.parametrize("file", [file for file in FILES if file.suffix == ".yaml"], ids=str)
def test_broken_yaml_is_named_with_its_file_and_line(copy: Path, file: Path) -> None:
    text = (copy / file).read_text(encoding="utf-8")
    (copy / file).write_text(f"a: b: c\n{text}", encoding="utf-8")

    fault = fault_of(copy)

    assert (fault.file, fault.place) == (str(copy / file), "line 1")


@pytest.mark.parametrize("file", [file for file in FILES if file.name != "sources.yaml"], ids=str)
def test_a_mark_without_a_source_is_named_with_its_file_and_line(copy: Path, file: Path) -> None:
    text = (copy / file).read_text(encoding="utf-8")
    comment = "# " if file.suffix == ".yaml" else ""
    (copy / file).write_text(f"{text.rstrip()}\n{comment}Known.[^nobody-knows]\n", encoding="utf-8")

    fault = fault_of(copy)

    line = len(text.rstrip().splitlines()) + 1
    assert (fault.file, fault.place) == (str(copy / file), f"line {line}")


@pytest.mark.parametrize(
    ("file", "old", "new", "place"),
    [
        pytest.param(
            "guide/words.sv.yaml",
            "Vården kallar",
            "V" * 61,
            "questions.who-starts.options.care.label",
            id="a label of 61 characters",
        ),
        pytest.param(
            "guide/words.en.yaml",
            "care: {label:",
            "nobody: {label:",
            "questions.who-starts.options",
            id="an option without words",
        ),
        pytest.param("guide/words.en.yaml", "language: en", "language: sv", "language", id="the wrong language"),
        pytest.param("guide/words.sv.yaml", "\n  volume:", "\n  volym:", "questions", id="a question without words"),
        pytest.param("guide/words.sv.yaml", "\n  login+manual-notice:", "\n  login+fax:", "aims", id="an unknown aim"),
        pytest.param(
            "guide/words.sv.yaml", "{when: national,", "{when: never,", "steps.inera.4.when", id="a wrong when"
        ),
        pytest.param("guide/flow.yaml", "needed: [care-calls]", "needed: [fax]", "questions.0", id="an unknown need"),
        pytest.param("guide/flow.yaml", "asked: leadership", "asked: nobody", "roles", id="an unknown role"),
        pytest.param("guide/flow.yaml", "version: 1", "version: 0", "version", id="a version below one"),
        pytest.param("levels/inbox.sv.yaml", "id: inbox", "id: hop-out", "id", id="the id of another level"),
        pytest.param("site.yaml", "path: /valj", "path: valj", "pages.1.path", id="an address without a stroke"),
        pytest.param("glossary.en.yaml", "id: video-visit", "id: visit", "terms", id="a term without its twin"),
    ],
)
def test_content_that_does_not_fit_is_named_with_its_place(
    copy: Path, file: str, old: str, new: str, place: str
) -> None:
    spoil(copy / file, old, new)

    fault = fault_of(copy)

    assert fault.place.startswith(place), fault


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        pytest.param("levels/inbox.en.yaml", "actor: staff", "actor: resident", id="another actor"),
        pytest.param("levels/inbox.en.yaml", "manual: true", "manual: false", id="another hand"),
        pytest.param("levels/inbox.en.yaml", "kind: current", "kind: history", id="another state of a contract"),
    ],
)
def test_a_level_that_differs_between_the_languages_is_named(copy: Path, file: str, old: str, new: str) -> None:
    spoil(copy / file, old, new)

    fault = fault_of(copy)

    assert fault.file == str(copy / file)


def test_content_that_is_whole_can_be_read(copy: Path) -> None:
    (copy / "more.md").write_text("Known.[^inera-2020-6-3]\n", encoding="utf-8")

    read_all(copy, {})

    assert "inera-2020-6-3" in read_sources(copy)

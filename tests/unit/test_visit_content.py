"""The demo visits as they are told: the files of the product, and every fault that stops the start."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
import yaml

from hub.call.content import LEVELS, Step, System, Variant, read_visits
from hub.errors import ContentError
from hub.language import LANGUAGES, Language
from hub.settings import ROOT
from hub.sources import check_sources, read_sources
from tests.lix import lix

CONTENT = ROOT / "content"
SOURCES = read_sources(CONTENT)
VISITS = read_visits(CONTENT, SOURCES)
VARIANTS = [
    pytest.param(level, variant, id=f"{level}, {variant.id}")
    for level, content in VISITS.levels.items()
    for variant in content.variants
]
FILES = (*LEVELS, "words")
TROUBLES = {trouble.id: trouble for trouble in VISITS.words.troubles}
PERSONAL_NUMBER = re.compile(r"\d{6}(?:\d{2})?[-+ ]?\d{4}")
E_ID = re.compile(r"bank\s*-?\s*id|freja", re.IGNORECASE)
PLACEHOLDER = re.compile(r"\{(\w*)\}|%\(?(\w+)")
NOT_ASKED = re.compile(
    r"\d+\s*(?:min|minut|minuter|minutes|kr|kronor|sek|öre|euro|weeks?|veckor|dagar|days)\b", re.IGNORECASE
)

each_level = pytest.mark.parametrize("level", LEVELS)
each_language = pytest.mark.parametrize("language", LANGUAGES)
each_file = pytest.mark.parametrize("file", FILES)
each_variant = pytest.mark.parametrize(("level", "variant"), VARIANTS)


def told(found: object) -> Iterator[dict[Language, str]]:
    """Yield everything that is told in both languages, in the order of the file."""
    if isinstance(found, dict):
        if found.keys() == set(LANGUAGES):
            yield found
        else:
            for value in found.values():
                yield from told(value)
    elif isinstance(found, list | tuple):
        for value in found:
            yield from told(value)


def texts(file: str) -> list[dict[Language, str]]:
    model = VISITS.words if file == "words" else VISITS.levels[file]
    return list(told(model.model_dump()))


def steps(level: str) -> list[Step]:
    return [step for variant in VISITS.levels[level].variants for step in variant.steps]


def ids(variant: Variant) -> list[str]:
    return [step.id for step in variant.steps]


# The files of the product


def test_the_start_reads_the_visits_of_all_four_levels() -> None:
    assert tuple(VISITS.levels) == LEVELS


def test_every_source_of_a_visit_is_in_the_list_that_the_pages_show() -> None:
    check_sources(CONTENT, SOURCES)


@each_level
def test_care_starts_the_visit_that_a_level_is_compared_by(level: str) -> None:
    assert VISITS.levels[level].variants[0].starts == "staff"


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        pytest.param("framework", ["care", "resident-books"], id="the resident books"),
        pytest.param("hop-out", ["care", "resident-drops-in"], id="the resident finds the entrance"),
        pytest.param("inbox", ["care"], id="the inbox is for care"),
        pytest.param("reverse-case-flow", ["care"], id="a resident case is for care"),
    ],
)
def test_the_resident_starts_only_where_the_sources_say_so(level: str, expected: list[str]) -> None:
    assert [variant.id for variant in VISITS.levels[level].variants] == expected


@each_variant
def test_a_visit_goes_on_after_the_call(level: str, variant: Variant) -> None:
    after = variant.steps[ids(variant).index("call") + 1 :]

    assert (
        {"note", "follow-up", "read-follow-up"} <= {step.id for step in after},
        any(step.log is not None for step in after),
    ) == (True, True)


@each_variant
def test_each_person_logs_in_to_each_system_once(level: str, variant: Variant) -> None:
    logins = [(step.actor, step.system) for step in variant.steps if step.login]

    assert (len(set(logins)), "machine" in dict(logins)) == (len(logins), False)


@each_variant
def test_nobody_uses_the_video_service_before_logging_in_by_it_or_being_carried_there(
    level: str, variant: Variant
) -> None:
    order = ids(variant)
    entrance = "hop-out" if level in {"framework", "hop-out"} else "service-login"

    assert order.index("resident-login") < order.index(entrance) < order.index("wait")
    assert order.index("video-login") < order.index("wait")


@pytest.mark.parametrize(
    ("level", "second"),
    [
        pytest.param("framework", False, id="the login goes along with the framework"),
        pytest.param("hop-out", False, id="the login goes along with a hop-out"),
        pytest.param("inbox", True, id="a link in the inbox asks for a second"),
        pytest.param("reverse-case-flow", True, id="a link in a case asks for a second"),
    ],
)
def test_the_resident_logs_in_a_second_time_where_the_login_does_not_go_along(level: str, *, second: bool) -> None:
    assert any(step.surface == "service-login" for step in steps(level)) == second


def test_only_the_level_without_joined_systems_has_the_link_carried_by_hand() -> None:
    assert [level for level in LEVELS if {step.id for step in steps(level)} & {"make-link", "paste-link"}] == [
        "reverse-case-flow"
    ]


@pytest.mark.parametrize("id_", sorted({step.id for level in LEVELS for step in steps(level)}))
def test_the_same_step_weighs_the_same_at_every_level(id_: str) -> None:
    same = [step for level in LEVELS for step in steps(level) if step.id == id_]

    assert len({(step.actor, step.system, step.login, bool(step.wrong)) for step in same}) == 1


@each_level
def test_every_system_a_visit_runs_through_is_one_with_a_name(level: str) -> None:
    passages = [step.data for step in steps(level) if step.data is not None]

    assert {end for one in passages for end in (one.start, one.to)} <= {*System, "resident", "staff"}


@each_level
def test_no_passage_ends_where_it_begins(level: str) -> None:
    assert [step.id for step in steps(level) if step.data is not None and step.data.start == step.data.to] == []


# Contracts and grounds


def known_contracts() -> set[str]:
    found = set()
    for level in LEVELS:
        page = yaml.safe_load((CONTENT / "levels" / f"{level}.sv.yaml").read_text(encoding="utf-8"))
        found |= {contract["name"] for contract in page["contracts"] if contract["kind"] == "current"}
    return found


CONTRACTS = sorted({step.contract for level in LEVELS for step in steps(level) if step.contract})


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_contract_is_one_that_a_level_has_now_or_one_that_our_texts_explain(contract: str) -> None:
    explained = "".join(
        file.read_text(encoding="utf-8") for file in [*CONTENT.glob("levels/*.sv.yaml"), CONTENT / "glossary.sv.yaml"]
    )

    assert contract in known_contracts() or re.search(rf"\b{contract}\b", explained)


def test_the_contracts_of_the_inbox_are_named_with_their_versions() -> None:
    assert {"AddMessage 2.0", "IsActiveUser 2.0", "GetMessageThreadStatus 2.0"} <= {
        step.contract for step in steps("inbox")
    }


@each_level
def test_a_contract_stands_by_a_machine_that_moves_something_and_has_a_source(level: str) -> None:
    assert [
        step.id for step in steps(level) if step.contract and (step.manual or step.data is None or not step.sources)
    ] == []


@each_level
def test_a_legal_ground_has_its_source(level: str) -> None:
    assert [step.id for step in steps(level) if step.ground is not None and not step.sources] == []


@each_level
def test_an_old_contract_is_named_nowhere(level: str) -> None:
    assert "AddMessageToPatientPortalInbox" not in (CONTENT / "visits" / f"{level}.yaml").read_text(encoding="utf-8")


# Troubles, people and what is said


def test_the_troubles_to_switch_on_are_these() -> None:
    assert list(TROUBLES) == [
        "wrong-link",
        "time-moved",
        "message-not-read",
        "camera-blocked",
        "network-lost",
        "no-e-id",
        "no-account",
        "protected-identity",
    ]


@each_level
@pytest.mark.parametrize("trouble", ["camera-blocked", "network-lost"])
def test_what_breaks_in_the_call_stands_in_the_way_of_the_call(level: str, trouble: str) -> None:
    assert TROUBLES[trouble].answers[level].step == "call"


@each_level
@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_trouble_that_happens_does_so_in_the_visit_that_is_compared(level: str, trouble: str) -> None:
    answer = TROUBLES[trouble].answers[level]

    assert answer.outcome == "prevented" or answer.step in ids(VISITS.levels[level].variants[0])


def test_a_wrong_link_can_be_pasted_only_where_somebody_pastes() -> None:
    assert [level for level, answer in TROUBLES["wrong-link"].answers.items() if answer.outcome != "prevented"] == [
        "reverse-case-flow"
    ]


def test_two_people_are_found_for_each_role() -> None:
    assert sorted(person.role for person in VISITS.words.people) == ["resident", "resident", "staff", "staff"]


def test_the_recorded_figure_has_its_three_clips() -> None:
    assert list(VISITS.words.counterpart) == ["greet", "ask-camera", "goodbye"]


# The texts


@each_file
def test_no_text_holds_anything_like_a_personal_number(file: str) -> None:
    assert PERSONAL_NUMBER.findall((CONTENT / "visits" / f"{file}.yaml").read_text(encoding="utf-8")) == []


@each_file
def test_no_text_names_a_real_e_id(file: str) -> None:
    assert E_ID.findall((CONTENT / "visits" / f"{file}.yaml").read_text(encoding="utf-8")) == []


@each_file
def test_no_text_states_a_price_or_how_long_something_takes(file: str) -> None:
    assert NOT_ASKED.findall((CONTENT / "visits" / f"{file}.yaml").read_text(encoding="utf-8")) == []


@each_file
def test_both_languages_have_the_same_placeholders(file: str) -> None:
    assert [one for one in texts(file) if PLACEHOLDER.findall(one["sv"]) != PLACEHOLDER.findall(one["en"])] == []


@each_file
def test_no_text_is_the_same_in_both_languages(file: str) -> None:
    assert [one for one in texts(file) if one["sv"] == one["en"]] == []


@each_file
def test_the_two_languages_ask_and_tell_alike(file: str) -> None:
    assert [one for one in texts(file) if (one["sv"][-1] in ".?", "?" in one["sv"]) != (
        one["en"][-1] in ".?",
        "?" in one["en"],
    )] == []  # fmt: skip


@each_language
@each_file
def test_no_text_shouts(language: Language, file: str) -> None:
    assert [one[language] for one in texts(file) if "!" in one[language]] == []


@each_language
@each_file
def test_a_visit_reads_easily(language: Language, file: str) -> None:
    figure, _ = lix([one[language] for one in texts(file)])

    assert figure < 45


@each_language
@each_variant
def test_what_happens_reads_easily_on_its_own(level: str, variant: Variant, language: Language) -> None:
    figure, _ = lix([step.says[language] for step in variant.steps])

    assert figure < 45


@each_language
@each_level
def test_what_happens_is_told_in_short_sentences(language: Language, level: str) -> None:
    assert [
        step.says[language]
        for step in steps(level)
        if not step.says[language].endswith(".")
        or max(len(sentence.split()) for sentence in step.says[language].split(". ")) > 16
    ] == []


@each_language
@each_level
def test_a_button_says_what_to_do_in_a_few_words(language: Language, level: str) -> None:
    said = [step.button[language] for step in steps(level) if step.button is not None]

    assert [text for text in said if len(text.split()) > 6 or text[-1] in ".?" or not text[0].isupper()] == []


@each_level
def test_a_question_is_asked(level: str) -> None:
    questions = chain.from_iterable(one.values() for one in VISITS.levels[level].questions)

    assert [question for question in questions if not question.endswith("?")] == []


# What stops the start


@pytest.fixture
def content(tmp_path: Path) -> Path:
    shutil.copytree(CONTENT / "visits", tmp_path / "visits")
    return tmp_path


STEP = "variants.care"


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "fault"),
    [
        pytest.param("inbox", "level: inbox", "level: hop-out", "level", "file's name", id="another level's visit"),
        pytest.param(
            "inbox", "[inera-digital-calls]", "[inera-2099]", f"{STEP}.book", "unknown source inera-2099",
            id="a source that is not listed",
        ),
        pytest.param(
            "inbox", ', en: "Let in"', "", "variants.0.steps", "both languages",
            id="a language is missing",
        ),
        pytest.param(
            "inbox", 'en: "Let in"', 'en: " "', "variants.0.steps", "both languages",
            id="a language is empty",
        ),
        pytest.param(
            "hop-out", "id: resident-drops-in", "id: care", "variants", "same id", id="two variants with one id"
        ),
        pytest.param("inbox", "- id: book\n", "- id: note\n", STEP, "same id", id="two steps with one id"),
        pytest.param("inbox", "surface: waiting-room", "surface: inbox", STEP, "once", id="nobody waits"),
        pytest.param("inbox", "surface: admit", "surface: calendar", STEP, "once", id="nobody lets in"),
        pytest.param("inbox", "surface: notice", "surface: waiting-room", STEP, "once", id="one waits twice"),
        pytest.param("inbox", "surface: note\n", "surface: call\n", STEP, "once", id="one calls twice"),
        pytest.param("inbox", "starts: staff", "starts: resident", STEP, "first step", id="another one starts"),
        pytest.param(
            "inbox", "actor: staff\n        system: record-system\n        surface: calendar",
            "actor: resident\n        system: record-system\n        surface: calendar",
            f"{STEP}.book", "do not fit", id="a resident at the calendar",
        ),
        pytest.param(
            "inbox", "actor: resident\n        system: login", "actor: staff\n        system: login",
            f"{STEP}.resident-login", "do not fit", id="staff log in as the resident",
        ),
        pytest.param(
            "inbox", "actor: resident\n        system: video-service\n        surface: service-login",
            "actor: machine\n        system: video-service\n        surface: service-login",
            f"{STEP}.service-login", "do not fit", id="a machine logs in",
        ),
        pytest.param(
            "inbox", "surface: machine", "surface: calendar", f"{STEP}.link", "do not fit", id="a machine at a screen"
        ),
        pytest.param(
            "inbox", '        button: {sv: "Släpp in", en: "Let in"}\n', "", f"{STEP}.admit", "button",
            id="a person without a button",
        ),
        pytest.param(
            "inbox", "        contract: IsActiveUser 2.0\n",
            '        contract: IsActiveUser 2.0\n        button: {sv: "Fråga", en: "Ask"}\n',
            f"{STEP}.check-user", "button", id="a machine with a button",
        ),
        pytest.param("inbox", "- id: book\n", "- id: Book 2\n", "variants.0.steps.1.id", "pattern", id="an odd id"),
        pytest.param("inbox", "to: telephone", "to: fax", "variants.0.steps", "Input should be", id="data to an unknown system"),
        pytest.param("inbox", "surface: note\n", "surface: diary\n", "variants.0.steps", "Input should be", id="an unknown screen"),
        pytest.param("inbox", "        contract: A", "        minutes: A", "variants.0.steps", "xtra", id="an odd field"),
        pytest.param("words", "  telephone:", "  fax:", "systems", "Input should be", id="an unknown system has a name"),
        pytest.param(
            "words", '  telephone: {sv: "Telefonen", en: "Telephone"}\n', "", "systems", "not every system",
            id="a system without a name",
        ),
        pytest.param(
            "words", '  resident: {sv: "Invånaren", en: "The resident"}\n', "", "actors", "both roles",
            id="a role without a name",
        ),
        pytest.param("words", "- id: time-moved", "- id: wrong-link", "troubles", "same id", id="two troubles as one"),
        pytest.param("words", "- id: mira", "- id: olle", "people", "same id", id="two people as one"),
        pytest.param("words", "    role: staff", "    role: resident", "people", "each role", id="nobody is staff"),
        pytest.param(
            "words", "  goodbye:\n    staff:", "  goodbye:\n    resident:", "", "stands twice", id="said by one twice"
        ),
        pytest.param(
            "words", "outcome: stopped\n        step: resident-login", "outcome: stopped\n        step: landing",
            "troubles.no-e-id.framework", "only there", id="a trouble at an unknown step",
        ),
        pytest.param(
            "words", "outcome: prevented", "outcome: detour", "troubles.wrong-link.framework", "only there",
            id="a trouble that happens nowhere",
        ),
        pytest.param(
            "words", "outcome: detour", "outcome: prevented", "troubles.wrong-link.reverse-case-flow", "only there",
            id="a trouble prevented at a step",
        ),
        pytest.param(
            "words", "        who: staff\n", "", "troubles.wrong-link.reverse-case-flow", "only there",
            id="nobody takes the way round",
        ),
        pytest.param(
            "words", "[rivta-scheduling-2]", "[inera-2099]", "troubles.wrong-link.framework", "unknown source",
            id="an answer's source is not listed",
        ),
        pytest.param("words", "outcome: stopped", "outcome: shrug", "troubles.5.answers", "Input should be", id="an unknown outcome"),
    ],
)  # fmt: skip
def test_a_fault_stops_the_start_and_is_named(
    content: Path, file: str, old: str, new: str, place: str, fault: str
) -> None:
    broken = content / "visits" / f"{file}.yaml"
    text = broken.read_text(encoding="utf-8")
    assert old in text
    # Every mention in the people's list, the first one elsewhere: what is broken is one thing.
    broken.write_text(text.replace(old, new, -1 if "role:" in old else 1), encoding="utf-8")

    with pytest.raises(ContentError, match=re.escape(fault)) as refused:
        read_visits(content, SOURCES)

    assert (Path(refused.value.file).name, refused.value.place.startswith(place)) == (broken.name, True)


def change(file: Path, how) -> None:
    found = yaml.safe_load(file.read_text(encoding="utf-8"))
    how(found)
    file.write_text(yaml.safe_dump(found, allow_unicode=True), encoding="utf-8")


def leave_out_an_answer(words) -> None:
    del words["troubles"][2]["answers"]["inbox"]


def leave_out_a_fallback(words) -> None:
    del words["troubles"][3]["answers"]["inbox"]["fallback"]


def leave_out_a_voice(words) -> None:
    del words["counterpart"]["greet"]["resident"]


@pytest.mark.parametrize(
    ("how", "place"),
    [
        pytest.param(leave_out_an_answer, "troubles.message-not-read", id="a level without an answer"),
        pytest.param(leave_out_a_fallback, "troubles.camera-blocked.inbox", id="no way round"),
        pytest.param(leave_out_a_voice, "counterpart.greet", id="a clip that one role does not say"),
    ],
)
def test_what_is_missing_in_the_shared_words_stops_the_start(content: Path, how, place: str) -> None:
    change(content / "visits" / "words.yaml", how)

    with pytest.raises(ContentError) as refused:
        read_visits(content, SOURCES)

    assert refused.value.place == place


def swap_waiting_and_letting_in(visit) -> None:
    told_steps = visit["variants"][0]["steps"]
    at = next(place for place, step in enumerate(told_steps) if step["surface"] == "waiting-room")
    told_steps[at : at + 2] = reversed(told_steps[at : at + 2])


def note_before_the_call(visit) -> None:
    told_steps = visit["variants"][0]["steps"]
    at = next(place for place, step in enumerate(told_steps) if step["surface"] == "call")
    told_steps[at : at + 2] = reversed(told_steps[at : at + 2])


def leave_out_what_care_does_first(visit) -> None:
    told_steps = visit["variants"][0]["steps"]
    del told_steps[: next(place for place, step in enumerate(told_steps) if step["actor"] == "resident")]


def keep_seven_steps(visit) -> None:
    del visit["variants"][0]["steps"][7:]


def go_on_for_ever(visit) -> None:
    visit["variants"][0]["steps"] *= 2


def ask_too_little(visit) -> None:
    del visit["questions"][2:]


@pytest.mark.parametrize(
    ("how", "fault"),
    [
        pytest.param(swap_waiting_and_letting_in, "follow on each other", id="let in before waiting"),
        pytest.param(note_before_the_call, "follow on each other", id="a note between letting in and call"),
        pytest.param(leave_out_what_care_does_first, "first step", id="a visit that another begins"),
        pytest.param(keep_seven_steps, "at least 8", id="too short a visit"),
        pytest.param(go_on_for_ever, "at most 20", id="too long a visit"),
        pytest.param(ask_too_little, "at least 3", id="too few questions"),
    ],
)
@each_level
def test_a_visit_of_another_shape_stops_the_start(content: Path, level: str, how, fault: str) -> None:
    change(content / "visits" / f"{level}.yaml", how)

    with pytest.raises(ContentError, match=fault):
        read_visits(content, SOURCES)


@each_file
def test_a_missing_file_stops_the_start(content: Path, file: str) -> None:
    (content / "visits" / f"{file}.yaml").unlink()

    with pytest.raises(ContentError) as refused:
        read_visits(content, SOURCES)

    assert Path(refused.value.file).name == f"{file}.yaml"

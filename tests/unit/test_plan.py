from __future__ import annotations

import datetime as dt
import random
import re
from dataclasses import fields, replace
from functools import cache
from itertools import pairwise
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import Rejected
from hub.guide.answers import Service, facts, read, write
from hub.guide.content import read_guide
from hub.guide.reading import GuideReading
from hub.guide.rules import Ability, Capability, Facts, Need, choose, every_profile
from hub.handover import kind_of, plan_input
from hub.language import LANGUAGES, read_catalogue
from hub.levels.content import read_levels, read_national
from hub.levels.reading import content_words
from hub.plan.content import read_plan
from hub.plan.rules import (
    LIMITS,
    Bullets,
    Document,
    Edits,
    Fields,
    Heading,
    Kind,
    Numbering,
    Paragraph,
    PlanInput,
    Run,
    Source,
    SourceList,
    Table,
    clean,
    one_line,
    paragraphs,
    words,
)
from hub.plan.writing import write as write_plan
from hub.settings import ROOT
from hub.sources import read_sources, sources_in_words
from hub.twins import shape

CONTENT = ROOT / "content"
DAY = dt.date(2026, 11, 3)
ADDRESS = "https://hub.example.se/valj?v=1&s1=who-starts.both"
ANSWERS = {
    Kind.SETTLED: "who-starts.care~single-login.not-needed~volume.few~booked-times.not-needed~horizon.soon~video-safe.yes"
    "~video-login.no~video-links.no~record-inbox.no~record-booking.no~capacity.no~groups.none",
    Kind.STAGED: "who-starts.both~single-login.needed~volume.many~booked-times.needed~horizon.soon~video-safe.yes"
    "~video-login.yes~video-links.dont-know~record-inbox.no~record-booking.no~capacity.yes"
    "~groups.protected-identity_minors_no-e-id_coordination-number",
    Kind.DIRECT: "who-starts.both~single-login.needed~volume.many~booked-times.needed~horizon.later~video-safe.yes"
    "~video-login.yes~video-links.dont-know~record-inbox.no~record-booking.no~capacity.yes~groups.minors",
    Kind.WAIT: "who-starts.both~single-login.needed~volume.many~booked-times.needed~horizon.soon~video-safe.dont-know"
    "~video-login.dont-know~video-links.dont-know~record-inbox.no~record-booking.dont-know~capacity.yes~groups.dont-know",
    Kind.NONE: "who-starts.resident~single-login.needed~volume.few~booked-times.not-needed~horizon.soon~video-safe.yes"
    "~video-login.dont-know~video-links.no~record-inbox.no~record-booking.no~capacity.no~groups.none",
    Kind.NATIONAL: "who-starts.care~single-login.needed~volume.many~booked-times.needed~horizon.soon"
    "~video-safe.no-service~record-inbox.no~record-booking.dont-know~capacity.no~groups.minors",
    Kind.NO_NEED: "who-starts.dont-know~single-login.not-needed~horizon.soon",
}
VERDICTS = {
    Kind.SETTLED: "start-is-aim",
    Kind.STAGED: "start-then-aim",
    Kind.DIRECT: "aim-direct",
    Kind.WAIT: "aim-only-wait",
    Kind.NONE: "nothing",
    Kind.NATIONAL: "national",
    Kind.NO_NEED: "no-need",
}
SECTIONS = {
    "sv": [
        "Förslag till beslut",
        "Sammanfattning",
        "Bakgrund",
        "Alternativ och bedömning",
        "Ekonomiska konsekvenser",
        "Konsekvenser för patientgrupper",
        "Risker",
        "Juridik och informationssäkerhet",
        "Uppföljning",
        "Beslutet skickas till",
    ],
    "en": [
        "Proposed decision",
        "Summary",
        "Background",
        "Alternatives and judgement",
        "Economic consequences",
        "Consequences for groups of patients",
        "Risks",
        "Law and information security",
        "Follow-up",
        "The decision is sent to",
    ],
}


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
    return SimpleNamespace(guide=guide, guide_readings=readings, sources=sources, version="abc123")


@cache
def plan_words():
    return read_plan(CONTENT / "plan")


def service(answers: str, name: str = "") -> Service:
    found, problems = read(answers, hub().guide.flow.questions)
    assert not problems
    return Service(name, found)


def given_input(kind: Kind = Kind.STAGED, language: str = "sv", name: str = "Videobesök Öst") -> PlanInput:
    return plan_input(hub(), plan_words()[language], [service(ANSWERS[kind], name)], 0, day=DAY, address=ADDRESS)


def document(
    kind: Kind = Kind.STAGED, language: str = "sv", edits: Edits | None = None, name: str = "Videobesök Öst"
) -> Document:
    return write_plan(given_input(kind, language, name), edits or Edits(), plan_words()[language])


def texts_of(blocks) -> list[str]:
    found = []
    for block in blocks:
        match block:
            case Heading():
                found.append(block.text)
            case Paragraph():
                found.append(words(block.line))
            case Bullets():
                found += [words(item) for item in block.items]
            case Table():
                found += [words(block.caption), *block.head, *(words(cell) for row in block.rows for cell in row)]
            case Fields():
                found += [text for pair in block.pairs for text in pair]
            case SourceList():
                found += [
                    f"{i.number} {i.source.title} {i.source.publisher} {i.source.seen} {i.source.url}"
                    for i in block.items
                ]
    return found


def text_of(doc: Document) -> str:
    return "\n".join(texts_of((*doc.main, *doc.appendices)))


def without_marks(text: str) -> str:
    return re.sub(r"\u00a0?\[(\^[^\]]+|\d+)\]", "", text)


def profile(facts_: Facts, groups: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return answers that settle exactly these facts."""
    care, resident = Need.CARE_CALLS in facts_.needed, Need.RESIDENT_STARTS in facts_.needed
    who = "both" if care and resident else "care" if care else "resident" if resident else "dont-know"
    answers = {"who-starts": (who,)}
    for question, need, yes in (
        ("single-login", Need.SINGLE_LOGIN, "needed"),
        ("volume", Need.NO_MANUAL_WORK, "many"),
        ("booked-times", Need.BOOKED_TIMES, "needed"),
        ("horizon", Need.EARLY_START, "soon"),
    ):
        answers[question] = (yes if need in facts_.needed else "dont-know",)
    said = {Ability.CAN: "yes", Ability.CANNOT: "no", Ability.UNKNOWN: "dont-know"}
    for capability in Capability:
        answers[capability.value] = (said[facts_.ability(capability)],)
    return {**answers, "groups": groups}


# --- The content -----------------------------------------------------------------------------------------------------


def test_the_languages_hold_the_same_texts_places_and_sources():
    sv, en = (shape(plan_words()[language].model_dump(mode="json")) for language in LANGUAGES)
    assert sv == en


def test_a_twin_that_lacks_a_source_mark_is_noticed():
    assert shape({"a": ["x {b}[^c]"]}) != shape({"a": ["x {b}"]})


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_fit_the_guide(language):
    texts = plan_words()[language]
    assert set(texts.needs) == {need.value for need in Need}
    layers = {"login", "time-and-link", "automatic-notice", "manual-notice"}
    assert set(texts.risks.layers) == layers
    assert set(texts.follow_up.by_layer) == {*layers, "always"}
    assert set(texts.economy.costs) == {*layers, "always", "national"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_source_named_is_known(language):
    known = set(hub().sources[language])
    named = {mark for _, marks in shape(plan_words()[language].model_dump(mode="json")).values() for mark in marks}
    assert named <= known


# --- Text ------------------------------------------------------------------------------------------------------------

SOURCES = tuple(Source(name, name.upper(), "P", "2020", "") for name in ("a", "b"))


def test_marks_are_numbered_in_order_of_first_use_and_stand_before_the_full_stop():
    numbering = Numbering(SOURCES)
    assert words(numbering.line("Ett.[^b][^a] Två,[^b] tre[^a].")) == "Ett\u00a0[1][2]. Två\u00a0[1], tre\u00a0[2]."
    assert [(item.number, item.source.id) for item in numbering.listed().items] == [(1, "b"), (2, "a")]


def test_values_are_never_read():
    line = Numbering(SOURCES).line("{x} och {y}", {"x": "[^a] {y}", "y": (Run("z", strong=True),)})
    assert words(line) == "[^a] {y} och z"
    assert line[-1].strong


def test_an_unknown_source_or_place_stops():
    with pytest.raises(LookupError):
        Numbering(SOURCES).line("x[^c]")
    with pytest.raises(LookupError):
        Numbering(SOURCES).line("{c}")


def test_control_and_format_characters_are_dropped():
    assert clean("a\x00b\u202ec\u200bd\ud800e\te\r\nf\u2028g") == "abcde e\nf\ng"
    assert one_line(" a\n b ") == "a b"
    assert paragraphs("a\n\n  b  c \n") == ("a", "b c")


# --- The handover ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_of_result_is_recognised(kind):
    assert given_input(kind).kind is kind


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_kind_is_the_guides_verdict(language):
    reading, results = hub().guide_readings[language], hub().guide.words[language].results
    for one in random.Random(1).sample(list(every_profile()), 1500):
        choice = choose(one)
        frame = results[VERDICTS[kind_of(one, choice)]]
        expected = frame.format(start=reading.aim_title(choice.start), aim=reading.aim_title(choice.aim))
        assert reading.verdict(one, choice) == expected


def test_a_profile_gives_back_its_facts():
    for one in random.Random(2).sample(list(every_profile()), 300):
        assert facts(profile(one, ("none",)), hub().guide.flow.questions) == one


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", Kind)
def test_every_text_of_the_input_appears(kind, language):
    given_ = given_input(kind, language)
    text = text_of(write_plan(given_, Edits(), plan_words()[language])).lower()
    wanted = [given_.service, given_.day.isoformat(), given_.verdict, given_.aim, given_.aim_sentence, given_.start]
    wanted += [given_.address, given_.version, *given_.needs, *given_.turns, *given_.standing]
    if given_.aim:
        wanted.append(given_.possible)
    wanted += [reason.text for reason in given_.reasons]
    wanted += [part for gate in given_.gates for part in (gate.name, gate.state_word, gate.meaning, gate.who)]
    wanted += [part for step in given_.path for part in (step.title, step.note)]
    wanted += [part for group in given_.groups for part in (group.name, group.risk, group.do)]
    wanted += [part for role in (*given_.steps, *given_.questions) for part in (role.role, *role.texts)]
    wanted += [part for a in given_.alternatives for part in (a.name, a.remark, *a.missing, *a.unknown)]
    wanted += [part for answer in given_.answers for part in (answer.question, answer.answer)]
    plain_text = without_marks(text)
    missing = [part for part in wanted if without_marks(part).lower() not in plain_text]
    assert not missing


def test_what_an_early_start_serves_is_not_claimed_when_nothing_can_be_recommended():
    assert not any(reason.supports for reason in given_input(Kind.NATIONAL).reasons)


def test_only_one_alternative_is_proposed():
    for one in random.Random(3).sample(list(every_profile()), 200):
        made = plan_input(
            hub(), plan_words()["sv"], [Service("", profile(one, ("none",)))], 0, day=DAY, address=ADDRESS
        )
        proposed = sum(alternative.proposed for alternative in made.alternatives)
        assert proposed == (made.kind not in {Kind.NONE, Kind.NO_NEED})


def test_of_several_services_the_one_asked_for_is_written():
    both = [service(ANSWERS[Kind.NATIONAL], "Den ena"), service(ANSWERS[Kind.SETTLED], "Den andra")]
    made = plan_input(hub(), plan_words()["sv"], both, 1, day=DAY, address=ADDRESS)
    assert (made.service, made.kind) == ("Den andra", Kind.SETTLED)
    assert write(both[1].answers, hub().guide.flow.questions)


# --- The document ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", Kind)
def test_the_sections_stand_in_order(kind, language):
    made = document(kind, language)
    assert [b.text for b in made.main if isinstance(b, Heading) and b.level == 2] == SECTIONS[language]
    assert made.main[0] == Heading(1, made.title)
    assert len([b for b in made.appendices if isinstance(b, Heading) and b.level == 2]) == 5
    levels = [b.level for b in (*made.main, *made.appendices) if isinstance(b, Heading)]
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


@pytest.mark.parametrize("kind", Kind)
def test_every_number_has_its_source_and_every_source_its_number(kind):
    made = document(kind)
    listed = [item.number for item in made.appendices[-1].items]
    used = {int(n) for n in re.findall(r"\[(\d+)\]", text_of(made))}
    assert listed == list(range(1, len(listed) + 1))
    assert used == set(listed)
    assert "[^" not in text_of(made)


def test_no_place_is_left_unfilled():
    for kind in Kind:
        for language in LANGUAGES:
            assert not re.search(r"\{\w+\}", text_of(document(kind, language)))


def test_nothing_filled_in_is_said_in_words():
    made = document()
    assert made.main[1] == Fields(
        (
            ("Diarienummer", "Anges vid registrering"),
            ("Handläggare", "Anges av regionen"),
            ("Datum", "2026-11-03"),
            ("Till", "Nämnd eller chef, anges av regionen"),
        )
    )
    text = text_of(made)
    assert "Inga ekonomiska konsekvenser har beräknats." in text
    assert "Ineras pris per meddelande" in text
    assert not re.search(r"\d\s*(kr|kronor|tkr|mkr)\b", text)
    assert "Mottagare är inte angivna." in text
    assert "____" not in text and all(texts_of((*made.main, *made.appendices)))


def test_an_unnamed_service_is_the_regions():
    assert document(name="").title == "Anslutning av regionens videotjänst till 1177"
    assert document(name="  ").title == document(name="").title


def test_the_officers_texts_stand_where_they_belong():
    edits = Edits(
        registration="RS 2026-0417",
        officer="Åsa Öberg",
        unit="Digital utveckling",
        date="den 4 november",
        addressee="Regionstyrelsen",
        decision="Regionstyrelsen ansluter tjänsten.\n\nPiteå börjar.",
        economy="Kostnaden är 2,4 mnkr.",
        recipients="Hälso- och sjukvårdsdirektören\nInera",
        background="Fullmäktige beslutade om detta i maj.",
    )
    made = document(edits=edits)
    assert [pair[1] for pair in made.main[1].pairs] == [
        "RS 2026-0417",
        "Åsa Öberg, Digital utveckling",
        "den 4 november",
        "Regionstyrelsen",
    ]
    decision = made.main[3]
    assert [words(item) for item in decision.items] == ["Regionstyrelsen ansluter tjänsten.", "Piteå börjar."]
    text = text_of(made)
    for part in ("Kostnaden är 2,4 mnkr.", "Hälso- och sjukvårdsdirektören", "Fullmäktige beslutade om detta i maj."):
        assert part in text
    for part in ("Inga ekonomiska konsekvenser", "Lydelsen är Vårdmöteshubbens", "Mottagare är inte angivna"):
        assert part not in text


def test_people_are_never_read_as_ours():
    hostile = "[^inera-2020-6-1] {aim} [1]"
    made = document(edits=Edits(background=hostile, decision=hostile), name=hostile)
    assert text_of(made).count(hostile) >= 3


def test_judgements_say_whose_they_are():
    for kind in Kind:
        made = document(kind)
        label = plan_words()["sv"].judgement
        for heading in ("Sammanfattning", "Risker", "Uppföljning"):
            place = next(i for i, b in enumerate(made.main) if isinstance(b, Heading) and b.text == heading)
            assert made.main[place + 1].line[0] == Run(label, strong=True)


def test_the_best_interests_of_the_child_are_always_tried():
    for kind in Kind:
        assert "Prövning av barnets bästa." in text_of(document(kind))
    assert "inte angett att barn och unga berörs" in text_of(document(Kind.SETTLED))
    assert "inte angett att barn och unga berörs" not in text_of(document(Kind.NATIONAL))


@pytest.mark.parametrize("field", [field.name for field in fields(Edits)])
def test_an_edit_too_long_names_its_field(field):
    assert len(getattr(replace(Edits(), **{field: "å" * LIMITS[field]}), field)) == LIMITS[field]
    with pytest.raises(Rejected) as caught:
        replace(Edits(), **{field: "å" * (LIMITS[field] + 1)})
    assert (caught.value.code, caught.value.field, caught.value.facts) == ("too-long", field, {"most": LIMITS[field]})


@settings(max_examples=60, deadline=None)
@given(
    st.builds(Edits, **{name: st.text(max_size=min(most, 120)) for name, most in LIMITS.items()}), st.text(max_size=60)
)
def test_no_edit_within_the_limits_breaks_it(edits, name):
    made = document(edits=edits, name=name)
    text = text_of(made)
    assert one_line(name) in text
    for field in fields(Edits):
        for part in paragraphs(getattr(edits, field.name)):
            assert part in text


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from(LANGUAGES))
def test_any_result_can_be_written(chance, language):
    can = frozenset(c for c in Capability if chance.random() < 0.4)
    cannot = frozenset(c for c in Capability if c not in can and chance.random() < 0.5)
    one = Facts(frozenset(n for n in Need if chance.random() < 0.5), can, cannot)
    answers = Service("", profile(one, ("dont-know",)))
    made = plan_input(hub(), plan_words()[language], [answers], 0, day=DAY, address=ADDRESS)
    assert "[^" not in text_of(write_plan(made, Edits(), plan_words()[language]))

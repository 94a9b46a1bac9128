"""Every page runs from the frame, in both languages, and the guide goes from the first question to the result."""

import base64
import os
import random
import re
from collections.abc import Mapping
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
from streamlit.testing.v1 import AppTest
from structlog.testing import capture_logs

from hub.bootstrap import build
from hub.guide import answers as link
from hub.guide.answers import Service
from hub.settings import ROOT, read_settings
from hub.survey.rules import MESSAGES, read_word

HUB = build(read_settings(os.environ))
FLOW = HUB.guide.flow
FRAME = ROOT / "pages" / "_frame.py"
LANGUAGES = ("sv", "en")
HOSTILE = "<script>alert('hub')</script>"

ALL_YES: Mapping[str, tuple[str, ...]] = {
    "video-safe": ("yes",),
    "video-login": ("yes",),
    "video-links": ("yes",),
    "record-inbox": ("yes",),
    "record-booking": ("yes",),
    "capacity": ("yes",),
    "groups": ("none",),
}
NO_NEEDS: Mapping[str, tuple[str, ...]] = {
    "who-starts": ("dont-know",),
    "single-login": ("not-needed",),
    "volume": ("few",),
    "booked-times": ("not-needed",),
    "horizon": ("later",),
}
EVERYTHING_WANTED: Mapping[str, tuple[str, ...]] = {
    "who-starts": ("care",),
    "single-login": ("needed",),
    "volume": ("many",),
    "booked-times": ("needed",),
    "horizon": ("later",),
}
AIMS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "login": {**ALL_YES, **NO_NEEDS, "single-login": ("needed",)},
    "manual-notice": {**ALL_YES, **NO_NEEDS, "who-starts": ("care",), "record-inbox": ("no",), "capacity": ("no",)},
    "login+time-and-link+automatic-notice": {**ALL_YES, **EVERYTHING_WANTED},
}
"""Answers by the aim they lead to."""


def visit(script: str = "home.py", **query: str) -> AppTest:
    """Open a page at an address, as the first visit of a new visitor."""
    app = AppTest.from_file(FRAME, default_timeout=30).run()
    for name, value in query.items():
        app.query_params[name] = value
    return app.switch_page(script).run() if script != "home.py" else app.run()


def answered(answers: Mapping[str, tuple[str, ...]], **more: str) -> dict[str, str]:
    """Return the query of an address that says these answers about one service."""
    return {**link.query([Service("", answers)], FLOW), **more}


def shown(app: AppTest) -> str:
    return "\n".join(element.value for element in app.get("html"))


def headings(app: AppTest) -> list[str]:
    return [unescape(re.sub(r"<[^>]+>", "", found)) for found in re.findall(r"<h1\b[^>]*>(.*?)</h1>", shown(app))]


def address(app: AppTest) -> dict[str, str]:
    return {name: value[0] if isinstance(value, list) else value for name, value in app.query_params.items()}


def press(app: AppTest, key: str) -> AppTest:
    return app.button(key=key).click().run()


def choose(app: AppTest, question: str, option: str) -> AppTest:
    app.radio(key=f"answer-{question}").set_value(option)
    return press(app, "continue")


# --- Every page ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("script", [page.script for page in HUB.site.pages])
def test_a_page_runs_and_has_one_heading(script, language):
    app = visit(script, lang=language)

    assert not app.exception
    assert len(headings(app)) == 1


@pytest.mark.parametrize("script", [page.script for page in HUB.site.pages])
def test_a_page_speaks_the_language_asked_for(script):
    swedish, english = (headings(visit(script, lang=language)) for language in LANGUAGES)

    assert swedish != english


def test_the_start_page_is_headed_by_its_words():
    assert headings(visit(lang="en")) == [HUB.pages.home["en"].title]


def test_a_visitor_who_has_not_chosen_gets_swedish():
    assert headings(visit()) == [HUB.pages.home["sv"].title]


def test_the_language_stays_when_the_address_no_longer_says_it():
    app = visit(lang="en")
    del app.query_params["lang"]

    assert headings(app.run()) == [HUB.pages.home["en"].title]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("level", HUB.levels)
def test_a_level_is_headed_by_its_name(level, language):
    app = visit("levels.py", niva=level, lang=language)

    assert headings(app) == [HUB.levels[level][language].name]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_national_branch_is_headed_by_its_name(language):
    app = visit("levels.py", niva="national", lang=language)

    assert headings(app) == [HUB.national[language].name]


def test_an_unknown_level_is_explained_above_the_levels_that_exist():
    app = visit("levels.py", niva=HOSTILE, lang="en")

    assert "The level does not exist" in app.get("html")[0].value
    assert HOSTILE not in shown(app) and len(headings(app)) == 1


def drawings(app: AppTest) -> str:
    """Return what is drawn, which travels as an attribute."""
    return "".join(base64.b64decode(found).decode() for found in re.findall(r"data-drawing='([^']+)'", shown(app)))


def subjects(language: str) -> list[str]:
    found = re.findall(r"amne=([a-z-]+)", shown(visit("dashboards.py", **{"del": "svar", "lang": language})))
    return list(dict.fromkeys(found))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_statement_of_the_survey_stands_under_its_subject(language):
    seen = set()
    for subject in subjects(language):
        app = visit("dashboards.py", **{"del": "svar", "amne": subject, "lang": language})
        seen |= set(re.findall(r"uttalande=([a-z0-9-]+)", shown(app) + drawings(app)))

    assert seen == {statement.id for statement in HUB.mart.statements()}


def test_what_a_chart_says_is_true_of_the_marks_it_draws():
    app = visit("dashboards.py", lang="en")
    marks = {mark.id: mark for mark in HUB.mart.marks()}
    titles = re.findall(r"<h2 id='(?:national|use)-title'>(.*?)</h2>", shown(app))

    assert [[int(number) for number in re.findall(r"\d+", title)] for title in titles] == [
        [marks["framework-wanted"].low, 18, marks["national-video-open"].high],
        [marks["link-to-1177"].low, marks["link-to-1177"].high, 18, 1177],
    ]
    assert all(f'aria-label="{title}"' in drawings(app) for title in titles)


@pytest.mark.parametrize("chart", MESSAGES)
def test_a_message_tells_of_marks_that_its_chart_draws(chart):
    drawn = {one.id for one in HUB.mart.statements() if one.drawn and chart in {one.chart, one.topic}}

    assert {id_ for id_, _ in MESSAGES[chart].values()} <= drawn


@pytest.mark.parametrize("place", range(40))
def test_a_mark_leads_to_its_statement_its_reading_and_its_section(place):
    mark = random.Random(2020).sample(HUB.mart.marks(), 40)[place]
    statement = HUB.mart.statement(mark.id)
    chart = visit("dashboards.py", **{"del": "svar", "amne": statement.topic, "lang": "sv"})
    assert f'href="/mognad?uttalande={mark.id}"' in drawings(chart)

    page = unescape(shown(visit("dashboards.py", uttalande=mark.id, lang="sv")))

    low, high = statement.low, statement.high
    read = f"{low} av 18" if low == high else f"{low}–{high} av 18"
    place = statement.section if statement.section[0].isdigit() else "sammanfattningen"
    assert headings_in(page) == [statement.text["sv"]]
    assert f"<dd>{statement.quantifier['sv'] or '–'}</dd>" in page and f"<dd>{read} regioner</dd>" in page
    assert re.search(rf"<dt>Avsnitt</dt><dd>(avsnitt |kapitel )?{re.escape(place)}\b", page)
    assert not statement.heading or statement.heading in page
    if statement.basis == "coded":
        coded = read_word(statement.quantifier["sv"])
        assert coded is not None and (coded.interval.low, coded.interval.high) == (low, high)


def headings_in(page: str) -> list[str]:
    return [re.sub(r"<[^>]+>", "", found) for found in re.findall(r"<h1\b[^>]*>(.*?)</h1>", page)]


def test_a_statement_without_a_number_says_so():
    page = shown(visit("dashboards.py", uttalande="wide-differences", lang="sv"))

    assert "<dd>inget tal</dd>" in page and "data-drawing" not in page


def test_a_statement_that_another_contradicts_shows_both():
    page = shown(visit("dashboards.py", uttalande="link-to-1177", lang="sv"))

    assert "uttalande=link-to-1177-five" in page and "Där källorna säger olika" in page


@pytest.mark.parametrize(
    ("query", "heading"),
    [
        ({"uttalande": HOSTILE}, "The statement does not exist"),
        ({"del": "svar", "amne": HOSTILE}, "That subject does not exist"),
        ({"del": HOSTILE}, "That part does not exist"),
    ],
    ids=["statement", "subject", "part"],
)
def test_what_the_survey_does_not_have_is_said_above_what_it_has(query, heading):
    app = visit("dashboards.py", lang="en", **query)

    assert heading in app.get("html")[0].value
    assert HOSTILE not in shown(app) and len(headings(app)) == 1


def test_the_address_says_which_chart_is_a_table():
    app = visit("dashboards.py", tabell="use", lang="sv")

    assert re.findall(r"id='(\w+)' data-shows='(\w+)'", shown(app)) == [("national", "chart"), ("use", "table")]


def test_what_is_not_known_is_said_where_one_would_look_for_it():
    app = visit("dashboards.py", lang="sv")

    assert all(unknown.text["sv"] in unescape(shown(app)) for unknown in HUB.mart.unknowns("survey"))


# --- The guide -------------------------------------------------------------------------------------------------------


def test_the_guide_opens_with_a_way_in_to_the_first_question():
    way_in = re.search(r"<a class='hub-button' href='([^']+)'", shown(visit("guide.py", lang="en")))

    assert dict(parse_qsl(urlsplit(unescape(way_in[1])).query))["fraga"] == FLOW.questions[0].id


def test_an_answer_moves_the_address_to_the_next_question():
    app = choose(visit("guide.py", lang="en", v="1", fraga="who-starts"), "who-starts", "care")

    assert address(app) == {"v": "1", "s1": "who-starts.care", "fraga": "single-login", "lang": "en"}
    assert headings(app) == [HUB.guide.words["en"].questions["single-login"].title]


@pytest.mark.parametrize(("language", "sentence"), [("sv", "Svaret saknas"), ("en", "The answer is missing")])
def test_an_empty_answer_shows_the_problem_and_keeps_the_question(language, sentence):
    app = press(visit("guide.py", lang=language, v="1", fraga="who-starts"), "continue")

    assert f"<h2>{sentence}</h2>" in shown(app)
    assert headings(app) == [HUB.guide.words[language].questions["who-starts"].title]


def test_an_empty_answer_leaves_the_address_as_it_was():
    app = press(visit("guide.py", lang="en", v="1", fraga="who-starts"), "continue")

    assert address(app) == {"lang": "en", "v": "1", "fraga": "who-starts"}


def test_an_answer_that_excludes_the_others_cannot_be_ticked_with_them():
    app = visit("guide.py", lang="en", v="1", fraga="groups")
    app.checkbox(key="groups-minors").check()
    app.checkbox(key="groups-none").check()

    press(app, "continue")

    assert "The answers do not fit together" in shown(app) and "s1" not in address(app)


def test_several_answers_can_be_ticked_together():
    app = visit("guide.py", lang="en", v="1", fraga="groups")
    app.checkbox(key="groups-minors").check()
    app.checkbox(key="groups-no-e-id").check()

    press(app, "continue")

    assert address(app)["s1"] == "groups.minors_no-e-id"


def test_the_answer_before_is_filled_in_when_a_question_is_opened_again():
    app = visit("guide.py", **answered({"who-starts": ("both",)}, fraga="who-starts"))

    assert app.radio(key="answer-who-starts").value == "both"


def test_a_region_without_a_video_service_is_not_asked_what_it_can_do():
    app = choose(visit("guide.py", v="1", fraga="video-safe"), "video-safe", "no-service")

    app.query_params["fraga"] = "video-login"
    app.run()

    assert headings(app) != [HUB.guide.words["sv"].questions["video-login"].title]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("aim", AIMS)
def test_the_result_is_headed_by_the_aim(aim, language):
    app = visit("guide.py", **answered(AIMS[aim], lang=language))

    assert not app.exception
    assert headings(app) == [HUB.guide.words[language].aims[aim].title]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_result_without_any_need_recommends_no_way(language):
    app = visit("guide.py", **answered({**ALL_YES, **NO_NEEDS}, lang=language))

    assert HUB.guide.words[language].results["no-need"] in unescape(shown(app))


def test_the_whole_guide_can_be_walked_from_the_first_question_to_the_result():
    app = visit("guide.py", lang="en", v="1", fraga=FLOW.questions[0].id)
    wanted = AIMS["login+time-and-link+automatic-notice"]

    for question in FLOW.questions[:-1]:
        app = choose(app, question.id, wanted[question.id][0])
    app.checkbox(key="groups-none").check()
    press(app, "continue")

    assert headings(app) == [HUB.guide.words["en"].aims["login+time-and-link+automatic-notice"].title]
    assert address(app) == answered(wanted, lang="en")


def test_a_name_given_to_a_service_stands_in_the_address_and_above_the_result():
    app = visit("guide.py", **answered(AIMS["login"], lang="en"))
    app.text_input(key="name-0").set_value(f"Hud & hår {HOSTILE}")

    press(app, "save-name")

    assert address(app)["n1"] == f"Hud & hår {HOSTILE}"
    assert "Hud &amp; hår" in shown(app) and HOSTILE not in shown(app)


def test_a_service_that_is_added_starts_at_the_first_question():
    app = press(visit("guide.py", **answered(AIMS["login"], lang="en")), "add-service")

    assert (address(app)["tjanst"], address(app)["s2"], address(app)["fraga"]) == ("2", "", FLOW.questions[0].id)


def test_several_services_stand_side_by_side():
    services = [Service("Mind", AIMS["login"]), Service("Skin", AIMS["manual-notice"])]

    app = visit("guide.py", **link.query(services, FLOW), lang="en")

    assert "<h2>Your services</h2>" in shown(app) and ">Mind</a>" in shown(app) and ">Skin</a>" in shown(app)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"v": "0", "s1": "who-starts.care"}, "The link was made with version 0 of the questions"),
        ({"v": "1", "s1": "weather.fine"}, "The link holds a question that does not exist: weather.fine"),
        ({"v": "1", "s1": "who-starts.nobody"}, "The link holds an answer that does not exist: who-starts.nobody"),
        ({"v": "1", "s1": "volume.few~volume.many"}, "The link answers the same question twice"),
        ({"v": "1", "s1": "x" * 2000}, "A part of the link is longer than any answers can be"),
        ({"v": "1", "s1": "volume.few", "s6": "volume.few"}, "The link holds more than five services"),
    ],
)
def test_a_link_that_cannot_be_read_says_why(query, sentence):
    app = visit("guide.py", lang="en", **query)

    assert not app.exception
    assert sentence in unescape(app.get("html")[0].value)


def test_a_hostile_link_is_shown_as_text():
    app = visit("guide.py", v=HOSTILE, s1=HOSTILE, n1=HOSTILE, tjanst=HOSTILE, fraga=HOSTILE, lang=HOSTILE)

    assert not app.exception
    assert HOSTILE not in shown(app)


# --- Errors ----------------------------------------------------------------------------------------------------------


def a_page_that_meets_an_unknown_error():
    from components import problems, session

    session.settle_language()
    problems.unknown(RuntimeError("the inside of the house"))


def a_page_that_meets_an_error_of_ours():
    import streamlit as st

    from components import problems, session
    from hub import errors

    session.settle_language()
    problems.unknown(
        {"gone": errors.NotFound("thread", "17"), "away": errors.Unavailable("the mart does not answer")}[
            st.query_params["met"]
        ]
    )


def run(function, **query: str) -> AppTest:
    app = AppTest.from_function(function, default_timeout=30)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


@pytest.mark.parametrize(("language", "sentence"), [("sv", "Något gick fel"), ("en", "Something went wrong")])
def test_an_unknown_error_shows_the_reference_that_was_logged_and_no_traceback(language, sentence):
    with capture_logs() as logged:
        app = run(a_page_that_meets_an_unknown_error, lang=language)

    assert f"<h2>{sentence}</h2>" in shown(app) and logged[0]["reference"] in shown(app)
    assert "the inside of the house" not in shown(app) and "Traceback" not in shown(app)
    assert not app.exception


def test_an_unknown_error_is_logged_with_its_cause():
    with capture_logs() as logged:
        run(a_page_that_meets_an_unknown_error)

    assert [(line["event"], str(line["exc_info"])) for line in logged] == [("page_failed", "the inside of the house")]


@pytest.mark.parametrize(
    ("met", "sentence"), [("gone", "This does not exist"), ("away", "This does not answer just now")]
)
def test_an_error_of_ours_says_what_to_do_and_is_not_logged_as_a_fault(met, sentence):
    with capture_logs() as logged:
        app = run(a_page_that_meets_an_error_of_ours, met=met, lang="en")

    assert f"<h2>{sentence}</h2>" in shown(app)
    assert logged == []


# --- The demo visit --------------------------------------------------------------------------------------------------


def test_when_all_rooms_are_taken_it_is_said_and_what_was_chosen_stays(monkeypatch):
    monkeypatch.setattr(HUB.rooms, "_most", 0)
    app = press(visit("demo.py", niva="inbox", roll="staff"), "demo-begin")

    assert not app.exception
    assert "Det är fullt just nu" in shown(app)
    assert (app.radio(key="demo-level").value, app.radio(key="demo-role").value) == ("inbox", "staff")


def test_whoever_begins_very_many_visits_is_told_to_wait(monkeypatch):
    app = visit("demo.py")
    monkeypatch.setitem(HUB.limits._most, "demo", 0)
    app = press(app, "demo-begin")

    assert not app.exception
    assert "Besöket kunde inte börja" in shown(app) and "sekunder" in shown(app)


@pytest.mark.parametrize(
    "query",
    [
        {"niva": HOSTILE, "start": HOSTILE, "roll": HOSTILE, "sallskap": HOSTILE, "egna": HOSTILE},
        {"egna": "inbox_care_9999999999_a.b~x_y_z~____~inbox_none_1_book", "del": "jamfor"},
        {"besok": "__\x00" + "a" * 5000},
        {"besok": "x", "del": "jamfor"},
    ],
)
def test_an_address_of_a_visit_may_hold_anything(query):
    app = visit("demo.py", **query)

    assert not app.exception
    assert HOSTILE not in shown(app) and len(headings(app)) == 1

"""Rounds of the survey as their pages show them: to each visitor what the rules allow, and nothing more to be read out."""

import re
from collections.abc import Iterator
from html import unescape

import pytest

from hub.errors import Unavailable
from hub.visitor import NOBODY
from tests import rounds as kept
from tests.app.test_figures import drawings
from tests.app.test_pages import HOSTILE, HUB, headings, shown, visit
from tests.rounds import MEMBER, VIEWERS, Handed, editor

ASKED = HUB.questionnaires[1]
STATEMENTS = tuple(ASKED.statements)
FIRST = STATEMENTS[0]
NEED = ASKED.needs[0].id
MARK = "EXEMPEL, påhittade svar"
CHARTS = ("fordelning", "regionkarta", "forandring", "behov", "tackning")
OPEN = kept.held("rundaoppen", "Våren", closed=False, days_ago=5)
CLOSED = kept.held("rundastangd", "Hösten", closed=True, days_ago=9)
BEFORE = kept.held("rundatidigare", "Året innan", closed=True, days_ago=400)
REGIONS = {
    "AB": Handed("public", "4", needs=(NEED,), evidence="En policy", may_be_asked=True),
    "C": Handed("public", "2"),
    "D": Handed("named", "5"),
    "M": Handed("aggregate", "1"),
}


@pytest.fixture(autouse=True)
def _no_rounds() -> Iterator[None]:
    yield
    kept.empty(HUB.database)
    HUB.topics.move("survey")


@pytest.fixture
def as_visitor(monkeypatch):
    """Let the pages be asked for by somebody."""

    def become(by):
        monkeypatch.setattr("components.session._resolve", lambda: by)

    become(NOBODY)
    return become


def held(round_, regions=None) -> None:
    kept.write(HUB.database, round_, STATEMENTS, REGIONS if regions is None else regions)
    HUB.topics.move("survey")


def page(**query: str):
    app = visit("dashboards.py", **{"del": "runda", **query})
    assert not app.exception and len(headings(app)) == 1
    return app


def text(app) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", shown(app)))


def everything(app) -> str:
    """Return all that reaches the browser: what is read, hidden tables, and the drawings."""
    return "\n".join([unescape(shown(app)), *drawings(app), *(one.label for one in app.checkbox)])


def rows(app, chart: str) -> list[list[str]]:
    """Return the cells of a chart's table."""
    part = re.search(rf"<section class='hub-figure' id='{chart}'.*?</section>", shown(app), re.DOTALL)
    assert part
    lines = re.findall(r"<tr><th scope='row'>(.*?)</tr>", part[0])
    return [[unescape(cell) for cell in re.split(r"</t[hd]>(?:<td>)?", line) if cell] for line in lines]


# --- Without a round, and the example --------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["sv", "en"])
def test_without_a_round_2020_and_the_example_are_offered(as_visitor, language):
    html = shown(page(lang=language))

    assert "href='/mognad?del=svar'" in html and "href='/mognad?del=runda&amp;exempel=1'" in html


@pytest.mark.parametrize(
    "query", [{}, {"runda": "exempel-1"}, {"sjukvardsregion": "Norra"}, {"sjukvardsregion": "synliga"}]
)
def test_the_example_says_so_on_top_in_every_drawing_and_in_every_table(as_visitor, query):
    app = page(exempel="1", **query)

    captions = re.findall(r"<caption[^>]*>(.*?)</caption>", shown(app))
    assert shown(app).index(MARK) < shown(app).index("<h1")
    assert drawings(app) and all(drawing.count(MARK) >= 2 for drawing in drawings(app))
    assert captions and all(caption.startswith(MARK) for caption in captions)


def test_the_example_of_a_region_says_so_too(as_visitor):
    app = page(exempel="1", region="X1")

    captions = re.findall(r"<caption[^>]*>(.*?)</caption>", shown(app))
    assert drawings(app) and all(drawing.count(MARK) >= 2 for drawing in drawings(app))
    assert len(captions) == 2 and all(caption.startswith(MARK) for caption in captions)
    assert not app.checkbox and "går inte att lägga dit" in text(app)


def test_the_example_names_no_real_region_and_real_answers_have_no_mark(as_visitor):
    held(OPEN)
    real = page()
    made_up = everything(page(exempel="1"))

    assert MARK not in everything(real)
    assert not [region.name for region in HUB.mart.regions() if region.name in made_up]


@pytest.mark.parametrize("query", [{}, {"region": "X1"}, {"sjukvardsregion": "Norra"}])
def test_the_example_is_not_stored(as_visitor, query):
    page(exempel="1", **query)

    assert HUB.rounds.all() == ()


def test_every_chart_has_its_message_table_and_way_to_be_saved(as_visitor):
    app = page(exempel="1", tabell="behov")

    html = shown(app)
    assert re.findall(r"class='hub-figure' id='(\w+)' data-shows='(\w+)'", html) == [
        (one, "table" if one == "behov" else "chart") for one in CHARTS
    ]
    assert html.count("data-saves='csv'") == len(CHARTS)


# --- A round ---------------------------------------------------------------------------------------------------------


def test_the_questionnaire_says_that_it_is_not_validated(as_visitor):
    held(OPEN)

    assert ASKED.about["sv"] in text(page()) and ASKED.about["sv"] in text(page(region="AB"))


def test_why_a_figure_may_be_smaller_is_said_whatever_is_held_back(as_visitor):
    held(OPEN, {"AB": Handed("public")})
    sentence = "Det som hålls inne ser likadant ut som det ingen har svarat på."
    open_, hidden = text(page()), None
    held(CLOSED, {"M": Handed("aggregate")})
    hidden = text(page(runda=CLOSED.id))

    assert sentence in open_ and sentence in hidden


def test_the_newest_round_is_shown_and_another_can_be_chosen(as_visitor):
    held(OPEN)
    held(BEFORE)

    assert headings(page()) == ["Våren"] and headings(page(runda=BEFORE.id)) == ["Året innan"]
    assert [
        unescape(one) for one in re.findall(r"<option value='runda\w+'(?: selected)?>(.*?)</option>", shown(page()))
    ] == [
        "Våren",
        "Året innan",
    ]


@pytest.mark.parametrize("asked", ["finnsinte", HOSTILE])
def test_an_unknown_round_is_said_above_those_there_are(as_visitor, asked):
    held(OPEN)
    app = page(runda=asked)

    assert "Rundan finns inte" in text(app) and headings(app) == ["Våren"] and HOSTILE not in shown(app)


def test_an_unknown_part_of_the_country_is_said_and_all_is_shown(as_visitor):
    held(OPEN)
    app = page(sjukvardsregion=HOSTILE)

    assert "Detta val finns inte" in text(app) or "finns inte" in text(app)
    assert HOSTILE not in shown(app) and rows(app, "tackning")[0][1] == "2 av 21 (10 %)"


def test_nobody_counts_the_public_and_whoever_speaks_for_a_region_the_named_too(as_visitor):
    held(OPEN)
    public = rows(page(), "fordelning")[0]
    as_visitor(editor("C"))
    named = rows(page(), "fordelning")[0]

    assert public[1:6] == ["0 av 6 (0 %)", "3 av 6 (50 %)", "0 av 6 (0 %)", "3 av 6 (50 %)", "0 av 6 (0 %)"]
    assert named[9] == "9" and named[5] == "3 av 9 (33 %)"


def test_the_map_stands_in_the_order_of_the_county_codes(as_visitor):
    held(OPEN, {code: Handed("public", level) for code, level in (("M", "5"), ("AB", "1"), ("C", "3"), ("BD", "4"))})
    app = page()

    assert [row[0] for row in rows(app, "regionkarta")] == [
        "Region Stockholm",
        "Region Uppsala",
        "Region Skåne",
        "Region Norrbotten",
    ]
    assert "ingen rangordning" in text(app)


def test_a_filter_counts_only_its_regions_that_may_be_seen(as_visitor):
    held(OPEN)
    app = page(sjukvardsregion="Mellansverige")

    assert [row[0] for row in rows(app, "regionkarta")] == ["Region Uppsala"]
    assert rows(app, "tackning")[0][1].startswith("1 av ")


def test_needs_and_evidence_are_told_out_of_how_many(as_visitor):
    held(OPEN)
    app = page()

    assert rows(app, "behov")[0][1] == "1 av 2 (50 %)"
    assert rows(app, "tackning")[1][1] == "3 av 6 (50 %)"


def test_change_is_counted_among_those_seen_in_both_rounds(as_visitor):
    held(BEFORE, {"AB": Handed("public", "3"), "C": Handed("public", "2"), "D": Handed("public", "1")})
    held(OPEN)
    app = page()

    assert rows(app, "forandring")[0][1:] == ["0 av 6 (0 %)", "3 av 6 (50 %)", "3 av 6 (50 %)", "6"]
    assert "jämfört med Året innan" in text(app)


def test_a_round_that_nobody_has_answered_is_shown_empty(as_visitor):
    held(OPEN, {})
    app = page()

    assert text(app).count("Det finns inget att visa här.") == 4 and not drawings(app)


# --- One region ------------------------------------------------------------------------------------------------------


def test_a_region_is_held_against_the_others_statement_by_statement(as_visitor):
    held(OPEN, {**REGIONS, "C": Handed("public", "2", but={FIRST: "1", STATEMENTS[1]: "dont-know"})})
    app = page(region="C")

    assert headings(app) == ["Region Uppsala"] and rows(app, "profil")[0][:3] == ["Användning och spridning", "1", "2"]
    assert all(ASKED.statements[one].says["sv"] in text(app) for one in STATEMENTS)
    assert "Ett påstående är på nivå 1:" in text(app) and "25 påståenden delar nivå 2:" in text(app)
    assert "Här vet regionen inte sin nivå:" in text(app)


def test_a_gap_leads_to_the_next_level_and_to_public_regions_that_are_glad_to_be_asked(as_visitor):
    as_visitor(editor("C"))
    held(OPEN, {**REGIONS, "E": Handed("public", "5")})
    app = page(region="C")

    html, leads = shown(app), ASKED.statements["integration-booking"].leads
    assert f"Från nivå 2 till 3: {ASKED.statements[FIRST].level(3)['sv']}" in text(app)
    assert all(f"href='/krav#krav-{one}'" in html for one in leads.requirements)
    assert f"href='/prova?niva={leads.demo}'" in html and f"href='/nivaer?niva={leads.levels[0]}'" in html
    assert "href='/regioner?region=AB'" in html and "href='/regioner?region=D'" not in html
    assert "href='/regioner?region=E'" not in html


def test_change_in_a_region_is_told_statement_by_statement(as_visitor):
    held(BEFORE, {"C": Handed("public", "3", but={FIRST: "1"})})
    held(OPEN)

    assert "↑ från 1 till 2" in text(page(region="C")) and text(page(region="C")).count("↓ från 3 till 2") == 26


def test_a_region_without_gaps_is_told_so(as_visitor):
    held(OPEN, {"C": Handed("public", "5")})
    app = page(region="C")

    assert "Det finns ingen nästa nivå" in text(app) and not app.checkbox
    assert "Alla påståenden har samma nivå" in text(app)


@pytest.mark.parametrize("viewer", VIEWERS)
@pytest.mark.parametrize("asked", ["M", "ZZ", HOSTILE, "BD"])
def test_a_hidden_region_gets_the_answer_of_an_unknown_one(as_visitor, viewer, asked):
    as_visitor(VIEWERS[viewer])
    held(OPEN)
    hidden = page(region=asked)

    assert shown(hidden) == shown(page(region="Y")) and asked not in text(hidden).split()


@pytest.mark.parametrize("round_", ["finnsinte", OPEN.id])
def test_an_unknown_round_of_a_region_says_the_same(as_visitor, round_):
    held(OPEN)

    assert headings(page(region="M", runda=round_)) == ["Det finns inget att visa om den här regionen"]


def test_a_named_region_is_shown_to_those_who_speak_for_one_and_to_nobody_else(as_visitor):
    held(OPEN)
    hidden = headings(page(region="D"))
    as_visitor(editor("C"))

    assert hidden != ["Region Sörmland"] and headings(page(region="D")) == ["Region Sörmland"]


def test_a_region_sees_itself_before_it_is_handed_in_and_nobody_else_does(as_visitor):
    held(OPEN, {"M": Handed("public", "2", handed_in=False)})
    hidden = headings(page(region="M"))
    as_visitor(editor("M"))
    app = page(region="M")

    assert headings(app) == ["Region Skåne"] and "inte inlämnade än" in text(app)
    assert hidden == ["Det finns inget att visa om den här regionen"]


def test_a_new_settled_answer_stands_in_the_regions_own_view_at_the_next_run(as_visitor):
    as_visitor(editor("M"))
    held(OPEN, {"M": Handed("aggregate", "2", handed_in=False)})
    app = page(region="M")
    before = rows(app, "profil")[0][1]
    HUB.database.write(lambda connection: _settle(connection, "4"))

    assert (before, rows(app.run(), "profil")[0][1]) == ("2", "4")


def _settle(connection, choice: str) -> None:
    from hub.survey import answer_store as store
    from hub.survey.answers import Settled

    part = store.part(connection, OPEN.id, "M")
    for statement in STATEMENTS[:3]:
        store.put_settled(connection, part, statement, Settled(choice, "", "Elin", 2, kept.NOW), "")


def test_a_region_that_has_not_begun_is_shown_the_way(as_visitor):
    as_visitor(editor("M"))
    held(OPEN, {})

    assert f"href='/enkat?runda={OPEN.id}&amp;region=M'" in shown(page(region="M"))


def test_steps_can_be_chosen_and_whoever_has_no_plan_is_told_how_to_begin_one(as_visitor):
    held(OPEN)
    app = page(region="C")

    assert len(app.checkbox) == 27 and "href='/valj'" in shown(app)
    app.checkbox[0].check()
    app.button[-1].click().run()
    assert "Klistra in hela länken" in text(app)


@pytest.mark.parametrize("query", [{}, {"region": "C"}])
def test_without_its_database_the_page_says_so_and_the_example_still_works(as_visitor, monkeypatch, query):
    def away():
        raise Unavailable

    monkeypatch.setattr(HUB.rounds, "all", away)

    assert "inte" in text(page(**query)) and "just nu" in text(page(**query))
    assert drawings(page(exempel="1"))


# --- What gets out ---------------------------------------------------------------------------------------------------

ADDRESSES = (
    {},
    {"sjukvardsregion": "synliga"},
    {"sjukvardsregion": "Södra"},
    {"region": "M"},
    {"region": "AB"},
)
WORLDS = {
    "nobody": {},
    "low": {"M": Handed("aggregate", "1", needs=(NEED,))},
    "high": {"M": Handed("aggregate", "5", evidence="Ett beslut")},
    "not handed in": {"M": Handed("aggregate", "4", handed_in=False)},
}


@pytest.mark.parametrize("round_", [OPEN, CLOSED], ids=["open", "closed"])
def test_nothing_on_any_page_tells_whether_or_what_an_aggregate_region_has_answered(as_visitor, round_):
    others = {code: one for code, one in REGIONS.items() if code != "M"}
    # Five that keep to themselves: with the one attacked they are enough to enter, without it they are not.
    quiet = {code: Handed("aggregate", "3") for code in ("F", "G", "H", "I")}
    found = {}
    for name, world in WORLDS.items():
        kept.empty(HUB.database)
        held(BEFORE, {**others, **quiet, **world})
        held(round_, {**others, **quiet, **world})
        for viewer, by in VIEWERS.items():
            as_visitor(by)
            found[name, viewer] = [everything(page(**query)) for query in ADDRESSES]

    assert not [one for one in found if found[one] != found["nobody", one[1]]]
    assert not [page for viewer in VIEWERS for page in found["low", viewer] if "Skåne" in page or "Kronoberg" in page]


@pytest.mark.parametrize("viewer", VIEWERS)
def test_enough_aggregate_regions_enter_one_figure_alone(as_visitor, viewer):
    as_visitor(VIEWERS[viewer])
    quiet = {code: Handed("aggregate", "3") for code in ("F", "G", "H", "I", "K", "M")}
    held(CLOSED, {"AB": Handed("public", "4"), **quiet})
    whole, filtered = page(), page(sjukvardsregion="synliga")

    assert rows(whole, "tackning")[0][1] == "7 av 21 (33 %)" and rows(filtered, "tackning")[0][1] == "1 av 21 (5 %)"
    assert [row[0] for row in rows(whole, "regionkarta")] == ["Region Stockholm"]
    assert not [code for code in quiet if headings(page(region=code)) == [HUB.regions.name(code)]]


def test_a_region_that_closes_up_later_is_gone_by_name_at_once(as_visitor):
    held(OPEN)
    before = [row[0] for row in rows(page(), "regionkarta")]
    kept.empty(HUB.database)
    held(OPEN, {**REGIONS, "C": Handed("aggregate", "2")})

    assert before == ["Region Stockholm", "Region Uppsala"]
    assert [row[0] for row in rows(page(), "regionkarta")] == ["Region Stockholm"]


def test_a_member_of_a_region_sees_no_more_than_anybody(as_visitor):
    held(OPEN)
    anybody = everything(page(region="M"))
    as_visitor(MEMBER)

    assert everything(page(region="M")) == anybody

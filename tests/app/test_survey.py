"""The pages of a round of the survey, run from the frame: what is said when there is none, and who is led where."""

import datetime as dt

import pytest

from hub.errors import Rejected
from hub.survey.answer_store import add_round
from hub.survey.rounds import Round
from hub.visitor import NOBODY
from tests.app.test_pages import HOSTILE, HUB, headings, shown, visit

NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def rounds() -> dict[str, Round]:
    """A round to come, one that is open, and one that has closed."""
    made = {
        stage: Round(f"prov{stage}", max(HUB.questionnaires), NOW + opens * DAY, NOW + closes * DAY, {
            "sv": f"Provrunda {stage}", "en": f"Trial round {stage}",
        })
        for stage, opens, closes in (("coming", 5, 9), ("open", -5, 5), ("closed", -9, -5))
    }  # fmt: skip
    for one in made.values():
        HUB.database.write(lambda connection, one=one: add_round(connection, one))
    return made


def test_without_a_round_the_page_says_what_one_is_and_leads_to_what_there_is():
    app = visit("survey.py")
    page = shown(app)

    assert not app.exception and headings(app) == ["Svara för er region"]
    assert "Ingen runda är öppen" in page and "Den är inte validerad" in page
    assert "href='/mognad?del=svar'" in page and "href='/mognad?del=runda&amp;exempel=1'" in page


def test_rounds_are_listed_by_whether_they_can_be_answered_and_a_stranger_is_led_to_sign_in(rounds):
    page = shown(visit("survey.py"))

    places = [page.index(words) for words in ("Öppna nu", "Provrunda open", "Kommande", "Provrunda coming", "Stängda")]
    assert places == sorted(places)
    assert "href='/auth/login?next=/enkat'" in page
    assert f"href='/mognad?del=runda&amp;runda={rounds['closed'].id}'" in page


def test_where_things_stand_leads_into_the_open_round_and_to_what_closed_ones_gave(rounds):
    page = shown(visit("dashboards.py"))

    assert "Provrunda open" in page and "href='/enkat'" in page
    assert f"href='/mognad?del=runda&amp;runda={rounds['closed'].id}'" in page and "Provrunda coming" not in page


@pytest.mark.parametrize(
    ("round_id", "region", "key"),
    [
        ("provopen", "M", ""),
        ("provopen", "M", "x" * 22),
        ("provopen", "ZZ", ""),
        ("nothing", "M", ""),
        (HOSTILE, HOSTILE, HOSTILE),
    ],
)
def test_whoever_may_not_answer_learns_nothing_of_the_part_but_what_to_do(rounds, round_id, region, key):
    app = visit("survey.py", runda=round_id, region=region, nyckel=key)

    assert not app.exception and headings(app) == ["Svaret kan inte öppnas"]
    assert HOSTILE not in shown(app) and not app.radio and "Logga in" in shown(app)


def test_an_english_reader_meets_the_english_title(rounds):
    assert "Trial round open" in shown(visit("survey.py", lang="en"))


def test_only_an_administrator_sets_up_a_round():
    app = visit("administration.py", vy="rundor")

    assert not app.text_input and "Administrera hubben" in headings(app)
    with pytest.raises(Rejected, match="not-allowed"):
        HUB.rounds.begin(NOBODY, {"sv": "A", "en": "A"}, NOW, NOW + DAY, "command-1")

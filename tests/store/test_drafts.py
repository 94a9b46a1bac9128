"""Drafts: whose they are, what is never lost without a question, and how many there may be."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from hub.drafts import LONGEST, LONGEST_FIELD, LONGEST_FIELDS, MOST, MOST_FIELDS, Drafts
from hub.errors import Rejected
from hub.limits import Limits
from hub.visitor import Visitor

ANNA = Visitor("person:anna", "anna")
BO = Visitor("browser:0123456789abcdef")
SOMEBODY = Visitor("address:0123456789abcdef")
START = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)


class HeldClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> dt.datetime:
        return self.now

    def pass_minutes(self, minutes: float) -> None:
        self.now += dt.timedelta(minutes=minutes)


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
def drafts(either, clock) -> Drafts:
    return Drafts(either, Limits(factor=100), clock)


def refusal(work) -> Rejected:
    with pytest.raises(Rejected) as caught:
        work()
    return caught.value


def test_a_draft_is_read_as_it_was_saved(drafts):
    saved = drafts.save(ANNA, "plan:1:notes", "Vi börjar i höst.\n\nåäö 😀", 0, "3")

    assert drafts.read(ANNA, "plan:1:notes") == saved
    assert (saved.text, saved.base, saved.saved_at) == ("Vi börjar i höst.\n\nåäö 😀", "3", START)


def test_each_save_follows_the_one_before(drafts):
    first = drafts.save(ANNA, "a", "ett", 0)
    second = drafts.save(ANNA, "a", "ett två", first.version)

    assert second.version == first.version + 1 and drafts.read(ANNA, "a").text == "ett två"


def test_a_text_saved_elsewhere_is_not_overwritten_and_comes_with_the_refusal(drafts):
    first = drafts.save(ANNA, "a", "ett", 0)
    newer = drafts.save(ANNA, "a", "från det andra fönstret", first.version)

    error = refusal(lambda: drafts.save(ANNA, "a", "härifrån", first.version))

    assert (error.code, error.facts["draft"]) == ("newer", newer)
    assert drafts.read(ANNA, "a") == newer


def test_a_writer_who_has_seen_nothing_does_not_overwrite(drafts):
    drafts.save(ANNA, "a", "ett", 0)

    assert refusal(lambda: drafts.save(ANNA, "a", "annat", 0)).code == "newer"


def test_the_same_text_saved_again_changes_nothing(drafts):
    first = drafts.save(ANNA, "a", "ett", 0)

    assert drafts.save(ANNA, "a", "ett", 0) == first


def test_a_form_is_kept_with_its_text_in_one_version(drafts):
    first = drafts.save(ANNA, "a", "", 0, fields={"rubrik": "Ett", "tagg-video": "1"})
    second = drafts.save(ANNA, "a", "", first.version, fields={"rubrik": "Två", "tagg-video": ""})

    assert drafts.read(ANNA, "a") == second and second.version == first.version + 1
    assert second.fields == {"rubrik": "Två", "tagg-video": ""}


def test_another_form_under_the_same_text_is_not_overwritten(drafts):
    theirs = drafts.save(ANNA, "a", "samma", 0, fields={"rubrik": "Från telefonen"})
    error = refusal(lambda: drafts.save(ANNA, "a", "samma", 0, fields={"rubrik": "Från datorn"}))

    assert (error.code, error.facts["draft"]) == ("newer", theirs)


def test_the_same_form_saved_again_changes_nothing(drafts):
    first = drafts.save(ANNA, "a", "ett", 0, fields={"a": "1", "b": "2"})

    assert drafts.save(ANNA, "a", "ett", 0, fields={"b": "2", "a": "1"}) == first


def test_a_draft_from_before_forms_were_kept_opens_without_any(either, drafts):
    row = {"owner": ANNA.key, "id": "a", "text": "gammal", "base": "", "version": 3, "saved_at": START}
    either.write(lambda c: c.execute(sa.insert(sa.table("draft", *map(sa.column, row))).values(row)))
    old = drafts.read(ANNA, "a")

    assert (old.text, old.fields) == ("gammal", {})
    assert drafts.save(ANNA, "a", "gammal", 3, fields={"rubrik": "Ny"}).fields == {"rubrik": "Ny"}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({f"f{number}": "" for number in range(MOST_FIELDS + 1)}, "too-many"),
        ({"a": "å" * (LONGEST_FIELD + 1)}, "too-long"),
        ({f"f{number}": "å" * (LONGEST_FIELDS // 5) for number in range(5)}, "too-long"),
        ({"A": "x"}, "field-name"),
        ({"a" * 81: "x"}, "field-name"),
    ],
)
def test_a_form_beyond_its_limits_is_refused_and_what_was_kept_stays(drafts, fields, code):
    kept = drafts.save(ANNA, "a", "ett", 0, fields={"a": "1"})
    error = refusal(lambda: drafts.save(ANNA, "a", "två", kept.version, fields=fields))

    assert (error.code, error.field) == (code, "fields") and drafts.read(ANNA, "a") == kept


def test_a_draft_begun_anew_is_not_taken_for_the_one_that_was_thrown_away(drafts):
    old = drafts.save(ANNA, "a", "ett", 0)
    drafts.discard(ANNA, "a")
    drafts.save(ANNA, "a", "nytt", 0)

    assert refusal(lambda: drafts.save(ANNA, "a", "gammalt", old.version)).code == "newer"


def test_a_text_whose_draft_was_thrown_away_elsewhere_is_kept(drafts):
    old = drafts.save(ANNA, "a", "ett", 0)
    drafts.discard(ANNA, "a")
    drafts.save(ANNA, "a", "ett och mer", old.version)

    assert drafts.read(ANNA, "a").text == "ett och mer"


def test_of_many_first_saves_at_once_one_wins_and_the_others_are_told(drafts):
    def save(number: int) -> str:
        try:
            return drafts.save(ANNA, "a", f"text {number}", 0).text
        except Rejected as error:
            return error.code

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(save, range(12)))

    assert outcomes.count("newer") == 11 and drafts.read(ANNA, "a").text in outcomes


def test_a_draft_is_its_owners_alone(drafts):
    drafts.save(ANNA, "a", "Annas", 0)
    drafts.discard(BO, "a")

    assert drafts.read(BO, "a") is None and drafts.read(ANNA, "a").text == "Annas"


def test_an_address_owns_no_drafts(drafts):
    codes = {
        refusal(lambda: drafts.save(SOMEBODY, "a", "x", 0)).code,
        refusal(lambda: drafts.read(SOMEBODY, "a")).code,
        refusal(lambda: drafts.discard(SOMEBODY, "a")).code,
    }

    assert codes == {"no-owner"}


@pytest.mark.parametrize("id_", ["", "A", "å", "a b", "a/b", "../a", "a\n", "a" * 81, "a;drop"])
def test_an_id_of_another_form_is_refused(drafts, id_):
    assert refusal(lambda: drafts.save(ANNA, id_, "x", 0)).code == "draft-id"


def test_a_text_too_long_is_refused_and_the_longest_is_kept(drafts):
    saved = drafts.save(ANNA, "a", "å" * LONGEST, 0)

    assert refusal(lambda: drafts.save(ANNA, "a", "å" * (LONGEST + 1), saved.version)).facts == {"most": LONGEST}
    assert len(drafts.read(ANNA, "a").text) == LONGEST


def test_control_characters_and_half_characters_are_left_out(drafts):
    hard = "a\x00b\x07c\td\r\ne\rf\x1b[0m\ud800g"
    saved = drafts.save(ANNA, "a", hard, 0, fields={"a": hard})

    assert [saved.text, saved.fields["a"]] == ["abc\td\ne\nf[0m?g"] * 2


def test_one_draft_too_many_takes_the_place_of_the_longest_untouched(drafts, clock):
    first = drafts.save(ANNA, "d0", "x", 0)
    for number in range(1, MOST):
        clock.pass_minutes(1)
        drafts.save(ANNA, f"d{number}", "x", 0)
    clock.pass_minutes(1)
    drafts.save(ANNA, "d0", "rörd igen", first.version)
    drafts.save(BO, "d0", "x", 0)
    clock.pass_minutes(1)
    drafts.save(ANNA, "en-till", "x", 0)

    assert drafts.read(ANNA, "d1") is None
    assert all(drafts.read(ANNA, id_) for id_ in ("d0", "d2", f"d{MOST - 1}", "en-till")) and drafts.read(BO, "d0")


def test_throwing_away_spares_what_has_been_saved_since(drafts):
    first = drafts.save(ANNA, "a", "ett", 0)
    second = drafts.save(ANNA, "a", "två", first.version)
    drafts.discard(ANNA, "a", first.version)
    kept = drafts.read(ANNA, "a")
    drafts.discard(ANNA, "a", second.version)

    assert (kept, drafts.read(ANNA, "a")) == (second, None)


def test_a_browsers_drafts_become_the_persons_at_login(drafts):
    saved = drafts.save(BO, "a", "skrivet utan inloggning", 0, fields={"rubrik": "Min"})

    assert drafts.take_over(BO.key, ANNA.key) == 1
    assert drafts.read(BO, "a") is None and drafts.read(ANNA, "a") == saved


@pytest.mark.parametrize("last", ["browser", "person"])
def test_of_two_drafts_of_the_same_text_the_one_saved_last_is_taken_over(drafts, clock, last):
    order = [BO, ANNA] if last == "person" else [ANNA, BO]
    for who in order:
        drafts.save(who, "a", who.key, 0)
        clock.pass_minutes(1)
    drafts.take_over(BO.key, ANNA.key)

    assert drafts.read(ANNA, "a").text == order[-1].key and drafts.read(BO, "a") is None


@pytest.mark.parametrize(("from_key", "to_key"), [(ANNA.key, "person:bo"), (BO.key, "browser:x"), ("", ANNA.key)])
def test_drafts_are_taken_over_from_a_browser_to_a_person_only(drafts, from_key, to_key):
    drafts.save(ANNA, "a", "Annas", 0)

    assert drafts.take_over(from_key, to_key) == 0 and drafts.read(ANNA, "a").text == "Annas"


def test_who_saves_without_end_is_asked_to_wait(either, clock):
    drafts = Drafts(either, Limits({"draft": 3}), clock)
    for _ in range(3):
        drafts.save(ANNA, "a", "x", 0)

    assert refusal(lambda: drafts.save(ANNA, "a", "x", 0)).code == "too-often"
    assert drafts.read(BO, "a") is None

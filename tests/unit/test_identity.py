"""The pure rules of identity: where to go on, who is on this machine, what a login brings, and profiles."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import Rejected
from hub.identity.rules import (
    ABSOLUTE,
    IDLE,
    LONGEST,
    Grant,
    Profile,
    Shown,
    address_key,
    alive,
    check_grant,
    check_profile,
    device,
    on_this_machine,
    own_path,
    read_grants,
    shown_name,
)
from hub.visitor import Role

CODES = {"AB", "M"}
NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)

# --- Where to go on --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wanted",
    [
        "/",
        "/konto",
        "/valj?v=1&s1=who-starts.both~single-login.needed&fraga=volume",
        "/plan?id=abc&nyckel=x_y-z",
        "/sok?q=%C3%A5%20%2F%2F&typ=a",
        "/om#tillganglighet",
        "/sok?q=https://example.org/",
        "/nivaer/hop-out",
    ],
)
def test_an_address_of_our_own_is_gone_on_to(wanted):
    assert own_path(wanted) == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        None,
        "",
        "konto",
        "https://evil.example",
        "HTTPS://evil.example/",
        "https:evil.example",
        "http:/evil.example",
        "//evil.example",
        "///evil.example",
        "////evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "\\\\evil.example",
        "/\\/evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r\nSet-Cookie: a=b",
        "/ /evil.example",
        " //evil.example",
        "\t//evil.example",
        "/\x00/evil.example",
        "/\x7f/evil.example",
        "/\u2028/evil.example",
        "/%2F/evil.example",
        "/%2fevil.example",
        "/%5Cevil.example",
        "/%5cevil.example",
        "/%09/evil.example",
        "/%0d%0aLocation:%20https://evil.example",
        "/%252Fevil.example",
        "/%25252Fevil.example",
        "/%2525252525252Fevil.example",
        "/./..//evil.example",
        "/../konto",
        "/%2e%2e/konto",
        "/a//b",
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "@evil.example",
        "/auth/logout",
        "/auth",
        "/auth/login?next=/",
        "/%61uth/logout",
        "/" + "a" * 5_000,
        "//[",
    ],
)
def test_no_other_address_is(wanted):
    assert own_path(wanted) == "/"


@given(st.text(max_size=60).map(lambda text: "/" + text))
def test_what_is_gone_on_to_never_leaves_this_host(wanted):
    found = own_path(wanted)

    assert found.startswith("/") and not found.startswith(("//", "/\\"))
    assert not any(letter < "!" or letter == "\x7f" for letter in found)


# --- On this machine -------------------------------------------------------------------------------------------------

BROWSER = {"host": "localhost:8501", "connection": "keep-alive", "user-agent": "x"}


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "127.0.0.5", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("host", ["localhost", "localhost:8501", "127.0.0.1:8501", "LocalHost:1"])
def test_a_browser_on_the_machine_is_on_this_machine(peer, host):
    assert on_this_machine(peer, {**BROWSER, "host": host})


def test_a_socket_of_such_a_browser_is_as_well():
    headers = {**BROWSER, "connection": "keep-alive, Upgrade", "upgrade": "websocket"}

    assert on_this_machine("127.0.0.1", headers, socket=True) and not on_this_machine("127.0.0.1", headers)


@pytest.mark.parametrize(
    "peer", ["10.0.0.4", "192.168.1.5", "::ffff:10.0.0.1", "2001:db8::1", "", "localhost", "testclient"]
)
def test_somebody_at_another_address_is_not(peer):
    assert not on_this_machine(peer, BROWSER)


@pytest.mark.parametrize(
    "changed",
    [
        {"host": "hub.example.se"},
        {"host": "localhost.evil.example"},
        {"host": "127.0.0.1.evil.example"},
        {"host": "localhost:8501@evil.example"},
        {"host": ""},
        {"forwarded": "for=10.0.0.1"},
        {"x-forwarded-for": "10.0.0.1"},
        {"x-forwarded-for": ""},
        {"x-forwarded-proto": "https"},
        {"x-forwarded-anything": "1"},
        {"x-real-ip": "127.0.0.1"},
        {"via": "1.1 proxy"},
        {"connection": "close"},
        {"connection": ""},
        {"connection": "upgrade"},
    ],
)
def test_whatever_hints_at_something_in_between_is_not(changed):
    assert not on_this_machine("127.0.0.1", {**BROWSER, **changed})


# --- What a login brings ---------------------------------------------------------------------------------------------


def test_roles_are_read_from_a_list_or_from_words():
    expected = {Grant(Role.COACH), Grant(Role.EDITOR, "M")}

    assert read_grants(["coach", "editor:M"], CODES) == read_grants("coach, editor:M", CODES) == expected


@pytest.mark.parametrize(
    "claim",
    [
        None,
        7,
        {},
        ["Coach"],
        ["editor"],
        ["editor:"],
        ["editor:X"],
        ["coach:M"],
        ["reader"],
        ["member"],
        [7],
        "*",
        ["administrator:" + "M"],
    ],
)
def test_what_is_not_understood_grants_nothing(claim):
    assert read_grants(claim, CODES) == frozenset()


def test_a_role_is_given_only_if_there_is_one_and_an_editor_has_a_region():
    assert check_grant("coach", "M", CODES) == Grant(Role.COACH)
    for role, region in (("editor", ""), ("editor", "X"), ("reader", ""), ("king", "")):
        with pytest.raises(Rejected):
            check_grant(role, region, CODES)


def test_one_subscriber_has_one_key_whatever_address_of_the_network_they_use():
    assert address_key("2001:db8::1", b"s") == address_key("2001:db8::ffff", b"s") != address_key("2001:db8:1::1", b"s")
    assert address_key("192.0.2.1", b"s") != address_key("192.0.2.1", b"t")


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36", "Chrome, Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/156.0 Safari/537.36 Edg/156.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0", "Firefox, Linux"),
        ("curl/8", ""),
        ("<script>", ""),
    ],
)
def test_a_device_is_told_in_few_words(agent, words):
    assert device(agent) == words


def test_a_session_ends_by_idleness_by_age_and_by_hand():
    fresh = {"now": NOW, "seen_at": NOW, "expires_at": NOW + ABSOLUTE, "revoked_at": None}

    assert alive(**fresh)
    assert not alive(**{**fresh, "seen_at": NOW - IDLE})
    assert not alive(**{**fresh, "expires_at": NOW})
    assert not alive(**{**fresh, "revoked_at": NOW})


# --- Profiles --------------------------------------------------------------------------------------------------------

FILLED = {"name": " Anna  Ek ", "region": "M", "organisation": "", "role_words": "leder", "shown": "name"}


def test_a_profile_is_tidied():
    assert check_profile({**FILLED, "name": " Anna\n\tEk\u200b "}, CODES).name == "Anna Ek"


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"name": " "}, "name-missing", "name"),
        ({"name": "x" * (LONGEST["name"] + 1)}, "too-long", "name"),
        ({"region": "XX"}, "region-unknown", "region"),
        ({"region": ""}, "organisation-missing", "organisation"),
        ({"shown": "all"}, "shown-missing", "shown"),
        ({"shown": "role", "role_words": ""}, "role-missing", "role_words"),
    ],
)
def test_a_profile_that_will_not_do_names_the_field(changed, code, field):
    with pytest.raises(Rejected) as caught:
        check_profile({**FILLED, **changed}, CODES)

    assert (caught.value.code, caught.value.field) == (code, field)


@pytest.mark.parametrize(
    ("shown", "seen"), [(Shown.NAME, "Anna Ek, Region Skåne"), (Shown.REGION, "Region Skåne"), (Shown.ROLE, "leder")]
)
def test_others_see_what_somebody_has_chosen_and_no_more(shown, seen):
    assert shown_name(Profile("Anna Ek", "M", "Enheten", "leder", shown), "Region Skåne") == seen


def test_what_is_shown_of_the_longest_profile_fits_where_an_author_is_kept():
    longest = Profile("n" * LONGEST["name"], "", "o" * LONGEST["organisation"], "r" * LONGEST["role_words"])

    assert len(shown_name(longest, "")) <= 160

"""Which servers browsers are told to ask, and the credentials of the relay."""

import base64
import datetime as dt
import hashlib
import hmac

import pytest

from hub.call.ice import ice_servers
from hub.errors import ContentError
from hub.settings import read_settings

NOW = dt.datetime(2026, 11, 25, 12, 0, tzinfo=dt.UTC)
SECRET = "a secret of thirty-two characters"
TURN = "turn:relay.example.se:3478, turns:relay.example.se:443?transport=tcp"


def settings(**given: str):
    return read_settings({f"HUB_{name.upper()}": value for name, value in given.items()})


def test_nobody_is_asked_unless_the_operator_says_whom():
    assert ice_servers(settings(), NOW) == []


def test_stun_servers_are_told_as_they_stand():
    servers = ice_servers(settings(stun_urls="stun:a.example.se:3478,stun:b.example.se"), NOW)

    assert servers == [{"urls": ["stun:a.example.se:3478", "stun:b.example.se"]}]


def test_the_relays_password_is_its_name_signed_with_the_secret():
    (server,) = ice_servers(settings(turn_urls=TURN, turn_secret=SECRET), NOW)

    signed = hmac.new(SECRET.encode(), str(server["username"]).encode(), hashlib.sha1).digest()
    assert server["credential"] == base64.b64encode(signed).decode()
    assert server["urls"] == ["turn:relay.example.se:3478", "turns:relay.example.se:443?transport=tcp"]


def test_the_relays_credentials_last_an_hour():
    (server,) = ice_servers(settings(turn_urls=TURN, turn_secret=SECRET), NOW)

    assert str(server["username"]).split(":")[0] == str(int(NOW.timestamp()) + 3600)


def test_no_two_calls_share_credentials():
    given = settings(turn_urls=TURN, turn_secret=SECRET)

    assert ice_servers(given, NOW)[0]["username"] != ice_servers(given, NOW)[0]["username"]


def test_the_secret_itself_is_never_told():
    given = settings(turn_urls=TURN, turn_secret=SECRET)

    assert SECRET not in str(ice_servers(given, NOW)) and SECRET not in repr(given)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"stun_urls": "relay.example.se"}, "HUB_STUN_URLS"),
        ({"stun_urls": "stun:relay.example.se?transport=udp"}, "HUB_STUN_URLS"),
        ({"stun_urls": "https://relay.example.se"}, "HUB_STUN_URLS"),
        ({"turn_urls": "turn:relay.example.se?transport=sctp", "turn_secret": SECRET}, "HUB_TURN_URLS"),
        ({"turn_urls": "stun:relay.example.se", "turn_secret": SECRET}, "HUB_TURN_URLS"),
        ({"turn_urls": TURN}, "HUB_TURN_SECRET"),
        ({"turn_secret": SECRET}, "HUB_TURN_SECRET"),
        ({"turn_urls": TURN, "turn_secret": "short"}, "HUB_TURN_SECRET"),
    ],
    ids=str,
)
def test_a_setting_that_cannot_be_used_stops_the_start_and_is_named(given, named):
    with pytest.raises(ContentError) as stopped:
        settings(**given)

    assert stopped.value.place == named

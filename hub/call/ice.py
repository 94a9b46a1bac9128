"""Which servers a browser may ask to get a call through: the operator's own, or none.

The server itself asks none: whoever reads a page of the hub reaches the machine it runs on, and a browser behind a
strict network comes through its relay.
"""

import base64
import datetime as dt
import hashlib
import hmac
import secrets
from typing import Final

from hub.settings import Settings

CREDENTIALS_LAST: Final = dt.timedelta(hours=1)
"""A relay checks them when it is first asked; a call that has begun goes on."""


def ice_servers(settings: Settings, now: dt.datetime) -> list[dict[str, object]]:
    """Return ``iceServers`` for a browser's ``RTCPeerConnection``, with credentials made for this one call.

    Source: draft-uberti-behave-turn-rest-00, which coturn follows: the name is when it ends, the password is the name
    signed with the shared secret.
    """
    servers: list[dict[str, object]] = []
    if settings.stun_urls:
        servers.append({"urls": _listed(settings.stun_urls)})
    if settings.turn_urls:
        name = f"{int((now + CREDENTIALS_LAST).timestamp())}:{secrets.token_hex(8)}"
        signed = hmac.digest(settings.turn_secret.encode(), name.encode(), hashlib.sha1)
        password = base64.b64encode(signed).decode()
        servers.append({"urls": _listed(settings.turn_urls), "username": name, "credential": password})
    return servers


def _listed(urls: str) -> list[str]:
    return [url.strip() for url in urls.split(",")]

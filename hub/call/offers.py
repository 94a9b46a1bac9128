"""Whether an offer may be answered: read as text, before the library that would act on it sees any of it.

An offer comes from anybody. It decides how many sockets are opened, which addresses we send to and what we would have
to decode, so everything that is not what our own pages ask for is refused.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, cast

from hub.errors import Rejected

Kind = Literal["application", "audio", "video"]
Purpose = Literal["check", "counterpart", "echo"]

LONGEST_OFFER: Final = 20_000
"""Characters. A browser's offer of a data channel has about 500, one of video and audio about 7 000."""
_MOST_LINES: Final = 600
_MOST_CANDIDATES: Final = 60
_MOST_NAMES: Final = 8
"""Each is asked for on the local network."""
_LOWEST_PORT: Final = 1024
"""No browser calls from a lower one; a machine's services listen there."""
_HIGHEST_PORT: Final = 65_535
_CANDIDATE_PARTS: Final = 8
_KINDS: Final[Mapping[Purpose, frozenset[tuple[Kind, ...]]]] = {
    "check": frozenset({("application",)}),
    "counterpart": frozenset({("audio", "video")}),
    "echo": frozenset({("audio", "video"), ("audio",), ("video",)}),
}
"""What an offer consists of, sorted."""
_DIRECTIONS: Final[Mapping[Purpose, frozenset[str]]] = {
    # We would decode whatever is sent to us, wanted or not; so the counterpart is only ever listened to.
    "counterpart": frozenset({"recvonly"}),
    "echo": frozenset({"sendrecv"}),
    "check": frozenset({""}),
}
_CODECS: Final = {
    "video": re.compile(r"a=rtpmap:\d+ VP8/90000$", re.IGNORECASE),
    "audio": re.compile(r"a=rtpmap:\d+ opus/48000/2$", re.IGNORECASE),
}
_MEDIA: Final = re.compile(r"m=(audio|video|application) \d{1,5} (UDP/TLS/RTP/SAVPF|UDP/DTLS/SCTP) [\w -]{1,400}$")
_MID: Final = re.compile(r"a=mid:([\w-]{1,16})$", re.ASCII)
_NUMBER: Final = re.compile(r"[0-9]{1,10}$")
_NAME: Final = re.compile(r"[a-zA-Z0-9-]{1,63}\.local$")
_DEMANDED: Final = (
    re.compile(r"a=ice-ufrag:[\w+/-]{4,256}$", re.ASCII),
    re.compile(r"a=ice-pwd:[\w+/-]{22,256}$", re.ASCII),
    re.compile(r"a=fingerprint:sha-(256|384|512) [0-9A-Fa-f:]{95,191}$"),
    re.compile(r"a=setup:(actpass|active)$"),
)
"""In each part, or once for all before them."""


@dataclass(frozen=True)
class Offer:
    """An offer that may be answered."""

    sdp: str
    """With the addresses that may be called, the same in each part, and no others."""
    kinds: tuple[Kind, ...]
    """Its parts, sorted."""
    names: tuple[str, ...]
    """Candidates, as in the offer, whose address must first be asked for on the local network."""
    mid: str
    """The name of the part that they belong to."""


def read_offer(offer: Mapping[str, object], purpose: Purpose, *, loopback: bool = False) -> Offer:
    """Read a browser's offer.

    Args:
        offer: ``{"type": "offer", "sdp": …}``.
        purpose: what it is for.
        loopback: whether this machine's own address may be called.

    Raises:
        Rejected: it cannot be answered: ``codec`` where the browser lacks VP8 or Opus, else ``offer``.
    """
    sdp = offer.get("sdp")
    if offer.get("type") != "offer" or not isinstance(sdp, str) or not 0 < len(sdp) <= LONGEST_OFFER:
        raise Rejected("offer")
    lines = sdp.splitlines()
    if len(lines) > _MOST_LINES:
        raise Rejected("offer")
    session, parts = _split(lines)
    kinds = tuple(sorted(_kind(part) for part in parts))
    if kinds not in _KINDS[purpose]:
        raise Rejected("offer")
    mids = [_mid(part) for part in parts]
    if [line for line in session if line.startswith("a=group:")] != [f"a=group:BUNDLE {' '.join(mids)}"]:
        # One transport for all of it; a group of anything else makes the library lose its transports.
        raise Rejected("offer")
    for part in parts:
        _check_part(part, session, purpose)
    if len(set(mids)) != len(mids):
        raise Rejected("offer")
    addresses, names = _candidates(lines, loopback=loopback)
    # All parts go over one transport, but the browser tells the addresses at the first and the library reads the last.
    kept = [_without_candidates(part) + addresses for part in parts]
    told = [*_without_candidates(session), *[line for part in kept for line in part]]
    return Offer("\r\n".join(told) + "\r\n", kinds, names, mids[0])


def _split(lines: list[str]) -> tuple[list[str], list[list[str]]]:
    session: list[str] = []
    parts: list[list[str]] = []
    for line in lines:
        if line.startswith("m="):
            parts.append([line])
        else:
            (parts[-1] if parts else session).append(line)
    return session, parts


def _kind(part: list[str]) -> Kind:
    match = _MEDIA.match(part[0])
    if not match or (match[1] == "application") != (match[2] == "UDP/DTLS/SCTP"):
        raise Rejected("offer")
    return cast("Kind", match[1])


def _mid(part: list[str]) -> str:
    found = [match[1] for line in part if (match := _MID.match(line))]
    if len(found) != 1:
        raise Rejected("offer")
    return found[0]


def _check_part(part: list[str], session: list[str], purpose: Purpose) -> None:
    kind = _kind(part)
    if not all(any(demanded.match(line) for line in (*session, *part)) for demanded in _DEMANDED):
        raise Rejected("offer")
    directions = [line[2:] for line in part if line[2:] in {"sendrecv", "sendonly", "recvonly", "inactive"}]
    if kind == "application":
        if not any(line.startswith("a=sctp-port:") for line in part):
            raise Rejected("offer")
        return
    if len(directions) != 1 or directions[0] not in _DIRECTIONS[purpose] or "a=rtcp-mux" not in part:
        raise Rejected("offer")
    if not any(_CODECS[kind].match(line) for line in part):
        raise Rejected("codec")


def _without_candidates(part: list[str]) -> list[str]:
    # Nor their end: what we leave out may still call us.
    return [line for line in part if not line.startswith(("a=candidate", "a=end-of-candidates"))]


def _candidates(lines: list[str], *, loopback: bool) -> tuple[list[str], tuple[str, ...]]:
    told = list(dict.fromkeys(line for line in lines if line.startswith("a=candidate")))
    if len(told) > _MOST_CANDIDATES:
        raise Rejected("offer")
    addresses, names = [], []
    for line in told:
        parts = line.removeprefix("a=candidate:").split()
        if len(parts) < _CANDIDATE_PARTS or not all(_NUMBER.match(parts[place]) for place in (1, 3, 5)):
            raise Rejected("offer")
        if parts[2].lower() != "udp" or parts[1] != "1" or parts[7] not in {"host", "srflx", "relay"}:
            continue
        if not _LOWEST_PORT <= int(parts[5]) <= _HIGHEST_PORT:
            continue
        try:
            address = ipaddress.ip_address(parts[4])
        except ValueError:
            # A name: of the local network, or somebody wants us to look one up.
            if not _NAME.match(parts[4]):
                raise Rejected("offer") from None
            names.append(" ".join(parts[:_CANDIDATE_PARTS]))
            continue
        aimed = address.is_multicast or address.is_unspecified or address.is_reserved
        if not aimed and (loopback or not address.is_loopback):
            addresses.append("a=candidate:" + " ".join(parts[:_CANDIDATE_PARTS]))
    if len(names) > _MOST_NAMES:
        raise Rejected("offer")
    return addresses, tuple(names)

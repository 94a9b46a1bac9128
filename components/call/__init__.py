"""A visit with a call in it, inside a page: ``web/assets/call.js`` mounted once and held while the page is drawn anew.

The visit follows the room's own socket, so the page is never run because of it. The plain page of those who come by a
link mounts the same module without Streamlit.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from zlib import crc32

import streamlit as st

from components.session import hub, language
from components.words import _
from hub.call.words import call_words

ROOM: Final = "/api/call/room"
_JS: Final = """
const held = (window.hubCalls ??= new WeakMap());
export default function ({ data, parentElement }) {
  let one = held.get(parentElement);
  if (one && one.token !== data.config.token) { one.end(); one = null; }
  if (!one) held.set(parentElement, begin(parentElement, data));
  return () => { const last = held.get(parentElement); held.delete(parentElement); last?.end(); };
}
function begin(parentElement, { module, config }) {
  let unmount = null, ended = false;
  import(location.origin + module).then(({ mount }) => { if (!ended) unmount = mount(parentElement, config); });
  return { token: config.token, end() { ended = true; unmount?.(); } };
}
"""
_component = st.components.v2.component("hub_call", js=_JS, isolate_styles=False)


def call(token: str, *, ice_servers: Sequence[Mapping[str, object]] = ()) -> None:
    """Draw the visit that a token opens.

    Args:
        token: opens the room in one of its roles.
        ice_servers: what the browser may ask for a way through networks, as in ``RTCConfiguration``.
    """
    _component(
        # Not the token itself: an address may hold anything, and Streamlit takes no key with two underlines in it.
        key=f"visit-{crc32(token.encode(errors='replace')):x}",
        data={
            "module": f"/assets/call.js?v={hub().version}",
            "config": {
                "token": token,
                "socket": ROOM,
                "language": language(),
                "words": call_words(_),
                "iceServers": [dict(each) for each in ice_servers],
            },
        },
    )

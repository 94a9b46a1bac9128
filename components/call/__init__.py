"""A visit with a call in it, inside a page: ``web/assets/call.js`` mounted once and held while the page is drawn anew.

::

    if call(token, key=f"visit-{token}", ice_servers=servers) == "end":
        st.rerun()

The plain page of those who come by a link mounts the same module without Streamlit.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import streamlit as st

from components.session import hub, language
from components.words import _
from hub.call.words import call_words

ROOM: Final = "/api/call/room"
_JS: Final = """
const held = (window.hubCalls ??= new WeakMap());
export default function ({ data, parentElement, setTriggerValue }) {
  let one = held.get(parentElement);
  if (one && one.token !== data.config.token) { one.end(); one = null; }
  if (!one) held.set(parentElement, one = begin(parentElement, data));
  one.tell = (phase) => setTriggerValue("phase", phase);
  return () => { const last = held.get(parentElement); held.delete(parentElement); last?.end(); };
}
function begin(parentElement, { module, config }) {
  let unmount = null, ended = false, told = false;
  const one = {
    token: config.token,
    tell() {},
    end() { ended = true; unmount?.(); },
  };
  // Only the end concerns the page around the visit; told of each step, it would be drawn anew in the middle of a call.
  const onPhase = (phase) => { if (phase === "end" && !told && !ended) { told = true; one.tell(phase); } };
  import(location.origin + module).then(({ mount }) => { if (!ended) unmount = mount(parentElement, { ...config, onPhase }); });
  return one;
}
"""
_component = st.components.v2.component("hub_call", js=_JS, isolate_styles=False)


def call(token: str, *, key: str, ice_servers: Sequence[Mapping[str, object]] = ()) -> str | None:
    """Draw the visit that a token opens, and return ``"end"``, once, when it has come to its end.

    Args:
        token: opens the room in one of its roles.
        key: the same from run to run, and another for another visit.
        ice_servers: what the browser may ask for a way through networks, as in ``RTCConfiguration``.
    """
    data = {
        "module": f"/assets/call.js?v={hub().version}",
        "config": {
            "token": token,
            "socket": ROOM,
            "language": language(),
            "words": call_words(_),
            "iceServers": [dict(each) for each in ice_servers],
        },
    }
    phase = cast("Any", _component(key=key, data=data, on_phase_change=_nothing)).phase
    return "end" if phase == "end" else None


def _nothing() -> None:
    """Exist because a trigger without a callback is not kept."""

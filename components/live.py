"""Listen to a topic: the fragment around this component reruns when the topic moves, and nothing else does."""

from hashlib import sha256
from urllib.parse import urlsplit

import streamlit as st

JS = """
export default function ({ data, parentElement, setTriggerValue }) {
  const lines = (window.hubSockets ??= new WeakMap());
  const line = lines.get(parentElement) ?? listen(data);
  lines.set(parentElement, line);
  line.draw(data.seen, (version) => setTriggerValue("moved", version));
  // Streamlit may end an earlier turn after a later one has begun; only the latest takes the line down.
  const turn = (line.turn = {});
  return () => { if (line.turn === turn) { lines.delete(parentElement); line.end(); } };
}
function listen({ topic, page }) {
  let socket, timer, again, ended = false, wait = 1000, pause, heard, drawn, moved;
  const ask = () => {
    clearTimeout(again);
    // Sent when the visitor has already turned to another page, a trigger would call this one back, onto an empty screen.
    if (ended || heard === drawn || location.pathname !== page || socket.readyState !== WebSocket.OPEN) return;
    moved(heard);
    // A trigger may be lost on its way through a run under way, so it is repeated until what it asks for has been drawn.
    again = setTimeout(ask, pause);
    pause = Math.min(pause * 2, 30000);
  };
  const connect = () => {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    socket = new WebSocket(`${scheme}//${location.host}/api/live?topic=${encodeURIComponent(topic)}`);
    socket.onmessage = (event) => {
      wait = 1000;
      pause = 2000;
      heard = JSON.parse(event.data).version;
      ask();
    };
    socket.onclose = () => {
      if (!ended) { timer = setTimeout(connect, wait * (0.5 + Math.random())); wait = Math.min(wait * 2, 30000); }
    };
  };
  connect();
  return {
    draw(seen, tell) { drawn = seen; moved = tell; if (heard === drawn) clearTimeout(again); },
    end() { ended = true; clearTimeout(timer); clearTimeout(again); socket.close(); },
  };
}
"""
"""The browser's half."""

_listener = st.components.v2.component("hub_live", js=JS)


def listen(topic: str, seen: int) -> None:
    """Rerun the surrounding fragment when a topic moves past the version it has already drawn.

    Args:
        topic: what to listen to.
        seen: its version before what is drawn was read, so that nothing falls between the two.
    """
    page = urlsplit(st.context.url or "").path
    # A key for each topic, since a listener holds to the one it began with. Not the topic itself: Streamlit refuses a key
    # with two underscores in a row, and a channel may have them.
    key = f"live-{sha256(topic.encode()).hexdigest()[:16]}"
    _listener(key=key, data={"topic": topic, "seen": seen, "page": page}, on_moved_change=_nothing, height=1)


def _nothing() -> None:
    """Exist because a trigger without a callback is not kept."""

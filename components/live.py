"""Listen to a topic: the fragment around this component reruns when the topic moves, and nothing else does."""

from hashlib import sha256
from urllib.parse import urlsplit

import streamlit as st

_JS = """
export default function ({ data, parentElement, setTriggerValue }) {
  const key = parentElement;
  const open = (window.hubSockets ??= new WeakMap());
  if (!open.has(key)) open.set(key, listen(data, (version) => setTriggerValue("moved", version)));
  return () => { open.get(key)?.(); open.delete(key); };
}
function listen({ topic, seen, page }, moved) {
  let socket, timer, ended = false, wait = 1000;
  const connect = () => {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    socket = new WebSocket(`${scheme}//${location.host}/api/live?topic=${encodeURIComponent(topic)}`);
    socket.onmessage = (event) => {
      wait = 1000;
      const version = JSON.parse(event.data).version;
      // Sent when the visitor has already turned to another page, a trigger would call this one back, onto an empty screen.
      if (version !== seen && location.pathname === page && !ended) { seen = version; moved(version); }
    };
    socket.onclose = () => {
      if (!ended) { timer = setTimeout(connect, wait * (0.5 + Math.random())); wait = Math.min(wait * 2, 30000); }
    };
  };
  connect();
  return () => { ended = true; clearTimeout(timer); socket.close(); };
}
"""

_listener = st.components.v2.component("hub_live", js=_JS)


def listen(topic: str, seen: int) -> None:
    """Rerun the surrounding fragment when a topic moves past the version it has already drawn."""
    page = urlsplit(st.context.url or "").path
    # A key for each topic, since a listener holds to the one it began with. Not the topic itself: Streamlit refuses a key
    # with two underscores in a row, and a channel may have them.
    key = f"live-{sha256(topic.encode()).hexdigest()[:16]}"
    _listener(key=key, data={"topic": topic, "seen": seen, "page": page}, on_moved_change=_nothing, height=1)


def _nothing() -> None:
    """Exist because a trigger without a callback is not kept."""

"""Play a clip to whoever opens the page, as streamlit-webrtc is used: to measure our own counterpart against."""

from pathlib import Path

import streamlit as st
from aiortc.contrib.media import MediaPlayer
from streamlit_webrtc import WebRtcMode, webrtc_streamer

from hub.call.peer import offer_loopback

CLIP = Path(__file__).resolve().parent.parent / "content" / "clips" / "staff-sv-idle.webm"

# So that it can be reached on a machine without a network, as ours can; it has no other part in what is measured.
offer_loopback()
st.title("Samtal")
webrtc_streamer(
    "call",
    mode=WebRtcMode.RECVONLY,
    player_factory=lambda: MediaPlayer(str(CLIP), loop=True),
    desired_playing_state=True,
    rtc_configuration={"iceServers": []},
)

"""Show a clip at the press of a button by aiortc alone: the least that a call takes, to measure ours against.

Usage: ``python bench/bare_call.py <port>``. As in the library's own example, the browser gathers its addresses before it
offers, and the clip is decoded and encoded anew.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import uvicorn
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaPlayer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from hub.call.peer import offer_loopback

CLIP = Path(__file__).resolve().parent.parent / "content" / "clips" / "staff-sv-greet.webm"
PAGE = """<!doctype html><title>Call</title><button>Call</button><video autoplay playsinline muted></video><script>
const video = document.querySelector("video");
// Lent beforehand, as in our waiting room; without it the browser hides its addresses, which takes a second more.
navigator.mediaDevices.getUserMedia({ audio: true, video: true }).then(() => { document.title = "Ready"; });
document.querySelector("button").onclick = async () => {
  const pc = new RTCPeerConnection({ iceServers: [], bundlePolicy: "max-bundle" });
  const stream = new MediaStream();
  pc.ontrack = ({ track }) => { stream.addTrack(track); video.srcObject = stream; };
  for (const kind of ["audio", "video"]) pc.addTransceiver(kind, { direction: "recvonly" });
  await pc.setLocalDescription();
  await new Promise((done) => {
    const look = () => pc.iceGatheringState === "complete" && done();
    pc.onicegatheringstatechange = look;
    look();
  });
  const answer = await fetch("/offer", { method: "POST", body: JSON.stringify(pc.localDescription) });
  await pc.setRemoteDescription(await answer.json());
};
</script>"""
connections: set[RTCPeerConnection] = set()


async def page(_request: Request) -> Response:
    """Answer with the button."""
    return HTMLResponse(PAGE)


async def offer(request: Request) -> Response:
    """Answer a browser's offer with the clip."""
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connections.add(connection)

    @connection.on("connectionstatechange")
    async def look() -> None:
        if connection.connectionState in {"failed", "closed"}:
            connections.discard(connection)
            await connection.close()

    player = MediaPlayer(str(CLIP))
    await connection.setRemoteDescription(RTCSessionDescription(**await request.json()))
    connection.addTrack(player.audio)
    connection.addTrack(player.video)
    await connection.setLocalDescription()
    return JSONResponse({"type": "answer", "sdp": connection.localDescription.sdp})


if __name__ == "__main__":
    offer_loopback()
    app = Starlette(routes=[Route("/", page), Route("/offer", offer, methods=["POST"])])
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning")

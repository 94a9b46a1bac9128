"""What the figure at the other end of a call shows and says: finished clips, read once and shared by all calls.

A clip is packets as they go out, VP8 and Opus, in tuples that nobody changes. Every clip is whole seconds long and has
a key frame at each, so that another can begin at any second. ``docs/clips.py`` makes them; ``content/clips/origin.yaml``
says from what.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Annotated, Final

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream
from pydantic import Field

from hub.call.programme import AUDIO_CLOCK, IDLE, PICTURES_PER_S, SOUNDS_PER_S, VIDEO_CLOCK, Clip, Piece
from hub.call.rules import ROLES, Role
from hub.errors import ContentError
from hub.language import LANGUAGES, Language
from hub.origin import Strict, read_yaml
from hub.told import Told

WIDTH: Final = 640
HEIGHT: Final = 360
_LONGEST_S: Final = 30
_SOUND: Final = AUDIO_CLOCK // SOUNDS_PER_S


Clips = Mapping[tuple[Role, Language], Mapping[str, Clip]]
"""By who is shown and in which language, then by name."""


class _ClipFile(Strict):
    name: str
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    says: str = ""


class _ClipsOrigin(Strict):
    title: str
    producer: str
    made: dt.date
    recipe: str
    voice: str
    licence: str
    files: tuple[_ClipFile, ...]


def read_clips(content: Path, counterpart: Mapping[str, Mapping[Role, Told]]) -> Clips:
    """Read all clips and check that each can be sent as it is and says what the words say.

    Args:
        content: the folder that holds ``clips/``.
        counterpart: what is said, by clip, role and language.

    Raises:
        ContentError: a clip is missing, is not what its record says, or cannot be sent; the text names the file.
    """
    folder = content / "clips"
    record = folder / "origin.yaml"
    held = {file.name: file for file in read_yaml(record, _ClipsOrigin).files}
    clips: dict[tuple[Role, Language], dict[str, Clip]] = {}
    for role in ROLES:
        for language in LANGUAGES:
            said = {IDLE: ""} | {name: told[role][language] for name, told in counterpart.items()}
            clips[role, language] = {}
            for name, says in said.items():
                file = folder / f"{role}-{language}-{name}.webm"
                origin = held.get(file.name)
                if origin is None or origin.says != says:
                    raise ContentError(record, file.name, "does not say what the words say; run make clips")
                clips[role, language][name] = read_clip(file, name, says, origin.sha256)
    return clips


def read_clip(file: Path, name: str, says: str, sha256: str) -> Clip:
    """Read one clip.

    Raises:
        ContentError: the file is missing, changed, or cannot be sent as it is.
    """
    try:
        content = file.read_bytes()
    except OSError as cause:
        raise ContentError(file, "", str(cause)) from cause
    if (found := hashlib.sha256(content).hexdigest()) != sha256:
        raise ContentError(file, "sha256", f"the file has {found}, origin.yaml says {sha256}")
    try:
        with av.open(BytesIO(content), mode="r") as container:
            video, audio = _packets(file, container)
    except FFmpegError as cause:
        raise ContentError(file, "", cause.strerror or "cannot be read") from cause
    seconds = len(video) // PICTURES_PER_S
    if not 1 <= seconds <= _LONGEST_S or len(video) != seconds * PICTURES_PER_S:
        raise ContentError(file, "video", f"is not whole seconds, at most {_LONGEST_S}")
    for second in range(seconds):
        if not video[second * PICTURES_PER_S].key:
            raise ContentError(file, f"video, second {second}", "does not begin with a key frame")
    # The encoder's delay leaves a packet over at the end.
    heard = tuple(audio[: seconds * SOUNDS_PER_S])
    if len(heard) < seconds * SOUNDS_PER_S or any(piece.duration != _SOUND for piece in heard):
        raise ContentError(file, "audio", "is not sounds of 20 ms for as long as the video lasts")
    return Clip(name, says, seconds, tuple(video), heard)


def _packets(file: Path, container: InputContainer) -> tuple[list[Piece], list[Piece]]:
    if len(container.streams.video) != 1 or len(container.streams.audio) != 1:
        raise ContentError(file, "", "is one stream of video and one of audio")
    pictures, sounds = container.streams.video[0], container.streams.audio[0]
    _check_streams(file, pictures, sounds)
    video: list[Piece] = []
    audio: list[Piece] = []
    for packet in container.demux(pictures, sounds):
        if not packet.size:
            continue  # the end of a stream
        if packet.stream is pictures:
            step = VIDEO_CLOCK // PICTURES_PER_S
            video.append(Piece(bytes(packet), len(video) * step, step, packet.is_keyframe))
        else:
            length = round((packet.duration or 0) * packet.time_base * AUDIO_CLOCK)
            audio.append(Piece(bytes(packet), len(audio) * _SOUND, length, key=True))
    return video, audio


def _check_streams(file: Path, video: VideoStream, audio: AudioStream) -> None:
    pictures, sound = video.codec_context, audio.codec_context
    if pictures.name != "vp8":
        raise ContentError(file, "video", f"is {pictures.name}, not vp8")
    if (pictures.width, pictures.height) != (WIDTH, HEIGHT):
        raise ContentError(file, "video", f"is {pictures.width}x{pictures.height}, not {WIDTH}x{HEIGHT}")
    if video.average_rate != PICTURES_PER_S:
        raise ContentError(file, "video", f"has {video.average_rate} pictures a second, not {PICTURES_PER_S}")
    if sound.name not in {"opus", "libopus"} or sound.sample_rate != AUDIO_CLOCK:
        raise ContentError(file, "audio", f"is {sound.name} at {sound.sample_rate} Hz, not opus at {AUDIO_CLOCK}")

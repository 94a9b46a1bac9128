"""The clips that are kept with the source, what is refused of others, and the order in which they are sent."""

import hashlib
import shutil
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import yaml

from hub.call.clips import read_clip, read_clips
from hub.call.programme import IDLE, LATE_S, MOST_WAITING, Clip, Piece, Programme
from hub.errors import ContentError

CONTENT = Path(__file__).parents[2] / "content"
SPOKEN = yaml.safe_load((CONTENT / "visits" / "words.yaml").read_text(encoding="utf-8"))["counterpart"]
GREETS = "staff-sv-greet.webm"


@pytest.fixture(scope="module")
def clips():
    return read_clips(CONTENT, SPOKEN)


# --- What is kept ---


def test_every_clip_of_the_words_is_there_for_both_people_in_both_languages(clips):
    names = {IDLE, *SPOKEN}

    assert {place: set(found) for place, found in clips.items()} == {
        (role, language): names for role in ("resident", "staff") for language in ("sv", "en")
    }


def test_each_second_of_each_clip_begins_with_a_key_frame_and_holds_fifty_sounds(clips):
    for found in clips.values():
        for clip in found.values():
            assert [piece.key for piece in clip.video[::15]] == [True] * clip.seconds
            assert (len(clip.video), len(clip.audio)) == (clip.seconds * 15, clip.seconds * 50)
            assert [piece.pts for piece in clip.audio] == list(range(0, clip.seconds * 48_000, 960))


def test_no_clip_asks_more_of_a_line_than_a_poor_one_has(clips):
    for found in clips.values():
        for clip in found.values():
            sent = sum(len(piece.data) for piece in (*clip.video, *clip.audio))
            assert sent * 8 / clip.seconds < 300_000


def test_all_clips_together_are_small():
    assert sum(file.stat().st_size for file in (CONTENT / "clips").iterdir()) < 3_000_000


def test_nothing_lies_among_the_clips_that_no_call_shows(clips):
    shown = {f"{role}-{language}-{name}.webm" for (role, language), found in clips.items() for name in found}

    assert {file.name for file in (CONTENT / "clips").iterdir()} == {"origin.yaml", *shown}


def test_the_clips_are_read_before_anybody_notices():
    began = time.process_time()
    read_clips(CONTENT, SPOKEN)

    assert time.process_time() - began < 0.3


def test_the_idle_clip_is_silent_and_the_others_are_not(clips):
    for (role, language), found in clips.items():
        for name in found:
            with av.open(CONTENT / "clips" / f"{role}-{language}-{name}.webm") as container:
                loudest = max(np.abs(frame.to_ndarray()).max() for frame in container.decode(audio=0))
            assert (loudest > 0.05) == (name != IDLE)


def test_every_clip_begins_and_ends_at_rest_so_that_any_can_follow_any(clips):
    for role in ("resident", "staff"):
        seen = []
        for language in ("sv", "en"):
            for name in clips[role, language]:
                with av.open(CONTENT / "clips" / f"{role}-{language}-{name}.webm") as container:
                    frames = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
                # The mouth and what is round it.
                seen += [frame[180:235, 270:370].astype(int) for frame in (frames[0], frames[-1])]
        assert max(np.abs(other - seen[0]).mean() for other in seen) < 6


# --- What is refused ---


def held(folder: Path) -> Path:
    """A copy of the clips to spoil."""
    shutil.copytree(CONTENT / "clips", folder / "clips")
    return folder


def fault(folder: Path) -> ContentError:
    with pytest.raises(ContentError) as stopped:
        read_clips(folder, SPOKEN)
    return stopped.value


def test_a_missing_clip_is_named(tmp_path):
    (held(tmp_path) / "clips" / GREETS).unlink()

    assert GREETS in fault(tmp_path).file


def test_a_clip_that_has_changed_is_named(tmp_path):
    file = held(tmp_path) / "clips" / GREETS
    file.write_bytes(file.read_bytes() + b"\0")

    stopped = fault(tmp_path)
    assert GREETS in stopped.file and stopped.place == "sha256"


def test_a_clip_that_says_something_else_than_the_captions_is_named(tmp_path):
    record = held(tmp_path) / "clips" / "origin.yaml"
    record.write_text(record.read_text(encoding="utf-8").replace("Hör du mig bra?", "Hallå?"), encoding="utf-8")

    assert fault(tmp_path).place == GREETS


def made(file: Path, *, codec="vp8", size=(640, 360), rate=15, keys=15, pictures=30, sounds=100, hz=48_000) -> Path:
    """A clip such as ours, but for what is asked for."""
    with av.open(file, "w", format="webm") as container:
        video = container.add_stream("libvpx" if codec == "vp8" else "libvpx-vp9", rate)
        video.width, video.height = size
        video.pix_fmt = "yuv420p"
        video.gop_size = keys
        video.options = {"auto-alt-ref": "0", "lag-in-frames": "0", "deadline": "realtime", "cpu-used": "8"}
        audio = container.add_stream("libopus", hz)
        audio.layout = "mono"
        for number in range(pictures):
            frame = av.VideoFrame.from_ndarray(np.full((*size[::-1], 3), number * 4, np.uint8), "rgb24")
            frame.pts, frame.time_base = number, Fraction(1, rate)
            container.mux(video.encode(frame))
        for number in range(sounds):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, hz // 50), np.int16), "s16", "mono")
            frame.pts, frame.sample_rate = number * hz // 50, hz
            container.mux(audio.encode(frame))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))
    return file


def read(file: Path) -> Clip:
    return read_clip(file, "greet", "Hej", hashlib.sha256(file.read_bytes()).hexdigest())


def test_a_clip_such_as_ours_is_read(tmp_path):
    clip = read(made(tmp_path / "clip.webm"))

    assert (clip.seconds, clip.says) == (2, "Hej")


@pytest.mark.parametrize(
    ("spoiled", "named"),
    [
        ({"codec": "vp9"}, "vp9"),
        ({"size": (320, 180)}, "320x180"),
        ({"rate": 30, "pictures": 60}, "30 pictures"),
        ({"keys": 30}, "key frame"),
        ({"pictures": 25}, "whole seconds"),
        ({"sounds": 40}, "as long as"),
    ],
    ids=str,
)
def test_a_clip_that_cannot_be_sent_as_it_is_stops_the_start(tmp_path, spoiled, named):
    file = made(tmp_path / "clip.webm", **spoiled)

    with pytest.raises(ContentError, match=named) as stopped:
        read(file)
    assert stopped.value.file == str(file)


@pytest.mark.parametrize("content", [b"", b"not a film", b"\x1a\x45\xdf\xa3"], ids=repr)
def test_a_file_that_is_no_film_stops_the_start(tmp_path, content):
    file = tmp_path / "clip.webm"
    file.write_bytes(content)

    with pytest.raises(ContentError):
        read(file)


# --- The order in which they are sent ---


def clip(name: str, seconds: int) -> Clip:
    piece = Piece(b"", 0, 0, key=True)
    return Clip(name, "" if name == IDLE else f"says {name}", seconds, (piece,) * 15 * seconds, (piece,) * 50 * seconds)


FIGURE = {each.name: each for each in (clip(IDLE, 3), clip("greet", 2), clip("goodbye", 1))}


class Clock:
    """A clock that stands still until it is moved."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def shown(programme: Programme, seconds: range) -> list[tuple[str, int]]:
    return [(found.name, within) for found, within in map(programme.second, seconds)]


def test_the_idle_clip_is_shown_again_and_again():
    assert shown(Programme(FIGURE, Clock()), range(5)) == [(IDLE, 0), (IDLE, 1), (IDLE, 2), (IDLE, 0), (IDLE, 1)]


def test_a_clip_that_is_asked_for_breaks_the_idle_one_off_at_the_next_second():
    programme = Programme(FIGURE, Clock())
    shown(programme, range(1))
    programme.ask("greet")

    assert shown(programme, range(1, 5)) == [("greet", 0), ("greet", 1), (IDLE, 0), (IDLE, 1)]


def test_nobody_is_interrupted():
    programme = Programme(FIGURE, Clock())
    programme.ask("greet")
    shown(programme, range(1))
    programme.ask("goodbye")

    assert shown(programme, range(1, 4)) == [("greet", 1), ("goodbye", 0), (IDLE, 0)]


def test_a_farewell_does_not_wait_for_the_rest():
    programme = Programme(FIGURE, Clock())
    programme.ask("greet")
    programme.ask("greet")
    shown(programme, range(1))
    programme.ask("goodbye", now=True)

    assert shown(programme, range(1, 3)) == [("goodbye", 0), (IDLE, 0)]


def test_picture_and_sound_get_the_same_second_whoever_asks_first():
    programme = Programme(FIGURE, Clock())
    first = programme.second(0)
    programme.ask("greet")

    assert programme.second(0) == first
    assert programme.second(1) == programme.second(1)


def test_captions_say_what_is_heard_and_end_when_nobody_speaks():
    told: list[str] = []
    programme = Programme(FIGURE, Clock(), told.append)
    programme.ask("greet")
    programme.ask("goodbye")
    shown(programme, range(6))

    assert told == ["says greet", "says goodbye", ""]


def test_only_so_many_clips_wait():
    programme = Programme(FIGURE, Clock())
    for _ in range(MOST_WAITING + 5):
        programme.ask("goodbye")

    assert [name for name, _ in shown(programme, range(MOST_WAITING + 1))] == ["goodbye"] * MOST_WAITING + [IDLE]


def test_a_clip_that_does_not_exist_is_an_error_of_whoever_asks():
    with pytest.raises(KeyError):
        Programme(FIGURE, Clock()).ask("sing")


def test_each_moment_is_waited_for():
    clock = Clock()
    programme = Programme(FIGURE, clock)
    programme.wait_s(0)
    clock.now += 0.25

    assert programme.wait_s(1) == 0.75


def test_what_is_a_little_late_is_sent_at_once_and_the_pace_is_kept():
    clock = Clock()
    programme = Programme(FIGURE, clock)
    programme.wait_s(0)
    clock.now += LATE_S

    assert (programme.wait_s(0.1), programme.wait_s(1)) == (0, 0.5)


def test_after_a_long_stop_the_programme_goes_on_from_there_instead_of_hurrying():
    clock = Clock()
    programme = Programme(FIGURE, clock)
    programme.wait_s(0)
    clock.now += 60

    assert (programme.wait_s(1), programme.wait_s(2)) == (0, 1)

# ruff: noqa: INP001 - a script
"""Make ``content/clips/`` anew: what the made-up person at the other end of a demo call shows and says.

``make clips`` runs this. It speaks ``counterpart`` of ``content/visits/words.yaml`` with eSpeak NG, draws the figure of
``figures.py`` so that its mouth follows how loud the speech is, and encodes both with FFmpeg as the call sends them: VP8
with a key frame each second, and Opus in packets of 20 ms. Needs ``espeak-ng`` and ``ffmpeg`` on the path; running the
hub needs neither, as the finished clips are kept with the source.
"""

import datetime as dt
import hashlib
import json
import math
import shutil
import subprocess
import sys
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import yaml
from figures import HEIGHT, WIDTH, Pose, draw

ROOT: Final = Path(__file__).resolve().parent.parent
WORDS: Final = ROOT / "content" / "visits" / "words.yaml"
CLIPS: Final = ROOT / "content" / "clips"
RATE: Final = 15
"""Pictures a second, and pictures from one key frame to the next."""
SAMPLES: Final = 48_000
BEFORE_S: Final = 0.35
AFTER_S: Final = 0.55
IDLE_S: Final = 6
MOST_BYTES: Final = 3_000_000
MOST_BITS: Final = 300_000
"""A second, both kinds together, in the mean of a clip."""

Loudness = np.ndarray[tuple[int], np.dtype[np.float64]]


@dataclass(frozen=True)
class Voice:
    """How a role speaks; eSpeak NG's own terms."""

    variant: str
    pitch: int
    words_per_minute: int


VOICES: Final = {"staff": Voice("f2", 46, 146), "resident": Voice("m3", 30, 136)}
LANGUAGES: Final = {"sv": "sv", "en": "en-gb"}
SOFTER: Final = (
    # Less of the buzz above 4 kHz, a little warmth and the sound of a small room.
    "highpass=f=85,equalizer=f=230:t=q:w=1.2:g=2.5,equalizer=f=3200:t=q:w=1.4:g=-3,treble=f=4800:g=-7,lowpass=f=8500,"
    "aecho=0.92:0.5:19|31|47:0.10|0.07|0.04,acompressor=threshold=-22dB:ratio=2.5:attack=8:release=120"
)
LEVEL: Final = 0.15
"""Root mean square of the loud parts, of 1."""


def main() -> None:
    """Make all clips and their record of origin."""
    for tool in ("espeak-ng", "ffmpeg"):
        if not shutil.which(tool):
            sys.exit(f"{tool} is needed to make the clips; install it (Debian: apt install {tool}).")
    spoken = yaml.safe_load(WORDS.read_text(encoding="utf-8"))["counterpart"]
    CLIPS.mkdir(exist_ok=True)
    files = []
    with tempfile.TemporaryDirectory() as folder:
        for role in VOICES:
            for language in LANGUAGES:
                for clip, says in [(clip, told[role][language]) for clip, told in spoken.items()] + [("idle", "")]:
                    file = CLIPS / f"{role}-{language}-{clip}.webm"
                    make(file, role, language, says, Path(folder))
                    content = file.read_bytes()
                    files.append({"name": file.name, "sha256": hashlib.sha256(content).hexdigest(), "says": says})
                    print(f"{file.name}: {len(content) / 1000:.0f} kB")  # noqa: T201
    total = sum((CLIPS / str(file["name"])).stat().st_size for file in files)
    if total > MOST_BYTES:
        sys.exit(f"The clips are {total} bytes together; at most {MOST_BYTES} are kept with the source.")
    write_origin(files)


def make(file: Path, role: str, language: str, says: str, folder: Path) -> None:
    """Make one clip; an empty text gives the silent one that loops."""
    sound = speak(role, language, says, folder) if says else np.zeros(IDLE_S * SAMPLES)
    seconds = math.ceil(len(sound) / SAMPLES)
    sound = np.pad(sound, (0, seconds * SAMPLES - len(sound)))
    heard = folder / "heard.wav"
    with wave.open(str(heard), "wb") as out:
        out.setparams((1, 2, SAMPLES, 0, "NONE", ""))
        out.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    poses = move(loudness(sound), seconds, seed=role + says)
    encode = [
        *(
            "ffmpeg",
            "-v",
            "error",
            "-y",
            "-f",
            "rawvideo",
            "-pix_fmt",
            "rgb24",
            "-s",
            f"{WIDTH}x{HEIGHT}",
            "-r",
            f"{RATE}",
        ),
        *("-i", "-", "-i", str(heard), "-map", "0:v", "-map", "1:a"),
        *("-vf", "scale=out_color_matrix=bt601:out_range=tv,format=yuv420p"),
        *("-c:v", "libvpx", "-deadline", "good", "-cpu-used", "0", "-crf", "16", "-b:v", "190k", "-maxrate", "260k"),
        *(
            "-bufsize",
            "200k",
            "-g",
            f"{RATE}",
            "-keyint_min",
            f"{RATE}",
            "-force_key_frames",
            f"expr:not(mod(n,{RATE}))",
        ),
        # Each packet is one shown picture: no hidden ones, nothing looked ahead for.
        *("-auto-alt-ref", "0", "-lag-in-frames", "0", "-threads", "1"),
        *("-c:a", "libopus", "-b:a", "28k", "-frame_duration", "20", "-application", "voip", "-ac", "1"),
        *("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact", "-map_metadata", "-1", str(file)),
    ]
    with subprocess.Popen(encode, stdin=subprocess.PIPE) as encoder:  # noqa: S603 - our own tool and arguments
        for pose in poses:
            encoder.stdin.write(draw(role, pose).tobytes())  # type: ignore[union-attr]
    if encoder.returncode:
        sys.exit(f"ffmpeg could not write {file.name}")
    if (bits := file.stat().st_size * 8 / seconds) > MOST_BITS:
        sys.exit(f"{file.name} has {bits:.0f} bits a second; at most {MOST_BITS}")


def speak(role: str, language: str, says: str, folder: Path) -> Loudness:
    """Return the spoken text with a pause around it, -1 to 1 at 48 kHz."""
    voice, raw, soft = VOICES[role], folder / "raw.wav", folder / "soft.wav"
    name = f"{LANGUAGES[language]}+{voice.variant}"
    rhythm = ("-p", f"{voice.pitch}", "-s", f"{voice.words_per_minute}", "-g", "1")
    subprocess.run(["espeak-ng", "-v", name, *rhythm, "-w", raw, says], check=True)  # noqa: S603, S607 - our own tool
    resample = ("-af", f"{SOFTER},aresample={SAMPLES}", "-ac", "1", "-c:a", "pcm_s16le")
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", raw, *resample, soft], check=True)  # noqa: S603, S607
    with wave.open(str(soft), "rb") as read:
        sound = np.frombuffer(read.readframes(read.getnframes()), "<i2").astype(np.float64) / 32768
    heard = np.flatnonzero(np.abs(sound) > 0.01)
    sound = sound[heard[0] : heard[-1]].copy()
    edge = np.linspace(0, 1, int(0.02 * SAMPLES))  # no click where it is cut
    sound[: len(edge)] *= edge
    sound[-len(edge) :] *= edge[::-1]
    loud = sound[np.abs(sound) > 0.05]
    sound = np.tanh(sound * LEVEL / np.sqrt(np.mean(loud**2)) * 1.6) / 1.2
    return np.concatenate([np.zeros(int(BEFORE_S * SAMPLES)), sound, np.zeros(int(AFTER_S * SAMPLES))])


def loudness(sound: Loudness) -> Loudness:
    """Return how loud each picture's stretch is, 0 to 1."""
    size = SAMPLES // RATE
    power = np.sqrt(np.mean(sound[: len(sound) // size * size].reshape(-1, size) ** 2, axis=1))
    loudest = np.quantile(power, 0.95)
    return np.clip(power / loudest, 0, 1) if loudest > 0 else power


def move(loud: Loudness, seconds: int, seed: str) -> list[Pose]:
    """Return a pose for each picture; the first and the last are at rest, so that any clip can follow any other."""
    chance = np.random.default_rng(int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big"))
    count = seconds * RATE
    blinks = _blinks(count, chance)
    speaks = bool(loud.any())
    mouth = 0.0
    poses = []
    for frame in range(count):
        time_s = frame / RATE
        # At rest at each end, and the slow movements whole turns of the clip, so that it loops without a jump.
        rest = min(1.0, frame / 8, (count - 1 - frame) / 8)
        turn = math.tau * frame / count
        target = float(loud[frame]) if speaks else 0.0
        mouth = 0.62 * target + 0.38 * mouth if target > mouth else 0.55 * target + 0.45 * mouth
        opened = 0.0 if mouth < 0.12 else min(1.0, mouth**0.9)
        sway = (1.0 if speaks else 0.55) * math.sin(turn * max(1, seconds // 4)) * rest
        poses.append(
            Pose(
                mouth=round(opened * 0.82, 2),
                wide=round(math.sin(time_s * 9.1) * (0.9 if speaks else 0), 2),
                lids=blinks[frame],
                tilt=round(1.5 * sway + (0.8 * math.sin(time_s * 2.3) * rest if speaks else 0), 2),
                nod=round(1.8 * mouth * rest + 0.7 * math.sin(turn * 2) * rest, 2),
                brows=round(2.2 * max(0.0, mouth - 0.55) * rest, 2),
                breath=round(1.1 * (1 - math.cos(turn * max(1, seconds // 4))), 2),
            )
        )
    return poses


def _blinks(count: int, chance: np.random.Generator) -> list[float]:
    lids = [0.0] * count
    frame = int(chance.integers(14, 26))
    while frame < count - 6:
        for step, closed in enumerate((0.55, 1.0, 0.5)):
            lids[frame + step] = closed
        frame += int(chance.integers(38, 62))
    return lids


def write_origin(files: list[dict[str, str]]) -> None:
    """Write where the clips come from, and what each file holds."""
    tool = subprocess.run(["espeak-ng", "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S607
    told = {
        "title": "Made-up people in the demo call",
        "producer": "Vårdmöteshubben; nobody is portrayed and nobody's voice is used",
        "made": dt.datetime.now(dt.UTC).date().isoformat(),
        "recipe": "docs/clips.py and docs/figures.py; make clips",
        "voice": f"{tool.split('Data')[0].strip()}, its own formant voices: "
        + "; ".join(f"{role} {voice.variant}, pitch {voice.pitch}" for role, voice in VOICES.items()),
        "licence": "Same as the hub's. eSpeak NG is GPL-3.0-or-later; that covers the program, not what it has spoken.",
    }
    lines = [f"{key}: {json.dumps(text, ensure_ascii=False)}\n" for key, text in told.items()]
    lines.append("files:\n")
    for file in files:
        lines.append(f"  - name: {file['name']}\n    sha256: {file['sha256']}\n")
        if file["says"]:
            lines.append(f"    says: {json.dumps(file['says'], ensure_ascii=False)}\n")
    (CLIPS / "origin.yaml").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()

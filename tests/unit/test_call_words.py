"""The words of the call: those that the module in the browser says, and no others."""

import re

from hub.call.words import call_words
from hub.settings import ROOT

ASSETS = ROOT / "web" / "assets"
MODULE = [ASSETS / "call.js", *(ASSETS / "call" / f"{part}.js" for part in ("own", "peer", "room", "surface"))]


def test_the_module_is_given_each_word_it_says_and_no_other():
    said = {name for file in MODULE for name in re.findall(r"\bwords\.(\w+)", file.read_text(encoding="utf-8"))}

    assert said == call_words(str).keys()


def test_every_fault_of_a_device_has_its_words():
    source = (ASSETS / "call" / "devices.js").read_text(encoding="utf-8")
    codes = set(re.findall(r'Error: "(\w+)"', source)) | {"insecure", "unknown"}

    faults = call_words(str)["faults"]

    assert isinstance(faults, dict)
    assert codes | {"camera", "microphone", "both"} == faults.keys()

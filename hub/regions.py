"""The 21 regions and their letter codes. A noun that several features share."""

from pathlib import Path

from pydantic import Field

from hub.errors import ContentError
from hub.language import Language
from hub.origin import Strict, read_yaml

_ALL = 21


class Region(Strict):
    """One region."""

    code: str = Field(pattern="^[A-Z]{1,2}$")
    """The letter code of its county."""
    sv: str
    en: str

    def name(self, language: Language) -> str:
        """Return the name in a language."""
        return self.sv if language == "sv" else self.en


class Regions(Strict):
    """All regions, in the order of the county codes."""

    regions: tuple[Region, ...]

    @property
    def codes(self) -> frozenset[str]:
        """The letter codes."""
        return frozenset(region.code for region in self.regions)

    def name(self, code: str, language: Language = "sv") -> str:
        """Return the name of the region with a code; empty for a code there is not."""
        return next((region.name(language) for region in self.regions if region.code == code), "")


def read_regions(content: Path) -> Regions:
    """Read the regions.

    Raises:
        ContentError: the file is wrong, or does not hold each region once.
    """
    file = content / "regions.yaml"
    found = read_yaml(file, Regions)
    if len(found.codes) != len(found.regions) or len(found.codes) != _ALL:
        raise ContentError(file, "regions", f"does not hold {_ALL} regions, each once")
    return found

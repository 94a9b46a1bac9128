"""The made-up people of a demonstration: one for each role, and editors of two regions that may not reach each other."""

from dataclasses import dataclass
from typing import Final

from hub.identity.rules import Grant
from hub.visitor import Role

ISSUER: Final = "demo"
"""Stands where the login provider's address stands for real people."""


@dataclass(frozen=True)
class Persona:
    """One of the made-up people."""

    id: str
    name: str
    region: str
    """Letter code; a real one, since it says what an editor may change."""
    organisation: str
    grant: Grant | None = None


PERSONAS: Final = (
    Persona("maja", "Demo: Maja", "M", "Påhittad förvaltning"),
    Persona("elin", "Demo: Elin", "M", "Påhittad förvaltning", Grant(Role.EDITOR, "M")),
    Persona("alva", "Demo: Alva", "AB", "Påhittad förvaltning", Grant(Role.EDITOR, "AB")),
    Persona("cesar", "Demo: Cesar", "", "Påhittat stöd", Grant(Role.COACH)),
    Persona("mona", "Demo: Mona", "", "Påhittat stöd", Grant(Role.MODERATOR)),
    Persona("adam", "Demo: Adam", "", "Påhittad drift", Grant(Role.ADMINISTRATOR)),
)

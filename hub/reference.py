"""Short references that tie what a visitor saw to a line in the log."""

import secrets

_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without the characters that are misread or misheard: 0, 1, I, L, O."""


def new_reference() -> str:
    """Return a reference such as ``7K2M-QX9D`` that can be read out over the telephone."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"

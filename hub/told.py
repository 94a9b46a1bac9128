"""A text in both languages side by side, for content that is one thing told twice."""

from typing import Annotated

from pydantic import AfterValidator

from hub.language import LANGUAGES, Language


def _both(told: dict[Language, str]) -> dict[Language, str]:
    if set(told) != set(LANGUAGES) or not all(text.strip() for text in told.values()):
        raise ValueError("is told in both languages")
    return told


Told = Annotated[dict[Language, str], AfterValidator(_both)]
"""The same in both languages."""

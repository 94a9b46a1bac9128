"""What must be the same in both languages of a content file: its texts, with their places and source marks."""

import re


def shape(value: object, place: str = "") -> dict[str, object]:
    """Return what must be the same in every language: the texts there are, with their places and source marks."""
    if isinstance(value, dict):
        parts = [shape(held, f"{place}.{key}".strip(".")) for key, held in value.items()]
    elif isinstance(value, list):
        parts = [shape(held, f"{place}.{number}") for number, held in enumerate(value)]
    else:
        text = str(value)
        places = {found.lower() for found in re.findall(r"\{(\w+)\}", text)}
        return {place: (sorted(places), sorted(re.findall(r"\[\^([^\]]+)\]", text)))}
    return {held: mark for part in parts for held, mark in part.items()}

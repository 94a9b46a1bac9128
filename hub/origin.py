"""Where a dataset comes from, checked against the file itself."""

import datetime as dt
import hashlib
import json
from collections.abc import Hashable
from pathlib import Path
from typing import Annotated, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub.errors import ContentError

try:
    # In C, and ten times as fast: the start reads all content.
    from yaml import CSafeLoader as _SafeLoader
except ImportError:  # a PyYAML that was built without libyaml
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]


class Strict(BaseModel):
    """A model that takes nothing it does not know and changes nothing it is given."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class DataFile(Strict):
    """One file of a dataset."""

    name: str
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    rows: Annotated[int, Field(ge=1)]
    """Rows without the header."""


class Origin(Strict):
    """The provenance of a dataset, kept as ``origin.yaml`` beside it."""

    title: str
    """As the producer calls it."""
    producer: str
    published: dt.date
    received: dt.date
    """When we got it, or read it off."""
    licence: str
    section: str = ""
    """Where in the source the figures stand."""
    notes: str = ""
    files: tuple[DataFile, ...]


Model = TypeVar("Model", bound=BaseModel)


class _Loader(_SafeLoader):
    """Refuses a key that stands twice in a mapping, where PyYAML would keep the last one and say nothing."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:  # noqa: FBT001, FBT002 - PyYAML hands it in so
        """Build a mapping, each key of it once."""
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    fault = f"the key {key.value!r} stands twice"
                    raise yaml.constructor.ConstructorError(None, None, fault, key.start_mark)
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def read_yaml(file: Path, model: type[Model]) -> Model:
    """Read a YAML file into a strict model.

    Raises:
        ContentError: the file is missing or is not what the model says; the text names the place in it.
    """
    try:
        text = file.read_text(encoding="utf-8")
        found = yaml.load(text, _Loader)  # noqa: S506 - a safe loader
    except (OSError, ValueError) as cause:
        # ValueError: bytes that are no text, or a value that is not what it looks like, such as 2020-02-30.
        raise ContentError(file, "", str(cause)) from cause
    except yaml.YAMLError as cause:
        mark = getattr(cause, "problem_mark", None)
        place = f"line {mark.line + 1}" if mark else ""
        raise ContentError(file, place, getattr(cause, "problem", None) or " ".join(str(cause).split())) from cause
    try:
        # By way of JSON: in Python mode a strict model refuses a list where it holds a tuple, and YAML knows no tuples.
        return model.model_validate_json(json.dumps(found, default=str))
    except ValidationError as cause:
        first = cause.errors()[0]
        raise ContentError(file, ".".join(str(part) for part in first["loc"]), first["msg"]) from None
    except (TypeError, ValueError) as cause:
        raise ContentError(file, "", str(cause)) from cause


def read_origin(folder: Path) -> Origin:
    """Read the provenance of a dataset and verify each file against it.

    Raises:
        ContentError: the record is wrong, a file is missing, or its checksum differs. Rows are counted by the mart.
    """
    origin = read_yaml(folder / "origin.yaml", Origin)
    for held in origin.files:
        file = folder / held.name
        try:
            content = file.read_bytes()
        except OSError as cause:
            raise ContentError(file, "", str(cause)) from cause
        found = hashlib.sha256(content).hexdigest()
        if found != held.sha256:
            raise ContentError(file, "sha256", f"the file has {found}, origin.yaml says {held.sha256}")
    return origin

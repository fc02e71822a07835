"""Finds the packaged schemas and card templates, in a wheel, an editable install or a checkout."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Literal

_PACKAGE = Path(__file__).parent


def folder(kind: Literal["schemas", "cards"]) -> Path:
    """The folder of the packaged schemas or card templates."""
    # A wheel carries the folders inside the package; an editable install and a checkout beside it.
    packaged = _PACKAGE / "_data" / kind
    return packaged if packaged.is_dir() else _PACKAGE.parent / kind


@cache
def read_json(name: str) -> Any:
    """The parsed JSON file of the schemas folder with this name; treat it as read-only."""
    return json.loads((folder("schemas") / name).read_bytes())

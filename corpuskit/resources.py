"""Finds the packaged schemas and card templates, in a wheel, an editable install or a checkout."""

import hashlib
import json
import platform
import re
from functools import cache
from pathlib import Path
from typing import Any, Literal

_PACKAGE = Path(__file__).parent


def folder(kind: Literal["schemas", "cards"]) -> Path:
    """The folder of the packaged schemas or card templates."""
    # A wheel carries the folders inside the package; an editable install and a checkout beside it.
    packaged = _PACKAGE / "_data" / kind
    return packaged if packaged.is_dir() else _PACKAGE.parent / kind


# The schemas that any schema may refer to, by their own `$id`.
PACKAGED = {
    "urn:corpuskit:schema:article": "article.schema.json",
    "urn:corpuskit:schema:corpus": "corpus.schema.json",
    "urn:corpuskit:schema:findings": "findings.schema.json",
    "urn:corpuskit:schema:manifest": "manifest.schema.json",
    "urn:corpuskit:schema:plan": "plan.schema.json",
}
ARTICLE = "urn:corpuskit:schema:article"


@cache
def read_json(name: str) -> Any:
    """The parsed JSON file of the schemas folder with this name; treat it as read-only."""
    return json.loads((folder("schemas") / name).read_bytes())


def packaged_schema(uri: str) -> Any:
    """The packaged schema that a URI without fragment names, None for any other; treat it as read-only."""
    return read_json(PACKAGED[uri]) if uri in PACKAGED else None


@cache
def made_with() -> dict[str, str]:
    """All that may change what is made of the same input: the code itself, what it depends on, and Python, by name."""
    from importlib.metadata import requires, version

    code = hashlib.sha256()
    for path in (*sorted(_PACKAGE.rglob("*.py")), *sorted(folder("schemas").glob("*.json"))):
        data = path.read_bytes()
        code.update(f"{path.parent.name}/{path.name} {len(data)}\n".encode() + data)
    names = [re.split(r"[^\w.-]", need)[0] for need in requires("corpuskit") or () if "extra ==" not in need]
    versions = {name: version(name) for name in names}
    return {"corpuskit": code.hexdigest(), "python": platform.python_version(), **versions}

"""A document whose `$id` is not the URI it was found under, told in references from where it was found.

jsonschema-rs resolves the references at the root of a retrieved document against the URI of retrieval, and
overlooks its `$id`. So they are written out here, as that `$id` means them, before the engine sees them.
"""

from typing import Any
from urllib.parse import urldefrag, urljoin

REFERENCES = frozenset({"$ref", "$dynamicRef", "$recursiveRef"})
# What stands below these is data; what stands directly below those are names, not keywords.
DATA = frozenset({"enum", "const", "default", "examples"})
NAMED = frozenset(
    {"properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"}
)


def id_keyword(document: Any, inherited: str = "$id") -> str:
    """The keyword by which a document names itself: `id` in draft 4, else `$id`; inherited without `$schema`."""
    draft = document.get("$schema") if isinstance(document, dict) else None
    if not isinstance(draft, str):
        return inherited
    return "id" if "json-schema.org/draft-04/" in draft else "$id"


def own_uri(document: Any, uri: str, key: str) -> str:
    """The URI that a document found under `uri` gives itself by the keyword, else `uri`."""
    declared = document.get(key) if isinstance(document, dict) else None
    return urldefrag(urljoin(uri, declared)).url if isinstance(declared, str) else uri


def relocated(document: Any, home: str, key: str) -> Any:
    """The document without its own URI `home`, each reference as that URI means it."""
    if not isinstance(document, dict):
        return document
    return _keywords({name: value for name, value in document.items() if name != key}, home, key)


def _schema(node: Any, home: str, key: str) -> Any:
    if isinstance(node, list):
        return [_schema(item, home, key) for item in node]
    if not isinstance(node, dict):
        return node
    declared = node.get(key)
    if isinstance(declared, str) and not declared.startswith("#"):
        return {**node, key: urljoin(home, declared)}  # its own references resolve against that, as ever
    return _keywords(node, home, key)


def _keywords(node: dict[str, Any], home: str, key: str) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name, value in node.items():
        if name in REFERENCES and isinstance(value, str):
            told[name] = _reference(value, home)
        elif name in NAMED and isinstance(value, dict):
            told[name] = {each: _schema(below, home, key) for each, below in value.items()}
        else:
            told[name] = value if name in DATA else _schema(value, home, key)
    return told


def _reference(reference: str, home: str) -> str:
    if reference.startswith("#"):
        return reference
    uri, fragment = urldefrag(urljoin(home, reference))
    return f"#{fragment}" if uri == home else urljoin(home, reference)

"""Makes one schema document of several files, so that a release carries all that judged its rows."""

import posixpath
from collections.abc import Callable, Mapping
from typing import Any

# What stands below these keywords is data, not schema: a `$ref` there is a value like any other.
_DATA = frozenset({"enum", "const", "default", "examples"})


def bundle(document: Any, load: Callable[[str], Any]) -> Any:
    """The document with every file that it refers to inside `$defs`, and each reference pointing there.

    References are relative paths below the document's folder; `load` gives the parsed file of such a path.
    A document without references to files is returned as it is.
    """
    files: dict[str, Any] = {}

    def include(name: str) -> None:
        if name not in files:
            files[name] = None  # before its own references: files may refer to each other
            files[name] = _rewritten(load(name), name, include)

    bundled = _rewritten(document, "", include)
    if not files:
        return document
    named = {name: _without_id(file) for name, file in sorted(files.items())}
    return {**bundled, "$defs": {**bundled.get("$defs", {}), **named}}


def _without_id(file: Any) -> Any:
    """A bundled file without its `$id`, below which its references would no longer resolve."""
    return {key: value for key, value in file.items() if key != "$id"} if isinstance(file, Mapping) else file


def _rewritten(node: Any, home: str, include: Callable[[str], None]) -> Any:
    """A schema of the file `home` ("" for the document itself) with references as places in the bundle."""
    if isinstance(node, list):
        return [_rewritten(item, home, include) for item in node]
    if not isinstance(node, Mapping):
        return node
    rewritten = {}
    for key, value in node.items():
        if key == "$ref" and isinstance(value, str):
            rewritten[key] = _place(value, home, include)
        else:
            rewritten[key] = value if key in _DATA else _rewritten(value, home, include)
    return rewritten


def _place(reference: str, home: str, include: Callable[[str], None]) -> str:
    path, _, fragment = reference.partition("#")
    if "://" in path or (fragment and not fragment.startswith("/")):
        return reference  # an absolute URI or an anchor: the document's own affair
    target = posixpath.normpath(posixpath.join(posixpath.dirname(home), path)) if path else home
    if not target:
        return reference
    include(target)
    return "#/$defs/" + target.replace("~", "~0").replace("/", "~1") + fragment

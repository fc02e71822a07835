"""Makes one schema document of several files, so that a release carries all that judged its rows."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from corpuskit.validation.documents import Documents, Place
from corpuskit.validation.identity import DATA, NAMED, REFERENCES
from corpuskit.validation.references import BASE

_UNUSUAL = re.compile(r"[^A-Za-z0-9._/:-]")
_LATEST = "https://json-schema.org/draft/2020-12/schema"
_NAMES = frozenset({"$schema", "$anchor"})
# By these a reference means what it does only inside its own resource.
_DYNAMIC = frozenset({"$dynamicAnchor", "$recursiveAnchor", "$recursiveRef"})


def bundle(root: Place, documents: Documents, known: Callable[[str], bool]) -> Any:
    """The document with every other that it refers to inside it, and verdicts as before.

    Each reference becomes a path inside the document, as the schema of columns follows it. Where references
    depend on where they are met, or documents are of several drafts, each keeps a URI instead, and what is
    referred to by that becomes columns of JSON text. A document whose references are such paths already is
    returned as it is; those that are `known` wherever a schema is judged stay outside.
    """
    if not isinstance(root.schema, dict):
        return root.schema
    bundling = _Bundling(root, documents, known)
    bundling.find(root, "")
    bundled = bundling.kept() if bundling.keeps() else bundling.flat()
    return root.schema if bundled == root.schema else bundled


@dataclass(frozen=True, slots=True)
class _Bundling:
    """`paths` are the JSON Pointers of subschemas in the bundle, by identity; `files` the documents by URI."""

    root: Place
    documents: Documents
    known: Callable[[str], bool]
    paths: dict[int, str] = field(default_factory=dict)
    files: dict[str, tuple[str, Place]] = field(default_factory=dict)

    def find(self, place: Place, path: str) -> None:
        """Note where all that stands in a document will be, then every document to which it refers."""
        for here, at in _everything(place, path):
            if isinstance(here.schema, dict):
                self.paths.setdefault(id(here.schema), at)
        for here, _ in _everything(place, path):
            for keyword in REFERENCES if isinstance(here.schema, dict) else ():
                if isinstance(reference := here.schema.get(keyword), str):
                    self._include(here.base, reference)

    def _include(self, base: str, reference: str) -> None:
        found = self.documents.resource(base, reference)
        if (
            found is None
            or found[0] in self.files
            or id(found[1].schema) in self.paths
            or self.known(found[0])
        ):
            return
        uri, whole = found[0], self.documents.roots[found[0]]
        name = _UNUSUAL.sub("_", uri.removeprefix(BASE))
        while name in {taken for taken, _ in self.files.values()} or name in self.root.schema.get(
            "$defs", {}
        ):
            name += "_"
        self.files[uri] = (name, whole)
        self.find(whole, "/$defs/" + _escaped(name))

    def keeps(self) -> bool:
        """Whether documents must keep their URIs for their references to mean what they do."""
        every = [self.root, *(place for _, place in self.files.values())]
        inside = [
            here for place in every for here, _ in _everything(place, "") if isinstance(here.schema, dict)
        ]
        if any(not _DYNAMIC.isdisjoint(here.schema) for here in inside):
            return True
        draft = _draft(self.root.schema.get("$schema"))
        return any("$schema" in here.schema and _draft(here.schema["$schema"]) != draft for here in inside)

    def flat(self) -> Any:
        """One resource, whose references are paths."""
        bundled = self._flat(self.root, own=True)
        if not self.files:
            return bundled
        files = {
            name: self._flat(place, own=False) for name, place in sorted(self.files.values(), key=_first)
        }
        return {**bundled, "$defs": {**bundled.get("$defs", {}), **files}}

    def _flat(self, place: Place, *, own: bool) -> Any:
        own = own and place.base == self.root.base

        def told(name: str, value: Any) -> Any:
            return (
                self._path(place, value, own=own) if name in REFERENCES and isinstance(value, str) else None
            )

        def named(name: str) -> bool:
            return own or (name != place.key and name not in _NAMES)

        return _mapped(place, lambda below: self._flat(below, own=own), told, named)

    def _path(self, place: Place, reference: str, *, own: bool) -> str:
        """A reference as a path in the bundle, or as a whole URI where it leads out."""
        found = self.documents.resource(place.base, reference)
        fragment = reference.partition("#")[2]
        if found is None or self.known(found[0]):
            return reference if own else self.documents.whole(place.base, reference)
        uri, resource = found
        if fragment and not fragment.startswith("/"):
            target = self.documents.resolve(place.base, reference)
            return "#" + self.paths[id(target.schema)] if target else reference
        if isinstance(resource.schema, dict):
            return f"#{self.paths[id(resource.schema)]}{fragment}"
        return "#/$defs/" + _escaped(self.files[uri][0]) + fragment

    def kept(self) -> Any:
        """Each document under its URI inside the first one; its references stay as they are."""
        bundled = self._kept(self.root)
        if not self.files:
            return bundled
        files = {}
        for uri, (name, place) in sorted(self.files.items()):
            file = self._kept(place)
            files[name] = {place.key: uri.removeprefix(BASE), **file} if isinstance(file, dict) else file
        # The files may refer to the first one by its name.
        own = {self.root.key: self.root.base.removeprefix(BASE)}
        return {**own, **bundled, "$defs": {**bundled.get("$defs", {}), **files}}

    def _kept(self, place: Place) -> Any:
        def told(name: str, value: Any) -> Any:
            # Below another URI such a path is none of the whole document's.
            if name in REFERENCES - {"$recursiveRef"} and isinstance(value, str) and value.startswith("#"):
                return value if place.base == self.root.base else self.documents.whole(place.base, value)
            return None

        return _mapped(place, self._kept, told, lambda _: True)


def _mapped(
    place: Place,
    inner: Callable[[Place], Any],
    told: Callable[[str, Any], Any],
    stays: Callable[[str], bool],
) -> Any:
    """A schema with what stands inside it through `inner`, the keywords that `told` gives a value, and no others."""
    schema = place.schema
    if isinstance(schema, list):
        return [inner(place.inside(each)) for each in schema]
    if not isinstance(schema, dict):
        return schema
    result: dict[str, Any] = {}
    for name, value in schema.items():
        if not stays(name):
            continue
        if (new := told(name, value)) is not None:
            result[name] = new
        elif name in NAMED and isinstance(value, dict):
            result[name] = {key: inner(place.inside(below)) for key, below in value.items()}
        else:
            result[name] = value if name in DATA else inner(place.inside(value))
    return result


def _everything(place: Place, path: str) -> Iterator[tuple[Place, str]]:
    """All that may be a subschema inside a document, with its JSON Pointer."""
    waiting = [(place, path)]
    while waiting:
        here, at = waiting.pop()
        yield here, at
        schema = here.schema
        if isinstance(schema, list):
            waiting += [(here.inside(each), f"{at}/{number}") for number, each in enumerate(schema)]
        elif isinstance(schema, dict):
            for name, value in schema.items():
                step = f"{at}/{_escaped(name)}"
                if name in NAMED and isinstance(value, dict):
                    waiting += [
                        (here.inside(below), f"{step}/{_escaped(key)}") for key, below in value.items()
                    ]
                elif name not in DATA and isinstance(value, dict | list):
                    waiting.append((here.inside(value), step))


def _draft(declared: Any) -> Any:
    return declared.rstrip("#") if isinstance(declared, str) else _LATEST


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _first(pair: tuple[str, Place]) -> str:
    return pair[0]

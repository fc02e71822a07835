"""Where references lead: to files of the schema's folder or of folders named for a URI prefix, to packaged schemas."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from corpuskit.errors import SchemaError, SpecError
from corpuskit.resources import PACKAGED, packaged_schema
from corpuskit.validation.identity import id_keyword, own_uri, relocated

# Where a schema file has no $id, its references resolve below this name, a host that cannot exist (RFC 2606).
_HOST = "http://corpuskit.invalid/"
BASE = urljoin(_HOST, "schema/")
# Parts of a schema that are compiled alone stand under this name.
PIECE = urljoin(_HOST, "piece")

# URI prefixes with their folders, the longest first: the first that fits a reference is the one that counts.
Places = tuple[tuple[str, Path], ...]


def registered(registry: Mapping[str, Path | str]) -> Places:
    """The folders of a registry by URI prefix, the longest first.

    Raises SpecError for a prefix that is no absolute URI, and for a folder that is not there.
    """
    places: dict[str, Path] = {}
    for uri, folder in registry.items():
        prefix = _prefix(uri)
        if not Path(folder).is_dir():
            raise SpecError(f"the registry maps {uri!r} to a folder that is not there.", str(folder))
        if prefix in places:
            raise SpecError(f"the registry maps {prefix!r} twice.", str(folder))
        places[prefix] = Path(folder).resolve()
    return tuple(sorted(places.items(), key=lambda place: -len(place[0])))


def _prefix(uri: str) -> str:
    """A prefix as references are written: scheme and host in small letters, whole path segments."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        parts = urlsplit("")
    if not parts.scheme or not (parts.netloc or parts.path) or "?" in uri or "#" in uri:
        hint = "Give a prefix such as http://localhost:1234/ without query and fragment."
        raise SpecError(f"a registry maps absolute URIs to folders; {uri!r} is none.", None, None, hint)
    small = parts._replace(netloc=parts.netloc.lower()).geturl()
    return small if small.endswith(("/", ":")) else small + "/"


@dataclass(frozen=True, slots=True)
class Retriever:
    """Gives the documents that references name, each read from a file; `refused` says why others are not given.

    `own` is the prefix and the folder of the schema itself, none for a schema that is no file. What the
    registry names comes first: there the user said where a reference leads. The packaged schemas are known by
    their own URIs. `known` are the documents found
    so far whose `$id` is another URI, by that URI; `key` is that keyword where a document names no draft.
    """

    registry: Places
    own: tuple[str, Path] | None
    load: Callable[[Path], Any]
    key: str = "$id"
    refused: dict[str, SchemaError] = field(default_factory=dict)
    known: dict[str, Any] = field(default_factory=dict)
    strict: bool = True

    def __call__(self, uri: str) -> Any:
        """The document that an absolute URI without fragment names; ValueError, or an empty one, if refused."""
        try:
            return self._document(uri)
        except SchemaError as error:
            self.refused[uri] = error
            if self.strict:
                raise ValueError(str(error)) from error
            return {}

    def _document(self, uri: str) -> Any:
        if uri in self.known:
            return self.known[uri]
        if uri in PACKAGED and not any(uri.startswith(prefix) for prefix, _ in self.registry):
            return packaged_schema(uri)
        document = self.load(self._file(uri))
        key = id_keyword(document, self.key)
        home = own_uri(document, uri, key)
        if home == uri:
            return document
        self.known[home] = relocated(document, home, key)
        return self.known[home]

    def _file(self, uri: str) -> Path:
        for prefix, folder in (*self.registry, *([self.own] if self.own else [])):
            if uri.startswith(prefix):
                return _below(folder, uri, uri[len(prefix) :])
        if uri.startswith(_HOST):
            hint = "References by a relative path stay below the folder of the schema file."
            raise SchemaError(f"the reference {_shown(uri)!r} leaves the schema's folder.", hint=hint)
        raise SchemaError(
            f"the reference {uri!r} leaves the schema's folder; nothing is fetched.", hint=_hint(uri)
        )


def _shown(uri: str) -> str:
    """A reference as one would write it, without the host that stands for the schema's own folder."""
    return uri.removeprefix(BASE) if uri.startswith(BASE) else uri.removeprefix(_HOST[:-1])


def _hint(uri: str) -> str | None:
    """The flag that says where a reference leads; none for a path, which leads below the schema's folder."""
    if uri.startswith(_HOST):
        return None
    if uri.startswith("urn:corpuskit:"):
        return f"Known are {', '.join(PACKAGED)}."
    start = uri[: max(uri.rfind("/"), uri.rfind(":")) + 1]
    return f"Name the folder that holds what it means: --registry {start}=DIR."


def _below(folder: Path, uri: str, relative: str) -> Path:
    """The file below a folder that the rest of a URI names; raises SchemaError where there is none inside."""
    try:
        name = unquote(relative, errors="strict")
        target = (folder / name).resolve()
        inside = "?" not in relative and ".." not in name.split("/") and target.is_relative_to(folder)
        if inside and target.is_file():
            return target
    except (ValueError, OSError):  # no UTF-8, a NUL, a name too long: no file can be meant
        pass
    raise SchemaError(
        f"the reference {_shown(uri)!r} names no file inside {folder}; nothing is fetched.", hint=_hint(uri)
    )

"""Which field of a source's records is which of an article: by its name, and only where the values fit."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from corpuskit import timestamps
from corpuskit.languages import canonical_language
from corpuskit.licenses import canonical_license
from corpuskit.proposal.guesses import Guess
from corpuskit.proposal.synonyms import KNOWN, PACKAGES, SYNONYMS, VALUES, squeezed

_SHARE, _MOST_SHARE = 0.5, 0.9
_LONGEST_TITLE, _SHOWN_CHARS = 300, 40
# A field that says the same in most records is a label, and one without spaces or letters a code.
_DISTINCT = 0.3
_STARTS = ("http://", "https://", "/", "www.")


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the sampled records: its values but null ones; `origin` as corpus.toml names it."""

    origin: str
    path: tuple[str, ...]
    values: tuple[Any, ...]
    of: int

    @property
    def strings(self) -> list[str]:
        """The values that are strings and not blank."""
        return [value for value in self.values if isinstance(value, str) and value.strip()]

    @property
    def chars(self) -> int:
        """The median length of its strings."""
        return int(median(map(len, self.strings))) if self.strings else 0

    @property
    def evidence(self) -> str:
        """In how many records it stands, and how long it is."""
        return f"`{self.origin}` in {len(self.values):,} of {self.of:,} records, median {self.chars:,} characters"


@dataclass(frozen=True, slots=True)
class FieldGuesses:
    """The proposed `fields` of a source, and which of its fields is which of an article.

    `unfit` are called as those of articles are, but hold something else.
    """

    guesses: tuple[Guess, ...]
    roles: Mapping[str, Field]
    unfit: Mapping[str, Field]
    names: tuple[str, ...]


def is_article(value: Any) -> bool:
    """Whether an object itself has a field that is called as texts are."""
    if not isinstance(value, dict):
        return False
    return any(isinstance(v, str) and _rank("text", squeezed(k)) is not None for k, v in value.items())


def find_fields(records: Sequence[Mapping[str, Any]]) -> FieldGuesses:
    """Which fields of records are which of an article; `roles` lacks `text` where nothing can be the text."""
    fields = _fields(records)
    roles: dict[str, Field] = {}
    guesses: list[Guess] = []
    for role in SYNONYMS:
        own = fields.get((role,))
        if own is not None and _stays(role, own):
            roles[role] = own
            continue
        found = _likeliest(role, [f for f in fields.values() if f.path != (role,)])
        if found is not None:
            roles[role] = found
            guesses.append(Guess(f"fields.{role}", found.origin, found.evidence))
    if "text" not in roles and (longest := _longest(fields, roles)) is not None:
        roles["text"] = longest
        what = f"{longest.evidence}: the longest strings, though the name does not say that it is the text"
        guesses.append(Guess("fields.text", longest.origin, what, "open"))
    misfits = [(role, fields[role,]) for role in _REJECTING if (role,) in fields and role not in roles]
    guesses += [_aside(role, own, fields) for role, own in misfits if _share(own.values, _FIT[role]) < _SHARE]
    names = tuple(path[0] for path in fields if len(path) == 1)
    mapped = {field.path for field in roles.values()}
    unfit = {
        role: f
        for role in SYNONYMS
        if (f := fields.get((role,))) and role not in roles and f.path not in mapped
    }
    return FieldGuesses(tuple(guesses), roles, unfit, names)


def _stays(role: str, own: Field) -> bool:
    """Whether a field that is called as the article's is that field."""
    if role == "id":
        return _share(own.values, _is_string) >= _SHARE
    return len(own.values) >= _SHARE * own.of and _fits(role, own, _SHARE)


def _aside(role: str, own: Field, fields: Mapping[tuple[str, ...], Field]) -> Guess:
    """A guess that sends a field whose values would reject their records to `extra`: it names one that is not there."""
    name = f"no-{role}"
    while (name,) in fields:
        name += "-"
    shown = shown_value(next((v for v in own.values if not _FIT[role](v)), None))
    behind = "; each record's digest names it" if role == "id" else ""
    return Guess(f"fields.{role}", name, f"no such field: `{role}` holds {shown}, {_REJECTING[role]}{behind}")


def shown_value(value: Any) -> str:
    """A value of a record as JSON, cut."""
    return json.dumps(value, ensure_ascii=False, default=str)[:_SHOWN_CHARS]


def _fields(records: Sequence[Mapping[str, Any]]) -> dict[tuple[str, ...], Field]:
    """The fields of records, and the members of objects in them, in the order of appearance."""
    found: dict[tuple[str, ...], list[Any]] = {}
    for record in records:
        for key, value in record.items():
            if value is not None:
                found.setdefault((key,), []).append(value)
            if isinstance(value, dict):
                for inner, item in value.items():
                    if item is not None:
                        found.setdefault((key, inner), []).append(item)
    return {path: Field(_origin(path), path, tuple(values), len(records)) for path, values in found.items()}


def _origin(path: tuple[str, ...]) -> str:
    """A field's name, or a JSON Pointer for one inside another and for names that look like one."""
    if len(path) == 1 and not path[0].startswith("/") and path[0]:
        return path[0]
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in path)


def _rank(role: str, name: str) -> int | None:
    return next((rank for known, rank in KNOWN.get(name, ()) if known == role), None)


def _rank_of(role: str, path: tuple[str, ...]) -> int | None:
    """How likely a field is the role by its name, 0 the likeliest, None where nothing speaks for it."""
    name = squeezed(path[0])
    if len(path) == 1:
        return _rank(role, name)
    inner = squeezed(path[1])
    if inner in VALUES and (rank := _rank(role, name)) is not None:
        return 50 + rank
    rank = _rank(role, inner)
    return 100 + rank if name in PACKAGES and rank is not None else None


def _likeliest(role: str, fields: Sequence[Field]) -> Field | None:
    known = [(rank, f.origin, f) for f in fields if (rank := _rank_of(role, f.path)) is not None]
    fitting = (
        f
        for _, _, f in sorted(known, key=lambda k: k[:2])
        if len(f.values) >= _SHARE * f.of and _fits(role, f)
    )
    return next(fitting, None)


def _longest(fields: Mapping[tuple[str, ...], Field], roles: Mapping[str, Field]) -> Field | None:
    """The field of the longest strings that may be a text, None where there is none."""
    taken = {field.path for field in roles.values()}
    free = [f for f in fields.values() if len(f.path) == 1 and f.path not in taken and _may_be_text(f)]
    return max(free, key=lambda f: (f.chars, f.origin), default=None)


def _may_be_text(field: Field) -> bool:
    strings = field.strings
    if squeezed(field.path[0]) in KNOWN or len(strings) < _SHARE * field.of:
        return False
    if len(set(strings)) < _DISTINCT * len(strings) or len(strings) < len(field.values):
        return False
    return _share(strings, _is_wordy) >= _MOST_SHARE


def _is_wordy(text: str) -> bool:
    """Whether a text is made of letters rather than a link, a path, a digest or a date."""
    letters = sum(c.isalpha() or c.isspace() for c in text)
    return 2 * letters > len(text) and not text.startswith(_STARTS) and not _is_code(text)


def _is_code(text: str) -> bool:
    return " " not in text and len(text) > 1 and any(c.isdigit() or c in "_.:/\\" for c in text)


def _share(values: Sequence[Any], test: Callable[[Any], bool]) -> float:
    return sum(map(test, values)) / len(values) if values else 0.0


def _is_date(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    return timestamps.reader((), None)(value) != timestamps.UNREADABLE or timestamps.looks_like_stamp(value)


def _is_authors(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(v, str) for v in value))


def _fits(role: str, field: Field, least: float = _MOST_SHARE) -> bool:
    """Whether the values of a field are of the kind that the article's field takes."""
    values, strings = field.values, field.strings
    if not values or _share(values, _FIT[role]) < (_SHARE if _FIT[role] is _is_date else least):
        return False
    if role == "id":
        return len(set(strings)) == len(strings) == field.of
    if role == "title":
        return field.chars <= _LONGEST_TITLE
    return role != "text" or _share(strings, lambda s: s.startswith(_STARTS)) < _SHARE


def _is_string(value: Any) -> bool:
    return isinstance(value, str)


_FIT: Mapping[str, Callable[[Any], bool]] = {
    "id": _is_string,
    "title": _is_string,
    "text": _is_string,
    "url": lambda v: isinstance(v, str) and v.startswith(("http://", "https://")),
    "authors": _is_authors,
    "published": _is_date,
    "retrieved": _is_date,
    "language": lambda v: isinstance(v, str) and canonical_language(v) is not None,
    "license": lambda v: isinstance(v, str) and canonical_license(v) is not None,
}
# Fields whose records are rejected where the value is another.
_REJECTING = {
    "id": "and ids are strings; it goes to `extra`",
    "title": "and titles are strings; it goes to `extra`",
    "url": "which is no address; it goes to `extra`",
}

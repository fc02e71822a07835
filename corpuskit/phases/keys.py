"""What the index needs to know of rows: the keys by which rows are equal or belong together, column by column."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, partial
from typing import Any, NamedTuple

from corpuskit.digests import columns_encoder
from corpuskit.provenance import Source
from corpuskit.schema import EXTRA, ArticleSchema
from corpuskit.spec import Dedup, Splits
from corpuskit.splits import TRAIN, splitter

# Values by the names of columns, strings as UTF-8; a column that is not there is null.
Columns = Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Keys:
    """What the index needs of rows: their keys, their digests, their sizes."""

    dedup: tuple[str, ...]
    by: str
    text: tuple[str, ...]
    known: frozenset[str]
    encode: Callable[[Columns, int], list[bytes]]
    splits: Callable[[Columns, int], list[str]]

    @classmethod
    def of(cls, schema: ArticleSchema, dedup: Dedup, splits: Splits) -> "Keys":
        """The keys that a spec asks for."""
        known = frozenset(schema.columns)
        encode = columns_encoder(schema.columns)
        return cls(dedup.exact, splits.by, schema.text, known, encode, _by_rule(splits, schema.text, known))

    def of_rows(self, columns: Columns, rows: int, source: Source) -> dict[str, Sequence[Any]]:
        """The ledger columns that depend on the rows."""
        encoded = self.encode(columns, rows)
        text_keys = _sha256(_texts(columns, rows, self.text))
        groups = [None] * rows if self.by in {"text", "id"} else _groups(columns, rows, self.by, self.known)
        return {
            "id": columns["id"],
            "id_digest": _sha256(columns["id"]),
            "text_key": text_keys,
            "dedup_key": self._dedup_keys(columns, rows, text_keys),
            "group": groups,
            "split": [source.split] * rows if source.split else self.splits(columns, rows),
            "language": columns.get("language") or [None] * rows,
            "license": columns.get("license") or [None] * rows,
            "record_digest": _sha256(encoded),
            "size": list(map(len, encoded)),
        }

    def _dedup_keys(self, columns: Columns, rows: int, text_keys: list[bytes]) -> Sequence[bytes | None]:
        if not self.dedup:
            return [None] * rows
        if self.dedup == ("text",):
            return text_keys
        if self.dedup == ("record",):
            # All that a record says but its id.
            return _sha256(self.encode({n: v for n, v in columns.items() if n != "id"}, rows))
        values = [values_of(columns, rows, name, self.known) for name in self.dedup]
        # Articles are not equal for what they lack.
        return [
            None if all(value is None for value in row) else hashlib.sha256(_compact(row)).digest()
            for row in zip(*values, strict=True)
        ]


def _sha256(values: Sequence[bytes]) -> list[bytes]:
    digest = hashlib.sha256
    return [digest(value).digest() for value in values]


def _by_rule(
    splits: Splits, text: tuple[str, ...], known: frozenset[str]
) -> Callable[[Columns, int], list[str]]:
    """The split rule as a function of columns and the number of rows."""
    field, by = splits.field, splits.by
    if field is not None:
        return lambda columns, rows: [v or TRAIN for v in values_of(columns, rows, field, known)]
    if splits.shares is None:
        return lambda _, rows: [TRAIN] * rows
    by_digest = splitter(splits.shares, splits.salt)
    return lambda columns, rows: list(map(by_digest, _split_keys(columns, rows, by, text, known)))


def _split_keys(
    columns: Columns, rows: int, by: str, text: tuple[str, ...], known: frozenset[str]
) -> Sequence[bytes]:
    """What the keyed digest of each row is taken over."""
    if by == "id":
        return columns["id"]
    texts = _texts(columns, rows, text)
    if by == "text":
        return texts
    groups = _groups(columns, rows, by, known)
    # An article without a group is its own group.
    return [t if g is None else g.encode() for g, t in zip(groups, texts, strict=True)]


def stated_splits(rule: Mapping[str, Any]) -> Splits:
    """What a spec says of splits, by the split rule of its manifest."""
    shares = {name: Fraction(str(share)) for name, share in rule.get("shares", {}).items()} or None
    return Splits(shares, rule.get("by", "text"), rule.get("field"), rule.get("salt", ""))


def split_of(rule: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], str]:
    """The split rule of a manifest as a function of a row, which has all columns."""
    given = rule.get("given", {})
    # All rows have the same columns: one rule serves them all.
    by_rule = cache(partial(_by_rule, stated_splits(rule), tuple(rule["text"])))

    def split(row: Mapping[str, Any]) -> str:
        return given.get(row["source"]) or by_rule(frozenset(row))(as_columns(row), 1)[0]

    return split


class RowKeys(NamedTuple):
    """What the rules of a release take from one row: the sha256 of its text, its group, what its split hangs on.

    `split_key` is what that is drawn by, `given` what the field of given splits says; None where there is no such.
    """

    text_key: str
    group: str | None
    split_key: bytes | None
    given: str | None


def keys_of_row(rule: Mapping[str, Any], row: Mapping[str, Any]) -> RowKeys:
    """The keys of a row, which has all columns, by the split rule of its manifest."""
    columns, text, known = as_columns(row), tuple(rule["text"]), frozenset(row)
    by = rule.get("by", "text")
    group = None if by in {"text", "id"} else _groups(columns, 1, by, known)[0]
    drawn = "shares" in rule and row["source"] not in rule.get("given", {})
    return RowKeys(
        hashlib.sha256(_texts(columns, 1, text)[0]).hexdigest(),
        group,
        _split_keys(columns, 1, by, text, known)[0] if drawn else None,
        values_of(columns, 1, rule["field"], known)[0] if "field" in rule else None,
    )


def as_columns(row: Mapping[str, Any]) -> Columns:
    """A row as columns of one value."""
    return {name: [utf8(value)] for name, value in row.items()}


def utf8(value: Any) -> Any:
    """A string as UTF-8, any other value as it is."""
    return value.encode() if isinstance(value, str) else value


def _texts(columns: Columns, rows: int, names: tuple[str, ...]) -> Sequence[bytes]:
    """The text keys: the text, or the compact JSON array of the values of a text role that is a list."""
    values = [columns.get(name) or [None] * rows for name in names]
    if len(names) == 1:
        return [value or b"" for value in values[0]]
    return [_compact([_plain(value) for value in row]) for row in zip(*values, strict=True)]


def _compact(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value


def values_of(columns: Columns, rows: int, name: str, known: frozenset[str]) -> list[Any]:
    """The values of a column, or of a field that no column takes and that went to `extra`."""
    if name in known:
        return [_plain(value) for value in columns.get(name) or [None] * rows]
    extras = columns.get(EXTRA) or [None] * rows
    return [json.loads(extra).get(name) if extra else None for extra in extras]


def _groups(columns: Columns, rows: int, by: str, known: frozenset[str]) -> list[str | None]:
    """The values of the group as strings; null where a record has none."""
    return [
        value if value is None or isinstance(value, str) else _compact(value).decode()
        for value in values_of(columns, rows, by, known)
    ]

"""What the index needs to know of a row: the keys by which rows are equal or belong together."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from corpuskit.digests import id_digest, row_encoder
from corpuskit.provenance import Source
from corpuskit.schema import ArticleSchema
from corpuskit.spec import Dedup, Splits
from corpuskit.splits import TRAIN, splitter


@dataclass(frozen=True, slots=True)
class Keys:
    """What the index needs of a row: its keys, its digest, its size."""

    dedup: tuple[str, ...]
    by: str
    text: tuple[str, ...]
    encode: Callable[[Mapping[str, Any]], bytes]
    by_rule: Callable[[Mapping[str, Any]], str]

    @classmethod
    def of(cls, schema: ArticleSchema, dedup: Dedup, splits: Splits) -> "Keys":
        """The keys that a spec asks for."""
        encode = row_encoder(schema.columns)
        return cls(dedup.exact, splits.by, schema.text, encode, _by_rule(splits, schema.text))

    def of_row(self, row: Mapping[str, Any], source: Source) -> dict[str, Any]:
        """The ledger columns that depend on the row."""
        encoded = self.encode(row)
        digest = hashlib.sha256(encoded).digest()
        text_key = hashlib.sha256(_text(row, self.text).encode()).digest()
        group = None if self.by in {"text", "id"} else _group(row, self.by)
        return {
            "id_digest": id_digest(row["id"]),
            "text_key": text_key,
            "dedup_key": self._dedup_key(row, text_key),
            "group": group,
            "split": source.split or self.by_rule(row),
            "language": row.get("language"),
            "license": row.get("license"),
            "record_digest": digest,
            "size": len(encoded),
        }

    def _dedup_key(self, row: Mapping[str, Any], text_key: bytes) -> bytes | None:
        if not self.dedup:
            return None
        if self.dedup == ("text",):
            return text_key
        if self.dedup == ("record",):
            # All that a record says but its id.
            return hashlib.sha256(self.encode({**row, "id": None})).digest()
        values = [value_of(row, name) for name in self.dedup]
        if not any(value is not None for value in values):
            return None  # articles are not equal for what they lack
        return hashlib.sha256(_compact(values).encode()).digest()


def _by_rule(splits: Splits, text: tuple[str, ...]) -> Callable[[Mapping[str, Any]], str]:
    """The split rule as a function of a row."""
    field, by = splits.field, splits.by
    if field is not None:
        return lambda row: value_of(row, field) or TRAIN
    if splits.shares is None:
        return lambda _: TRAIN
    by_digest = splitter(splits.shares, splits.salt)

    def split(row: Mapping[str, Any]) -> str:
        if by == "id":
            return by_digest(row["id"].encode())
        group = None if by == "text" else _group(row, by)
        # An article without a group is its own group.
        return by_digest((_text(row, text) if group is None else group).encode())

    return split


def split_of(rule: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], str]:
    """The split rule of a manifest as a function of a row."""
    shares = {name: Fraction(str(share)) for name, share in rule.get("shares", {}).items()} or None
    by_rule = _by_rule(
        Splits(shares, rule.get("by", "text"), rule.get("field"), rule.get("salt", "")), tuple(rule["text"])
    )
    given = rule.get("given", {})
    return lambda row: given.get(row["source"]) or by_rule(row)


def _text(row: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """The text key: the text, or the compact JSON array of the values of a text role that is a list."""
    if len(names) == 1:
        return str(row.get(names[0]) or "")
    return _compact([row.get(name) for name in names])


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def value_of(row: Mapping[str, Any], name: str) -> Any:
    """The value of a column, or of a field that went to `extra`."""
    if name in row:
        return row[name]
    return json.loads(row["extra"]).get(name) if row.get("extra") else None


def _group(row: Mapping[str, Any], by: str) -> str | None:
    """The value of the group as a string; null where the record has none."""
    value = value_of(row, by)
    return value if value is None or isinstance(value, str) else _compact(value)

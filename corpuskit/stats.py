"""One-pass mergeable counters over published rows: exact, whatever the order in which they merge."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from corpuskit.schema import ArticleSchema

_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(slots=True)
class Statistics:
    """Counts over rows, and the number of characters and bytes in their text role.

    `lengths` counts articles by their number of characters, so quantiles stay exact after a merge.
    """

    rows: int = 0
    chars: int = 0
    text_bytes: int = 0
    lengths: Counter[int] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    licenses: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    years: Counter[str] = field(default_factory=Counter)
    earliest: str | None = None
    latest: str | None = None
    nulls: Counter[str] = field(default_factory=Counter)

    def add(self, table: Any, schema: ArticleSchema) -> None:
        """Count the rows of an Arrow table of published columns."""
        import pyarrow.compute as pc

        self.rows += table.num_rows
        lengths = None
        for name in schema.text:
            column = table[name]
            chars = pc.fill_null(pc.utf8_length(column), 0)
            lengths = chars if lengths is None else pc.add(lengths, chars)
            self.text_bytes += pc.sum(pc.binary_length(column)).as_py() or 0
        if lengths is not None and table.num_rows:
            self.chars += pc.sum(lengths).as_py()
            self.lengths.update(_counts(lengths))
        for name, counter in (
            ("language", self.languages), ("license", self.licenses), ("source", self.sources)
        ):  # fmt: skip
            counter.update(_counts(table[name]))
        for name in schema.columns:
            self.nulls[name] += table[name].null_count
        self._dates(table)

    def _dates(self, table: Any) -> None:
        import pyarrow.compute as pc

        if "published_date" not in table.column_names or not table.num_rows:
            return
        column = table["published_date"]
        self.years.update(_counts(pc.utf8_slice_codeunits(column, 0, 4)))
        bounds = pc.min_max(column).as_py()
        if bounds["min"] is not None:
            self.earliest = min(filter(None, (self.earliest, bounds["min"])))
            self.latest = max(filter(None, (self.latest, bounds["max"])))

    def merge(self, other: "Statistics") -> None:
        """Add the counts of other rows."""
        self.rows += other.rows
        self.chars += other.chars
        self.text_bytes += other.text_bytes
        for name in ("lengths", "languages", "licenses", "sources", "years", "nulls"):
            getattr(self, name).update(getattr(other, name))
        self.earliest = min(filter(None, (self.earliest, other.earliest)), default=None)
        self.latest = max(filter(None, (self.latest, other.latest)), default=None)

    def packed(self) -> dict[str, Any]:
        """All counts as plain JSON, from which `unpacked` makes the same again."""
        return {
            name: list(value.items()) if isinstance(value, Counter) else value
            for name in self.__slots__
            if (value := getattr(self, name)) is not None
        }

    @classmethod
    def unpacked(cls, packed: Mapping[str, Any]) -> "Statistics":
        """The statistics that were packed."""
        statistics = cls()
        for name, value in packed.items():
            setattr(statistics, name, Counter(dict(value)) if isinstance(value, list) else value)
        return statistics

    def as_dict(self) -> dict[str, Any]:
        """The facts for the manifest, keys sorted, quantiles computed."""
        return {
            "rows": self.rows,
            "chars": self.chars,
            "text_bytes": self.text_bytes,
            "length_chars": self._quantiles(),
            "languages": dict(sorted(self.languages.items())),
            "licenses": dict(sorted(self.licenses.items())),
            "sources": dict(sorted(self.sources.items())),
            "years": dict(sorted(self.years.items())),
            "earliest": self.earliest,
            "latest": self.latest,
            "nulls": {name: count for name, count in sorted(self.nulls.items()) if count},
        }

    def _quantiles(self) -> dict[str, int]:
        """Smallest, largest and quantiles of the length: the smallest length that reaches the share."""
        if not self.lengths:
            return {}
        ordered, found, seen = (
            sorted(self.lengths.items()),
            {"min": min(self.lengths), "max": max(self.lengths)},
            0,
        )
        wanted = list(_QUANTILES)
        for length, count in ordered:
            seen += count
            while wanted and seen >= wanted[0] * self.rows:
                found[f"p{round(wanted.pop(0) * 100):02d}"] = length
        return found


def _counts(column: Any) -> dict[Any, int]:
    """How often each value that is not null occurs."""
    return {
        pair["values"]: pair["counts"]
        for pair in column.value_counts().to_pylist()
        if pair["values"] is not None
    }

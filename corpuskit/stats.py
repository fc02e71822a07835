"""One-pass mergeable counters over published rows: exact, whatever the order in which they merge."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from corpuskit.schema import ArticleSchema

_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
# So many hosts are named in the manifest, those with most articles; all are counted.
_MOST_DOMAINS = 100
# The scheme and authority of RFC 3986; what stands before an @ is no host.
_HOST = r"^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?(?P<host>[^/?#:@]+)"
_MARGINS = ("source", "language", "license")

Cell = tuple[str | None, str | None, str | None]


@dataclass(slots=True)
class Statistics:
    """Counts over rows, and the characters, words and bytes in their text role.

    `cells` holds rows, characters, words and bytes of text by (source, language, licence); `lengths` counts articles
    by their number of characters, so quantiles stay exact after a merge; `months` counts them by source and the year
    or month of publication, `bounds` holds the earliest and latest date of each source. A word is a run of
    characters other than ASCII white space.
    """

    cells: dict[Cell, list[int]] = field(default_factory=dict)
    lengths: Counter[int] = field(default_factory=Counter)
    months: Counter[tuple[str | None, str]] = field(default_factory=Counter)
    bounds: dict[str | None, list[str]] = field(default_factory=dict)
    domains: Counter[str] = field(default_factory=Counter)
    nulls: Counter[str] = field(default_factory=Counter)

    @property
    def rows(self) -> int:
        """The number of rows."""
        return sum(cell[0] for cell in self.cells.values())

    @property
    def sources(self) -> dict[str, int]:
        """Rows by source."""
        return {name: sums[0] for name, sums in self._margin("source").items()}

    def add(self, table: Any, schema: ArticleSchema) -> None:
        """Count the rows of an Arrow table of published columns."""
        if not table.num_rows:
            return
        sizes = _sizes([table[name] for name in schema.text], table.num_rows)
        self.lengths.update(_tally(sizes["chars"]))
        groups = table.select(list(_MARGINS))
        for name, values in sizes.items():
            groups = groups.append_column(name, [values])
        sums = [([], "count_all"), *((name, "sum") for name in sizes)]
        for row in groups.group_by(list(_MARGINS)).aggregate(sums).to_pylist():
            key = (row["source"], row["language"], row["license"])
            self._count(key, [row["count_all"], *(row[f"{name}_sum"] for name in sizes)])
        for name in schema.columns:
            self.nulls[name] += table[name].null_count
        self._dates(table)
        self._domains(table)

    def _count(self, key: Cell, counts: Iterable[int]) -> None:
        self.cells[key] = [a + b for a, b in zip(self.cells.get(key, [0] * 4), counts, strict=True)]

    def _dates(self, table: Any) -> None:
        import pyarrow.compute as pc

        if "published_date" not in table.column_names:
            return
        dates = table.select(["source", "published_date"]).rename_columns(["source", "date"])
        dates = dates.filter(pc.is_valid(dates["date"]))
        bounds = dates.group_by("source").aggregate([("date", "min"), ("date", "max")])
        for row in bounds.to_pylist():
            self._bound(row["source"], [row["date_min"], row["date_max"]])
        months = dates.append_column("month", pc.utf8_slice_codeunits(dates["date"], 0, 7))
        for row in months.group_by(["source", "month"]).aggregate([([], "count_all")]).to_pylist():
            self.months[row["source"], row["month"]] += row["count_all"]

    def _bound(self, source: str | None, dates: list[str]) -> None:
        known = [*self.bounds.get(source, ()), *dates]
        self.bounds[source] = [min(known), max(known)]

    def _domains(self, table: Any) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        if "url" not in table.column_names or not pa.types.is_string(table.schema.field("url").type):
            return
        found = pc.struct_field(pc.extract_regex(table["url"].drop_null(), _HOST), "host")
        self.domains.update(_tally(pc.utf8_lower(found)))

    def merge(self, other: "Statistics") -> None:
        """Add the counts of other rows."""
        for key, counts in other.cells.items():
            self._count(key, counts)
        for source, dates in other.bounds.items():
            self._bound(source, dates)
        for name in ("lengths", "months", "domains", "nulls"):
            getattr(self, name).update(getattr(other, name))

    def packed(self) -> dict[str, Any]:
        """All counts as plain JSON, from which `unpacked` makes the same again."""
        return {name: list(getattr(self, name).items()) for name in self.__slots__}

    @classmethod
    def unpacked(cls, packed: Mapping[str, Any]) -> "Statistics":
        """The statistics that were packed."""
        statistics = cls()
        for name, items in packed.items():
            getattr(statistics, name).update(
                {tuple(key) if isinstance(key, list) else key: value for key, value in items}
            )
        return statistics

    def as_dict(self) -> dict[str, Any]:
        """The facts for the manifest, keys sorted, quantiles computed."""
        rows, chars, words, size = _sum(self.cells.values())
        dates = [date for pair in self.bounds.values() for date in pair]
        margins = {f"{name}s": self._margin(name) for name in _MARGINS}
        return {
            "rows": rows,
            "chars": chars,
            "words": words,
            "text_bytes": size,
            "length_chars": self._quantiles(),
            "length_histogram": self._histogram(),
            **{name: {value: sums[0] for value, sums in margin.items()} for name, margin in margins.items()},
            "by_source": {name: self._of_source(name, sums) for name, sums in margins["sources"].items()},
            "by_language": {name: _named(sums) for name, sums in margins["languages"].items()},
            "by_license": {name: _named(sums) for name, sums in margins["licenses"].items()},
            "years": _ordered((month[:4], n) for (_, month), n in self.months.items()),
            "months": _ordered((month, n) for (_, month), n in self.months.items()),
            "earliest": min(dates, default=None),
            "latest": max(dates, default=None),
            "domains": {"count": len(self.domains), "most": _most(self.domains)},
            "nulls": {name: count for name, count in sorted(self.nulls.items()) if count},
        }

    def _margin(self, name: str) -> dict[str, list[int]]:
        """Rows, characters, words and bytes by one of the keys of cells; rows without it are left out."""
        place, found = _MARGINS.index(name), dict[str, list[list[int]]]()
        for key, counts in self.cells.items():
            if (value := key[place]) is not None:
                found.setdefault(value, []).append(counts)
        return {value: _sum(counts) for value, counts in sorted(found.items())}

    def _of_source(self, name: str, sums: list[int]) -> dict[str, Any]:
        """What there is of one source."""
        own = [(key, counts[0]) for key, counts in self.cells.items() if key[0] == name]
        earliest, latest = self.bounds.get(name, (None, None))
        return _named(sums) | {
            "languages": _ordered((key[1], n) for key, n in own),
            "licenses": _ordered((key[2], n) for key, n in own),
            "years": _ordered((month[:4], n) for (source, month), n in self.months.items() if source == name),
            "earliest": earliest,
            "latest": latest,
        }

    def _quantiles(self) -> dict[str, int]:
        """Smallest, largest and quantiles of the length: the smallest length that reaches the share."""
        if not self.lengths:
            return {}
        found, seen, rows = {"min": min(self.lengths), "max": max(self.lengths)}, 0, self.lengths.total()
        wanted = list(_QUANTILES)
        for length, count in sorted(self.lengths.items()):
            seen += count
            while wanted and seen >= wanted[0] * rows:
                found[f"p{round(wanted.pop(0) * 100):02d}"] = length
        return found

    def _histogram(self) -> list[list[int]]:
        """Articles by powers of two of their length, as pairs (characters, articles), those without text first.

        Each counts the articles with so many characters or more, and fewer than twice as many.
        """
        found: Counter[int] = Counter()
        for length, count in self.lengths.items():
            found[1 << (length.bit_length() - 1) if length else 0] += count
        return [[low, count] for low, count in sorted(found.items())]


def _sum(counts: Iterable[list[int]]) -> list[int]:
    return [sum(column) for column in zip([0] * 4, *counts, strict=True)]


def _named(sums: list[int]) -> dict[str, int]:
    return dict(zip(("rows", "chars", "words", "text_bytes"), sums, strict=True))


def _ordered(pairs: Iterable[tuple[str | None, int]]) -> dict[str, int]:
    """Sums of numbers by name, names sorted and null left out."""
    found: Counter[str] = Counter()
    for name, count in pairs:
        if name is not None:
            found[name] += count
    return dict(sorted(found.items()))


def _most(counts: Counter[str]) -> dict[str, int]:
    """The names with the highest counts, those of one count by name."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_MOST_DOMAINS])


def _tally(column: Any) -> dict[Any, int]:
    """How often each value that is not null occurs."""
    return {
        pair["values"]: pair["counts"]
        for pair in column.value_counts().to_pylist()
        if pair["values"] is not None
    }


def _sizes(columns: Iterable[Any], rows: int) -> dict[str, Any]:
    """Characters, words and bytes of each row over some columns of strings, null counting nothing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    zeros = pa.array(np.zeros(rows, np.int64))
    sums = {"chars": zeros, "words": zeros, "text_bytes": zeros}
    for column in columns:
        of_column = {
            "chars": pc.utf8_length(column),
            "words": pa.array(np.concatenate([np.zeros(0, np.int64), *_words(column)])),
            "text_bytes": pc.binary_length(column),
        }
        for name, values in of_column.items():
            added = pc.add(sums[name], pc.fill_null(values, 0).cast(pa.int64()))
            sums[name] = added.combine_chunks() if isinstance(added, pa.ChunkedArray) else added
    return sums


def _words(column: Any) -> Iterator[npt.NDArray[np.int64]]:
    """The words of each string, chunk by chunk: runs of bytes other than ASCII white space."""
    import pyarrow as pa

    for chunk in column.chunks if isinstance(column, pa.ChunkedArray) else [column]:
        kind = np.int64 if pa.types.is_large_string(chunk.type) else np.int32
        _, places, data = chunk.buffers()
        offsets = np.frombuffer(places, kind, len(chunk) + 1, chunk.offset * np.dtype(kind).itemsize)
        text = np.frombuffer(data or b"", np.uint8)[offsets[0] : offsets[-1]]
        yield _words_between(text, (offsets - offsets[0]).astype(np.int64))


def _words_between(text: npt.NDArray[np.uint8], ends: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The words between each two neighbouring places of a text; its bytes are looked at a window at a time."""
    counts = np.zeros(len(ends) - 1, np.int64)
    shifted, is_space = np.empty(_WINDOW, np.uint8), np.ones(_WINDOW + 1, bool)
    for start in range(0, len(text), _WINDOW):
        window = text[start : start + _WINDOW]
        size = len(window)
        is_space[0] = is_space[-1]  # the last byte of the window before
        spaces = is_space[1 : size + 1]
        np.less_equal(np.subtract(window, 0x09, out=shifted[:size]), 0x0D - 0x09, out=spaces)
        spaces |= window == 0x20
        begins = is_space[:size] > spaces
        low, high = np.searchsorted(ends, [start, start + size])
        first = ends[low:high] - start
        begins[first] = ~spaces[first]  # a string begins anew, whatever the one before ends with
        found = np.flatnonzero(begins) + start
        low = max(low - 1, 0)
        counts[low:high] += np.diff(np.searchsorted(found, ends[low : high + 1]))
    return counts


# So much of a text is looked at at once: what lies in the cache of a core costs a fraction of fresh memory.
_WINDOW = 256 << 10

"""Counts a release again with DuckDB and plain Python: nothing of corpuskit is used here but the names of files."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb

QUANTILES = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}


def rows_of(release: Path) -> list[dict[str, Any]]:
    """Every row of the release's Parquet files, as DuckDB reads them, with the file it stands in."""
    with duckdb.connect() as database:
        database.execute("set timezone = 'UTC'")
        found = database.execute(
            "select * from read_parquet(?, filename = true, hive_partitioning = false)",
            [str(release / "data" / "**" / "*.parquet")],
        )
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def statistics(rows: list[dict[str, Any]], text: list[str]) -> dict[str, Any]:
    """The statistics that a manifest states of these rows, `text` being the fields of the text role."""
    columns = [name for name in (rows[0] if rows else {}) if name != "filename"]
    lengths = [sum(len(row[name] or "") for name in text) for row in rows]
    dates = [row["published_date"] for row in rows if row.get("published_date")]
    hosts = Counter(filter(None, (_host(row.get("url")) for row in rows)))
    nulls = {name: sum(row[name] is None for row in rows) for name in sorted(columns)}
    return {
        **_sizes(rows, text),
        "length_chars": _quantiles(sorted(lengths)),
        "length_histogram": [[low, n] for low, n in sorted(Counter(map(_power, lengths)).items())],
        "languages": _count(rows, "language"),
        "licenses": _count(rows, "license"),
        "sources": _count(rows, "source"),
        "by_source": {name: _of_source(own, text) for name, own in _groups(rows, "source")},
        "by_language": {name: _sizes(own, text) for name, own in _groups(rows, "language")},
        "by_license": {name: _sizes(own, text) for name, own in _groups(rows, "license")},
        "years": dict(sorted(Counter(date[:4] for date in dates).items())),
        "months": dict(sorted(Counter(date[:7] for date in dates).items())),
        "earliest": min(dates, default=None),
        "latest": max(dates, default=None),
        "domains": {
            "count": len(hosts),
            "most": dict(sorted(hosts.items(), key=lambda h: (-h[1], h[0]))[:100]),
        },
        "nulls": {name: count for name, count in nulls.items() if count},
    }


def _sizes(rows: list[dict[str, Any]], text: list[str]) -> dict[str, int]:
    texts = [row[name] or "" for row in rows for name in text]
    return {
        "rows": len(rows),
        "chars": sum(map(len, texts)),
        "words": sum(len(re.findall(r"[^ \t\n\r\x0b\x0c]+", each)) for each in texts),
        "text_bytes": sum(len(each.encode()) for each in texts),
    }


def _of_source(rows: list[dict[str, Any]], text: list[str]) -> dict[str, Any]:
    dates = [row["published_date"] for row in rows if row.get("published_date")]
    return _sizes(rows, text) | {
        "languages": _count(rows, "language"),
        "licenses": _count(rows, "license"),
        "years": dict(sorted(Counter(date[:4] for date in dates).items())),
        "earliest": min(dates, default=None),
        "latest": max(dates, default=None),
    }


def _groups(rows: list[dict[str, Any]], name: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for value in sorted({row[name] for row in rows if row[name] is not None}):
        yield value, [row for row in rows if row[name] == value]


def _count(rows: list[dict[str, Any]], name: str) -> dict[str, int]:
    return dict(sorted(Counter(row[name] for row in rows if row[name] is not None).items()))


def _quantiles(lengths: list[int]) -> dict[str, int]:
    if not lengths:
        return {}
    found = {"min": lengths[0], "max": lengths[-1]}
    for name, share in QUANTILES.items():
        found[name] = next(n for i, n in enumerate(lengths, 1) if i >= share * len(lengths))
    return found


def _power(length: int) -> int:
    power = 1
    while power * 2 <= length:
        power *= 2
    return power if length else 0


def _host(url: str | None) -> str | None:
    return urlsplit(url).hostname if url and "://" in url else None


def ledger(audit: Path) -> list[dict[str, Any]]:
    """Every row of the ledger."""
    with duckdb.connect() as database:
        found = database.execute("select * from read_parquet(?)", [str(audit / "ledger.parquet")])
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def accounts(lines: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """records in = kept + rejected + duplicate + removed, by source."""
    sources: dict[str, dict[str, int]] = {}
    for line in lines:
        account = sources.setdefault(
            line["source"], dict.fromkeys(("in", "kept", "rejected", "duplicate", "removed"), 0)
        )
        account["in"] += 1
        account[line["fate"]] += 1
    return sources


def waterfall(lines: list[dict[str, Any]]) -> dict[str, dict[tuple[str, str | None], list[int]]]:
    """Records and bytes by source, fate and reason."""
    found: dict[str, dict[tuple[str, str | None], list[int]]] = {}
    for line in lines:
        sums = found.setdefault(line["source"], {}).setdefault((line["fate"], line["reason"]), [0, 0])
        sums[0] += 1
        sums[1] += line["length"] or 0
    return found


def edits(audit: Path) -> dict[str, dict[str, list[int]]]:
    """Edits, bytes removed and bytes inserted, by source and transform."""
    with duckdb.connect() as database:
        found = database.execute(
            "select source, transform, count(*), coalesce(sum(octet_length(removed)), 0), "
            "coalesce(sum(octet_length(inserted)), 0) from read_parquet(?) group by all",
            [str(audit / "edits.parquet")],
        ).fetchall()
    sums: dict[str, dict[str, list[int]]] = {}
    for source, transform, *numbers in found:
        sums.setdefault(source, {})[transform] = [int(number) for number in numbers]
    return sums


def files(release: Path) -> dict[str, tuple[int, str]]:
    """Size and sha256 of every file of the release."""
    return {
        path.relative_to(release).as_posix(): (
            path.stat().st_size,
            hashlib.sha256(path.read_bytes()).hexdigest(),
        )
        for path in sorted(release.rglob("*"))
        if path.is_file()
    }


def manifest(release: Path) -> dict[str, Any]:
    """What the release says of itself."""
    said: dict[str, Any] = json.loads((release / "manifest.json").read_bytes())
    return said

"""`dataset_info` of a head: its shape, and its numbers beside those of the Parquet files that lie with the card."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from corpuskit.card.linting import configs
from corpuskit.card.linting.head import Head
from corpuskit.findings import Finding, shortened
from corpuskit.hub_terms import SIZES, size_category


class Footer(NamedTuple):
    """What the footer of a Parquet file says: its rows, and the Arrow type of each column."""

    rows: int
    columns: dict[str, str]


# From a path to its footer; None for a file that has none, such as the pointer of a large file.
ReadFooter = Callable[[str], Footer | None]

_FRESH = (
    "Write the numbers anew, from the files; where nobody keeps them up to date, leave `dataset_info` out."
)
_SPLIT_KEYS = ("name", "num_bytes", "num_examples")
# Arrow types whose values `datasets` casts into each other, by their first letters.
_GROUPS = {
    "string": "text", "large_string": "text", "string_view": "text", "bool": "bool", "float": "float",
    "double": "float", "halffloat": "float", "int": "integer", "uint": "integer", "timestamp": "time", "date": "time",
}  # fmt: skip


def check(head: Head, files: Mapping[str, int] | None, footer: ReadFooter) -> Iterator[Finding]:
    """Everything that is wrong with `dataset_info`, and with `size_categories` where all rows are known."""
    given = head.values.get("dataset_info")
    rows: dict[str, int | None] = {}
    for name, splits in _data(head.values.get("configs"), files).items():
        footers = {path: footer(path) for paths in splits.values() for path in paths}
        rows[name] = sum(f.rows for f in footers.values() if f) if all(footers.values()) else None
        if all(footers.values()):
            known = {path: each for path, each in footers.items() if each is not None}
            for pointer, info in _infos(given):
                if info.get("config_name", "default") == name:
                    yield from _stale(head, pointer, info, splits, known, files or {})
    yield from _shape(head, given)
    yield from _size(head, rows)


def _infos(given: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for index, info in enumerate(given if isinstance(given, list) else [given]):
        if isinstance(info, Mapping):
            yield f"/dataset_info/{index}" if isinstance(given, list) else "/dataset_info", info


def _data(given: Any, files: Mapping[str, int] | None) -> dict[str, dict[str, list[str]]]:
    """The Parquet files of each config and split that all lie beside the card."""
    if not files:
        return {}
    found: dict[str, dict[str, list[str]]] = {}
    for config in given if isinstance(given, list) else ():
        if isinstance(config, Mapping) and isinstance(config.get("config_name"), str):
            splits: dict[str, list[str]] = {}
            for split, glob, _ in configs.globs(config.get("data_files")):
                splits[split] = list(dict.fromkeys([*splits.get(split, []), *configs.matching(glob, files)]))
            if splits and all(
                paths and all(p.endswith(".parquet") for p in paths) for paths in splits.values()
            ):
                found[config["config_name"]] = splits
    if given is None:  # what `datasets` and hubs look for where nothing is said
        for path in files:
            match = re.fullmatch(r"data/(\w+(?:\.\w+)*)-\d{5}-of-\d{5}[^/]*\.parquet", path)
            if match:
                found.setdefault("default", {}).setdefault(match[1], []).append(path)
    return found


def _stale(
    head: Head,
    pointer: str,
    info: Mapping[str, Any],
    splits: Mapping[str, list[str]],
    footers: Mapping[str, Footer],
    files: Mapping[str, int],
) -> Iterator[Finding]:
    said = info.get("splits")
    if isinstance(said, list) and not any(map(_split_fault, said)):
        counted = {split: sum(footers[path].rows for path in paths) for split, paths in splits.items()}
        told = {split["name"]: split["num_examples"] for split in said}
        for split in {**told, **counted}:
            if told.get(split) != counted.get(split):
                one, other = (
                    "no such split" if n is None else f"{n:,} rows"
                    for n in (told.get(split), counted.get(split))
                )
                message = f"split {split!r}: `dataset_info` says {one}, the files have {other}: `load_dataset` fails"
                yield head.found("stale-dataset-info", message, f"{pointer}/splits", hint=_FRESH)
        total = sum(split["num_bytes"] for split in said if isinstance(split["num_bytes"], int))
        yield from _sum(head, f"{pointer}/dataset_size", info.get("dataset_size"), total, "its splits sum to")
    size = sum(files[path] for path in footers)
    yield from _sum(head, f"{pointer}/download_size", info.get("download_size"), size, "the files have")
    if isinstance(info.get("features"), list):
        yield from _columns(head, f"{pointer}/features", info["features"], footers)


def _sum(head: Head, pointer: str, said: Any, meant: int, what: str) -> Iterator[Finding]:
    if isinstance(said, int) and said != meant:
        message = f"`{pointer.rpartition('/')[2]}` is {said:,} bytes; {what} {meant:,}"
        yield head.found("stale-dataset-info", message, pointer, severity="warning", hint=_FRESH)


def _columns(
    head: Head, pointer: str, features: list[Any], footers: Mapping[str, Footer]
) -> Iterator[Finding]:
    told = {f["name"]: f for f in features if isinstance(f, Mapping) and isinstance(f.get("name"), str)}
    found = {name: (path, kind) for path, each in footers.items() for name, kind in each.columns.items()}
    for name in [name for name in found if name not in told]:
        message = f"the files have a column {name!r} that `features` lacks: `load_dataset` fails"
        yield head.found("stale-dataset-info", message, pointer, hint=_FRESH)
    for name in [name for name in told if name not in found]:
        message = f"`features` has {name!r}, which no file has: every value will be null"
        yield head.found("stale-dataset-info", message, pointer, severity="warning", hint=_FRESH)
    for name in [name for name in told if name in found]:
        kinds = _group(str(told[name].get("dtype"))), _group(found[name][1])
        if None not in kinds and kinds[0] != kinds[1]:
            message = f"column {name!r}: `features` says {told[name]['dtype']}, {found[name][0]} has {found[name][1]}"
            yield head.found("stale-dataset-info", message, pointer, hint=_FRESH)


def _group(kind: str) -> str | None:
    return _GROUPS.get(kind) or _GROUPS.get(re.split(r"[\d\[]", kind)[0])


def _split_fault(split: Any) -> str | None:
    if not isinstance(split, Mapping) or any(key not in split for key in _SPLIT_KEYS):
        return "a split without name, num_bytes or num_examples: `datasets` ignores all of them"
    if not isinstance(split["name"], str):
        return "a split whose name is no text"
    for key in _SPLIT_KEYS[1:]:
        if not isinstance(split[key], int) or isinstance(split[key], bool) or split[key] < 0:
            return f"split {split['name']!r}: `{key}` is {shortened(repr(split[key]), 80)}, no count"
    return None


def _shape(head: Head, given: Any) -> Iterator[Finding]:
    if given is None:
        return
    if not isinstance(given, list | Mapping) or (
        isinstance(given, list) and not all(isinstance(info, Mapping) for info in given)
    ):
        hint = "Write `config_name`, `features` and `splits`, or a list of these."
        yield head.found(
            "bad-dataset-info", "`dataset_info` is no mapping, nor a list of some", "/dataset_info", hint=hint
        )
        return
    names: list[Any] = []
    for pointer, info in _infos(given):
        name = info.get("config_name", "default")
        if name in names:
            message = f"a second entry for the config {name!r}: only the last one is read"
            yield head.found("bad-dataset-info", message, pointer, hint="Remove one.")
        names.append(name)
        splits, features = info.get("splits"), info.get("features")
        for index, split in enumerate(splits if isinstance(splits, list) else ()):
            if fault := _split_fault(split):
                hint = "Write name, num_bytes and num_examples of each split."
                severity = "warning" if "ignores" in fault else "error"
                yield head.found(
                    "bad-dataset-info", fault, f"{pointer}/splits/{index}", hint=hint, severity=severity
                )
        for key, value in (("splits", splits), ("features", features)):
            if value is not None and not isinstance(value, list):
                message = f"`{key}` is no list: loading the card fails"
                yield head.found("bad-dataset-info", message, f"{pointer}/{key}", hint="Write a list.")
        for index, feature in enumerate(features if isinstance(features, list) else ()):
            if fault := _feature_fault(feature):
                hint = "Write `- name: text` and, below it, `dtype: string`."
                yield head.found("bad-dataset-info", fault, f"{pointer}/features/{index}", hint=hint)


def _feature_fault(feature: Any) -> str | None:
    if not isinstance(feature, Mapping) or not isinstance(feature.get("name"), str | int):
        return "a feature without name: loading the card fails"
    if len(feature) < 2:
        return f"the feature {feature['name']!r} has no type"
    return None


def _size(head: Head, rows: Mapping[str, int | None]) -> Iterator[Finding]:
    """The size category that is stated, beside the largest config: rows may be in several."""
    said = head.values.get("size_categories")
    listed = said if isinstance(said, list) else [said]
    counts = [count for count in rows.values() if count is not None]
    if said is None or not counts or len(counts) < len(rows) or not set(listed) <= set(SIZES) - {"other"}:
        return
    meant = {size_category(count) for count in (*counts, sum(counts))}
    if not meant & set(listed):
        largest = max(counts)
        message = f"`size_categories` says {', '.join(map(str, listed))}; the files have {largest:,} rows"
        hint = f"Write `{size_category(largest)}`."
        yield head.found("wrong-claim", message, "/size_categories", severity="warning", hint=hint)

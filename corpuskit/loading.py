"""Reads published rows as Arrow record batches."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from corpuskit import layout
from corpuskit.errors import InputError, SpecError
from corpuskit.findings import shortened
from corpuskit.layout import partition_of
from corpuskit.partitions import DEFAULT, configs_of
from corpuskit.splits import split_order

_LONGEST = 1000


def read(
    path: Path | str,
    *,
    split: str | None = None,
    config: str | None = None,
    columns: Sequence[str] | None = None,
) -> Iterator[Any]:
    """The rows of a release, or of one Parquet file, as Arrow record batches in release order.

    `split`, `config` and `columns` choose among them; without a config it is the default one, which has all
    rows. Raises SpecError where there is no such release, split, config or column, InputError where a file is
    not the one that was built.
    """
    from corpuskit.parquet import read_groups, read_schema

    where = Path(path)
    files = data_files(where, split, config)
    chosen = list(columns) if columns is not None else None
    for file in files[:1]:
        known = read_schema(file).names
        unknown = [name for name in chosen or [] if name not in known]
        if unknown:
            raise SpecError(f"has no column {unknown[0]!r}; it has {', '.join(known)}.", str(where))
    return (batch for file in files for group in read_groups(file, chosen) for batch in group.to_batches())


def data_files(where: Path, split: str | None, config: str | None) -> list[Path]:
    """The data files of a release in the order of their splits, or the one file; raises as `read`."""
    if where.is_file():
        if split is not None or config is not None:
            raise SpecError("a single file has no splits and no configs.", str(where))
        return [where]
    from corpuskit.audit import read_manifest

    manifest = read_manifest(where)
    config = DEFAULT if config is None else config
    if config not in manifest["configs"]:
        known = shortened(", ".join(sorted(manifest["configs"])), _LONGEST)
        raise SpecError(f"has no config {config!r}; it has {known}.", str(where))
    splits = sorted(manifest["configs"][config], key=split_order)
    if split is not None and split not in splits:
        raise SpecError(f"has no split {split!r}; it has {', '.join(splits)}.", str(where))
    unions = manifest["config_rule"]["unions"]
    data = [
        entry
        for entry in manifest["files"]
        if entry["role"] == "data" and config in configs_of(partition_of(entry["path"]), unions)
    ]
    wanted = splits if split is None else (split,)
    return [_whole(where, entry) for name in wanted for entry in data if entry["split"] == name]


def _whole(where: Path, entry: dict[str, Any]) -> Path:
    """The file of a manifest entry; a release is whole or it is not loaded."""
    path: Path = where / entry["path"]
    if not path.is_file() or path.stat().st_size != entry["bytes"]:
        cause = f"{entry['path']} is missing or not the file that {layout.MANIFEST} lists."
        raise InputError(str(where), cause, "Run `corpuskit verify` on it.")
    return path

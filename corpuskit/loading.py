"""Loads a release for training: by split, as articles, as Arrow record batches, or as an object of `datasets`."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, overload

from corpuskit import layout
from corpuskit.errors import InputError, SpecError
from corpuskit.findings import shortened
from corpuskit.hub.downloading import Copy, copy_of
from corpuskit.layout import partition_of
from corpuskit.partitions import DEFAULT, configs_of
from corpuskit.places import Place, is_url, place
from corpuskit.splits import split_order

# A folder of this machine, a copy of a repository, or a place elsewhere.
Where = Path | Copy | Place
_LONGEST = 1000
# So many articles are made of a row group at a time.
_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Split:
    """The articles of one split, in release order; iterating gives one dict an article, `len` their number.

    Nothing is read before it is asked for, and a row group at a time. `columns` are those that were chosen, None for
    all; `files` the paths of its data files in the release.
    """

    name: str
    config: str
    rows: int
    columns: tuple[str, ...] | None
    files: tuple[str, ...]
    streaming: bool
    _where: "Where" = field(repr=False)
    _entries: tuple[Mapping[str, Any], ...] = field(repr=False)

    def __len__(self) -> int:
        return self.rows

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for batch in self.batches():
            for start in range(0, batch.num_rows, _ROWS):
                yield from batch.slice(start, _ROWS).to_pylist()

    def batches(self) -> Iterator[Any]:
        """The articles as Arrow record batches; raises InputError where a file is not the one that was built."""
        from corpuskit.parquet import read_groups

        columns = None if self.columns is None else list(self.columns)
        for entry in self._entries:
            with _opened(self._where, entry) as file:
                for group in read_groups(file, columns):
                    yield from group.to_batches()

    def to_hf(self) -> Any:
        """A `datasets.Dataset` of these articles, or with `streaming` a `datasets.IterableDataset`.

        Raises SpecError where there are no rows, InputError where a file is not the one that was built.
        """
        from datasets import load_dataset

        if not self._entries:
            raise SpecError(f"the split {self.name!r} has no rows.", str(self._where))
        where, files = self._where, list[str]()
        if isinstance(where, Path) or (isinstance(where, Copy) and not self.streaming):
            files = [str(_present(where, entry)) for entry in self._entries]
        elif isinstance(where, Copy):
            files = [where.url(name) for name in self.files]
        else:
            for entry in self._entries:
                with _opened(where, entry):
                    files.append(where.below(entry["path"]).url)
        columns = None if self.columns is None else list(self.columns)
        data = load_dataset(
            "parquet",
            data_files={self.name: files},
            split=self.name,
            streaming=self.streaming,
            columns=columns,
        )
        return data if columns is None else data.select_columns(columns)  # in the order that was asked for


@overload
def load(
    path_or_repo: Path | str, split: str, *, config: str | None = ..., revision: str | None = ...,
    streaming: bool = ..., columns: Sequence[str] | None = ...,
) -> Split: ...  # fmt: skip
@overload
def load(
    path_or_repo: Path | str, split: None = ..., *, config: str | None = ..., revision: str | None = ...,
    streaming: bool = ..., columns: Sequence[str] | None = ...,
) -> dict[str, Split]: ...  # fmt: skip
def load(
    path_or_repo: Path | str,
    split: str | None = None,
    *,
    config: str | None = None,
    revision: str | None = None,
    streaming: bool = False,
    columns: Sequence[str] | None = None,
) -> Split | dict[str, Split]:
    """One split of a release, or all of them by name, train first.

    The release is a folder; a dataset repository on a hub as `namespace/name` or `hf://namespace/name`, of which
    `revision` is a branch, tag or commit; or a file:// or s3:// URL of a release, or of the place it was published
    to, which stands for the latest one there. Of a repository the data files of the split are fetched at once, with
    `streaming` each when it is reached; of an object store rows are read whenever they are asked for, and nothing
    is kept. `streaming` also decides what `to_hf` gives. Without a config it is the default one, which has all
    articles. Raises SpecError where there is no such release, config, split or column, InputError where a file cannot
    be fetched or is not the one that was built.
    """
    where, manifest = _found(path_or_repo, revision)
    config, splits = _chosen(where, manifest, split, config)
    if columns is not None:
        _known(where, columns, [column["name"] for column in manifest["columns"]])
    chosen = None if columns is None else tuple(columns)
    found: dict[str, Split] = {}
    for name in splits:
        entries = tuple(_entries(manifest, config, name))
        if not streaming and isinstance(where, Copy):
            for entry in entries:
                _present(where, entry)
        files = tuple(str(entry["path"]) for entry in entries)
        rows = manifest["configs"][config][name]
        found[name] = Split(name, config, rows, chosen, files, streaming, where, entries)
    return found if split is None else found[split]


def _found(path_or_repo: Path | str, revision: str | None) -> tuple[Where, dict[str, Any]]:
    """Where the release lies, and its manifest: what is no folder and looks like a repository's name is one."""
    from corpuskit.audit import find_release, read_manifest

    said = str(path_or_repo)
    repo = said.removeprefix("hf://").removeprefix("datasets/") if said.startswith("hf://") else said
    is_repo = repo != said or (
        repo.count("/") == 1 and "" not in repo.split("/") and "." not in repo.split("/")[0]
    )
    if is_repo and isinstance(path_or_repo, str) and (repo != said or not Path(said).exists()):
        copy = copy_of(repo, revision)
        return copy, read_manifest(copy.folder)
    if revision is not None:
        raise SpecError("has no revisions; `revision` is for a repository on a hub.", said)
    if not is_url(path_or_repo):
        return Path(path_or_repo), read_manifest(Path(path_or_repo))
    release, manifest = find_release(place(path_or_repo))
    return release.folder or release, manifest


def _present(where: Path | Copy, entry: Mapping[str, Any]) -> Path:
    """A data file, fetched where it is not there; a release is whole or it is not loaded."""
    if isinstance(where, Copy):
        where.fetch(entry["path"])
        return _whole(where.folder, entry)
    return _whole(where, entry)


@contextmanager
def _opened(where: Where, entry: Mapping[str, Any]) -> Iterator[Any]:
    """A data file to read, as its path or open."""
    if isinstance(where, Path | Copy):
        yield _present(where, entry)
        return
    with where.open(entry["path"]) as stream:
        if stream.seek(0, os.SEEK_END) != entry["bytes"]:
            raise _not_whole(str(where), entry)
        yield stream


def _chosen(
    where: Where, manifest: Mapping[str, Any], split: str | None, config: str | None
) -> tuple[str, Sequence[str]]:
    """The config and the splits that are meant, train first; raises SpecError where there are none of that name."""
    named = where.repo if isinstance(where, Copy) else str(where)
    config = DEFAULT if config is None else config
    if config not in manifest["configs"]:
        known = shortened(", ".join(sorted(manifest["configs"])), _LONGEST)
        raise SpecError(f"has no config {config!r}; it has {known}.", named)
    splits = sorted(manifest["configs"][config], key=split_order)
    if split is not None and split not in splits:
        raise SpecError(f"has no split {split!r}; it has {', '.join(splits)}.", named)
    return config, splits if split is None else [split]


def _entries(manifest: Mapping[str, Any], config: str, split: str) -> Iterator[Mapping[str, Any]]:
    """The data files of a split in release order."""
    unions = manifest["config_rule"]["unions"]
    for entry in manifest["files"]:
        is_data = entry["role"] == "data" and entry["split"] == split
        if is_data and config in configs_of(partition_of(entry["path"]), unions):
            yield entry


def _known(where: Where, columns: Sequence[str], known: Sequence[str]) -> None:
    unknown = [name for name in columns if name not in known]
    if unknown:
        named = where.repo if isinstance(where, Copy) else str(where)
        raise SpecError(f"has no column {unknown[0]!r}; it has {', '.join(known)}.", named)


def read(
    path: Path | str,
    *,
    split: str | None = None,
    config: str | None = None,
    columns: Sequence[str] | None = None,
) -> Iterator[Any]:
    """The rows of a release, or of one Parquet file, as Arrow record batches in release order.

    A release is a folder, or a URL as `load` takes it.
    `split`, `config` and `columns` choose among them; without a config it is the default one, which has all
    rows. Raises SpecError where there is no such release, split, config or column, InputError where a file is
    not the one that was built.
    """
    import pyarrow as pa

    from corpuskit.parquet import read_groups, read_schema

    if is_url(path):
        found = load(path, split, config=config, columns=columns)
        splits = [found] if isinstance(found, Split) else found.values()
        return (batch for each in splits for batch in each.batches())
    where = Path(path)
    files = data_files(where, split, config)
    chosen = list(columns) if columns is not None else None
    for file in files[:1]:
        try:
            _known(where, chosen or [], read_schema(file).names)
        except pa.ArrowException as error:
            raise InputError(str(file), f"is no Parquet file that can be read: {error}") from error
    return (batch for file in files for group in read_groups(file, chosen) for batch in group.to_batches())


def data_files(where: Path, split: str | None, config: str | None) -> list[Path]:
    """The data files of a release in the order of their splits, or the one file; raises as `read`."""
    from corpuskit.audit import read_manifest

    if where.is_file():
        if split is not None or config is not None:
            raise SpecError("a single file has no splits and no configs.", str(where))
        return [where]
    manifest = read_manifest(where)
    config, splits = _chosen(where, manifest, split, config)
    return [_whole(where, entry) for name in splits for entry in _entries(manifest, config, name)]


def _whole(where: Path, entry: Mapping[str, Any]) -> Path:
    """The file of a manifest entry; a release is whole or it is not loaded."""
    path: Path = where / entry["path"]
    if not path.is_file() or path.stat().st_size != entry["bytes"]:
        raise _not_whole(str(where), entry)
    return path


def _not_whole(where: str, entry: Mapping[str, Any]) -> InputError:
    cause = f"{entry['path']} is missing or not the file that {layout.MANIFEST} lists."
    return InputError(where, cause, "Run `corpuskit verify` on it.")

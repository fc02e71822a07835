"""What consumers are told of a release: where the files of each form, config and split lie, and what they hold."""

from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

from corpuskit import layout, parquet
from corpuskit.manifest import folder_globs
from corpuskit.partitions import DEFAULT

# In place of a split: all rows at once.
WHOLE = ""
_ROLES = {"parquet": "data"}


class Reading(NamedTuple):
    """What a consumer finds: the Arrow schema that it has for the rows, and tables of them in their order."""

    schema: Any
    tables: Iterator[Any]


class View(NamedTuple):
    """A release as a folder and its manifest."""

    folder: Path
    manifest: Mapping[str, Any]

    def forms(self) -> set[str]:
        """The forms that it has its rows in."""
        roles = {entry["role"] for entry in self.manifest["files"]}
        return {form for form in ("parquet", "arrow", "jsonl") if _ROLES.get(form, form) in roles}

    def splits(self, config: str) -> dict[str, int]:
        """The splits of a config that have rows, and how many."""
        return {split: rows for split, rows in self.manifest["configs"][config].items() if rows}

    def globs(self, form: str, config: str, split: str) -> list[str]:
        """The files of a split in a form as globs; of all rows those that end in .parquet, wherever they lie."""
        if split == WHOLE:
            return [f"{self.folder}/**/*.parquet"]
        found = folder_globs(self.manifest, config, split)
        return [f"{self.folder}/{layout.form_glob(form, split, folders)}" for folders in found]

    def files(self, config: str, split: str) -> list[Path]:
        """The Parquet files of a split, or all there are, in the order in which globs find them."""
        entries = sorted(self.manifest["files"], key=lambda entry: str(entry["path"]))
        data = [entry for entry in entries if entry["role"] == "data" and split in {entry["split"], WHOLE}]
        if split == WHOLE:
            return [self.folder / entry["path"] for entry in data]
        return [
            self.folder / entry["path"]
            for folders in folder_globs(self.manifest, config, split)
            for entry in data
            if fnmatchcase(layout.partition_of(entry["path"]), folders)
        ]

    @property
    def schema(self) -> Any:
        """The Arrow schema of the rows."""
        return parquet.read_schema(self.files(DEFAULT, WHOLE)[0])

    def tables(self, config: str, split: str) -> Iterator[Any]:
        """The rows of a split, or all there are, as corpuskit reads them."""
        for path in self.files(config, split):
            yield from parquet.read_groups(path)


Open = Callable[[View, str, str], Reading]
# The configs and splits that a consumer finds by itself.
Names = Callable[[View], set[tuple[str, str]]]

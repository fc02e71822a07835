"""What consumers are told of a release: where the files of each form, config and split lie, and what they hold."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from corpuskit import layout, parquet
from corpuskit.partitions import DEFAULT, configs_of, pattern

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

    def glob(self, form: str, config: str, split: str) -> str:
        """The files of a split in a form as a glob; of all rows those that end in .parquet, wherever they lie."""
        if split == WHOLE:
            return f"{self.folder}/**/*.parquet"
        folders = pattern(config, self.manifest["config_rule"]["fields"])
        return f"{self.folder}/{layout.form_glob(form, split, folders)}"

    def files(self, config: str, split: str) -> list[Path]:
        """The Parquet files of a split, or all there are, in the order of their paths."""
        return [
            self.folder / entry["path"]
            for entry in sorted(self.manifest["files"], key=lambda entry: str(entry["path"]))
            if entry["role"] == "data"
            and config in configs_of(layout.partition_of(entry["path"]), self.manifest["config_rule"]["unions"])
            and split in {entry["split"], WHOLE}
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

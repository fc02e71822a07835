"""The consumers that a release is opened with."""

from collections.abc import Mapping
from typing import NamedTuple

from corpuskit.consumers import with_datasets, with_duckdb, with_polars, with_pyarrow
from corpuskit.consumers.views import WHOLE, Names, Open, View
from corpuskit.partitions import DEFAULT


class Consumer(NamedTuple):
    """A way to open a release.

    `packages` are what must be installed, `form` is what it opens; `configs` tells that it opens every split of every
    config and not of the default alone, `splits` that it opens splits at all, `whole` that it opens all rows at once.
    `names` are the configs and splits that it finds, where it finds them by itself.
    """

    packages: tuple[str, ...]
    form: str
    open: Open
    names: Names | None = None
    configs: bool = True
    splits: bool = True
    whole: bool = False
    environment: Mapping[str, str] = {}

    def pairs(self, view: View) -> list[tuple[str, str]]:
        """The configs and splits that it is asked for."""
        configs = list(view.manifest["configs"]) if self.configs else [DEFAULT]
        pairs = [(config, split) for config in configs if self.splits for split in view.splits(config)]
        return [*pairs, (DEFAULT, WHOLE)] if self.whole else pairs


_DATASETS, _OFFLINE = ("datasets",), {"HF_HUB_OFFLINE": "1"}
CONSUMERS: Mapping[str, Consumer] = {
    "datasets": Consumer(_DATASETS, "parquet", with_datasets.loaded, with_datasets.names),
    "datasets, streaming": Consumer(_DATASETS, "parquet", with_datasets.streamed),
    "datasets, HF_HUB_OFFLINE=1": Consumer(
        _DATASETS, "parquet", with_datasets.loaded, with_datasets.names, environment=_OFFLINE
    ),
    "pyarrow.dataset": Consumer(("pyarrow",), "parquet", with_pyarrow.folder, splits=False, whole=True),
    "pyarrow.parquet.read_table": Consumer(("pyarrow",), "parquet", with_pyarrow.tables, whole=True),
    "polars": Consumer(("polars",), "parquet", with_polars.scanned, whole=True),
    "DuckDB": Consumer(("duckdb",), "parquet", with_duckdb.queried, whole=True),
    "datasets.load_from_disk": Consumer(
        _DATASETS, "arrow", with_datasets.from_disk, with_datasets.disk_names, configs=False
    ),
    'load_dataset("arrow")': Consumer(_DATASETS, "arrow", with_datasets.arrow_files),
    'load_dataset("json")': Consumer(("datasets", "zstandard"), "jsonl", with_datasets.json_files),
}

"""A release as pyarrow opens it."""

from corpuskit.consumers.views import WHOLE, Reading, View
from corpuskit.layout import DATA


def folder(view: View, _config: str, _split: str) -> Reading:
    """`pyarrow.dataset.dataset(folder/data)`, which has all rows."""
    from pyarrow.dataset import dataset

    data = dataset(view.folder / DATA, format="parquet")
    batches = data.to_batches(batch_readahead=1, fragment_readahead=1)
    return Reading(data.schema, (_table(batch) for batch in batches if batch.num_rows))


def tables(view: View, config: str, split: str) -> Reading:
    """`pyarrow.parquet.read_table` of each file; of all rows each that ends in .parquet."""
    from pyarrow.parquet import read_schema, read_table

    files = sorted(view.folder.rglob("*.parquet")) if split == WHOLE else view.files(config, split)
    return Reading(read_schema(files[0]), (read_table(path) for path in files))


def _table(batch: object) -> object:
    import pyarrow as pa

    return pa.Table.from_batches([batch])

"""A release as `datasets` opens it."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from corpuskit.consumers.views import Reading, View
from corpuskit.layout import ARROW
from corpuskit.partitions import DEFAULT

_ROWS = 1000


def names(view: View) -> set[tuple[str, str]]:
    """What the card names, as the hub's viewer asks for it."""
    from datasets import get_dataset_config_names, get_dataset_split_names

    folder = str(view.folder)
    configs = get_dataset_config_names(folder)
    return {(config, split) for config in configs for split in get_dataset_split_names(folder, config)}


def loaded(view: View, config: str, split: str) -> Reading:
    """`load_dataset(folder, config)`."""
    from datasets import load_dataset

    return _reading(load_dataset(str(view.folder), config, split=split))


def streamed(view: View, config: str, split: str) -> Reading:
    """`load_dataset(folder, config, streaming=True)`, row by row as training does."""
    from datasets import load_dataset

    data = load_dataset(str(view.folder), config, split=split, streaming=True)
    schema = data.features.arrow_schema
    return Reading(schema, _tables(iter(data), schema))


def disk_names(view: View) -> set[tuple[str, str]]:
    """The splits of `load_from_disk(folder/arrow)`."""
    from datasets import load_from_disk

    return {(DEFAULT, split) for split in load_from_disk(str(view.folder / ARROW))}


def from_disk(view: View, _config: str, split: str) -> Reading:
    """`load_from_disk(folder/arrow/split)`."""
    from datasets import load_from_disk

    return _reading(load_from_disk(str(view.folder / ARROW / split)))


def arrow_files(view: View, config: str, split: str) -> Reading:
    """`load_dataset("arrow", data_files=...)`."""
    from datasets import load_dataset

    return _reading(load_dataset("arrow", data_files={split: view.globs(ARROW, config, split)}, split=split))


def json_files(view: View, config: str, split: str) -> Reading:
    """`load_dataset("json", data_files=..., features=...)`: without features, every type is guessed."""
    from datasets import Features, load_dataset

    files = {split: view.globs("jsonl", config, split)}
    features = Features.from_arrow_schema(view.schema)
    return _reading(load_dataset("json", data_files=files, features=features, split=split))


def _reading(data: Any) -> Reading:
    return Reading(data.features.arrow_schema, data.with_format("arrow").iter(_ROWS))


def _tables(rows: Iterator[dict[str, Any]], schema: Any) -> Iterator[Any]:
    import pyarrow as pa

    while batch := list(islice(rows, _ROWS)):
        yield pa.Table.from_pylist(batch, schema)

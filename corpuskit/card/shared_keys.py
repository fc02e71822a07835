"""Whose a value is where we and others write into one key of a card: `tags`, `configs` and `dataset_info`."""

import re
from collections.abc import Mapping
from typing import Any

from corpuskit.layout import DATA
from corpuskit.partitions import DEFAULT, FIELDS

# Lists of configs: ours come first. In `tags`, theirs do.
OURS_FIRST = frozenset({"configs", "dataset_info"})
SHARED = OURS_FIRST | {"tags"}

# A config that corpuskit makes: its name, and the globs of its files.
_OUR_NAME = re.compile(rf"{DEFAULT}|(?:{'|'.join(FIELDS)})-[a-z0-9._-]+")
_OUR_PATH = re.compile(rf"{DATA}/(?:[^/]+/)?\w+-\*\.parquet")


def merged_value(key: str, theirs: Any, ours: Any) -> Any:
    """What stands in a key after merging: our value, and in a list that both write what is of others, too.

    `tags` are theirs and then those of ours that they lack. `configs` and `dataset_info` are ours and then those
    of configs that others made; none of them may be the default, because a card with two cannot be loaded.
    """
    if key not in SHARED or theirs is None:
        return ours
    listed = ours if isinstance(ours, list) else [ours]
    said = theirs if isinstance(theirs, list) else [theirs]
    kept = [each for each in said if is_kept(key, each, ours)]
    if key == "tags":
        return [*kept, *(each for each in listed if each not in kept)]
    kept = [{k: v for k, v in each.items() if key != "configs" or k != "default"} for each in kept]
    return [*listed, *kept] if kept else ours


def is_kept(key: str, entry: Any, ours: Any) -> bool:
    """Whether an entry of a list that both write is of others.

    Not theirs is a config that has the name of one of ours, or that an earlier release wrote: the name is of our
    making, and so are the globs. What is no config at all could not be loaded, and is not kept.
    """
    if key not in SHARED:
        return False
    if key == "tags":
        return isinstance(entry, str)
    listed = ours if isinstance(ours, list) else [ours]
    if not isinstance(entry, Mapping) or not isinstance(entry.get("config_name", DEFAULT), str):
        return False
    name = entry.get("config_name", DEFAULT)
    if name in {each["config_name"] for each in listed}:
        return False
    return not _OUR_NAME.fullmatch(name) or (key == "configs" and not _is_ours(entry))


def _is_ours(entry: Mapping[str, Any]) -> bool:
    files = entry.get("data_files")
    return isinstance(files, list) and all(
        isinstance(each, Mapping) and isinstance(each.get("path"), str) and _OUR_PATH.fullmatch(each["path"])
        for each in files
    )


def same(one: Any, other: Any) -> bool:
    """Whether two values of YAML are equal and of the same types; the order of keys says nothing."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other) or (one != one and other != other)  # two NaN

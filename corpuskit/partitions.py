"""The published rule for hub configs: the folder of a data file names the configs that its rows are in."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

DEFAULT = "default"
# The union of the configs of licences that permit commercial use and changed versions, without share-alike.
PERMISSIVE = "permissive"
# What configs can be made of, in the order in which the name of a folder holds them.
FIELDS = ("language", "license", "source")
# Hubs and loaders read all configs of a card at once, and list every folder.
MAX_PARTITIONS = 1000

# No slug holds two hyphens in a row, so a folder's name falls into its configs in one way only.
_JOINT = "--"
_LONGEST = 48
_PLAIN = re.compile(r"[A-Za-z0-9]+(?:[ ._-][A-Za-z0-9]+)*")
_WORD = re.compile(r"[a-z0-9]+(?:[._][a-z0-9]+)*")


def slug(value: str | None) -> str:
    """A value as a name that paths, URLs, YAML and hubs take as it is: a-z, 0-9, single `.`, `_` and `-`.

    Words of ASCII letters and digits, joined by one space, `.`, `_` or `-` and at most 48 characters long
    together, are written in lower case, spaces as `-`. Of any other value those words are cut to 39
    characters and followed by `-` and the first 8 hexadecimal digits of sha256 of its UTF-8. Null is `none`.

    >>> slug("zh-Hant"), slug("MIT OR Apache-2.0"), slug("Kompas (arsip)")
    ('zh-hant', 'mit-or-apache-2.0', 'kompas-arsip-b3b4e53b')
    """
    if value is None:
        return "none"
    if len(value) <= _LONGEST and _PLAIN.fullmatch(value):
        return value.lower().replace(" ", "-")
    mark = hashlib.sha256(value.encode()).hexdigest()[:8]
    words = "-".join(_WORD.findall(value.lower()))[: _LONGEST - len(mark) - 1].strip("._-")
    return f"{words}-{mark}" if words else mark


def config_name(field: str, value: str | None) -> str:
    """The config of the rows with that value: it starts with the field, so it is never `default`."""
    return f"{field}-{slug(value)}"


def partition_name(configs: Sequence[str]) -> str:
    """The folder below `data/` of the rows that are in these configs, one for each field; empty for none."""
    return _JOINT.join(configs)


def configs_of(partition: str, unions: Mapping[str, Iterable[str]] | None = None) -> tuple[str, ...]:
    """The configs that the rows in a folder are in, the default first, those that are unions of others last."""
    own = tuple(partition.split(_JOINT)) if partition else ()
    return (
        DEFAULT,
        *own,
        *(name for name, members in (unions or {}).items() if set(own).intersection(members)),
    )


@lru_cache(maxsize=4096)
def _partition(fields: tuple[str, ...], values: tuple[str | None, ...]) -> str:
    return partition_name([config_name(*pair) for pair in zip(fields, values, strict=True)])


def partition_of(row: Mapping[str, Any], fields: tuple[str, ...]) -> str:
    """The folder of a row."""
    return _partition(fields, tuple(row.get(name) for name in fields))


def pattern(config: str, fields: Sequence[str]) -> str:
    """The glob of all folders whose rows are in a config; empty where no configs were asked for."""
    if config == DEFAULT:
        return "*" if fields else ""
    return _JOINT.join(config if config.startswith(f"{name}-") else "*" for name in fields)

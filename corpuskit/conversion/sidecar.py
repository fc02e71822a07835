"""The Arrow schema of a JSON Lines, CSV or TSV file, in a hidden file beside it: .NAME.arrow-schema.

It is an IPC stream without rows, which `pyarrow.ipc.open_stream(FILE).schema` reads. Hidden, since loaders of hubs take
whatever else lies in a folder for rows.
"""

from pathlib import Path
from typing import Any

import pyarrow as pa

from corpuskit.errors import InputError
from corpuskit.writers.durable import durable

SUFFIX = ".arrow-schema"
_MOST_BYTES = 16 << 20


def sidecar_of(path: Path) -> Path:
    """The place of the schema of a file."""
    return path.with_name(f".{path.name}{SUFFIX}")


def write_schema(path: Path, schema: Any) -> None:
    """Write a schema."""
    with durable(path) as sink, pa.ipc.new_stream(pa.PythonFile(sink, "w"), schema):
        pass


def schema_beside(path: Path) -> Any:
    """The schema that stands beside a file, None where there is none; raises InputError where it cannot be read."""
    beside = sidecar_of(path)
    if not beside.is_file():
        return None
    hint = "Delete it where the types do not matter: they are then told by the values."
    if beside.stat().st_size > _MOST_BYTES:
        raise InputError(str(beside), "is too large for a schema.", hint)
    try:
        return pa.ipc.open_stream(beside.read_bytes()).schema
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(str(beside), "is no Arrow schema.", hint) from error

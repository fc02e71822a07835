"""Writes rows as a file of any form, and puts what was written in its place: whole, durable, never over another."""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from corpuskit.conversion.ahead import ahead
from corpuskit.conversion.forms import DIRECTORIES, FORMS, UNTYPED, form_of, suffix_of
from corpuskit.conversion.sidecar import sidecar_of, write_schema
from corpuskit.errors import CannotHold, OutputError, SpecError
from corpuskit.features import with_features
from corpuskit.parquet import refused_column
from corpuskit.partitions import DEFAULT
from corpuskit.readers.arrow_values import shown
from corpuskit.staging import publish, sync, sync_tree
from corpuskit.writers.arrow import write_file, write_stream
from corpuskit.writers.durable import Written
from corpuskit.writers.jsonl import write_jsonl
from corpuskit.writers.parquet import write_groups
from corpuskit.writers.recutting import recut

# Rows of a row group of Parquet, or fewer where they are long.
_ROWS, _BYTES = 50_000, 32 << 20

Tables = Iterable[Any]


def write_rows(path: Path, form: str, schema: Any, tables: Tables, options: Mapping[str, Any]) -> Written:
    """Write tables as a file of a form.

    `options` are the `compression` of Parquet, what stands `instead` of NaN in JSON, and whether Arrow is `hashed`.
    """
    match form:
        case "parquet":
            return _write_parquet(path, schema, tables, options["compression"])
        case "arrow":
            write = write_file if suffix_of(path.name) in DIRECTORIES else write_stream
            return write(path, schema, tables, hashed=options["hashed"])
        case "jsonl":
            written = write_jsonl(path, schema, tables, options["instead"])
        case _:
            from corpuskit.writers.csv import write_csv

            written = write_csv(path, schema, tables, "\t" if form == "tsv" else ",")
    write_schema(sidecar_of(path), with_features(schema))
    return written


# As in corpus.toml.
_CODEC = re.compile("(zstd|gzip|brotli)(?::([0-9]{1,2}))?|snappy|lz4|none")


def check_compression(compression: str) -> None:
    """Raise SpecError for what is no codec of Parquet, or a level that it has not."""
    hint = "Write zstd, gzip or brotli, with a level as in zstd:3 or without one, or snappy, lz4 or none."
    match = _CODEC.fullmatch(compression)
    if match is None:
        raise SpecError(f"there is no compression {compression[:60]!r}.", hint=hint)
    codec, level = match[1], match[2]
    if level:
        least, most = pa.Codec.minimum_compression_level(codec), pa.Codec.maximum_compression_level(codec)
        if not least <= int(level) <= most:
            raise SpecError(f"{codec} has no level {level}; it has {max(least, 0)} to {most}.", hint=hint)


def _write_parquet(path: Path, schema: Any, tables: Tables, compression: str) -> Written:
    last: Any = None
    rows = 0

    def groups() -> Iterator[Any]:
        nonlocal last, rows
        # The next one is made while this one is packed.
        for group in ahead(recut(tables, schema, rows=_ROWS, max_bytes=_BYTES), 1):
            last, rows = group, rows + group.num_rows
            yield group

    try:
        write_groups(path, with_features(schema), groups(), compression)
    except pa.ArrowException as error:
        name, why = (last is not None and refused_column(last)) or ("?", str(error))
        raise CannotHold(f"Parquet cannot hold the column {shown(name)}: {why[:300]}.") from error
    return Written(rows, path.stat().st_size, "")


@contextmanager
def placed_file(out: Path, form: str, *, replace: bool) -> Iterator[Path]:
    """Where to write a file that stands at `out` when the block has ended well, its schema beside it where it has one.

    The name of a part ends like that of the file, which tells the packing. Raises SpecError where `out` is there and is
    not to be replaced.
    """
    _check_free(out, replace=replace)
    folder = _staging(out)
    try:
        part = folder / out.name
        yield part
        if form in UNTYPED:
            _place_both(part, out, replace=replace)
        else:
            _place(part, out, replace=replace)
    except OSError as error:
        raise OutputError(str(out), f"cannot be written: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _place_both(part: Path, out: Path, *, replace: bool) -> None:
    """A file and its schema: at no time do rows stand beside the schema of others."""
    part_schema, schema = sidecar_of(part), sidecar_of(out)
    if out.exists():
        schema.unlink(missing_ok=True)
        _place(part, out, replace=replace)
    part_schema.replace(schema)  # before rows that nothing stood in the place of: they never lack it
    sync(schema.parent)
    if part.exists():
        _place(part, out, replace=replace)


def _place(part: Path, out: Path, *, replace: bool) -> None:
    if replace:
        part.replace(out)
    else:
        try:
            os.link(part, out)  # fails where it is there by now
            part.unlink()
        except FileExistsError as error:
            raise _taken(out) from error
    sync(out.parent)


@contextmanager
def placed_folder(out: Path, inputs: Iterable[Path], *, replace: bool) -> Iterator[Path]:
    """Where to write a folder that stands at `out` when the block has ended well.

    Only a folder as this writes them is replaced, and none that holds an input.
    """
    _check_free(out, replace=replace)
    if out.exists() and (kept := _foreign(out, inputs)):
        cause = f"holds {kept}, which would be lost."
        raise SpecError(cause, str(out), hint="Name another place, or remove that folder yourself.")
    folder = _staging(out)
    try:
        made = folder / out.name
        made.mkdir()
        yield made
        sync_tree(made)
        publish(made, out)
    except OSError as error:
        raise OutputError(str(out), f"cannot be written: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# Beside files of a form: what `write_card` and `writers.arrow` write, and schemas beside rows.
_OURS = re.compile(r"README\.md|dataset_dict\.json|dataset_info\.json|state\.json|\..*\.arrow-schema")


def _foreign(out: Path, inputs: Iterable[Path]) -> str | None:
    """Something in a folder that no conversion wrote, or that this one reads; None where there is nothing."""
    if not out.is_dir():
        return "no folder"
    for path in inputs:
        if path.resolve().is_relative_to(out.resolve()):
            return f"an input ({path.name})"
    for path in sorted(out.rglob("*")):
        if path.is_symlink() or not (path.is_dir() or form_of(path.name) or _OURS.fullmatch(path.name)):
            return path.relative_to(out).as_posix()
    return None


def _check_free(out: Path, *, replace: bool) -> None:
    if not out.name:
        raise SpecError("has no name to write to.", str(out))
    if out.exists() and not replace:
        raise _taken(out)


def _taken(out: Path) -> SpecError:
    return SpecError(
        "is there already.", str(out), hint="Name another place, or write over it with --replace."
    )


def _staging(out: Path) -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix=f".{out.name}.part-", dir=out.parent))
    except OSError as error:
        raise OutputError(str(out), f"cannot be written: {error.strerror}.") from error


def shard_path(form: str, config: str, split: str, *, alone: bool) -> str:
    """The path of a file in a folder as hubs have it; of a folder of one config it lies in data/."""
    folder = "data" if alone and config == DEFAULT else config
    return f"{folder}/{split}-00000-of-00001{FORMS[form].suffix}"


def write_card(folder: Path, form: str, configs: Mapping[str, Iterable[str]]) -> None:
    """A card that tells hubs which files are which config and split: README.md with nothing but that."""
    alone = len(configs) == 1
    entries = [
        {
            "config_name": config,
            "data_files": [
                {"split": split, "path": shard_path(form, config, split, alone=alone)} for split in splits
            ],
        }
        for config, splits in configs.items()
    ]
    # JSON is YAML, as it stands.
    text = f"---\nconfigs: {json.dumps(entries, ensure_ascii=True)}\n---\n"
    (folder / "README.md").write_text(text, encoding="utf-8")

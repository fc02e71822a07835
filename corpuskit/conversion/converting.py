"""`convert`: rows of one form to another, losslessly or refused, whole or not at all."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from corpuskit.conversion.ahead import ahead
from corpuskit.conversion.forms import FORMS, SUFFIXES, UNTYPED, form_of, suffix_of
from corpuskit.conversion.inputs import File, Selection, select
from corpuskit.conversion.json_lines import Widened
from corpuskit.conversion.losses import Plan, plan
from corpuskit.conversion.outputs import check_compression, shard_path, write_card, write_rows
from corpuskit.conversion.placing import placed_file, placed_folder
from corpuskit.conversion.sources import opened_all
from corpuskit.conversion.where import condition, nearest
from corpuskit.errors import InputError, SpecError
from corpuskit.partitions import DEFAULT
from corpuskit.readers.arrow_values import shown
from corpuskit.readers.streams import compression as packed_as
from corpuskit.writers.arrow import describe_dataset, describe_splits, shard_name
from corpuskit.writers.durable import Written
from corpuskit.writers.packing import PACKINGS

Progress = Callable[[str, int, int, int], None]


@dataclass
class Converted:
    """What was written: the place, its form, rows by split, what was lost, and how long it took."""

    out: str
    form: str
    rows: int = 0
    splits: dict[str, int] = field(default_factory=dict)
    losses: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return asdict(self)


class _Choice(NamedTuple):
    """What is wanted of the rows, and how it is written."""

    columns: Sequence[str] | None
    where: str | None
    lossy: bool
    compression: str
    hashed: bool


def convert(
    paths: Sequence[Path | str],
    out: Path | str,
    *,
    to: str | None = None,
    columns: Sequence[str] | None = None,
    where: str | None = None,
    config: str | None = None,
    split: str | None = None,
    lossy: bool = False,
    replace: bool = False,
    compression: str = "snappy",
    progress: Progress | None = None,
) -> Converted:
    """Convert the rows of files, globs or one folder to a file, or to a folder where `out` has no suffix of a form.

    `to` is parquet, arrow, jsonl, csv or tsv, else the suffix of `out` tells. `columns` and `where` choose columns and
    rows, `config` and `split` parts of a folder. `lossy` takes what the form cannot hold as a loss. `compression` is a
    codec of Parquet, its level behind a colon.

    Raises SpecError for a wrong call (CannotHold for what the form cannot hold), InputError for inputs that cannot be
    read or whose columns have several types, OutputError where `out` cannot be written; nothing is written then.
    """
    started = time.monotonic()
    target = Path(out)
    form, is_folder = _form(target, to)
    selection = select(paths, config, split)
    check_compression(compression)
    # The digests of a dataset's shards tell its fingerprint; of all else nobody asks them.
    choice = _Choice(columns, where, lossy, compression, hashed=is_folder and form == "arrow")
    run = _Run(choice, form, _Meter(selection, progress), Converted(str(out), form))
    inputs = [file.path for splits in selection.configs.values() for each in splits.values() for file in each]
    if is_folder:
        with placed_folder(target, inputs, replace=replace) as folder:
            _write_folder(run, folder, selection)
    else:
        files = _only(selection, target)
        with placed_file(target, form, inputs, replace=replace) as part:
            run.write(files, part, "")
    run.made.seconds = round(time.monotonic() - started, 3)
    return run.made


def _form(out: Path, to: str | None) -> tuple[str, bool]:
    """The form to write, and whether it is a folder: a name without the suffix of a form is one."""
    told = form_of(out.name)
    if to is None and told is None:
        hint = f"Name one with --to, or end its name in one of {', '.join(SUFFIXES)}."
        raise SpecError("has no suffix that tells the form to write.", str(out), hint=hint)
    form = to or told or ""
    if form not in FORMS:
        raise SpecError(f"there is no form {form!r} to write; there are {', '.join(FORMS)}.")
    if told not in {None, form} and (told, form) != ("tsv", "csv"):
        raise SpecError(
            f"is called like {told}, and --to says {form}.", str(out), hint="Give it another name."
        )
    if packing := packed_as(out.name):
        if form not in UNTYPED:
            raise SpecError(
                f"{FORMS[form].title} is not packed as a whole.", str(out), hint=f"Leave out {packing}."
            )
        if packing not in PACKINGS:
            raise SpecError(f"{packing} is read, not written.", str(out), hint="Write .gz or .zst.")
    # `--to csv` of a .tsv is the same form with another mark.
    return ("tsv" if form == "csv" and told == "tsv" else form), not suffix_of(out.name)


def _only(selection: Selection, out: Path) -> Sequence[File]:
    """The files of the one split that there is."""
    found = [(config, split) for config, splits in selection.configs.items() for split in splits]
    if len(found) != 1:
        names = ", ".join(split if config == DEFAULT else f"{config}/{split}" for config, split in found)
        hint = "Name one with --split (and --config), or a folder to write to."
        raise SpecError(f"is one file for several splits: {names[:300]}.", str(out), hint=hint)
    config, split = found[0]
    return selection.configs[config][split]


class _Meter:
    """Tells how many bytes of all inputs are read, and how many rows; of files that are read twice, twice."""

    def __init__(self, selection: Selection, progress: Progress | None) -> None:
        files = [f for splits in selection.configs.values() for each in splits.values() for f in each]
        self.progress = progress
        self.total = sum(file.path.stat().st_size for file in files)
        self.done = 0

    def look(self, size: int, rows: int, *, phase: str = "convert") -> None:
        """Say how far it is."""
        if self.progress is not None:
            self.progress(phase, min(self.done + size, self.total), self.total, rows)


class _Run:
    """One conversion: what was chosen, and what is made so far."""

    def __init__(self, choice: _Choice, form: str, meter: _Meter, made: Converted) -> None:
        self.choice, self.form, self.meter, self.made = choice, form, meter, made

    def write(self, files: Sequence[File], path: Path, split: str) -> tuple[Any, Written]:
        """Write the rows of some files to a file; the schema that they have there, and what was written.

        All that can be refused by types is refused before the file is made.
        """
        done = self.meter.done
        try:
            return self._attempt(files, path, split, whole=False)
        except Widened:  # seldom; what is written of the first rows is of no use then
            path.unlink(missing_ok=True)
            self.meter.done = done
            return self._attempt(files, path, split, whole=True)

    def _attempt(self, files: Sequence[File], path: Path, split: str, *, whole: bool) -> tuple[Any, Written]:
        """Write the rows; raises Widened where their schema is not told by the first of them, nor by the `whole`."""
        with opened_all(files, partial(self.meter.look, phase="infer"), whole=whole) as (
            schema,
            is_final,
            batches,
        ):
            try:
                kept = None if self.choice.where is None else condition(self.choice.where, schema)
                how = plan(_selected(schema, self.choice.columns, files), self.form, lossy=self.choice.lossy)
            except SpecError:
                if is_final:
                    raise
                raise Widened from None  # it may be said of columns that the first rows lack
            return self._write(path, how, ahead(self._tables(batches, how, kept)), split)

    def _tables(self, batches: Iterator[tuple[Any, File, int]], how: Plan, kept: Any) -> Iterator[Any]:
        """The rows as they are written, and told of."""
        last: File | None = None
        rows = self.made.rows
        for batch, file, reach in batches:
            if last is not None and file is not last:
                self.meter.done += last.path.stat().st_size
            last = file
            table = pa.Table.from_batches([batch])
            if kept is not None:
                table = _filtered(table, kept)
            table = how.applied(
                table.select(how.schema.names) if table.schema.names != how.schema.names else table
            )
            rows += table.num_rows
            self.meter.look(reach, rows)
            yield table
        self.meter.done += 0 if last is None else last.path.stat().st_size

    def _write(self, path: Path, how: Plan, tables: Iterator[Any], split: str) -> tuple[Any, Written]:
        lost: dict[str, int] = {}
        schema, instead = how.schema, None
        if self.choice.lossy and self.form == "jsonl":
            schema, instead = _nullable(schema), _noting(lost)
            tables = (table.cast(schema) for table in tables)
        options = {
            "compression": self.choice.compression,
            "instead": instead,
            "hashed": self.choice.hashed,
        }
        written = write_rows(path, self.form, schema, tables, options)
        told = [*how.losses, *(f"{what}: null in {count:,} places" for what, count in lost.items())]
        self.made.losses += [loss for loss in told if loss not in self.made.losses]
        self.made.rows += written.rows
        if split:
            self.made.splits[split] = self.made.splits.get(split, 0) + written.rows
        return schema, written


def _noting(lost: dict[str, int]) -> Callable[[str, str], None]:
    def note(path: str, what: str) -> None:
        if not what.endswith("is no number of JSON"):
            raise SpecError(f"JSON Lines cannot hold the column {shown(path)}: {what}.")
        told = f"{shown(path)}: {what}"
        lost[told] = lost.get(told, 0) + 1

    return note


def _nullable(schema: Any) -> Any:
    """A schema whose columns all may be null: a number that JSON has not becomes one."""
    return pa.schema([each.with_nullable(nullable=True) for each in schema], metadata=schema.metadata)


def _selected(schema: Any, columns: Sequence[str] | None, files: Sequence[File]) -> Any:
    if columns is None:
        return schema
    for name in columns:
        if name not in schema.names:
            cause = f"{files[0].name} has no column {shown(name)}{nearest(name, schema.names)}."
            raise SpecError(
                cause, "--columns", hint="Write names as they stand there, with commas between them."
            )
        if schema.names.count(name) > 1:
            raise SpecError(f"{files[0].name} has several columns {shown(name)}.", "--columns")
        if list(columns).count(name) > 1:
            raise SpecError(f"the column {shown(name)} is named twice.", "--columns", hint="Name it once.")
    return pa.schema([schema.field(name) for name in columns], metadata=schema.metadata)


def _filtered(table: Any, kept: Any) -> Any:
    try:
        return table.filter(kept)
    except pa.ArrowException as error:
        cause = f"the condition cannot be told of these columns: {' '.join(str(error).split())[:200]}."
        raise SpecError(cause, "--where") from error


def _write_folder(run: _Run, folder: Path, selection: Selection) -> None:
    if run.form == "arrow":
        _write_datasets(run, folder, selection)
        return
    alone = len(selection.configs) == 1
    for config, splits in selection.configs.items():
        schemas: dict[str, Any] = {}
        for split, files in splits.items():
            path = folder / shard_path(run.form, config, split, alone=alone)
            path.parent.mkdir(parents=True, exist_ok=True)
            schemas[split], _ = run.write(files, path, split)
            _check_alike(schemas, files)
    write_card(folder, run.form, selection.configs)


def _check_alike(schemas: Mapping[str, Any], files: Sequence[File]) -> None:
    """Raise InputError where the splits of a config, the last of them of these files, have not one schema."""
    (first, meant), (last, found) = next(iter(schemas.items())), list(schemas.items())[-1]
    if not meant.equals(found):
        apart = sorted(set(map(str, meant)) ^ set(map(str, found)))[:5]
        cause = f"the splits {first} and {last} differ in their columns: {', '.join(apart) or 'their order'}."
        raise InputError(files[0].name, cause)


def _write_datasets(run: _Run, folder: Path, selection: Selection) -> None:
    """The folders of `save_to_disk`: one dataset for files that have no splits, else a folder of splits a config."""
    for config, splits in selection.configs.items():
        root = folder if len(selection.configs) == 1 else folder / config
        single = not selection.named
        schemas: dict[str, Any] = {}
        for split, files in splits.items():
            place = root if single else root / split
            place.mkdir(parents=True, exist_ok=True)
            schema, written = run.write(files, place / shard_name(0, 1), split)
            schemas[split] = schema
            _check_alike(schemas, files)
            describe_dataset(place, schema, [written], None if single else split)
        if not single:
            describe_splits(root, splits)

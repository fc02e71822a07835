"""`validate(paths)`: every record of any input judged where it lies."""

import math
import posixpath
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from corpuskit.checks import Checked, CheckTask, Terms, plan_checks, run_checks
from corpuskit.checks.rejects import check_rejects, rejecting
from corpuskit.checks.tasks import STDIN, size_of
from corpuskit.engines import cores, engine
from corpuskit.errors import SpecError, ValidationFailed
from corpuskit.findings import Finding, place, visible

# (file, bytes so far, records so far)
Progress = Callable[[str, int, int], None]

_PLACES, _LONGEST = 5, 300  # how many errors an exception names, and how much of each
_ALLOWANCE = re.compile(r"(?P<number>[0-9]{1,18})|(?P<percent>[0-9]{1,3}(\.[0-9]{1,9})?) *%", re.ASCII)
# Less than this is checked sooner than worker processes start.
_WORTH_WORKERS, _FILE_BYTES = 64 << 20, 16 << 10


@dataclass(frozen=True, slots=True)
class Report:
    """What validation found. `findings` are all of them; `summary` is what they come to.

    `damaged` says that an input could not be read to its end, `beyond` that an error stands against
    something that is no record: a corpus.toml, a file of a release. `paths` are what was validated, as given;
    `folders` are, finding by finding, the folder that its `file` is relative to, where that is another one.
    """

    summary: Mapping[str, Any]
    findings: Sequence[Finding]
    damaged: bool = False
    beyond: bool = False
    paths: Sequence[str] = ()
    folders: Sequence[str] = ()

    @property
    def ok(self) -> bool:
        """Whether no finding is an error, but for those of the invalid records that were allowed."""
        if not any(f.severity == "error" for f in self.findings):
            return True
        allowed = not self.beyond and not self.damaged
        return allowed and 0 < self.summary.get("invalid", 0) <= self.summary.get("allowed", 0)

    def located(self) -> Iterator[Finding]:
        """The findings with their files as seen from where validation ran, those of a corpus.toml too."""
        if not self.folders:
            yield from self.findings
            return
        for each, folder in zip(self.findings, self.folders, strict=True):
            yield (
                replace(each, file=posixpath.normpath(posixpath.join(folder, each.file))) if folder else each
            )

    def raise_for_findings(self) -> None:
        """Raise ValidationFailed, with the first places, unless the report is ok."""
        if not self.ok:
            errors = [f for f in self.located() if f.severity == "error"]
            places = [visible(f"{place(f)}: {f.kind}: {f.message[:_LONGEST]}") for f in errors[:_PLACES]]
            raise ValidationFailed(len(errors), places)

    def as_dict(self, most: int | None = None) -> dict[str, Any]:
        """The JSON of a validation, with at most so many findings."""
        shown = self.findings if most is None else self.findings[:most]
        return {
            "summary": dict(self.summary),
            "findings": [f.as_dict() for f in shown],
            "truncated": len(shown) < len(self.findings),
        }


@dataclass(slots=True)
class _Gathered:
    """What the tasks found, put together in their order.

    `folders` are, finding by finding, what its file is relative to; `lines` are those of the slices of `file` so far.
    """

    total: Checked = field(default_factory=Checked)
    folders: list[str] = field(default_factory=list)
    file: str = ""
    lines: int = 0

    def add(self, task: CheckTask, checked: Checked) -> None:
        """Add what came of the next task."""
        first = task.pieces[0] if task.pieces else None
        name = first.name if first else ""
        if name != self.file or not (first and first.start):
            self.file, self.lines = name, 0
        found = checked.findings
        if self.lines:
            found = [f.moved(self.lines, 0) for f in found]
        self.lines += checked.lines
        total = self.total
        for count in ("records", "invalid", "errors", "bytes", "kept", "overlong"):
            setattr(total, count, getattr(total, count) + getattr(checked, count))
        total.damaged = total.damaged or checked.damaged
        total.findings += found
        self.folders += [task.folder] * len(found)


def validate(
    paths: Iterable[Path | str] | Path | str,
    schema: Path | str | Mapping[str, Any] | None = None,
    *,
    document: bool = False,
    formats: bool = True,
    registry: Mapping[str, Path | str] | None = None,
    max_invalid: int | str = 0,
    rejects: Path | str | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Report:
    """Judge every record of files, globs, corpora (a corpus.toml) and releases by a JSON Schema.

    `schema` is a path or a parsed schema, by default the built-in article schema. Records of JSON, JSONL and Parquet
    are judged as they stand, rows of CSV and TSV with the types that the schema gives their columns; text files and a
    corpus.toml go through reader and conform first. With
    `document` each .json file is one instance of any type. `registry` maps URI prefixes to folders, in which
    the schema's references below them are looked up; nothing is ever fetched. With `max_invalid`,
    a number or a share like "1%", the report is ok although so many records are invalid. `rejects` is a new
    folder for the bytes of all invalid records. `jobs` is how many processes work at a time, by default one
    for each core where there is enough to do. Raises SpecError for a path that is nothing corpuskit can read,
    SchemaError for an unusable schema, OutputError where the rejects cannot be written.
    """
    started = time.monotonic()
    listed = [str(p) for p in ([paths] if isinstance(paths, str | Path) else paths)]
    allowance = _allowance(max_invalid)
    folder = None if rejects is None else Path(rejects)
    if folder is not None:
        check_rejects(folder)
    terms, tasks = plan_checks(listed, schema, document=document, formats=formats, registry=registry)
    with rejecting(folder, tasks) as kept:
        gathered = _run(replace(terms, rejects=kept), tasks, _jobs(jobs, tasks), progress)
    total = gathered.total
    kinds = Counter(f.kind for f in total.findings)
    summary = {
        "records": total.records,
        "valid": total.records - total.invalid,
        "invalid": total.invalid,
        "allowed": allowance(total.records),
        "bytes": total.bytes,
        "seconds": time.monotonic() - started,
        "by_kind": dict(sorted(kinds.items())),
    }
    if folder is not None:
        summary["rejects"] = {"folder": str(folder), "kept": total.kept, "overlong": total.overlong}
    beyond = sum(f.severity == "error" for f in total.findings) > total.errors
    folders = gathered.folders if any(gathered.folders) else ()
    return Report(summary, total.findings, total.damaged, beyond, listed, folders)


def _run(terms: Terms, tasks: Sequence[CheckTask], jobs: int, progress: Progress | None) -> _Gathered:
    done = records = 0

    def tell(said: tuple[str, int, int]) -> None:
        nonlocal done, records
        file, size, count = said
        done, records = done + size, records + count
        if progress is not None:
            progress(file, done, records)

    gathered = _Gathered()
    with engine(jobs) as run:
        for task, checked in zip(tasks, run(partial(run_checks, terms), tasks, tell), strict=True):
            gathered.add(task, checked)
    return gathered


def _jobs(jobs: int | None, tasks: Sequence[CheckTask]) -> int:
    """How many processes to work with: as told, else one for each core where the inputs are worth their start."""
    if jobs is not None and jobs < 1:
        raise SpecError(f"{jobs} is no number of jobs.", "jobs", None, "Write 1 or more.")
    if any(piece.name == STDIN for task in tasks for piece in task.pieces):
        return 1  # it can be read by this process alone
    if jobs is not None:
        return min(jobs, len(tasks)) or 1
    size = sum(_size(task) for task in tasks)
    return min(cores(), len(tasks)) if size >= _WORTH_WORKERS else 1


def _size(task: CheckTask) -> int:
    """About the bytes of a task, a file of its own counted as more than it holds."""
    return sum(size_of(piece) or 0 for piece in task.pieces) + _FILE_BYTES * len(task.pieces)


def _allowance(limit: int | str) -> Callable[[int], int]:
    """How many of so many records may be invalid; raises SpecError for what is neither number nor share."""
    match = _ALLOWANCE.fullmatch(str(limit).strip())
    if match is None or Fraction(match["percent"] or 0) > 100:
        raise SpecError(
            f"{str(limit)!r} is neither a number of records nor a share of them.", "max-invalid", None,
            "Write for example 10 or 1%.",
        )  # fmt: skip
    number, share = int(match["number"] or 0), Fraction(match["percent"] or 0) / 100
    return lambda records: number + math.floor(share * records)

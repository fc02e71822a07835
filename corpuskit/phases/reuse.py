"""Map and write phase by way of the cache: what an earlier build has made is taken, the rest is made and kept."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from corpuskit import cache as caches
from corpuskit.cache import Entry
from corpuskit.digests import file_sha256, file_xxh3
from corpuskit.engines import Engine, Tell, serial, threads_for
from corpuskit.layout import form_name
from corpuskit.output import Output
from corpuskit.phases.fingerprints import part_keys, provenance_keys, shard_keys
from corpuskit.phases.index import Index
from corpuskit.phases.map import MapContext, map_part
from corpuskit.phases.parts import Part
from corpuskit.phases.plan import Input, MapTask, is_unchanged
from corpuskit.phases.provenance import ProvenanceTask, provenance_tasks, write_provenance
from corpuskit.phases.write import PARQUET, Shard, ShardTask, shard_tasks, write_shard
from corpuskit.stats import Statistics

# (phase, done, total, records): done and total in bytes; in the write phase in rows, each counted when it is written
# and when it is read back. A total of 0 is not known.
Progress = Callable[[str, int, int, int], None]

# Less than this is done sooner than worker processes start.
_WORTH_WORKERS = 16 << 20
# So many provenance files are as much work as a shard.
_PROVENANCE_FILES = 8
# The name of its rows in the entry of a part.
_ROWS = "rows.arrow"
# The kinds of entries that hold files of a release.


class Means(NamedTuple):
    """What a build works with: its staging folder, its cache, its processes, whom it tells how far it is.

    `jobs` is how many processes it was told to work with; then `crew` is the engine whatever there is to do.
    """

    stage: Path
    cache: Path | None
    jobs: int | None
    crew: Engine
    tell: Progress

    @property
    def release(self) -> Path:
        """Where the release is made."""
        return self.stage / "release"

    @property
    def audit(self) -> Path:
        """Where the audit folder is made."""
        return self.stage / "audit"

    def engine(self, tasks: int, size: int) -> Engine:
        """The engine for so many tasks over so many bytes; workers only where there is work for them."""
        return self.crew if self.jobs or (tasks > 1 and size >= _WORTH_WORKERS) else serial.run


class _MapJob(NamedTuple):
    """A map task, its inputs, the key of its part, its bytes, and the folder in which the part is made."""

    task: MapTask
    inputs: tuple[Input, ...]
    key: str
    bytes: int
    folder: Path

    def __str__(self) -> str:
        return str(self.task)


@dataclass(slots=True)
class Parts:
    """The state of the map phase: its jobs, the part of each, and the entries of those that the cache had."""

    means: Means
    context: MapContext
    jobs: Sequence[_MapJob]
    made: list[Part | None]
    entries: dict[int, Entry]

    @property
    def whole(self) -> list[Part]:
        """The parts, once all are there."""
        return [part for part in self.made if part is not None]

    def make(self, numbers: Sequence[int]) -> None:
        """Make the parts of those numbers."""
        for number in numbers:
            self.made[number] = None
        total = sum(job.bytes for job in self.jobs)
        done = total - sum(self.jobs[number].bytes for number in numbers)
        records = sum(sum(part.records) for part in self.whole)

        def tell(said: tuple[int, int]) -> None:
            nonlocal records, done
            records, done = records + said[0], done + said[1]
            self.means.tell("map", done, total, records)

        tell((0, 0))
        jobs = [self.jobs[number] for number in numbers]
        run = self.means.engine(len(jobs), total - done)
        for number, part in zip(
            numbers, run(partial(_map, self.context, self.means.cache), jobs, tell), strict=True
        ):
            self.made[number] = part
            self.entries.pop(number, None)

    def ensure(self, numbers: Iterable[int], *, rows: bool) -> bool:
        """Make anew those parts from the cache that are damaged, in their rows or in all else; tells if any was."""
        asked = [number for number in numbers if number in self.entries]
        checks = [(self.entries[number], rows) for number in asked]
        sound = threads_for(len(checks))(_is_sound, checks, _silent)
        damaged = [number for number, is_sound in zip(asked, sound, strict=True) if not is_sound]
        if damaged:
            self.make(damaged)
        return bool(damaged)


def map_parts(means: Means, context: MapContext, tasks: Sequence[MapTask], inputs: Sequence[Input]) -> Parts:
    """The part of each task; all of them are whole but for the rows, which are checked before they are read."""
    named = {item.name: item for item in inputs}
    jobs = []
    for number, (task, key) in enumerate(zip(tasks, part_keys(tasks, context), strict=True)):
        own = tuple(named[piece.name] for piece in task.pieces)
        size = sum(
            item.bytes if piece.end is None else piece.end - piece.start
            for item, piece in zip(own, task.pieces, strict=True)
        )
        jobs.append(_MapJob(task, own, key, size, means.stage / "parts" / f"{number:06d}"))
    found = enumerate(caches.find(means.cache, "part", job.key) for job in jobs)
    entries = {number: entry for number, entry in found if entry is not None}
    made = [_part(entries[n]) if n in entries else None for n in range(len(jobs))]
    parts = Parts(means, context, jobs, made, entries)
    parts.make([number for number, part in enumerate(made) if part is None])
    parts.ensure(list(entries), rows=False)
    return parts


def _map(context: MapContext, cache: Path | None, job: _MapJob, tell: Tell) -> Part:
    left = job.bytes

    def told(said: tuple[int, int]) -> None:
        nonlocal left
        size = min(said[1], left)  # what a record is may be longer than its bytes
        left -= size
        tell((said[0], size))

    part = map_part(job.task, context, job.folder, told)
    tell((0, left))  # line ends, blanks
    # What was read under another content than that of its key must not be found under it.
    if cache is None or not all(map(is_unchanged, job.inputs)):
        return part
    files = {path.name: file_xxh3(path) for path in sorted(job.folder.iterdir())}
    value = {f.name: getattr(part, f.name) for f in dataclasses.fields(part) if f.name != "folder"}
    return dataclasses.replace(part, folder=caches.keep(cache, "part", job.key, job.folder, files, value))


def _part(entry: Entry) -> Part:
    return Part(entry.folder, **entry.value | {"records": tuple(entry.value["records"])})


def _is_sound(check: tuple[Entry, bool], _: Tell) -> bool:
    entry, rows = check
    return entry.is_sound(name for name in entry.files if (name == _ROWS) == rows)


def _silent(_: Any) -> None:
    pass


class Written(NamedTuple):
    """A file of a release, or one in each of several forms, in its place: what is told of it, and its entry's key.

    `kind` is that of the entry; `value` what the entry holds of it; `files` the digest and size of each form.
    """

    kind: str
    name: str
    split: str | None
    key: str
    value: Mapping[str, Any]
    files: Mapping[str, tuple[str, int]]

    @property
    def shard(self) -> Shard:
        """What is told of a data shard."""
        statistics = Statistics.unpacked(self.value["statistics"])
        return Shard(self.name, self.split or "", self.value["rows"], self.value["arrow_bytes"], statistics)

    @property
    def entries(self) -> Iterator[dict[str, Any]]:
        """The manifest's line for each of its files."""
        for form, (sha256, size) in self.files.items():
            role = self.kind if self.kind != ShardTask.kind else "data" if form == PARQUET else form
            said = {"path": form_name(self.name, form), "bytes": size, "sha256": sha256, "role": role}
            yield said | ({} if self.split is None else {"split": self.split}) | {"rows": self.value["rows"]}


class _Job(NamedTuple):
    """A file of the release to write, in all its forms, and the key of its entry."""

    task: ShardTask | ProvenanceTask
    key: str

    def __str__(self) -> str:
        return str(self.task)


def write_files(means: Means, parts: Parts, index: Index, output: Output, size: int) -> list[Written]:
    """All shards of a release and then its provenance, those that the cache has as links.

    `size` is that of the inputs in bytes.
    """
    jobs = _jobs(means.release, parts, index, output)
    told, times = 0, 2 * len(output.formats)
    total = sum(job.task.told for job in jobs)

    def tell(count: int) -> None:
        nonlocal told
        told += count
        means.tell("write", told, total, told // times)

    tell(0)
    written: list[Written | None] = []
    for job, each in zip(
        jobs, threads_for(len(jobs))(partial(_linked, means.cache), jobs, _silent), strict=True
    ):
        written.append(each)
        tell(job.task.told if each is not None else 0)
    missing = [number for number, each in enumerate(written) if each is None]
    shards = [job.task for job in map(jobs.__getitem__, missing) if isinstance(job.task, ShardTask)]
    needed = {path for task in shards for path, _ in task.rows}
    if parts.ensure([n for n, part in enumerate(parts.whole) if part.folder in needed], rows=True):
        jobs = _jobs(means.release, parts, index, output)
    run = means.engine(len(shards) + (len(missing) - len(shards)) // _PROVENANCE_FILES, size)
    made = run(partial(_write, means.cache), [jobs[n] for n in missing], tell)
    for number, each in zip(missing, made, strict=True):
        written[number] = each
    return [each for each in written if each is not None]


def _jobs(folder: Path, parts: Parts, index: Index, output: Output) -> list[_Job]:
    """What there is to write; shards come first, since they take longest."""
    whole = parts.whole
    shards = list(shard_tasks(folder, index, whole, parts.context.schema, output))
    provenance = list(provenance_tasks(folder, index, [job.task for job in parts.jobs], whole))
    keys = {part.folder: job.key for part, job in zip(whole, parts.jobs, strict=True)}
    return [
        *(_Job(*each) for each in zip(shards, shard_keys(shards, whole), strict=True)),
        *(_Job(*each) for each in zip(provenance, provenance_keys(provenance, keys), strict=True)),
    ]


def _write(cache: Path | None, job: _Job, tell: Tell) -> Written:
    task = job.task
    value = _shard_value(task, tell) if isinstance(task, ShardTask) else {"rows": write_provenance(task)}
    paths = {form: task.folder / form_name(task.name, form) for form in task.forms}
    files = {form: file_sha256(path) for form, path in paths.items()}
    entry = {_kept(task.kind, form): path for form, path in paths.items()}
    digests = {_kept(task.kind, form): digest for form, digest in files.items()}
    caches.keep_files(cache, task.kind, job.key, entry, digests, value)
    return Written(task.kind, task.name, task.split, job.key, value, files)


def _shard_value(task: ShardTask, tell: Tell) -> dict[str, Any]:
    """Write a shard, and give what its entry holds of it."""
    shard = write_shard(task, tell)
    return {
        "rows": shard.rows,
        "arrow_bytes": shard.arrow_bytes,
        "statistics": shard.statistics.packed(),
    }


def _kept(kind: str, form: str) -> str:
    """The name of a file in an entry."""
    return f"{kind}.{form}"


def _linked(cache: Path | None, job: _Job, _: Tell) -> Written | None:
    """The files of a job from the cache, if they are there and whole."""
    entry = caches.find(cache, job.task.kind, job.key)
    if entry is None or not entry.is_sound():
        return None
    link_files(entry, job.task.folder, job.task.name)
    files = {form: entry.files[_kept(job.task.kind, form)] for form in job.task.forms}
    return Written(job.task.kind, job.task.name, job.task.split, job.key, entry.value, files)


def link_files(entry: Entry, folder: Path, name: str) -> None:
    """Give the files of an entry their places in the folder of a release; `name` is that of the first of them."""
    for kept in entry.files:
        path = folder / form_name(name, kept.partition(".")[2])
        path.parent.mkdir(parents=True, exist_ok=True)
        caches.link(entry.folder / kept, path)

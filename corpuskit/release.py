"""`build(spec)`: the only place where the phases are put in order."""

import dataclasses
import json
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from corpuskit import layout
from corpuskit import manifest as manifests
from corpuskit.card import ordered, render_card, render_license, render_notice
from corpuskit.digests import merkle_root
from corpuskit.engines import Engine, Tell, cores, engine_for
from corpuskit.errors import BuildRefused, OutputError, ReleaseExists
from corpuskit.findings import Finding
from corpuskit.licenses import permits
from corpuskit.meter import Meter
from corpuskit.phases.books import ledger_tables, write_books
from corpuskit.phases.gates import Mapped, corpus_findings, refusals_of
from corpuskit.phases.index import KEPT, accounts, build_index
from corpuskit.phases.learn import learn_repeats
from corpuskit.phases.map import MapContext, map_part
from corpuskit.phases.parts import Part
from corpuskit.phases.plan import MapTask, check_unchanged, find_inputs, map_tasks
from corpuskit.phases.write import Shard, shard_tasks, split_rows, write_provenance, write_shard
from corpuskit.readers import Piece
from corpuskit.schema import ArticleSchema, article_schema, built_in
from corpuskit.spec import CorpusSpec, load_spec
from corpuskit.staging import locked, publish, staging, sync_tree
from corpuskit.stats import Statistics
from corpuskit.validation import compile_schema, read_schema

# (phase, done, total, records): done and total in bytes; in the write phase in rows, each counted when it is written
# and when it is read back. A total of 0 is not known.
Progress = Callable[[str, int, int, int], None]


@dataclass(frozen=True, slots=True)
class Release:
    """A release that is on the disk, durable and read back.

    `accounts` are of all sources, `sources` of each; `findings` counts them by kind. `peak_bytes` is the peak memory
    of all processes together, as `Meter` measures it, None where the system does not tell it.
    """

    path: Path
    audit: Path
    content_id: str
    root_digest: str
    accounts: Mapping[str, int]
    sources: Mapping[str, Mapping[str, int]]
    splits: Mapping[str, int]
    findings: Mapping[str, int]
    seconds: float
    peak_bytes: int | None

    def as_dict(self) -> dict[str, Any]:
        """The JSON of a build."""
        return {
            "release": str(self.path),
            "audit": str(self.audit),
            "content_id": self.content_id,
            "root_digest": self.root_digest,
            "accounts": dict(self.accounts),
            "splits": dict(self.splits),
            "sources": {name: dict(account) for name, account in self.sources.items()},
            "findings": dict(self.findings),
            "seconds": self.seconds,
            "peak_bytes": self.peak_bytes,
        }


# Less than this is done sooner than worker processes start.
_WORTH_WORKERS = 16 << 20


def corpus_schema(spec: CorpusSpec) -> ArticleSchema:
    """The article schema of a spec: its own, or the built-in one; raises SchemaError."""
    if spec.schema is None:
        return built_in()
    path = spec.root / spec.schema
    return article_schema(read_schema(path)[0], text=spec.text, file=path)


def map_context(spec: CorpusSpec) -> MapContext:
    """What the map tasks of a spec share."""
    schema = corpus_schema(spec)
    judge = compile_schema(schema.document, schema.file)
    return MapContext(schema, judge, spec.limits, spec.dedup, spec.splits)


def build(
    spec: CorpusSpec | Path | str,
    out: Path | str,
    *,
    replace: bool = False,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Release:
    """Build the release of a spec (or corpus.toml) into `out`/<name>-<version>, whole or not at all.

    `jobs` is how many processes work at a time, by default one for each core where there is enough to do; the
    release is the same. Raises ReleaseExists where the release stands and `replace` is false, BuildRefused
    where a budget or gate refuses (the audit folder is written all the same), InputError for an input that
    cannot be read to its end, OutputError for an output that cannot be written, WorkerLost where a process
    died, and Busy while another build runs there.
    """
    meter = Meter()
    if not isinstance(spec, CorpusSpec):
        spec = load_spec(spec)
    out = Path(out)
    target = out / layout.release_name(spec.name, spec.version)
    context = map_context(spec)
    with meter, locked(out, spec.name):
        if target.exists() and not replace:
            hint = "Pass --replace (replace=True) to build it anew, or raise `version`."
            raise ReleaseExists("this release exists already; nothing was touched.", str(target), None, hint)
        try:
            with staging(out, spec.name) as stage:
                return _build(spec, context, stage, target, jobs, progress or _silent, meter)
        except OSError as error:
            cause = f"cannot be written: {error.strerror or error}. Nothing was released."
            raise OutputError(str(out), cause) from error


def _silent(phase: str, done: int, total: int, records: int) -> None:
    pass


def _build(
    spec: CorpusSpec, context: MapContext, stage: Path, target: Path, jobs: int | None, progress: Progress,
    meter: Meter,
) -> Release:  # fmt: skip
    mapped = _map(spec, context, stage / "parts", jobs, progress)
    mapped.findings += corpus_findings(spec, mapped)
    refusals = refusals_of(spec, mapped)
    mapped.findings += refusals
    sources = [source.name for source in spec.sources]
    progress("books", 0, 0, 0)
    write_books(
        stage / "audit", mapped.tasks, mapped.parts, mapped.index, sources, mapped.findings, mapped.repeats
    )
    if refusals:
        raise _refused(stage, target, mapped, refusals, meter)
    folder = stage / "release"
    (folder / layout.DATA).mkdir(parents=True)
    shards = _write(folder, spec, context, mapped, jobs, progress)
    progress("finish", 0, 0, 0)
    manifest = _finish(folder, spec, context, mapped, shards)
    root = manifests.write_manifest(folder, manifest)
    check_unchanged(mapped.inputs)
    progress("commit", 0, 0, 0)
    sync_tree(folder)
    sync_tree(stage / "audit")
    publish(stage / "audit", layout.audit_folder(target))
    publish(folder, target)
    shutil.rmtree(layout.refused_folder(target), ignore_errors=True)
    return Release(
        path=target,
        audit=layout.audit_folder(target),
        content_id=manifest["content_id"],
        root_digest=root,
        accounts=manifest["accounts"]["total"],
        sources=mapped.accounts,
        splits=dict(ordered(manifest["configs"]["default"])),
        findings=manifest["findings"],
        seconds=meter.seconds,
        peak_bytes=meter.peak_bytes,
    )


def _map(spec: CorpusSpec, context: MapContext, folder: Path, jobs: int | None, progress: Progress) -> Mapped:
    pinned = 0

    def pin(size: int) -> None:
        nonlocal pinned
        pinned += size
        progress("pin", pinned, 0, 0)

    progress("pin", 0, 0, 0)
    inputs = find_inputs(spec, pin)
    tasks = map_tasks(spec, inputs)
    total, done, records = sum(i.bytes for i in inputs), 0, 0
    sizes = {item.name: item.bytes for item in inputs}
    progress("learn", 0, 0, 0)
    repeats = learn_repeats(spec, inputs, context.schema)
    context = dataclasses.replace(context, repeats=repeats)

    def tell(read: tuple[int, int]) -> None:
        nonlocal records, done
        records, done = records + read[0], done + read[1]
        progress("map", done, total, records)

    tell((0, 0))
    placed = [
        _MapJob(task, sum(_size(piece, sizes) for piece in task.pieces), folder / f"{number:06d}")
        for number, task in enumerate(tasks)
    ]
    parts = list(_engine(jobs, len(tasks), total)(partial(_map_job, context), placed, tell))
    check_unchanged(inputs)
    progress("index", 0, 0, records)
    licensing = spec.licensing
    permitted = partial(permits, allow=licensing.allow, deny=licensing.deny)
    excluding = licensing.on_conflict == "exclude" and (licensing.allow or licensing.deny)
    declared = [*(spec.splits.shares or ()), *(source.split for source in spec.sources if source.split)]
    index = build_index(tasks, parts, spec.dedup, declared, permitted if excluding else None)
    named = accounts(index, [source.name for source in spec.sources])
    counted = {name: account.as_dict() for name, account in named.items()}
    return Mapped(inputs, tasks, parts, index, counted, repeats)


def _size(piece: Piece, sizes: Mapping[str, int]) -> int:
    return sizes[piece.name] if piece.end is None else piece.end - piece.start


class _MapJob(NamedTuple):
    """A map task, its bytes, and the folder of its part."""

    task: MapTask
    bytes: int
    folder: Path

    def __str__(self) -> str:
        return str(self.task)


def _map_job(context: MapContext, job: _MapJob, tell: Tell) -> Part:
    left = job.bytes

    def count(read: tuple[int, int]) -> None:
        nonlocal left
        size = min(read[1], left)
        left -= size
        tell((read[0], size))

    part = map_part(job.task, context, job.folder, count)
    tell((0, left))  # line ends, blank lines, and what is packed
    return part


def _engine(jobs: int | None, tasks: int, size: int) -> Engine:
    """The engine for so many tasks over so many bytes; workers only where there is work for them."""
    wanted = jobs or (cores() if size >= _WORTH_WORKERS else 1)
    return engine_for(max(1, min(wanted, tasks)))


def _refused(
    stage: Path, target: Path, mapped: Mapped, refusals: Sequence[Finding], meter: Meter
) -> BuildRefused:
    """Put the audit folder in place, and the refusal as an error."""
    # While an earlier release stands, the audit folder beside it is that release's own.
    audit = layout.refused_folder(target) if target.exists() else layout.audit_folder(target)
    sync_tree(stage / "audit")
    publish(stage / "audit", audit)
    outcome = {
        "release": None,
        "audit": str(audit),
        "content_id": None,
        "root_digest": None,
        "accounts": manifests.account_table(mapped.accounts)["total"],
        "splits": {},
        "sources": mapped.accounts,
        "findings": mapped.kinds(),
        "seconds": meter.seconds,
        "peak_bytes": meter.peak_bytes,
    }
    return BuildRefused([f.message for f in refusals], outcome)


def _write(
    folder: Path, spec: CorpusSpec, context: MapContext, mapped: Mapped, jobs: int | None, progress: Progress
) -> list[Shard]:
    tasks = list(shard_tasks(folder, mapped.index, mapped.parts, context.schema, spec.output))
    # Each row is told twice: when it is written, and when it is read back.
    told, total = 0, 2 * sum(len(rows) for task in tasks for _, rows in task.rows)

    def tell(count: int) -> None:
        nonlocal told
        told += count
        progress("write", told, total, told // 2)

    progress("write", 0, total, 0)
    size = sum(item.bytes for item in mapped.inputs)
    return list(_engine(jobs, len(tasks), size)(write_shard, tasks, tell))


def _finish(
    folder: Path, spec: CorpusSpec, context: MapContext, mapped: Mapped, shards: Sequence[Shard]
) -> dict[str, Any]:
    """Write all but the data, and give the manifest."""
    sources = [source.name for source in spec.sources]
    (folder / layout.ARTICLE_SCHEMA).parent.mkdir()
    (folder / layout.ARTICLE_SCHEMA).write_bytes(context.schema.to_json())
    provenance = layout.provenance_name(0)
    traced = write_provenance(
        folder / provenance, ledger_tables(mapped.tasks, mapped.parts, mapped.index, sources)
    )
    statistics = Statistics()
    for shard in shards:
        statistics.merge(shard.statistics)
    kept = mapped.index.fate == KEPT
    digests = mapped.index.record_digest.filter(_mask(kept)).to_pylist()
    rows = split_rows(shards, mapped.index.splits)
    records = _records_by_input(mapped)
    manifest = manifests.facts(spec, context.schema) | {
        "content_id": merkle_root(digests),
        "inputs": [
            {
                "source": i.source,
                "file": i.name,
                "bytes": i.bytes,
                "sha256": i.sha256,
                "records": records[i.name],
            }
            for i in mapped.inputs
        ],
        "accounts": manifests.account_table(mapped.accounts),
        "configs": {"default": dict(rows)},
        "arrow_bytes": {
            split: sum(s.arrow_bytes for s in shards if s.split == split) for split, n in rows.items() if n
        },
        "statistics": statistics.as_dict(),
        "edits": _edits(mapped),
        "findings": mapped.kinds(),
        "files": [
            manifests.file_entry(folder, layout.ARTICLE_SCHEMA, "schema"),
            manifests.file_entry(folder, provenance, "provenance", rows=traced),
            *(manifests.file_entry(folder, s.name, "data", split=s.split, rows=s.rows) for s in shards),
        ],
    }
    return add_documents(folder, manifest)


def _edits(mapped: Mapped) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for part in mapped.parts:
        counts.update(part.edits)
    return dict(sorted(counts.items()))


def add_documents(folder: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Render README, LICENSE and NOTICE into a release and give the manifest with their entries."""
    # As it will be read back: what is rendered from it then is what anyone renders from the file.
    manifest = json.loads(manifests.canonical(manifest))
    documents = (
        (layout.LICENSE, "license", render_license),
        (layout.NOTICE, "notice", render_notice),
        (layout.README, "card", render_card),
    )
    names = {name for name, _, _ in documents}
    entries = [entry for entry in manifest["files"] if entry["path"] not in names]
    for name, role, render in documents:
        (folder / name).write_text(render(manifest), encoding="utf-8", newline="\n")
        entries.append(manifests.file_entry(folder, name, role))
    return {**manifest, "files": list(manifests.sorted_files(entries))}


def _mask(flags: Any) -> Any:
    import pyarrow as pa

    return pa.array(flags)


def _records_by_input(mapped: Mapped) -> Counter[str]:
    counts: Counter[str] = Counter({item.name: 0 for item in mapped.inputs})
    for task, part in zip(mapped.tasks, mapped.parts, strict=True):
        for piece, records in zip(task.pieces, part.records, strict=True):
            counts[piece.name] += records
    return counts

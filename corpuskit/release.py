"""`build(spec)`: the only place where the phases are put in order."""

import dataclasses
import json
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from corpuskit import layout
from corpuskit import manifest as manifests
from corpuskit.card import ordered, render_card, render_license, render_notice
from corpuskit.digests import merkle_root
from corpuskit.engines import Tell, engine_for
from corpuskit.errors import BuildRefused, OutputError, ReleaseExists
from corpuskit.findings import Finding, finding, tally
from corpuskit.licenses import is_unknown, permits
from corpuskit.phases.books import ledger_tables, place_of, write_books
from corpuskit.phases.index import FATES, KEPT, Index, accounts, build_index, torn_groups
from corpuskit.phases.learn import learn_repeats
from corpuskit.phases.map import MapContext, map_part
from corpuskit.phases.parts import Part
from corpuskit.phases.plan import Input, MapTask, check_unchanged, find_inputs, map_tasks
from corpuskit.phases.write import Shard, ShardTask, shard_tasks, split_rows, write_provenance, write_shard
from corpuskit.schema import ArticleSchema, article_schema, built_in
from corpuskit.spec import CorpusSpec, load_spec
from corpuskit.staging import locked, publish, staging, sync_tree
from corpuskit.stats import Statistics
from corpuskit.transforms import Repeats
from corpuskit.validation import compile_schema, read_schema, schema_notes

# (phase, done, total, records): done and total in bytes, or in shards for the write phase.
Progress = Callable[[str, int, int, int], None]


@dataclass(frozen=True, slots=True)
class Release:
    """A release that is on the disk, durable and read back.

    `accounts` are of all sources, `sources` of each; `findings` counts them by kind.
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
        }


@dataclass(slots=True)
class _Mapped:
    """The work so far: inputs, tasks, parts, fates, and what each source repeats."""

    inputs: list[Input]
    tasks: list[MapTask]
    parts: list[Part]
    index: Index
    accounts: dict[str, dict[str, int]]
    repeats: Mapping[str, Repeats]
    findings: list[Finding] = field(default_factory=list)

    def kinds(self) -> dict[str, int]:
        """Findings by kind: those of records, those of the corpus, and the fates that are findings."""
        counts: Counter[str] = Counter()
        for part in self.parts:
            counts.update(part.kinds)
        counts.update(tally(self.findings))
        decided = (r for r, fate in zip(self.index.reason, self.index.fate, strict=True) if fate in _DECIDED)
        counts.update(r for r in decided if r is not None)
        return dict(sorted(counts.items()))


_DECIDED = frozenset({FATES.index("duplicate"), FATES.index("removed")})


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
    spec: CorpusSpec | Path | str, out: Path | str, *, replace: bool = False, progress: Progress | None = None
) -> Release:
    """Build the release of a spec (or corpus.toml) into `out`/<name>-<version>, whole or not at all.

    Raises ReleaseExists where the release stands and `replace` is false, BuildRefused where a budget or
    gate refuses (the audit folder is written all the same), InputError for an input that cannot be read to
    its end, OutputError for an output that cannot be written, and Busy while another build runs there.
    """
    started = time.monotonic()
    if not isinstance(spec, CorpusSpec):
        spec = load_spec(spec)
    out = Path(out)
    target = out / layout.release_name(spec.name, spec.version)
    context = map_context(spec)
    with locked(out, spec.name):
        if target.exists() and not replace:
            hint = "Pass --replace (replace=True) to build it anew, or raise `version`."
            raise ReleaseExists("this release exists already; nothing was touched.", str(target), None, hint)
        try:
            with staging(out, spec.name) as stage:
                return _build(spec, context, stage, target, progress or _silent, started)
        except OSError as error:
            cause = f"cannot be written: {error.strerror or error}. Nothing was released."
            raise OutputError(str(out), cause) from error


def _silent(phase: str, done: int, total: int, records: int) -> None:
    pass


def _build(
    spec: CorpusSpec, context: MapContext, stage: Path, target: Path, progress: Progress, started: float
) -> Release:
    mapped = _map(spec, context, stage / "parts", progress)
    mapped.findings += _corpus_findings(spec, mapped)
    refusals = _refusals(spec, mapped)
    mapped.findings += refusals
    sources = [source.name for source in spec.sources]
    progress("books", 0, 1, 0)
    write_books(
        stage / "audit", mapped.tasks, mapped.parts, mapped.index, sources, mapped.findings, mapped.repeats
    )
    if refusals:
        raise _refused(stage, target, mapped, refusals, started)
    folder = stage / "release"
    (folder / layout.DATA).mkdir(parents=True)
    shards = _write(folder, spec, context, mapped, progress)
    manifest = _finish(folder, spec, context, mapped, shards)
    root = manifests.write_manifest(folder, manifest)
    check_unchanged(mapped.inputs)
    progress("commit", 0, 1, 0)
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
        seconds=time.monotonic() - started,
    )


def _map(spec: CorpusSpec, context: MapContext, folder: Path, progress: Progress) -> _Mapped:
    pinned = 0

    def pin(size: int) -> None:
        nonlocal pinned
        pinned += size
        progress("pin", pinned, 0, 0)

    inputs = find_inputs(spec, pin)
    tasks = map_tasks(spec, inputs)
    total, done, records = sum(i.bytes for i in inputs), 0, 0
    jobs = [(task, folder / f"{number:06d}") for number, task in enumerate(tasks)]
    sizes = {item.name: item.bytes for item in inputs}
    parts: list[Part] = []
    progress("learn", 0, 0, 0)
    repeats = learn_repeats(spec, inputs, context.schema)
    context = dataclasses.replace(context, repeats=repeats)
    progress("map", 0, total, 0)
    for task, part in zip(tasks, engine_for(1)(partial(_map_job, context), jobs, _unsaid), strict=True):
        parts.append(part)
        records += sum(part.records)
        done += sum((p.end - p.start) if p.end is not None else sizes[p.name] for p in task.pieces)
        progress("map", done, total, records)
    check_unchanged(inputs)
    progress("index", 0, 1, records)
    licensing = spec.licensing
    permitted = partial(permits, allow=licensing.allow, deny=licensing.deny)
    excluding = licensing.on_conflict == "exclude" and (licensing.allow or licensing.deny)
    declared = [*(spec.splits.shares or ()), *(source.split for source in spec.sources if source.split)]
    index = build_index(tasks, parts, spec.dedup, declared, permitted if excluding else None)
    named = accounts(index, [source.name for source in spec.sources])
    counted = {name: account.as_dict() for name, account in named.items()}
    return _Mapped(inputs, tasks, parts, index, counted, repeats)


def _map_job(context: MapContext, job: tuple[MapTask, Path], _tell: Tell) -> Part:
    task, folder = job
    return map_part(task, context, folder)


def _write_job(task: ShardTask, _tell: Tell) -> Shard:
    return write_shard(task)


def _unsaid(_: Any) -> None:
    pass


def _corpus_findings(spec: CorpusSpec, mapped: _Mapped) -> Iterator[Finding]:
    """What is to be said of the corpus as a whole."""
    if spec.schema is not None:
        yield from schema_notes(spec.root / spec.schema, spec.root)
    for source in spec.sources:
        if is_unknown(source.license):
            yield finding(
                "unknown-terms", f"source {source.name!r} has the licence {source.license}", file=spec.file
            )
    present = _languages(mapped) if "languages" in spec.corpus else set()
    for tag in spec.corpus.get("languages", []):
        if not any(language == tag or language.startswith(f"{tag}-") for language in present):
            yield finding(
                "absent-language", f"no article is in {tag!r}, which `languages` declares", file=spec.file
            )
    if spec.licensing.on_conflict == "warn":
        yield from _license_conflicts(spec, mapped, "warning")
    if not (mapped.index.fate == KEPT).any():
        yield finding("empty-corpus", "no article was kept", file=spec.file)
    if spec.splits.field is not None or any(source.split for source in spec.sources):
        yield from torn_groups(mapped.parts, place_of(mapped.tasks, mapped.parts, mapped.index))


def _languages(mapped: _Mapped) -> set[str]:
    """The languages of the kept articles."""
    found: set[str] = set()
    for number, part in enumerate(mapped.parts):
        first, last = mapped.index.starts[number], mapped.index.starts[number + 1]
        kept = mapped.index.row[first:last][mapped.index.fate[first:last] == KEPT]
        found.update(filter(None, part.table("rows")["language"].take(kept).unique().to_pylist()))
    return found


def _refusals(spec: CorpusSpec, mapped: _Mapped) -> list[Finding]:
    """Why the build may release nothing: losses beyond a source's budget, licences that are refused."""
    refusals = []
    for source in spec.sources:
        account = mapped.accounts[source.name]
        if account["rejected"] > source.max_loss * account["in"]:
            message = (
                f"source {source.name!r}: {account['rejected']} of {account['in']} records were rejected; "
                f"max_loss = {source.max_loss:g} allows {int(source.max_loss * account['in'])}."
            )
            refusals.append(finding("over-budget", message, file=spec.file))
    if spec.licensing.on_conflict == "refuse":
        refusals += _license_conflicts(spec, mapped, "error")
    return refusals


def _license_conflicts(spec: CorpusSpec, mapped: _Mapped, severity: str) -> list[Finding]:
    """One finding for each licence among the articles that [licensing] does not allow."""
    licenses: Counter[str] = Counter()
    for part in mapped.parts:
        licenses.update(name for name in part.table("ledger")["license"].to_pylist() if name is not None)
    return [
        finding(
            "license-conflict",
            f"{count} records are under {name}, which [licensing] does not allow.",
            severity=severity,
            file=spec.file,
        )
        for name, count in sorted(licenses.items())
        if not permits(name, allow=spec.licensing.allow, deny=spec.licensing.deny)
    ]


def _refused(
    stage: Path, target: Path, mapped: _Mapped, refusals: Sequence[Finding], started: float
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
        "seconds": time.monotonic() - started,
    }
    return BuildRefused([f.message for f in refusals], outcome)


def _write(
    folder: Path, spec: CorpusSpec, context: MapContext, mapped: _Mapped, progress: Progress
) -> list[Shard]:
    tasks = list(shard_tasks(folder, mapped.index, mapped.parts, context.schema, spec.output))
    shards: list[Shard] = []
    progress("write", 0, len(tasks), 0)
    for shard in engine_for(1)(_write_job, tasks, _unsaid):
        shards.append(shard)
        progress("write", len(shards), len(tasks), sum(s.rows for s in shards))
    return shards


def _finish(
    folder: Path, spec: CorpusSpec, context: MapContext, mapped: _Mapped, shards: Sequence[Shard]
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


def _edits(mapped: _Mapped) -> dict[str, int]:
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


def _records_by_input(mapped: _Mapped) -> Counter[str]:
    counts: Counter[str] = Counter({item.name: 0 for item in mapped.inputs})
    for task, part in zip(mapped.tasks, mapped.parts, strict=True):
        for piece, records in zip(task.pieces, part.records, strict=True):
            counts[piece.name] += records
    return counts

"""`build(spec)`: the only place where the phases are put in order."""

import dataclasses
import errno
import json
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from corpuskit import layout
from corpuskit import manifest as manifests
from corpuskit.cache import trim
from corpuskit.card import ordered
from corpuskit.documents import ROLES, render_documents
from corpuskit.engines import cores, engine
from corpuskit.errors import BuildRefused, OutputError, ReleaseExists
from corpuskit.findings import Finding
from corpuskit.forms import ARROW_STATE, form_documents
from corpuskit.meter import Meter
from corpuskit.phases.books import write_books
from corpuskit.phases.content import content_id
from corpuskit.phases.fingerprints import outcome_key
from corpuskit.phases.gates import Mapped, corpus_findings, refusals_of, schema_findings
from corpuskit.phases.index import accounts, build_index
from corpuskit.phases.learn import learn_repeats
from corpuskit.phases.licensing import edits_by_source, exclusion, licensing_facts
from corpuskit.phases.map import MapContext
from corpuskit.phases.outcome import keep_outcome, take_outcome
from corpuskit.phases.parts import EditCounts, Part, add_edits, edits_stated
from corpuskit.phases.plan import Input, check_unchanged, find_inputs, map_tasks
from corpuskit.phases.reuse import Means, Parts, Progress, map_parts, write_files
from corpuskit.phases.waterfall import waterfall
from corpuskit.phases.write import Shard
from corpuskit.schema import ArticleSchema, article_schema, built_in
from corpuskit.spec import CorpusSpec, load_spec
from corpuskit.staging import locked, publish, staging, sync_tree
from corpuskit.stats import Statistics
from corpuskit.validation import compile_schema, read_schema

# What the cache may hold that no release holds, once a build has ended.
CACHE_BYTES = 20 << 30


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
    cache: bool = True,
    cache_bytes: int = CACHE_BYTES,
    progress: Progress | None = None,
) -> Release:
    """Build the release of a spec (or corpus.toml) into `out`/<name>-<version>, whole or not at all.

    `jobs` is how many processes work at a time, by default one for each core where there is enough to do. What
    the last build made of the same input is taken from `out`/.<name>.cache unless `cache` is false; it is cut to
    `cache_bytes` at the end. Neither changes a byte of the release. Raises ReleaseExists where the release stands
    and `replace` is false, BuildRefused where a budget or gate refuses (the audit folder is written all the same),
    InputError for an input that cannot be read to its end, OutputError for an output that cannot be written,
    WorkerLost where a process died, and Busy while another build runs there.
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
        kept = out / layout.cache_name(spec.name) if cache else None
        try:
            with staging(out, spec.name) as stage, engine(jobs or cores()) as crew:
                means = Means(stage, kept, jobs, crew, progress or _silent)
                return _build(spec, context, means, target, meter)
        except OSError as error:
            cause = f"cannot be written: {error.strerror or error}. Nothing was released."
            if error.errno == errno.ENOSPC and kept is not None:
                cause += f" {kept.name} there may be deleted."
            raise OutputError(str(out), cause) from error
        finally:
            if kept is not None:
                trim(kept, cache_bytes)


def _silent(phase: str, done: int, total: int, records: int) -> None:
    pass


def _build(spec: CorpusSpec, context: MapContext, means: Means, target: Path, meter: Meter) -> Release:
    inputs = _pin(spec, means)
    key = outcome_key(spec, context.schema, inputs, schema_findings(spec))
    facts = take_outcome(means, key)
    if facts is None:
        parts, mapped = _map(spec, context, inputs, means)
        if refusals := _judge(spec, mapped):
            means.tell("books", 0, 0, 0)
            _write_books(spec, means, mapped)
            raise _refused(means, target, mapped, refusals, meter)
        facts = _write(spec, parts, mapped, key)
    means.tell("finish", 0, 0, 0)
    manifest = _finish(means.release, spec, context.schema, facts)
    root = manifests.write_manifest(means.release, manifest)
    check_unchanged(inputs)
    means.tell("commit", 0, 0, 0)
    sync_tree(means.release)
    sync_tree(means.audit)
    publish(means.audit, layout.audit_folder(target))
    publish(means.release, target)
    shutil.rmtree(layout.refused_folder(target), ignore_errors=True)
    accounts = manifest["accounts"]
    return Release(
        path=target,
        audit=layout.audit_folder(target),
        content_id=manifest["content_id"],
        root_digest=root,
        accounts=accounts["total"],
        sources={source.name: accounts["sources"][source.name] for source in spec.sources},
        splits=dict(ordered(manifest["configs"]["default"])),
        findings=manifest["findings"],
        seconds=meter.seconds,
        peak_bytes=meter.peak_bytes,
    )


def _pin(spec: CorpusSpec, means: Means) -> list[Input]:
    """The inputs as they are now."""
    pinned = 0

    def pin(size: int) -> None:
        nonlocal pinned
        pinned += size
        means.tell("pin", pinned, 0, 0)

    means.tell("pin", 0, 0, 0)
    return find_inputs(spec, pin, means.cache)


def _map(spec: CorpusSpec, context: MapContext, inputs: list[Input], means: Means) -> tuple[Parts, Mapped]:
    """All records judged, and their fates."""
    tasks = map_tasks(spec, inputs)
    means.tell("learn", 0, 0, 0)
    repeats = learn_repeats(spec, inputs, context.schema)
    parts = map_parts(means, dataclasses.replace(context, repeats=repeats), tasks, inputs)
    check_unchanged(inputs)
    means.tell("index", 0, 0, sum(sum(part.records) for part in parts.whole))
    barred = exclusion(spec, edits_by_source(tasks, parts.whole))
    declared = [*(spec.splits.shares or ()), *(source.split for source in spec.sources if source.split)]
    index = build_index(
        tasks, parts.whole, spec.dedup, declared, barred, spec.output.configs, means.stage / "index"
    )  # fmt: skip
    named = accounts(index, [source.name for source in spec.sources])
    counted = {name: account.as_dict() for name, account in named.items()}
    licensing = licensing_facts(spec, tasks, parts.whole, index)
    return parts, Mapped(inputs, tasks, parts.whole, index, counted, repeats, licensing)


def _judge(spec: CorpusSpec, mapped: Mapped) -> list[Finding]:
    """Why nothing may be released; the findings about the corpus are added."""
    mapped.findings += corpus_findings(spec, mapped)
    refusals = refusals_of(spec, mapped)
    mapped.findings += refusals
    return refusals


def _write_books(spec: CorpusSpec, means: Means, mapped: Mapped) -> None:
    means.audit.mkdir()
    sources = [source.name for source in spec.sources]
    write_books(
        means.audit, mapped.tasks, mapped.parts, mapped.index, sources, mapped.findings, mapped.repeats
    )


def _refused(
    means: Means, target: Path, mapped: Mapped, refusals: Sequence[Finding], meter: Meter
) -> BuildRefused:
    """Put the audit folder in place, and the refusal as an error."""
    # While an earlier release stands, the audit folder beside it is that release's own.
    audit = layout.refused_folder(target) if target.exists() else layout.audit_folder(target)
    sync_tree(means.audit)
    publish(means.audit, audit)
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


def _write(spec: CorpusSpec, parts: Parts, mapped: Mapped, key: str) -> dict[str, Any]:
    """Write data and books, and give what the manifest says of them."""
    means, size = parts.means, sum(item.bytes for item in mapped.inputs)
    given_up = Event()

    def tell(phase: str, done: int, total: int, records: int) -> None:
        means.tell(phase, done, total, records)
        if books.done() and (error := books.exception()) is not None:
            raise error

    with ThreadPoolExecutor(1) as beside:  # while others write shards, this process has little to do
        books = beside.submit(_beside, spec, means, mapped, given_up)
        try:
            written = write_files(means._replace(tell=tell), parts, mapped.index, spec.output, size)
            content = books.result()
        finally:
            given_up.set()
    facts = _facts(mapped, content, [each.shard for each in written if each.split is not None]) | {
        "files": [entry for each in written for entry in each.entries]
    }
    keep_outcome(means, key, facts, written)
    return facts


class _Watched(list[Part]):
    """Parts, to be gone through until the build is given up."""

    def __init__(self, parts: Sequence[Part], given_up: Event) -> None:
        super().__init__(parts)
        self.given_up = given_up

    def __iter__(self) -> Iterator[Part]:
        for part in super().__iter__():
            if self.given_up.is_set():
                raise InterruptedError
            yield part


def _beside(spec: CorpusSpec, means: Means, mapped: Mapped, given_up: Event) -> str:
    """Write the audit folder; gives the content id. Between two parts it ends where the build has been given up."""
    mapped = dataclasses.replace(mapped, parts=_Watched(mapped.parts, given_up))
    _write_books(spec, means, mapped)
    return content_id(mapped.index, mapped.parts, means.stage / "digests")


def _facts(mapped: Mapped, content: str, shards: Sequence[Shard]) -> dict[str, Any]:
    """What is counted."""
    statistics = Statistics()
    for shard in shards:
        statistics.merge(shard.statistics)
    records = _records_by_input(mapped)
    rule = manifests.config_rule(mapped.index.partitions.values, manifests.permissive(mapped.licensing))
    unions = rule["unions"]
    return {
        "content_id": content,
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
        "licensing": dict(mapped.licensing),
        "configs": manifests.by_config(
            ((s.name, s.split, s.rows) for s in shards), mapped.index.splits, unions
        ),
        "config_rule": rule,
        "arrow_bytes": manifests.by_config(((s.name, s.split, s.arrow_bytes) for s in shards), (), unions),
        "statistics": statistics.as_dict(),
        "edits": _edits(mapped),
        "waterfall": waterfall(mapped.index, mapped.parts, list(mapped.accounts)),
        "findings": mapped.kinds(),
    }


def _finish(
    folder: Path, spec: CorpusSpec, schema: ArticleSchema, facts: Mapping[str, Any]
) -> dict[str, Any]:
    """Write the schema and the documents, and give the manifest."""
    (folder / layout.ARTICLE_SCHEMA).parent.mkdir(parents=True)
    (folder / layout.ARTICLE_SCHEMA).write_bytes(schema.to_json())
    files = [manifests.file_entry(folder, layout.ARTICLE_SCHEMA, "schema"), *facts["files"]]
    for name, data in form_documents(schema.arrow, facts["files"]).items():
        (folder / name).write_bytes(data)
        files.append(manifests.file_entry(folder, name, ARROW_STATE))
    return add_documents(folder, {**manifests.facts(spec, schema), **facts, "files": files})


def _edits(mapped: Mapped) -> dict[str, dict[str, dict[str, int]]]:
    sources: dict[str, EditCounts] = {name: {} for name in mapped.accounts}
    for task, part in zip(mapped.tasks, mapped.parts, strict=True):
        add_edits(sources[task.source.name], part.edits)
    return edits_stated(sources)


def add_documents(folder: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Render the documents of a release into its folder and give the manifest with their entries."""
    # As it will be read back: what is rendered from it then is what anyone renders from the file.
    manifest = json.loads(manifests.canonical(manifest))
    entries = [entry for entry in manifest["files"] if entry["role"] not in ROLES]
    for name, (role, text) in render_documents(manifest).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
        entries.append(manifests.file_entry(folder, name, role))
    return {**manifest, "files": list(manifests.sorted_files(entries))}


def _records_by_input(mapped: Mapped) -> Counter[str]:
    counts: Counter[str] = Counter({item.name: 0 for item in mapped.inputs})
    for task, part in zip(mapped.tasks, mapped.parts, strict=True):
        for piece, records in zip(task.pieces, part.records, strict=True):
            counts[piece.name] += records
    return counts

"""The bill of lading: files, digests, rows, inputs, accounts, statistics, versions."""

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from corpuskit import layout, licenses, partitions, splits, timestamps
from corpuskit import licensing as licensing_rules
from corpuskit.digests import file_sha256
from corpuskit.errors import SpecError
from corpuskit.provenance import Limits, Source
from corpuskit.readers import READERS
from corpuskit.resources import read_json
from corpuskit.schema import ArticleSchema, card_feature
from corpuskit.spec import CorpusSpec, Splits, text_codec
from corpuskit.validation import compile_schema

# Whatever changes the bytes of a release without a change of inputs or spec.
_VERSIONS = ("corpuskit", "pyarrow", "jsonschema-rs", "langcodes", "license-expression", "orjson")
# What of a source decides no byte of an article.
_UNREAD = frozenset({"rank", "max_loss"})


def canonical(value: Any) -> bytes:
    """Canonical JSON: keys sorted, no white space, UTF-8 (RFC 8785 for the values that a manifest holds)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def facts(spec: CorpusSpec, schema: ArticleSchema) -> dict[str, Any]:
    """What the manifest says of the spec and the schema, before anything is counted."""
    rule = splits.rule(spec.splits.shares, spec.splits.salt, spec.splits.by, spec.splits.field)
    given = {source.name: source.split for source in spec.sources if source.split is not None}
    return {
        "manifest_version": 1,
        "name": spec.name,
        "version": spec.version,
        "corpus": dict(spec.corpus),
        "sources": sources(spec),
        "columns": columns(schema),
        "hub": dict(spec.hub),
        "card": dict(spec.card),
        "schema_sha256": schema.sha256(),
        "spec_sha256": spec.sha256(),
        "limits": dataclasses.asdict(spec.limits),
        "dedup": {"exact": list(spec.dedup.exact), "within": spec.dedup.within},
        "split_rule": rule | ({"given": given} if given else {}) | {"text": list(schema.text)},
        "versions": versions(),
    }


def split_rule_of(stated: Mapping[str, Any]) -> dict[str, Any]:
    """What a manifest must say of the split rule, by the shares, field, key and splits given that it states."""
    rule = splits.rule(
        stated.get("shares"), stated.get("salt", ""), stated.get("by", "text"), stated.get("field")
    )
    return rule | {name: stated[name] for name in ("given", "text") if name in stated}


def versions() -> dict[str, str]:
    """The versions, here and now, of what decides the bytes of a release."""
    return {name: version(name) for name in _VERSIONS}


def sources(spec: CorpusSpec) -> list[dict[str, Any]]:
    """The terms and origin of each source, as the manifest states them."""
    return [_source(source) for source in spec.sources]


def _source(source: Source) -> dict[str, Any]:
    """A source's terms and origin, and how its files are read: all that the curator stated."""
    usual = {f.name: f.default for f in dataclasses.fields(source)}
    told = dataclasses.asdict(source)
    return {name: value for name, value in told.items() if value != usual[name] and name not in _UNREAD}


def spec_of(manifest: Mapping[str, Any], root: Path) -> CorpusSpec:
    """What a manifest says of the spec of its build, with the inputs below `root`: enough to read the inputs again.

    Deduplication, output and licensing are the usual ones: they decide which articles are published, and change none.
    Raises SpecError where a source is told in a way that this version of corpuskit does not know.
    """
    try:
        sources = tuple(_told_source(told, rank) for rank, told in enumerate(manifest["sources"]))
        limits = Limits(**manifest.get("limits", {}))
    except (TypeError, ValueError, KeyError) as error:
        cause = f"says of its sources what this version of corpuskit does not know: {error}."
        hint = f"Use corpuskit {manifest['versions'].get('corpuskit')}, which made it."
        raise SpecError(cause, layout.MANIFEST, None, hint) from error
    rule = manifest["split_rule"]
    return CorpusSpec(
        root=root,
        file=layout.MANIFEST,
        corpus=manifest["corpus"],
        sources=sources,
        text=tuple(rule["text"]),
        splits=Splits(field=rule.get("field")),
        limits=limits,
    )


def _told_source(told: Mapping[str, Any], rank: int) -> Source:
    source = Source(rank=rank, **{name: _frozen(value) for name, value in told.items()})
    if source.encoding is not None and text_codec(source.encoding) is None:
        raise ValueError(f"the encoding {source.encoding!r}")
    if source.reader is not None and source.reader not in READERS:
        raise ValueError(f"the reader {source.reader!r}")
    if source.timezone is not None:
        timestamps.zone(source.timezone)
    return source


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def columns(schema: ArticleSchema) -> list[dict[str, Any]]:
    """Name, hub feature and description of each column."""
    return [_column(name, schema) for name in schema.columns]


def _column(name: str, schema: ArticleSchema) -> dict[str, Any]:
    properties = schema.document.get("properties", {})
    described = properties.get(name) or read_json("article.schema.json")["properties"].get(name) or {}
    feature = {key: value for key, value in card_feature(name, schema.columns[name]).items() if key != "name"}
    text = described.get("description", "") if isinstance(described, dict) else ""
    return {"name": name, "type": feature, "description": text}


def file_entry(folder: Path, name: str, role: str, **more: Any) -> dict[str, Any]:
    """The manifest's line for a file, digest and size taken from the bytes on the disk."""
    sha256, size = file_sha256(folder / name)
    return {"path": name, "bytes": size, "sha256": sha256, "role": role, **more}


def account_table(accounts: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    """The accounts of all sources, with their total."""
    names = ("in", "kept", "rejected", "duplicate", "removed")
    total = {name: sum(account[name] for account in accounts.values()) for name in names}
    return {"total": total, "sources": {name: dict(account) for name, account in accounts.items()}}


def by_config(
    counted: Iterable[tuple[str, str, int]],
    splits: Iterable[str] = (),
    unions: Mapping[str, Iterable[str]] | None = None,
) -> dict[str, dict[str, int]]:
    """Sums by config and split over (path, split, number) of data files; every split of `splits` is stated.

    `unions` are configs that hold those of others, as `config_rule` names them.
    """
    zeros = dict.fromkeys(splits, 0)
    table = {partitions.DEFAULT: dict(zeros)}
    for path, split, number in counted:
        for config in partitions.configs_of(layout.partition_of(path), unions):
            sums = table.setdefault(config, dict(zeros))
            sums[split] = sums.get(split, 0) + number
    return table


def config_rule(values: Mapping[str, Iterable[str | None]], permissive: Iterable[str] = ()) -> dict[str, Any]:
    """Which fields configs are made of, the value of each config, and the configs that are unions of others.

    `permissive` are the licences whose articles make up the config of that name; there is none without an article.
    """
    named = {partitions.config_name(name, value): value for name, found in values.items() for value in found}
    wanted = set(permissive).intersection(values.get("license", ()))
    members = sorted(partitions.config_name("license", value) for value in wanted)
    unions = {partitions.PERMISSIVE: members} if members else {}
    return {"fields": list(values), "values": named, "unions": unions}


def edit_counts(edits: Mapping[str, Mapping[str, Mapping[str, int]]]) -> dict[str, dict[str, int]]:
    """How many edits each transform made to the records of each source, from what the manifest says of edits."""
    return {s: {name: told["edits"] for name, told in each.items()} for s, each in edits.items()}


def licensing_of(manifest: Mapping[str, Any], statistics: Mapping[str, Any]) -> dict[str, Any]:
    """What a manifest must say of licensing, by its own statements and the statistics of its articles."""
    said, told = manifest["licensing"], manifest["sources"]
    stated = licensing_rules.licensing_of(said["rule"])
    rule = licensing_rules.rule_of(stated, manifest["corpus"]["license"], told)
    articles = {name: source["licenses"] for name, source in statistics["by_source"].items()}
    return licenses.aggregate(articles, edit_counts(manifest["edits"]), told, rule)


def folder_globs(manifest: Mapping[str, Any], config: str, split: str) -> list[str]:
    """The globs of the folders below `data/` that hold a config's rows of a split: several where it is a union.

    Each finds a file, since loaders take one that does not for an error.
    """
    rule, configs = manifest["config_rule"], manifest["configs"]
    members = rule["unions"].get(config, [config])
    return [partitions.pattern(member, rule["fields"]) for member in members if configs[member][split]]


def permissive(licensing: Mapping[str, Any]) -> list[str]:
    """The licences of kept articles that permit commercial use and changed versions, without share-alike."""
    return [name for name, told in licensing["terms"].items() if told["permissive"]]


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> str:
    """Write the manifest and its sidecar; returns the release's root digest."""
    data = canonical(manifest)
    root = hashlib.sha256(data).hexdigest()
    (folder / layout.MANIFEST).write_bytes(data)
    (folder / layout.SIDECAR).write_bytes(sidecar(root))
    return root


def sidecar(root: str) -> bytes:
    """The bytes of the sidecar for a root digest."""
    return f"{root}  {layout.MANIFEST}\n".encode()


def broken_rules(manifest: Any) -> list[str]:
    """What is wrong with a manifest against its schema, in sentences."""
    return [
        violation.message for violation in compile_schema(read_json("manifest.schema.json")).explain(manifest)
    ]


def sorted_files(entries: Iterable[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """File entries by path."""
    return sorted(entries, key=lambda entry: str(entry["path"]))

"""The bill of lading: files, digests, rows, inputs, accounts, statistics, versions."""

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from corpuskit import layout, partitions, splits
from corpuskit.digests import file_sha256
from corpuskit.provenance import Source
from corpuskit.resources import read_json
from corpuskit.schema import ArticleSchema, card_feature
from corpuskit.spec import CorpusSpec
from corpuskit.validation import compile_schema

# Whatever changes the bytes of a release without a change of inputs or spec.
_VERSIONS = ("corpuskit", "pyarrow", "jsonschema-rs", "langcodes", "license-expression", "orjson")
_PRIVATE = frozenset({"rank", "files", "max_loss"})


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
        "sources": [_source(source) for source in spec.sources],
        "columns": columns(schema),
        "hub": dict(spec.hub),
        "card": dict(spec.card),
        "schema_sha256": schema.sha256(),
        "spec_sha256": spec.sha256(),
        "split_rule": rule | ({"given": given} if given else {}) | {"text": list(schema.text)},
        "versions": {name: version(name) for name in _VERSIONS},
    }


def _source(source: Source) -> dict[str, Any]:
    """A source's terms and origin, as far as the curator stated them."""
    usual = {f.name: f.default for f in dataclasses.fields(source)}
    told = dataclasses.asdict(source)
    return {name: value for name, value in told.items() if value != usual[name] and name not in _PRIVATE}


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
    counted: Iterable[tuple[str, str, int]], splits: Iterable[str] = ()
) -> dict[str, dict[str, int]]:
    """Sums by config and split over (path, split, number) of data files; every split of `splits` is stated."""
    zeros = dict.fromkeys(splits, 0)
    table = {partitions.DEFAULT: dict(zeros)}
    for path, split, number in counted:
        for config in partitions.configs_of(layout.partition_of(path)):
            sums = table.setdefault(config, dict(zeros))
            sums[split] = sums.get(split, 0) + number
    return table


def config_rule(values: Mapping[str, Iterable[str | None]]) -> dict[str, Any]:
    """Which fields configs are made of, and the value of each config, as the manifest states it."""
    named = {partitions.config_name(name, value): value for name, found in values.items() for value in found}
    return {"fields": list(values), "values": named}


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

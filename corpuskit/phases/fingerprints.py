"""Fingerprints: the keys under which the cache holds parts, shards and outcomes, from all that decides their bytes.

What is left out of one must not matter to what it names; what is in it without mattering costs work, and no truth.
"""

import dataclasses
import hashlib
import zoneinfo
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from corpuskit.cache import key_of
from corpuskit.digests import file_sha256
from corpuskit.findings import Finding
from corpuskit.phases.index import AT_ONCE
from corpuskit.phases.map import MapContext
from corpuskit.phases.parts import Part
from corpuskit.phases.plan import Input, MapTask
from corpuskit.phases.provenance import Origins, ProvenanceTask
from corpuskit.phases.write import ShardTask
from corpuskit.provenance import Source
from corpuskit.resources import made_with
from corpuskit.schema import ArticleSchema
from corpuskit.spec import CorpusSpec
from corpuskit.transforms import Repeats

# Raised when entries of another form are written.
_FORMAT = 1
# What a source says and no part holds.
_UNREAD = frozenset(
    ("rank", "files", "max_loss", "publisher", "homepage", "collected", "collection", "terms", "license_url",
     "license_evidence", "claims", "conditions", "tdm_opt_out", "term", "credit")
)  # fmt: skip


def part_keys(tasks: Sequence[MapTask], context: MapContext) -> list[str]:
    """The key of each task's part.

    Places in a part count from the start of its piece: where that lies in its file is not in the key, so that what
    is inserted before a slice leaves its part as it is.
    """
    shared = key_of(
        _FORMAT, made_with(), _schema(context.schema), context.limits, context.dedup, context.splits
    )
    origins: dict[str, str] = {}
    for source in (task.source for task in tasks):
        if source.name not in origins:
            origins[source.name] = key_of(*_origin(source, context.repeats.get(source.name)))
    return [
        key_of(shared, origins[task.source.name], task.reader,
               [[p.name, p.identifier, p.start == 0, p.sha256] for p in task.pieces])
        for task in tasks
    ]  # fmt: skip


def _schema(schema: ArticleSchema) -> list[Any]:
    return [schema.sha256(), schema.text, schema.is_article]


def _origin(source: Source, repeats: Repeats | None) -> list[Any]:
    said = {name: value for name, value in dataclasses.asdict(source).items() if name not in _UNREAD}
    # The blocks are for people to read: what is cut hangs on the rest.
    learned = None if repeats is None else dataclasses.replace(repeats, blocks=())
    return [said, learned, _zone(source.timezone)]


def _zone(name: str | None) -> str | None:
    """The digest of a time zone in the system's own database, which comes before that of the package."""
    paths = (Path(folder, name) for folder in zoneinfo.TZPATH) if name else ()
    return next((file_sha256(path)[0] for path in paths if path.is_file()), None)


def shard_keys(tasks: Sequence[ShardTask], parts: Sequence[Part]) -> list[str]:
    """The key of each shard: it holds these rows in this order, whatever parts they come from."""
    if not tasks:
        return []
    folders = {part.folder: part for part in parts}

    @lru_cache(maxsize=1)  # rows come part by part
    def digests(folder: Path) -> Any:
        column = folders[folder].table("ledger").select(["reason", "record_digest"])
        return column.filter(pc.is_null(column["reason"]))["record_digest"].combine_chunks()

    shared = key_of(_FORMAT, made_with(), _schema(tasks[0].schema))
    keys = []
    for task in tasks:
        taken = hashlib.sha256()
        for folder, chosen in task.rows:
            for first in range(0, len(chosen), AT_ONCE):
                some = digests(folder).take(pa.array(chosen[first : first + AT_ONCE]))
                taken.update(some.buffers()[1])
        keys.append(key_of(shared, taken.hexdigest(), task.group_ends, task.compression, task.forms))
    return keys


def provenance_keys(tasks: Sequence[ProvenanceTask], keys: Mapping[Path, str]) -> list[str]:
    """The key of each provenance file, by those of the parts in their folders: these records, at these places."""
    shared = key_of(_FORMAT, made_with())
    return [key_of(shared, [_taken(origins, keys) for origins in task.origins]) for task in tasks]


def _taken(origins: Origins, keys: Mapping[Path, str]) -> list[Any]:
    places = [[piece.start, piece.first_line] for piece in origins.task.pieces]
    return [
        keys[origins.part.folder],
        places,
        origins.first,
        hashlib.sha256(origins.kept.tobytes()).hexdigest(),
    ]


def outcome_key(
    spec: CorpusSpec, schema: ArticleSchema, inputs: Sequence[Input], notes: Sequence[Finding]
) -> str:
    """The key of all that a build makes of these inputs but for documents and manifest, which say more of the spec.

    `notes` are the findings about the schema, which hang on more than the schema that is published.
    """
    said = {f.name: getattr(spec, f.name) for f in dataclasses.fields(spec)}
    # What findings and the aggregate of licences hang on.
    corpus = [spec.corpus.get(name) for name in ("languages", "license", "released")]
    for name in ("root", "corpus", "hub", "card"):
        del said[name]
    zones = [_zone(source.timezone) for source in spec.sources]
    read = [[item.source, item.name, item.sha256] for item in inputs]
    return key_of(_FORMAT, made_with(), said, corpus, _schema(schema), zones, read, notes)

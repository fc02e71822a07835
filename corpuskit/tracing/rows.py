"""Where a published row stands, what it holds, and that it is one of those the content id was taken over."""

import hashlib
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.compute as pc

from corpuskit import parquet
from corpuskit.audit.rows import plain_rows
from corpuskit.digests import ProofStep, inclusion_proof, proven_root, row_encoder
from corpuskit.schema import ArticleSchema
from corpuskit.tracing.books import Books, Line, readable


class Standing(NamedTuple):
    """A row where it stands: its data file, its row group and its row there, both from 0.

    In `values` instants are microseconds since 1970, UTC; `instants` are the columns of such.
    """

    path: str
    row_group: int
    row: int
    values: dict[str, Any]
    digest: bytes
    instants: frozenset[str]


class Proof(NamedTuple):
    """That a record digest is leaf number `leaf`, from 0, of the Merkle tree whose root is the content id."""

    record_digest: str
    leaf: int
    leaves: int
    steps: Sequence[ProofStep]
    root: str


def find_row(
    release: Path, manifest: Mapping[str, Any], schema: ArticleSchema, line: Line
) -> Standing | None:
    """The published row of a kept record, None where no data file has it."""
    data = [entry for entry in manifest["files"] if entry["role"] == "data"]
    data.sort(key=lambda entry: entry.get("split") != line["split"])  # there first
    for entry in data:
        with readable(entry["path"]), parquet.opened(release / entry["path"]) as file:
            for group in range(file.num_row_groups):
                keys = file.read_row_group(group, columns=["source", "id"])
                own = pc.and_(pc.equal(keys["source"], line["source"]), pc.equal(keys["id"], line["id"]))
                at = pc.index(own, True).as_py()
                if at < 0:
                    continue
                values = next(plain_rows(file.read_row_group(group).slice(at, 1)))
                digest = hashlib.sha256(row_encoder(schema.columns)(values)).digest()
                return Standing(entry["path"], group, at, values, digest, schema.instants)
    return None


def sorted_digests(books: Books) -> list[bytes]:
    """The record digests of all rows, by the release's provenance, in ascending order."""
    digests: list[bytes] = []
    for table in books.origins():
        digests += map(bytes.fromhex, table["record_digest"].to_pylist())
    digests.sort()
    return digests


def prove(digests: Sequence[bytes], digest: bytes) -> Proof | None:
    """The proof that a record digest is one of those of a release, in ascending order; None where it is not."""
    try:
        steps = inclusion_proof(digests, digest)
    except ValueError:
        return None
    root = proven_root(digest, steps)
    return Proof(digest.hex(), bisect_left(digests, digest), len(digests), steps, root)

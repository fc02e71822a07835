"""Digests against committed vectors, so that a change of the rules cannot pass unnoticed."""

import hashlib
import json
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.digests import (
    file_sha256,
    id_digest,
    inclusion_proof,
    merkle_root,
    proven_root,
    record_id,
    row_encoder,
)
from corpuskit.shapes import Shape

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_bytes())


def _shape(told: Any) -> Shape:
    if isinstance(told, str):
        return Shape(told)  # type: ignore[arg-type]
    if isinstance(told, list):
        return Shape("list", item=_shape(told[0]))
    return Shape("object", members={name: _shape(sub) for name, sub in told.items()})


@pytest.mark.parametrize("vector", VECTORS["records"], ids=lambda v: v["name"])
def test_record_digest_vectors(vector: dict[str, Any]) -> None:
    """The bytes and the digest of a row are those of the committed vectors."""
    encode = row_encoder({name: _shape(told) for name, told in vector["shapes"].items()})
    encoded = encode(vector["row"])
    assert encoded.hex() == vector["bytes"]
    assert hashlib.sha256(encoded).hexdigest() == vector["record_digest"]


@pytest.mark.parametrize("vector", VECTORS["roots"], ids=lambda v: v["name"])
def test_content_id_vectors(vector: dict[str, Any]) -> None:
    """The Merkle root over record digests is that of the committed vectors, in any order of the digests."""
    digests = [bytes.fromhex(d) for d in vector["record_digests"]]
    assert merkle_root(digests) == merkle_root(reversed(digests)) == vector["content_id"]


def test_encoding_by_hand() -> None:
    """The documented encoding, written out once by hand, is what the encoder gives."""

    def long(n: int) -> bytes:
        return struct.pack(">Q", n)

    expected = long(1) + b"a" + b"s" + long(2) + "é".encode() + long(1) + b"b" + b"n"
    assert row_encoder({"b": Shape("integer"), "a": Shape("string")})({"a": "é", "b": None}) == expected


def test_values_of_different_types_never_share_an_encoding() -> None:
    """Null differs from empty, 1 from 1.0, from "1", from true and from the instant 1."""
    kinds = {"string": "1", "integer": 1, "number": 1.0, "boolean": True, "instant": 1}
    encoded = {row_encoder({"x": Shape(kind)})({"x": value}) for kind, value in kinds.items()}  # type: ignore[arg-type]
    encoded |= {row_encoder({"x": Shape("string")})({"x": value}) for value in (None, "")}
    encoded |= {
        row_encoder({"x": Shape("list", Shape("string"))})({"x": value}) for value in ([], [""], [None])
    }
    assert len(encoded) == 10


@given(st.lists(st.dictionaries(st.sampled_from("ab"), st.text(max_size=3)), min_size=2, max_size=2))
def test_encoding_is_injective(rows: list[dict[str, str]]) -> None:
    """Two rows have the same encoding only if they are equal, missing and null being the same."""
    encode = row_encoder({"a": Shape("string"), "b": Shape("string")})
    first, second = ({name: row.get(name) for name in "ab"} for row in rows)
    assert (encode(first) == encode(second)) == (first == second)


def test_record_id_is_128_bits_of_source_and_bytes() -> None:
    """A derived id depends on the source and on the raw bytes, and on nothing else."""
    assert record_id("s", b"{}") == hashlib.sha256(b"s\0{}").hexdigest()[:32]
    assert record_id("s", b"{}") != record_id("t", b"{}")


def test_file_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    """A file's digest and size are those of its bytes, an empty file included."""
    for data in (b"", b"x" * 3_000_000):
        path = tmp_path / "f"
        path.write_bytes(data)
        assert file_sha256(path) == (hashlib.sha256(data).hexdigest(), len(data))


def test_id_digest_is_sha256_of_the_id() -> None:
    """The digest that ranks equal articles is sha256 of the id's UTF-8."""
    assert id_digest("é") == hashlib.sha256("é".encode()).digest()


@pytest.mark.parametrize("vector", VECTORS["proofs"], ids=lambda v: v["name"])
def test_inclusion_proof_vectors(vector: dict[str, Any]) -> None:
    """The proof that a record digest is among others is that of the committed vectors, and leads to the root."""
    digests = sorted(bytes.fromhex(d) for d in vector["record_digests"])
    digest = bytes.fromhex(vector["record_digest"])
    proof = inclusion_proof(digests, digest)
    assert [list(step) for step in proof] == vector["proof"]
    assert proven_root(digest, proof) == vector["content_id"] == merkle_root(digests)


@given(st.integers(1, 70), st.data())
def test_every_leaf_is_proven_and_no_other(count: int, data: st.DataObject) -> None:
    """Each record digest has a proof that leads to the root; with another digest it leads elsewhere."""
    digests = sorted(hashlib.sha256(bytes([n])).digest() for n in range(count))
    index = data.draw(st.integers(0, count - 1))
    proof = inclusion_proof(digests, digests[index])
    assert proven_root(digests[index], proof) == merkle_root(digests)
    absent = hashlib.sha256(b"absent").digest()
    assert proven_root(absent, proof) != merkle_root(digests)
    with pytest.raises(ValueError, match=absent.hex()):
        inclusion_proof(digests, absent)

"""Accounting: what a build says became of every record is what an oracle of our own computes."""

import bz2
import gzip
import json
import lzma
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import oracle
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import corpuskit

TEXTS = [
    "Isi satu.", "Isi dua.", "Isi dua. ", "Isi\u00a0satu.", "Isi satu.\u200b", "Kafe\u0301.", "Kaf\u00e9.",
    "baris\nbaris.", "\u2028tiga.", "\U0001f600.", "nol\u0000.",
]  # fmt: skip
BROKEN = [
    b"rusak", b"{", b'{"text": "a"} {"text": "b"}', b'{"text": "a", "text": "b"}', b"[1]", b'"text"', b"null",
    b'{"text": NaN}', b'{"text": "\\ud800."}', b'{"text": "\xff."}', b'{"text": 1}', b'{"text": "  "}',
    b'{"id": 7, "text": "Isi satu."}', b'{"id": "", "text": "Isi satu."}', b'{"id": "1", "title": ["a"], "text": "b"}',
    b'{"judul": "tanpa teks"}', b'\xef\xbb\xbf{"text": "a"}', b"\x00", b'{"text": "a\tb"}', b'{"text": null}',
]  # fmt: skip
BLANK = [b"", b" ", b"\t ", b"\r"]


def zstd(data: bytes) -> bytes:
    """Bytes as one zstd frame."""
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(data)
    return bytes(sink.getvalue())


def unzstd(data: bytes) -> bytes:
    """The bytes in a zstd stream."""
    return bytes(pa.CompressedInputStream(pa.BufferReader(data), "zstd").read())


PACK: dict[str, Callable[[bytes], bytes]] = {
    "": bytes, ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zst": zstd,
}  # fmt: skip

articles = st.fixed_dictionaries(
    {"text": st.sampled_from(TEXTS)},
    optional={
        "id": st.sampled_from(["1", "2", "3", "ß/4", "007", None]),
        "title": st.sampled_from(["Judul", "", None, "e\u0301"]),
        "license": st.sampled_from(["MIT", "CC0-1.0"]),
        "authors": st.lists(st.sampled_from(["Ani", "Budi"]), max_size=2),
        "kelompok": st.sampled_from(["a", "b", "c"]),
        "source": st.just("asal"),
        "extra": st.just({"a": [1, None]}),
        "n": st.sampled_from([1, 2**70, "x", 1.5, [], {"b": "\u00e9"}]),
    },
).map(lambda record: json.dumps(record, ensure_ascii="n" in record).encode())
records = articles | st.sampled_from(BROKEN)
lines = st.lists(records | st.sampled_from(BLANK), max_size=12)
mark = st.sampled_from([b"", b"", oracle.BOM])
jsonl_files = st.tuples(lines, st.sampled_from([b"\n", b"\r\n"]), mark, st.booleans()).map(
    lambda t: (".jsonl", t[2] + t[1].join(t[0]) + (t[1] if t[3] else b""))
)
# In an array a record that unbalances its brackets or quotes takes the file with it; these stand alone.
elements = articles | st.sampled_from([r for r in BROKEN if r not in {b"{", b'"text"'} and b"} {" not in r])
json_files = st.tuples(st.lists(elements, max_size=6), st.sampled_from([b",", b" ,\n  "]), mark).map(
    lambda t: (".json", t[2] + b"[\n" + t[1].join(t[0]) + b"]\n")
) | articles.map(lambda raw: (".json", raw))


@st.composite
def text_files(draw: Any) -> tuple[str, bytes]:
    """A text file of the plain layout, or one that holds no article."""
    if draw(st.integers(0, 5)) == 0:
        return ".txt", draw(
            st.sampled_from([b"", b"\n \n", b"Judul saja", b"Judul\n\nIsi \xff.", b"\xef\xbb\xbf"])
        )
    paragraphs = ["Judul", *draw(st.sampled_from([[], ["2017-12-19 13:16:05"]]))]
    paragraphs += draw(st.lists(st.sampled_from(["Isi satu.", "Isi dua.", "Kafe\u0301."]), min_size=1))
    gap = draw(st.sampled_from(["\n\n", "\n\n\n", "\n \t\n"]))
    text = gap.join(paragraphs) + draw(st.sampled_from(["", "\n", "\n\n"]))
    return ".txt", draw(mark) + text.replace("\n", draw(st.sampled_from(["\n", "\r\n"]))).encode()


files = st.tuples(
    jsonl_files | json_files | text_files(), st.sampled_from(["a", "b", "sub/c"]), st.sampled_from([*PACK])
)
rules = st.builds(
    oracle.Rule,
    sources=st.sampled_from([("satu",), ("satu", "dua"), ("z", "\u00e9 [a]")]).map(
        lambda names: [oracle.SourceRule(name, f"s{rank}") for rank, name in enumerate(names)]
    ),
    shares=st.sampled_from(
        [{}, {"train": "0.5", "validation": "0.2", "test": "0.3"}, {"train": "0", "uji": "1"}]
    ),
    salt=st.sampled_from(["garam", "tiny"]),
    by=st.sampled_from(["text", "id", "kelompok"]),
    deny=st.sampled_from([frozenset(), frozenset({"MIT"})]),
)


def write_corpus(
    root: Path, rule: oracle.Rule, inputs: list[list[tuple[tuple[str, bytes], str, str]]]
) -> Path:
    """Write the input files of each source and the corpus.toml that says the rule."""
    toml = '[corpus]\nname = "tiny"\nversion = "1.0.0"\nlicense = "CC0-1.0"\n'
    for source, its_files in zip(rule.sources, inputs, strict=True):
        (root / source.folder).mkdir()
        (root / source.folder / "empty.jsonl").touch()
        for (suffix, data), stem, packing in its_files:
            path = root / source.folder / (stem + suffix + packing)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(PACK[packing](data))
        toml += (
            f"[[source]]\nname = {json.dumps(source.name)}\nfiles = [\"{source.folder}/**/*.*\"]\n"
            f'license = "{source.license}"\nlanguage = "{source.language}"\nmax_loss = 1\n'
        )  # fmt: skip
    if rule.deny:
        toml += f'[licensing]\ndeny = {json.dumps(sorted(rule.deny))}\non_conflict = "exclude"\n'
    if rule.shares:
        shares = ", ".join(f"{name} = {share}" for name, share in rule.shares.items())
        toml += f'[splits]\nshares = {{ {shares} }}\nby = "{rule.by}"\nsalt = "{rule.salt}"\n'
    (root / "corpus.toml").write_text(toml, encoding="utf-8")
    return root / "corpus.toml"


def table(path: Path) -> list[dict[str, Any]]:
    """The rows of a Parquet file, instants as integers."""
    found = pq.read_table(path)
    plain = [pa.field(f.name, pa.int64() if pa.types.is_timestamp(f.type) else f.type) for f in found.schema]
    return list(found.cast(pa.schema(plain)).to_pylist())


@settings(max_examples=50, deadline=None)
@given(rule=rules, data=st.data())
def test_a_build_is_what_the_oracle_computes(rule: oracle.Rule, data: st.DataObject) -> None:
    """Fates, accounts, splits, digests, rows and rejects of any corpus are those of the oracle."""
    inputs = [data.draw(st.lists(files, min_size=1, max_size=4)) for _ in rule.sources]
    with TemporaryDirectory() as folder:
        root = Path(folder)
        spec = write_corpus(root, rule, inputs)
        entries = list(oracle.read(rule, root, unzstd))
        oracle.decide(entries, rule)
        release = corpuskit.build(spec, root / "out")
        _check_ledger(release, entries)
        _check_accounts(release, rule, entries, root)
        _check_rows(release, rule, entries)
        _check_rejects(release, entries)
        _check_spans(release, rule, root)
        _check_edits(release, entries)
        assert [f for f in corpuskit.verify(release.path) if f.severity == "error"] == []


def _check_ledger(release: corpuskit.Release, entries: list[oracle.Entry]) -> None:
    ledger = table(release.audit / "ledger.parquet")
    expected = [entry.ledger() for entry in entries]
    assert [
        {name: row[name] for name in known} for row, known in zip(ledger, expected, strict=True)
    ] == expected
    for row, entry in zip(ledger, entries, strict=True):
        assert (row["reason"] is None) == (entry.fate == "kept")
        if entry.fate in {"duplicate", "removed"}:
            assert row["reason"] == entry.reason


def _check_accounts(
    release: corpuskit.Release, rule: oracle.Rule, entries: list[oracle.Entry], root: Path
) -> None:
    manifest = json.loads((release.path / "manifest.json").read_bytes())
    by_source = {s.name: [e for e in entries if e.source == s.name] for s in rule.sources}
    assert manifest["accounts"]["total"] == oracle.account(entries) == release.accounts
    assert manifest["accounts"]["sources"] == {name: oracle.account(own) for name, own in by_source.items()}
    for item in manifest["inputs"]:
        raw = (root / item["file"]).read_bytes()
        assert (item["bytes"], item["sha256"]) == (len(raw), oracle.sha256(raw))
        assert item["records"] == sum(entry.file == item["file"] for entry in entries)
    kept = [entry for entry in entries if entry.fate == "kept"]
    assert manifest["content_id"] == oracle.content_id(entry.digest or "" for entry in kept)
    told = {split: rows for split, rows in manifest["configs"]["default"].items() if rows}
    assert told == {split: sum(e.split == split for e in kept) for split in {e.split for e in kept}}


def _check_rows(release: corpuskit.Release, rule: oracle.Rule, entries: list[oracle.Entry]) -> None:
    """The published rows are the kept articles, in input order, and their digests those of the ledger."""
    for split in {*rule.shares, "train"}:
        rows = [row for shard in sorted(release.path.glob(f"data/{split}-*")) for row in table(shard)]
        kept = [entry for entry in entries if entry.split == split]
        assert rows == [entry.row for entry in kept]
        assert [oracle.record_digest(row) for row in rows] == [entry.digest for entry in kept]


def _check_rejects(release: corpuskit.Release, entries: list[oracle.Entry]) -> None:
    rejects = table(release.audit / "rejects.parquet")
    rejected = [entry for entry in entries if entry.fate == "rejected"]
    assert [(r["file"], r["offset"], r["raw"]) for r in rejects] == [
        (e.file, e.offset, e.raw) for e in rejected
    ]


def _check_spans(release: corpuskit.Release, rule: oracle.Rule, root: Path) -> None:
    """Spans do not overlap, lie where their digest says, and leave out nothing that is not blank."""
    spans: dict[str, list[dict[str, Any]]] = {}
    for row in table(release.audit / "ledger.parquet"):
        spans.setdefault(row["file"], []).append(row)
    for source in rule.sources:
        for path in (p for p in (root / source.folder).rglob("*.*") if p.is_file()):
            name, data = path.relative_to(root).as_posix(), oracle.unpacked(path, unzstd)
            left, at = b"", 3 if data.startswith(oracle.BOM) else 0
            for row in spans.get(name, []):
                start, end = row["offset"], row["offset"] + row["length"]
                assert oracle.sha256(data[start:end]) == row["sha256"]
                assert start >= at or path.name.partition(".")[2].startswith("txt")
                left, at = left + data[at:start], end
            left += data[at:]
            assert not left.strip() or (".json" in name and ".jsonl" not in name)


def _check_edits(release: corpuskit.Release, entries: list[oracle.Entry]) -> None:
    """Undoing the edits of a text file, from the last to the first, gives its bytes."""
    texts = {(e.source, e.id): e for e in entries if ".txt" in e.file and e.row}
    same = [e for e in entries if e.row and (e.source, e.id) in texts]
    edits = table(release.audit / "edits.parquet")
    for key, entry in texts.items():
        if sum((e.source, e.id) == key for e in same) > 1:
            continue  # edits are listed by id: of two articles with one id nobody can tell them apart
        data = (entry.row or {})["text"].encode()
        for edit in reversed([e for e in edits if (e["source"], e["id"]) == key]):
            start, inserted = edit["start"], edit["inserted"]
            assert data[start : start + len(inserted)] == inserted
            assert edit["end"] - start == len(edit["removed"])
            data = data[:start] + edit["removed"] + data[start + len(inserted) :]
        assert data == entry.raw


def _one_source(root: Path, files: dict[str, bytes], more: str = "") -> Path:
    (root / "s0").mkdir(parents=True)
    for name, data in files.items():
        (root / "s0" / name).write_bytes(data)
    spec = root / "corpus.toml"
    spec.write_text(
        '[corpus]\nname = "tiny"\nversion = "1.0.0"\nlicense = "CC0-1.0"\n'
        '[[source]]\nname = "satu"\nfiles = ["s0/*"]\nlicense = "CC-BY-4.0"\nlanguage = "id"\n' + more,
        encoding="utf-8",
    )
    return spec


def test_who_lost_to_a_loser_is_kept_by_the_winner(tmp_path: Path) -> None:
    """An article that lost its id to one that then lost its text names the one that is kept in the end."""
    lines = [json.dumps({"id": str(n // 2), "text": f"Isi {n * 7 % 20}."}).encode() for n in range(40)]
    first = [json.dumps({"id": f"x{n}", "text": f"Isi {n}."}).encode() for n in range(0, 20, 2)]
    rule = oracle.Rule([oracle.SourceRule("satu", "s0"), oracle.SourceRule("dua", "s1")])
    inputs = [[((".jsonl", b"\n".join(own)), "a", "")] for own in (first, lines)]
    spec = write_corpus(tmp_path, rule, inputs)
    entries = list(oracle.read(rule, tmp_path, unzstd))
    oracle.decide(entries, rule)
    assert any(entry.winner is not None and entry.winner.winner is not None for entry in entries)
    release = corpuskit.build(spec, tmp_path / "out")
    _check_ledger(release, entries)
    _check_rows(release, rule, entries)


def test_a_refused_build_accounts_for_every_record_too(tmp_path: Path) -> None:
    """Where more than max_loss is rejected nothing is released, and the ledger is as it would have been."""
    lines = [b'{"text": "Isi satu."}', *BROKEN, b'{"text": "Isi satu."}', b'{"text": "Isi dua."}']
    spec = _one_source(tmp_path, {"a.jsonl": b"\n".join(lines)}, "max_loss = 0.5\n")
    rule = oracle.Rule([oracle.SourceRule("satu", "s0")])
    entries = list(oracle.read(rule, tmp_path, unzstd))
    oracle.decide(entries, rule)
    with pytest.raises(corpuskit.BuildRefused) as refused:
        corpuskit.build(spec, tmp_path / "out")
    assert refused.value.outcome["accounts"] == oracle.account(entries)
    audit = tmp_path / "out" / "tiny-1.0.0.audit"
    assert refused.value.outcome["audit"] == str(audit)
    for row, entry in zip(table(audit / "ledger.parquet"), entries, strict=True):
        assert {name: row[name] for name in entry.ledger()} == entry.ledger()
    assert [row["raw"] for row in table(audit / "rejects.parquet")] == BROKEN
    assert not (tmp_path / "out" / "tiny-1.0.0").exists()


@pytest.mark.parametrize("packing", ["", ".gz", ".zst"])
def test_a_line_beyond_the_limit_costs_one_record(tmp_path: Path, packing: str) -> None:
    """Length and digest of an overlong line are those of the whole line, and its neighbours stay."""
    long = b'{"text": "' + b"panjang " * 700_000 + b'"}'
    data = b'{"id": "1", "text": "a"}\n' + long + b'\n{"id": "3", "text": "c"}\n' + long + b"\n"
    more = 'max_loss = 1\n[limits]\nline_bytes = "1MB"\n'
    spec = _one_source(tmp_path, {"a.jsonl" + packing: PACK[packing](data)}, more)
    release = corpuskit.build(spec, tmp_path / "out")
    told = [
        (r["offset"], r["length"], r["sha256"], r["fate"]) for r in table(release.audit / "ledger.parquet")
    ]
    lines = data.removesuffix(b"\n").split(b"\n")
    starts = [sum(len(line) + 1 for line in lines[:n]) for n in range(4)]
    assert told == [
        (start, len(line), oracle.sha256(line), fate)
        for start, line, fate in zip(starts, lines, ["kept", "rejected", "kept", "rejected"], strict=True)
    ]
    raws = [row["raw"] for row in table(release.audit / "rejects.parquet")]
    assert all(long.startswith(raw) and len(raw) >= 100 for raw in raws)


def test_places_count_from_the_start_of_a_big_file(tmp_path: Path) -> None:
    """Offsets, lines and digests of a file that is read in slices are those of the whole file."""
    filler = "isi " * 250_000
    lines = [f'{{"id": "{n}", "text": "{n} {filler}"}}'.encode() for n in range(70)]
    lines[10:10] = [b"", b"rusak"]
    lines[66:66] = [b" ", b"rusak juga", b"\r"]
    spec = _one_source(tmp_path, {"a.jsonl": b"\n".join(lines) + b"\n"}, "max_loss = 1\n")
    release = corpuskit.build(spec, tmp_path / "out")
    expected, start = [], 0
    for number, line in enumerate(lines, 1):
        if line.strip():
            expected.append((start, len(line), number, oracle.sha256(line)))
        start += len(line) + 1
    assert start > 64 << 20
    ledger = table(release.audit / "ledger.parquet")
    assert [(r["offset"], r["length"], r["line"], r["sha256"]) for r in ledger] == expected
    assert release.accounts == {"in": 72, "kept": 70, "rejected": 2, "duplicate": 0, "removed": 0}
    assert [row["raw"] for row in table(release.audit / "rejects.parquet")] == [b"rusak", b"rusak juga"]


@pytest.mark.parametrize("packing", [".gz", ".bz2", ".xz", ".zst"])
@pytest.mark.parametrize("damage", ["cut", "flipped", "empty"])
def test_a_damaged_stream_is_never_success(tmp_path: Path, packing: str, damage: str) -> None:
    """A packed file that is cut, corrupt or empty is named with exit code 3, and nothing is released."""
    data = bytearray(
        PACK[packing](b"".join(b'{"id": "%d", "text": "%d"}\n' % (n, n * n) for n in range(500)))
    )
    data[len(data) // 2] ^= 0x10 if damage == "flipped" else 0
    data = data[: {"cut": len(data) * 2 // 3, "flipped": len(data), "empty": 0}[damage]]
    spec = _one_source(tmp_path, {"a.jsonl" + packing: bytes(data), "b.jsonl": b'{"text": "baik"}\n'})
    with pytest.raises(corpuskit.DamagedInput, match=r"s0/a\.jsonl") as damaged:
        corpuskit.build(spec, tmp_path / "out")
    assert damaged.value.exit_code == 3
    assert [p.name for p in (tmp_path / "out").iterdir()] == [".tiny.lock"]


@pytest.mark.parametrize(
    "data", [b"", b"[", b'[{"text": "a"}', b'[{"text": "a"}] x', b'[{"text": "a}]', b"[1 2", b"{}}"]
)
def test_a_file_that_is_no_json_is_never_success(tmp_path: Path, data: bytes) -> None:
    """Where no record can be told from the next, the file is named with exit code 3, and nothing is released."""
    spec = _one_source(tmp_path, {"a.json": data, "b.jsonl": b'{"text": "baik"}\n'})
    with pytest.raises(corpuskit.InputError, match=r"s0/a\.json") as broken:
        corpuskit.build(spec, tmp_path / "out")
    assert broken.value.exit_code == 3
    assert [p.name for p in (tmp_path / "out").iterdir()] == [".tiny.lock"]

"""One article's way from bytes to row: told, proven, and gone again from the raw files."""

import bz2
import dataclasses
import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import article, jsonl, page

import corpuskit
from corpuskit.manifest import spec_of
from corpuskit.phases import plan
from corpuskit.tracing.way import shown

Shared = Callable[[str], Path]

PAGES = {f"raw/web/p{n}.txt": page(n, n) for n in range(1, 9)}

SPEC = """
[corpus]
name = "tiny"
version = "1.0.0"
license = "CC0-1.0"

[[source]]
name = "web"
files = ["raw/web/*.txt"]
license = "CC-BY-4.0"
license_url = "https://example.org/terms"
license_evidence = "footer, seen 2026-01-01"
publisher = "Warta"
language = "id"
timezone = "Asia/Jakarta"

[[source]]
name = "feed"
files = ["raw/feed/*"]
license = "CC-BY-SA-4.0"
language = "ID"
fields = { text = "isi", title = "/kepala/judul" }
title_suffix = " - Warta"
max_loss = 1.0

[[source]]
name = "tables"
files = ["raw/tables/*"]
license = "MIT"
language = "id"
max_loss = 1.0

[[source]]
name = "words"
files = ["raw/words/*.json"]
reader = "json"
records = "/entries"
license = "MIT"
language = "jv"
max_loss = 1.0

[[source]]
name = "old"
files = ["raw/old/**/*.json", "raw/old/latin/*.txt"]
license = "MIT"
language = "en"
encoding = "cp1252"

[splits]
shares = { train = 0.5, test = 0.5 }

[limits]
line_bytes = "4KiB"
"""


def _feed(n: int, **more: Any) -> dict[str, Any]:
    return {
        "id": str(n),
        "isi": f"Isi {n}.",
        "kepala": {"judul": f"Kepala {n} - Warta", "no": n},
        "n": 1.10,
        **more,
    }


def _table(rows: int) -> bytes:
    sink = pa.BufferOutputStream()
    columns = {
        "id": [f"u{n}" for n in range(rows)],
        "text": [f"Baris {n}" for n in range(rows)],
        "size": [7] * rows,
    }
    pq.write_table(pa.table(columns), sink)
    return bytes(sink.getvalue())


def _files() -> dict[str, bytes]:
    feed = [_feed(n) for n in range(6)]
    again = [_feed(9, isi="Isi 2."), b"{broken", _feed(4, isi="Lain sekali."), _feed(10, isi="x" * 5000)]
    return {
        **PAGES,
        "raw/feed/a.jsonl": b"\xef\xbb\xbf" + jsonl([*feed[:3], b"", *again]),
        "raw/feed/b.jsonl.gz": gzip.compress(jsonl(feed[3:5])),
        "raw/feed/c.jsonl.bz2": bz2.compress(jsonl([_feed(n, language="xx-what-is-this") for n in range(20, 23)])),
        "raw/feed/d.jsonl.zst": pa.compress(jsonl(feed[5:]), "zstd", asbytes=True),
        "raw/tables/t.csv": b'id;text;size\nc1;"Satu; dua\nbaris";3\nc2;Tiga;4\n\nc3;Empat\n',
        "raw/tables/u.parquet": _table(4),
        "raw/words/w.json": b'{"about": 1, "entries": [{"text": "Tembung"},\n {"text": "Liyane", "extra": [1.50]}, 7]}',
        "raw/old/deep/one.json": '{"text": "Caf\xe9 au lait", "authors": "Zo\xeb"}'.encode("cp1252"),
        "raw/old/latin/two.txt": "Title here\n\nA caf\xe9 \u2014 \u201cgood\u201d.\n".encode("cp1252"),
    }  # fmt: skip


def _built(folder: Path) -> corpuskit.Release:
    for name, data in _files().items():
        path = folder / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (folder / "in" / "corpus.toml").write_text(SPEC, encoding="utf-8")
    return corpuskit.build(folder / "in" / "corpus.toml", folder / "out", cache=False)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with raw files of every form in `in`, and their release in `out`; it is only read."""
    folder = tmp_path_factory.mktemp("traced")
    _built(folder)
    return folder


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    """The same to be changed."""
    shutil.copytree(whole, tmp_path / "copy")
    return tmp_path / "copy"


def _release(folder: Path) -> Path:
    return folder / "out" / "tiny-1.0.0"


def _audit(folder: Path) -> Path:
    return folder / "out" / "tiny-1.0.0.audit"


def _ledger(folder: Path) -> list[dict[str, Any]]:
    return list(pq.read_table(_audit(folder) / "ledger.parquet").to_pylist())


def _errors(findings: Any) -> list[tuple[str, str]]:
    return [(f.file, f.message) for f in findings if f.severity == "error"]


def _only(trace: corpuskit.Trace) -> dict[str, Any]:
    (record,) = trace.as_dict()["records"]
    return dict(record)


def _unpacked(path: Path) -> bytes:
    data = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(data)
    if path.suffix == ".bz2":
        return bz2.decompress(data)
    if path.suffix == ".zst":
        return bytes(pa.CompressedInputStream(pa.BufferReader(data), "zstd").read())
    return data


def _rebuilt(raw: bytes, edits: list[dict[str, Any]]) -> bytes:
    """What edits make of bytes, by the rule of docs/tracing.md alone."""
    for edit in edits:
        assert raw[edit["start"] : edit["end"]] == edit["removed"]
        raw = raw[: edit["start"]] + edit["inserted"] + raw[edit["end"] :]
    return raw


# --- a whole release, replayed ---


def test_every_record_of_every_form_comes_out_equal(whole: Path) -> None:
    """All records of all readers are read again, and every row, fate and edit is the same."""
    ledger = _ledger(whole)
    assert {"kept", "rejected", "duplicate"} <= {line["fate"] for line in ledger}
    replayed = corpuskit.replay(_release(whole), whole / "in")
    kept = sum(line["fate"] == "kept" for line in ledger)
    assert replayed.as_dict() == {
        "ok": True, "records": len(ledger), "articles": kept, "equal": kept, "different": 0, "unread": 0,
        "findings": [],
    }  # fmt: skip
    assert corpuskit.replay(_release(whole), whole / "in", jobs=2) == replayed


def test_navigation_was_learned_and_is_told(whole: Path) -> None:
    """The corpus of these tests has learned navigation, which navigation.json holds line by line."""
    told = json.loads((_audit(whole) / "navigation.json").read_bytes())["web"]
    assert "© 0 Situs Berita Kita" in told["lines"]["lines"]
    edits = pq.read_table(_audit(whole) / "edits.parquet").to_pylist()
    assert sum(e["transform"] == "navigation" and e["source"] == "web" for e in edits) == len(PAGES)


def test_published_copy_is_replayed_by_learning_again(copy: Path) -> None:
    """Without the audit folder the navigation is learned from the same files again, and every row comes out equal."""
    shutil.rmtree(_audit(copy))
    replayed = corpuskit.replay(_release(copy), copy / "in")
    assert [f.kind for f in replayed.findings] == ["no-audit"]
    assert replayed.ok
    assert (replayed.equal, replayed.different, replayed.unread) == (replayed.articles, 0, 0)
    trace = corpuskit.trace(_release(copy), "p3", raw=copy / "in")
    assert trace.ok
    assert "tiny-1.0.0.audit is not here" in trace.hidden[0]
    way = _only(trace)
    assert way["replay"] == {"equal": True, "findings": []}
    assert (way["edits"], way["findings"], way["problems"], way["duplicates"]) == (None, None, None, None)
    assert way["split"]["u"] == pytest.approx(_u(way["row"]["values"]["text"]))


def test_what_cannot_be_learned_again_is_said(copy: Path) -> None:
    """Without the audit folder, and with a page changed, the texts of its source cannot be replayed."""
    shutil.rmtree(_audit(copy))
    (copy / "in/raw/web/p1.txt").write_bytes(b"Another.\n")
    trace = corpuskit.trace(_release(copy), "p3", raw=copy / "in")
    assert not trace.ok
    assert (
        "what 'web' repeats at the ends of its texts cannot be known" in _errors(trace.ways[0].replayed)[0][1]
    )
    replayed = corpuskit.replay(_release(copy), copy / "in")
    assert replayed.unread == len(PAGES)
    assert replayed.equal == replayed.articles - len(PAGES)
    assert {file for file, _ in _errors(replayed.findings)} == {"raw/web/p1.txt", ""}


@pytest.mark.parametrize(
    ("data", "pattern", "source"),
    [
        ("id-news", "articles.jsonl.zst", ""),
        ("id-news", "sample-200.jsonl", 'title_suffix = " - Tempo"'),
        ("id-seed-txt/txt", "*.txt", 'language = "id"\ntimezone = "Asia/Jakarta"\nmax_loss = 0.3'),
        ("id-seed-txt/txt", "*.txt", 'language = "id"\nmax_loss = 0.3\nencoding_errors = "replace"\nbylines = "cut"'),
        ("multi-handbook", "pages.jsonl.zst", ""),
        ("banyumasan", "corpus.json", 'records = "/entries"\nlanguage = "jv"\nfields = { text = "ngapak" }'),
        ("en-speeches", "speeches.jsonl.zst", ""),
    ],
)  # fmt: skip
def test_real_corpora_come_out_equal(
    shared: Shared, tmp_path: Path, data: str, pattern: str, source: str
) -> None:
    """Every article of real corpora, from its bytes again: all of them equal, with the audit folder and without."""
    name, _, below = data.partition("/")
    folder = shared(name) / below
    (tmp_path / "in").mkdir()
    for path in folder.glob(pattern):
        (tmp_path / "in" / path.name).write_bytes(path.read_bytes())
    spec = tmp_path / "in" / "corpus.toml"
    spec.write_text(
        '[corpus]\nname = "real"\nversion = "1.0.0"\nlicense = "CC-BY-SA-4.0"\n[[source]]\nname = "it"\n'
        f'files = ["{pattern}"]\nlicense = "CC-BY-SA-4.0"\n{source}\n[splits]\nshares = {{ train = 0.9, test = 0.1 }}\n'
    )
    release = corpuskit.build(spec, tmp_path / "out")
    replayed = corpuskit.replay(release.path, spec.parent)
    assert replayed.findings == []
    assert replayed.records == release.accounts["in"]
    assert replayed.equal == replayed.articles == release.accounts["kept"] > 0
    shutil.rmtree(release.audit)
    again = corpuskit.replay(release.path, spec.parent)
    assert (again.ok, again.equal) == (True, replayed.equal)


def test_own_schema_and_given_splits(corpus: Callable[..., Path], tmp_path: Path) -> None:
    """Columns of one's own, a text role of two fields, and a split that a field says, are replayed and told."""
    schema = {
        "type": "object",
        "properties": {
            "context": {"type": "string"}, "question": {"type": "string"}, "score": {"type": "number"},
            "answers": {"type": "array", "items": {"type": "object", "properties": {
                "text": {"type": "string"}, "at": {"type": "integer"}}}},
            "when": {"type": "string", "format": "date-time"}, "any": {},
        },
    }  # fmt: skip
    records = [
        {"id": f"q{n}", "context": f"Konteks {n}", "question": "Apa?", "score": n, "any": {"a": 1.50},
         "answers": [{"text": "itu"}, {"at": n}], "when": "2020-01-01T00:00:00Z", "fold": ["dev", None][n % 2]}
        for n in range(6)
    ]  # fmt: skip
    spec = corpus(
        {"a.jsonl": jsonl(records)},
        extra='[schema]\narticle = "my.json"\ntext = ["context", "question"]\n[splits]\nfield = "fold"\n',
    )
    (spec.parent / "my.json").write_text(json.dumps(schema))
    release = corpuskit.build(spec, tmp_path / "out")
    replayed = corpuskit.replay(release.path, spec.parent)
    assert (replayed.ok, replayed.equal) == (True, 6)
    ways = [_only(corpuskit.trace(release.path, name, raw=spec.parent)) for name in ("q0", "q1")]
    assert [w["split"]["name"] for w in ways] == ["dev", "train"]
    assert [(w["split"]["by"], w["split"]["given"]) for w in ways] == [("field", "dev"), ("field", None)]
    key = json.dumps(["Konteks 0", "Apa?"], separators=(",", ":")).encode()
    assert ways[0]["text_key"] == hashlib.sha256(key).hexdigest()
    assert all(w["replay"]["equal"] for w in ways)


def test_slices_of_a_big_file(
    corpus: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is read in slices is replayed with the places of the whole file."""
    monkeypatch.setattr(plan, "SLICE_BYTES", 4000)
    spec = corpus({"a.jsonl": jsonl([article(n, z=n) for n in range(300)])}, source='navigation = "auto"')
    release = corpuskit.build(spec, tmp_path / "out", cache=False)
    for jobs in (1, 2):
        replayed = corpuskit.replay(release.path, spec.parent, jobs=jobs)
        assert (replayed.ok, replayed.equal) == (True, 300)
    way = _only(corpuskit.trace(release.path, "a00299", raw=spec.parent))
    assert way["replay"]["equal"]
    assert way["record"]["line"] == 300
    shutil.rmtree(release.audit)
    assert corpuskit.replay(release.path, spec.parent).equal == 300


def test_other_versions_are_told(copy: Path) -> None:
    """Where another version made the release, a warning says so, and what comes out equal is equal."""
    path = _release(copy) / "manifest.json"
    manifest = json.loads(path.read_bytes())
    manifest["versions"]["corpuskit"] = "0.0.1"
    path.write_text(json.dumps(manifest))
    for told in (
        corpuskit.replay(_release(copy), copy / "in"),
        corpuskit.trace(_release(copy), "p1", raw=copy / "in"),
    ):
        assert told.ok
        (found,) = told.findings
        assert (found.kind, found.severity) == ("other-versions", "warning")
        assert found.message.startswith("corpuskit 0.0.1 made it")


# --- the facts of one way ---


def _u(key: str, salt: str = "tiny") -> float:
    return int.from_bytes(hashlib.sha256(salt.encode() + b"\0" + key.encode()).digest()[:8], "big") / 2**64


def _root(way: dict[str, Any]) -> str:
    """The root that a proof leads to, by the rule of docs/releases.md alone."""
    node = hashlib.sha256(b"\0" + bytes.fromhex(way["record_digest"])).digest()
    for step in way["proof"]["steps"]:
        other = bytes.fromhex(step["digest"])
        node = hashlib.sha256(b"\1" + (other + node if step["side"] == "left" else node + other)).digest()
    return node.hex()


def test_every_kept_record_is_where_its_way_says(whole: Path) -> None:
    """For all kept records: bytes, row, split and proof are as told, seen by code that is not corpuskit's."""
    manifest = json.loads((_release(whole) / "manifest.json").read_bytes())
    for line in _ledger(whole):
        if line["fate"] != "kept":
            continue
        trace = corpuskit.trace(_release(whole), line["id"], source=line["source"], raw=whole / "in")
        assert trace.ok, trace
        way = next(w for w in trace.as_dict()["records"] if w["fate"] == "kept")
        path = whole / "in" / way["input"]["file"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == way["input"]["sha256"]
        record = way["record"]
        if record["offset"] is not None:
            raw = _unpacked(path)[record["offset"] : record["offset"] + record["length"]]
            assert hashlib.sha256(raw).hexdigest() == record["sha256"]
        group = pq.ParquetFile(_release(whole) / way["row"]["file"]).read_row_group(way["row"]["row_group"])
        row = group.slice(way["row"]["row"], 1).to_pylist()[0]
        assert (row["id"], row["source"], row["text"]) == (
            line["id"],
            line["source"],
            way["row"]["values"]["text"],
        )
        assert way["split"]["name"] == ("test" if _u(row["text"]) < 0.5 else "train") == line["split"]
        assert way["split"]["u"] == pytest.approx(_u(row["text"]))
        low, high = way["split"]["interval"]
        assert low <= way["split"]["u"] < high
        assert way["text_key"] == hashlib.sha256(row["text"].encode()).hexdigest() == line["text_key"]
        assert _root(way) == manifest["content_id"] == way["proof"]["root"]


def test_terms_edits_and_findings_of_a_page(whole: Path) -> None:
    """A page's way names publisher, licence and evidence, its edits in their order, and what was found about it."""
    way = _only(corpuskit.trace(_release(whole), "p2"))
    assert way["source"] == {
        "name": "web", "publisher": "Warta", "license": "CC-BY-4.0", "license_url": "https://example.org/terms",
        "license_evidence": "footer, seen 2026-01-01",
    }  # fmt: skip
    transforms = [edit["transform"] for edit in way["edits"]]
    assert transforms[:2] == ["line-end", "line-end"]
    assert transforms[-3:] == ["navigation", "blank-lines", "head"]
    assert way["edits"][-3]["removed"].startswith("Kalender\n\nBerita Terpopuler")
    assert way["replay"] is None
    assert way["fate"] == "kept"


def test_text_follows_from_bytes_and_edits_alone(whole: Path) -> None:
    """For every text file, bytes and edits give the published text without any code of corpuskit."""
    edits = pq.read_table(_audit(whole) / "edits.parquet").to_pylist()
    texts = {
        (r["source"], r["id"]): r["text"] for b in corpuskit.read(_release(whole)) for r in b.to_pylist()
    }
    pages = [line for line in _ledger(whole) if line["file"].endswith(".txt")]
    assert len(pages) == len(PAGES) + 1
    for line in pages:
        raw = (whole / "in" / line["file"]).read_bytes()
        own = [e for e in edits if e["file"] == line["file"] and e["field"] is None]
        assert _rebuilt(raw, own).decode() == texts[line["source"], line["id"]]


def test_records_that_are_not_in_the_release(whole: Path) -> None:
    """The ways of a duplicate, a duplicate id and a reject end, and say why."""
    lost = _only(corpuskit.trace(_release(whole), "2", raw=whole / "in"))
    assert (lost["fate"], lost["reason"], lost["duplicate_of"]) == (
        "duplicate",
        "duplicate",
        {"source": "feed", "id": "9"},
    )
    assert (lost["row"], lost["split"], lost["proof"]) == (None, None, None)
    assert lost["replay"]["equal"]
    kept = _only(corpuskit.trace(_release(whole), "9"))
    assert [each["id"] for each in kept["duplicates"]] == ["2"]
    same = corpuskit.trace(_release(whole), "4", raw=whole / "in").as_dict()["records"]
    assert sorted(w["fate"] for w in same) == ["duplicate", "kept"]
    assert {w["reason"] for w in same} == {None, "duplicate-id"}
    noted = [f for w in same for f in w["findings"] if f["kind"] == "duplicate-id"]
    assert [(f["severity"], f["id"], f["line"]) for f in noted] == [("warning", "4", 7)]
    assert "'4' of 'feed' is kept" in noted[0]["message"]
    # Two records of one id, each with the edits of its own.
    assert [[e["start"] for e in w["edits"] if e["field"] == "title"] for w in same] == [[8], [8]]
    assert all(w["replay"]["equal"] for w in same)
    reject = _only(corpuskit.trace(_release(whole), "raw/feed/a.jsonl:6", raw=whole / "in"))
    assert (reject["id"], reject["fate"], reject["reason"]) == (None, "rejected", "invalid-json")
    _, out, _ = _run(str(_release(whole)), "raw/feed/a.jsonl:6")
    assert out.startswith("raw/feed/a.jsonl:6, without an id, of feed: rejected\n")
    assert reject["problems"][0]["message"]
    assert "broken" not in json.dumps(reject["problems"])
    long = _only(corpuskit.trace(_release(whole), "raw/feed/a.jsonl:8", raw=whole / "in"))
    assert (long["reason"], long["replay"]["equal"]) == ("line-too-long", True)
    number = _only(corpuskit.trace(_release(whole), "raw/words/w.json:3", raw=whole / "in"))
    assert (number["reason"], number["replay"]["equal"]) == ("not-an-object", True)


def test_removed_record(corpus: Callable[..., Path], tmp_path: Path) -> None:
    """A record that a licence rule excludes is told as removed, and replayed."""
    records = [article(0), article(1, license="CC-BY-NC-4.0")]
    rules = '[licensing]\ndeny = ["CC-BY-NC-4.0"]\non_conflict = "exclude"\n'
    spec = corpus({"a.jsonl": jsonl(records)}, extra=rules)
    release = corpuskit.build(spec, tmp_path / "out")
    way = _only(corpuskit.trace(release.path, "a00001", raw=spec.parent))
    assert (way["fate"], way["reason"], way["row"]) == ("removed", "license-conflict", None)
    assert way["replay"]["equal"]
    assert corpuskit.replay(release.path, spec.parent).ok


def test_one_id_in_two_sources(tmp_path: Path) -> None:
    """An id that two sources have is shown of both, or of the one that is named."""
    names = ("one", "two")
    sources = "".join(
        f'[[source]]\nname = "{n}"\nfiles = ["{n}.jsonl"]\nlicense = "MIT"\nlanguage = "id"\n' for n in names
    )
    for name in names:
        (tmp_path / f"{name}.jsonl").write_bytes(jsonl([{"id": "1", "text": f"Teks {name}."}]))
    (tmp_path / "corpus.toml").write_text(
        f'[corpus]\nname = "t"\nversion = "1.0.0"\nlicense = "MIT"\n{sources}'
    )
    release = corpuskit.build(tmp_path / "corpus.toml", tmp_path / "out")
    both = corpuskit.trace(release.path, "1", raw=tmp_path)
    assert [w.line["source"] for w in both.ways] == ["one", "two"]
    assert both.ok
    assert _only(corpuskit.trace(release.path, "1", source="two"))["row"]["values"]["text"] == "Teks two."
    with pytest.raises(corpuskit.SpecError, match="no source 'three'; it has one, two"):
        corpuskit.trace(release.path, "1", source="three")


def test_unknown_id_names_the_nearest(whole: Path) -> None:
    """An id that no record has: nothing is found, and ids that are written alike are named, the nearest first."""
    trace = corpuskit.trace(_release(whole), "p33")
    assert not trace.ok
    assert trace.ways == []
    assert trace.nearest[0] == "p3"
    assert 1 < len(trace.nearest) <= 5
    assert corpuskit.trace(_release(whole), "nothing like it").nearest == []
    assert corpuskit.trace(_release(whole), "x" * 100_000).ways == []


# --- what was changed is found and named ---


def test_changed_raw_file(copy: Path) -> None:
    """One changed byte in a raw file: file, record and column are named, and every other record is equal."""
    path = copy / "in/raw/feed/a.jsonl"
    path.write_bytes(path.read_bytes().replace(b"Isi 1.", b"Isi I."))
    trace = corpuskit.trace(_release(copy), "1", raw=copy / "in")
    told = [message for _, message in _errors(trace.ways[0].replayed)]
    assert not trace.ok
    starts = (
        "the file was changed",
        "the record's bytes were changed",
        "column `text` of the published row differs",
    )
    assert all(message.startswith(start) for message, start in zip(told, starts, strict=False))
    assert told[-1].startswith("read again its record digest is")
    assert 'it is "Isi 1."; the bytes give "Isi I."' in next(m for m in told if m.startswith("column"))
    same = corpuskit.trace(_release(copy), "2", raw=copy / "in")
    assert [m.split(":")[0] for _, m in _errors(same.ways[0].replayed)] == ["the file was changed"]
    replayed = corpuskit.replay(_release(copy), copy / "in")
    assert (replayed.equal, replayed.different) == (replayed.articles - 1, 1)
    assert {f.id for f in replayed.findings if f.id} == {"1"}
    assert {file for file, _ in _errors(replayed.findings)} == {"raw/feed/a.jsonl"}


@pytest.mark.parametrize("name", ["../secret.txt", "raw/web/p1.txt"])
def test_file_outside_is_not_told(copy: Path, name: str) -> None:
    """What a file outside the raw folder holds, which a name or a link leads to, is told only if it is the input."""
    (copy / "secret.txt").write_text("Rahasia\n\nKata sandi saya.\n")
    (copy / "in/raw/web/p1.txt").unlink()
    (copy / "in/raw/web/p1.txt").symlink_to(copy / "secret.txt")
    for path in (_release(copy) / "manifest.json",):
        path.write_text(path.read_text(encoding="utf-8").replace('"raw/web/p1.txt"', json.dumps(name)))
    path = _audit(copy) / "ledger.parquet"
    table = pq.read_table(path)
    rows = [{**r, "file": name if r["file"] == "raw/web/p1.txt" else r["file"]} for r in table.to_pylist()]
    pq.write_table(pa.Table.from_pylist(rows, table.schema), path)
    (way,) = corpuskit.trace(_release(copy), "p1", raw=copy / "in").ways
    (said,) = _errors(way.replayed)
    assert said[1].startswith("the file was changed")
    replayed = corpuskit.replay(_release(copy), copy / "in")
    assert (replayed.unread, replayed.different) == (1, 0)
    assert "Rahasia" not in repr(replayed)


def test_missing_and_damaged_raw_files(copy: Path) -> None:
    """A raw file that is gone and one that is cut are named; what lay in them is unread or different, no more."""
    (copy / "in/raw/feed/b.jsonl.gz").unlink()
    cut = copy / "in/raw/feed/c.jsonl.bz2"
    cut.write_bytes(cut.read_bytes()[:-20])
    replayed = corpuskit.replay(_release(copy), copy / "in")
    kept = [line for line in _ledger(copy) if line["fate"] == "kept"]
    gone = sum(line["file"].endswith("b.jsonl.gz") for line in kept)
    assert replayed.unread == gone > 0
    assert replayed.different == sum(line["file"].endswith("c.jsonl.bz2") for line in kept) > 0
    assert {f for f, _ in _errors(replayed.findings)} == {"raw/feed/b.jsonl.gz", "raw/feed/c.jsonl.bz2"}
    trace = corpuskit.trace(_release(copy), "3", raw=copy / "in")
    assert [m.split(",")[0] for _, m in _errors(trace.ways[0].replayed)] == ["it is not there"]
    trace = corpuskit.trace(_release(copy), "21", raw=copy / "in")
    assert any("damaged" in m or "ends inside" in m for _, m in _errors(trace.ways[0].replayed))


@pytest.mark.parametrize("identifier", ["1", "p4", "c1", "u2"])
def test_changed_row(copy: Path, identifier: str) -> None:
    """A row whose text was changed in its data file is found, and the column is named, whatever its reader was."""
    for path in (_release(copy) / "data").glob("*.parquet"):
        table = pq.read_table(path)
        rows = table.to_pylist()
        for row in rows:
            row["text"] += " Tambahan." if row["id"] == identifier else ""
        pq.write_table(pa.Table.from_pylist(rows, table.schema), path)
    trace = corpuskit.trace(_release(copy), identifier, raw=copy / "in")
    assert not trace.ok
    assert any("the row's record digest is" in f.message for f in trace.findings)
    told = [m for way in trace.ways for _, m in _errors(way.replayed or ())]
    assert any(m.startswith("column `text` of the published row differs") for m in told)
    replayed = corpuskit.replay(_release(copy), copy / "in")
    assert (replayed.ok, replayed.different) == (False, 1)
    assert any(f.id == identifier and "column `text`" in f.message for f in replayed.findings)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda e: {**e, "removed": e["removed"] + b"!"}, "navigation) is another: removed"),
        (lambda e: {**e, "start": e["start"] + 1}, "navigation) is another: start"),
        (lambda e: {**e, "transform": "byline"}, "navigation) is another: transform"),
        (lambda e: None, "edits are in the books; made again there are|is another"),
    ],
)
def test_changed_edit(copy: Path, change: Callable[[dict[str, Any]], Any], words: str) -> None:
    """An edit that was changed in the books, or taken out, is found and named."""
    path = _audit(copy) / "edits.parquet"
    table = pq.read_table(path)
    rows = [
        change(row) if (row["id"], row["transform"]) == ("p5", "navigation") else row
        for row in table.to_pylist()
    ]
    pq.write_table(pa.Table.from_pylist([row for row in rows if row], table.schema), path)
    (way,) = corpuskit.trace(_release(copy), "p5", raw=copy / "in").ways
    (message,) = [m for _, m in _errors(way.replayed)]
    assert any(each in message for each in words.split("|"))
    replayed = corpuskit.replay(_release(copy), copy / "in")
    assert replayed.different == 1
    assert [(f.id, f.message) for f in replayed.findings] == [("p5", message)]


def test_changed_fate_and_lost_lines(copy: Path) -> None:
    """A reject that the ledger calls something else, and a record that it has lost, are found."""
    path = _audit(copy) / "ledger.parquet"
    table = pq.read_table(path)
    rows = [row for row in table.to_pylist() if row["id"] != "2"]
    for row in rows:
        row["reason"] = "duplicate-key" if row["reason"] == "invalid-json" else row["reason"]
    pq.write_table(pa.Table.from_pylist(rows, table.schema), path)
    replayed = corpuskit.replay(_release(copy), copy / "in")
    told = [m for _, m in _errors(replayed.findings)]
    assert "a record begins here that the books do not have" in told
    assert "read again it is rejected (invalid-json); the ledger says rejected (duplicate-key)" in told
    assert (replayed.equal, replayed.different) == (replayed.articles, 0)


def test_row_without_origin(copy: Path) -> None:
    """A row that no record has made is told by a replay of all."""
    path = next((_release(copy) / "data").glob("train-*.parquet"))
    table = pq.read_table(path)
    rows = table.to_pylist()
    pq.write_table(pa.Table.from_pylist([*rows, {**rows[0], "id": "invented"}], table.schema), path)
    replayed = corpuskit.replay(_release(copy), copy / "in")
    assert any("no origin in the books" in m and "invented" in m for _, m in _errors(replayed.findings))
    assert (replayed.ok, replayed.different) == (False, 1)


def test_damaged_release(copy: Path) -> None:
    """A file of the release that cannot be read is named, never a traceback."""
    ledger = _audit(copy) / "ledger.parquet"
    ledger.write_bytes(ledger.read_bytes()[:-100])
    with pytest.raises(corpuskit.InputError, match=r"tiny-1.0.0.audit/ledger.parquet: cannot be read"):
        corpuskit.trace(_release(copy), "2")
    shutil.rmtree(_audit(copy))
    data = next((_release(copy) / "data").glob("*.parquet"))
    data.write_bytes(b"PAR1")
    with pytest.raises(corpuskit.InputError, match="data/"):
        corpuskit.replay(_release(copy), copy / "in")
    with pytest.raises(corpuskit.SpecError, match="is no release"):
        corpuskit.trace(copy, "2")
    with pytest.raises(corpuskit.SpecError, match="no folder of raw files"):
        corpuskit.replay(_release(copy), copy / "absent")


@pytest.mark.parametrize(
    ("key", "value"),
    [("timezone", "Nowhere/City"), ("encoding", "no-such"), ("reader", "exe"), ("colour", "red")],
)
def test_manifest_that_another_version_wrote(copy: Path, key: str, value: str) -> None:
    """A source that the manifest tells in a way nobody here knows is refused, with the version that knows."""
    path = _release(copy) / "manifest.json"
    manifest = json.loads(path.read_bytes())
    manifest["sources"][0][key] = value
    path.write_text(json.dumps(manifest))
    with pytest.raises(corpuskit.SpecError, match="does not know"):
        corpuskit.replay(_release(copy), copy / "in")


def test_manifest_holds_what_reading_needs(whole: Path) -> None:
    """The spec that a manifest gives back has the sources and limits of the build's, but for what reads nothing."""
    manifest = json.loads((_release(whole) / "manifest.json").read_bytes())
    spec, told = corpuskit.load_spec(whole / "in" / "corpus.toml"), spec_of(manifest, whole / "in")
    assert [dataclasses.replace(s, max_loss=0.05) for s in spec.sources] == list(told.sources)
    assert told.limits == spec.limits


# --- the command ---


def _run(*arguments: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "corpuskit", "trace", *arguments],
        capture_output=True, encoding="utf-8", errors="surrogateescape", check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def test_command_tells_a_way(whole: Path) -> None:
    """The text names all parts of a way, and what the replay gave; exit code 0."""
    code, out, _ = _run(str(_release(whole)), "p2", "--replay", "--raw", str(whole / "in"))
    assert code == 0
    heads = [line[2:].split()[0] for line in out.splitlines() if line[:2] == "  " and line[2:3] != " "]
    assert heads == [
        "source",
        "file",
        "record",
        "edits",
        "findings",
        "fate",
        "split",
        "row",
        "proof",
        "replay",
    ]
    assert "license_evidence footer, seen 2026-01-01" in out
    assert "all of this is the same" in out
    code, out, _ = _run(str(_release(whole)), "2")
    assert code == 0
    assert "in its place 9 of feed is kept" in out
    assert "its way ends here" in out


def test_command_in_json(whole: Path) -> None:
    """The JSON holds the same facts as the library gives."""
    code, out, err = _run(str(_release(whole)), "2", "--format", "json")
    assert (code, err) == (0, "")
    assert json.loads(out) == json.loads(json.dumps(corpuskit.trace(_release(whole), "2").as_dict()))


def test_command_for_an_unknown_id(whole: Path) -> None:
    """An unknown id is exit code 1, with the nearest ids."""
    code, out, _ = _run(str(_release(whole)), "p33")
    assert code == 1
    assert "no record has the id p33" in out
    assert "nearest: p3, " in out
    code, out, _ = _run(str(_release(whole)), "p33", "--format", "json")
    assert (code, json.loads(out)["nearest"][0]) == (1, "p3")
    code, _, _ = _run(str(_release(whole)), os.fsdecode(b"\xff\xfe"))
    assert code == 1


def test_command_replays_all(copy: Path) -> None:
    """`--all` is exit code 0 where all is equal, and 1 with the place where not."""
    arguments = str(_release(copy)), "--all", "--raw", str(copy / "in")
    code, out, err = _run(*arguments)
    assert code == 0
    assert ", 0 different, 0 could not be read" in out
    assert "checking records" in err
    code, out, err = _run(*arguments, "--format", "json")
    assert (code, err) == (0, "")
    assert json.loads(out)["ok"] is True
    (copy / "in/raw/web/p1.txt").unlink()
    code, out, _ = _run(*arguments)
    assert code == 1
    assert "raw/web/p1.txt: it is not there" in out


@pytest.mark.parametrize(
    "arguments", [[], ["2", "--all"], ["--all", "--source", "web"], ["2", "--source", "none"]]
)
def test_command_refuses_what_makes_no_sense(whole: Path, arguments: list[str]) -> None:
    """Neither an id nor --all, or both, or an unknown source: exit code 2."""
    assert _run(str(_release(whole)), *arguments)[0] == 2


def test_hostile_values_are_inert(corpus: Callable[..., Path], tmp_path: Path) -> None:
    """Markup, escapes, directions and line ends in ids, texts, titles and edits reach the terminal as visible text."""
    nasty = "[red]x[/] [/bold] \x1b]8;;http://x\x07\x9b31m \u202egnp \r\n:smiley:"
    record = {
        "id": nasty,
        "title": nasty + "\x00 - Site",
        "text": nasty + "\x00",
        "language": nasty,
        "extra": nasty,
    }
    spec = corpus(
        {"a.jsonl": jsonl([record, {**article(2), "id": nasty + "2"}])}, source='title_suffix = " - Site"'
    )
    release = corpuskit.build(spec, tmp_path / "out")
    for identifier, expected in ((nasty, 0), (nasty + "3", 1)):
        for shape in ("text", "json"):
            code, out, err = _run(str(release.path), identifier, "--format", shape)
            assert code == expected
            assert not set("\x1b\x07\x9b\u202e\r\x00") & set(out + err)
            assert "[red]x[/] [/bold]" in out


def test_bytes_are_shown_whole_or_cut() -> None:
    """Bytes that are no text are shown as escapes, long ones cut."""
    assert shown(b"a\xff") == "a\\xff"
    assert shown(b"x" * 300) == "x" * 200 + "…"

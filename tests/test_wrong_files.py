"""Files that are not what their name says: the first finding says what each is, and no count changes for it."""

import bz2
import gzip
import json
import lzma
import os
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import article, jsonl

import corpuskit
from corpuskit.errors import SpecError
from corpuskit.findings import Finding
from corpuskit.readers.signatures import FORMS, SIGNATURES, recognised
from corpuskit.reports import check_reports

RECORDS = [article(i, source="s", language="id", license="MIT") for i in range(20)]
LINES = jsonl(RECORDS)


def _zip(*names: str) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for name in names:
            packed.writestr(name, "text" * 50)
    return file.getvalue()


def _zstd(data: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(data)
    packed: bytes = sink.getvalue().to_pybytes()
    return packed


def _parquet() -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"a": [1, 2]}), sink)
    packed: bytes = sink.getvalue().to_pybytes()
    return packed


def _sqlite() -> bytes:
    base = sqlite3.connect(":memory:")
    base.execute("create table t(a)")
    data: bytes = base.serialize()
    base.close()
    return data


PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01"
HTML = b"\n<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>\n<body>x</body></html>\n"
CSV = b'id,title,text\n1,a,b\n2,c,"d, e"\n'
ROWS = "".join(f"{record!r}\n" for record in RECORDS).encode()

# name: (bytes, what the first finding says)
WRONG: dict[str, tuple[bytes, str]] = {
    "pdf.jsonl": (PDF, "a PDF document: export its text"),
    "pdf.txt": (PDF, "a PDF document"),
    "pdf.json": (PDF, "a PDF document"),
    "png.jsonl": (PNG, "a PNG picture"),
    "docx.jsonl": (_zip("[Content_Types].xml", "word/document.xml"), "a document of Word, Excel or PowerPoint"),
    "docx.txt": (_zip("[Content_Types].xml", "word/document.xml"), "a document of Word, Excel or PowerPoint"),
    "zip.json": (_zip("a.jsonl"), "a ZIP archive: unpack it"),
    "gz.jsonl": (gzip.compress(LINES), "a gzip file: name it gz.jsonl.gz, or unpack it"),
    "bz.jsonl": (bz2.compress(LINES), "a bzip2 file: name it bz.jsonl.bz2, or unpack it"),
    "xz.jsonl": (lzma.compress(LINES), "an xz file: name it xz.jsonl.xz, or unpack it"),
    "zst.json": (_zstd(LINES), "a Zstandard file: name it zst.json.zst, or unpack it"),
    "utf16.jsonl": (LINES.decode().encode("utf-16"), "text in UTF-16: save it as UTF-8"),
    "utf16le.jsonl": (LINES.decode().encode("utf-16-le"), "text in UTF-16"),
    "utf16be.json": (json.dumps(RECORDS).encode("utf-16-be"), "text in UTF-16"),
    "html.jsonl": (HTML, "an HTML page"),
    "html.json": (HTML, "an HTML page"),
    "html.jsonl.gz": (gzip.compress(HTML), "an HTML page"),
    "xml.json": (b'<?xml version="1.0"?>\n<feed/>', "XML"),
    "parquet.jsonl": (_parquet(), "a Parquet file: name it .parquet"),
    "sqlite.jsonl": (_sqlite(), "an SQLite database"),
    "array.jsonl": (json.dumps(RECORDS, indent=2).encode(), "a JSON array over several lines: name it .json"),
    "compact.jsonl": (b'[\n{"id": "1"},\n{"id": "2"}\n]\n', "a JSON array over several lines: name it .json"),
    "one.jsonl": (json.dumps(RECORDS).encode(), "a JSON array on one line: name it .json"),
    "long.jsonl": (json.dumps(RECORDS * 99).encode(), "a JSON array on one line: name it .json"),
    "object.jsonl": (json.dumps({"entries": RECORDS}, indent=1).encode(), "JSON over several lines"),
    "lines.json": (LINES, "JSON Lines: name it .jsonl"),
    "csv.jsonl": (CSV, "CSV: name it .csv"),
    "csv.json": (CSV, "CSV"),
    "tsv.jsonl": (CSV.replace(b",", b"\t"), "TSV: name it .tsv"),
    "csv.parquet": (CSV, "CSV: name it .csv"),
    "lines.csv": (LINES, "JSON Lines: name it .jsonl"),
    "lines.parquet": (LINES, "JSON Lines: name it .jsonl"),
    "array.tsv": (json.dumps(RECORDS, indent=2).encode(), "a JSON array over several lines: name it .json"),
    "html.csv": (HTML, "an HTML page"),
    "gz.csv": (gzip.compress(CSV), "a gzip file: name it gz.csv.gz, or unpack it"),
    "parquet.csv": (_parquet(), "a Parquet file: name it .parquet"),
    "xlsx.csv": (_zip("[Content_Types].xml", "xl/workbook.xml"), "a document of Word, Excel or PowerPoint"),
    "utf16.csv": (CSV.decode().encode("utf-16"), "text in UTF-16: save it as UTF-8"),
    "pdf.parquet": (PDF, "a PDF document"),
    "python.jsonl": (ROWS, "a file of values as Python prints them: write each record with json.dumps"),
    "sequence.jsonl": (b"\x1e" + LINES.replace(b"\n", b"\n\x1e"), "a JSON text sequence (RFC 7464)"),
    "comments.json": (b"// mine\n[1,]\n", "JSON with comments"),
    "toml.jsonl": (b"[corpus]\nname = 'x'\n", "TOML"),
    "yaml.jsonl": (b"---\nid: 1\n", "YAML"),
    "prose.jsonl": (b"Judul\n\nIsi berita, yang panjang.\n", "plain text: name it .txt"),
    "zeros.jsonl": (b"\0" * 5000, "a file of zeros"),
    "pointer.jsonl": (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "a pointer of Git LFS"),
    "plain.jsonl.gz": (LINES, "no .gz file: name it plain.jsonl"),
    "zst.jsonl.gz": (_zstd(LINES), "a Zstandard file, not .gz: name it zst.jsonl.zst"),
    "zip.json.xz": (_zip("a"), "a ZIP archive, not .xz: unpack it"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_the_first_finding_says_what_a_file_is(name: str, tmp_path: Path) -> None:
    """One finding, before all others of the file and at its head, in one short sentence with what to do."""
    data, what = WRONG[name]
    (tmp_path / name).write_bytes(data)
    report = corpuskit.validate(tmp_path / name)
    first, others = report.findings[0], report.findings[1:]
    assert (first.kind, first.file, first.line) == ("wrong-file-type", str(tmp_path / name), None)
    assert first.message.startswith(f"this is {what}")
    assert len(first.message) < 150
    assert others
    assert all(f.kind != "wrong-file-type" for f in others)
    # Records stay as they were counted, and each that is invalid has its finding.
    assert report.summary["invalid"] == len(
        {(f.line, f.record) for f in others if f.kind != "unreadable-input"}
    )
    assert report.damaged == any(f.kind == "unreadable-input" for f in others)
    assert not report.ok


@pytest.mark.parametrize("row", SIGNATURES, ids=lambda row: f"{row.what} {row.magic[:6]!r}")
def test_each_signature_is_recognised(row: tuple[int, bytes, str, str], tmp_path: Path) -> None:
    """By its bytes at its place, whatever reader would read the file."""
    at, magic, what, _ = row
    head = b"PK\x03\x04" if at == 30 else b""
    (tmp_path / "a").write_bytes(head + b"x" * (at - len(head)) + magic + b"x" * 8)
    for reader in ("text", "jsonl", "json"):
        told = recognised(tmp_path / "a", "a", reader)
        assert told is not None
        assert told.startswith(f"this is {what}: ")
        assert "{" not in told


@pytest.mark.parametrize(
    "data",
    [
        LINES, LINES + b"not JSON\n", b"not JSON\n" + LINES, b'{"id": "1",\n' + LINES, b"[1, 2]\n[3]\n", b"3\n4\n",
        b'{"a": 1,}\n', b'{"id": "<html>"\n', b"\xff" + LINES, b'\xef\xbb\xbf{"a": nul}\n', b"{\n", b"", b" \n",
        b'{"a, b, c"\n{"d, e, f"\n', b"\x81\x82\n",
    ],
)  # fmt: skip
def test_a_bad_line_is_a_bad_line(data: bytes, tmp_path: Path) -> None:
    """A JSON Lines file with mistakes is none of another type."""
    (tmp_path / "a.jsonl").write_bytes(data)
    assert all(f.kind != "wrong-file-type" for f in corpuskit.validate(tmp_path / "a.jsonl").findings)


def test_forms_and_signatures_have_words() -> None:
    """Each row says what it is, and what to do."""
    for row in (*SIGNATURES, *FORMS):
        assert row.what
        assert row.advice


def test_no_verdict_changes(tmp_path: Path) -> None:
    """What `max_invalid` allows stays allowed: the finding stands for those of the records."""
    (tmp_path / "a.jsonl").write_bytes(b"[\n{},\n{}\n]\n")
    (tmp_path / "b.jsonl").write_bytes(LINES)
    paths = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    report = corpuskit.validate(paths, max_invalid=4)
    assert (report.summary["records"], report.summary["invalid"], report.ok) == (24, 4, True)
    assert not corpuskit.validate(paths, max_invalid=3).ok
    assert [f.kind for f in report.findings].count("wrong-file-type") == 1


def test_files_of_a_corpus_are_told_too(corpus: Callable[..., Path]) -> None:
    """With the name that corpus.toml has for them, each before its own records."""
    files = {"a.jsonl": LINES, "b.jsonl": gzip.compress(LINES), "c.jsonl": HTML}
    told = [f for f in corpuskit.validate(corpus(files)).findings if f.severity != "info"]
    leads = [i for i, f in enumerate(told) if f.kind == "wrong-file-type"]
    assert [told[i].file for i in leads] == ["b.jsonl", "c.jsonl"]
    assert leads[0] == 0
    assert [f.file for f in told] == sorted(f.file for f in told)


def test_big_files_are_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is read in slices by several processes has one such finding, the first."""
    monkeypatch.setattr("corpuskit.checks.planning._SLICE_BYTES", 1000)
    (tmp_path / "a.jsonl").write_bytes(json.dumps(RECORDS, indent=1).encode())
    for jobs in (1, 2):
        report = corpuskit.validate(tmp_path / "a.jsonl", jobs=jobs)
        assert [i for i, f in enumerate(report.findings) if f.kind == "wrong-file-type"] == [0]


def test_empty_files(tmp_path: Path) -> None:
    """An empty JSON Lines file is valid, and odd; an empty JSON file is none."""
    for name in ("a.jsonl", "b.json", "c.csv", "d.tsv"):
        (tmp_path / name).touch()
    (tmp_path / "e.csv").write_bytes(b"id,text\n")
    for name in ("a.jsonl", "c.csv", "d.tsv", "e.csv"):
        report = corpuskit.validate(tmp_path / name)
        assert ([f.kind for f in report.findings], report.ok) == (["no-records"], True)
    (tmp_path / "a.jsonl").write_bytes(b"\n \n")
    assert [f.kind for f in corpuskit.validate(tmp_path / "a.jsonl").findings] == ["no-records"]
    (found,) = corpuskit.validate(tmp_path / "b.json").findings
    assert (found.kind, found.message, found.hint) == (
        "unreadable-input", "is empty, not JSON.", "Remove it, or write `[]`."
    )  # fmt: skip


def _refused(path: Path) -> str:
    """What the command line says of a path, in a process of its own: nothing may wait for a writer."""
    done = subprocess.run(
        [sys.executable, "-m", "corpuskit", "validate", str(path)], capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (2, "", False)
    return done.stderr


def test_what_is_no_file_is_refused_in_words(tmp_path: Path) -> None:
    """A pipe, a link to nowhere or to itself, a folder, a name that is not there."""
    os.mkfifo(tmp_path / "a.jsonl")
    (tmp_path / "broken.jsonl").symlink_to("nowhere")
    (tmp_path / "loop.jsonl").symlink_to("loop.jsonl")
    (tmp_path / "folder.jsonl").mkdir()
    (tmp_path / "articles.jsonl").touch()
    words = {
        "a.jsonl": "is a pipe, a device or a socket, not a file.",
        "broken.jsonl": "is a link to 'nowhere', which is not there.",
        "loop.jsonl": "is a link to 'loop.jsonl', which is not there.",
        "folder.jsonl": "is a folder without a release.",
        "article.jsonl": "there is no such file. Did you mean 'articles.jsonl'?",
        "gone/a.jsonl": "there is no such file.",
    }
    for name, said in words.items():
        assert f"{name}: {said}" in _refused(tmp_path / name)
    check_reports([tmp_path / "r.xml"], [tmp_path / "loop.jsonl"])
    with pytest.raises(SpecError, match="pipe"):
        corpuskit.validate(tmp_path / "a.jsonl")


def test_a_file_that_may_not_be_read_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to do about it, and nothing else is hidden; as root is never refused, the refusal is played."""
    (tmp_path / "mine.jsonl").write_bytes(b"{}\n")
    (tmp_path / "theirs.jsonl").write_bytes(LINES)
    opened = Path.open

    def refuse(path: Path, *arguments: object, **more: object) -> object:
        if path.name == "theirs.jsonl":
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *arguments, **more)  # type: ignore[call-overload] # as it was called

    monkeypatch.setattr(Path, "open", refuse)
    report = corpuskit.validate([tmp_path / "theirs.jsonl", tmp_path / "mine.jsonl"])
    first: Finding = report.findings[0]
    assert (first.kind, first.message) == ("unreadable-input", "cannot be opened: Permission denied.")
    assert "right to read it" in str(first.hint)
    assert {f.kind for f in report.findings[1:]} == {"missing-field"}
    assert report.damaged

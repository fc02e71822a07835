"""--rejects: the bytes of invalid records in files like their own, which a build takes once they are repaired."""

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import article, jsonl

import corpuskit
from corpuskit.checks import planning
from corpuskit.errors import OutputError, SpecError

SCHEMA = {"required": ["id"], "properties": {"n": {"type": "integer"}}}
_WITH_TEXT = {**SCHEMA, "properties": {"n": {"type": "integer"}, "text": {"type": "string"}}}
BAD = [b'{"n": 1}', b'{"id":"x","n":"satu"}', b"{rusak", b'{"id":"\xff"}', b'  {"id":"y","n":1.5}  ']
GOOD = b'{"id":"a","n":1}'


def _files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("jobs", [1, 2])
def test_lines_are_kept_byte_for_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: bytes, jobs: int
) -> None:
    """Each invalid line once, in order, across slices; nothing else; the last one too where no line end follows."""
    monkeypatch.setattr(planning, "_SLICE_BYTES", 100)
    lines = [GOOD, BAD[0], BAD[1], b"", *[GOOD] * 40, *BAD, GOOD, *BAD]
    (tmp_path / "a.jsonl").write_bytes(end.join(lines))
    report = corpuskit.validate(tmp_path / "a.jsonl", SCHEMA, rejects=tmp_path / "out", jobs=jobs)
    meant = [line for line in lines if line in BAD]
    assert _files(tmp_path / "out") == {"a.jsonl": b"".join(line + b"\n" for line in meant)}
    assert report.summary["invalid"] == len(meant)
    assert report.summary["rejects"] == {"folder": str(tmp_path / "out"), "kept": len(meant), "overlong": 0}


def test_each_input_has_a_file_of_its_own(tmp_path: Path) -> None:
    """Names and folders are those of the inputs, unpacked; arrays stay arrays, texts texts; clean inputs have none."""
    (tmp_path / "in/b").mkdir(parents=True)
    (tmp_path / "in/a.jsonl").write_bytes(BAD[0])
    (tmp_path / "in/e.jsonl.gz").write_bytes(gzip.compress(GOOD + b"\n" + BAD[1]))
    (tmp_path / "in/clean.jsonl").write_bytes(GOOD)
    (tmp_path / "in/b/c.json").write_bytes(b"[\n" + BAD[0] + b",\n {},\n" + GOOD + b"]")
    (tmp_path / "in/b/d.txt").write_bytes(b"\xff\xfe\xff")
    paths = [str(p) for p in sorted((tmp_path / "in").rglob("*.*"))]
    corpuskit.validate(paths, _WITH_TEXT, rejects=tmp_path / "out")
    found = _files(tmp_path / "out")
    assert set(found) == {"a.jsonl", "e.jsonl", "b/c.json", "b/d.txt"}
    assert json.loads(found["b/c.json"]) == [{"n": 1}, {}]
    assert found["b/d.txt"] == b"\xff\xfe\xff"


def test_two_inputs_that_come_to_one_name(tmp_path: Path) -> None:
    """A packed file beside its plain one keeps its rejects apart."""
    (tmp_path / "a.jsonl").write_bytes(BAD[0])
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(GOOD + b"\n" + BAD[1]))
    corpuskit.validate([tmp_path / "a.jsonl", tmp_path / "a.jsonl.gz"], SCHEMA, rejects=tmp_path / "out")
    assert _files(tmp_path / "out") == {"a.jsonl": BAD[0] + b"\n", "a-2.jsonl": BAD[1] + b"\n"}


def test_a_document_is_copied(tmp_path: Path) -> None:
    """A file that is one instance is one reject."""
    (tmp_path / "d.json").write_bytes(b'{\n "n": "x"\n}\n')
    corpuskit.validate(tmp_path / "d.json", SCHEMA, document=True, rejects=tmp_path / "out")
    assert _files(tmp_path / "out") == {"d.json": b'{\n "n": "x"\n}\n'}


def test_repaired_rejects_are_a_source(corpus: Callable[..., Path], tmp_path: Path) -> None:
    """What corpus.toml refuses is repaired in the folder, and a build of the folder takes it."""
    lines = jsonl([article(1), {"id": "x"}, article(2), {"id": "y", "text": 7}])
    spec = corpus({"raw/a.jsonl": lines, "raw/b.json": b'[{"id": "z"}]', "raw/c.txt": b"\xff\xff\xff"})
    corpuskit.validate(spec, rejects=tmp_path / "out")
    found = _files(tmp_path / "out")
    assert set(found) == {"a.jsonl", "b.json", "c.txt"}
    (tmp_path / "out/a.jsonl").write_bytes(
        found["a.jsonl"].replace(b'"x"', b'"x","text":"Isi satu."').replace(b"7", b'"Isi dua."')
    )
    (tmp_path / "out/b.json").write_bytes(found["b.json"].replace(b'"z"', b'"z","text":"Isi tiga."'))
    (tmp_path / "out/c.txt").write_bytes(b"Judul\n\nIsi empat, yang tidak pendek.\n")
    again = corpus({"unused.jsonl": b""}, folder="out")
    again.write_text(again.read_text().replace('["unused.jsonl"]', '["a.jsonl", "b.json", "c.txt"]'))
    release = corpuskit.build(again, tmp_path / "release")
    assert release.accounts == {"in": 4, "kept": 4, "rejected": 0, "duplicate": 0, "removed": 0}


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A folder that holds anything, and a file, are refused before anything is read; an empty folder is filled."""
    (tmp_path / "a.jsonl").write_bytes(BAD[0])
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine").write_bytes(b"x")
    (tmp_path / "empty").mkdir()
    for name in ("full", "a.jsonl"):
        with pytest.raises(SpecError, match="not empty"):
            corpuskit.validate(tmp_path / "a.jsonl", SCHEMA, rejects=tmp_path / name)
    with pytest.raises(OutputError):
        corpuskit.validate(tmp_path / "a.jsonl", SCHEMA, rejects=tmp_path / "no/such")
    corpuskit.validate(tmp_path / "a.jsonl", SCHEMA, rejects=tmp_path / "empty")
    assert _files(tmp_path / "empty") == {"a.jsonl": BAD[0] + b"\n"}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.jsonl", "empty", "full"]


def test_clean_inputs_leave_an_empty_folder(tmp_path: Path) -> None:
    """That nothing was rejected is seen where a script looks."""
    (tmp_path / "a.jsonl").write_bytes(GOOD)
    corpuskit.validate(tmp_path / "a.jsonl", SCHEMA, rejects=tmp_path / "out")
    assert _files(tmp_path / "out") == {}
    assert (tmp_path / "out").is_dir()


def test_a_record_that_is_too_long_is_counted(tmp_path: Path) -> None:
    """Of a record beyond the limit not all bytes were kept in memory: it stays where it is, and is counted."""
    (tmp_path / "a.jsonl").write_bytes(BAD[0] + b'\n{"id":"' + b"x" * (65 << 20) + b'"}\n')
    report = corpuskit.validate(tmp_path / "a.jsonl", SCHEMA, rejects=tmp_path / "out", jobs=1)
    assert _files(tmp_path / "out") == {"a.jsonl": BAD[0] + b"\n"}
    assert (report.summary["invalid"], report.summary["rejects"]["overlong"]) == (2, 1)


@pytest.mark.parametrize(("form", "told"), [("text", "2 invalid records kept in out"), ("json", '"kept": 2')])
def test_the_command_says_where_they_are(tmp_path: Path, form: str, told: str) -> None:
    """Text and JSON name the folder and the count; what came through a pipe has a file named for it."""
    (tmp_path / "s.json").write_text(json.dumps(SCHEMA))
    command = [sys.executable, "-m", "corpuskit", "validate", "-", "--schema", "s.json", "--rejects", "out"]
    data = b"\n".join([BAD[0], GOOD, BAD[1]])
    done = subprocess.run(
        [*command, "--format", form], cwd=tmp_path, input=data, capture_output=True, check=False
    )
    assert done.returncode == 1
    assert told in done.stdout.decode()
    assert _files(tmp_path / "out") == {"stdin.jsonl": BAD[0] + b"\n" + BAD[1] + b"\n"}

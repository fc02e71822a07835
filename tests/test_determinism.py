"""Same inputs, spec and versions give the same bytes, whatever the surroundings."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from conftest import article, jsonl

import corpuskit

FILES = {
    "b.jsonl": jsonl([article(i, tags={"z": 1, "a": 2}, n=i / 7) for i in range(80)] + [b"{bad"]),
    "sub/a.jsonl": jsonl(
        article(i, published="2017-12-19 13:16:05", language="de-de") for i in range(100, 160)
    ),
}
EXTRA = """
[splits]
shares = { train = 0.8, test = 0.2 }
[output]
formats = ["parquet", "arrow", "jsonl"]
"""
SOURCE = 'timezone = "Asia/Jakarta"'


def _digests(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def _build(spec: Path, out: Path, cwd: Path, umask: int = 0o022, **environment: str) -> dict[str, str]:
    code = f"import corpuskit; corpuskit.build({str(spec)!r}, {str(out)!r})"
    subprocess.run(
        [sys.executable, "-c", code], check=True, cwd=cwd, umask=umask, env={**os.environ, **environment},
        capture_output=True,
    )  # fmt: skip
    return _digests(out / "tiny-1.0.0") | _digests(out / "tiny-1.0.0.audit")


def test_surroundings_change_nothing(corpus: Callable[..., Path], tmp_path: Path) -> None:
    """Hash seed, time zone, locale, umask, working folder, place, file times and folder order change no byte."""
    spec = corpus(FILES, source=SOURCE, extra=EXTRA)
    first = _build(spec, tmp_path / "out1", tmp_path, PYTHONHASHSEED="0", TZ="UTC", LC_ALL="C")
    elsewhere = tmp_path / "elsewhere" / "deep"
    shutil.copytree(spec.parent, elsewhere)
    for path in elsewhere.rglob("*"):
        os.utime(path, (1, 1))
    (elsewhere / "b.jsonl").rename(elsewhere / "x")
    (elsewhere / "x").rename(elsewhere / "b.jsonl")
    second = _build(
        elsewhere / "corpus.toml", tmp_path / "out2", Path("/"), 0o077,
        PYTHONHASHSEED="4711", TZ="Pacific/Kiritimati", LC_ALL="tr_TR.UTF-8",
    )  # fmt: skip
    assert len(first) == 27
    assert first == second


def test_content_id_ignores_order_and_files(corpus: Callable[..., Path], tmp_path: Path) -> None:
    """The same articles in another order and in other files have the same content id."""
    records = [article(i) for i in range(40)]
    one = corpus({"a.jsonl": jsonl(records)}, folder="one")
    two = corpus({"x.jsonl": jsonl(records[20:][::-1]), "y.jsonl": jsonl(records[:20])}, folder="two")
    built = [corpuskit.build(spec, tmp_path / spec.parent.name / "out") for spec in (one, two)]
    assert built[0].content_id == built[1].content_id
    assert built[0].root_digest != built[1].root_digest


def test_spelling_of_the_spec_changes_nothing_but_itself(corpus: Callable[..., Path], tmp_path: Path) -> None:
    """Comments and the order of keys in corpus.toml do not change the release."""
    one = corpus(FILES, folder="one", extra=EXTRA)
    two = corpus(
        FILES,
        folder="two",
        extra="# a comment\n" + EXTRA.replace("train = 0.8, test = 0.2", "test=0.20, train=0.80"),
    )
    built = [corpuskit.build(spec, tmp_path / spec.parent.name / "out") for spec in (one, two)]
    assert built[0].root_digest == built[1].root_digest

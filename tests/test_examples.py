"""The bundled corpora come out as their README says, and the demo shows what it promises."""

import re
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
from conftest import REPOSITORY

import corpuskit

EXAMPLES = REPOSITORY / "examples"
README = (EXAMPLES / "README.md").read_text(encoding="utf-8")


def _stated(name: str) -> list[int]:
    """The row of a source in the README's table of accounts: in, kept, rejected, duplicate."""
    match = re.search(rf"^\| \**{name}\**(?: \(qa\))? \|(.*)\|$", README, re.MULTILINE)
    assert match is not None, name
    return [int(cell.strip(" *")) for cell in match[1].split("|")]


def test_the_sample_corpus_comes_out_as_stated(tmp_path: Path) -> None:
    """Accounts and rejects of examples/ are those of its README, and the release verifies."""
    release = corpuskit.build(EXAMPLES / "corpus.toml", tmp_path)
    for name, account in {**release.sources, "contoh": release.accounts}.items():
        assert [account[k] for k in ("in", "kept", "rejected", "duplicate")] == _stated(name)
    assert corpuskit.verify(release.path) == []
    rejects = pq.read_table(release.audit / "rejects.parquet").to_pylist()
    assert len({r["reason"] for r in rejects}) >= 6
    rows = [row for batch in corpuskit.read(release.path) for row in batch.to_pylist()]
    assert {row["language"] for row in rows} == {"id", "en", "jv"}
    assert any("<script>" in (row["title"] or "") for row in rows), "a hostile title is published as it is"


def test_the_question_corpus_comes_out_as_stated(tmp_path: Path) -> None:
    """examples/qa/ has its own schema, typed columns, and no context in two splits."""
    release = corpuskit.build(EXAMPLES / "qa" / "corpus.toml", tmp_path)
    assert [release.accounts[k] for k in ("in", "kept", "rejected", "duplicate")] == _stated("tanya")
    assert corpuskit.verify(release.path) == []
    split_of: dict[str, set[str]] = {}
    for split in release.splits:
        for batch in corpuskit.read(release.path, split=split, columns=["context"]):
            for row in batch.to_pylist():
                split_of.setdefault(row["context"], set()).add(split)
    assert all(len(splits) == 1 for splits in split_of.values())


def test_demo_shows_what_it_promises(tmp_path: Path) -> None:
    """Accounts, three rejects with place and reason, the card, and a row loaded from a hub, twice in a row."""
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, str(EXAMPLES / "demo.py"), str(tmp_path / "demo")],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    assert re.search(r"total +80 +68 +10 +2 +0", done.stdout)
    assert len(re.findall(r"^  raw/\S+: [a-z-]+: ", done.stdout, re.MULTILINE)) == 3
    assert "contoh-1.0.0/README.md" in done.stdout
    assert re.search(
        r"^contoh 1\.0\.0 is at hf://demo/contoh, revision [0-9a-f]{40}, tag v1\.0\.0$",
        done.stdout,
        re.MULTILINE,
    )
    assert re.search(r"^  source +(warta|notes|paribasan)$", done.stdout, re.MULTILINE)

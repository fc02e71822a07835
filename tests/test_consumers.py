"""verify --consumers: every library reads what the release holds, and each difference is named."""

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import article, jsonl

import corpuskit
from corpuskit.consumers import asking, consumer_findings
from corpuskit.consumers.table import CONSUMERS
from corpuskit.findings import Finding
from corpuskit.writers.arrow import write_stream
from corpuskit.writers.jsonl import write_jsonl

EXTRA = """
[splits]
shares = { train = 0.6, test = 0.4 }
[output]
formats = ["parquet", "arrow", "jsonl"]
configs = ["license"]
shards = { train = 2 }
"""
TRAIN = "license-mit/train-00000-of-00002"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release in every format, with two configs beside the default, two splits and several shards."""
    root = tmp_path_factory.mktemp("built")
    odd = {7: "\x00", 8: "\u2028", 9: "\u202e", 10: '"\\', 11: "a\u0301\U0001f600"}
    records = [
        article(n, text=f"Isi {n} {odd.get(n, '')}.", license="MIT" if n % 2 else "CC0-1.0", authors=["x"] * (n % 3),
                published="2017-12-19T06:16:05Z" if n // 2 % 2 else "2017-12", tags={"n": n})
        for n in range(80)
    ]  # fmt: skip
    (root / "a.jsonl").write_bytes(jsonl(records))
    (root / "corpus.toml").write_text(
        '[corpus]\nname = "tiny"\nversion = "1.0.0"\nlicense = "CC0-1.0"\n'
        f'[[source]]\nname = "satu"\nfiles = ["*.jsonl"]\nlicense = "CC-BY-4.0"\nlanguage = "id"\n{EXTRA}'
    )
    return corpuskit.build(root / "corpus.toml", root / "out").path


@pytest.fixture
def release(built: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(built, tmp_path / built.name))


def ask(release: Path, *names: str, monkeypatch: pytest.MonkeyPatch) -> list[Finding]:
    """The findings of some consumers alone."""
    monkeypatch.setattr(asking, "CONSUMERS", {name: CONSUMERS[name] for name in names})
    return consumer_findings(release, json.loads((release / "manifest.json").read_bytes()))


def test_every_consumer_reads_what_there_is(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No library finds another row, column, type or value; none leaves anything behind, or asks for a network."""
    for name in ("TMPDIR", "HOME", "HF_HOME"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(name, str(tmp_path / name))
    before = {p: p.lstat().st_mtime_ns for p in built.rglob("*")}
    done = subprocess.run(
        [sys.executable, "-m", "corpuskit", "verify", built, "--consumers", "--format", "json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, json.loads(done.stdout)) == (0, {"ok": True, "findings": []}), done.stdout
    assert {p: p.lstat().st_mtime_ns for p in built.rglob("*")} == before
    assert [p for p in tmp_path.rglob("*") if not p.is_dir()] == []


def other_yaml(release: Path) -> None:
    """The card's YAML leads the split `test` to the files of `train`."""
    card = release / "README.md"
    card.write_text(card.read_text().replace("path: data/*/test-*.parquet", "path: data/*/train-*.parquet"))


def one_split_more(release: Path) -> None:
    """The card's YAML names a split that there is not."""
    card = release / "README.md"
    lines = "  - split: test\n    path: data/*/test-*.parquet\n"
    assert lines in card.read_text()
    card.write_text(card.read_text().replace(lines, lines + lines.replace("split: test", "split: uji"), 1))


def other_features(release: Path) -> None:
    """The card's YAML says another type than a column has."""
    card = release / "README.md"
    lines = "  - name: title\n    dtype: "
    assert lines in card.read_text()
    card.write_text(card.read_text().replace(f"{lines}string", f"{lines}binary"))


def one_file_more(release: Path) -> None:
    """A Parquet file lies in a folder that a version control made."""
    (release / ".git").mkdir()
    shutil.copy(release / f"data/{TRAIN}.parquet", release / ".git/x.parquet")


def _parquet(change: Callable[[Any], Any]) -> Callable[[Path], None]:
    def forge(release: Path) -> None:
        path = release / f"data/{TRAIN}.parquet"
        pq.write_table(change(pq.read_table(path)), path)

    return forge


def _form(name: str, write: Any, change: Callable[[Any], Any]) -> Callable[[Path], None]:
    def forge(release: Path) -> None:
        table = change(pq.read_table(release / f"data/{TRAIN}.parquet"))
        write(release / name, table.schema, [table])

    return forge


def _other(column: str) -> Callable[[Any], Any]:
    """Another value in the third row of a column."""

    def change(table: Any) -> Any:
        values = table[column].to_pylist()
        values[2] = "lain"
        place = table.column_names.index(column)
        return table.set_column(
            place, table.schema.field(column), pa.array(values, table.schema.field(column).type)
        )

    return change


ARROW, JSONL = "arrow/train/license-mit/data-00000-of-00002.arrow", f"jsonl/{TRAIN}.jsonl.zst"
# What is changed, who finds it, and what each finding holds.
FORGERIES: list[tuple[Callable[[Path], None], str, list[str]]] = [
    (other_yaml, "datasets", ["split 'test'", "NonMatchingSplitsSizesError"]),
    (one_split_more, "datasets", ["UnexpectedSplitsError", "uji"]),
    (other_features, "datasets, streaming", ["column `title` is of the type binary"]),
    (one_file_more, "pyarrow.parquet.read_table", ["all splits", "rows; the manifest says"]),
    (_parquet(lambda t: t.slice(1)), "pyarrow.dataset", ["79 rows; the manifest says 80"]),
    (_parquet(lambda t: t.slice(1)), "polars", ["config 'license-mit', split 'train'", "rows; the manifest says"]),
    (_parquet(lambda t: t.drop_columns("url")), "DuckDB", ["cannot be read"]),
    (_form(ARROW, write_stream, _other("title")), "datasets.load_from_disk",
     ["config 'default', split 'train'", "column `title`: 'lain'; the release has 'Judul"]),
    (_form(ARROW, write_stream, lambda t: t.slice(1)), 'load_dataset("arrow")', ["split 'train'", "rows; the"]),
    (_form(JSONL, write_jsonl, _other("text")), 'load_dataset("json")',
     ["config 'license-mit', split 'train'", "row 2, column `text`: 'lain'"]),
    (lambda r: (r / "arrow/test/state.json").unlink(), "datasets.load_from_disk", ["cannot list", "state.json"]),
]  # fmt: skip


# Each opens the release with every library again: some of them always, all of them by `make test-long`.
ALWAYS = 3
NUMBERS = [pytest.param(n, marks=pytest.mark.long if n >= ALWAYS else ()) for n in range(len(FORGERIES))]


@pytest.mark.parametrize("number", NUMBERS)
def test_what_a_library_reads_otherwise_is_named(
    release: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The finding names the library, config, split and column."""
    forge, name, words = FORGERIES[number]
    assert ask(release, name, monkeypatch=monkeypatch) == []
    forge(release)
    found = ask(release, name, monkeypatch=monkeypatch)
    assert {f.kind for f in found} == {"other-reading"}
    assert all(name in f.message and f.severity == "error" for f in found)
    assert any(all(word in f.message for word in words) for f in found), [f.message for f in found]


def test_dates_that_a_json_loader_changes_are_said(
    corpus: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The JSON loader of datasets takes text that looks like a date for a time: that is a warning, and no damage."""
    records = [article(n, published=f"2017-12-{n + 1:02d}T06:16:05Z") for n in range(9)]
    release = corpuskit.build(
        corpus({"a.jsonl": jsonl(records)}, extra='[output]\nformats = ["parquet", "jsonl"]'),
        tmp_path / "out",
    ).path
    found = ask(release, 'load_dataset("json")', monkeypatch=monkeypatch)
    assert {f.severity for f in found} == {"warning"}
    assert any("column `published_date`: '2017-12-01 00:00:00'" in f.message for f in found)
    assert found[0].id == "a00000"


def test_who_is_not_installed_is_said(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that is not there is an info that names it, never silence."""
    absent = {"polars", "zstandard"}
    monkeypatch.setattr(asking, "find_spec", lambda name: None if name in absent else object())
    found = ask(built, "polars", 'load_dataset("json")', monkeypatch=monkeypatch)
    assert [(f.kind, f.severity) for f in found] == [("absent-consumer", "info")] * 2
    assert [f.message.partition(" ")[0] for f in found] == ["polars", "zstandard"]


def test_a_library_that_ends_its_process_is_said(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library that kills its process, or cannot be imported, is a finding that names it; the others are asked."""
    (tmp_path / "duckdb.py").write_text("import os\nos._exit(7)\n")
    (tmp_path / "polars.py").write_text("raise ImportError('rusak')\n")
    monkeypatch.syspath_prepend(tmp_path)
    found = ask(built, "DuckDB", "polars", "pyarrow.dataset", monkeypatch=monkeypatch)
    assert {f.kind for f in found} == {"other-reading"}
    assert "DuckDB ended its process with code 7" in found[0].message
    assert all("polars" in f.message and "ImportError: rusak" in f.message for f in found[1:])


def test_what_is_not_whole_is_not_opened(release: Path) -> None:
    """Where verify itself finds an error no library is asked, and that is said."""
    (release / "LICENSE").write_text("MIT")
    assert [f.kind for f in corpuskit.verify(release, consumers=True)][-2:] == [
        "changed-file",
        "absent-consumer",
    ]


def test_a_consumer_has_no_network() -> None:
    """In the process of a consumer nothing connects to anywhere, loopback included."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = (
            "import socket, sys; from corpuskit.consumers import child\n"
            "sys.addaudithook(child._stay)\n"
            f"socket.create_connection(('127.0.0.1', {port}))"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "without a network" in done.stderr

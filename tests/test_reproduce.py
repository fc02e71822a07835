"""`reproduce` and `build --check`: the same again or not, and where it is not, in words to act on."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import article, jsonl

import corpuskit
from corpuskit.findings import Finding

EXTRA = (
    '[splits]\nby = "id"\nshares = { train = 0.8, test = 0.2 }\n'
    '[output]\nshard_bytes = "12KB"\nrow_group_bytes = "3KB"\n'
)
RECORDS = [article(n, text=f"Isi artikel nomor {n}. " * 5, n=n / 7) for n in range(200)]


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder of the test's own, in which nothing must stay."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def spec(corpus: Callable[..., Path]) -> Path:
    """A corpus of one file with a reject."""
    return corpus({"a.jsonl": jsonl([*RECORDS, b"{rusak"])}, extra=EXTRA)


@pytest.fixture
def release(spec: Path, tmp_path: Path) -> Path:
    """The release of that corpus."""
    return corpuskit.build(spec, tmp_path / "out").path


def told(findings: list[Finding], kind: str) -> list[tuple[str, str]]:
    """The file and the message of each finding of a kind."""
    return [(f.file, f.message) for f in findings if f.kind == kind]


def test_the_same_again_is_no_finding(spec: Path, release: Path, tmp_path: Path, scratch: Path) -> None:
    """Whatever the jobs, the place, the cache beside it: no finding, and nothing is left behind or touched."""
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*") if p.is_file()}
    assert corpuskit.reproduce(spec, release) == []
    assert corpuskit.reproduce(corpuskit.load_spec(spec), str(release), jobs=2) == []
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*") if p.is_file()} == before
    assert list(scratch.iterdir()) == []


def test_the_cache_is_not_believed(spec: Path, tmp_path: Path) -> None:
    """A release that a forged cache gave differs from what is built without one."""
    out = tmp_path / "out"
    corpuskit.build(spec, out)
    part = next((out / ".tiny.cache" / "part").iterdir())
    table = pa.ipc.open_file(part / "rows.arrow").read_all()
    titles = pa.array(["palsu", *table["title"].to_pylist()[1:]])
    forged = table.set_column(table.column_names.index("title"), "title", titles)
    with pa.ipc.new_file(str(part / "rows.arrow"), forged.schema) as file:
        file.write_table(forged)
    from corpuskit import cache as caches
    from corpuskit.digests import file_xxh3

    entry = caches.find(out / ".tiny.cache", "part", part.name)
    record = json.loads((part / "entry.json").read_bytes().partition(b"\n")[2])
    assert entry is None  # the size is another: forge the record, too
    caches.keep(out / ".tiny.cache", "part", part.name, shutil.copytree(part, tmp_path / "forged"),
                record["files"] | {"rows.arrow": file_xxh3(part / "rows.arrow")}, record["value"])  # fmt: skip
    shutil.rmtree(out / ".tiny.cache" / "outcome")
    shutil.rmtree(out / ".tiny.cache" / "shard")
    release = corpuskit.build(spec, out, replace=True).path
    found = told(corpuskit.reproduce(spec, release), "other-content")
    assert any("(one, a00000): column `title`" in message and '"palsu"' in message for _, message in found)


def change(path: Path, edit: Callable[[list[dict[str, object]]], object]) -> None:
    """Edit the articles of the input."""
    articles = [json.loads(line) for line in path.read_bytes().splitlines()[:-1]]
    edit(articles)
    path.write_bytes(jsonl([*articles, b"{rusak"]))


EDITS: dict[str, tuple[Callable[[list[dict[str, object]]], object], str]] = {
    "a value": (lambda a: a[120].update(title="Lain 120"), "(one, a00120): column `title` differs from character 0"),
    "a character": (
        lambda a: a[120].update(text="Isi artikel nomor 120. " * 4 + "Isi artikel nomor 121. "),
        "row (one, a00120): column `text` differs from character 112 on:",
    ),
    "a null": (lambda a: a[120].pop("title"), "column `title` is \"Judul 120\"; built again null"),
    "one gone": (lambda a: a.pop(120), "row (one, a00120) is not there, built again"),
    "one more": (lambda a: a.insert(120, article(7000)), "built again, there is row (one, a07000) more"),
    "the order": (lambda a: a.insert(0, a.pop(120)), "the rows stand in another order"),
}  # fmt: skip


@pytest.mark.parametrize(("edit", "words"), EDITS.values(), ids=list(EDITS))
def test_another_input_is_named_and_the_first_row(
    spec: Path, release: Path, edit: Callable[[list[dict[str, object]]], object], words: str
) -> None:
    """The cause first, then the first row that differs with its column, then the files with the byte."""
    change(spec.parent / "a.jsonl", edit)
    findings = corpuskit.reproduce(spec, release)
    assert (findings[0].kind, findings[0].file) == ("other-origin", "a.jsonl")
    assert any(words in message for _, message in told(findings, "other-content")), findings
    assert {f.severity for f in findings} == {"warning", "error"}
    kinds = [f.kind for f in findings]
    assert kinds == sorted(kinds, key=["other-versions", "other-origin", "other-content", "other-file"].index)
    files = dict(told(findings, "other-file"))
    assert any(name.startswith("data/") for name in files)
    assert "manifest.json" in files
    assert "tiny-1.0.0.audit/ledger.parquet" in files
    for name, message in files.items():
        if message.startswith("differs from byte "):
            at = int(message.split()[3].rstrip(":").replace(",", ""))
            assert at < (release / name if ".audit/" not in name else release.parent / name).stat().st_size


def test_a_row_in_another_split_is_told(spec: Path, release: Path) -> None:
    """The split that the row is in now is named."""
    spec.write_text(spec.read_text().replace("train = 0.8, test = 0.2", "train = 0.5, test = 0.5"))
    findings = corpuskit.reproduce(spec, release)
    messages = [message for _, message in told(findings, "other-content")]
    assert any("is in 'test', built again" in message for message in messages)
    assert any(message.startswith("configs.default.test is ") for message in messages)
    assert any(
        "split_rule.shares.test is 0.2; built again 0.5" in m for _, m in told(findings, "other-origin")
    )
    assert not any("content_id" in message for message in messages)


def test_other_accounts_are_told_by_their_place(spec: Path, release: Path) -> None:
    """Which number of which source differs, and how."""
    with (spec.parent / "a.jsonl").open("ab") as file:
        file.write(b"{rusak lagi\n")
    findings = corpuskit.reproduce(spec, release)
    assert [m for _, m in told(findings, "other-content")] == [
        "accounts.sources.one.in is 201; built again 202"
    ]


def test_another_input_file_is_told(spec: Path, release: Path) -> None:
    """A file that is new, and one that is gone."""
    (spec.parent / "b.jsonl").write_bytes(jsonl([article(9000)]))
    spec.write_text(spec.read_text().replace('["a.jsonl"]', '["a.jsonl", "b.jsonl"]'))
    assert ("b.jsonl", "is a new input") in told(corpuskit.reproduce(spec, release), "other-origin")
    (spec.parent / "a.jsonl").unlink()
    spec.write_text(spec.read_text().replace('["a.jsonl", "b.jsonl"]', '["b.jsonl"]'))
    found = told(corpuskit.reproduce(spec, release), "other-origin")
    assert ("a.jsonl", "is no input any more (1 more inputs are other ones)") in found


def test_another_corpus_toml_is_told(spec: Path, release: Path) -> None:
    """Which fact of the spec differs; a name and a version that are others."""
    text = spec.read_text()
    spec.write_text(text.replace('name = "tiny"\n', 'name = "tiny"\ndescription = "Lain."\n'))
    found = corpuskit.reproduce(spec, release)
    message = 'corpus.toml is another: corpus.description is null; built again "Lain."'
    assert told(found, "other-origin") == [("manifest.json", message)]
    assert told(found, "other-content") == []
    assert {name for name, _ in told(found, "other-file")} == {
        "README.md",
        "croissant.json",
        "manifest.json",
        "manifest.json.sha256",
    }
    spec.write_text(text.replace('version = "1.0.0"', 'version = "1.1.0"'))
    origins = told(corpuskit.reproduce(spec, release), "other-origin")
    assert ("manifest.json", 'the version is another: version is "1.0.0"; built again "1.1.0"') in origins


def test_other_versions_are_told_first(spec: Path, release: Path) -> None:
    """A release that another pyarrow made: its version comes first, and the manifest's difference is named."""
    manifest = json.loads((release / "manifest.json").read_bytes())
    manifest["versions"]["pyarrow"] = "1.2.3"
    from corpuskit.manifest import write_manifest

    write_manifest(release, manifest)
    findings = corpuskit.reproduce(spec, release)
    assert findings[0].kind == "other-versions"
    assert findings[0].message == f"pyarrow 1.2.3 made it, here is {pa.__version__}"
    files = dict(told(findings, "other-file"))
    assert 'manifest.versions.pyarrow is "1.2.3"' in files["manifest.json"]
    assert told(findings, "other-content") == []


def test_other_bytes_of_the_same_rows_are_told_as_that(spec: Path, release: Path) -> None:
    """A shard with another codec: the file and the byte, and no row."""
    shard = min(release.glob("data/train-*.parquet"))
    pq.write_table(pq.read_table(shard), shard, compression="snappy")
    findings = corpuskit.reproduce(spec, release)
    assert [(f.kind, f.file) for f in findings] == [("other-file", f"data/{shard.name}")]
    assert findings[0].message.startswith("differs from byte ")


def test_the_first_byte_is_the_first(spec: Path, release: Path) -> None:
    """The byte that is told is the one that was changed, and a shorter file differs at its end."""
    path = release / "provenance" / "00000.arrow"
    data = path.read_bytes()
    path.write_bytes(data[:1000] + bytes([data[1000] ^ 1]) + data[1001:])
    ((file, message),) = told(corpuskit.reproduce(spec, release), "other-file")
    assert (file, message.partition(":")[0]) == ("provenance/00000.arrow", "differs from byte 1,000 on")
    path.write_bytes(data[:-10])
    ((file, message),) = told(corpuskit.reproduce(spec, release), "other-file")
    assert (file, message.partition(": ")[0]) == (
        "provenance/00000.arrow",
        f"differs from byte {len(data) - 10:,} on",
    )


@pytest.mark.parametrize("book", ["ledger", "provenance"])
def test_a_forged_line_of_a_book_is_told(spec: Path, release: Path, book: str) -> None:
    """The row and column that say something else, or how many rows there are, or that all rows are the same."""
    path = release / "provenance" / "00000.arrow"
    if book == "ledger":
        path = release.with_name(f"{release.name}.audit") / "ledger.parquet"
    read, write = (pq.read_table, pq.write_table) if book == "ledger" else (read_arrow, write_arrow)
    whole = read(path)
    place = whole.column_names.index("sha256")
    forged = ["0" * 64 if n == 2 else each for n, each in enumerate(whole["sha256"].to_pylist())]
    row = f"row 3 (one, {whole['id'][2].as_py()}): column `sha256` differs from character "
    for table, words in (
        (whole.set_column(place, "sha256", pa.array(forged)), row),
        (whole.slice(0, 5), "it has 5 rows; built again more"),
        (pa.concat_tables([whole, whole.slice(0, 1)]), f"built again it has {whole.num_rows} rows"),
        (pa.concat_tables([whole.slice(0, 5), whole.slice(5)]), "its rows are the same"),
    ):
        path.unlink()
        write(table, path)
        messages = [m for file, m in told(corpuskit.reproduce(spec, release), "other-file") if file]
        assert len(messages) == 1
        assert f" on: {words}" in messages[0], messages


def read_arrow(path: Path) -> pa.Table:
    """The rows of an Arrow file."""
    return pa.ipc.open_file(path.read_bytes()).read_all()


def write_arrow(table: pa.Table, path: Path) -> None:
    """Rows to an Arrow file."""
    with pa.ipc.new_file(str(path), table.schema) as file:
        file.write_table(table)


def test_missing_and_further_files_are_told(spec: Path, release: Path) -> None:
    """Each file that only one of the two has; what version control and hubs add is none of ours."""
    (release / "LICENSE").unlink()
    (release / "data" / "more.parquet").write_bytes(b"x")
    (release / ".gitattributes").write_bytes(b"x")
    assert told(corpuskit.reproduce(spec, release), "other-file") == [
        ("LICENSE", "it is missing; built again, it is there"),
        ("data/more.parquet", "built again, there is no such file"),
    ]


def test_a_damaged_shard_is_told(spec: Path, release: Path) -> None:
    """A shard that cannot be read is a finding, not an error."""
    shard = min(release.glob("data/train-*.parquet"))
    shard.write_bytes(shard.read_bytes()[:-3])
    findings = corpuskit.reproduce(spec, release)
    assert told(findings, "other-content")[0][0] == f"data/{shard.name}"
    assert "cannot be compared" in told(findings, "other-content")[0][1]


def test_a_published_copy_is_the_same_but_for_what_others_added(
    spec: Path, release: Path, tmp_path: Path
) -> None:
    """Without its audit folder, and with prose in its card, a copy elsewhere is what is built again."""
    copy = tmp_path / "copy"
    shutil.copytree(release, copy)
    with (copy / "README.md").open("a") as card:
        card.write("\nTerima kasih.\n")
    findings = corpuskit.reproduce(spec, copy)
    assert [(f.kind, f.severity) for f in findings] == [("other-file", "info"), ("no-audit", "info")]


def test_a_refused_build_is_a_finding(spec: Path, release: Path) -> None:
    """What cannot be built any more is told with the reason."""
    spec.write_text(spec.read_text().replace("max_loss = 1.0", "max_loss = 0.0"))
    findings = corpuskit.reproduce(spec, release)
    assert [f.kind for f in findings] == ["other-content"]
    assert "refused" in findings[0].message
    assert "1 of 201" in findings[0].message


def check(*arguments: str | Path, scratch: Path) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "corpuskit", "build", *map(str, arguments)],
        capture_output=True, text=True, check=False, env={**os.environ, "TMPDIR": str(scratch)},
    )  # fmt: skip


def test_the_command_line_of_check(spec: Path, release: Path, scratch: Path, tmp_path: Path) -> None:
    """Exit codes, JSON, text, and what does not go together."""
    same = check(spec, "--check", release, "--format", "json", scratch=scratch)
    assert (same.returncode, json.loads(same.stdout), same.stderr) == (0, {"ok": True, "findings": []}, "")
    change(spec.parent / "a.jsonl", lambda a: a.pop(3))
    other = check(spec, "--check", release, scratch=scratch)
    assert other.returncode == 1
    assert (
        other.stdout.index("other-origin")
        < other.stdout.index("other-content")
        < other.stdout.index("other-file")
    )
    assert "(one, a00003) is not there" in other.stdout
    assert "NOT what is built now" in other.stdout
    assert (
        json.loads(check(spec, "--check", release, "--format", "json", scratch=scratch).stdout)["ok"] is False
    )
    assert check(spec, "--check", tmp_path / "nowhere", scratch=scratch).returncode == 2
    assert check(spec, scratch=scratch).returncode == 2
    for extra in (["--out", tmp_path / "o"], ["--replace"], ["--no-cache"], ["--cache-bytes", "1GB"], ["-v"]):
        assert check(spec, "--check", release, *extra, scratch=scratch).returncode == 2
    (spec.parent / "a.jsonl").unlink()
    assert check(spec, "--check", release, scratch=scratch).returncode == 2
    assert list(scratch.iterdir()) == []

"""verify: any changed byte, any missing, extra or foreign file, and any false claim is found."""

import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from conftest import article, jsonl

import corpuskit
from corpuskit.documents import render_documents
from corpuskit.findings import Finding

FLIPS = 600
TOML = """
[corpus]
name = "tiny"
version = "1.0.0"
license = "CC0-1.0"
languages = ["id", "jv"]
[[source]]
name = "satu"
files = ["in/*"]
license = "CC-BY-4.0"
language = "id"
max_loss = 1
[splits]
shares = { train = 0.6, test = 0.4 }
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> corpuskit.Release:
    """A small release with two splits, rejects, duplicates, edits and findings."""
    root = tmp_path_factory.mktemp("built")
    (root / "in").mkdir()
    records: list[Any] = [article(n, license="MIT" if n % 3 else "CC0-1.0") for n in range(12)]
    records += [b"rusak", {"id": "ganda", "text": article(1)["text"]}, {"id": "bermasalah", "text": 5}]
    (root / "in/a.jsonl").write_bytes(jsonl(records))
    (root / "in/b.txt").write_bytes("Judul\r\n\r\n2017-12-19 13:16:05\r\n\r\nIsi \u00e9.\r\n".encode())
    (root / "corpus.toml").write_text(TOML, encoding="utf-8")
    return corpuskit.build(root / "corpus.toml", root / "out")


@pytest.fixture(params=["with its audit folder", "a published copy"])
def release(request: pytest.FixtureRequest, built: corpuskit.Release, tmp_path: Path) -> Path:
    """A copy of the release, once with its audit folder beside it and once without."""
    copy = tmp_path / built.path.name
    shutil.copytree(built.path, copy)
    if request.param == "with its audit folder":
        shutil.copytree(built.audit, tmp_path / built.audit.name)
    return copy


@pytest.fixture
def audited(built: corpuskit.Release, tmp_path: Path) -> Path:
    """A copy of the release with its audit folder."""
    shutil.copytree(built.path.parent, tmp_path / "copy")
    return tmp_path / "copy" / built.path.name


def errors(release: Path, **options: Any) -> list[Finding]:
    """The findings of severity error."""
    return [f for f in corpuskit.verify(release, **options) if f.severity == "error"]


def files_of(release: Path) -> list[str]:
    """The files of a release by their paths in it."""
    return sorted(p.relative_to(release).as_posix() for p in release.rglob("*") if p.is_file())


def run(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, which must end."""
    command = [sys.executable, "-m", "corpuskit", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=60, check=False)


def test_what_was_built_verifies(release: Path) -> None:
    """A release has no errors with or without its audit folder, and only the latter is remarked on."""
    kinds = [f.kind for f in corpuskit.verify(release)]
    assert kinds == ([] if release.with_name("tiny-1.0.0.audit").exists() else ["no-audit"])
    assert errors(release, quick=True) == []


# --- changed bytes ---


def test_every_flipped_byte_is_found(release: Path) -> None:
    """Wherever a byte of a release changes, verify reports an error that names the file.

    In a copy without the audit folder the words around our blocks of README.md are free: there it is a note.
    """
    copy = not release.with_name("tiny-1.0.0.audit").exists()
    places = [(name, at) for name in files_of(release) for at in range((release / name).stat().st_size)]
    draw = random.Random(20171219)
    seals = {"manifest.json", "manifest.json.sha256"}
    blocks = re.compile(rb"(?s)<!-- corpuskit:([a-z-]+) -->\n.*?<!-- /corpuskit:\1 -->")
    ours = [match.span() for match in blocks.finditer((release / "README.md").read_bytes())]
    for name, at in draw.sample(places, FLIPS):
        path = release / name
        data = path.read_bytes()
        path.write_bytes(data[:at] + bytes([data[at] ^ draw.randrange(1, 256)]) + data[at + 1 :])
        found = corpuskit.verify(release)
        path.write_bytes(data)
        named = {f.file for f in found if f.severity == "error"}
        if copy and name == "README.md" and not any(start <= at < end for start, end in ours):
            named |= {f.file for f in found if f.kind == "foreign-file"}
        assert named & (seals if name in seals else {name}), f"{name}, byte {at}"
    assert errors(release) == []


@pytest.mark.parametrize("change", ["truncated", "emptied", "appended to", "zeroed"])
def test_every_file_that_changed_is_named(release: Path, change: str) -> None:
    """A file that is cut, empty, longer or zeroed is an error that names it."""
    for name in files_of(release):
        path = release / name
        data = path.read_bytes()
        changed = {
            "truncated": data[:-1],
            "emptied": b"",
            "appended to": data + b"\n",
            "zeroed": bytes(len(data)),
        }
        path.write_bytes(changed[change])
        # What stands after the last block of a published card is the hub's or the publisher's.
        copy = not release.with_name("tiny-1.0.0.audit").exists()
        lenient = copy and name == "README.md" and change in {"truncated", "appended to"}
        found = corpuskit.verify(release)
        path.write_bytes(data)
        worst = {f.file for f in found if f.severity == "error" or (lenient and f.kind == "foreign-file")}
        assert worst & ({name, "manifest.json.sha256"} if name == "manifest.json" else {name}), name


def test_quick_reads_no_rows(audited: Path) -> None:
    """`quick` finds a changed size, not a changed byte; the full check finds both."""
    data = audited / "data" / "test-00000-of-00001.parquet"
    content = bytearray(data.read_bytes())
    content[100] ^= 1
    data.write_bytes(content)
    assert errors(audited, quick=True) == []
    assert {f.file for f in errors(audited)} == {"data/test-00000-of-00001.parquet"}
    data.write_bytes(content[:-1])
    assert {f.kind for f in errors(audited, quick=True)} == {"changed-file"}


def test_quick_names_a_file_that_is_no_parquet(audited: Path) -> None:
    """A footer that cannot be read is a finding, also where only footers are read."""
    data = audited / "data" / "train-00000-of-00001.parquet"
    data.write_bytes(bytes(data.stat().st_size))
    assert {(f.kind, f.file) for f in errors(audited, quick=True)} == {
        ("wrong-content", "data/train-00000-of-00001.parquet")
    }


# --- missing, extra and strange files ---


def test_every_missing_file_is_named(release: Path, tmp_path: Path) -> None:
    """Each file of a release that is not there is an error that names it."""
    for name in files_of(release):
        (release / name).rename(tmp_path / "away")
        if name == "manifest.json":
            with pytest.raises(corpuskit.SpecError, match="no release"):
                corpuskit.verify(release)
        else:
            assert [f.file for f in errors(release) if f.kind == "missing-file"] == [name]
            assert [f.file for f in errors(release, quick=True) if f.kind == "missing-file"] == [name]
        (tmp_path / "away").rename(release / name)


EXTRA = [
    "data/train-00001-of-00002.parquet", "data/.train-00000-of-00001.parquet.swp", "data/sub/x.parquet", "x.txt",
    "schemas/other.json", "provenance/00001.arrow", "README.md.bak", "manifest.json.sha512", "data/.gitattributes",
    "--quick", "baris\nbaru",
]  # fmt: skip


@pytest.mark.parametrize("name", EXTRA)
def test_every_extra_file_is_named(release: Path, name: str) -> None:
    """What the manifest does not list is an error; in a published copy it is a note, unless it lies among the data."""
    (release / name).parent.mkdir(exist_ok=True)
    (release / name).write_bytes(b"x")
    published = not release.with_name(f"{release.name}.audit").exists()
    kind = "foreign-file" if published and not name.startswith("data/") else "extra-file"
    for quick in (False, True):
        found = corpuskit.verify(release, quick=quick)
        assert (kind, name) in {(f.kind, f.file) for f in found}
        assert [f.file for f in found if f.severity == "error"] == [name][: kind == "extra-file"]


def test_a_renamed_file_is_missing_and_extra(release: Path) -> None:
    """A file under another name is two errors: the one that is missing and the one that is extra."""
    (release / "data/test-00000-of-00001.parquet").rename(release / "data/uji-00000-of-00001.parquet")
    assert {(f.kind, f.file) for f in errors(release)} == {
        ("missing-file", "data/test-00000-of-00001.parquet"),
        ("extra-file", "data/uji-00000-of-00001.parquet"),
    }


def test_swapped_files_are_both_named(release: Path) -> None:
    """Two shards that changed places are both named."""
    one, other = release / "data/test-00000-of-00001.parquet", release / "data/train-00000-of-00001.parquet"
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    assert {f.file for f in errors(release)} == {f"data/{p.name}" for p in (one, other)}


@pytest.mark.parametrize(
    "name",
    [
        "data/train-00000-of-00001.parquet",
        "README.md",
        "LICENSE",
        "manifest.json",
        "manifest.json.sha256",
        "data",
    ],
)
def test_a_link_is_no_file(release: Path, tmp_path: Path, name: str) -> None:
    """A symlink in the place of a file or folder is an error that names it, though its target is unchanged."""
    (release / name).rename(tmp_path / "away")
    (release / name).symlink_to(tmp_path / "away")
    assert name in {f.file for f in errors(release)}
    assert errors(release, quick=True)


def test_a_link_that_leads_nowhere_is_named(release: Path) -> None:
    """A dangling link, and a link to itself, are errors that name them."""
    (release / "data/nowhere.parquet").symlink_to("nothing")
    (release / "loop").symlink_to("loop")
    assert {f.file for f in errors(release)} == {"data/nowhere.parquet", "loop"}


@pytest.mark.parametrize(
    "name",
    [
        "data/pipe.parquet",
        "data/train-00000-of-00001.parquet",
        "README.md",
        "LICENSE",
        "manifest.json.sha256",
    ],
)
def test_a_pipe_does_not_hang(release: Path, name: str) -> None:
    """A named pipe, in the place of a file or beside them, is an error that names it, at once."""
    (release / name).unlink(missing_ok=True)
    os.mkfifo(release / name)
    done = run("verify", release, "--format", "json")
    assert done.returncode == 1
    assert name in {f["file"] for f in json.loads(done.stdout)["findings"] if f["severity"] == "error"}


def test_a_pipe_in_the_audit_folder_does_not_hang(audited: Path) -> None:
    """A named pipe in the place of the ledger is an error that names it, at once."""
    ledger = audited.with_name("tiny-1.0.0.audit") / "ledger.parquet"
    ledger.unlink()
    os.mkfifo(ledger)
    done = run("verify", audited)
    assert (done.returncode, "tiny-1.0.0.audit/ledger.parquet" in done.stdout) == (1, True)


def test_a_folder_is_no_file(release: Path) -> None:
    """A folder in the place of a file is an error that names the file, and a file inside it is extra."""
    name = "data/train-00000-of-00001.parquet"
    (release / name).rename(release / "x")
    (release / name).mkdir()
    (release / "x").rename(release / name / "x")
    assert {(f.kind, f.file) for f in errors(release)} == {
        ("missing-file", name),
        ("extra-file", name + "/x"),
    }


# --- what a hub or publisher adds to a copy ---


def test_what_a_hub_adds_is_remarked_on_only(built: corpuskit.Release, tmp_path: Path) -> None:
    """In a published copy .gitattributes, foreign YAML keys, prose and CRLF are notes, and the exit code is 0."""
    copy = tmp_path / "copy"
    shutil.copytree(built.path, copy)
    (copy / ".gitattributes").write_text("*.parquet filter=lfs\n")
    (copy / ".cache/huggingface").mkdir(parents=True)
    (copy / ".cache/huggingface/x.metadata").write_text("x")
    card = (copy / "README.md").read_text()
    foreign = (
        card.replace("---\n", "---\nviewer: false\n", 1).replace("\n# ", "\nKata pengantar.\n\n# ", 0)
        + "\nSalam.\n"
    )
    for text in (card, foreign, foreign.replace("\n", "\r\n")):
        (copy / "README.md").write_bytes(text.encode())
        findings = corpuskit.verify(copy)
        assert {f.severity for f in findings} == {"info"}
        assert ("README.md" in {f.file for f in findings}) == (text != card)
        assert ".gitattributes" in {f.file for f in findings}
    assert run("verify", copy).returncode == 0


FORGED_CARDS: dict[str, Callable[[str], str]] = {
    "a number": lambda card: re.sub(r"\| Articles \| \d+ \|", "| Articles | 99 |", card),
    "a block less": lambda card: re.sub(
        r"(?s)<!-- corpuskit:licensing -->.*<!-- /corpuskit:licensing -->", "", card
    ),
    "a false block above the true one": lambda card: card.replace(
        "<!-- corpuskit:glance -->",
        "<!-- corpuskit:glance -->\nSejuta artikel.\n<!-- /corpuskit:glance -->\n<!-- corpuskit:glance -->",
    ),
    "a block that is not closed": lambda card: card.replace("<!-- /corpuskit:people -->", ""),
    "words inside a block": lambda card: card.replace("## Columns\n", "## Columns\n\nBaru.\n"),
    "another licence": lambda card: card.replace("license:\n", "license: mit\nlisensi:\n"),
    "another size": lambda card: card.replace("n<1K", "1K<n<10K"),
    "no head": lambda card: card.partition("---\n\n")[2],
    "an open head": lambda card: card.replace("\n---\n", "\n", 1),
    "a head that is no YAML": lambda card: card.replace("---\n", "---\n]: [\n", 1),
}


@pytest.mark.parametrize("forge", FORGED_CARDS.values(), ids=list(FORGED_CARDS))
def test_a_false_card_is_found_in_a_copy(
    built: corpuskit.Release, tmp_path: Path, forge: Callable[[str], str]
) -> None:
    """What the card of a published copy claims otherwise than the data is an error."""
    copy = tmp_path / "copy"
    shutil.copytree(built.path, copy)
    card = (copy / "README.md").read_text()
    assert forge(card) != card
    (copy / "README.md").write_text(forge(card))
    assert {(f.kind, f.file) for f in errors(copy)} == {("wrong-claim", "README.md")}


# --- a manifest that was written again, with its sidecar and its documents ---


def seal(release: Path, manifest: dict[str, Any], *, documents: bool = True) -> str:
    """Write a manifest with its sidecar, the documents rendered from it: what a forger would do."""
    rendered = render_documents(manifest) if documents else {}
    for entry in manifest["files"]:
        if entry["path"] in rendered:
            (release / entry["path"]).write_text(rendered[entry["path"]][1], encoding="utf-8")
        if (release / entry["path"]).is_file():
            data = (release / entry["path"]).read_bytes()
            entry |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    return _write(release, manifest)


def _write(release: Path, manifest: dict[str, Any]) -> str:
    data = json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    root = hashlib.sha256(data).hexdigest()
    (release / "manifest.json").write_bytes(data)
    (release / "manifest.json.sha256").write_text(f"{root}  manifest.json\n")
    return root


def _more(table: dict[str, Any], *names: str, by: int = 1) -> None:
    for name in names:
        table[name] += by


def _account(manifest: dict[str, Any], *names: str, by: int = 1) -> None:
    for table in (manifest["accounts"]["total"], manifest["accounts"]["sources"]["satu"]):
        _more(table, *names, by=by)


def _move(table: dict[str, int], one: str, other: str) -> None:
    table[one] -= 1
    table[other] = table.get(other, 0) + 1


Forge = Callable[[dict[str, Any]], Any]
FORGERIES: dict[str, Forge] = {
    "nothing but one number of the total": lambda m: _more(m["accounts"]["total"], "kept"),
    "one more in and kept": lambda m: _account(m, "in", "kept"),
    "one more in and rejected": lambda m: _account(m, "in", "rejected"),
    "one less in and rejected": lambda m: _account(m, "in", "rejected", by=-1),
    "a source more": lambda m: m["accounts"]["sources"].update(dua=m["accounts"]["total"]),
    "an article in another split": lambda m: _move(m["configs"]["default"], "train", "test"),
    "another content id": lambda m: m.update(content_id="0" * 64),
    "another schema digest": lambda m: m.update(schema_sha256="0" * 64),
    "more rows in the statistics": lambda m: _more(m["statistics"], "rows"),
    "more characters": lambda m: _more(m["statistics"], "chars"),
    "another median": lambda m: _more(m["statistics"]["length_chars"], "p50"),
    "another language": lambda m: m["statistics"]["languages"].update(jv=1),
    "another licence": lambda m: _move(m["statistics"]["licenses"], "CC-BY-4.0", "MIT"),
    "no licence at all": lambda m: m["statistics"].update(licenses={}),
    "another source": lambda m: m["statistics"]["sources"].update(dua=3),
    "another year": lambda m: _move(m["statistics"]["years"], "2017", "2018"),
    "another number of words": lambda m: _more(m["statistics"], "words"),
    "another month": lambda m: _move(m["statistics"]["months"], "2017-12", "2016-12"),
    "another histogram": lambda m: m["statistics"]["length_histogram"][0].__setitem__(1, 99),
    "words of a source": lambda m: _more(m["statistics"]["by_source"]["satu"], "words"),
    "words of a language": lambda m: _more(m["statistics"]["by_language"]["id"], "words"),
    "another host": lambda m: m["statistics"].update(domains={"count": 1, "most": {"example.org": 1}}),
    "an earlier date": lambda m: m["statistics"].update(earliest="1999-01-01"),
    "fewer nulls": lambda m: m["statistics"]["nulls"].update(url=0),
    "another size in memory": lambda m: _more(m["arrow_bytes"]["default"], "train"),
    "a column less": lambda m: m["columns"].pop(),
    "columns in another order": lambda m: m["columns"].reverse(),
    "a column of another type": lambda m: m["columns"][0].update(type={"dtype": "int64"}),
    "another description": lambda m: m["columns"][0].update(description="Nomor."),
    "another salt": lambda m: m["split_rule"].update(salt="lain"),
    "other shares": lambda m: m["split_rule"].update(shares={"train": 0.1, "test": 0.9}),
    "another split key": lambda m: m["split_rule"].update(by="id"),
    "no split rule, it says": lambda m: m["split_rule"].update(kind="none"),
    "no split rule": lambda m: m.update(split_rule={"kind": "none", "split": "train", "text": ["text"]}),
    "a given split": lambda m: m["split_rule"].update(given={"satu": "test"}),
    "another text role": lambda m: m["split_rule"].update(text=["title"]),
    "an input with fewer records": lambda m: m["inputs"][0].update(records=3),
    "an input of another source": lambda m: m["inputs"][0].update(source="dua"),
    "an input less": lambda m: m["inputs"].pop(),
    "more rows in a shard": lambda m: _more(next(f for f in m["files"] if f["role"] == "data"), "rows"),
    "more rows in the provenance": lambda m: _more(next(f for f in m["files"] if f["role"] == "provenance"), "rows"),
    "a shard of another split": lambda m: next(f for f in m["files"] if f["role"] == "data").update(split="uji"),
    "a shard twice": lambda m: m["files"].append(dict(next(f for f in m["files"] if f["role"] == "data"))),
    "a file outside": lambda m: m["files"].append({"path": "../x", "bytes": 1, "sha256": "0" * 64, "role": "notice"}),
    "a shard that is no data": lambda m: next(f for f in m["files"] if f["role"] == "data").update(role="notice"),
    "an unknown key": lambda m: m.update(lain=1),
}  # fmt: skip


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=list(FORGERIES))
def test_a_forged_number_is_found(release: Path, forge: Forge) -> None:
    """A manifest edited together with its sidecar and documents contradicts the data, and verify says so."""
    manifest = json.loads((release / "manifest.json").read_bytes())
    forge(manifest)
    try:
        seal(release, manifest)
    except LookupError:  # no card can be rendered from it: the forger leaves it as it is
        seal(release, manifest, documents=False)
    assert errors(release)


def _number(text: str) -> str:
    """The text with the last digit of its first number that a reader sees changed."""
    return re.sub(r"(?<![\w&#.-])(\d+)(?![\w.-])", lambda m: str(int(m[1]) + 1), text, count=1)


def test_a_number_in_any_block_is_found(release: Path) -> None:
    """A card whose digest is right, with another number in one of its blocks, is found by that block's name."""
    text = (release / "README.md").read_text(encoding="utf-8")
    blocks = {
        m[1]: m[0] for m in re.finditer(r"(?s)<!-- corpuskit:([a-z-]+) -->\n.*?<!-- /corpuskit:\1 -->", text)
    }
    numbered = [name for name, block in blocks.items() if _number(block) != block]
    assert {"glance", "lengths", "columns", "sources", "accounts", "splits", "limits"} <= set(numbered)
    for name in numbered:
        _replaced(release, "README.md", text.replace(blocks[name], _number(blocks[name])))
        assert any(f"`{name}`" in f.message for f in errors(release)), name


def test_a_figure_with_another_value_is_found(release: Path) -> None:
    """A figure whose digest is right and that shows something else than the manifest says is named."""
    drawn = [name for name in files_of(release) if name.startswith("figures/")]
    assert "figures/waterfall.svg" in drawn
    for name in drawn:
        text = (release / name).read_text(encoding="utf-8")
        _replaced(release, name, text.replace('width="', 'width="1', 3))
        assert ("wrong-claim", name) in {(f.kind, f.file) for f in errors(release)}
        _replaced(release, name, text)
    assert errors(release) == []


def _replaced(release: Path, name: str, text: str) -> None:
    """Write another text into a document and its digest into the manifest."""
    (release / name).write_text(text, encoding="utf-8")
    data = text.encode()
    manifest = json.loads((release / "manifest.json").read_bytes())
    entry = next(f for f in manifest["files"] if f["path"] == name)
    entry |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    _write(release, manifest)


AUDITED: dict[str, Forge] = {
    "a finding more": lambda m: m["findings"].update({"bad-timestamp": 1}),
    "a finding less": lambda m: m["findings"].pop("invalid-json"),
    "fewer duplicates": lambda m: m["findings"].update(duplicate=0),
    "a declared language that is there, it says": lambda m: m["findings"].pop("absent-language"),
    "an edit more": lambda m: _more(m["edits"]["satu"]["head"], "edits"),
    "fewer bytes cut": lambda m: m["edits"]["satu"]["head"].update(removed_bytes=0),
    "an edit less": lambda m: m["edits"]["satu"].pop("head"),
    "bytes that were lost elsewhere": lambda m: _more(m["waterfall"]["satu"][0], "bytes"),
    "records that were lost elsewhere": lambda m: _more(m["waterfall"]["satu"][0], "records"),
    "another reason": lambda m: m["waterfall"]["satu"][-1].update(reason="duplicate-id"),
    "a duplicate that was a reject": lambda m: [
        _move(t, "rejected", "duplicate") for t in (m["accounts"]["total"], m["accounts"]["sources"]["satu"])
    ],
    "records of one input in another": lambda m: [m["inputs"][0].update(records=m["inputs"][0]["records"] - 1),
                                                  m["inputs"][1].update(records=m["inputs"][1]["records"] + 1)],
}  # fmt: skip


@pytest.mark.parametrize("forge", AUDITED.values(), ids=list(AUDITED))
def test_the_audit_folder_proves_more(audited: Path, forge: Forge) -> None:
    """Numbers that no row can tell are compared with the audit folder where it is there."""
    manifest = json.loads((audited / "manifest.json").read_bytes())
    forge(manifest)
    seal(audited, manifest)
    assert errors(audited)


@pytest.mark.parametrize("name", ["README.md", "LICENSE", "NOTICE.md", "data", "provenance", "schemas"])
def test_a_release_without_one_of_its_files_is_none(release: Path, name: str) -> None:
    """A file that is gone from the folder and from the manifest is missed all the same."""
    manifest = json.loads((release / "manifest.json").read_bytes())
    gone = next(entry for entry in manifest["files"] if entry["path"].startswith(name))
    manifest["files"].remove(gone)
    (release / gone["path"]).unlink()
    seal(release, manifest)
    assert errors(release)


@pytest.mark.parametrize("manifest", [b"", b"{}", b"[]", b"null", b"\xff", b"{" * 5000, b'{"files": "x"}'])
def test_what_is_no_manifest_is_an_error(release: Path, manifest: bytes) -> None:
    """A manifest.json that is none is a finding where its sidecar agrees, never a crash; others refuse it."""
    (release / "manifest.json").write_bytes(manifest)
    digest = hashlib.sha256(manifest).hexdigest()
    (release / "manifest.json.sha256").write_text(f"{digest}  manifest.json\n")
    assert {f.kind for f in errors(release)} == {"bad-manifest"}
    with pytest.raises(corpuskit.SpecError, match="no release"):
        next(iter(corpuskit.read(release)))


def _without(value: Any, at: tuple[Any, ...], new: Any) -> Any:
    if not at:
        return new
    copy = value.copy()
    if len(at) == 1 and new is ...:
        copy.pop(at[0])
    else:
        copy[at[0]] = _without(value[at[0]], at[1:], new)
    return copy


def _places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, item in inside for place in [(*at, key), *_places(item, (*at, key))]]


def test_a_manifest_of_wrong_types_is_never_a_crash(audited: Path) -> None:
    """Whatever value of a sealed manifest is gone or of another type, verify ends with findings."""
    manifest = json.loads((audited / "manifest.json").read_bytes())
    draw = random.Random(7)
    for place in draw.sample(_places(manifest), 120):
        changed = _without(manifest, place, draw.choice([..., None, "x", -1, 0.5, [], {}, [[]], True]))
        if changed != manifest:
            _write(audited, changed)
            assert all(isinstance(f, Finding) for f in corpuskit.verify(audited))
            assert all(isinstance(f, Finding) for f in corpuskit.verify(audited, quick=True))


# --- data and audit that were written again ---


def rewrite(release: Path, name: str, change: Callable[[Any], Any], *, rows: bool = True) -> None:
    """Write a data file again with other rows, and seal the release over it."""
    path = release / name
    table = change(pq.read_table(path))
    pq.write_table(table, path, write_page_checksum=True)
    manifest = json.loads((release / "manifest.json").read_bytes())
    if rows:
        next(f for f in manifest["files"] if f["path"] == name)["rows"] = table.num_rows
    seal(release, manifest)


def _other_text(table: Any) -> Any:
    texts = table["text"].to_pylist()
    return table.set_column(
        table.column_names.index("text"),
        table.schema.field("text"),
        pa.array([*texts[1:], texts[0] + " Lagi."]),
    )


ROWS: dict[str, Callable[[Any], Any]] = {
    "another text": _other_text,
    "a row less": lambda t: t.slice(1),
    "a row twice": lambda t: pa.concat_tables([t, t.slice(0, 1)]),
    "a null id": lambda t: t.set_column(0, t.schema.field(0), pa.nulls(t.num_rows, pa.string())),
    "a column less": lambda t: t.drop_columns(["extra"]),
    "a column more": lambda t: t.append_column("nilai", pa.nulls(t.num_rows, pa.string())),
    "no rows": lambda t: t.slice(0, 0),
    "another type": lambda t: t.set_column(3, "text", t["text"].cast(pa.large_string())),
}  # fmt: skip


@pytest.mark.parametrize("change", ROWS.values(), ids=list(ROWS))
def test_other_rows_are_found(release: Path, change: Callable[[Any], Any]) -> None:
    """Rows that were written again are not those of the content id, though every file digest is right."""
    rewrite(release, "data/train-00000-of-00001.parquet", change)
    assert {f.kind for f in errors(release)} & {"wrong-content", "wrong-claim"}


def test_rows_in_the_other_split_are_found(release: Path) -> None:
    """Splits that changed places hold the same articles, and break the split rule."""
    one, other = release / "data/test-00000-of-00001.parquet", release / "data/train-00000-of-00001.parquet"
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    manifest = json.loads((release / "manifest.json").read_bytes())
    entries = {f["path"]: f for f in manifest["files"]}
    a, b = entries["data/test-00000-of-00001.parquet"], entries["data/train-00000-of-00001.parquet"]
    a["rows"], b["rows"] = b["rows"], a["rows"]
    default = manifest["configs"]["default"]
    default["train"], default["test"] = default["test"], default["train"]
    seal(release, manifest)
    assert any("split rule" in f.message for f in errors(release))


LEDGERS: dict[str, Callable[[Any], Any]] = {
    "a row less": lambda t: t.slice(1),
    "a row twice": lambda t: pa.concat_tables([t, t.slice(0, 1)]),
    "another fate": lambda t: t.set_column(
        t.column_names.index("fate"), "fate", pc.replace_substring(t["fate"], "rejected", "duplicate")
    ),
    "another record": lambda t: t.set_column(
        t.column_names.index("record_digest"), "record_digest", pc.replace_substring(t["record_digest"], "a", "b")
    ),
    "another file": lambda t: t.set_column(
        t.column_names.index("file"), "file", pc.replace_substring(t["file"], "b.txt", "c.txt")
    ),
    "no digests": lambda t: t.drop_columns(["record_digest"]),
}  # fmt: skip


@pytest.mark.parametrize("change", LEDGERS.values(), ids=list(LEDGERS))
def test_a_ledger_that_does_not_add_up_is_named(audited: Path, change: Callable[[Any], Any]) -> None:
    """A ledger with other rows contradicts the accounts, the inputs or the content id."""
    ledger = audited.with_name("tiny-1.0.0.audit") / "ledger.parquet"
    pq.write_table(change(pq.read_table(ledger)), ledger)
    assert "tiny-1.0.0.audit/ledger.parquet" in {f.file for f in errors(audited)}


@pytest.mark.parametrize("name", ["ledger.parquet", "rejects.parquet", "edits.parquet", "findings.jsonl"])
def test_a_book_that_is_gone_or_damaged_is_named(audited: Path, name: str) -> None:
    """Each file of the audit folder is named when it is missing, cut, or has a row less."""
    book = audited.with_name("tiny-1.0.0.audit") / name
    data = book.read_bytes()
    book.unlink()
    assert f"tiny-1.0.0.audit/{name}" in {f.file for f in errors(audited)}
    book.write_bytes(data[: len(data) // 2])
    assert f"tiny-1.0.0.audit/{name}" in {f.file for f in errors(audited)}
    if name.endswith(".parquet"):
        book.write_bytes(data)
        pq.write_table(pq.read_table(book).slice(1), book)
    else:
        book.write_bytes(data.partition(b"\n")[2])
    assert f"tiny-1.0.0.audit/{name}" in {f.file for f in errors(audited)}


# --- roots, folders and exit codes ---


def test_the_expected_root(release: Path, built: corpuskit.Release) -> None:
    """The root digest that build printed is accepted in either case; any other is an error."""
    assert errors(release, expect_root=built.root_digest) == []
    assert errors(release, expect_root=built.root_digest.upper()) == []
    for other in ("0" * 64, built.root_digest[:-1], "", built.content_id):
        assert [f.kind for f in errors(release, expect_root=other)] == ["wrong-root"]
        assert [f.kind for f in errors(release, expect_root=other, quick=True)] == ["wrong-root"]


def test_a_consistent_forgery_has_another_root(release: Path, built: corpuskit.Release) -> None:
    """Words that no data can contradict are still bound by the root digest."""
    manifest = json.loads((release / "manifest.json").read_bytes())
    manifest["corpus"]["description"] = "Lain."
    root = seal(release, manifest)
    assert errors(release) == []
    assert root != built.root_digest
    assert [f.kind for f in errors(release, expect_root=built.root_digest)] == ["wrong-root"]


def test_a_release_is_found_by_any_name(audited: Path) -> None:
    """`.` inside the release, a trailing slash and a link to it find the audit folder too."""
    (audited.parent / "terbaru").symlink_to(audited.name)
    (audited.parent / "tiny-1.0.0.audit/ledger.parquet").unlink()
    for arguments, folder in ((["."], audited), ([f"{audited}/"], None), (["terbaru"], audited.parent)):
        done = run("verify", *arguments, cwd=folder)
        assert (done.returncode, "ledger.parquet" in done.stdout) == (1, True), done.stderr


def test_verify_changes_nothing(audited: Path) -> None:
    """Verifying leaves every file and folder as it was."""
    before = {p: (p.lstat().st_mtime_ns, p.lstat().st_size) for p in audited.parent.rglob("*")}
    corpuskit.verify(audited)
    assert {p: (p.lstat().st_mtime_ns, p.lstat().st_size) for p in audited.parent.rglob("*")} == before


def test_exit_codes(audited: Path, built: corpuskit.Release) -> None:
    """0 for what was built, 1 for a damaged or another release, 2 for none; JSON says which."""
    done = run("verify", audited, "--format", "json", "--expect-root", built.root_digest)
    assert (done.returncode, json.loads(done.stdout), done.stderr) == (0, {"ok": True, "findings": []}, "")
    assert run("verify", audited, "--quick").returncode == 0
    other = run("verify", audited, "--expect-root", "0" * 64, "--format", "json")
    assert (other.returncode, json.loads(other.stdout)["findings"][0]["kind"]) == (1, "wrong-root")
    (audited / "LICENSE").write_text("MIT")
    damaged = run("verify", audited, "--format", "json")
    assert (damaged.returncode, json.loads(damaged.stdout)["ok"]) == (1, False)
    assert "LICENSE" in run("verify", audited).stdout
    assert [
        run("verify", audited.parent / name).returncode for name in ("nothing", ".", "tiny-1.0.0.audit")
    ] == [2] * 3
    assert run("verify").returncode == 2
    for root in ("zz", built.root_digest[:-1], ""):
        done = run("verify", audited, "--expect-root", root)
        assert (done.returncode, "64 hexadecimal digits" in done.stderr) == (2, True)

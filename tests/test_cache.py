"""The cache: it saves work and changes no byte, whatever has become of it."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.resources import files as files_of
from pathlib import Path
from typing import Any

import pytest
from conftest import article, jsonl

import corpuskit
from corpuskit import cache as caches
from corpuskit import resources
from corpuskit.cache import find, keep, keep_files, key_of, trim
from corpuskit.phases import plan, provenance

NAME, CACHE = "tiny-1.0.0", ".tiny.cache"
EXTRA = (
    '[splits]\nby = "id"\nshares = { train = 0.8, test = 0.2 }\n'
    '[output]\nformats = ["parquet", "arrow", "jsonl"]\nshard_bytes = "12KB"\nrow_group_bytes = "3KB"\n'
)
SOURCE = 'timezone = "Asia/Jakarta"'
DATES = ("2017-12-19 13:16:05", "tak jelas")
FOOTER = "\n\nKalender\n\nBerita:\n\nJudul lain\n"


def records(count: int) -> list[Any]:
    """Articles, every thirtieth of them broken, some equal, some with a doubtful date."""
    made: list[Any] = [
        article(n, text=f"Isi artikel nomor {n}. " * (n % 7 + 1), published=DATES[n % 5 == 0])
        for n in range(count)
    ]
    made[30::30] = [b"{rusak"] * len(made[30::30])
    made[50] = article(9000, text=made[51]["text"])
    return made


@pytest.fixture
def spec(corpus: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A corpus with a file that is cut into slices, a container, and text files with navigation."""
    monkeypatch.setattr(plan, "SLICE_BYTES", 8000)
    monkeypatch.setattr(plan, "_GROUP_BYTES", 4000)
    monkeypatch.setattr(provenance, "_MOST_ROWS", 100)
    files = {
        "a.jsonl": jsonl(records(400)),
        "b.json": json.dumps([article(n) for n in range(2000, 2040)]).encode(),
    }
    files |= {
        f"t/{n}.txt": f"Judul {n}\n\n2017-12-19 13:16:05\n\nIsi teks {n}.{FOOTER}".encode() for n in range(9)
    }
    return corpus(files, source=SOURCE, extra=EXTRA)


def digests(out: Path) -> dict[str, str]:
    """The sha256 of every file of release and audit folder."""
    files = [p for name in (NAME, f"{NAME}.audit") for p in sorted((out / name).rglob("*")) if p.is_file()]
    return {p.relative_to(out).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def fresh(spec: Path, out: Path) -> dict[str, str]:
    """What a build without a cache makes."""
    corpuskit.build(spec, out, cache=False)
    assert not (out / CACHE).exists()
    return digests(out)


def rebuilt(spec: Path, out: Path, **options: Any) -> dict[str, str]:
    """What a build makes with the cache that is there."""
    corpuskit.build(spec, out, replace=True, **options)
    return digests(out)


def entries(out: Path, kind: str = "*") -> dict[str, int]:
    """The entries of the cache of a kind, and the inode of each record: another one is another entry."""
    folders = (out / CACHE).glob(f"{kind}/*")
    return {f"{p.parent.name}/{p.name}": (p / "entry.json").stat().st_ino for p in folders}


def files(out: Path) -> list[Path]:
    """Every file in the cache."""
    return sorted(p for p in (out / CACHE).rglob("*") if p.is_file())


# --- on, off, cold, warm ---


def test_the_cache_changes_no_byte(spec: Path, tmp_path: Path) -> None:
    """On, off, cold, warm, in one process and in several: the same release and audit folder."""
    expected, out = fresh(spec, tmp_path / "off"), tmp_path / "out"
    assert len(expected) > 15
    assert rebuilt(spec, out) == expected
    cold = entries(out)
    assert rebuilt(spec, out) == expected
    assert rebuilt(spec, out, jobs=2) == expected
    assert rebuilt(spec, out, cache=False) == expected
    assert entries(out) == cold
    assert rebuilt(spec, tmp_path / "two", jobs=2) == expected
    assert entries(tmp_path / "two").keys() == cold.keys()
    assert {name.partition("/")[0] for name in cold} == {"cut", "outcome", "part", "provenance", "shard"}
    assert len(entries(out, "part")) > 10
    assert len(entries(out, "shard")) > 3


def test_where_nothing_changed_nothing_is_made(spec: Path, tmp_path: Path) -> None:
    """The same input again: no record is read, and data, provenance and books are links to what was there."""
    release = corpuskit.build(spec, tmp_path)
    before = {p.name: p.stat().st_ino for p in [*release.path.rglob("*.parquet"), *release.audit.iterdir()]}
    phases: list[str] = []
    again = corpuskit.build(spec, tmp_path, replace=True, progress=lambda phase, *_: phases.append(phase))
    assert set(phases) == {"pin", "finish", "commit"}
    after = {p.name: p.stat().st_ino for p in [*again.path.rglob("*.parquet"), *again.audit.iterdir()]}
    assert after == before
    assert corpuskit.verify(again.path, expect_root=release.root_digest) == []
    assert (again.accounts, again.sources, again.splits, again.findings) == (
        release.accounts, release.sources, release.splits, release.findings,
    )  # fmt: skip


def test_other_words_in_the_card_make_no_other_work(spec: Path, tmp_path: Path) -> None:
    """What the spec says to people changes card and manifest, and needs no record again."""
    corpuskit.build(spec, tmp_path / "out")
    spec.write_text(
        spec.read_text().replace('license = "CC0-1.0"', 'license = "CC0-1.0"\ndescription = "Baru."', 1)
    )
    phases: list[str] = []
    built = corpuskit.build(spec, tmp_path / "out", replace=True, progress=lambda p, *_: phases.append(p))
    assert set(phases) == {"pin", "finish", "commit"}
    assert "Baru." in (built.path / "README.md").read_text()
    assert digests(tmp_path / "out") == fresh(spec, tmp_path / "off")


CHANGES = {
    "language": ('language = "id"', 'language = "en"'),
    "licence": ('license = "CC-BY-4.0"', 'license = "CC-BY-SA-4.0"'),
    "zone": ("Asia/Jakarta", "Asia/Makassar"),
    "field": ("max_loss = 1.0", 'max_loss = 1.0\nfields = { title = "id" }'),
    "suffix": ("max_loss = 1.0", 'max_loss = 1.0\ntitle_suffix = "7"'),
    "date": ("max_loss = 1.0", 'max_loss = 1.0\ndate_format = ["tak %B"]'),
    "navigation": ("max_loss = 1.0", 'max_loss = 1.0\nnavigation = "off"'),
    "split": ('[splits]\nby = "id"\nshares = { train = 0.8, test = 0.2 }', ""),
    "given split": ('[splits]\nby = "id"\nshares = { train = 0.8, test = 0.2 }', '[splits]\nfield = "title"'),
    "salt": ('by = "id"', 'by = "id"\nsalt = "lain"'),
    "keys": ("[splits]", '[dedup]\nexact = "title"\n[splits]'),
    "dedup": ("[splits]", '[dedup]\nexact = "none"\n[splits]'),
    "publisher": ("max_loss = 1.0", 'max_loss = 1.0\npublisher = "Harian"\nlicense_url = "https://example.org/"'),
    "name": ('name = "one"', 'name = "two"'),
    "shards": ('"12KB"', '"30KB"'),
    "groups": ('"3KB"', '"5KB"'),
    "codec": ("[output]", '[output]\ncompression = "snappy"'),
    "formats": ('"arrow", ', ""),
    "limit": ("[splits]", '[limits]\nline_bytes = "100B"\n[splits]'),
    "declared": ('license = "CC0-1.0"', 'license = "CC0-1.0"\nlanguages = ["id", "jv"]'),
    "licensing": ("[splits]", '[licensing]\ndeny = ["CC-BY-4.0"]\non_conflict = "exclude"\n[splits]'),
}  # fmt: skip


# One of each kind of change; the others are among the long tests.
USUAL = {"language", "zone", "split", "given split", "keys", "shards", "formats", "licensing"}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(change, id=name, marks=[] if name in USUAL else pytest.mark.long)
        for name, change in CHANGES.items()
    ],
)
def test_another_spec_is_built_as_if_there_were_no_cache(
    spec: Path, tmp_path: Path, change: tuple[str, str]
) -> None:
    """Whatever the spec says otherwise, no entry of the old one comes into the release where it does not belong."""
    before = rebuilt(spec, tmp_path / "out")
    text = spec.read_text()
    assert change[0] in text
    spec.write_text(text.replace(*change))
    after = rebuilt(spec, tmp_path / "out")
    assert after == fresh(spec, tmp_path / "off")
    assert after != before
    spec.write_text(text)
    assert rebuilt(spec, tmp_path / "out") == before


def test_another_schema_is_built_as_if_there_were_no_cache(spec: Path, tmp_path: Path) -> None:
    """A schema of one's own, and then another rule in it, without any other word in corpus.toml."""
    schema = {"type": "object", "properties": {"title": {"type": "string"}, "text": {"type": "string"}}}
    (spec.parent / "s.json").write_text(json.dumps(schema))
    spec.write_text(
        spec.read_text().replace("t/", "").replace("[splits]", '[schema]\narticle = "s.json"\n[splits]')
    )
    text = spec.read_text()
    names = json.loads(text[text.index("files = ") + 8 :].split("\n")[0])
    spec.write_text(text.replace(json.dumps(names), json.dumps(["a.jsonl", "b.json"])))
    before = rebuilt(spec, tmp_path / "out")
    schema["properties"]["title"]["maxLength"] = 8  # type: ignore[index]
    (spec.parent / "s.json").write_text(json.dumps(schema))
    after = rebuilt(spec, tmp_path / "out")
    assert after == fresh(spec, tmp_path / "off")
    assert after != before


def test_what_people_read_of_a_source_is_in_no_part(spec: Path, tmp_path: Path) -> None:
    """The fields of a source that the keys of parts leave out change no byte of a part."""
    told = (
        'publisher = "P"\nhomepage = "https://example.org/"\ncollected = "2020"\ncollection = "C"\nterms = "T"\n'
        'license_url = "https://example.org/l"\nlicense_evidence = "E"\nmax_loss = 0.9\n'
    )
    first = spec.read_text()
    second = first.replace("max_loss = 1.0\n", told).replace(
        "[[source]]",
        '[[source]]\nname = "zero"\nfiles = ["zero.jsonl"]\nlicense = "CC0-1.0"\nlanguage = "id"\n[[source]]',
    )
    (spec.parent / "zero.jsonl").write_bytes(jsonl([article(1)]))
    parts = []
    for text, out in ((first, tmp_path / "one"), (second, tmp_path / "two")):
        spec.write_text(text)
        corpuskit.build(spec, out)
        folder = out / CACHE / "part"
        parts.append({p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()})
    assert len(parts[0]) > 30
    assert parts[0].items() <= parts[1].items()


def test_another_text_role_is_in_no_old_shard(corpus: Callable[..., Path], tmp_path: Path) -> None:
    """The same rows under another text role: a shard's statistics are those of the texts that are now meant."""
    properties = {name: {"type": "string"} for name in ("id", "title", "text")}
    spec = corpus({"a.jsonl": jsonl(article(n) for n in range(9))}, extra='[schema]\narticle = "s.json"\n')
    (spec.parent / "s.json").write_text(json.dumps({"type": "object", "properties": properties}))
    corpuskit.build(spec, tmp_path / "out")
    spec.write_text(spec.read_text() + 'text = ["title", "text"]\n')
    assert rebuilt(spec, tmp_path / "out") == fresh(spec, tmp_path / "off")


def test_a_renamed_file_is_named_as_it_is_now(corpus: Callable[..., Path], tmp_path: Path) -> None:
    """What was found about the records of a file is told under its new name, and its article has a new id."""
    spec = corpus({"t/b.jsonl": jsonl([article(20), b"{rusak"]), "t/1.txt": b"Judul\n\nIsi.\n"})
    corpuskit.build(spec, tmp_path / "out")
    (spec.parent / "t/b.jsonl").rename(spec.parent / "t/b.ndjson")
    spec.write_text(spec.read_text().replace("b.jsonl", "b.ndjson"))
    assert rebuilt(spec, tmp_path / "out") == fresh(spec, tmp_path / "off")
    text = spec.read_text()
    spec.write_text(text.replace('["t/1.txt", "t/b.ndjson"]', '["**/1.txt", "t/b.ndjson"]'))
    assert spec.read_text() != text
    assert rebuilt(spec, tmp_path / "out") == fresh(spec, tmp_path / "off2")


def test_what_a_source_repeats_is_learned_from_all_its_files(
    corpus: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other files change what is cut from the ends of those that did not change."""
    monkeypatch.setattr(plan, "_GROUP_FILES", 3)
    footer = "\n\nWikan brasa pilet\nDoru menting sanca\nKelir tobo mawu\nBaga sirun\n"
    texts = {f"{n}.txt": f"Judul {n}\n\nIsi teks {n}, tidak sama.{footer}".encode() for n in range(12)}
    spec = corpus(texts)
    before = rebuilt(spec, tmp_path / "out")
    parts = entries(tmp_path / "out", "part")
    assert len(parts) > 3
    for n in (2, 3, 4, 5, 6, 7, 8, 9, 11):  # 0, 1 and 10 are a group of their own
        (spec.parent / f"{n}.txt").write_text(f"Judul {n}\n\nIsi teks {n}, tidak sama.\n")
    after = rebuilt(spec, tmp_path / "out")
    assert after == fresh(spec, tmp_path / "off")
    assert after != before


def test_a_byte_order_mark_in_the_middle_of_a_file_is_none(
    corpus: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slice that was the first of its file and now follows another is read as what it is now."""
    monkeypatch.setattr(plan, "SLICE_BYTES", 4000)
    monkeypatch.setattr(plan, "_GROUP_BYTES", 2000)
    data = b"\xef\xbb\xbf" + jsonl(map(article, range(200)))
    spec = corpus({"a.jsonl": data})
    corpuskit.build(spec, tmp_path / "out")
    parts = entries(tmp_path / "out", "part")
    (spec.parent / "a.jsonl").write_bytes(jsonl([article(900, text="isi " * 2000)]) + data)
    after = rebuilt(spec, tmp_path / "out")
    assert after == fresh(spec, tmp_path / "off")
    new = entries(tmp_path / "out", "part").keys() - parts.keys()
    assert len(new) == 2  # what is in front, and the slice with the mark


def test_other_rules_of_a_time_zone_are_other_instants(spec: Path, tmp_path: Path) -> None:
    """The system's time zone database is no library with a version, and still decides instants."""
    zones = tmp_path / "zones" / "Asia"
    zones.mkdir(parents=True)
    zones.joinpath("Jakarta").write_bytes(files_of("tzdata").joinpath("zoneinfo/Asia/Makassar").read_bytes())
    spec.write_text(spec.read_text().replace("12KB", "1MB"))
    found = []
    for out, path, more in (
        ("out", "", ""),
        ("out", str(zones.parent), "--replace"),
        ("off", str(zones.parent), "--no-cache"),
    ):
        command = [
            sys.executable,
            "-m",
            "corpuskit",
            "build",
            spec,
            "--quiet",
            "--out",
            tmp_path / out,
            *more.split(),
        ]
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONTZPATH": path})
        found.append(digests(tmp_path / out))
    assert found[0] != found[1] == found[2]


# --- damage ---


def flip(path: Path) -> None:
    """Change one bit in the middle."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


DAMAGES: dict[str, Callable[[Path], Any]] = {
    "flipped": flip,
    "cut": lambda path: os.truncate(path, path.stat().st_size // 2),
    "emptied": lambda path: path.write_bytes(b""),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"\0"),
    "gone": Path.unlink,
    "a folder": lambda path: (path.unlink(), path.mkdir()),
}


@pytest.mark.parametrize(
    "name",
    ["flipped", pytest.param("cut", marks=pytest.mark.long), pytest.param("gone", marks=pytest.mark.long)],
)
def test_damaged_entries_are_made_again(spec: Path, tmp_path: Path, name: str) -> None:
    """Damage to any file of any kind of entry is no error and comes into no release, changed input or not."""
    lines = (spec.parent / "a.jsonl").read_bytes()
    changed = lines + jsonl([article(7000)])
    expected = {lines: fresh(spec, tmp_path / "off")}
    (spec.parent / "a.jsonl").write_bytes(changed)
    expected[changed] = fresh(spec, tmp_path / "off2")
    (spec.parent / "a.jsonl").write_bytes(lines)
    corpuskit.build(spec, tmp_path / "whole")
    whole, chosen = tmp_path / "whole" / CACHE, {}
    for path in files(tmp_path / "whole"):
        kind = path.relative_to(whole).parts[0]
        if path.stat().st_size:
            chosen.setdefault((kind, path.name), []).append(path.relative_to(whole))
    assert {file for kind, file in chosen if kind == "part"} == {
        "edits.arrow", "entry.json", "findings.jsonl", "ledger.arrow", "rejects.arrow", "rows.arrow",
    }  # fmt: skip
    assert len(chosen) == 6 + 4 + 2 + 1 + 6
    for number, paths in enumerate(chosen.values()):
        for data, content in expected.items():
            out = tmp_path / f"{number}"
            shutil.rmtree(out, ignore_errors=True)
            shutil.copytree(whole, out / CACHE)
            for path in paths[:: max(1, len(paths) // 3)]:
                DAMAGES[name](out / CACHE / path)
            (spec.parent / "a.jsonl").write_bytes(data)
            assert rebuilt(spec, out) == content, (paths[0], data is changed)
            assert rebuilt(spec, out) == content


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=list(DAMAGES))
def test_damage_to_everything_at_once(spec: Path, tmp_path: Path, damage: Callable[[Path], Any]) -> None:
    """A cache of which no file is what it was is a cold one, and a sound one afterwards."""
    expected, out = fresh(spec, tmp_path / "off"), tmp_path / "out"
    corpuskit.build(spec, out)
    for path in files(out):
        if path.stat().st_size:
            damage(path)
    assert rebuilt(spec, out) == expected
    phases: list[str] = []
    assert rebuilt(spec, out, progress=lambda phase, *_: phases.append(phase)) == expected
    assert set(phases) == {"pin", "finish", "commit"}


def test_a_release_that_was_written_to_in_place_harms_no_other(spec: Path, tmp_path: Path) -> None:
    """A file of a release shares its bytes with the cache: what somebody writes into it is seen and not used."""
    expected = fresh(spec, tmp_path / "off")
    release = corpuskit.build(spec, tmp_path / "out")
    for path in release.path.rglob("*.parquet"):
        flip(path)
    assert rebuilt(spec, tmp_path / "out") == expected
    assert corpuskit.verify(tmp_path / "out" / NAME) == []


def test_entries_under_another_name_are_not_taken(spec: Path, tmp_path: Path) -> None:
    """Entries that were moved to the places of others say by their records that they are others."""
    expected, out = fresh(spec, tmp_path / "off"), tmp_path / "out"
    corpuskit.build(spec, out)
    for kind in ("part", "shard", "provenance"):
        folders = sorted((out / CACHE / kind).iterdir())
        for folder in folders:
            folder.rename(folder.with_name(folder.name + "-"))
        for folder, other in zip(folders, [*folders[1:], folders[0]], strict=True):
            folder.with_name(folder.name + "-").rename(other)
    shutil.rmtree(out / CACHE / "outcome")
    assert rebuilt(spec, out) == expected


def test_another_version_takes_no_entry(spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What other code or another library made stays where it is and is not used."""
    corpuskit.build(spec, tmp_path)
    before, expected = entries(tmp_path), digests(tmp_path)
    made_with = resources.made_with() | {"pyarrow": "0.1"}
    monkeypatch.setattr("corpuskit.phases.fingerprints.made_with", lambda: made_with)
    for path in files(tmp_path):
        if path.name != "entry.json":
            path.write_bytes(b"of another version")
    assert rebuilt(spec, tmp_path) == expected
    after = entries(tmp_path)
    for kind in ("part", "shard", "outcome"):
        assert len([name for name in after if name.startswith(kind)]) == 2 * len(
            [name for name in before if name.startswith(kind)]
        )
    assert before.items() <= after.items()


def test_the_code_and_every_dependency_are_versions() -> None:
    """Another byte of code, another version of a library or of Python is another key."""
    made_with = resources.made_with()
    assert {
        "corpuskit",
        "python",
        "pyarrow",
        "orjson",
        "jsonschema-rs",
        "tzdata",
        "numpy",
    } <= made_with.keys()
    assert len(made_with["corpuskit"]) == 64


@pytest.mark.parametrize("state", ["a file", "a dead link", "gone", "without its kinds", "unreadable record"])
def test_a_cache_that_cannot_be_used_is_no_error(spec: Path, tmp_path: Path, state: str) -> None:
    """Where the cache cannot be read or written a build goes its way without one."""
    expected, out = fresh(spec, tmp_path / "off"), tmp_path / "out"
    corpuskit.build(spec, out)
    if state == "without its kinds":
        for folder in (out / CACHE).iterdir():
            shutil.rmtree(folder)
            folder.write_bytes(b"x")
    elif state == "unreadable record":
        for path in (out / CACHE).glob("*/*/entry.json"):
            path.unlink()
            path.symlink_to("/proc/self/mem")
    else:
        shutil.rmtree(out / CACHE)
    if state == "a file":
        (out / CACHE).write_bytes(b"x")
    if state == "a dead link":
        (out / CACHE).symlink_to(tmp_path / "nowhere")
    assert rebuilt(spec, out) == expected
    assert rebuilt(spec, out) == expected


def test_a_file_system_without_links_gets_copies(
    spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where files can have no second name, they are copied."""
    expected = fresh(spec, tmp_path / "off")

    def refuse(*_: Any) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    assert rebuilt(spec, tmp_path / "out") == expected
    phases: list[str] = []
    assert rebuilt(spec, tmp_path / "out", progress=lambda phase, *_: phases.append(phase)) == expected
    assert set(phases) == {"pin", "finish", "commit"}
    assert {p.stat().st_nlink for p in (tmp_path / "out").rglob("*.parquet")} == {1}


# --- a build that was interrupted ---


class _Stop(Exception):
    """Ends a build from within its progress callback."""


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.long)])
@pytest.mark.parametrize(
    ("phase", "calls"), [("pin", 3), ("map", 12), ("index", 1), ("write", 120), ("finish", 1), ("commit", 1)]
)
def test_an_interrupted_build_goes_on_where_it_stopped(
    spec: Path, tmp_path: Path, phase: str, calls: int, jobs: int
) -> None:
    """Parts and shards that were finished are used, and the result is that of a build that nothing disturbed."""
    expected, seen = fresh(spec, tmp_path / "off"), 0

    def stop(at: str, *_: int) -> None:
        nonlocal seen
        seen += at == phase
        if seen == calls:
            raise _Stop

    with pytest.raises(_Stop):
        corpuskit.build(spec, tmp_path / "out", progress=stop, jobs=jobs)
    before = entries(tmp_path / "out")
    kinds = [name.partition("/")[0] for name in before]
    assert ("part" in kinds) == (phase != "pin")
    assert ("shard" in kinds) == (phase in {"write", "finish", "commit"})
    assert rebuilt(spec, tmp_path / "out", jobs=jobs) == expected
    assert before.items() <= entries(tmp_path / "out").items()


@pytest.mark.parametrize("moment", ["learn", "map", "index"])
def test_what_was_read_of_a_changed_input_is_not_kept_as_the_pinned_one(
    spec: Path, tmp_path: Path, moment: str
) -> None:
    """An input that changes while it is read, and is then what it was, leaves no trace in the cache."""
    expected, path = fresh(spec, tmp_path / "off"), spec.parent / "a.jsonl"
    data, status = path.read_bytes(), path.stat()

    def change(phase: str, *_: int) -> None:
        if phase == moment:
            path.write_bytes(data.replace(b"Isi", b"isi"))

    with pytest.raises(corpuskit.InputChanged):
        corpuskit.build(spec, tmp_path / "out", progress=change)
    path.write_bytes(data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert rebuilt(spec, tmp_path / "out") == expected


def test_a_refused_build_keeps_its_parts(spec: Path, tmp_path: Path) -> None:
    """Once the budget is raised, no record is read again."""
    text = spec.read_text()
    spec.write_text(text.replace("max_loss = 1.0", "max_loss = 0.001"))
    with pytest.raises(corpuskit.BuildRefused):
        corpuskit.build(spec, tmp_path / "out")
    parts = entries(tmp_path / "out", "part")
    assert len(parts) > 10
    spec.write_text(text)
    assert rebuilt(spec, tmp_path / "out") == fresh(spec, tmp_path / "off")
    assert entries(tmp_path / "out", "part") == parts


# --- local change, local effect ---


def data_inodes(out: Path) -> set[int]:
    """The data files of a release, as the disk knows them."""
    return {p.stat().st_ino for p in (out / NAME / "data").iterdir()}


def edited(path: Path) -> Iterator[tuple[str, bytes, int, int]]:
    """What may happen to a file, what it then holds, and how many parts and data shards may be other ones."""
    whole = path.read_bytes().splitlines(keepends=True)
    yield "one edited", b"".join([*whole[:200], whole[200].replace(b"Isi", b"Esai", 1), *whole[201:]]), 2, 2
    yield "one gone", b"".join([*whole[:200], *whole[201:]]), 3, 4
    yield "one more in front", b"".join([*jsonl([article(7001)]).splitlines(True), *whole]), 4, 4
    yield "some more behind", b"".join([*whole, jsonl(article(n) for n in range(8000, 8004))]), 2, 6


def test_a_small_change_makes_little_work(spec: Path, tmp_path: Path) -> None:
    """An article edited, removed or added: few parts and shards are made, the others are those that were there."""
    path, out = spec.parent / "a.jsonl", tmp_path / "out"
    original = path.read_bytes()
    for title, data, most_parts, most_shards in edited(path):
        shutil.rmtree(out, ignore_errors=True)
        path.write_bytes(original)
        corpuskit.build(spec, out)
        parts, shards = entries(out, "part"), data_inodes(out)
        assert len(parts) > 12
        assert len(shards) > 5
        path.write_bytes(data)
        after = rebuilt(spec, out)
        assert 1 <= len(entries(out, "part").keys() - parts.keys()) <= most_parts, title
        assert 1 <= len(data_inodes(out) - shards) <= most_shards, title
        shutil.rmtree(tmp_path / "off", ignore_errors=True)
        assert after == fresh(spec, tmp_path / "off"), title


# --- how much it holds ---


def test_the_cache_holds_no_more_than_it_may(spec: Path, tmp_path: Path) -> None:
    """With a bound of nothing, only what the release holds anyway is left, and the release is what it was."""
    expected = fresh(spec, tmp_path / "off")
    assert rebuilt(spec, tmp_path / "out", cache_bytes=0) == expected
    assert entries(tmp_path / "out") == {}
    assert rebuilt(spec, tmp_path / "out", cache_bytes=100_000) == expected
    alone = sum(p.stat().st_size for p in files(tmp_path / "out") if p.stat().st_nlink == 1)
    assert 50_000 < alone <= 100_000
    assert rebuilt(spec, tmp_path / "out") == expected


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    """Entries leave in the order of their last use; a file that something else links to weighs nothing."""
    for number in range(5):
        (tmp_path / "work").mkdir()
        (tmp_path / "work" / "data").write_bytes(bytes(1000))
        folder = keep(
            tmp_path / "cache", "part", f"{number}", tmp_path / "work", {"data": ("x", 1000)}, number
        )
        os.utime(folder / "entry.json", ns=(number, number))
    found = find(tmp_path / "cache", "part", "1")
    assert found is not None
    assert found.value == 1
    os.link(tmp_path / "cache/part/0/data", tmp_path / "elsewhere")
    (tmp_path / "cache/new/left").mkdir(parents=True)
    trim(tmp_path / "cache", 2500)
    assert sorted(p.name for p in (tmp_path / "cache").glob("*/*")) == ["1", "4"]
    trim(tmp_path / "cache", 0)
    assert list((tmp_path / "cache").glob("*/*")) == []
    assert (tmp_path / "elsewhere").stat().st_size == 1000


def test_an_entry_is_what_was_kept(tmp_path: Path) -> None:
    """Value, files and their digests come back; no cache keeps nothing; a later entry takes the place."""
    (tmp_path / "a").write_bytes(b"isi")
    paths, told = {"deep/a": tmp_path / "a"}, {"deep/a": (hashlib.sha256(b"isi").hexdigest(), 3)}
    keep_files(None, "shard", "k", paths, told, 1)
    assert find(None, "shard", "k") is None
    assert keep(None, "shard", "k", tmp_path, told, 1) == tmp_path
    for value in (1, {"two": [2]}):
        keep_files(tmp_path / "cache", "shard", "k", paths, told, value)
        entry = find(tmp_path / "cache", "shard", "k")
        assert entry is not None
        assert (entry.value, entry.is_sound(), entry.is_sound(["deep/b"])) == (value, True, False)
        assert (entry.folder / "deep/a").samefile(tmp_path / "a")
    assert find(tmp_path / "cache", "shard", "other") is None
    assert caches.find(tmp_path / "cache", "part", "k") is None


def test_keys_tell_values_apart() -> None:
    """Equal values have one key in every process; values that only look alike have others."""
    values = [1, "1", None, [1], [[1]], {"a": 1}, {"a": "1"}, frozenset({"a", "b"}), True]
    assert len({key_of(value) for value in values}) == len(values)
    assert key_of({"a": 1, "b": 2}) == key_of({"b": 2, "a": 1})
    assert key_of(frozenset("abc")) == key_of(["a", "b", "c"])
    with pytest.raises(TypeError):
        key_of(Path())


def test_the_command_line_of_the_cache(spec: Path, tmp_path: Path) -> None:
    """--no-cache makes no folder, --cache-bytes takes a size, and says what is none."""
    from click.testing import CliRunner

    from corpuskit.cli import root

    def run(*arguments: str) -> Any:
        asked = ["build", str(spec), "--out", str(tmp_path / "out"), "--replace", "--quiet", *arguments]
        return CliRunner().invoke(root, asked, standalone_mode=False)

    assert run("--no-cache").return_value == 0
    assert not (tmp_path / "out" / CACHE).exists()
    assert run("--cache-bytes", "0").return_value == 0
    assert entries(tmp_path / "out") == {}
    assert run("--cache-bytes", "1.5 MB").return_value == 0
    assert len(entries(tmp_path / "out")) > 10
    for size in ("viel", "-1GB", "1XB", ""):
        assert "is no size" in str(run("--cache-bytes", size).exception), size

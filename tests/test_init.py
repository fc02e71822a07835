"""`corpuskit init`: what it guesses from a folder, with which evidence, what it asks, what it refuses."""

# ruff: noqa: E501, RUF001 - texts of many languages; a case is a row

import bz2
import gzip
import json
import os
import random
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Mapping
from glob import glob
from pathlib import Path
from typing import Any

import pytest
from conftest import jsonl
from test_cli import run

import corpuskit
from corpuskit.errors import InputError, SpecError
from corpuskit.phases.plan import find_inputs
from corpuskit.proposal import Guess, Proposal, propose
from corpuskit.proposal.folders import Folder
from corpuskit.proposal.globs import globs
from corpuskit.proposal.tongues import guess_language
from corpuskit.readers import streams
from corpuskit.spec import CorpusSpec, load_spec

ID = (
    "Pemerintah kota itu akan membangun jalan baru untuk warga yang tinggal di pinggir sungai pada tahun ini. "
    "Wali kota mengatakan bahwa dana tersebut sudah tersedia dan pekerjaan dapat dimulai karena musim hujan telah "
    "berakhir. Para pedagang tidak keberatan, juga tidak mereka yang tinggal di sana sejak lama."
)
EN = (
    "The council said on Monday that it had not been told of the plan, which was first published in the paper. "
    "There is no money for the road, and the people who live by the river are not in favour of it, they said. "
    "It was to have been finished by the end of the year, but the work has not been started and may not be."
)


def word(number: int) -> str:
    """A word that differs from every other number's: what differs in digits alone counts as repeated."""
    return "".join("bcdfgklmnp"[int(digit)] + "a" for digit in f"{number:04}")


def text_file(number: int, stamp: str = "2017-12-19 13:16:05", body: str = ID) -> bytes:
    """A file of the plain-text layout that differs from every other number's."""
    return f"Judul berita {word(number)}\n\n{stamp}\n\n{body}\n\nKalimat nomor {number} berdiri di akhir.\n".encode()


def lay(root: Path, files: Mapping[str, bytes]) -> Path:
    """Write files below a folder, and give the folder."""
    root.mkdir(exist_ok=True)
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


def guesses(proposal: Proposal, source: int = 0) -> dict[str, Guess]:
    """The guesses of one source by key; of several with one key the first."""
    found: dict[str, Guess] = {}
    for guess in proposal.sources[source].guesses:
        found.setdefault(guess.key, guess)
    return found


def read_back(proposal: Proposal) -> CorpusSpec:
    """The spec of a proposal, written where it belongs."""
    proposal.file.write_text(proposal.text, encoding="utf-8")
    return load_spec(proposal.file)


def built(proposal: Proposal, tmp_path: Path) -> dict[str, int]:
    """The accounts of the release that a proposal builds as it stands."""
    return dict(corpuskit.build(read_back(proposal), tmp_path / "out").accounts)


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A folder with text files of one site and JSON Lines of another."""
    records = [
        {"headline": f"Road {i}", "body": f"{EN} {i}", "link": f"https://e.org/{i}"} for i in range(40)
    ]
    files = {f"cri/{i:03d}.txt": text_file(i) for i in range(30)}
    return lay(tmp_path / "Berita Baru", files | {"notes/2023.jsonl": jsonl(records), "logo.jpg": b"x"})


def test_init_writes_a_corpus_toml_that_builds(mixed: Path, tmp_path: Path) -> None:
    """The command writes the file, prints guesses with evidence on stdout and talk on stderr, and build works."""
    done = run("init", mixed)
    assert done.returncode == 0, done.stderr
    assert "fields.title" in done.stdout
    assert "headline: `headline` in 40 of 40 records, median 7 characters" in done.stdout
    assert "Indonesian function words" in done.stdout
    assert "could not know" in done.stdout
    assert "1 .jpg: no reader" in done.stdout
    assert "corpus.toml" in done.stderr
    spec = load_spec(mixed / "corpus.toml")
    assert (spec.name, spec.version) == ("berita-baru", "0.1.0")
    assert [(s.name, s.reader, s.files, s.language) for s in spec.sources] == [
        ("cri", "text", ("cri/*.txt",), "id"),
        ("notes", "jsonl", ("notes/*.jsonl",), "en"),
    ]
    made = run("build", mixed / "corpus.toml", "--out", tmp_path / "out")
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "out" / "berita-baru-0.1.0" / "manifest.json").is_file()


def test_init_never_overwrites(mixed: Path) -> None:
    """A corpus.toml that is there is not touched: exit 2, with the next move."""
    (mixed / "corpus.toml").write_text("mine")
    done = run("init", mixed)
    assert (done.returncode, (mixed / "corpus.toml").read_text()) == (2, "mine")
    assert "not touched" in done.stderr
    (mixed / "corpus.toml").unlink()
    (mixed / "corpus.toml").symlink_to(mixed / "nowhere")
    assert run("init", mixed).returncode == 2
    assert not (mixed / "nowhere").exists()


def test_init_prints_without_writing(mixed: Path) -> None:
    """`--print` puts the TOML on stdout and leaves the folder as it was."""
    done = run("init", mixed, "--print")
    assert done.returncode == 0
    assert tomllib.loads(done.stdout)["corpus"]["name"] == "berita-baru"
    assert not (mixed / "corpus.toml").exists()


def test_init_json(mixed: Path) -> None:
    """`--format json` has the file, the sources, the guesses and what is unknown, and nothing else on stdout."""
    done = run("init", mixed, "--format", "json")
    told = json.loads(done.stdout)
    assert set(told) == {"file", "sources", "guesses", "unknown", "left_out"}
    assert told["file"] == str(mixed / "corpus.toml")
    assert [source["name"] for source in told["sources"]] == ["cri", "notes"]
    assert {"key", "value", "evidence"} <= set(told["guesses"][0])
    known = {guess["key"]: guess["value"] for guess in told["guesses"]}
    assert known["source[1].fields.url"] == "link"
    assert {"license", "source[0].license", "source[1].license", "source[0].timezone"} == {
        question["key"] for question in told["unknown"]
    }
    assert done.stderr == ""


def test_quiet_says_nothing_on_stderr(mixed: Path) -> None:
    """`--quiet` leaves the guesses on stdout and stderr empty."""
    done = run("init", mixed, "--quiet")
    assert (done.stderr, "source cri" in done.stdout) == ("", True)


def test_the_same_folder_gives_the_same_file_but_for_the_salt(mixed: Path) -> None:
    """Twice the same text with the same salt; without one, each salt is fresh."""
    assert propose(mixed, salt="s").text == propose(mixed, salt="s").text
    one, other = (tomllib.loads(propose(mixed).text) for _ in range(2))
    assert one["splits"]["salt"] != other["splits"]["salt"]
    assert one | {"splits": None} == other | {"splits": None}
    assert one["splits"]["shares"] == {"train": 0.98, "validation": 0.01, "test": 0.01}


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "is empty"),
        ({"a.jpg": b"x", "b.JPG": b"x", "c.png": b"x"}, "2 .jpg, 1 .png: no reader"),
        ({"a.csv": b"a,b\n", "c.tsv": b"x"}, "a.csv: holds no records; c.tsv: holds no records"),
        ({"a.csv": b"a,b\n1\n"}, "a.csv: holds no row that can be read"),
        ({"a.csv": b"a,a\n1,2\n"}, 'a.csv: has two columns called "a"'),
        ({"a.csv": b"id,name\n1,x\n"}, "no field can be the text of an article (fields: id, name)"),
        ({"data/x.parquet": b"PAR1"}, "data/x.parquet: is damaged, or no Parquet file"),
        ({"README.md": b"x", "LICENSE": b"x", "SOURCE.md": b"x"}, "hidden ones and documents"),
        ({"letter": b"text", "other": b"text"}, "2 without a suffix: no reader"),
        ({".git/a.txt": b"text", ".b.txt": b"text"}, "hidden ones and documents"),
        ({"a.txt": b"", "b.txt": b" \n"}, "every sampled file is empty"),
        ({"a.jsonl": b'{"id": 1, "name": "english"}\n'}, "no field can be the text of an article (fields: id, name)"),
        ({"a.jsonl": b"\n\n"}, "a.jsonl: holds no records"),
        ({"a.json": b"{"}, "a.json: not JSON"),
        ({"a.txt.gz": b"\x1f\x8b\x08"}, "a.txt.gz: damaged"),
    ],
)  # fmt: skip
def test_where_nothing_can_be_read(tmp_path: Path, files: Mapping[str, bytes], words: str) -> None:
    """Exit 2 with words for what is there, and what corpuskit reads; nothing is written."""
    root = lay(tmp_path / "in", files)
    done = run("init", root)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "corpuskit reads .txt" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (root / "corpus.toml").exists()


def test_no_folder_or_a_file(tmp_path: Path) -> None:
    """A folder that is missing, and a file, are exit 2."""
    (tmp_path / "file").write_text("x")
    for name, words in (("gone", "no such folder"), ("file", "is a file")):
        done = run("init", tmp_path / name)
        assert (done.returncode, words in done.stderr) == (2, True)


def test_sources_are_folders_and_formats(tmp_path: Path) -> None:
    """Sub-folders are sources, one for each format; deeper files belong to them; names never collide."""
    record = jsonl([{"title": "t", "text": EN}])
    root = lay(tmp_path / "raw", {
        "top.txt": text_file(0), "Café Übel/2020/01/a.txt": text_file(1), "Café Übel/b.TXT": text_file(2),
        "cafe-ubel/x.jsonl": record, "cafe-ubel/y.txt.gz": gzip.compress(text_file(3)), "___/z.ndjson": record,
        "one/1.json": b'{"title": "t", "text": "x y z"}',
    })  # fmt: skip
    proposal = propose(root)
    assert {(s.name, s.reader): s.files for s in proposal.sources} == {
        ("raw", "text"): ("*.txt",),
        ("cafe-ubel", "text"): ("Café Übel/**/*.TXT", "Café Übel/**/*.txt"),
        ("cafe-ubel-jsonl", "jsonl"): ("cafe-ubel/*.jsonl",),
        ("cafe-ubel-text", "text"): ("cafe-ubel/*.txt.gz",),
        ("corpus", "jsonl"): ("___/*.ndjson",),
        ("one", "json"): ("one/*.json",),
    }
    assert {item.name for item in find_inputs(read_back(proposal))} == {
        path.relative_to(root).as_posix() for path in root.rglob("*.*") if path.name != "corpus.toml"
    }


def test_a_container_and_many_shelves(tmp_path: Path) -> None:
    """The sub-folders of a single container are the sources; more than fifty sub-folders are one."""
    sites = lay(
        tmp_path / "a", {f"data/raw/{site}/{i}.txt": text_file(i) for site in "xyz" for i in range(3)}
    )
    assert [s.files for s in propose(sites).sources] == [(f"data/raw/{site}/*.txt",) for site in "xyz"]
    shelves = lay(tmp_path / "b", {f"raw/{n:03d}/{n}.txt": text_file(n) for n in range(60)})
    assert [(s.name, s.files, s.count) for s in propose(shelves).sources] == [("raw", ("raw/**/*.txt",), 60)]


def test_documents_releases_audits_and_links_are_no_inputs(tmp_path: Path) -> None:
    """What is left out is named, and the globs do not match it: the build reads what init counted."""
    outside = lay(tmp_path / "outside", {"secret.txt": b"secret"})
    root = lay(
        tmp_path / "in",
        {f"site/{name}.txt": text_file(i) for i, name in enumerate(("Rome", "REAL", "a", "b"))},
    )
    lay(
        root,
        {"site/README.txt": b"about", "site/deep/LICENSE.txt": b"terms", "site/deep/c.txt": text_file(9)},
    )
    lay(root, {"site/old-1.0.0/manifest.json": b"{}", "site/old-1.0.0/manifest.json.sha256": b"x"})
    lay(root, {"site/old-1.0.0/data.txt": b"x", "site/old-1.0.0.audit/findings.txt": b"{}"})
    (root / "site" / "R-link.txt").symlink_to(outside / "secret.txt")
    (root / "site" / "dangling.txt").symlink_to(root / "nowhere")
    (root / "site" / "second.txt").symlink_to(root / "site" / "a.txt")
    (root / "linked").symlink_to(outside)
    proposal = propose(root)
    left_out = "\n".join(proposal.left_out)
    for name in (
        "site/R-link.txt",
        "site/dangling.txt",
        "linked",
        "site/old-1.0.0/: is a release",
        "site/old-1.0.0.audit/",
    ):
        assert name in left_out
    names = {item.name for item in find_inputs(read_back(proposal))}
    assert names == {f"site/{name}.txt" for name in ("Rome", "REAL", "a", "b", "deep/c")}
    assert proposal.sources[0].count == 5


HOSTILE = [
    'quo"te',
    "new\nline",
    "[abc]",
    "st*r",
    "wh?t",
    "back\\slash",
    "{a,b}",
    "😀 emoji",
    "\u202egnp",
    "tab\t",
    "#hash",
    "'",
]


def test_hostile_names_of_folders_and_files(tmp_path: Path) -> None:
    """Quotes, line ends, glob characters and directions in names are escaped, and match themselves alone."""
    root = lay(tmp_path / "in", {f"{name}/{name}{i}.txt": text_file(i) for name in HOSTILE for i in range(2)})
    done = run("init", root)
    assert done.returncode == 0, done.stderr
    assert not any(c in done.stdout + done.stderr for c in "\t\u202e\x1b")
    spec = load_spec(root / "corpus.toml")
    text = (root / "corpus.toml").read_text()
    assert not any(c in text for c in "\t\u202e")
    assert len(spec.sources) == len({source.name for source in spec.sources}) == len(HOSTILE)
    assert {item.name for item in find_inputs(spec)} == {
        f"{name}/{name}{i}.txt" for name in HOSTILE for i in range(2)
    }


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    """A file or folder whose name is not UTF-8 is reported, and the build does not stumble over it."""
    root = lay(
        tmp_path / "in", {f"site/{name}.txt": text_file(i) for i, name in enumerate(("a1", "ab", "b", "a"))}
    )
    with (Path(os.fsdecode(os.fsencode(root / "site") + b"/a\xff.txt"))).open("wb") as file:
        file.write(text_file(9))
    bad = os.fsencode(root) + b"/site/\xfe"
    Path(os.fsdecode(bad)).mkdir()
    (Path(os.fsdecode(bad)) / "x.txt").write_bytes(text_file(8))
    done = run("init", root)
    assert done.returncode == 0, done.stderr
    assert "a\\xff.txt: the name is not UTF-8" in done.stdout
    names = {item.name for item in find_inputs(load_spec(root / "corpus.toml"))}
    assert names == {f"site/{name}.txt" for name in ("a1", "ab", "b", "a")}


@pytest.mark.parametrize("seed", range(20))
def test_globs_match_the_wanted_names_and_no_others(tmp_path: Path, seed: int) -> None:
    """Whatever the names, the globs of a folder match all that is wanted and nothing that is not."""
    rng = random.Random(seed)
    names = {"".join(rng.choices("ab!-]^[*?R\\", k=rng.randint(1, 4))) + ".txt" for _ in range(30)}
    wanted = {name for name in names if rng.random() < 0.7} or names
    lay(tmp_path / "in", dict.fromkeys(names, b"x"))
    folder = Folder("", {"text": sorted(names)})
    patterns = globs(folder, "text", wanted, deep=False).patterns
    found = [hit for each in patterns for hit in glob(each, root_dir=tmp_path / "in")]  # noqa: PTH207 - as a build does
    assert sorted(found) == sorted(wanted)


def test_a_file_that_cannot_be_written_whole_is_not_left_behind(mixed: Path) -> None:
    """Where no file may grow, as on a full disk, init says so and leaves none."""
    command = f'ulimit -f 0; exec "{sys.executable}" -B -m corpuskit init "{mixed}"'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, "cannot be written" in done.stderr) == (2, True)
    assert not (mixed / "corpus.toml").exists()


def test_files_that_cannot_be_read_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file and a folder without permission are left out by name, without a traceback."""
    root = lay(tmp_path / "in", {f"a/{i}.txt": text_file(i) for i in range(5)} | {"shut/x.txt": text_file(7)})
    scan, opened = os.scandir, streams.plain

    def refuse_folder(path: Any) -> Any:
        if Path(path).name == "shut":
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    def refuse_file(path: Path, name: str) -> Any:
        if name == "a/3.txt":
            raise InputError(name, "cannot be opened: Permission denied.")
        return opened(path, name)

    monkeypatch.setattr(os, "scandir", refuse_folder)
    monkeypatch.setattr(streams, "plain", refuse_file)
    proposal = propose(root)
    assert [(s.name, s.count) for s in proposal.sources] == [("a", 4)]
    assert proposal.left_out == (
        "a/3.txt: cannot be opened: Permission denied.",
        "shut/: cannot be listed: Permission denied",
    )
    monkeypatch.undo()
    assert {item.name for item in find_inputs(read_back(proposal))} == {f"a/{i}.txt" for i in (0, 1, 2, 4)}


def test_damaged_files_are_left_out_of_the_globs(tmp_path: Path) -> None:
    """A broken JSON file and a cut archive would stop a build: they are named, and not matched."""
    good = json.dumps({"judul": "Jalan", "isi": ID}).encode()
    root = lay(tmp_path / "in", {f"json/{i}.json": good[:-1] + b', "n": %d}' % i for i in range(6)})
    lay(
        root,
        {
            "json/3x.json": b'{"judul": "Ja',
            "json/2.json.gz": gzip.compress(good)[:-9],
            "json/4.json.bz2": bz2.compress(good),
        },
    )
    proposal = propose(root)
    assert [line.partition(":")[0] for line in proposal.left_out] == ["json/2.json.gz", "json/3x.json"]
    assert built(proposal, tmp_path)["in"] == 7
    assert {i.name for i in find_inputs(load_spec(proposal.file))} == {
        "json/4.json.bz2", *(f"json/{i}.json" for i in range(6))
    }  # fmt: skip


@pytest.mark.parametrize(
    ("record", "fields"),
    [
        ({"judul": "J", "isi": ID, "tanggal": "2017-12-19 13:16", "penulis": "Ani", "link": "https://e.org/1"},
         {"title": "judul", "text": "isi", "published": "tanggal", "authors": "penulis", "url": "link"}),
        ({"headline": "J", "content_text": ID, "pub_date": "2017-12-19", "crawled_at": "2018-01-01T00:00:00Z"},
         {"title": "headline", "text": "content_text", "published": "pub_date", "retrieved": "crawled_at"}),
        ({"Title": "J", "articleBody": ID, "datePublished": "2017-12-19", "inLanguage": "id", "author": ["A"]},
         {"title": "Title", "text": "articleBody", "published": "datePublished", "language": "inLanguage", "authors": "author"}),
        ({"title": {"rendered": "J"}, "content": {"rendered": ID}, "date": "2017-12-19T01:02:03"},
         {"title": "/title/rendered", "text": "/content/rendered", "published": "date"}),
        ({"_source": {"title": "J", "body": ID}}, {"title": "/_source/title", "text": "/_source/body"}),
        ({"title": "J", "text": ID, "headline": "K", "body": "short"}, {}),
        ({"title": "J", "text": [ID], "paragraphs": [ID], "body": ID}, {"text": "body"}),
        ({"title": "J", "abc": ID, "sha": "9f86d081884c7d65" * 20, "page": "https://e.org/" + "x" * 900}, {"text": "abc"}),
        ({"title": "J", "text": ID, "date": 1513663205, "url": "none", "lang": "Indonesian"}, {"url": "no-url"}),
    ],
)  # fmt: skip
def test_fields_are_mapped_by_name_where_the_values_fit(
    tmp_path: Path, record: dict[str, Any], fields: Mapping[str, str]
) -> None:
    """Fields are found by their names in several languages, never where the article's own field is there."""
    marked = [json.loads(json.dumps(record).replace("akan", f"akan {i}")) for i in range(12)]
    root = lay(tmp_path / "in", {"a.jsonl": jsonl(marked)})
    proposal = propose(root)
    spec = read_back(proposal)
    assert dict(spec.sources[0].fields) == fields
    assert built(proposal, tmp_path)["kept"] == 12


def test_the_longest_strings_are_the_text_where_no_name_says_it(tmp_path: Path) -> None:
    """A text without a known name is found by its length, and asked about."""
    rows = [{"ngapak": f"kata{chr(97 + i)}", "arti": f"arti yang panjang {chr(97 + i)}"} for i in range(20)]
    root = lay(tmp_path / "in", {"corpus.json": json.dumps({"meta": {"n": 1}, "entries": rows}).encode()})
    found = guesses(propose(root))
    assert found["records"].value == "/entries"
    assert (found["fields.text"].value, found["fields.text"].kind) == ("arti", "open")
    assert found["language"].value == "und"
    assert built(propose(root), tmp_path)["kept"] == 20


@pytest.mark.parametrize(
    ("document", "pointer", "count"),
    [
        ([{"text": ID}, {"text": EN}], None, 2),
        ({"text": ID, "comments": [{"text": "a"}, {"text": "b"}]}, None, 1),
        (
            {"data": {"tags": [1, 2, 3], "a/b": [{"text": ID}, {"text": EN}], "one": [{"x": 1}]}},
            "/data/a~1b",
            2,
        ),
    ],
)
def test_the_records_of_a_json_file(tmp_path: Path, document: Any, pointer: str | None, count: int) -> None:
    """The top-level array, the largest array of objects inside, or the one article that the file is."""
    proposal = propose(lay(tmp_path / "in", {"a.json": json.dumps(document).encode()}))
    assert read_back(proposal).sources[0].records == pointer
    assert built(proposal, tmp_path)["in"] == count


def test_a_json_file_whose_records_lie_elsewhere_is_left_out(tmp_path: Path) -> None:
    """Where most files have their records in one place, a file without that place would stop the build."""
    files = {f"{i}.json": json.dumps({"items": [{"text": f"{ID} {i}"}]}).encode() for i in range(4)}
    proposal = propose(lay(tmp_path / "in", files | {"other.json": b'{"x": 1}'}))
    assert proposal.left_out == ("other.json: has nothing at /items.",)
    assert built(proposal, tmp_path)["kept"] == 4


def test_a_big_json_file_is_known_by_its_beginning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a JSON file too big to be parsed whole, the records of the beginning are looked at."""
    from corpuskit.proposal import samples

    monkeypatch.setattr(samples, "_BEGINNING", 10_000)
    rows = [{"judul": f"J {i}", "isi": f"{ID} {i}", "tags": ["a", "b"]} for i in range(500)]
    root = lay(tmp_path / "in", {"a.json": json.dumps({"n": 500, "rows": rows}).encode()})
    found = guesses(propose(root))
    assert (found["records"].value, found["fields.title"].value, found["language"].value) == (
        "/rows",
        "judul",
        "id",
    )


def test_ids_that_are_numbers_do_not_reject_the_records(tmp_path: Path) -> None:
    """Ids must be strings: numbers are sent to `extra` by a mapping, with the reason."""
    root = lay(tmp_path / "in", {"a.jsonl": jsonl([{"id": i, "text": f"{ID} {i}"} for i in range(9)])})
    proposal = propose(root)
    assert "and ids are strings" in guesses(proposal)["fields.id"].evidence
    assert built(proposal, tmp_path)["kept"] == 9


LANGUAGES = {
    "id": ID,
    "en": EN,
    "ms": "Pihak polis berkata beliau tidak akan hadir kerana mesyuarat itu ditangguhkan. Mereka boleh datang ke pejabat "
    "daripada pagi sehingga petang bagi mendapatkan maklumat. Kerajaan telah bersetuju bahawa yuran ialah percuma.",
    "jv": "Wong-wong ing desa iku ora padha lunga menyang kutha amarga udan deres. Bapak lan ibu wis mulih saka pasar karo "
    "nggawa beras kanggo anak-anake sing isih cilik. Iki dadi crita kang wis suwe lan uga dikandhakake marang putune.",
    "de": "Die Stadt hat am Montag bekannt gegeben, dass der Bau der Brücke nicht vor dem Ende des Jahres beginnen wird. "
    "Das Geld ist da, aber es fehlt eine Genehmigung, und die Anwohner sind auch nicht dafür, sagte sie bei der Sitzung.",
    "fr": "Le maire de la ville a dit que les travaux ne seront pas finis dans les délais, et que le pont est fermé au "
    "public pour une durée de trois mois. Il y a des retards sur le chantier, avec une grève en plus.",
    "es": "El alcalde de la ciudad dijo que los trabajos no se van a terminar en el plazo, y que el puente está cerrado "
    "para el público por una semana más. La gente se queja de los retrasos y del ruido, pero no hay otra ruta.",
    "nl": "De burgemeester van de stad zei dat het werk aan de brug niet op tijd klaar is en dat het nog een jaar zal duren "
    "voor de weg weer open gaat. Er is wel geld, maar geen vergunning om met de bouw te beginnen.",
    "tr": "Belediye başkanı bu yıl için yeni bir yol ve daha çok park yapılacak dedi, ancak halk bu plana karşı olarak da "
    "bir yürüyüş yaptı. Çok para ve zaman gibi sorunlar var, sonra ne olacak o kadar belli değil. Her şey ile ilgili daha bir "
    "karar yok, ve en önemli konu bu.",
    "ru": "Мэр города сказал, что работы на мосту не будут закончены в срок, и что он закрыт для всех до конца года. Но "
    "люди не хотят ждать, так как другой дороги у них нет, а из центра это всё не видно.",
    "ja": "市長は月曜日に、橋の工事は年末までに終わらないと述べた。住民は反対しているが、資金はすでに用意されている。" * 2,
    "zh": "市長週一表示，橋樑工程無法在年底前完成。居民反對這項計畫，但資金已經到位。道路將關閉三個月，公車改道行駛。" * 3,
    "ko": "시장은 월요일에 다리 공사가 연말까지 끝나지 않을 것이라고 말했다. 주민들은 반대하지만 자금은 이미 마련되었다." * 3,
    "ar": "قال رئيس البلدية يوم الاثنين إن العمل في الجسر لن ينتهي قبل نهاية العام من هذا القرن، على أن الطريق إلى المدينة لا "
    "يزال مغلقا في هذه الأيام مع أن المال كان قد وصل بعد ذلك، أو كما قال من الذي كان في المكتب.",
    "hi": "महापौर ने सोमवार को कहा कि पुल का काम साल के अंत तक नहीं होगा और शहर की सड़क भी बंद है। लोग इस योजना के पक्ष में नहीं हैं पर "
    "यह एक अच्छा काम है। इस में और पैसे की ज़रूरत है, वह भी एक साल के लिए, जो कि नहीं है।",
    "th": "นายกเทศมนตรีกล่าวเมื่อวันจันทร์ว่างานก่อสร้างสะพานจะไม่แล้วเสร็จภายในสิ้นปี ชาวบ้านไม่เห็นด้วยแต่มีงบประมาณแล้ว" * 2,
}  # fmt: skip


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_language_is_told_by_function_words_and_scripts(tag: str) -> None:
    """A few texts of a language are enough, near relatives included, and the evidence says what was counted."""
    found = guess_language([LANGUAGES[tag]] * 4)
    assert (found.value, found.kind) == (tag, "set")
    assert "%" in found.evidence


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ([], "too little text"),
        (["yang dan di"], "too little text"),
        (["lorem ipsum dolor sit amet consectetur adipiscing elit " * 20], "no language that init knows"),
        (["yang dan di ini itu dengan untuk dari pada tidak dalam akan ke juga " * 9], "Indonesian or Malay"),
        ([ID] * 5 + [EN] * 5, "several languages"),
    ],
)
def test_a_language_that_is_not_clear_is_a_question(texts: list[str], words: str) -> None:
    """Too little text, no known language, two relatives, or several languages: `und`, and why."""
    found = guess_language(texts)
    assert (found.value, found.kind) == ("und", "open")
    assert words in found.evidence


def test_records_with_a_language_and_a_license_of_their_own(tmp_path: Path) -> None:
    """Where each record says its language the key is left out; its licences are told beside the unknown one."""
    rows = [{"text": f"{ID} {i}", "language": "id", "license": "CC-BY-4.0"} for i in range(8)]
    proposal = propose(lay(tmp_path / "in", {"a.jsonl": jsonl(rows)}))
    source = read_back(proposal).sources[0]
    assert (source.language, source.license) == (None, "LicenseRef-unknown")
    assert "id 8" in guesses(proposal)["language"].evidence
    assert "CC-BY-4.0 8" in guesses(proposal)["license"].evidence
    assert built(proposal, tmp_path)["kept"] == 8


def dated(tmp_path: Path, stamps: list[str]) -> Proposal:
    """The proposal for text files with these stamps."""
    return propose(
        lay(tmp_path / "in", {f"{i:03d}.txt": text_file(i, stamp) for i, stamp in enumerate(stamps)})
    )


@pytest.mark.parametrize("order", ["day first", "month first"])
def test_the_order_of_day_and_month_is_declared_where_the_dates_prove_it(tmp_path: Path, order: str) -> None:
    """One date with a day beyond twelve proves the order, if no other contradicts it, and is shown."""
    stamps = ["04/10/2017 00:30", "16/12/2017 10:05", "01/02/2018 23:59"]
    form = "%d/%m/%Y %H:%M"
    if order == "month first":
        stamps, form = ["10/04/2017 00:30", "12/16/2017 10:05"], "%m/%d/%Y %H:%M"
    found = guesses(dated(tmp_path, stamps))
    assert found["date_format"].value == [form]
    assert found["date_format"].kind == "set"
    assert stamps[1] in found["date_format"].evidence


def test_dates_that_prove_nothing_are_a_question(tmp_path: Path) -> None:
    """Without proof the format stands as a comment; with a contradiction there is none."""
    proposal = dated(tmp_path, ["04/10/2017 00:30", "01/02/2018 23:59"])
    asked = guesses(proposal)["date_format"]
    assert (asked.value, asked.kind) == (["%d/%m/%Y %H:%M"], "ask")
    assert '"%m/%d/%Y %H:%M"' in asked.evidence
    assert '# date_format = ["%d/%m/%Y %H:%M"]' in proposal.text
    assert read_back(proposal).sources[0].date_format == ()
    both = dated(tmp_path / "in", ["16/12/2017 00:30", "12/16/2017 00:30", "04/10/2017 00:30"])
    assert guesses(both)["date_format"].value is None
    assert "04/10/2017 00:30" in guesses(both)["date_format"].evidence


def test_dates_of_a_field_between_other_words(tmp_path: Path) -> None:
    """Printed dates of a field get a format with the words around them, and without their zone."""
    rows = [{"text": f"{ID} {i}", "tanggal": f"Tayang: {i + 5:02}/12/2017 - 08:0{i} WIB"} for i in range(9)]
    proposal = propose(lay(tmp_path / "in", {"a.jsonl": jsonl(rows)}))
    assert guesses(proposal)["date_format"].value == ["Tayang: %d/%m/%Y - %H:%M"]
    assert "timezone" not in guesses(proposal)
    assert built(proposal, tmp_path)["kept"] == 9
    for batch in corpuskit.read(tmp_path / "out" / "in-0.1.0"):
        assert batch["published"].null_count == 0


def test_the_zone_is_a_question_where_a_date_names_none(tmp_path: Path) -> None:
    """Naive times are counted; what others print, or the language, is an example and no more."""
    proposal = dated(tmp_path, ["2017-12-19 13:16:05"] * 6 + ["2017-12-19 13:16 WITA"] * 2)
    asked = guesses(proposal)["timezone"]
    assert (asked.value, asked.kind) == ("Asia/Makassar", "ask")
    assert "6 of 8 dates name no zone" in asked.evidence
    assert '# timezone = "Asia/Makassar"' in proposal.text
    assert guesses(dated(tmp_path / "in", ["2017-12-19 13:16:05"] * 6))["timezone"].value == "Asia/Jakarta"
    assert "timezone" not in guesses(dated(tmp_path / "in" / "in", ["2017-12-19T13:16:05+07:00"] * 6))


FOOTER = "\n\nKalender\n\nBerita:\n\nTentang Kami\n\nHubungi Kami\n"


def test_navigation_and_title_suffix_are_shown(tmp_path: Path) -> None:
    """What the files of a site repeat is told with its share and samples; text files need no key for it."""
    files = {f"{i:02d}.txt": text_file(i).replace(b"\n", b" - CRI\n", 1) + FOOTER.encode() for i in range(30)}
    proposal = propose(lay(tmp_path / "in", files))
    navigation = guesses(proposal)["navigation"]
    assert (navigation.kind, "30 of 30" in navigation.evidence) == ("note", True)
    assert any('"Kalender" to "Hubungi Kami"' in block and "00.txt" in block for block in navigation.blocks)
    assert (guesses(proposal)["title_suffix"].value, guesses(proposal)["title_suffix"].kind) == (
        " - CRI",
        "set",
    )
    source = read_back(proposal).sources[0]
    assert (source.navigation, source.title_suffix) == (None, " - CRI")


def test_navigation_of_records_is_declared(tmp_path: Path) -> None:
    """In JSON Lines nothing is cut undeclared: where records repeat a block, `navigation` is proposed."""
    rows = [{"title": f"J {i}", "text": f"{ID} {i}.{FOOTER}"} for i in range(30)]
    proposal = propose(lay(tmp_path / "in", {"a.jsonl": jsonl(rows)}))
    assert read_back(proposal).sources[0].navigation == "auto"
    clean = propose(lay(tmp_path / "b", {"a.jsonl": jsonl([{"text": f"{ID} {i}."} for i in range(30)])}))
    assert read_back(clean).sources[0].navigation is None


def test_an_encoding_is_proposed_and_never_declared(tmp_path: Path) -> None:
    """Files that are not UTF-8 get a question, and no budget that would hide their loss."""
    body = "Der Bürgermeister hat am Montag gesagt, daß die Brücke für Fußgänger geöffnet wird. Später gäbe es mehr. "
    files = {f"{i}.txt": f"Titel {i}\n\n{body * 3}Nummer {i}.\n".encode("cp1252") for i in range(8)}
    proposal = propose(lay(tmp_path / "in", files))
    asked = guesses(proposal)["encoding"]
    assert (asked.kind, "8 of 8 files are not UTF-8" in asked.evidence) == ("ask", True)
    assert asked.value is not None
    assert f'# encoding = "{asked.value}"' in proposal.text
    assert (read_back(proposal).sources[0].encoding, read_back(proposal).sources[0].max_loss) == (None, 0.05)


def test_a_loss_beyond_the_default_is_budgeted_and_told(tmp_path: Path) -> None:
    """Where more records are rejected than a build allows, `max_loss` is written with what was counted."""
    rows: list[Any] = [{"text": f"{ID} {i}"} for i in range(18)] + [b"{bad"] * 2
    proposal = propose(lay(tmp_path / "in", {"a.jsonl": jsonl(rows)}))
    loss = guesses(proposal)["max_loss"]
    assert loss.value == 0.13
    assert "2 of 20 records are rejected: invalid-json 2" in loss.evidence
    assert built(proposal, tmp_path) == {"in": 20, "kept": 18, "rejected": 2, "duplicate": 0, "removed": 0}


def test_evidence_from_data_is_inert(tmp_path: Path) -> None:
    """Field names, titles and dates with control characters, markup and great length act nowhere."""
    evil = "\x1b[31m[bold]\u202e\x85" + "x" * 5000
    rows = [
        {evil: f"{ID} {i} " * 3, "date": f"\x1b]0;pwn\x07 {i}/13/2017", "license": evil} for i in range(9)
    ]
    root = lay(tmp_path / "in", {"a.jsonl": jsonl(rows)})
    done = run("init", root)
    assert done.returncode == 0, done.stderr
    text = (root / "corpus.toml").read_text(encoding="utf-8")
    for shown in (done.stdout, done.stderr, text):
        assert not any(c in shown for c in "\x1b\x07\x85\u202e")
    assert load_spec(root / "corpus.toml").sources[0].fields == (("text", evil),)
    assert max(map(len, done.stdout.splitlines())) < 5000


def test_a_big_folder_is_sampled(tmp_path: Path) -> None:
    """Of 3,000 tiny files some are read, and it takes a moment."""
    root = lay(tmp_path / "in", {f"{i:05d}.txt": text_file(i) for i in range(3000)})
    started = time.monotonic()
    proposal = propose(root)
    assert time.monotonic() - started < 10
    assert proposal.sources[0].count == 3000
    assert "2,000 of 2,000 dates" in guesses(proposal)["timezone"].evidence


def test_a_big_file_is_not_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a JSON Lines file the beginning is looked at, however long it is, also without a line end."""
    from corpuskit.proposal import samples

    monkeypatch.setattr(samples, "_FIRST_LINES", 1000)
    root = lay(tmp_path / "in", {"a.jsonl": jsonl([{"isi": f"{ID} {i}"} for i in range(50)])})
    os.truncate(root / "a.jsonl", 8 << 30)  # sparse: what is behind the first lines is a hole
    started = time.monotonic()
    assert guesses(propose(root))["fields.text"].evidence.startswith("`isi` in 4 of 4")
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("name", "sources"),
    [
        ("id-news", {"id-news": {"language": None}}),
        ("id-seed-txt", {"txt": {"language": "id", "max_loss": 0.1}}),
        ("en-speeches", {"en-speeches": {"navigation": None}}),
        ("banyumasan", {"banyumasan": {"records": "/entries"}}),
        ("multi-handbook", {"multi-handbook": {"navigation": "auto"}}),
        ("books-gutenberg", {"books-gutenberg": {}}),
    ],
)
def test_init_on_real_corpora(
    shared: Callable[[str], Path], tmp_path: Path, name: str, sources: Mapping[str, Mapping[str, Any]]
) -> None:
    """Real corpora get a file that builds at once, and whose first finding that is no error is the licence."""
    import shutil

    root = tmp_path / name
    shutil.copytree(shared(name), root)
    started = time.monotonic()
    proposal = propose(root)
    assert time.monotonic() - started < 10
    spec = read_back(proposal)
    assert {s.name: {key: getattr(s, key) for key in sources[s.name]} for s in spec.sources} == sources
    release = corpuskit.build(spec, tmp_path / "out")
    assert release.accounts["kept"] > 0
    assert release.findings["unknown-terms"] == len(sources)


@pytest.mark.parametrize(
    "name",
    [
        *("csv-odd", "warc", "json-torture", "hf-cards", "udhr-encodings"),
        pytest.param(
            "parquet-odd", marks=pytest.mark.long
        ),  # one file fills all memory that a reader may have
    ],
)
def test_real_folders_without_articles_are_refused(shared: Callable[[str], Path], name: str) -> None:
    """Folders of tables, archives, torture and cards are refused in words, and never with a traceback."""
    with pytest.raises(SpecError) as refused:
        propose(shared(name))
    assert "nothing that can be read" in str(refused.value)
    if name == "csv-odd":
        assert "108 files *.csv: no field can be the text of an article" in str(refused.value)
        assert 'duplicate-headers.csv: has two columns called "id"' in str(refused.value)

"""verify of URLs: the same findings as of a folder, whatever was damaged, and failures of the store told apart."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from object_store import BUCKET, ObjectStore, run
from publish_client import articles, release

import corpuskit
from corpuskit.errors import InputError, SpecError
from corpuskit.findings import Finding


@pytest.fixture(scope="module")
def store() -> Iterator[ObjectStore]:
    """An object store with a bucket."""
    with ObjectStore() as running:
        yield running


@pytest.fixture(autouse=True)
def _client(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in store.env().items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release, whose audit folder lies beside it."""
    return release(tmp_path_factory.mktemp("built"), "1.0.0", articles(0, 30))


Changing = Callable[[Path], object]


def _flip(name: str, at: int) -> Changing:
    def change(folder: Path) -> None:
        data = bytearray((folder / name).read_bytes())
        data[at] ^= 1
        (folder / name).write_bytes(data)

    return change


TRAIN = "data/train-00000-of-00001.parquet"
CHANGES: dict[str, Changing] = {
    "nothing": lambda folder: None,
    "a byte of the data": _flip(TRAIN, 200),
    "a byte of the provenance": _flip("provenance/00000.arrow", -20),
    "a byte of the schema": _flip("schemas/article.schema.json", 5),
    "a byte of the licence": _flip("LICENSE", 3),
    "a byte of the manifest": _flip("manifest.json", 30),
    "a byte of its digest": _flip("manifest.json.sha256", 3),
    "a number in the card": lambda folder: (folder / "README.md").write_text(
        (folder / "README.md").read_text().replace("30", "31")
    ),
    "words in the card": lambda folder: (folder / "README.md").write_text(
        (folder / "README.md").read_text() + "\nBy others.\n"
    ),
    "no data": lambda folder: (folder / TRAIN).unlink(),
    "no digest": lambda folder: (folder / "manifest.json.sha256").unlink(),
    "a cut file": lambda folder: (folder / TRAIN).write_bytes((folder / TRAIN).read_bytes()[:-1]),
    "an empty file": lambda folder: (folder / TRAIN).write_bytes(b""),
    "other data": lambda folder: (folder / "data/train-00001-of-00002.parquet").write_bytes(b"x"),
    "a file of a hub": lambda folder: (folder / ".gitattributes").write_bytes(b"x"),
    "a file of others": lambda folder: (folder / "notes.txt").write_bytes(b"x"),
    "a part": lambda folder: (folder / "data/.x.part").write_bytes(b"x"),
    "data swapped": lambda folder: _swap(folder / TRAIN, folder / "data/test-00000-of-00001.parquet"),
}  # fmt: skip


def _swap(one: Path, other: Path) -> None:
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def _sent(store: ObjectStore, folder: Path, prefix: str) -> str:
    """The URL of a prefix that now holds the files of a folder."""
    for path in folder.rglob("*"):
        if path.is_file():
            store.put(f"{prefix}/{folder.name}/{path.relative_to(folder).as_posix()}", path.read_bytes())
    return f"s3://{BUCKET}/{prefix}/{folder.name}"


def _seen(findings: list[Finding]) -> list[tuple[str, str, str]]:
    return [(each.kind, each.file, each.message) for each in findings]


@pytest.mark.parametrize("name", CHANGES)
def test_the_same_is_found_wherever_it_lies(
    store: ObjectStore, built: Path, tmp_path: Path, name: str
) -> None:
    """A folder, its file:// URL and a prefix give the same findings, in full and quick."""
    copy = tmp_path / built.name
    shutil.copytree(built, copy)
    CHANGES[name](copy)
    url = _sent(store, copy, name.replace(" ", "-"))
    for quick in (False, True):
        found = corpuskit.verify(copy, quick=quick)
        assert _seen(corpuskit.verify(copy.as_uri(), quick=quick)) == _seen(found)
        assert _seen(corpuskit.verify(url, quick=quick)) == _seen(found)
        assert _seen(corpuskit.verify(f"{url}/", quick=quick)) == _seen(found)
    errors = [each for each in corpuskit.verify(url) if each.severity == "error"]
    assert bool(errors) == (
        name not in {"nothing", "words in the card", "a file of a hub", "a file of others"}
    )


def test_quick_reads_only_what_it_must(store: ObjectStore, tmp_path: Path) -> None:
    """Rows are counted from the ends of files: the middle of a large one is not fetched."""
    many = [
        {**each, "text": hashlib.sha256(str(n).encode()).hexdigest() * 200}
        for n, each in enumerate(articles(0, 50))
    ]
    url = _sent(store, release(tmp_path, "1.0.0", many), "quick")
    begun = len(store.requests)
    assert not [each for each in corpuskit.verify(url, quick=True) if each.severity == "error"]
    assert not [each for each in store.requests[begun:] if each.startswith("GET") and "provenance" in each]


def test_pointers(store: ObjectStore, built: Path, tmp_path: Path) -> None:
    """The place releases were published to, and latest.json there, stand for the release that is named."""
    target = tmp_path / "target"
    shutil.copytree(built, target / built.name)
    root = hashlib.sha256((built / "manifest.json").read_bytes()).hexdigest()
    pointer = {"name": "tiny", "version": "1.0.0", "root_digest": root, "prefix": built.name, "later": 1}
    remote = _sent(store, built, "pointed").rpartition("/")[0]

    def point(**changed: Any) -> None:
        data = json.dumps(pointer | changed).encode()
        (target / "latest.json").write_bytes(data)
        store.put("pointed/latest.json", data)

    places = [str(target), target.as_uri(), remote]
    for place in [each + end for each in places for end in ("", "/latest.json")]:
        point()
        assert [each.kind for each in corpuskit.verify(place)] == ["no-audit"]
        assert corpuskit.verify(place, expect_root=root)[-1].kind == "no-audit"
        point(root_digest="0" * 64)
        assert [(each.kind, each.file) for each in corpuskit.verify(place)] == [("wrong-root", "latest.json")]
        for changed in (
            {"prefix": "../x"},
            {"prefix": "/etc"},
            {"name": 5},
            {"root_digest": "x"},
            {"version": "../1"},
        ):
            point(**changed)
            with pytest.raises(SpecError, match=r"no pointer"):
                corpuskit.verify(place)
        point(version="2.0.0", prefix="tiny-2.0.0")
        with pytest.raises(SpecError, match=r"no manifest\.json, but latest\.json leads here"):
            corpuskit.verify(place)


def test_exit_codes(store: ObjectStore, built: Path, tmp_path: Path) -> None:
    """0 for what was built, 1 for what is damaged, 2 for no release and unknown schemes."""
    url = _sent(store, built, "codes")
    done = run("verify", url, environment=store.env())
    assert (done.code, done.json["ok"], [each["kind"] for each in done.json["findings"]]) == (
        0,
        True,
        ["no-audit"],
    )
    store.put(f"codes/{built.name}/LICENSE", b"MIT")
    done = run("verify", url, environment=store.env())
    assert (done.code, [each["file"] for each in done.json["findings"]]) == (1, ["LICENSE"])
    for place in (f"s3://{BUCKET}/none", "gs://x/y", (tmp_path / "none").as_uri()):
        with pytest.raises(SpecError):
            corpuskit.verify(place)


@pytest.mark.parametrize("command", [["card"], ["trace", "--all"]])
@pytest.mark.parametrize("url", ["s3://corpora/x", "file:///nowhere/tiny-1.0.0"])
def test_commands_that_take_folders_alone_say_so(store: ObjectStore, command: list[str], url: str) -> None:
    """A URL given to a command of folders is told as such."""
    done = run(*command, url, environment=store.env())
    assert (done.code, "take URLs" in done.said) == (2, True), done.said


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.long)], ids=["some", "every"])
def test_a_store_that_fails_is_no_damage(store: ObjectStore, built: Path, every: bool) -> None:
    """Where a file cannot be fetched nothing is said of the release, at whichever request it happens."""
    url = _sent(store, built, f"failing-{every}")
    begun = len(store.requests)
    corpuskit.verify(url)
    asked = len(store.requests) - begun
    body = b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>"
    for number in range(1, asked + 1, 1 if every else asked // 4):
        count = 0

        def hook(environ: dict[str, Any], go_on: Any, answer: Any, number: int = number) -> Any:
            nonlocal count
            count += 1
            if count != number:
                return None
            answer("403 Forbidden", [("Content-Length", str(len(body))), ("Content-Type", "application/xml")])
            return [body] if environ["REQUEST_METHOD"] != "HEAD" else [b""]

        store.hook = hook
        try:
            with pytest.raises(InputError, match="denies access"):
                corpuskit.verify(url)
        finally:
            store.hook = None


def test_a_file_that_goes_away_meanwhile(store: ObjectStore, built: Path) -> None:
    """A file that is listed and then gone, or replaced while it is read, is told as such."""
    url = _sent(store, built, "going")
    key = f"going/{built.name}/{TRAIN}"

    def hook(environ: dict[str, Any], go_on: Any, answer: Any) -> Any:
        if environ["REQUEST_METHOD"] == "HEAD" and environ["PATH_INFO"].endswith(TRAIN):
            store.hook = None
            store.client.delete_object(Bucket=BUCKET, Key=key)
        return None

    store.hook = hook
    with pytest.raises(InputError, match="not there any more"):
        corpuskit.verify(url)

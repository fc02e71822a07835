"""publish to file:// and s3://: whole or absent at any moment, resumed by the same command, nothing else touched."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import REPOSITORY
from object_store import BUCKET, ObjectStore, ended, run, start
from publish_client import Done, articles, release

import corpuskit
from corpuskit.errors import Busy, CorpusError, SpecError
from corpuskit.hub.publishing.targets import address_of
from corpuskit.hub.publishing.versions import precedence
from corpuskit.staging import locked

CARD = '[card]\npersonal_data = "none"\n'


@pytest.fixture(scope="module")
def store() -> Iterator[ObjectStore]:
    """An object store with a bucket."""
    with ObjectStore() as running:
        yield running


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Version 1.0.0."""
    return release(tmp_path_factory.mktemp("first"), "1.0.0", articles(0, 30), CARD)


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Version 1.1.0, with more articles."""
    return release(tmp_path_factory.mktemp("second"), "1.1.0", articles(0, 40), CARD)


@pytest.fixture(params=["s3", "file"])
def target(request: pytest.FixtureRequest, store: ObjectStore, tmp_path: Path) -> "Target":
    """An empty target of each kind."""
    return Target(request.param, store, tmp_path / "target")


class Target:
    """A place to publish to, looked at by other means than those that are tested."""

    def __init__(self, kind: str, store: ObjectStore, folder: Path) -> None:
        self.kind, self.store, self.folder = kind, store, folder
        self.prefix = f"t{abs(hash(str(folder)))}"
        self.url = f"s3://{BUCKET}/{self.prefix}" if kind == "s3" else f"file://{folder}"

    def publish(self, path: Path, *arguments: Any) -> Done:
        """`corpuskit publish` to it."""
        return run("publish", path, self.url, *arguments, environment=self.store.env())

    def verify(self, below: str = "", *arguments: Any) -> Done:
        """`corpuskit verify` of what lies below it."""
        return run("verify", f"{self.url}{below}", *arguments, environment=self.store.env())

    def files(self) -> dict[str, bytes]:
        """Everything that lies there."""
        if self.kind == "s3":
            return self.store.objects(f"{self.prefix}/")
        files = [path for path in self.folder.rglob("*") if path.is_file() and path.name != ".tiny.lock"]
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in files}

    def put(self, path: str, data: bytes) -> None:
        """Put a file there, as somebody else would."""
        if self.kind == "s3":
            self.store.put(f"{self.prefix}/{path}", data)
        else:
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_bytes(data)


def files_of(path: Path) -> dict[str, bytes]:
    """The bytes of a release's files, by their paths at a target."""
    return {
        f"{path.name}/{p.relative_to(path).as_posix()}": p.read_bytes()
        for p in path.rglob("*")
        if p.is_file()
    }


def pointer(path: Path) -> dict[str, str]:
    """What latest.json says of a release."""
    manifest = (path / "manifest.json").read_bytes()
    version = json.loads(manifest)["version"]
    root = hashlib.sha256(manifest).hexdigest()
    return {"name": "tiny", "version": version, "root_digest": root, "prefix": path.name}


def latest(files: dict[str, bytes]) -> Any:
    """What the pointer among files says, None where there is none."""
    return json.loads(files["latest.json"]) if "latest.json" in files else None


def test_a_release_and_the_next_one(target: Target, first: Path, second: Path) -> None:
    """A version is a folder with exactly the release's files; the pointer names the latest; both stay readable."""
    dry = target.publish(first, "--dry-run")
    assert (dry.code, dry.json["revision"], target.files()) == (0, None, {})
    done = target.publish(first)
    assert (done.code, done.json["ok"], done.json["revision"]) == (0, True, pointer(first)["root_digest"]), (
        done.said
    )
    files = target.files()
    assert latest(files) == pointer(first)
    assert {name: data for name, data in files.items() if name != "latest.json"} == files_of(first)
    assert done.json["plan"]["travels"] == sum(map(len, files_of(first).values()))
    again = target.publish(first)
    assert (again.code, again.json["plan"]["travels"], "sending" in again.said) == (0, 0, False)
    assert target.publish(second).code == 0
    files = target.files()
    assert latest(files) == pointer(second)
    assert {k: v for k, v in files.items() if k != "latest.json"} == files_of(first) | files_of(second)
    older = target.publish(first)
    assert (older.code, latest(target.files())) == (0, pointer(second)), "the pointer does not go back"
    assert "older-version" in {each["kind"] for each in older.json["findings"]}
    assert target.publish(first, "--allow-older").code == 0
    assert latest(target.files()) == pointer(first)
    assert target.publish(second).code == 0
    assert target.verify("/tiny-1.0.0").code == 0
    assert target.verify("", "--expect-root", pointer(second)["root_digest"]).code == 0


def test_another_release_of_the_same_version_is_refused(target: Target, first: Path, tmp_path: Path) -> None:
    """A version that is there with another root digest stays as it is."""
    assert target.publish(first).code == 0
    before = target.files()
    done = target.publish(release(tmp_path, "1.0.0", articles(5, 30), CARD))
    assert (done.code, done.json["ok"]) == (1, False)
    assert "taken-tag" in {each["kind"] for each in done.json["findings"]}
    assert target.files() == before


def test_what_others_put_there_is_never_touched(target: Target, first: Path) -> None:
    """Files beside the release stay; files where it goes stop it before a byte is sent."""
    target.put("notes.txt", b"mine")
    target.put("tiny-1.0.0-old/data/x.parquet", b"mine")
    assert target.publish(first).code == 0
    files = target.files()
    assert (files["notes.txt"], files["tiny-1.0.0-old/data/x.parquet"]) == (b"mine", b"mine")


@pytest.mark.parametrize("path", ["data/train-00001-of-00002.parquet", "notes.txt"])
def test_a_release_is_not_mixed_with_other_files(target: Target, first: Path, path: str) -> None:
    """A file of somebody else where the version goes is named and kept, and nothing is sent."""
    target.put(f"tiny-1.0.0/{path}", b"mine")
    done = target.publish(first)
    assert (done.code, [each["file"] for each in done.json["findings"]]) == (1, [path])
    assert target.files() == {f"tiny-1.0.0/{path}": b"mine"}


ZEROS = "0" * 64
FOREIGN_POINTERS = [
    "",
    "[]",
    '{"name": "tiny"}',
    json.dumps({"name": "lain", "version": "1.0.0", "root_digest": ZEROS, "prefix": "lain-1.0.0"}),
    json.dumps({"name": "tiny", "version": "1.0.0", "root_digest": ZEROS, "prefix": "../tiny-1.0.0"}),
]


@pytest.mark.parametrize("text", FOREIGN_POINTERS)
def test_a_pointer_that_is_not_ours_is_kept(target: Target, first: Path, text: str) -> None:
    """A latest.json of another corpus, or of another program, stops the publication and stays."""
    target.put("latest.json", text.encode())
    done = target.publish(first)
    assert (done.code, "latest.json" in done.said) == (2, True), done.said
    assert target.files() == {"latest.json": text.encode()}


def test_a_damaged_file_is_sent_again(target: Target, first: Path) -> None:
    """What became of a published file is found and repaired, also where its size and its noted digest are right."""
    assert target.publish(first).code == 0
    whole = target.files()
    name = next(name for name in whole if name.endswith(".parquet"))
    damaged = bytes([whole[name][0] ^ 1]) + whole[name][1:]
    target.put(name, damaged)
    if target.kind == "s3":
        noted = {"sha256": hashlib.sha256(whole[name]).hexdigest()}
        key = f"{target.prefix}/{name}"
        target.store.client.put_object(Bucket=BUCKET, Key=key, Body=damaged, Metadata=noted)
    found = target.verify("/tiny-1.0.0")
    assert (found.code, [each["file"] for each in found.json["findings"]]) == (1, [name.partition("/")[2]])
    done = target.publish(first)
    assert (done.code, done.said.count("sending")) == (0, 1), done.said
    assert target.files() == whole


def test_a_plan_is_executed_after_an_interruption(target: Target, first: Path, tmp_path: Path) -> None:
    """A plan that was written before part of its files arrived still holds, and sends only the rest."""
    plan = tmp_path / "plan.json"
    assert target.publish(first, "--dry-run", "--plan-out", plan).code == 0
    target.put("tiny-1.0.0/LICENSE", (first / "LICENSE").read_bytes())
    done = target.publish(first, "--plan", plan)
    assert (done.code, latest(target.files())) == (0, pointer(first)), done.said


def test_the_shell_session_of_the_docs(store: ObjectStore, tmp_path: Path) -> None:
    """The commands of docs/object-stores.md run, on a release and a bucket of those names."""
    page = (REPOSITORY / "docs" / "object-stores.md").read_text(encoding="utf-8")
    session = page.partition("```sh\n")[2].partition("```")[0]
    path = release(tmp_path, "1.0.0", articles(0, 5), CARD)
    shutil.copytree(path, tmp_path / "release" / path.name)
    script = f'set -e\ncorpuskit() {{ {sys.executable} -m corpuskit "$@"; }}\n{session}'
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=store.env(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("whole and true") == 2


def test_hub_options_are_refused(target: Target, first: Path) -> None:
    """There are no branches and no pull requests."""
    for option in (["--branch", "draft"], ["--pull-request"], ["--tag"]):
        assert target.publish(first, *option).code == 2
    assert target.files() == {}


# --- kill -9 ---


EVERY = pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.long)])


@pytest.mark.long  # half a minute; a folder is killed at every run
@EVERY
def test_kill_at_requests_of_s3(
    store: ObjectStore, first: Path, second: Path, tmp_path: Path, every: bool
) -> None:
    """Killed before or after any request, the old release stands; the same command ends what was begun."""
    target = Target("s3", store, tmp_path)
    assert target.publish(first).code == 0
    begun = len(store.requests)
    assert target.publish(second).code == 0
    asked = store.requests[begun:]
    writes = [number for number, each in enumerate(asked, 1) if each.startswith("PUT")]
    for number in range(1, len(asked) + 1) if every else [writes[3], *writes[-2:]]:
        for after in (False, True):
            target.prefix = f"k{number}{after}"
            target.url = f"s3://{BUCKET}/{target.prefix}"
            for name, data in files_of(first).items():
                target.put(name, data)
            target.put("latest.json", json.dumps(pointer(first)).encode())
            _killed(target, second, number, after=after)
            files = target.files()
            assert latest(files) in (pointer(first), pointer(second))
            if f"{second.name}/manifest.json" in files:
                assert files_of(second).items() <= files.items()
            if latest(files) == pointer(second):
                assert f"{second.name}/manifest.json" in files
            there = {n for n in files_of(second) if files.get(n) == files_of(second)[n]}
            done = target.publish(second)
            assert done.code == 0, done.said
            sent = {
                f"{second.name}/{line.split()[1].rstrip(',')}"
                for line in done.said.splitlines()
                if line.startswith("sending")
            }
            assert sent == files_of(second).keys() - there, "only what is missing is sent"
            files = target.files()
            assert latest(files) == pointer(second)
            assert {k: v for k, v in files.items() if k != "latest.json"} == files_of(first) | files_of(
                second
            )
    assert target.verify().code == 0


def _killed(target: Target, path: Path, number: int, *, after: bool) -> None:
    """Publish, and kill the process at a request before or after the store acts on it."""
    process: list[subprocess.Popen[str]] = []
    count = 0

    def hook(environ: dict[str, Any], go_on: Any, answer: Any) -> Any:
        nonlocal count
        if "Botocore" not in environ["HTTP_USER_AGENT"] and "aiobotocore" not in environ["HTTP_USER_AGENT"]:
            return None
        count += 1
        if count != number:
            return None
        if not after:
            process[0].send_signal(signal.SIGKILL)
            answer("503 Slow Down", [("Content-Length", "0")])
            return [b""]
        found = list(go_on())
        process[0].send_signal(signal.SIGKILL)
        return found

    target.store.hook = hook
    try:
        process.append(start("publish", path, target.url, environment=target.store.env()))
        process[0].communicate(timeout=120)
    finally:
        target.store.hook = None
    assert process[0].returncode == -signal.SIGKILL, number


# Kills the process at the n-th file that it opens, renames or removes below a folder: an audit hook sees them all.
KILLER = """
import os, signal, sys
folder, number = sys.argv[1], int(sys.argv[2])
count = 0
def hook(event, arguments):
    global count
    if event in {"open", "os.rename", "os.mkdir", "os.remove"} and folder in str(arguments[0]):
        count += 1
        if count == number:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
import corpuskit
corpuskit.publish(sys.argv[3], "file://" + folder)
print(count)
"""


def _publish_dying(folder: Path, number: int, path: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", KILLER, str(folder), str(number), str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@EVERY
def test_kill_at_steps_in_a_folder(
    store: ObjectStore, first: Path, second: Path, tmp_path: Path, every: bool
) -> None:
    """Killed at any step, the old release stands; the same command ends what was begun and leaves no parts."""
    base = Target("file", store, tmp_path / "base")
    corpuskit.publish(first, base.url)
    shutil.copytree(base.folder, tmp_path / "count")
    done = _publish_dying(tmp_path / "count", 0, second)
    steps = int(done.stdout)
    assert steps > 50, done.stderr
    for number in range(1, steps + 1, 1 if every else steps // 3):
        target = Target("file", store, tmp_path / f"k{number}")
        shutil.copytree(base.folder, target.folder)
        assert _publish_dying(target.folder, number, second).returncode == -signal.SIGKILL
        files = target.files()
        assert latest(files) in (pointer(first), pointer(second))
        assert files_of(first).items() <= files.items()
        if f"{second.name}/manifest.json" in files:
            assert files_of(second).items() <= files.items()
        assert not [
            f for f in corpuskit.verify(target.url) if f.severity == "error" and ".part" not in f.file
        ]
        corpuskit.publish(second, target.url)
        files = target.files()
        assert latest(files) == pointer(second)
        assert {k: v for k, v in files.items() if k != "latest.json"} == files_of(first) | files_of(second)


# --- faults ---


def test_unfinished_uploads_of_ours_are_given_up(store: ObjectStore, first: Path, tmp_path: Path) -> None:
    """Parts that a killed upload left are removed; those of other objects stay."""
    target, client = Target("s3", store, tmp_path), store.client
    ours, theirs = f"{target.prefix}/tiny-1.0.0/README.md", f"{target.prefix}/tiny-1.0.0x/README.md"
    for key in (ours, theirs):
        upload = client.create_multipart_upload(Bucket=BUCKET, Key=key)
        client.upload_part(
            Bucket=BUCKET, Key=key, PartNumber=1, UploadId=upload["UploadId"], Body=b"x" * (5 << 20)
        )
    assert target.publish(first).code == 0
    left = client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])
    assert [each["Key"] for each in left] == [theirs]


def test_a_store_that_changes_bytes(store: ObjectStore, first: Path, tmp_path: Path) -> None:
    """Where other bytes arrive than were sent, there is no manifest and no pointer, and the file is named."""
    target = Target("s3", store, tmp_path)

    def hook(environ: dict[str, Any], go_on: Any, answer: Any) -> Any:
        if environ["REQUEST_METHOD"] == "PUT" and environ["PATH_INFO"].endswith(".arrow"):
            data = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            store.hook = None  # what follows comes from here
            store.put(environ["PATH_INFO"].removeprefix(f"/{BUCKET}/"), data[:-1] + b"?")
            answer("200 OK", [("Content-Length", "0"), ("ETag", '"x"')])
            return [b""]
        return None

    store.hook = hook
    try:
        done = target.publish(first)
    finally:
        store.hook = None
    assert (done.code, "provenance/00000.arrow arrived with other bytes" in done.said) == (3, True), done.said
    files = target.files()
    assert not {"latest.json", "tiny-1.0.0/manifest.json"} & files.keys()
    assert target.publish(first).code == 0


OTHERS = {
    "the manifest": ("tiny-1.0.0/manifest.json", b"{}", 1, "published by another meanwhile"),
    "a newer release": ("latest.json", b"", 0, ""),
    "another corpus": ("latest.json", b"[]", 2, "no pointer to a release"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_who_comes_second_is_told(
    store: ObjectStore, first: Path, second: Path, tmp_path: Path, name: str
) -> None:
    """What another put there between the look and the write is not overwritten."""
    target = Target("s3", store, tmp_path)
    path, data, code, words = OTHERS[name]
    data = data or json.dumps(pointer(second)).encode()

    def hook(environ: dict[str, Any], go_on: Any, answer: Any) -> Any:
        if environ["REQUEST_METHOD"] == "PUT" and environ["PATH_INFO"].endswith(path):
            store.hook = None
            target.put(path, data)
        return None

    store.hook = hook
    done = target.publish(first)
    assert (done.code, words in done.said) == (code, True), done.said
    assert target.files()[path] == data


def test_an_answer_that_is_lost(store: ObjectStore, first: Path, tmp_path: Path) -> None:
    """A write that is repeated because nobody heard of its success finds itself there, and goes on."""
    target = Target("s3", store, tmp_path)
    lost: list[str] = []

    def hook(environ: dict[str, Any], go_on: Any, answer: Any) -> Any:
        path = environ["PATH_INFO"]
        if environ["REQUEST_METHOD"] != "PUT" or not path.endswith(".json") or path in lost:
            return None
        lost.append(path)
        data = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        hook_again, store.hook = store.hook, None
        store.put(path.removeprefix(f"/{BUCKET}/"), data)
        store.hook = hook_again
        answer("503 Slow Down", [("Content-Length", "0")])
        return [b""]

    store.hook = hook
    try:
        done = target.publish(first)
    finally:
        store.hook = None
    assert (done.code, latest(target.files())) == (0, pointer(first)), done.said
    assert {"manifest.json", "latest.json"} <= {path.rpartition("/")[2] for path in lost}


def test_a_store_without_conditional_writes(
    store: ObjectStore, first: Path, second: Path, tmp_path: Path
) -> None:
    """Where a store answers that it has none, the same is written without a condition."""
    target = Target("s3", store, tmp_path)
    body = b"<Error><Code>NotImplemented</Code><Message>A header you provided</Message></Error>"
    refused: list[str] = []

    def hook(environ: dict[str, Any], go_on: Any, answer: Any) -> Any:
        if environ["REQUEST_METHOD"] != "PUT" or not {"HTTP_IF_NONE_MATCH", "HTTP_IF_MATCH"} & environ.keys():
            return None
        refused.append(environ["PATH_INFO"].rpartition("/")[2])
        answer(
            "501 Not Implemented", [("Content-Length", str(len(body))), ("Content-Type", "application/xml")]
        )
        return [body]

    store.hook = hook
    try:
        codes = [target.publish(path).code for path in (first, second)]
    finally:
        store.hook = None
    assert (codes, latest(target.files())) == ([0, 0], pointer(second))
    assert set(refused) == {"manifest.json", "latest.json"}
    assert target.verify().code == 0


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        ("403 Forbidden", "AccessDenied", "denies access"),
        ("403 Forbidden", "InvalidAccessKeyId", "does not accept the credentials"),
        pytest.param(
            "403 Forbidden",
            "SignatureDoesNotMatch",
            "does not accept the credentials",
            marks=pytest.mark.long,
        ),
        pytest.param(
            "400 Bad Request", "ExpiredToken", "does not accept the credentials", marks=pytest.mark.long
        ),
        ("404 Not Found", "NoSuchBucket", "no such bucket"),
        ("507 Insufficient Storage", "StorageFull", "StorageFull"),
    ],
)
def test_refusals_in_words(
    store: ObjectStore, first: Path, tmp_path: Path, status: str, code: str, words: str
) -> None:
    """What a store refuses is told with its code and the next step: exit 3, and no secret is shown."""
    target = Target("s3", store, tmp_path)
    body = f"<Error><Code>{code}</Code><Message>canary AKIA</Message></Error>".encode()

    def hook(environ: dict[str, Any], go_on: Any, answer: Any) -> Any:
        answer(status, [("Content-Length", str(len(body))), ("Content-Type", "application/xml")])
        return [body]

    store.hook = hook
    try:
        for done in (target.publish(first), target.verify()):
            assert (done.code, words in done.said, target.url in done.said) == (3, True, True), done.said
    finally:
        store.hook = None


@pytest.mark.long
def test_credentials_that_are_wrong(first: Path) -> None:
    """A store that checks signatures: wrong and missing credentials, and a bucket that is not there."""
    with ObjectStore() as strict:
        missing = run("publish", first, "s3://nowhere/x", environment=strict.env())
        assert (missing.code, "no such bucket" in missing.said) == (3, True), missing.said
        strict.check_signatures()
        done = run("publish", first, f"s3://{BUCKET}/x", environment=strict.env())
        assert (done.code, "does not accept the credentials" in done.said) == (3, True), done.said
        none = {name: value for name, value in strict.env().items() if "KEY" not in name}
        done = run("publish", first, f"s3://{BUCKET}/x", environment=none)
        assert (done.code, "no credentials" in done.said) == (2, True), done.said


@pytest.mark.long
def test_no_network(first: Path, store: ObjectStore) -> None:
    """A store that nobody can reach is told as such: exit 3."""
    done = run(
        "publish",
        first,
        f"s3://{BUCKET}/x",
        environment=store.env() | {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"},
    )
    assert (done.code, "cannot be reached" in done.said) == (3, True), done.said


def test_folders_that_cannot_be_written(first: Path, tmp_path: Path, store: ObjectStore) -> None:
    """A file in the place of the folder: exit 3, and it stays; another publication there: exit 11."""
    (tmp_path / "file").write_bytes(b"mine")
    done = run("publish", first, f"file://{tmp_path}/file", environment=store.env())
    assert (done.code, (tmp_path / "file").read_bytes()) == (3, b"mine"), done.said
    with locked(tmp_path / "busy", "tiny"), pytest.raises(Busy):
        corpuskit.publish(first, f"file://{tmp_path}/busy")


def test_the_extra_is_named(first: Path, store: ObjectStore, tmp_path: Path) -> None:
    """Without s3fs the error names the extra: exit 2."""
    (tmp_path / "s3fs.py").write_text("raise ImportError")
    path = f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    done = run("publish", first, f"s3://{BUCKET}/x", environment=store.env() | {"PYTHONPATH": path})
    assert (done.code, "corpuskit[s3]" in done.said) == (2, True), done.said


@pytest.mark.parametrize(
    "text",
    [
        "s3://",
        "s3:///x",
        "s3://b/x?versionId=1",
        "file://host/x",
        "file://",
        "gs://b/x",
        "s3://key:canary@b/x",
    ],
)
def test_what_is_no_target(text: str) -> None:
    """What names no place is told, and a password in it is not repeated."""
    with pytest.raises(CorpusError) as raised:
        address_of(text)
    assert isinstance(raised.value, SpecError)
    assert "canary" not in str(raised.value)


def test_the_order_of_versions() -> None:
    """The example of semver.org, 11, and build metadata that changes nothing."""
    early = ["alpha", "alpha.1", "alpha.beta", "beta", "beta.2", "beta.11", "rc.1"]
    versions = [*(f"1.0.0-{each}" for each in early), "1.0.0", "1.2.0", "1.10.0"]
    assert sorted(sorted(versions), key=precedence) == versions
    assert precedence("1.0.0+a") == precedence("1.0.0+b")


def test_a_process_that_is_asked_to_stop(store: ObjectStore, first: Path, tmp_path: Path) -> None:
    """SIGTERM ends a publication with 143 and no pointer."""
    target = Target("s3", store, tmp_path)
    process = start("publish", first, target.url, environment=store.env())

    def hook(environ: dict[str, Any], go_on: Any, answer: Any) -> Any:
        if environ["REQUEST_METHOD"] == "PUT" and environ["PATH_INFO"].endswith(
            "train-00000-of-00001.parquet"
        ):
            process.send_signal(signal.SIGTERM)
        return None

    store.hook = hook
    try:
        done = ended(process)
    finally:
        store.hook = None
    assert (done.code, "latest.json" in target.files()) == (143, False), done.said

"""A hub that is killed, and pushes that meet: no branch leads to what is not there, no accepted commit is lost."""

import asyncio
import hashlib
import http.client
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import REPOSITORY
from hub_integrity import faults, history
from hub_requests import ask, batch, client, commit, create, file, lines, path_of

from corpuskit.hub import serving
from corpuskit.hub.serving import repositories
from corpuskit.hub.serving.application import application
from corpuskit.hub.serving.calls import Hub
from corpuskit.testing import LocalHub

_KILL_POINTS = REPOSITORY / "tests" / "hub_kill_points.py"


@pytest.fixture
def fast_folder() -> Iterator[Path]:
    """A folder in memory where there is one: what is tested here does not need a disk to wait for."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


def test_a_kill_at_every_write_leaves_the_hub_whole(fast_folder: Path) -> None:
    """Each change of a hub, killed before each of its writes, leaves a whole hub in which it can be made again."""
    command = [sys.executable, str(_KILL_POINTS), str(fast_folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    points = json.loads(done.stdout)
    assert len(points) == 9
    assert all(count >= 3 for count in points.values()), points


_CALL = re.compile(r'(\d+) +(fsync|rename)\((?:\d+<([^>]+)>|"([^"]+)", "([^"]+)")(?:\) += 0| <unfinished)')
_RESUMED = re.compile(r"(\d+) +<\.\.\. (?:fsync|rename) resumed>\) += 0")


def _done_calls(trace: str) -> Iterator[tuple[str, ...]]:
    """What strace saw, in the order in which it was done: ("fsync", path) and ("rename", from, to)."""
    under_way: dict[str, tuple[str, ...]] = {}
    for line in trace.splitlines():
        if match := _CALL.match(line):
            call = tuple(part for part in match.groups()[1:] if part is not None)
            if line.endswith("<unfinished ...>"):
                under_way[match[1]] = call
            else:
                yield call
        elif match := _RESUMED.match(line):
            yield under_way.pop(match[1])


def test_bytes_are_durable_before_a_branch_names_them(tmp_path: Path) -> None:
    """In the order of system calls: a file's bytes, its name, then the branch; also against a power cut."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    trace = tmp_path / "trace"
    command = [
        "strace",
        "-f",
        "-y",
        "-e",
        "trace=fsync,rename",
        "-o",
        str(trace),
        sys.executable,
        str(_KILL_POINTS),
    ]
    done = subprocess.run([*command, str(tmp_path), "--once"], capture_output=True, text=True, check=False)
    if "ptrace" in done.stderr:
        pytest.skip("this system forbids tracing")
    assert done.returncode == 0, done.stderr
    synced: set[str] = set()
    open_names: set[str] = set()
    renamed = moved = 0
    for call, source, *targets in _done_calls(trace.read_text()):
        if call == "fsync":
            synced.add(source)
            open_names = {name for name in open_names if Path(name).parent != Path(source)}
        elif "/uploads/" in source:
            target = targets[0]
            assert source in synced, f"{target} was renamed before its bytes were durable"
            renamed += 1
            if "/refs/" in target:
                assert not open_names, f"{target} was moved before these names were durable: {open_names}"
                moved += 1
            open_names.add(target)
    assert renamed >= 15
    assert moved >= 5
    assert not {name for name in open_names if "/x/" in name}, "the last rename was not made durable"


def _pusher(hub: LocalHub, api: str, number: int, accepted: list[str], stop: threading.Event) -> None:
    """Push until told to stop, or until the hub is gone; notes the commits that the hub said it made."""
    count = 0
    while not stop.is_set():
        count += 1
        large = bytes([number, count % 256]) * 5000
        try:
            actions = batch(hub, "x", large).get("actions")
            if actions:
                ask(hub, "PUT", path_of(actions["upload"]["href"]), large)
            oid = hashlib.sha256(large).hexdigest()
            pointer = {"path": f"data/{number}-{count}.bin", "algo": "sha256", "oid": oid, "size": len(large)}
            small = file(f"note-{number}-{count}.txt", b"%d" % count)
            answer = ask(hub, "POST", f"{api}/commit/main", lines(("lfsFile", pointer), small), hub.token)
        except (OSError, http.client.HTTPException):
            return
        if answer.status == 200:
            accepted.append(answer.json["commitOid"])


def _kill_while_pushing(folder: Path, rounds: int) -> int:
    """Kill the server so often while three clients push; gives the number of commits that it accepted."""
    accepted: list[str] = []
    for turn in range(rounds):
        with LocalHub(folder) as hub:
            api = create(hub, "x") if turn == 0 else "/api/datasets/lab/x"
            stop = threading.Event()
            pushers = [
                threading.Thread(target=_pusher, args=(hub, api, 3 * turn + number, accepted, stop))
                for number in range(3)
            ]
            for pusher in pushers:
                pusher.start()
            before = len(accepted)
            while len(accepted) == before:  # however slow the machine is, it is killed among pushes
                time.sleep(0.01)
            time.sleep(random.random() * 0.3)
            assert hub.process is not None
            hub.process.kill()
            hub.process.wait()
            stop.set()
            for pusher in pushers:
                pusher.join()
        assert faults(hub.folder) == []
        lost = set(accepted) - set(history(hub.folder / "datasets" / "lab" / "x"))
        assert not lost, "commits that were accepted are gone"
    with LocalHub(folder) as hub:
        tree = ask(hub, "GET", "/api/datasets/lab/x/tree/main?recursive=true").json
        assert sum(entry["path"].startswith("data/") for entry in tree) >= len(accepted)
    return len(accepted)


def test_a_server_that_is_killed_while_clients_push(tmp_path: Path) -> None:
    """After kill -9 every branch is whole, and every commit that was answered with 200 is in its history."""
    assert _kill_while_pushing(tmp_path / "hub", 4) >= 4


@pytest.mark.long
def test_a_server_that_is_killed_a_hundred_times(tmp_path: Path) -> None:
    """The same, a hundred times, over ten hubs."""
    assert sum(_kill_while_pushing(tmp_path / f"hub{n}", 10) for n in range(10)) >= 100


_RACE = """
import json, sys
from huggingface_hub import CommitOperationAdd, HfApi
from huggingface_hub.errors import HfHubHTTPError
number, api, outcomes = sys.argv[1], HfApi(), []
for attempt in range(6):
    name = f"{number}-{attempt}"
    head = api.dataset_info("lab/race").sha if sys.argv[2] == "parent" else None
    contents = {f"{name}.txt": name.encode(), f"{name}.bin": name.encode() + bytes(2000)}
    adds = [CommitOperationAdd(path, data) for path, data in contents.items()]
    try:
        made = api.create_commit("lab/race", adds, commit_message=name, repo_type="dataset", parent_commit=head)
        outcomes.append([name, made.oid, head])
    except HfHubHTTPError as error:
        outcomes.append([name, error.response.status_code, error.server_message])
print(json.dumps(outcomes))
"""


@pytest.mark.parametrize("mode", ["parent", "any"])
def test_eight_clients_at_once(mode: str) -> None:
    """With parent_commit each accepted commit stands on the one it named, the rest are a clear 412; without, all pass.

    Every accepted commit is in the history, whole.
    """
    with LocalHub() as hub:
        create(hub, "race")
        command = [sys.executable, "-c", _RACE]
        clients = [
            subprocess.Popen([*command, str(n), mode], env=hub.env(), stdout=subprocess.PIPE, text=True)
            for n in range(8)
        ]
        outcomes = [outcome for each in clients for outcome in json.loads(each.communicate()[0])]
        folder = hub.folder / "datasets" / "lab" / "race"
        assert faults(hub.folder) == []
        commits = history(folder)
        accepted = [(name, oid, head) for name, oid, head in outcomes if isinstance(oid, str)]
        assert len(commits) == len(accepted) + 1
        assert {oid for _, oid, _ in accepted} == set(commits[:-1])
        files = {entry["path"] for entry in ask(hub, "GET", "/api/datasets/lab/race/tree/main").json}
        assert files == {f"{name}.{kind}" for name, _, _ in accepted for kind in ("txt", "bin")}
        refused = [(status, words) for _, status, words in outcomes if not isinstance(status, str)]
        assert all(status == 412 and "A commit has happened since" in words for status, words in refused)
        if mode == "parent":
            assert all(commits[commits.index(oid) + 1] == head for _, oid, head in accepted)
        else:
            assert len(accepted) == 48


def test_two_servers_over_one_folder(tmp_path: Path) -> None:
    """Pushes to two processes that serve one folder meet under one lock."""
    with LocalHub(tmp_path / "hub") as one, LocalHub(tmp_path / "hub") as two:
        api = create(one, "x")
        accepted: list[str] = []
        stop = threading.Event()
        pushers = [
            threading.Thread(target=_pusher, args=(hub, api, number, accepted, stop))
            for number, hub in enumerate((one, two, one, two))
        ]
        for pusher in pushers:
            pusher.start()
        while len(accepted) < 12:
            time.sleep(0.01)
        stop.set()
        for pusher in pushers:
            pusher.join()
        assert faults(one.folder) == []
        assert set(accepted) == set(history(one.folder / "datasets" / "lab" / "x")[:-1])


def test_a_push_that_is_cut_leaves_nothing(tmp_path: Path) -> None:
    """A client killed in the middle of a large file leaves neither an object nor a commit, and the next push passes."""
    with LocalHub(tmp_path / "hub", part_bytes=2**20) as hub:
        api = create(hub, "x")
        head = ask(hub, "GET", api).json["sha"]
        code = """
import os, sys
from huggingface_hub import HfApi
class Cut(__import__("io").BytesIO):
    def read(self, size=-1):
        if self.tell() > 3 * 2**20 and sys.argv[1] == "cut" and self.cut:
            os.kill(os.getpid(), 9)
        return super().read(size)
data = Cut(bytes(range(256)) * (5 * 4096))
data.cut = False
from huggingface_hub import CommitOperationAdd
add = CommitOperationAdd("large.bin", data)
data.cut = True
HfApi().create_commit("lab/x", [add], commit_message="large", repo_type="dataset")
"""
        assert client(hub, code, "cut").returncode == -9
        assert ask(hub, "GET", api).json["sha"] == head
        assert [p for p in (hub.folder / "datasets/lab/x/objects").rglob("*") if p.is_file()] == []
        done = client(hub, code, "whole")
        assert done.returncode == 0, done.stderr
        assert faults(hub.folder) == []


def test_a_full_disk_is_a_sentence(tmp_path: Path) -> None:
    """Where the disk is full a push is refused with 507, nothing changes, and the hub goes on."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this system forbids mounting")
    try:
        with LocalHub(disk / "hub") as hub:
            api = create(hub, "x")
            assert commit(hub, api, file("a.txt", b"a")).status == 200
            head = ask(hub, "GET", api).json["sha"]
            large = os.urandom(2 * 2**20)
            full = commit(hub, api, *(file(f"{n}.bin", large) for n in range(2)))
            assert full.status == 507, full
            row = batch(hub, "x", bytes(4 * 2**20))
            assert row["error"]["code"] == 507
            assert ask(hub, "GET", api).json["sha"] == head
            assert list((hub.folder / "datasets/lab/x/uploads").iterdir()) == []
            assert commit(hub, api, file("b.txt", b"b")).status == 200
            assert faults(hub.folder) == []
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_client_that_falls_silent_is_given_up(tmp_path: Path) -> None:
    """A body that stops to arrive ends the request with 408 after the time of the limits; nothing is left."""
    folder = serving.open_hub(tmp_path / "hub")
    repository = repositories.create(folder, "lab", "x", private=False, author="t")
    token = serving.add_token(folder, "t", "write")
    told: list[str] = []
    hub = Hub(folder, None, told.append, serving.Limits(idle_seconds=0.05))
    path = "/api/datasets/lab/x/commit/main"
    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"authorization", f"Bearer {token}".encode())],
    }  # fmt: skip
    sent: list[dict[str, object]] = []
    pieces = [{"type": "http.request", "body": lines()[:20], "more_body": True}]

    async def receive() -> dict[str, object]:
        if pieces:
            return pieces.pop()
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    asyncio.run(application(hub)(scope, receive, send))
    assert sent[0]["status"] == 408
    assert list((repository.folder / "uploads").iterdir()) == []
    assert told == []


def test_what_a_killed_server_left_is_swept(tmp_path: Path) -> None:
    """The next start removes half-made repositories and uploads of yesterday, and nothing else."""
    with LocalHub(tmp_path / "hub") as hub:
        create(hub, "x")
    lab = tmp_path / "hub" / "datasets" / "lab"
    for name in (".y.new-0123456789abcdef", ".x.gone-0123456789abcdef"):
        shutil.copytree(lab / "x", lab / name)
    old, new = lab / "x" / "uploads" / ("a" * 32), lab / "x" / "uploads" / ("b" * 32)
    for path in (old, new):
        path.write_bytes(b"x")
    os.utime(old, (0, 0))
    with LocalHub(tmp_path / "hub") as hub:
        assert sorted(p.name for p in lab.iterdir()) == [".x.lock", ".y.lock", "x"]
        assert list((lab / "x" / "uploads").iterdir()) == [new]
        assert faults(hub.folder) == []

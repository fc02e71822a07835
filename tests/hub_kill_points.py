"""Kills a process at every write that a change to a hub makes, as a script: `python hub_kill_points.py FOLDER`.

For each change a child process makes it and kills itself at its Nth write (a file opened for writing: before, and when
it is open and empty; a rename, a folder made or removed), for N = 1, 2, ... until a child lives to its end. After each
death the folder must be whole, and the change, made again, must succeed. Prints {change: number of points}; exits 1
with what was found. With `--once` all changes are made one after the other, for a tracer to look at.
"""

import hashlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from hub_integrity import faults, history
from hub_requests import file, lines

from corpuskit.hub.serving import add_token, objects, open_hub, refs, repositories
from corpuskit.hub.serving.commits import Words, commit_operations, squash
from corpuskit.hub.serving.payloads import read_payload
from corpuskit.hub.serving.refusals import Refusal

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_CHANGES = {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link", "os.truncate"}
LARGE = bytes(range(256)) * 64
DIGEST = hashlib.sha256(LARGE).hexdigest()


def folder_of(root: Path) -> Path:
    return root / "datasets" / "lab" / "x"


def found(root: Path) -> repositories.Repository:
    repository = repositories.find(root, "lab", "x")
    assert repository is not None
    return repository


def make(root: Path) -> None:
    with suppress(Refusal):  # made before the kill
        repositories.create(root, "lab", "x", private=False, author="t")
    assert history(folder_of(root))


def upload(root: Path) -> None:
    with objects.scratch(folder_of(root)) as path:
        path.write_bytes(LARGE)
        objects.keep_verified(folder_of(root), path, DIGEST, len(LARGE))
    assert objects.has_object(folder_of(root), DIGEST, len(LARGE))


def push(root: Path) -> None:
    folder = folder_of(root)
    body = lines(
        file("README.md", b"# card\n"), file("a/b.txt", b"b"),
        ("lfsFile", {"path": "data/x.parquet", "algo": "sha256", "oid": DIGEST, "size": len(LARGE)}),
    )  # fmt: skip
    with objects.scratch(folder) as path:
        path.write_bytes(body)
        payload = read_payload(folder, path, 10**6)
    commit_operations(folder, "main", payload.operations, Words("one", "", "t"))
    assert len(history(folder)) == 2


def delete_files(root: Path) -> None:
    body = lines(("deletedFolder", {"path": "a"}), ("copyFile", {"srcPath": "README.md", "path": "c.md"}))
    folder = folder_of(root)
    if len(history(folder)) < 3:
        with objects.scratch(folder) as path:
            path.write_bytes(body)
            payload = read_payload(folder, path, 10**6)
        commit_operations(folder, "main", payload.operations, Words("two", "", "t"))
    assert len(history(folder)) == 3


def tag(root: Path) -> None:
    with objects.holding(folder_of(root)):
        refs.write_ref(folder_of(root), "tags", "v1/0", history(folder_of(root))[0], "the first")
    assert refs.refs(folder_of(root), "tags") == {"v1/0": history(folder_of(root))[0]}


def hide(root: Path) -> None:
    repositories.set_private(found(root), private=True)
    assert found(root).private


def make_one_commit(root: Path) -> None:
    squash(folder_of(root), "main", Words("all", "", "t"))
    assert len(history(folder_of(root))) == 1


def issue(root: Path) -> None:
    with suppress(Exception):  # issued before the kill, and lost with the process: a new one is needed
        add_token(root, "t", "write")
    assert json.loads((root / "tokens.json").read_bytes())["tokens"][0]["name"] == "t"


def remove(root: Path) -> None:
    repository = repositories.find(root, "lab", "x")
    if repository is not None:
        repositories.delete(repository)
    assert not folder_of(root).exists()


CHANGES: list[Callable[[Path], None]] = [
    make, upload, push, delete_files, tag, hide, make_one_commit, issue, remove,
]  # fmt: skip


def kill_at(point: int) -> None:
    """Let this process die at its write of that number; opening a file is two: before, and with the file empty."""
    count = 0

    def die() -> None:
        nonlocal count
        count += 1
        if count == point:
            os.kill(os.getpid(), signal.SIGKILL)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal count
        if event in _CHANGES:
            die()
        elif (
            event == "open"
            and not isinstance(arguments[0], int)
            and arguments[2] & _WRITING
            and count < point
        ):
            die()
            if count == point - 1:
                count = point + 1  # the opening that follows is not to be counted
                os.open(arguments[0], arguments[2], 0o666)
                os.kill(os.getpid(), signal.SIGKILL)
            count += 1

    sys.addaudithook(hook)


def survives(change: Callable[[Path], None], root: Path, point: int) -> bool:
    """Whether a child that makes the change, and dies at this point, got to its end before."""
    child = os.fork()
    if child == 0:
        kill_at(point)
        change(root)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return False
    assert os.WEXITSTATUS(status) == 0, f"{change.__name__} at {point}: {status}"
    return True


def main(work: Path) -> int:
    """Every change at every point; gives the exit code."""
    base, tried = work / "base", work / "tried"
    open_hub(base)
    points: dict[str, int] = {}
    for change in CHANGES:
        point = 1
        while True:
            shutil.rmtree(tried, ignore_errors=True)
            shutil.copytree(base, tried, symlinks=True)
            if survives(change, tried, point):
                break
            after = faults(tried)
            repositories.sweep(tried)
            if after or faults(tried):
                sys.stderr.write(f"{change.__name__}, killed at write {point}: {after or faults(tried)}\n")
                return 1
            change(tried)
            assert faults(tried) == []
            point += 1
        points[change.__name__] = point - 1
        change(base)
        assert faults(base) == []
    json.dump(points, sys.stdout)
    return 0


if __name__ == "__main__":
    if "--once" in sys.argv:
        ROOT = open_hub(Path(sys.argv[1]) / "base")
        for each in CHANGES:
            each(ROOT)
    else:
        sys.exit(main(Path(sys.argv[1])))

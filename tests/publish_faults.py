"""Publishes a release over another while its hub fails at every call in turn.

`python publish_faults.py HUB OLD NEW STEP [FAULT...]`: the environment leads to a hub of faulty_hub.py whose folder is
HUB. For each fault a child process publishes NEW where OLD is published, the fault strikes at its Nth call (N = 1,
1 + STEP, ... while the client makes so many), and then:

- the branch never was at anything but the first commit, OLD or NEW, each whole, and is tagged as it should be;
- the same publication, made again, succeeds, and no large file that had arrived is sent once more.

Prints {fault: calls struck}; raises AssertionError with the place otherwise. Waiting is not waited for.
"""

import hashlib
import json
import os
import shutil
import sys
import time
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

from hub_integrity import faults, history

import corpuskit
from corpuskit.errors import CorpusError
from corpuskit.hub import publishing

FAULTS = ("500", "503", "429", "412", "down", "dropped", "lost", "cut", "slow", "echo", "kill", "killed")
ENDPOINT = os.environ["HF_ENDPOINT"]


def ask(path: str, value: Any = None) -> Any:
    data = None if value is None else json.dumps(value).encode()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{ENDPOINT}/{path}", data) as answer:
        return json.load(answer)


def child(release: Path, repo: str, fault: dict[str, Any], output: Path) -> int | None:
    """The exit code of a publication in a process of its own; None where it was killed."""
    pid = os.fork()
    if pid == 0:
        time.sleep = lambda _: None
        code = 70
        with output.open("a") as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
        try:
            ask("_arm", fault | {"pid": os.getpid()})
            done = publishing.publish(release, f"hf://{repo}", tell=print)
            print(done)  # noqa: T201 - all that can be shown is searched for tokens
            code = 0
        except CorpusError as error:
            print(error, getattr(error, "outcome", ""))  # noqa: T201
            code = error.exit_code
        finally:
            sys.stdout.flush()
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else None


def published(release: Path) -> dict[str, str]:
    return {
        p.relative_to(release).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in release.rglob("*")
        if p.is_file()
    }


def tree_of(folder: Path, commit: str) -> dict[str, str]:
    value = json.loads((folder / "commits" / commit[:2] / f"{commit}.json").read_bytes())
    rows = json.loads((folder / "trees" / value["tree"][:2] / f"{value['tree']}.json").read_bytes())
    return {row["path"]: row["sha256"] for row in rows["entries"]}


def arrived(log: list[dict[str, Any]]) -> Counter[str]:
    """How often each large file was sent whole."""
    puts = [row for row in log if row["method"] == "PUT" and "/lfs/objects/" in row["path"]]
    return Counter(row["path"].split("/lfs/objects/")[1] for row in puts if row["status"] == 200)


def strike(hub: Path, new: Path, whole: list[dict[str, str]], fault: str, call: int, output: Path) -> bool:
    """One publication with a fault and its repetition; gives whether the client got as far as that call."""
    where, repo = f"{fault} at call {call}", f"lab/{fault}-{call}"
    folder = hub / "datasets" / "lab" / f"{fault}-{call}"
    shutil.copytree(hub / "datasets" / "lab" / "old", folder)
    code = child(new, repo, {"call": call, "fault": fault}, output)
    log = ask("_log")
    reached = len(log) >= call
    assert code in {0, 1, 3, None}, (where, code)
    assert code == 0 or reached, (where, code)
    states = [tree_of(folder, commit) for commit in history(folder)]
    assert all(state in whole for state in states), f"{where}: a half release was to be seen"
    assert faults(hub) == [], where
    assert code != 0 or states[0] == whole[-1], f"{where}: success, and it is not there"
    again = child(new, repo, {}, output)
    assert again == 0, f"{where}: publishing again gives {again}\n{output.read_text()[-2000:]}"
    assert [tree_of(folder, commit) for commit in history(folder)] == whole[::-1], where
    head = (folder / "refs" / "heads" / "main").read_text().strip()
    assert (folder / "refs" / "tags" / "v1.1.0").read_text().startswith(head), where
    sent = arrived(log) + arrived(ask("_log"))
    # When the answer to a PUT is lost, the client's library repeats that request by itself, at once.
    struck = log[call - 1]["path"] if reached and fault in {"lost", "cut"} else ""
    twice = [name for name, count in sent.items() if count > 1 + struck.endswith(name)]
    assert not twice, f"{where}: sent twice: {twice}"
    shutil.rmtree(folder)
    return reached


def main(hub: Path, old: Path, new: Path, step: int, names: tuple[str, ...]) -> int:
    output = hub.parent / "output.txt"
    corpuskit.verify(old)  # imports what the children need, once
    assert child(old, "lab/old", {}, output) == 0, output.read_text()
    whole = [{}, published(old), published(new)]
    counts = {}
    for fault in names:
        call = 1
        while strike(hub, new, whole, fault, call, output):
            call += step
        counts[fault] = call
    assert os.environ["HF_TOKEN"] not in output.read_text(), "a token was shown"
    sys.stdout.write(json.dumps(counts))
    return 0


if __name__ == "__main__":
    chosen = tuple(sys.argv[5:]) or FAULTS
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]), chosen))

"""A publication whose hub fails or whose client is killed, at any call: no half release, and resumed where it ended."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from conftest import REPOSITORY
from faulty_hub import FaultyHub
from hub_integrity import history
from publish_client import articles, client, ids, publish, release

_SCRIPT = REPOSITORY / "tests" / "publish_faults.py"


def _strike(folder: Path, step: int, *faults: str) -> dict[str, int]:
    """Publish under faults, at every `step`-th call; gives the calls reached by fault."""
    old = release(folder, "1.0.0", articles(0, 100))
    new = release(folder, "1.1.0", articles(3, 101))
    with FaultyHub() as hub:
        command = [sys.executable, str(_SCRIPT), str(hub.folder), str(old), str(new), str(step), *faults]
        done = subprocess.run(command, env=hub.env(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert hub.told == []
    counts: dict[str, int] = json.loads(done.stdout)
    return counts


def test_faults_at_some_calls(tmp_path: Path) -> None:
    """Answers that are lost, a hub that goes down and a killed client, at every seventh call."""
    counts = _strike(tmp_path, 7, "lost", "down", "killed")
    assert len(counts) == 3
    assert min(counts.values()) >= 21


@pytest.mark.long
def test_faults_at_every_call(tmp_path: Path) -> None:
    """Twelve faults, each at every call that a publication makes."""
    counts = _strike(tmp_path, 1)
    assert len(counts) == 12
    assert min(counts.values()) >= 21


_READ = """
import json, os, sys, tempfile
from datasets import load_dataset, disable_progress_bars
disable_progress_bars()
repo, stop = sys.argv[1:]
seen = []
while not os.path.exists(stop) or not seen:
    with tempfile.TemporaryDirectory() as cache:
        loaded = load_dataset(repo, cache_dir=cache, download_mode="force_redownload")
    seen.append({name: sorted(split["id"]) for name, split in loaded.items()})
print(json.dumps(seen))
"""


@pytest.mark.long
def test_a_reader_meanwhile_sees_whole_releases(tmp_path: Path) -> None:
    """Whoever loads main again and again while releases are published over each other gets one of them, whole."""
    releases = [release(tmp_path, f"1.{n}.0", articles(10 * n, 100 + 10 * n)) for n in range(6)]
    stop = tmp_path / "stop"
    with FaultyHub() as hub:
        assert publish(hub, releases[0], "hf://lab/read").code == 0
        found: list[dict[str, list[str]]] = []
        reader = threading.Thread(target=lambda: found.extend(client(hub, _READ, "lab/read", str(stop))))
        reader.start()
        for path in releases[1:]:
            assert publish(hub, path, "hf://lab/read").code == 0
        stop.touch()
        reader.join()
        assert len(history(hub.folder / "datasets/lab/read")) == 7
    whole = [ids(path) for path in releases]
    assert len(found) >= 2
    assert all(each in whole for each in found)

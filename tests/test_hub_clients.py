"""Unmodified clients push to a local hub and load from it; docs/hub.md says what came of each call."""

import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest
from conftest import REPOSITORY
from hub_requests import address, ask, client, commit, create, file

from corpuskit.errors import SpecError
from corpuskit.testing import LocalHub


@pytest.fixture(scope="module")
def hub() -> LocalHub:
    with LocalHub() as running:
        yield running


def _documented() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hub_calls_page", REPOSITORY / "docs" / "hub_calls.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_calls_come_out_as_documented() -> None:
    """Every call of tests/hub_calls.py works, and the table of docs/hub.md holds what came of it."""
    documented = _documented()
    rows = documented.made_calls()
    assert [row for row in rows if row[2].startswith("FAILED")] == []
    assert len(rows) >= 40
    assert documented.page(rows) == documented.PAGE.read_text(encoding="utf-8"), (
        "run python docs/hub_calls.py"
    )


def test_a_long_listing_comes_in_pages(hub: LocalHub) -> None:
    """A tree of more entries than a page holds is listed whole, once, of one commit, also with last commits."""
    api = create(hub, "many")
    assert commit(hub, api, *(file(f"d{n % 7}/{n:04d}.txt", b"%d" % n) for n in range(1040))).status == 200
    code = """
from huggingface_hub import HfApi
api = HfApi()
tree = [e.path for e in api.list_repo_tree("lab/many", recursive=True, repo_type="dataset")]
assert len(tree) == len(set(tree)) == 1047, len(tree)
files = sorted(f"d{n % 7}/{n:04d}.txt" for n in range(1040))
assert sorted(path for path in tree if path.endswith(".txt")) == files
assert api.list_repo_files("lab/many", repo_type="dataset") == files
below = list(api.list_repo_tree("lab/many", "d3", expand=True, repo_type="dataset"))
assert len(below) == 149 and {e.last_commit.title for e in below} == {"a commit"}
"""
    done = client(hub, code)
    assert done.returncode == 0, done.stderr


def test_duckdb_reads_over_http(hub: LocalHub, tmp_path: Path) -> None:
    """DuckDB's httpfs, where it is installed, reads Parquet by ranges."""
    import duckdb
    import polars as pl

    try:
        duckdb.connect().execute("LOAD httpfs")
    except duckdb.Error:
        pytest.skip("the DuckDB extension httpfs is not installed")
    pl.DataFrame({"n": range(1000)}).write_parquet(tmp_path / "n.parquet")
    assert (
        commit(hub, create(hub, "duck"), file("n.parquet", (tmp_path / "n.parquet").read_bytes())).status
        == 200
    )
    url = f"{hub.endpoint}/datasets/lab/duck/resolve/main/n.parquet"
    assert duckdb.sql(f"select sum(n) from read_parquet('{url}')").fetchall() == [(499500,)]


def test_a_client_that_wants_xet_is_refused(hub: LocalHub) -> None:
    """Without HF_HUB_DISABLE_XET the push of a large file fails at once, and nothing is stored."""
    api = create(hub, "xet")
    code = """
import huggingface_hub
api = huggingface_hub.HfApi()
data = bytes(range(256)) * 8
api.upload_file(path_or_fileobj=data, path_in_repo="x.bin", repo_id="lab/xet", repo_type="dataset")
"""
    env = {name: value for name, value in hub.env().items() if name != "HF_HUB_DISABLE_XET"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert ask(hub, "GET", f"{api}/xet-write-token/main").status == 400


def test_the_environment_leads_to_this_hub_alone(hub: LocalHub, monkeypatch: pytest.MonkeyPatch) -> None:
    """`env()` drops what would lead a client elsewhere, keeps the rest, and never changes this process."""
    monkeypatch.setenv("HF_HUB_CACHE", "/elsewhere")
    monkeypatch.setenv("HUGGING_FACE_HUB_TOKEN", "other")
    monkeypatch.setenv("KEPT", "yes")
    env = hub.env()
    assert env["HF_ENDPOINT"] == hub.endpoint
    assert env["HF_TOKEN"] == hub.token
    assert env["KEPT"] == "yes"
    assert not {"HF_HUB_OFFLINE", "HF_HUB_CACHE", "HUGGING_FACE_HUB_TOKEN"} & env.keys()
    assert hub.env(hub.read_token)["HF_TOKEN"] == hub.read_token
    assert os.environ["HF_HUB_OFFLINE"] == "1"


def test_a_local_hub_leaves_nothing_behind(tmp_path: Path) -> None:
    """Its folder and its process are gone after the block, also after an error; a folder of one's own stays."""
    one = LocalHub()
    with pytest.raises(ZeroDivisionError):
        _fail_within(one)
    assert not one.folder.exists()
    assert one.process is None
    with pytest.raises(RuntimeError, match="not running"):
        one.env()
    for _ in range(2):
        with LocalHub(tmp_path / "mine") as kept:
            create(kept, f"r{len(list((tmp_path / 'mine').glob('datasets/lab/[!.]*')))}")
    assert sorted(p.name for p in (tmp_path / "mine" / "datasets" / "lab").glob("[!.]*")) == ["r0", "r1"]
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.tex").touch()
    with pytest.raises(SpecError, match="no folder of a hub"), LocalHub(tmp_path / "other"):
        pass


def _fail_within(hub: LocalHub) -> None:
    with hub:
        assert hub.folder.is_dir()
        raise ZeroDivisionError


def test_a_local_hub_ends_with_whoever_started_it(tmp_path: Path) -> None:
    """The server stops when the process that started it is killed."""
    code = """
import sys, time
from corpuskit.testing import LocalHub
with LocalHub() as hub:
    print(hub.process.pid, flush=True)
    time.sleep(600)
"""
    # What is killed removes no folder: it lies where pytest will.
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=env) as parent:
        assert parent.stdout is not None
        server = int(parent.stdout.readline())
        parent.kill()
    for _ in range(600):
        if not _runs(server):
            return
        time.sleep(0.1)
    pytest.fail("the server runs on")


def _runs(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def test_the_fixture_is_for_the_tests_of_others(tmp_path: Path) -> None:
    """`pytest_plugins = ["corpuskit.testing.plugin"]` gives tests a running hub."""
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["corpuskit.testing.plugin"]\n')
    (tmp_path / "test_it.py").write_text(
        "import urllib.request, json\n"
        "def test_it(local_hub):\n"
        "    with urllib.request.urlopen(local_hub.endpoint + '/api/datasets') as answer:\n"
        "        assert json.load(answer) == []\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_two_hubs_side_by_side(hub: LocalHub) -> None:
    """Each has a port and a folder of its own."""
    with LocalHub() as other:
        assert address(other) != address(hub)
        create(other, "here")
        assert not (hub.folder / "datasets" / "lab" / "here").exists()
        assert json.loads((other.folder / "hub.json").read_bytes()) == {"corpuskit_hub": 1}

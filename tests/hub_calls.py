"""Calls of unmodified clients against a hub, as a script: `python hub_calls.py FOLDER` prints what came of each.

It runs in a process of its own whose environment leads to the hub (HF_ENDPOINT, HF_TOKEN, HF_HUB_DISABLE_XET=1), since
huggingface_hub reads that when it is imported. Each call checks what it got against what was pushed, and says in
a few words what that was. docs/hub.md holds the table; docs/hub_calls.py writes it, tests/test_hub_clients.py compares.
"""

import contextlib
import io
import json
import os
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
from datasets import Dataset, DatasetDict, disable_progress_bars, get_dataset_split_names, load_dataset
from datasets.exceptions import DatasetNotFoundError
from huggingface_hub import (
    CommitOperationAdd,
    CommitOperationCopy,
    CommitOperationDelete,
    HfApi,
    HfFileSystem,
    hf_hub_download,
    snapshot_download,
)
from huggingface_hub.errors import (
    BadRequestError,
    HfHubHTTPError,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from corpuskit import build

WORK = Path(sys.argv[1]) if len(sys.argv) > 1 else Path()
EXAMPLES = Path(__file__).parent.parent / "examples"
RELEASE = WORK / "release" / "contoh-1.0.0"
REPO, FILES, ROWS = "lab/contoh", "lab/files", "lab/rows"
KIND = {"repo_type": "dataset"}
# More than three parts of the size that the hub of the test is started with.
LARGE = bytes(range(256)) * 1000
PART_BYTES = 64 * 1024
TEXT = "Satu dua tiga.\n"

Call = tuple[str, str, Callable[[], str]]
CALLS: list[Call] = []


def call(client: str, name: str) -> Callable[[Callable[[], str]], Callable[[], str]]:
    """Register a call under the name of its client and its own."""

    def register(function: Callable[[], str]) -> Callable[[], str]:
        CALLS.append((client, name, function))
        return function

    return register


def api() -> HfApi:
    return HfApi()


def refused(error: type[Exception], function: Callable[[], object]) -> str:
    """The name and HTTP status of the exception that a call must raise."""
    try:
        function()
    except error as raised:
        status = raised.response.status_code if isinstance(raised, HfHubHTTPError) else ""
        return f"{type(raised).__name__} {status}"
    raise AssertionError(f"no {error.__name__}")


def hf(*arguments: str) -> str:
    """What the hf command prints on stdout; it must succeed."""
    program = Path(sys.executable).with_name("hf")
    done = subprocess.run(
        [program, *arguments], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def local_files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*")
            if p.is_file() and ".cache" not in p.parts}  # fmt: skip


def head(repo: str = FILES) -> str:
    return str(api().dataset_info(repo).sha)


HUB = "huggingface_hub"


@call(HUB, "whoami")
def _() -> str:
    return f"{api().whoami()['name']}, {api().whoami()['auth']['accessToken']['role']}"


@call(HUB, "create_repo")
def _() -> str:
    url = api().create_repo(FILES, **KIND)
    assert url.repo_id == FILES
    assert api().repo_exists(FILES, **KIND)
    return "created"


@call(HUB, "create_repo, once more")
def _() -> str:
    again = refused(HfHubHTTPError, lambda: api().create_repo(FILES, **KIND))
    api().create_repo(FILES, exist_ok=True, **KIND)
    return f"{again}; passes with exist_ok"


@call(HUB, "create_commit")
def _() -> str:
    adds = [CommitOperationAdd("a.txt", TEXT.encode()), CommitOperationAdd("d/e/f.bin", b"\0\1\2" * 100),
            CommitOperationAdd("empty.txt", b"")]  # fmt: skip
    made = api().create_commit(FILES, adds, commit_message="first", commit_description="more", **KIND)
    assert made.oid == head()
    return "3 files in one commit: text, binary, empty"


@call(HUB, "create_commit with a stale parent_commit")
def _() -> str:
    first = api().list_repo_commits(FILES, **KIND)[-1].commit_id
    adds = [CommitOperationAdd("never.txt", b"x")]
    before = head()
    said = refused(
        HfHubHTTPError,
        lambda: api().create_commit(FILES, adds, commit_message="late", parent_commit=first, **KIND),
    )
    assert head() == before
    return f"{said}, nothing changed"


@call(HUB, "create_commit with create_pr")
def _() -> str:
    adds = [CommitOperationAdd("never.txt", b"x")]
    return refused(
        BadRequestError, lambda: api().create_commit(FILES, adds, commit_message="pr", create_pr=True, **KIND)
    )


@call(HUB, "upload_file")
def _() -> str:
    api().upload_file(path_or_fileobj=TEXT.encode(), path_in_repo="dir/naïve file.txt", repo_id=FILES, **KIND)
    path = hf_hub_download(FILES, "dir/naïve file.txt", **KIND)
    assert Path(path).read_text() == TEXT
    return "downloaded equal"


@call(HUB, "upload_file in several parts")
def _() -> str:
    api().upload_file(path_or_fileobj=LARGE, path_in_repo="large.bin", repo_id=FILES, **KIND)
    assert Path(hf_hub_download(FILES, "large.bin", **KIND)).read_bytes() == LARGE
    return f"{-(-len(LARGE) // PART_BYTES)} parts, downloaded equal"


@call(HUB, "upload_folder")
def _() -> str:
    api().create_repo(REPO, **KIND)
    api().upload_folder(repo_id=REPO, folder_path=RELEASE, commit_message="contoh 1.0.0", **KIND)
    api().create_tag(REPO, tag="v1.0.0", tag_message="the first", **KIND)
    assert set(api().list_repo_files(REPO, **KIND)) == set(local_files(RELEASE))
    assert len(api().list_repo_commits(REPO, **KIND)) == 2
    return "a release in one commit"


@call(HUB, "upload_folder, once more")
def _() -> str:
    before = head(REPO)
    api().upload_folder(repo_id=REPO, folder_path=RELEASE, **KIND)
    assert head(REPO) == before
    return "nothing sent, no new commit"


@call(HUB, "preupload_lfs_files, then create_commit")
def _() -> str:
    adds = [CommitOperationAdd(f"shards/{n}.bin", bytes([n]) * 5000) for n in range(3)]
    for add in adds:
        api().preupload_lfs_files(FILES, additions=[add], **KIND)
    api().create_commit(FILES, adds, commit_message="shards", **KIND)
    assert Path(hf_hub_download(FILES, "shards/2.bin", **KIND)).read_bytes() == b"\2" * 5000
    return "3 files sent one by one, one commit"


@call(HUB, "upload_folder(delete_patterns=...)")
def _() -> str:
    (WORK / "one").mkdir()
    (WORK / "one" / "0.bin").write_bytes(b"\0" * 6000)
    api().upload_folder(
        repo_id=FILES, folder_path=WORK / "one", path_in_repo="shards", delete_patterns="*.bin", **KIND
    )
    left = [name for name in api().list_repo_files(FILES, **KIND) if name.startswith("shards/")]
    api().delete_folder("shards", FILES, **KIND)
    return f"left in the folder: {', '.join(left)}"


@call(HUB, "list_repo_files")
def _() -> str:
    return f"{len(api().list_repo_files(FILES, **KIND))} files"


@call(HUB, "list_repo_tree, recursive and expanded")
def _() -> str:
    entries = list(api().list_repo_tree(FILES, recursive=True, expand=True, **KIND))
    titles = {entry.path: entry.last_commit.title for entry in entries}
    assert titles["a.txt"] == "first"
    assert titles["large.bin"] == "Upload large.bin with huggingface_hub"
    return f"{len(entries)} files and folders, each with its last commit"


@call(HUB, "get_paths_info")
def _() -> str:
    small, large, folder = api().get_paths_info(FILES, ["a.txt", "large.bin", "d", "absent"], **KIND)
    assert small.size == len(TEXT)
    assert small.lfs is None
    assert large.lfs.size == len(LARGE)
    return f"{small.path}, {large.path} (LFS), {folder.path}/"


@call(HUB, "dataset_info(files_metadata=True)")
def _() -> str:
    info = api().dataset_info(REPO, revision="v1.0.0", files_metadata=True)
    sizes = {sibling.rfilename: sibling.size for sibling in info.siblings}
    assert sizes == {name: len(data) for name, data in local_files(RELEASE).items()}
    return f"sizes, {info.card_data.license[0]}, {info.tags[0]}"


@call(HUB, "list_repo_commits")
def _() -> str:
    commits = api().list_repo_commits(FILES, **KIND)
    assert commits[0].commit_id == head()
    assert commits[-2].title == "first"
    assert commits[-2].message == "more"
    return f"{len(commits)} commits, newest first"


@call(HUB, "create_tag")
def _() -> str:
    api().create_tag(FILES, tag="v0.1", **KIND)
    again = refused(HfHubHTTPError, lambda: api().create_tag(FILES, tag="v0.1", **KIND))
    return f"created; once more: {again}"


@call(HUB, "create_branch, commit to it")
def _() -> str:
    api().create_branch(FILES, branch="draft/2", revision="v0.1", **KIND)
    api().upload_file(path_or_fileobj=b"b", path_in_repo="b.txt", repo_id=FILES, revision="draft/2", **KIND)
    assert "b.txt" not in api().list_repo_files(FILES, **KIND)
    assert "b.txt" in api().list_repo_files(FILES, revision="draft/2", **KIND)
    return "main stays as it was"


@call(HUB, "list_repo_refs")
def _() -> str:
    refs = api().list_repo_refs(FILES, **KIND)
    branches, tags = [b.name for b in refs.branches], [t.name for t in refs.tags]
    assert refs.tags[0].target_commit == head()
    return f"branches {', '.join(branches)}; tags {', '.join(tags)}"


@call(HUB, "delete_file")
def _() -> str:
    api().delete_file("empty.txt", FILES, **KIND)
    assert not api().file_exists(FILES, "empty.txt", **KIND)
    assert api().file_exists(FILES, "empty.txt", revision="v0.1", **KIND)
    gone = refused(RemoteEntryNotFoundError, lambda: api().delete_file("empty.txt", FILES, **KIND))
    return f"gone from main, still in v0.1; once more: {gone}"


@call(HUB, "delete_folder")
def _() -> str:
    api().delete_folder("d", FILES, **KIND)
    return ", ".join(sorted(api().list_repo_files(FILES, **KIND)))


@call(HUB, "CommitOperationCopy and Delete")
def _() -> str:
    moves = [CommitOperationCopy("large.bin", "moved.bin"), CommitOperationDelete("large.bin"),
             CommitOperationCopy("a.txt", "c.txt")]  # fmt: skip
    api().create_commit(FILES, moves, commit_message="rename", **KIND)
    assert Path(hf_hub_download(FILES, "moved.bin", **KIND)).read_bytes() == LARGE
    assert Path(hf_hub_download(FILES, "c.txt", **KIND)).read_text() == TEXT
    return "a large file renamed, a small one copied"


@call(HUB, "snapshot_download")
def _() -> str:
    folder = snapshot_download(REPO, revision="v1.0.0", local_dir=WORK / "snapshot", **KIND)
    assert local_files(Path(folder)) == local_files(RELEASE)
    return "equal to the release, file by file"


@call(HUB, "verify_repo_checksums")
def _() -> str:
    checked = api().verify_repo_checksums(REPO, revision="v1.0.0", local_dir=RELEASE, **KIND)
    assert not checked.mismatches
    assert not checked.missing_paths
    return f"{checked.checked_count} files, all equal"


@call(HUB, "unknown repository, revision, file")
def _() -> str:
    return "; ".join((
        refused(RepositoryNotFoundError, lambda: api().dataset_info("lab/none")),
        refused(RevisionNotFoundError, lambda: api().dataset_info(REPO, revision="v9")),
        refused(RemoteEntryNotFoundError, lambda: hf_hub_download(REPO, "none.txt", **KIND)),
    ))  # fmt: skip


@call(HUB, "delete_tag, delete_branch")
def _() -> str:
    api().delete_tag(FILES, tag="v0.1", **KIND)
    api().delete_branch(FILES, branch="draft/2", **KIND)
    refs = api().list_repo_refs(FILES, **KIND)
    return f"left: {', '.join(ref.name for ref in refs.branches + refs.tags)}"


@call(HUB, "super_squash_history")
def _() -> str:
    files = api().list_repo_files(FILES, **KIND)
    api().super_squash_history(FILES, **KIND)
    assert api().list_repo_files(FILES, **KIND) == files
    return f"{len(api().list_repo_commits(FILES, **KIND))} commit, the same files"


@call(HUB, "update_repo_settings(private=True)")
def _() -> str:
    api().update_repo_settings(FILES, private=True, **KIND)
    seen = api().dataset_info(FILES).private
    hidden = refused(RepositoryNotFoundError, lambda: api().dataset_info(FILES, token=False))
    listed = [d.id for d in HfApi(token=False).list_datasets(author="lab")]
    return f"private: {seen}; without a token: {hidden}; listed to all: {', '.join(listed)}"


@call(HUB, "move_repo")
def _() -> str:
    return refused(BadRequestError, lambda: api().move_repo(FILES, "lab/other", **KIND))


@call(HUB, "delete_repo")
def _() -> str:
    api().delete_repo(FILES, **KIND)
    return f"deleted; once more: {refused(RepositoryNotFoundError, lambda: api().delete_repo(FILES, **KIND))}"


@call("hf", "hf upload")
def _() -> str:
    hf("upload", "lab/command", str(RELEASE), ".", "--repo-type", "dataset", "--commit-message", "all of it")
    return f"{len(api().list_repo_files('lab/command', **KIND))} files, the repository made on the way"


@call("hf", "hf download")
def _() -> str:
    hf("download", "lab/command", "--repo-type", "dataset", "--local-dir", str(WORK / "downloaded"))
    assert local_files(WORK / "downloaded") == local_files(RELEASE)
    return "equal to the release"


@call("hf", "hf repos create, tag, delete")
def _() -> str:
    hf("repos", "create", "lab/brief", "--repo-type", "dataset", "--private")
    hf("repos", "tag", "create", "lab/brief", "v1", "--repo-type", "dataset")
    assert [ref.name for ref in api().list_repo_refs("lab/brief", **KIND).tags] == ["v1"]
    hf("repos", "delete", "lab/brief", "--repo-type", "dataset", "--yes")
    return f"gone in the end: {not api().repo_exists('lab/brief', **KIND)}"


@call("hf", "hf cache verify")
def _() -> str:
    hf("cache", "verify", "lab/command", "--repo-type", "dataset", "--local-dir", str(WORK / "downloaded"))
    return "whole"


FS = "HfFileSystem"
ROOT = f"datasets/{REPO}"


@call(FS, "ls, glob, find")
def _() -> str:
    fs = HfFileSystem()
    names = [path.rpartition("/")[2] for path in fs.glob(f"{ROOT}/data/*.parquet")]
    assert len(fs.find(ROOT)) == len(local_files(RELEASE))
    assert fs.isdir(f"{ROOT}/data")
    return f"{len(fs.ls(ROOT, detail=False))} entries; {', '.join(sorted(names))}"


@call(FS, "open, seek, read, at a tag")
def _() -> str:
    name = "data/train-00000-of-00001.parquet"
    data = (RELEASE / name).read_bytes()
    with HfFileSystem().open(f"{ROOT}@v1.0.0/{name}", block_size=4096) as file:
        file.seek(-200, os.SEEK_END)
        assert file.read(200) == data[-200:]
        file.seek(1000)
        assert file.read(5000) == data[1000:6000]
    return "ranges equal"


@call(FS, "open for writing, rm")
def _() -> str:
    fs = HfFileSystem()
    with fs.open("datasets/lab/command/note.txt", "w") as file:
        file.write(TEXT)
    assert fs.read_text("datasets/lab/command/note.txt") == TEXT
    fs.rm("datasets/lab/command/note.txt")
    assert not fs.exists("datasets/lab/command/note.txt")
    return "written, read, removed"


DATASETS = "datasets"


def rows(start: int, count: int) -> Dataset:
    return Dataset.from_dict(
        {"id": list(range(start, start + count)), "text": [f"Teks {i}." for i in range(count)]}
    )


@call(DATASETS, "Dataset.push_to_hub")
def _() -> str:
    rows(0, 200).push_to_hub(ROWS, num_shards=3)
    api().create_tag(ROWS, tag="v1", **KIND)
    assert load_dataset(ROWS, split="train")["id"][:] == list(range(200))
    files = [f for f in api().list_repo_files(ROWS, **KIND) if f.endswith(".parquet")]
    return f"200 rows in {len(files)} shards, loaded equal"


@call(DATASETS, "DatasetDict.push_to_hub over it")
def _() -> str:
    DatasetDict(train=rows(0, 50), test=rows(50, 10)).push_to_hub(ROWS)
    loaded = load_dataset(ROWS)
    assert loaded["test"]["id"][:] == list(range(50, 60))
    files = [f for f in api().list_repo_files(ROWS, **KIND) if f.endswith(".parquet")]
    return f"train {loaded['train'].num_rows}, test {loaded['test'].num_rows}; {len(files)} shards, no stale ones"


@call(DATASETS, "push_to_hub of a second config")
def _() -> str:
    rows(0, 7).push_to_hub(ROWS, config_name="small")
    return (
        f"small: {load_dataset(ROWS, 'small', split='train').num_rows} rows; {get_dataset_split_names(ROWS)}"
    )


@call(DATASETS, "push_to_hub(private=True), load_dataset")
def _() -> str:
    rows(0, 5).push_to_hub("lab/closed", private=True)
    hidden = refused(DatasetNotFoundError, lambda: load_dataset("lab/closed", token=False))
    return f"{load_dataset('lab/closed', split='train').num_rows} rows; without a token: {hidden.strip()}"


@call(DATASETS, "push_to_hub to a branch")
def _() -> str:
    rows(0, 9).push_to_hub(ROWS, revision="draft")
    counts = [load_dataset(ROWS, split="train", revision=name).num_rows for name in ("draft", "main")]
    return f"draft {counts[0]} rows, main {counts[1]}"


@call(DATASETS, "IterableDataset.push_to_hub")
def _() -> str:
    rows(0, 30).to_iterable_dataset(num_shards=2).push_to_hub("lab/stream")
    return f"{load_dataset('lab/stream', split='train').num_rows} rows"


@call(DATASETS, "load_dataset by name")
def _() -> str:
    return ", ".join(f"{split} {data.num_rows}" for split, data in load_dataset(REPO).items())


@call(DATASETS, 'load_dataset(..., revision="v1.0.0")')
def _() -> str:
    loaded = load_dataset(REPO, revision="v1.0.0")
    assert loaded["train"]["id"][:] == pl.read_parquet(RELEASE / "data" / "train-*.parquet")["id"].to_list()
    return f"{sum(data.num_rows for data in loaded.values())} rows, equal to the release"


@call(DATASETS, "load_dataset by commit")
def _() -> str:
    commit = next(tag.target_commit for tag in api().list_repo_refs(ROWS, **KIND).tags)
    return f"{load_dataset(ROWS, split='train', revision=commit).num_rows} rows, as they were before the second push"


@call(DATASETS, "load_dataset(..., streaming=True)")
def _() -> str:
    stream = load_dataset(REPO, split="train", streaming=True)
    ids = [row["id"] for row in stream]
    assert ids == pl.read_parquet(RELEASE / "data" / "train-*.parquet")["id"].to_list()
    return f"{len(ids)} rows, equal to the release"


@call("polars", "read_parquet, scan_parquet over HTTP")
def _() -> str:
    url = f"{os.environ['HF_ENDPOINT']}/datasets/{REPO}/resolve/v1.0.0/data/train-00000-of-00001.parquet"
    table = pl.read_parquet(url)
    assert pl.scan_parquet(url).select(pl.len()).collect().item() == len(table)
    return f"{len(table)} rows, {len(table.columns)} columns"


@call("DuckDB", "read_parquet over HfFileSystem")
def _() -> str:
    connection = duckdb.connect()
    connection.register_filesystem(HfFileSystem())
    query = f"select count(*) from read_parquet('hf://datasets/{REPO}@v1.0.0/data/*.parquet')"
    return f"{connection.sql(query).fetchall()[0][0]} rows"


def outcome(function: Callable[[], str]) -> str:
    """What a call says of itself; what broke it, where it broke."""
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            return function()
        except Exception:  # noqa: BLE001 - whatever it is, it belongs in the table
            return f"FAILED\n{traceback.format_exc()}"


if __name__ == "__main__":
    disable_progress_bars()
    build(EXAMPLES / "corpus.toml", WORK / "release")
    json.dump([[client, name, outcome(function)] for client, name, function in CALLS], sys.stdout)

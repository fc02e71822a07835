"""load: a release, from a folder or a hub, as articles, record batches and objects of datasets."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import pytest
from conftest import article, jsonl
from object_store import BUCKET, ObjectStore

import corpuskit
from corpuskit.testing import LocalHub

EXTRA = """
[splits]
shares = { train = 0.6, validation = 0.2, test = 0.2 }
[output]
configs = ["license"]
shards = { train = 2 }
"""
Corpus = Callable[..., Path]


@pytest.fixture
def release(corpus: Corpus, tmp_path: Path) -> Path:
    """A release with three splits and two configs beside the default."""
    records = [article(n, license="MIT" if n % 2 else "CC0-1.0", authors=["x"] * (n % 3)) for n in range(90)]
    return corpuskit.build(corpus({"a.jsonl": jsonl(records)}, extra=EXTRA), tmp_path / "out").path


def rows(release: Path, **options: Any) -> list[dict[str, Any]]:
    """The rows that `read` gives."""
    return [row for batch in corpuskit.read(release, **options) for row in batch.to_pylist()]


def test_splits_by_name(release: Path) -> None:
    """Without a split there are all of them, train first, each with its number of articles and its articles."""
    loaded = corpuskit.load(release)
    assert list(loaded) == ["train", "validation", "test"]
    stated = json.loads((release / "manifest.json").read_bytes())["configs"]["default"]
    assert {name: len(split) for name, split in loaded.items()} == stated
    for name, split in loaded.items():
        assert list(split) == list(split) == rows(release, split=name)
        assert [row for batch in split.batches() for row in batch.to_pylist()] == list(split)


def test_config_and_columns(release: Path) -> None:
    """A config has the articles of its value, and of chosen columns nothing else is read."""
    split = corpuskit.load(str(release), "train", config="license-mit", columns=["text", "id"])
    meant = [row for row in rows(release, split="train") if row["license"] == "MIT"]
    assert len(split) == len(meant) > 10
    assert list(split) == [{"text": row["text"], "id": row["id"]} for row in meant]
    assert split.to_hf().column_names == ["text", "id"]


@pytest.mark.parametrize("streaming", [False, True])
def test_objects_of_datasets(release: Path, tmp_path: Path, streaming: bool) -> None:
    """`to_hf` gives what `load_dataset` of the folder gives, rows and features."""
    for config in ("default", "license-mit"):
        for name, split in corpuskit.load(release, config=config, streaming=streaming).items():
            data = split.to_hf()
            assert isinstance(data, datasets.IterableDataset if streaming else datasets.Dataset)
            plain = datasets.load_dataset(str(release), config, split=name, cache_dir=str(tmp_path / "hf"))
            assert data.features == plain.features
            assert list(data) == list(plain) == list(split)


def test_a_split_without_rows(corpus: Corpus, tmp_path: Path) -> None:
    """A split that has no rows is there and empty; datasets has no object for it."""
    spec = corpus({"a.jsonl": jsonl([article(1)])}, extra="[splits]\nshares = { train = 0.5, test = 0.5 }")
    loaded = corpuskit.load(corpuskit.build(spec, tmp_path / "out").path)
    empty = next(split for split in loaded.values() if not len(split))
    assert list(empty) == []
    with pytest.raises(corpuskit.SpecError, match="has no rows"):
        empty.to_hf()


def test_what_there_is_not_is_named(release: Path, tmp_path: Path) -> None:
    """A split, config, column, revision or release that there is not is an error that says what there is."""
    for options, words in (
        ({"split": "dev"}, "no split 'dev'; it has train, validation, test"),
        ({"config": "language-id"}, "no config 'language-id'; it has default, license-"),
        ({"columns": ["teks"]}, "no column 'teks'; it has id, source"),
        ({"revision": "v1"}, "has no revisions"),
    ):
        with pytest.raises(corpuskit.SpecError, match=words):
            corpuskit.load(release, **options)
    with pytest.raises(corpuskit.SpecError, match="no release"):
        corpuskit.load(tmp_path)
    path = release / "data/license-mit/train-00000-of-00002.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    split = corpuskit.load(release, "train")
    for use in (list, corpuskit.Split.to_hf):
        with pytest.raises(corpuskit.InputError, match="train-00000-of-00002"):
            use(split)


@pytest.mark.parametrize("kind", ["s3", "file"])
def test_a_place_that_a_url_names(
    release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """The release itself, or the latest at the place it was published to; what is not whole there is not loaded."""
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    with ObjectStore() as store:
        for name, value in store.env().items():
            monkeypatch.setenv(name, value)
        where = f"s3://{BUCKET}/loaded" if kind == "s3" else (tmp_path / "loaded").as_uri()
        corpuskit.publish(release, where)
        for url in (where, f"{where}/latest.json", f"{where}/{release.name}"):
            assert list(corpuskit.load(url, "train")) == rows(release, split="train")
            assert rows(url, config="license-mit") == rows(release, config="license-mit")  # type: ignore[arg-type]
        one = corpuskit.load(where, "test", columns=["id"])
        assert one.to_hf()["id"] == [row["id"] for row in one]
        assert list(corpuskit.load(where, "test", columns=["id"], streaming=True).to_hf()) == list(one)

        for url, revision in ((f"{where}/nowhere", None), (where, "v1"), ("gs://a/b", None)):
            with pytest.raises(corpuskit.SpecError):
                corpuskit.load(url, revision=revision)
        if kind == "s3":
            store.put(f"loaded/{release.name}/{one.files[0]}", b"PAR1")
        else:
            (tmp_path / "loaded" / release.name / one.files[0]).write_bytes(b"PAR1")
        for broken in (lambda: list(one), one.to_hf):
            with pytest.raises(corpuskit.InputError, match=one.files[0]):
                broken()


PUSH = """
import sys
from huggingface_hub import HfApi
api = HfApi()
api.create_repo("lab/tiny", repo_type="dataset", exist_ok=True)
api.upload_folder(repo_id="lab/tiny", folder_path=sys.argv[1], repo_type="dataset")
api.create_tag("lab/tiny", tag="v1", repo_type="dataset")
api.delete_file("data/license-mit/test-00000-of-00001.parquet", "lab/tiny", repo_type="dataset")
"""
PULL = """
import json, sys
from pathlib import Path
import corpuskit
parquet = lambda: sorted(p.name for p in Path(sys.argv[1]).rglob("snapshots/*/data/*/*.parquet"))
streamed = corpuskit.load("lab/tiny", "train", revision="v1", streaming=True)
before = parquet()
first = next(iter(streamed))
one = parquet()
rows = list(corpuskit.load("hf://lab/tiny", "train", revision="v1", config="license-mit"))
two = parquet()
stream = [dict(row, published=None) for row in streamed.to_hf()]
after = parquet()
whole = {name: [len(s), s.to_hf().num_rows] for name, s in corpuskit.load("lab/tiny", revision="v1").items()}
said = []
for name, revision in (("lab/tiny", None), ("lab/tiny", "v9"), ("lab/none", None)):
    try:
        corpuskit.load(name, "test", revision=revision)
    except corpuskit.InputError as error:
        said.append(str(error))
print(json.dumps([before, one, two, after, first, rows, stream, whole, said]))
"""


def test_a_repository_on_a_hub(release: Path) -> None:
    """By name and revision: files are fetched at once, with streaming when they are reached; errors say what is not."""
    meant = rows(release, split="train")
    with LocalHub() as hub:
        done = None
        for code, argument in ((PUSH, str(release)), (PULL, hub.env()["HF_HOME"])):
            done = subprocess.run(
                [sys.executable, "-c", code, argument], capture_output=True, text=True, check=False, env=hub.env()
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
    before, one, two, after, first, found, stream, whole, said = json.loads(done.stdout)
    assert (len(before), len(one), len(two), len(after)) == (0, 1, 3, 3)
    assert first == meant[0]
    assert found == [row for row in meant if row["license"] == "MIT"]
    assert stream == meant
    assert whole == {name: [n, n] for name, n in ((n, len(s)) for n, s in corpuskit.load(release).items())}
    assert len(said) == 3
    assert "test-00000-of-00001.parquet cannot be fetched" in said[0]
    assert all("cannot be fetched" in each for each in said)

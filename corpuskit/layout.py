"""The names of everything on disk."""

import re
from pathlib import Path

README = "README.md"
LICENSE = "LICENSE"
NOTICE = "NOTICE.md"
CITATION = "CITATION.cff"
CROISSANT = "croissant.json"
MANIFEST = "manifest.json"
SIDECAR = "manifest.json.sha256"
LATEST = "latest.json"
ARTICLE_SCHEMA = "schemas/article.schema.json"
DATA = "data"
PROVENANCE = "provenance"
ARROW = "arrow"

LEDGER = "ledger.parquet"
REJECTS = "rejects.parquet"
EDITS = "edits.parquet"
FINDINGS = "findings.jsonl"
NAVIGATION = "navigation.json"

# What a version control or a hub adds to a published copy; never ours, never an error.
FOREIGN = frozenset({".git", ".gitattributes", ".gitignore", ".huggingface", ".cache"})


def release_name(name: str, version: str) -> str:
    """The folder of a release in the output folder."""
    return f"{name}-{version}"


def cache_name(name: str) -> str:
    """The folder in the output folder that holds what builds of a corpus keep for the next one."""
    return f".{name}.cache"


def audit_folder(release: Path) -> Path:
    """The audit folder that belongs to a release, beside it."""
    return release.with_name(audit_name(release.name))


def part_name(path: str) -> str:
    """What a file is called beside its place while it is written: the path of the part, by the path of the file."""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}.{name}.part"


def audit_name(release: str) -> str:
    """The name of the audit folder of a release of that name."""
    return f"{release}.audit"


def refused_folder(release: Path) -> Path:
    """Where the audit of a refused build goes while an earlier release stands: that keeps its own."""
    return release.with_name(release.name + ".refused.audit")


def shard_name(split: str, index: int, count: int, partition: str = "") -> str:
    """Path of a data shard inside a release: the pattern that hubs recognise for any split name."""
    return f"{_data(partition)}/{split}-{index:05d}-of-{count:05d}.parquet"


def shards_glob(split: str, partitions: str = "") -> str:
    """The glob of a split's shards in a release; `partitions` is a folder below `data/` or a glob of some."""
    return f"{_data(partitions)}/{split}-*.parquet"


_SHARD = re.compile(rf"{DATA}/(?P<partition>.+/)?(?P<split>[^/]+)-(?P<number>\d+-of-\d+)\.parquet")


def form_name(shard: str, form: str) -> str:
    """Path of the file that holds the rows of a data shard in a form: `parquet` (the shard itself), `arrow`, `jsonl`.

    >>> form_name("data/language-id/train-00000-of-00002.parquet", "arrow")
    'arrow/train/language-id/data-00000-of-00002.arrow'
    >>> form_name("data/train-00000-of-00002.parquet", "jsonl")
    'jsonl/train-00000-of-00002.jsonl.zst'
    """
    found = _SHARD.fullmatch(shard)
    if form == "parquet" or found is None:
        return shard
    partition, split, number = found["partition"] or "", found["split"], found["number"]
    if form == ARROW:  # a folder a split, as `datasets.load_from_disk` has them
        return f"{ARROW}/{split}/{partition}data-{number}.arrow"
    return f"{form}/{partition}{split}-{number}.{form}.zst"


def form_glob(form: str, split: str, partitions: str = "") -> str:
    """The glob of a split's files in a form; `partitions` is a folder below `data/` or a glob of some."""
    shard = f"{_data(partitions)}/{split}-0-of-0.parquet"
    return form_name(shard, form).replace("0-of-0", "*")


def _data(partition: str) -> str:
    return f"{DATA}/{partition}" if partition else DATA


def partition_of(shard: str) -> str:
    """The folder below `data/` that a shard lies in by its path; empty where it lies in `data/` itself."""
    return shard.removeprefix(f"{DATA}/").rpartition("/")[0]


def provenance_name(index: int) -> str:
    """Path of a provenance file inside a release."""
    return f"{PROVENANCE}/{index:05d}.arrow"

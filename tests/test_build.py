"""From files to a release that loads: fates, splits, files, loaders, refusals."""

import gzip
import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest
from conftest import article, jsonl

import corpuskit
from corpuskit import BuildRefused, DamagedInput, ReleaseExists, SpecError

Corpus = Callable[..., Path]
SHARES = "[splits]\nshares = { train = 0.6, validation = 0.2, test = 0.2 }"


def manifest(release: corpuskit.Release) -> dict[str, Any]:
    return json.loads((release.path / "manifest.json").read_bytes())


def rows(release: corpuskit.Release) -> list[dict[str, Any]]:
    return [row for batch in corpuskit.read(release.path) for row in batch.to_pylist()]


def ledger(release: corpuskit.Release) -> list[dict[str, Any]]:
    return pq.read_table(release.audit / "ledger.parquet").to_pylist()


def test_a_release_loads_everywhere(corpus: Corpus, tmp_path: Path) -> None:
    """datasets (normal and streaming), pyarrow, polars and DuckDB see the manifest's row counts."""
    from datasets import load_dataset

    release = corpuskit.build(
        corpus({"a.jsonl": jsonl(article(i) for i in range(60))}, extra=SHARES), tmp_path / "out"
    )
    wanted = {split: n for split, n in manifest(release)["configs"]["default"].items() if n}
    assert sum(wanted.values()) == 60
    assert len(wanted) == 3
    folder = str(release.path)
    loaded = load_dataset(folder)
    assert {split: data.num_rows for split, data in loaded.items()} == wanted
    streamed = load_dataset(folder, streaming=True)
    assert {split: sum(1 for _ in data) for split, data in streamed.items()} == wanted
    assert {
        split: len(pq.read_table(next(release.path.glob(f"data/{split}-*")))) for split in wanted
    } == wanted
    assert pyarrow.dataset.dataset(folder + "/data").count_rows() == 60
    assert polars.scan_parquet(folder + "/**/*.parquet").select(polars.len()).collect().item() == 60
    assert duckdb.sql(f"select count(*) from '{folder}/**/*.parquet'").fetchall() == [(60,)]
    info = next(iter(loaded.values())).info
    stated = manifest(release)["arrow_bytes"]["default"]
    assert {split: loaded[split].info.splits[split].num_bytes for split in wanted} == stated
    assert list(info.features) == [column["name"] for column in manifest(release)["columns"]]


def test_accounts_add_up(corpus: Corpus, tmp_path: Path) -> None:
    """in = kept + rejected + duplicate + removed, and the ledger has one row a record."""
    lines = jsonl(
        [article(1), b"{broken", article(2), article(3, text=article(1)["text"]), b"", article(4, text=" ")]
    )
    release = corpuskit.build(corpus({"a.jsonl": lines}), tmp_path / "out")
    assert release.accounts == {"in": 5, "kept": 2, "rejected": 2, "duplicate": 1, "removed": 0}
    book = ledger(release)
    assert [(row["line"], row["fate"], row["reason"]) for row in book if row["fate"] != "kept"] == [
        (2, "rejected", "invalid-json"),
        *[(row["line"], "duplicate", "duplicate") for row in book if row["fate"] == "duplicate"],
        (6, "rejected", "empty-text"),
    ]
    assert len(book) == 5


def test_the_smallest_id_digest_of_equal_texts_is_kept(corpus: Corpus, tmp_path: Path) -> None:
    """Which of equal articles is kept hangs on source order and ids, not on the order of files."""
    import hashlib

    same = [article(i, text="sama") for i in range(20)]
    kept = min((a["id"] for a in same), key=lambda i: hashlib.sha256(i.encode()).digest())
    for folder, order in (("one", same), ("two", same[::-1])):
        release = corpuskit.build(corpus({"a.jsonl": jsonl(order)}, folder=folder), tmp_path / folder / "out")
        assert [row["id"] for row in rows(release)] == [kept]
        assert {row["duplicate_of"] for row in ledger(release) if row["fate"] == "duplicate"} == {kept}


def test_the_earlier_source_is_kept(corpus: Corpus, tmp_path: Path) -> None:
    """Of equal articles of two sources that of the source named first in corpus.toml is kept."""
    other = '[[source]]\nname = "two"\nfiles = ["b.jsonl"]\nlicense = "MIT"\nlanguage = "id"\n'
    spec = corpus({"a.jsonl": jsonl([article(1, text="sama")])}, extra=other)
    (spec.parent / "b.jsonl").write_bytes(jsonl([article(n, text="sama") for n in range(2, 9)]))
    release = corpuskit.build(spec, tmp_path / "out")
    assert [(row["source"], row["id"]) for row in rows(release)] == [("one", "a00001")]
    assert {row["duplicate_of_source"] for row in ledger(release) if row["fate"] == "duplicate"} == {"one"}


def test_same_id_other_content(corpus: Corpus, tmp_path: Path) -> None:
    """Of two articles with one id the smaller record digest is kept; the other is a `duplicate-id`."""
    first, second = article(1), article(1, text="lain")
    digests = {}
    for name, record in (("x", first), ("y", second)):
        release = corpuskit.build(corpus({"a.jsonl": jsonl([record])}, folder=name), tmp_path / name / "out")
        digests[ledger(release)[0]["record_digest"]] = record["text"]
    release = corpuskit.build(corpus({"a.jsonl": jsonl([first, second])}), tmp_path / "out")
    assert [row["text"] for row in rows(release)] == [digests[min(digests)]]
    assert [row["reason"] for row in ledger(release) if row["fate"] == "duplicate"] == ["duplicate-id"]


def test_equal_ids_in_two_sources_are_two_articles(corpus: Corpus, tmp_path: Path) -> None:
    """The key of an article is (source, id): two sources may both count from 1."""
    other = '[[source]]\nname = "two"\nfiles = ["b.jsonl"]\nlicense = "MIT"\nlanguage = "id"\n'
    spec = corpus({"a.jsonl": jsonl([article(1)])}, extra=other)
    (spec.parent / "b.jsonl").write_bytes(jsonl([article(1, text="lain")]))
    assert corpuskit.build(spec, tmp_path / "out").accounts["kept"] == 2


@pytest.mark.parametrize(
    ("dedup", "kept"),
    [('exact = "text"', 3), ('exact = "none"', 6), ('exact = ["title"]', 2), ('exact = "record"', 5),
     ('exact = "text"\nwithin = "source"', 3), ('exact = ["absent"]', 6)],
)  # fmt: skip
def test_dedup_keys(corpus: Corpus, tmp_path: Path, dedup: str, kept: int) -> None:
    """Articles are equal by text, by all but the id, by fields, or not at all."""
    records = [{"id": str(i), "title": "ab"[i % 2], "text": "abc"[i % 3], "n": i} for i in range(5)]
    records.append({**records[4], "id": "5"})
    release = corpuskit.build(
        corpus({"a.jsonl": jsonl(records)}, extra=f"[dedup]\n{dedup}"), tmp_path / "out"
    )
    assert release.accounts["kept"] == kept


def test_dedup_within_source_keeps_both(corpus: Corpus, tmp_path: Path) -> None:
    """`within = "source"` leaves equal articles of two sources alone."""
    other = '[[source]]\nname = "two"\nfiles = ["b.jsonl"]\nlicense = "MIT"\nlanguage = "id"\n'
    other += '[dedup]\nwithin = "source"'
    spec = corpus({"a.jsonl": jsonl([article(1), article(2, text=article(1)["text"])])}, extra=other)
    (spec.parent / "b.jsonl").write_bytes(jsonl([article(1)]))
    assert corpuskit.build(spec, tmp_path / "out").accounts == {
        "in": 3, "kept": 2, "rejected": 0, "duplicate": 1, "removed": 0,
    }  # fmt: skip


def test_splits_are_stable_as_the_corpus_changes(corpus: Corpus, tmp_path: Path) -> None:
    """Over growth, removal and another order of 2,000 articles, no article changes its split."""
    base = [article(i) for i in range(2000)]
    grown = [article(9999), *base[::-1][:-50], *(article(i) for i in range(3000, 3200))]
    found = []
    for folder, records in (("one", base), ("two", grown)):
        spec = corpus({"a.jsonl": jsonl(records)}, extra=SHARES, folder=folder)
        release = corpuskit.build(spec, tmp_path / folder / "out")
        found.append({row["id"]: row["split"] for row in ledger(release)})
    before, after = found
    assert Counter(before.values()).keys() == {"train", "validation", "test"}
    assert [i for i in before if i in after and before[i] != after[i]] == []


def test_splits_by_group_and_given(corpus: Corpus, tmp_path: Path) -> None:
    """A group is never torn by a rule; given splits are taken as they are, and torn texts are a finding."""
    records = [article(i, doc=f"d{i % 7}", part="test" if i % 5 == 0 else "train") for i in range(70)]
    by_group = corpus({"a.jsonl": jsonl(records)}, extra=SHARES + '\nby = "doc"', folder="g")
    book = ledger(corpuskit.build(by_group, tmp_path / "g" / "out"))
    assert all(len({row["split"] for row in book if row["group"] == f"d{n}"}) == 1 for n in range(7))
    given = corpus({"a.jsonl": jsonl(records)}, extra='[splits]\nfield = "part"\nby = "doc"', folder="f")
    release = corpuskit.build(given, tmp_path / "f" / "out")
    assert release.splits == {"train": 56, "test": 14}
    assert release.findings["torn-group"] == 7
    whole = corpus({"a.jsonl": jsonl(records)}, source='split = "test"', folder="s")
    assert corpuskit.build(whole, tmp_path / "s" / "out").splits == {"train": 0, "test": 70}


def test_an_unusable_given_split_rejects_the_record(corpus: Corpus, tmp_path: Path) -> None:
    """A record whose own split is no split name is rejected, not published somewhere."""
    records = [article(1, part="../x"), article(2, part=3), article(3)]
    release = corpuskit.build(
        corpus({"a.jsonl": jsonl(records)}, extra='[splits]\nfield = "part"'), tmp_path / "out"
    )
    assert [row["reason"] for row in ledger(release)] == ["bad-split", "bad-split", None]


@pytest.mark.parametrize(
    ("damage", "name"), [(lambda d: d[: len(d) // 2], "cut"), (lambda d: d[:-6] + b"\0" * 6, "crc")]
)
def test_a_damaged_stream_releases_nothing(
    corpus: Corpus, tmp_path: Path, damage: Callable[[bytes], bytes], name: str
) -> None:
    """A cut stream and a bad checksum are errors that name file and byte; nothing is left behind."""
    packed = damage(gzip.compress(jsonl(article(i) for i in range(5000))))
    spec = corpus({"a.jsonl.gz": packed, "b.jsonl": jsonl([article(1)])})
    with pytest.raises(DamagedInput) as caught:
        corpuskit.build(spec, tmp_path / "out")
    assert caught.value.file == "a.jsonl.gz"
    assert caught.value.exit_code == 3
    assert "byte" in str(caught.value)
    assert [p.name for p in (tmp_path / "out").iterdir()] == [".tiny.lock"]


def test_too_much_loss_refuses_and_writes_the_audit(corpus: Corpus, tmp_path: Path) -> None:
    """Above `max_loss` nothing is released, and the audit folder says why."""
    spec = corpus({"a.jsonl": jsonl([article(1), b"{", b"[", article(2)])}, folder="in")
    text = spec.read_text().replace("max_loss = 1.0", "max_loss = 0.25")
    spec.write_text(text)
    with pytest.raises(BuildRefused, match="2 of 4") as caught:
        corpuskit.build(spec, tmp_path / "out")
    assert caught.value.outcome["release"] is None
    assert caught.value.outcome["accounts"]["rejected"] == 2
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        ".tiny.cache",
        ".tiny.lock",
        "tiny-1.0.0.audit",
    ]
    rejects = pq.read_table(tmp_path / "out" / "tiny-1.0.0.audit" / "rejects.parquet").to_pylist()
    assert [(row["line"], row["raw"]) for row in rejects] == [(2, b"{"), (3, b"[")]
    spec.write_text(text.replace("0.25", "0.5"))
    assert corpuskit.build(spec, tmp_path / "out").accounts["kept"] == 2


def test_a_refused_rebuild_leaves_the_release_and_its_audit(corpus: Corpus, tmp_path: Path) -> None:
    """While an earlier release stands, a refused build touches neither it nor its audit folder."""
    spec = corpus({"a.jsonl": jsonl([article(1)])})
    release = corpuskit.build(spec, tmp_path / "out")
    before = {p: p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file()}
    (spec.parent / "a.jsonl").write_bytes(b"{\n")
    spec.write_text(spec.read_text().replace("max_loss = 1.0", "max_loss = 0"))
    with pytest.raises(BuildRefused):
        corpuskit.build(spec, tmp_path / "out", replace=True)
    assert {p: p.read_bytes() for p in before} == before
    assert corpuskit.verify(release.path) == []
    assert (tmp_path / "out" / "tiny-1.0.0.refused.audit").is_dir()


def test_an_existing_release_is_not_touched(corpus: Corpus, tmp_path: Path) -> None:
    """Without `replace` a second build is refused; with it the release is the new one, whole."""
    spec = corpus({"a.jsonl": jsonl([article(1)])})
    first = corpuskit.build(spec, tmp_path / "out")
    (spec.parent / "a.jsonl").write_bytes(jsonl([article(1), article(2)]))
    with pytest.raises(ReleaseExists):
        corpuskit.build(spec, tmp_path / "out")
    assert manifest(first)["statistics"]["rows"] == 1
    assert corpuskit.build(spec, tmp_path / "out", replace=True).accounts["kept"] == 2
    assert corpuskit.verify(first.path) == []
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        ".tiny.cache",
        ".tiny.lock",
        "tiny-1.0.0",
        "tiny-1.0.0.audit",
    ]


def test_licensing_rules(corpus: Corpus, tmp_path: Path) -> None:
    """A denied licence warns, excludes its articles as removed, or refuses the build."""
    records = [article(1), article(2, license="GPL-3.0-only"), article(3, license="MIT OR GPL-3.0-only")]
    for mode, kept in (("warn", 3), ("exclude", 2)):
        spec = corpus(
            {"a.jsonl": jsonl(records)}, folder=mode,
            extra=f'[licensing]\ndeny = ["GPL-3.0-only"]\non_conflict = "{mode}"',
        )  # fmt: skip
        release = corpuskit.build(spec, tmp_path / mode / "out")
        assert release.accounts["kept"] == kept
        assert release.accounts["removed"] == 3 - kept
        assert release.findings["license-conflict"] == 1
        assert corpuskit.verify(release.path) == []
    spec = corpus(
        {"a.jsonl": jsonl(records)}, extra='[licensing]\nallow = ["MIT", "CC-BY-4.0"]\non_conflict = "refuse"'
    )
    with pytest.raises(BuildRefused, match="GPL-3"):
        corpuskit.build(spec, tmp_path / "out")


def test_an_empty_corpus_is_a_release_with_a_warning(corpus: Corpus, tmp_path: Path) -> None:
    """A corpus without a single article still gives a release that verifies."""
    release = corpuskit.build(corpus({"a.jsonl": b"\n\n"}), tmp_path / "out")
    assert release.accounts["in"] == 0
    assert release.findings == {"empty-corpus": 1}
    assert corpuskit.verify(release.path) == []


def test_declared_splits_and_languages_without_articles(corpus: Corpus, tmp_path: Path) -> None:
    """A declared split without rows is 0 and has no file; a declared language without articles is a warning."""
    spec = corpus(
        {"a.jsonl": jsonl([article(1, language="id-ID")])},
        extra="[splits]\nshares = { train = 1.0, test = 0.0 }",
    )
    spec.write_text(spec.read_text().replace("[[source]]", 'languages = ["id", "su"]\n[[source]]'))
    release = corpuskit.build(spec, tmp_path / "out")
    assert release.splits == {"train": 1, "test": 0}
    assert [p.name for p in release.path.glob("data/*")] == ["train-00000-of-00001.parquet"]
    (found,) = map(json.loads, (release.audit / "findings.jsonl").read_text().splitlines())
    assert (found["kind"], "'su'" in found["message"]) == ("absent-language", True)
    assert corpuskit.verify(release.path) == []


def test_fixed_shard_counts_and_small_shards(corpus: Corpus, tmp_path: Path) -> None:
    """`shards` fixes a count; `shard_bytes` and `row_group_bytes` bound pieces, and the content id ignores both."""
    data = {"a.jsonl": jsonl(article(i, text=f"{i} " * 200) for i in range(400))}
    found = {}
    for name, output in {
        "plain": "",
        "fixed": "shards = { train = 7 }",
        "small": 'shard_bytes = "40kB"\nrow_group_bytes = "10kB"\ncompression = "snappy"',
    }.items():
        release = corpuskit.build(
            corpus(data, extra=f"[output]\n{output}", folder=name), tmp_path / name / "out"
        )
        assert corpuskit.verify(release.path) == []
        shards = sorted(release.path.glob("data/*.parquet"))
        found[name] = (release.content_id, len(shards), max(pq.ParquetFile(p).num_row_groups for p in shards))
    assert len({content_id for content_id, _, _ in found.values()}) == 1
    assert found["plain"][1:] == (1, 1)
    assert found["fixed"][1] == 7
    assert found["small"][1] > 7
    assert found["small"][2] > 2


def test_one_edited_article_changes_one_shard(corpus: Corpus, tmp_path: Path) -> None:
    """Editing one article leaves all data shards but its own byte-identical."""
    records = [article(i, text=f"{i} kata " * 100) for i in range(600)]
    shards = []
    for folder in ("one", "two"):
        spec = corpus(
            {"a.jsonl": jsonl(records)},
            extra='[output]\nshard_bytes = "50kB"\nrow_group_bytes = "10kB"',
            folder=folder,
        )
        release = corpuskit.build(spec, tmp_path / folder / "out")
        shards.append({p.read_bytes() for p in release.path.glob("data/*.parquet")})
        records[300] = article(300, text="Kini lain sama sekali. " * 30)
    assert len(shards[0]) > 8
    assert len(shards[0] - shards[1]) <= 2


def test_text_files_are_named_by_their_path(corpus: Corpus, tmp_path: Path) -> None:
    """The id of a text file is its path below the folder common to the source's globs, without suffix."""
    files = {
        f"raw/{n}": f"Judul\n\n2020-01-0{i} 10:00:00\n\nIsi {n}.\n".encode()
        for i, n in enumerate(("a.txt", "b/c.TXT"), 1)
    }
    spec = corpus(files)
    text = spec.read_text().replace(
        'files = ["raw/a.txt", "raw/b/c.TXT"]', 'files = ["raw/**/*.txt", "raw/b/*.TXT"]'
    )
    spec.write_text(text)
    release = corpuskit.build(spec, tmp_path / "out")
    assert [row["id"] for row in rows(release)] == ["a", "b/c"]


def test_sources_need_files_and_own_them(corpus: Corpus, tmp_path: Path) -> None:
    """A glob that matches nothing and a file in two sources are configuration errors."""
    spec = corpus({"a.jsonl": jsonl([article(1)])})
    spec.write_text(spec.read_text().replace("a.jsonl", "b.jsonl"))
    with pytest.raises(SpecError, match="no files"):
        corpuskit.build(spec, tmp_path / "out")
    other = '[[source]]\nname = "two"\nfiles = ["*.jsonl"]\nlicense = "MIT"\n'
    spec = corpus({"a.jsonl": jsonl([article(1)])}, extra=other)
    with pytest.raises(SpecError, match="two sources"):
        corpuskit.build(spec, tmp_path / "out")


def test_reading_refuses_what_is_not_whole(corpus: Corpus, tmp_path: Path) -> None:
    """`read` gives rows by split and column, and refuses a release with a file cut short."""
    release = corpuskit.build(corpus({"a.jsonl": jsonl([article(1), article(2)])}), tmp_path / "out")
    batches = list(corpuskit.read(release.path, split="train", columns=["id"]))
    assert [row for batch in batches for row in batch.to_pylist()] == [{"id": "a00001"}, {"id": "a00002"}]
    with pytest.raises(SpecError, match="no split 'dev'"):
        corpuskit.read(release.path, split="dev")
    with pytest.raises(SpecError, match="no column"):
        corpuskit.read(release.path, columns=["nothing"])
    shard = next(release.path.glob("data/*.parquet"))
    shutil.copy(shard, tmp_path / "one.parquet")
    assert sum(b.num_rows for b in corpuskit.read(tmp_path / "one.parquet")) == 2
    shard.write_bytes(shard.read_bytes()[:-1])
    with pytest.raises(corpuskit.InputError, match="verify"):
        corpuskit.read(release.path)


def test_big_files_are_cut_at_lines(corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plain file read in slices gives the release, places and ledger that it gives read whole."""
    from corpuskit.phases import plan

    lines = [article(i, text=f"{i} " * (i % 50 + 1)) if i % 9 else b"{bad" for i in range(3000)]
    books = []
    for folder, size in (("whole", 1 << 26), ("slices", 5000)):
        monkeypatch.setattr(plan, "SLICE_BYTES", size)
        monkeypatch.setattr(plan, "_GROUP_BYTES", size)
        release = corpuskit.build(corpus({"a.jsonl": jsonl(lines)}, folder=folder), tmp_path / folder / "out")
        findings = (release.audit / "findings.jsonl").read_text()
        books.append((ledger(release), findings, release.root_digest))
    assert books[0] == books[1]

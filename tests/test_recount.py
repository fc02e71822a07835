"""Every number of a manifest counted again by DuckDB and plain Python: nothing is claimed that is not so."""

import shutil
from collections.abc import Callable
from pathlib import Path

import recount

import corpuskit

EXAMPLE = Path(__file__).parent.parent / "examples" / "corpus.toml"


def check(release: Path) -> None:
    """Every number of the manifest is that of the files."""
    said, rows = recount.manifest(release), recount.rows_of(release)
    lines = recount.ledger(release.with_name(release.name + ".audit"))
    assert recount.statistics(rows, said["split_rule"]["text"]) == said["statistics"]
    assert recount.accounts(lines) == {s: a for s, a in said["accounts"]["sources"].items() if a["in"]}
    told = {
        source: {(each["fate"], each["reason"]): [each["records"], each["bytes"]] for each in stages}
        for source, stages in said["waterfall"].items()
    }
    assert recount.waterfall(lines) == {source: stages for source, stages in told.items() if stages}
    edits = {
        source: {
            name: [n["edits"], n["removed_bytes"], n["inserted_bytes"]] for name, n in transforms.items()
        }
        for source, transforms in said["edits"].items()
    }
    assert recount.edits(release.with_name(release.name + ".audit")) == {s: e for s, e in edits.items() if e}
    found = recount.files(release)
    listed = {entry["path"]: (entry["bytes"], entry["sha256"]) for entry in said["files"]}
    own = {"manifest.json", "manifest.json.sha256"}
    assert {path: entry for path, entry in found.items() if path not in own} == listed
    for config, splits in said["configs"].items():
        for split, count in splits.items():
            assert count == sum(_is_in(row["filename"], release, config, split) for row in rows)


def _is_in(file: str, release: Path, config: str, split: str) -> bool:
    path = Path(file).relative_to(release / "data")
    own = config == "default" or config in path.parent.as_posix().split("--")
    return own and path.name.startswith(f"{split}-")


def test_the_sample(tmp_path: Path) -> None:
    """The sample corpus, with every sort of defect in it."""
    check(corpuskit.build(EXAMPLE, tmp_path / "out").path.resolve())


FIVE = """
[corpus]
name = "lima"
version = "1.0.0"
pretty_name = "Lima: five sources in one"
description = "News, a handbook in ten languages, speeches, two books and a word list."
license = "CC-BY-SA-4.0"
authors = ["The corpuskit authors"]
homepage = "https://example.org/lima"
contact = "lima@example.org"
released = 2026-11-24

[[source]]
name = "id-news"
files = ["shared/id-news/articles.jsonl.zst"]
language = "id"
license = "CC-BY-SA-4.0"
license_url = "https://creativecommons.org/licenses/by-sa/4.0/"
timezone = "Asia/Jakarta"
publisher = "IndoSum"
collected = "2016/2018"

[[source]]
name = "handbook"
files = ["shared/multi-handbook/pages.jsonl.zst"]
license = "CC-BY-SA-3.0 OR GPL-2.0-or-later"
publisher = "Raphaël Hertzog, Roland Mas and translators"
homepage = "https://debian-handbook.info"

[[source]]
name = "speeches"
files = ["shared/en-speeches/speeches.jsonl.zst"]
language = "en"
license = "CC0-1.0"
split = "test"

[[source]]
name = "books"
files = ["shared/books-gutenberg/*.txt"]
language = "en"
license = "LicenseRef-Gutenberg"
license_url = "https://www.gutenberg.org/policy/license.html"
encoding_errors = "replace"

[[source]]
name = "banyumasan"
files = ["shared/banyumasan/corpus.json"]
records = "/entries"
language = "jv"
license = "MIT"
fields = { text = "ngapak" }

[splits]
shares = { train = 0.9, validation = 0.05, test = 0.05 }
"""


def test_five_sources(shared: Callable[[str], Path], tmp_path: Path) -> None:
    """News, a handbook in ten languages, speeches, books and a word list in one release."""
    for name in ("id-news", "multi-handbook", "en-speeches", "books-gutenberg", "banyumasan"):
        shutil.copytree(shared(name), tmp_path / "shared" / name, copy_function=shutil.copyfile)
    (tmp_path / "corpus.toml").write_text(FIVE, encoding="utf-8")
    release = corpuskit.build(tmp_path / "corpus.toml", tmp_path / "out").path.resolve()
    check(release)
    assert [f.message for f in corpuskit.verify(release) if f.severity == "error"] == []

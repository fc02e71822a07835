"""Builds the sample corpus and shows what came of it: `make demo`."""

import os
import shutil
import sys
from pathlib import Path

import pyarrow.parquet as pq

import corpuskit
from corpuskit import console

HERE = Path(__file__).parent


def main(out: Path) -> None:
    """Build examples/corpus.toml into a folder; print accounts, rejects, card and a row as loaded back."""
    with console.build_progress(quiet=False) as progress:
        release = corpuskit.build(HERE / "corpus.toml", out, replace=True, progress=progress)
    console.show("The account of each source: in = kept + rejected + duplicate + removed")
    console.show_accounts(release.sources, release.accounts)
    rejects = pq.read_table(release.audit / "rejects.parquet").to_pylist()
    console.show(f"Three of {len(rejects)} rejects, each with its place and reason:")
    for reject in rejects[:: max(1, len(rejects) // 3)][:3]:
        place = reject["file"] + (f":{reject['line']}" if reject["line"] else "")
        console.show(f"  {console.inert(place)}: {reject['reason']}: {console.inert(reject['message'])}")
    findings = corpuskit.verify(release.path)
    console.show("", f"verify: {findings or 'whole and true'}")
    console.show(f"card:   {release.path / 'README.md'}", "")
    console.show("The first row of the split `test`, as datasets.load_dataset gives it:")
    for name, value in first_row(release.path, out / ".cache").items():
        console.show(f"  {name:<15} {console.inert(value)[:90]}")


def first_row(release: Path, cache: Path) -> dict[str, object]:
    """The first row of the test split, loaded back as anyone would."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    from datasets import disable_progress_bars, load_dataset

    disable_progress_bars()
    shutil.rmtree(cache, ignore_errors=True)
    row: dict[str, object] = load_dataset(str(release), split="test", cache_dir=str(cache))[0]
    return row


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "build/demo"))

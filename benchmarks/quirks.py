"""Builds a folder of text files whose truth is known, and counts what came of each quirk.

    python benchmarks/quirks.py ../shared/data/id-seed-txt

The folder holds `txt/` and `truth.jsonl`, one object a file: file, quirk, title, published (local time in
Asia/Jakarta, null where none can be known), body_sha256 (of the paragraphs joined by a blank line) and
body_chars. Files without a body shall be rejected; of files with equal bytes one shall be kept and the others
be duplicates; all others shall be kept, also where only their bodies are equal. A file is

- right: fate, title, published to the minute and body as the truth says;
- declared: rejected, or kept with a warning that names the very doubt (for a link inside the body an info);
- wrong: anything else.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq

import corpuskit

SPEC = """\
[corpus]
name = "quirks"
version = "1.0.0"
license = "CC-BY-SA-4.0"

[[source]]
name = "txt"
files = [{files}]
license = "CC-BY-SA-4.0"
language = "id"
timezone = "Asia/Jakarta"
max_loss = 1.0

[dedup]
exact = "record"
"""
OFFSET = timedelta(hours=7)
# The findings that name the doubt of a quirk, where it is not the encoding, whose files are rejected.
DOUBTS = {
    "title": {"title-suffix", "missing-title"},
    "published": {"bad-timestamp", "missing-timestamp", "missing-timezone", "partial-date"},
    "body": {"inline-link", "truncated-text", "over-cut", "possible-mojibake", "replaced-bytes"},
}
INFO_IS_ENOUGH = {"inline-link"}


class Outcome(NamedTuple):
    """What became of one file: its fate, its row if it was kept, its findings and the fields that differ."""

    fate: str
    row: Mapping[str, Any] | None
    findings: Sequence[Mapping[str, Any]]
    verdict: str
    differs: tuple[str, ...]


def build(folder: Path, out: Path) -> corpuskit.Release:
    """The release of a folder's text files."""
    spec = out / "corpus.toml"
    files = json.dumps(str((folder / "txt" / "*.txt").resolve()))
    spec.write_text(SPEC.format(files=files), encoding="utf-8")
    return corpuskit.build(spec, out)


def outcomes(folder: Path, release: corpuskit.Release) -> dict[str, Outcome]:
    """What became of each file of the truth, by name."""
    truth = [json.loads(line) for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    ledger = {
        Path(row["file"]).name: row for row in pq.read_table(release.audit / "ledger.parquet").to_pylist()
    }
    rows = {row["id"]: row for row in _rows(release.path)}
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in (release.audit / "findings.jsonl").read_text(encoding="utf-8").splitlines():
        finding = json.loads(line)
        found[Path(finding["file"]).name].append(finding)
    equal: dict[str, list[str]] = defaultdict(list)
    for line in ledger.values():
        equal[line["sha256"]].append(line["fate"])
    made = {}
    for known in truth:
        line = ledger[known["file"]]
        fates = sorted(equal[line["sha256"]])
        once = len(fates) > 1 and fates == ["duplicate"] * (len(fates) - 1) + ["kept"]
        wanted = {"kept", "duplicate"} if once else {"kept"} if known["body_chars"] else {"rejected"}
        made[known["file"]] = _outcome(known, wanted, line, rows, found[known["file"]])
    return made


def _rows(release: Path) -> Iterator[dict[str, Any]]:
    for shard in sorted(release.glob("data/*.parquet")):
        yield from pq.read_table(shard).to_pylist()


def _outcome(
    known: Mapping[str, Any],
    wanted: set[str],
    line: Mapping[str, Any],
    rows: Mapping[str, Any],
    findings: Sequence[Mapping[str, Any]],
) -> Outcome:
    fate = line["fate"]
    row = rows.get(line["id"]) if fate == "kept" else None
    differs = tuple(_differences(known, row)) if fate in wanted else ("fate",)
    if not differs:
        return Outcome(fate, row, findings, "right", differs)
    kinds = {f["kind"] for f in findings if f["severity"] == "warning" or f["kind"] in INFO_IS_ENOUGH}
    declared = fate == "rejected" or all(kinds & DOUBTS.get(field, set()) for field in differs)
    # A link inside the body that is kept with its finding is as good as one that was cut.
    is_link = differs == ("body",) and known.get("mid_insert") and "inline-link" in kinds
    return Outcome(fate, row, findings, "right" if is_link else "declared" if declared else "wrong", differs)


def _differences(known: Mapping[str, Any], row: Mapping[str, Any] | None) -> Iterator[str]:
    if row is None:
        return
    if (row["title"] or "").strip() != (known["title"] or "").strip():
        yield "title"
    if not _is_published(row, known["published"]):
        yield "published"
    if sha256(row["text"].encode()).hexdigest() != known["body_sha256"]:
        yield "body"


def _is_published(row: Mapping[str, Any], known: str | None) -> bool:
    if known is None:
        return row["published"] is None
    if "T" not in known:
        return row["published"] is None and row["published_date"] == known
    if row["published"] is None:
        return False
    local = row["published"].replace(tzinfo=None) + OFFSET
    return bool(local.replace(second=0, microsecond=0) == datetime.fromisoformat(known).replace(second=0))


def unrestored(folder: Path, release: corpuskit.Release) -> list[str]:
    """The files whose bytes cannot be had again from the release, its edits and its rejects."""
    edits: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for edit in pq.read_table(release.audit / "edits.parquet").to_pylist():
        if edit["field"] is None:
            edits[edit["id"]].append(edit)
    texts = {row["id"]: row["text"] for row in _rows(release.path)}
    rejects = {
        row["file"]: row["raw"] for row in pq.read_table(release.audit / "rejects.parquet").to_pylist()
    }
    lost = []
    for line in pq.read_table(release.audit / "ledger.parquet").to_pylist():
        if line["fate"] == "rejected":
            data = rejects[line["file"]]
        else:
            data = texts[line["duplicate_of"] or line["id"]].encode()
            for edit in reversed(edits[line["id"]]):
                data = data[: edit["start"]] + edit["removed"] + data[edit["start"] + len(edit["inserted"]) :]
        original = (folder / "txt" / Path(line["file"]).name).read_bytes()
        if not sha256(data).hexdigest() == sha256(original).hexdigest() == line["sha256"]:
            lost.append(line["file"])
    return lost


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table and what is wrong; 1 where anything is."""
    parser = argparse.ArgumentParser(description="Count what became of text files whose truth is known.")
    parser.add_argument("folder", type=Path, help="holds txt/ and truth.jsonl")
    folder = parser.parse_args(arguments).folder
    truth = {k["file"]: k for k in map(json.loads, (folder / "truth.jsonl").open(encoding="utf-8"))}
    with tempfile.TemporaryDirectory() as out:
        release = build(folder, Path(out))
        found = outcomes(folder, release)
        lost = unrestored(folder, release)
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for name, outcome in found.items():
        table[truth[name]["quirk"]][outcome.verdict] += 1
    print(f"{'quirk':<20}{'files':>6}{'right':>7}{'declared':>10}{'wrong':>7}")
    for quirk, counts in sorted(table.items()):
        print(
            f"{quirk:<20}{counts.total():>6}{counts['right']:>7}{counts['declared']:>10}{counts['wrong']:>7}"
        )
    total = sum(table.values(), Counter())
    print(f"{'all':<20}{total.total():>6}{total['right']:>7}{total['declared']:>10}{total['wrong']:>7}\n")
    for name, outcome in found.items():
        if outcome.verdict == "wrong":
            print(f"wrong: {name} ({truth[name]['quirk']}): {outcome.fate}, {', '.join(outcome.differs)}")
    warned = [
        (name, sorted({f["kind"] for f in outcome.findings if f["severity"] == "warning"}))
        for name, outcome in found.items()
        if truth[name]["quirk"] == "clean" and any(f["severity"] == "warning" for f in outcome.findings)
    ]
    print(
        f"clean files with a warning: {len(warned)}",
        *(f"  {name}: {', '.join(kinds)}" for name, kinds in warned),
        sep="\n",
    )
    print(f"files whose bytes cannot be restored: {len(lost)}", *lost, sep="\n  ")
    return 1 if total["wrong"] or lost else 0


if __name__ == "__main__":
    sys.exit(main())

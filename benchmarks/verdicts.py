"""What `corpuskit validate` finds beside what an independent judge finds, on planted truth and on real data.

    python benchmarks/verdicts.py --seconds 600 --seed 7

Prints a row for each set: records, how many are invalid by the reference, missed and extra ones, errors compared,
and records whose errors differ. The first round takes every set; then mutants and generated corpora with new seeds
go on until the time is up. Real data are looked for in `--data`; sets that are absent are left out. Exits 1 for any
difference, and prints the first of them.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import strict_json
import verdict_schemas as own
from corpus_verdicts import conformed
from formats import FORMATS, drawn
from generate import Plan, generate
from judging import BOM, DRAFTS, Errors, Expected, Row, array, compare, expected, reference, said, table
from mutants import dump, mutants

import corpuskit

ROOT = Path(__file__).parent.parent
ARTICLE = json.loads((ROOT / "schemas" / "article.schema.json").read_bytes())
# What generated records lack before a build, which fills it in.
SOURCELESS = ARTICLE | {"required": [name for name in ARTICLE["required"] if name != "source"]}


class RealSet(NamedTuple):
    """One set of real records: its folder, its file, and the schemas for it."""

    folder: str
    file: str
    schemas: dict[str, Any]


REAL = {
    "id-news sample": RealSet("id-news", "sample-200.jsonl", own.NEWS),
    "id-news": RealSet("id-news", "articles.jsonl.zst", own.NEWS),
    "multi-handbook": RealSet("multi-handbook", "pages.jsonl.zst", own.HANDBOOK),
    "en-speeches": RealSet("en-speeches", "speeches.jsonl.zst", own.SPEECHES),
    "html-articles": RealSet("html-articles", "manifest.jsonl", own.PAGES),
    "csv-odd jsonl": RealSet("csv-odd", "table.jsonl", own.TABLE),
    "csv-odd ndjson": RealSet("csv-odd", "table.ndjson", own.TABLE),
}


def unpacked(path: Path) -> bytes:
    """The bytes of a file after decompression."""
    if path.suffix != ".zst":
        return path.read_bytes()
    with pa.CompressedInputStream(pa.OSFile(str(path)), "zstd") as stream:
        return bytes(stream.read())


def lines(name: str, path: Path, schema: Any, data: bytes | None = None) -> Row:
    """One JSONL file judged twice by one schema; None is the built-in one."""
    data = unpacked(path) if data is None else data
    wanted = expected(data, reference(ARTICLE if schema is None else schema))
    report = corpuskit.validate(path, schema)
    return compare(name, wanted, report, data, empty_text=schema is None)


def real(data: Path, name: str, *titles: str) -> Iterator[Row]:
    """A set of real records as they are, by each of its schemas and the built-in one, or by those named."""
    folder, file, schemas = REAL[name]
    for title, schema in [*schemas.items(), ("article", None)]:
        if titles and title not in titles:
            continue
        yield lines(f"{name}, {title}", data / folder / file, schema)


def mutated(data: Path, name: str, scratch: Path, count: int, seed: int) -> Iterator[Row]:
    """Mutants of real records as JSONL, and those of them that leave an array whole as a JSON array."""
    folder, file, schemas = REAL[name]
    sound = [json.loads(raw) for raw in unpacked(data / folder / file).split(b"\n") if raw.strip()]
    each = [*schemas.items(), ("article", None)]
    for number, (title, schema) in enumerate(each):
        made = list(mutants(sound, max(count // len(each), 1), seed * 10 + number))
        path = scratch / f"mutants-{number}.jsonl"
        path.write_bytes((BOM if number % 2 else b"") + (b"\r\n" if number % 3 == 1 else b"\n").join(made))
        yield lines(f"{name}, {title}, mutants", path, schema)
        yield elements(f"{name}, {title}, array", scratch / f"mutants-{number}.json", made, schema)
        if title == "article":
            yield conformed(f"{name}, corpus.toml", scratch / "conformed", made)


def elements(name: str, path: Path, made: Sequence[bytes], schema: Any) -> Row:
    """The records of one JSON array judged twice."""
    # A few are enough: the reader differs from that of lines, the judge does not.
    fitting = [raw.strip(b" \t\r\n") for raw in made[: len(made) // 4 + 1] if _leaves_an_array_whole(raw)]
    data, wanted = array(fitting, reference(ARTICLE if schema is None else schema))
    path.write_bytes(data)
    return compare(name, wanted, corpuskit.validate(path, schema), data, empty_text=schema is None)


def _leaves_an_array_whole(raw: bytes) -> bool:
    try:
        strict_json.parse(raw)
    except strict_json.Refused as refused:
        return not refused.kinds & {"invalid-json", "trailing-data", "invalid-encoding"}
    return True


def documents(name: str, files: Sequence[tuple[Path, bytes]], schema: Any) -> Row:
    """Whole files, each one instance of any type, judged twice."""
    judge = reference(schema)
    total = Row(name)
    for path, data in files:
        wanted = [_document(data, judge)]
        total += compare(name, wanted, corpuskit.validate(path, schema, document=True), data)
    return total


def _document(data: bytes, judge: Callable[[Any], Errors]) -> Expected:
    """What is wrong with a file that is one instance."""
    try:
        value = strict_json.parse(data, record=False)
    except strict_json.Refused as refused:
        return Expected(1, 1, 0, data, frozenset(), refused)
    return Expected(1, 1, 0, data, judge(value))


def croissant(data: Path, scratch: Path, count: int, seed: int) -> Iterator[Row]:
    """Descriptions of data sets as documents, as they are and as mutants."""
    sound = sorted((data / "croissant-1.0").glob("*.json"))
    yield documents("croissant", [(path, path.read_bytes()) for path in sound], own.CROISSANT)
    files = []
    for number, raw in enumerate(mutants([json.loads(p.read_bytes()) for p in sound], count, seed)):
        path = scratch / f"mutant-{number}.json"
        path.write_bytes(raw)
        files.append((path, raw))
    yield documents("croissant, mutants", files, own.CROISSANT)


def torture(data: Path, scratch: Path) -> Iterator[Row]:
    """The JSON test suite: each file without a line break as a line, and each but one with a mark as a document."""
    files = [(path, path.read_bytes()) for path in sorted((data / "json-torture").glob("*.json"))]
    alone = [raw for _, raw in files if b"\n" not in raw and raw.strip()]
    path = scratch / "torture.jsonl"
    # The first line is sound, so that no file of the suite stands where a byte order mark may.
    path.write_bytes(b"{}\n" + b"\n".join(alone) + b"\n")
    yield lines("json-torture, lines", path, {})
    marked = [(path, raw) for path, raw in files if not raw.startswith(BOM)]
    yield documents("json-torture, documents", marked, {"type": ["object", "array", "string"]})


def banyumasan(data: Path, scratch: Path) -> Iterator[Row]:
    """One JSON value with its records below `/entries`: as a document, and through a corpus.toml."""
    raw = (data / "banyumasan" / "corpus.json").read_bytes()
    path = scratch / "corpus.json"
    path.write_bytes(raw)
    yield documents("banyumasan, document", [(path, raw)], own.WORDS)
    rules = {"type": "object", "required": ["text"],
             "properties": {"text": {"type": "string", "maxLength": 9, "pattern": "^[a-z]+$"},
                            "indonesia": {"type": "string", "maxLength": 15}}}  # fmt: skip
    (scratch / "words.schema.json").write_text(json.dumps(rules))
    spec = scratch / "corpus.toml"
    spec.write_text(
        '[corpus]\nname = "words"\nversion = "1.0.0"\nlicense = "MIT"\n[schema]\narticle = "words.schema.json"\n'
        '[[source]]\nname = "s"\nfiles = ["corpus.json"]\nrecords = "/entries"\nlicense = "MIT"\n'
        'language = "jv"\nfields = { text = "ngapak" }\n'
    )
    judge, wanted, at = reference(rules), [], raw.index(b'"entries"')
    for number, entry in enumerate(json.loads(raw)["entries"], 1):
        start = raw.index(b"{", at)
        at = raw.index(b"}", start) + 1
        told = judge({"text": entry["ngapak"], "indonesia": entry["indonesia"]})
        line = raw.count(b"\n", 0, start) + 1
        wanted.append(Expected(line, number, start, raw[start:at], told, None, None))
    report = corpuskit.validate(spec)
    # A record without an id gets one from its bytes, which is no part of this.
    found = [f for f in report.findings if f.severity == "error"]
    bare = corpuskit.Report(report.summary, [_without_id(f) for f in found])
    yield compare("banyumasan, corpus.toml", wanted, bare, raw)


def _without_id(finding: Any) -> Any:
    import dataclasses

    return dataclasses.replace(finding, id=None)


def planted(plan: Plan) -> Iterator[Row]:
    """A generated corpus: what its truth says of a build and of `validate corpus.toml`, and its lines as they stand."""
    shutil.rmtree(plan.out, ignore_errors=True)
    plan.out.mkdir(parents=True)
    generate(plan)
    truth = [json.loads(row) for row in (plan.out / "truth.jsonl").read_bytes().splitlines()]
    name = f"generated {plan.layout}, {plan.invalid:.0%}"
    yield truthful(f"{name}, truth", plan.out, truth)
    yield ledger(f"{name}, build", plan.out, truth)
    if plan.layout == "jsonl":
        for path in sorted((plan.out / "data").iterdir()):
            yield lines(f"{name}, raw schema", path, own.GENERATED["raw"])
            yield lines(f"{name}, article", path, None)
            yield lines(f"{name}, article but source", path, SOURCELESS)


def truthful(name: str, folder: Path, truth: Sequence[dict[str, Any]]) -> Row:
    """The errors and warnings of `validate corpus.toml` beside the planted truth, record by record."""
    report = corpuskit.validate(folder / "corpus.toml")
    errors: dict[Any, list[Any]] = {}
    warned: set[Any] = set()
    for each in report.findings:
        if each.severity == "error":
            errors.setdefault((each.file, each.line), []).append(each)
        warned.add((each.file, each.line, each.kind))
    notes, missed, extra, differing = [], 0, 0, 0
    for row in truth:
        found = errors.pop((row["file"], row["line"]), [])
        rejected = row["expected"] == "rejected"
        missed += rejected and not found
        extra += bool(found) and not rejected
        silent = row["warning"] and (row["file"], row["line"], row["warning"]) not in warned
        placed = all(each.offset == row["offset"] for each in found)
        differing += bool(silent) or not placed
        if rejected != bool(found) or silent or not placed:
            notes.append(f"{name}: {row}: {said(found)}")
    invalid = sum(row["expected"] == "rejected" for row in truth)
    notes += [f"{name}: no record at {place}: {said(found)}" for place, found in errors.items()]
    if (report.summary["records"], report.summary["invalid"]) != (len(truth), invalid):
        notes.append(f"{name}: counted {report.summary}")
    return Row(name, len(truth), invalid, missed, extra + len(errors), invalid, differing, tuple(notes))


def ledger(name: str, folder: Path, truth: Sequence[dict[str, Any]]) -> Row:
    """The fates that a build gives beside the planted truth."""
    import pyarrow.parquet as pq

    release = corpuskit.build(folder / "corpus.toml", folder / "out", replace=True)
    rows = pq.read_table(release.audit / "ledger.parquet").to_pylist()
    fates = {(row["file"], row["line"]): row for row in rows}
    notes, missed, extra, differing = [], 0, 0, 0
    for row in truth:
        given = fates.pop((row["file"], row["line"]), None)
        fate = given["fate"] if given else None
        missed += row["expected"] == "rejected" != fate
        extra += fate == "rejected" != row["expected"]
        same = given is not None and all(
            given[key] == row[key] for key in ("offset", "length", "duplicate_of")
        )
        differing += fate != row["expected"] or not same
        if fate != row["expected"] or not same:
            notes.append(f"{name}: {row}: {given}")
    notes += [f"{name}: no record at {place}" for place in fates]
    invalid = sum(row["expected"] == "rejected" for row in truth)
    return Row(name, len(truth), invalid, missed, extra, invalid, differing, tuple(notes))


def formats(name: str, scratch: Path, count: int, seed: int) -> Row:
    """Strings that are in a format or nearly, one a record."""
    path = scratch / f"{name}.jsonl"
    path.write_bytes(b"".join(dump({"v": text}) + b"\n" for text in drawn(name, count, seed)))
    return lines(f"format {name}", path, {"properties": {"v": {"format": name}}})


def drafts(data: Path, scratch: Path, count: int, seed: int) -> Iterator[Row]:
    """Mutants of real pages by one schema as each draft reads it; what a draft does not know is no rule in it."""
    folder, file, schemas = REAL["html-articles"]
    sound = [json.loads(raw) for raw in (data / folder / file).read_bytes().splitlines()]
    path = scratch / "drafts.jsonl"
    path.write_bytes(b"\n".join(mutants(sound, count, seed)))
    for uri, (draft, _) in DRAFTS.items():
        # Since 2020-12 `items` is one schema.
        for title, schema in [*schemas.items(), *([("old keywords", own.OLD)] if draft < 2020 else [])]:
            yield lines(f"draft {draft}, {title}", path, {"$schema": uri} | schema)


def plans(scratch: Path, size: int, seed: int) -> Iterator[Plan]:
    """Generated corpora with few and with many defects."""
    for number, invalid in enumerate((0.01, 0.3)):
        yield Plan(scratch / "jsonl", size, None, seed + number, invalid, 0.05, 2, "jsonl")
        yield Plan(scratch / "txt", size // 4, None, seed + number, invalid, 0.05, 2, "txt")


def rounds(data: Path, scratch: Path, wanted: argparse.Namespace) -> Iterator[Row]:
    """The first round takes every set once; those after it draw anew until the time is up."""
    import text_verdicts

    end, seed = time.monotonic() + wanted.seconds, wanted.seed
    here = {name for name, each in REAL.items() if (data / each.folder).is_dir()}
    for name in REAL.keys() & here:
        yield from real(data, name)
    for folder, check in {"json-torture": torture, "banyumasan": banyumasan}.items():
        if (data / folder).is_dir():
            yield from check(data, scratch)
    yield from text_verdicts.rows(data, scratch)
    while True:
        for plan in plans(scratch, wanted.megabytes * 10**6, seed):
            yield from planted(plan)
        for name in FORMATS:
            yield formats(name, scratch, wanted.mutants // len(FORMATS), seed)
        for name in sorted(here):
            yield from mutated(data, name, scratch, wanted.mutants // max(len(here), 1), seed)
        if "html-articles" in here:
            yield from drafts(data, scratch, wanted.mutants // 20, seed)
        if (data / "croissant-1.0").is_dir():
            yield from croissant(data, scratch, wanted.mutants // 20, seed)
        seed += 10
        if time.monotonic() > end:
            return


def main() -> int:
    """Compare, print the table and the first differences."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=0, help="go on with new seeds for so long")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mutants", type=int, default=20_000, help="mutants a round")
    parser.add_argument("--megabytes", type=int, default=8, help="size of a generated corpus")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    wanted = parser.parse_args()
    rows: dict[str, Row] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for row in rounds(wanted.data, Path(scratch), wanted):
            rows[row.name] = rows[row.name] + row if row.name in rows else row
    print(table(rows.values()))
    for row in rows.values():
        for note in row.notes[:5]:
            print(note)
    print(f"{sum(len(row.notes) for row in rows.values()):,} differences, the first of each set above")
    return int(any(not row.clean for row in rows.values()))


if __name__ == "__main__":
    sys.exit(main())

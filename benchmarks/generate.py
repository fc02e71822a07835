"""Write a corpus of any size whose every record has a known fate.

    python benchmarks/generate.py OUT --bytes 500MB --seed 1

OUT/data holds the records, OUT/truth.jsonl one line a record (where it lies, how it was broken, what must
become of it), OUT/truth-summary.json the totals, OUT/corpus.toml a specification that `corpuskit build` takes
as it is. The same arguments give the same bytes, in any process. Texts are slices of a seeded stream of
invented words, so memory stays small; each fresh text has a token of its own, so only planted texts repeat.

In truth.jsonl `length` leaves the line break out, `id` is null where a strict reader cannot know it, and
`way` is null for a sound record. Of equal texts the one whose id has the smallest SHA-256 is kept.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import struct
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import count
from pathlib import Path
from typing import NamedTuple, TextIO

from defects import SOUND, WAYS, Record, Way, encoded, page

SOURCE = "bench"
MAX_GROUPS = 1 << 16
STREAM_WORDS = 400_000
VOCABULARY = 8_000
URN = 20_000
UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
SYLLABLES = {
    "id": "a ba ca da ga ha ja ka la ma na pa ra sa ta wa ya bi di ki li mi ni ri si ti bu du ku lu mu nu ru "
    "su tu be ke le me pe re se te ko lo mo po ro to kan man ran tan bang dang ngan nya an ing ung ar us",
    "en": "the a be co de en fi gro ha in is ju ke li mo ne o of on or pre re sta to un vi wo we at al an "
    "ble cal der ful ger hood ing ish ling ment ness per ry ship ster ten tion tle ton ty ward",
}
RARE = "café naïf Jumʿat “kutipan” Rp\u00a017.500 3½\u00a0km² 日本 ꦗꦮ ☕ 🌋 a\u0301dil C:\\data dan/atau"
DICE = struct.Struct("<12I")
SITES = ("lembayung", "arunika", "senjakala", "marrowgate", "embun-pagi")
CATEGORIES = ("ekonomi", "olahraga", "budaya", "lingkungan", "science", "local", "opinion")
LICENSES = ("CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0")

_escaped = json.JSONEncoder(ensure_ascii=True, separators=(", ", ": ")).encode


class Plan(NamedTuple):
    """The arguments of a run."""

    out: Path
    bytes: int
    records: int | None
    seed: int
    invalid: float
    duplicates: float
    files: int
    layout: str


class Stream(NamedTuple):
    """Running text of one language as JSON, where its sentences start, titles as JSON, and names."""

    text: bytes
    starts: list[int]
    titles: list[str]
    names: list[str]


class Article(NamedTuple):
    """What a text is made of: enough to write it again without keeping it."""

    number: int
    language: str
    dice: bytes


class Draft(NamedTuple):
    """One record before it is written: its bytes, identity, defect and group of equal texts."""

    data: bytes
    id: str
    way: str | None
    group: int | None


class Place(NamedTuple):
    """Where a record lies: its file, and in it the line, the first byte and the number of bytes."""

    file: str
    line: int
    offset: int
    length: int


class Tally(NamedTuple):
    """What was written: records and bytes by fate and way, and the digest and id each group keeps."""

    records: Counter[tuple[str, str | None]]
    bytes: Counter[tuple[str, str | None]]
    winners: dict[int, tuple[str, str]]


def vocabulary(rng: random.Random, language: str) -> list[str]:
    """Invent the words of a language, the most frequent and so the shortest first."""
    syllables = SYLLABLES[language].split(" ")
    words: dict[str, None] = {}
    while len(words) < VOCABULARY:
        size = 1 + (len(words) >= 40) + (len(words) >= 1500 and rng.random() < 0.4)
        words["".join(syllables[int(rng.random() * len(syllables))] for _ in range(size))] = None
    return list(words)


def sentence(rng: random.Random, words: list[str]) -> str:
    """Turn words into one sentence, sometimes with a quotation or a rare character."""
    chance = rng.random()
    if chance < 0.03:
        rare = RARE.split(" ")
        words[len(words) // 2] = rare[int(rng.random() * len(rare))]
    spoken = " ".join(words[:5]) + (", " if chance > 0.6 else " ") + " ".join(words[5:])
    spoken = spoken[0].upper() + spoken[1:]
    if 0.03 <= chance < 0.06:
        return f'"{spoken}," kata {words[0].capitalize()}.'
    return spoken + ("?" if chance > 0.97 else ".")


def stream(rng: random.Random, language: str) -> Stream:
    """Write the running text that all articles of a language are cut from."""
    words = vocabulary(rng, language)
    urn = [word for rank, word in enumerate(words) for _ in range(1 + URN // (rank + 3))]
    drawn = rng.choices(urn, k=STREAM_WORDS)
    sentences, first = [], 0
    while first < len(drawn) - 18:
        size = 8 + int(rng.random() * 11)
        sentences.append(sentence(rng, drawn[first : first + size]))
        first += size
    escaped = [encoded(written)[1:-1] for written in sentences]
    starts = [0]
    for written in escaped:
        starts.append(starts[-1] + len(written) + 1)
    titles = [" ".join(written.rstrip(".?").split(" ")[:7]) for written in sentences[:4096]]
    names = [word.capitalize() for word in words[100:1000]]
    return Stream(b" ".join(escaped), starts, [encoded(title).decode() for title in titles], names)


def compose(article: Article, streams: dict[str, Stream]) -> bytes:
    """Write the text of an article as JSON: a sentence of its own, then paragraphs cut from the stream."""
    text, starts = streams[article.language][:2]
    token, parts, size, *picks = DICE.unpack(article.dice)
    parts = 4 + parts % 6
    run = round((30 + size % 23) / parts)
    limit = len(starts) - run
    site = SITES[article.number % len(SITES)]
    paragraphs = [f'"Nomor {article.number:x}-{token:08x} dari {site}.'.encode()]
    for pick in picks[:parts]:
        first = pick % limit
        paragraphs.append(text[starts[first] : starts[first + run] - 1])
    return b"\\n\\n".join(paragraphs) + b'"'


def record_line(number: int, article: Article, streams: dict[str, Stream], dice: bytes) -> tuple[str, bytes]:
    """Write one sound record as a JSON line, with its id; the text may be that of an earlier article."""
    token, title, author, desk, category, licence, rank, score, *_ = DICE.unpack(dice)
    names, titles = streams[article.language].names, streams[article.language].titles
    site, section = SITES[number % len(SITES)], CATEGORIES[category % len(CATEGORIES)]
    identity = f"{site}-{number:08d}-{token & 0xFFFF:04x}"
    authors = f'"{names[author % len(names)]}"' + (f',"{site} desk"' if desk % 2 else "")
    day = f"{2015 + number % 9}-{1 + number % 12:02d}-{1 + number % 28:02d}"
    head = f'{{"id":"{identity}","title":{titles[title % len(titles)]},"text":'
    tail = (
        f',"language":"{article.language}","license":"{LICENSES[licence % len(LICENSES)]}",'
        f'"url":"https://{site}.example.org/{section}/{number}","authors":[{authors}],'
        f'"published":"{day}T{number % 24:02d}:30:00+07:00","category":"{section}",'
        f'"meta":{{"section":{{"name":"{section}","rank":{rank % 100}}},"tags":["{site}","{section}"],'
        f'"score":{score % 1000 / 8},"revised":{"false" if score % 16 else "true"}}}}}'
    )
    return identity, head.encode() + compose(article, streams) + tail.encode()


def encode(data: bytes, layout: str, chance: float) -> bytes:
    """Encode a sound record in its layout, some of the lines with escapes that nobody needs."""
    if layout == "txt":
        return page(json.loads(data))
    if chance < 0.1:
        return _escaped(json.loads(data)).encode()
    return data.replace(b"://", b":\\/\\/") if chance < 0.12 else data


def drafts(plan: Plan) -> Iterator[Draft]:
    """Make records without end: broken ones in turn, copies of earlier texts, fresh ones."""
    rng = random.Random(plan.seed)
    streams = {language: stream(rng, language) for language in SYLLABLES}
    ways = list(WAYS[plan.layout].items())
    groups: list[Article] = []
    broken = 0
    for number in count():
        article = Article(number, "id" if rng.random() < 0.7 else "en", rng.randbytes(DICE.size))
        fate, chance, dice = rng.random(), rng.random(), rng.randbytes(DICE.size)
        name, group = None, None
        if fate < plan.invalid:
            name, way = ways[broken % len(ways)]
            broken += 1
        elif fate < plan.invalid + plan.duplicates and groups:
            group = int(chance * len(groups))
            article = groups[group]
        elif plan.duplicates and len(groups) < MAX_GROUPS and (not groups or chance < plan.duplicates):
            group = len(groups)
            groups.append(article)
        identity, data = record_line(number, article, streams, dice)
        data = way.write(json.loads(data)) if name else encode(data, plan.layout, rng.random())
        yield Draft(data, identity, name, group)


def file_index(plan: Plan, number: int, written: int) -> int | None:
    """Say which file the next record belongs in, or None once there are enough."""
    done, wanted = (written, plan.bytes) if plan.records is None else (number, plan.records)
    return None if done >= wanted else done * plan.files // wanted


def write_lines(plan: Plan) -> Iterator[tuple[Draft, Place]]:
    """Write records as JSON lines and say where each one went."""
    source = drafts(plan)
    number = written = 0
    while (index := file_index(plan, number, written)) is not None:
        name, offset, row = f"data/bench-{index:05d}.jsonl", 0, 0
        with (plan.out / name).open("wb", buffering=1 << 20) as handle:
            while file_index(plan, number, written) == index:
                draft = next(source)
                size = handle.write(draft.data + b"\n")
                row, number = row + 1, number + 1
                yield draft, Place(name, row, offset, size - 1)
                offset, written = offset + size, written + size


def write_pages(plan: Plan) -> Iterator[tuple[Draft, Place]]:
    """Write each record as a text file of its own, with its path as its id."""
    written = 0
    for number, draft in enumerate(drafts(plan)):
        index = file_index(plan, number, written)
        if index is None:
            return
        digest = hashlib.sha256(draft.id.encode()).hexdigest()[:16]
        identity = f"part-{index:05d}/{number:08d}_{digest}"
        name = f"data/{identity}.txt"
        (plan.out / name).parent.mkdir(exist_ok=True)
        size = (plan.out / name).write_bytes(draft.data)
        yield draft._replace(id=identity), Place(name, 1, 0, size)
        written += size


@cache
def verdict(name: str | None, way: Way) -> str:
    """Write the part of a truth row that all records broken in the same way share."""
    return encoded({"way": name, "expected": way.expected, "warning": way.warning}).decode()[1:-1]


def truth_row(place: Place, draft: Draft, way: Way) -> str:
    """Write one row of the truth; a group is named where the fate is not decided yet."""
    identity = f'"{draft.id}"' if way.readable else "null"
    group = "" if draft.group is None else f',"group":{draft.group}'
    return (
        f'{{"file":"{place.file}","line":{place.line},"offset":{place.offset},"length":{place.length},'
        f'{verdict(draft.way, way)},"id":{identity},"duplicate_of":null{group}}}\n'
    )


def write_draft(plan: Plan, target: TextIO) -> Tally:
    """Write the data and, record by record, the truth as far as it is known yet."""
    ways = WAYS[plan.layout]
    tally = Tally(Counter(), Counter(), {})
    for draft, place in (write_lines if plan.layout == "jsonl" else write_pages)(plan):
        way = ways[draft.way] if draft.way else SOUND
        target.write(truth_row(place, draft, way))
        tally.records[way.expected, draft.way] += 1
        tally.bytes[way.expected, draft.way] += len(draft.data) + (plan.layout == "jsonl")
        if draft.group is not None:
            candidate = (hashlib.sha256(draft.id.encode()).hexdigest(), draft.id)
            tally.winners[draft.group] = min(candidate, tally.winners.get(draft.group, candidate))
    return tally


def settled(draft: bytes, winners: dict[int, tuple[str, str]]) -> bytes:
    """Decide one row of the truth: of equal texts the id with the smallest digest is kept."""
    row = json.loads(draft)
    winner = winners[row.pop("group")][1]
    if row["id"] != winner:
        row |= {"expected": "duplicate", "duplicate_of": winner}
    return encoded(row) + b"\n"


def write_truth(draft: Path, truth: Path, winners: dict[int, tuple[str, str]]) -> int:
    """Write the truth with the duplicates decided, and return how many there are."""
    duplicates = 0
    with draft.open("rb") as source, truth.open("wb") as target:
        for row in source:
            final = settled(row, winners) if b',"group":' in row else row
            duplicates += b'"expected":"duplicate"' in final
            target.write(final)
    draft.unlink()
    return duplicates


def summarise(plan: Plan, tally: Tally, duplicates: int) -> Record:
    """Sum the truth up."""
    fates: Counter[str] = Counter()
    for (fate, _), records in tally.records.items():
        fates[fate] += records
    ways = {
        way: {"expected": fate, "records": records} for (fate, way), records in tally.records.items() if way
    }
    return {
        "arguments": {key: value for key, value in plan._asdict().items() if key != "out"},
        "bytes": tally.bytes.total(),
        "accounts": {
            "in": tally.records.total(),
            "kept": fates["kept"] - duplicates,
            "rejected": fates["rejected"],
            "duplicate": duplicates,
            "removed": 0,
        },
        "ways": dict(sorted(ways.items())),
    }


def specification(plan: Plan) -> str:
    """Write the corpus.toml that builds the corpus."""
    files = "data/*.jsonl" if plan.layout == "jsonl" else "data/**/*.txt"
    return f"""[corpus]
name = "bench"
version = "1.0.0"
description = "Invented words in a known arrangement."
license = "CC0-1.0"

[[source]]
name = "{SOURCE}"
files = ["{files}"]
language = "id"
license = "CC0-1.0"
timezone = "Asia/Jakarta"
max_loss = {min(1.0, 0.05 + 2 * plan.invalid):.3f}

[splits]
shares = {{ train = 0.98, validation = 0.01, test = 0.01 }}
salt = "bench"
"""


def generate(plan: Plan) -> Record:
    """Write the whole corpus and return its summary."""
    (plan.out / "data").mkdir(parents=True)
    draft = plan.out / ".truth-draft"
    with draft.open("w", encoding="utf-8", newline="") as target:
        tally = write_draft(plan, target)
    duplicates = write_truth(draft, plan.out / "truth.jsonl", tally.winners)
    summary = summarise(plan, tally, duplicates)
    (plan.out / "truth-summary.json").write_bytes(json.dumps(summary, indent=2).encode() + b"\n")
    (plan.out / "corpus.toml").write_bytes(specification(plan).encode())
    return summary


def byte_count(text: str) -> int:
    """Read a number of bytes such as 500MB or 2GiB."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([A-Za-z]*)", text.strip())
    if found is None or found[2].upper() not in UNITS:
        raise argparse.ArgumentTypeError(f"not a size: {text!r} (try 500MB)")
    return int(float(found[1]) * UNITS[found[2].upper()])


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, generate, print the summary."""
    parser = argparse.ArgumentParser(description="Write a corpus whose every record has a known fate.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--bytes", type=byte_count, default="500MB", help="size of the data (default: 500MB)")
    parser.add_argument("--records", type=int, help="number of records, instead of --bytes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--invalid", type=float, default=0.01, help="share of records with a defect")
    parser.add_argument("--duplicates", type=float, default=0.05, help="share of records that repeat a text")
    parser.add_argument(
        "--files", type=int, default=1, help="number of JSONL files, or of folders of text files"
    )
    parser.add_argument("--layout", choices=("jsonl", "txt"), default="jsonl")
    plan = Plan(**vars(parser.parse_args(arguments)))
    if min(plan.invalid, plan.duplicates) < 0 or plan.invalid + plan.duplicates > 1:
        parser.error("--invalid and --duplicates are shares: each at least 0, together at most 1")
    if plan.files < 1:
        parser.error("--files must be at least 1")
    if (plan.out / "data").exists():
        parser.error(f"{plan.out / 'data'} exists already")
    json.dump(generate(plan), sys.stdout, indent=2)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())

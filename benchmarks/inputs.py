"""The files that validate.py lets its judges judge, and build.py its converters convert."""

import json
import re
import shutil
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import orjson
from generate import Plan, generate
from peers import SCHEMA


def write_files(folder: Path, whole: int, side: int, part: int) -> dict[str, Path]:
    """Write every file that a row may name: the main one, those of other shares of invalid records, slices."""
    home = folder / "derived"
    home.mkdir(parents=True, exist_ok=True)
    main, sound = generated(folder, whole, 0.01), generated(folder, side, 0.0)
    files = {"main": main, "sound": sound, "ten": generated(folder, side, 0.1)}
    heads = {"one": ("main", side), "slice": ("main", part), "sound-slice": ("sound", part)}
    for name, (source, size) in {**heads, "judged": ("ten", part)}.items():
        files[name] = write(home / f"{name}.jsonl", head(files[source], size))
    files["small"] = write(home / "small.jsonl", islice(lines(sound), 10))
    quoted = (
        re.sub(rb'("text": ?")', rb'\1\\"Kata\\": ', raw, count=1) for raw in lines(files["sound-slice"])
    )
    files["quoted"] = write(home / "quoted.jsonl", quoted)
    large = (
        raw.replace(b'"revised":', b'"views":%d,"revised":' % 2**64) for raw in lines(files["sound-slice"])
    )
    files["large"] = write(home / "large.jsonl", large)
    for name, source in {"array": "slice", "small-array": "small", "judged-array": "judged"}.items():
        files[name] = write(home / f"{name}.json", array(files[source]))
    (home / "schema.json").write_text(json.dumps(SCHEMA), encoding="utf-8")
    # References lead to the root: so the definitions go there with it.
    listed = {"$schema": SCHEMA["$schema"], "$defs": SCHEMA["$defs"], "type": "array", "items": SCHEMA}
    (home / "array-schema.json").write_text(json.dumps(listed), encoding="utf-8")
    return files


def generated(folder: Path, size: int, invalid: float, duplicates: float = 0.05) -> Path:
    """A file of generate.py, made if it is not there."""
    home, part = folder / f"{size}-{invalid}-{duplicates}", folder / "part"
    if not home.exists():
        shutil.rmtree(part, ignore_errors=True)
        generate(Plan(part, size, None, 1, invalid, duplicates, 1, "jsonl"))
        part.rename(home)
    return home / "data" / "bench-00000.jsonl"


def lines(file: Path) -> Iterator[bytes]:
    """The lines of a file, with their ends."""
    with file.open("rb") as handle:
        yield from handle


def head(file: Path, size: int) -> Iterator[bytes]:
    """The first lines of a file, of so many bytes."""
    for raw in lines(file):
        if size <= 0:
            return
        size -= len(raw)
        yield raw


def write(target: Path, parts: Iterable[bytes]) -> Path:
    """Write parts to a file."""
    with target.open("wb") as handle:
        handle.writelines(parts)
    return target


def readable(file: Path) -> Iterator[tuple[int, bytes]]:
    """The lines that are JSON, with their numbers and without their ends: all that an array can hold."""
    for number, raw in enumerate(lines(file), 1):
        try:
            orjson.loads(raw)
        except orjson.JSONDecodeError:
            continue
        yield number, raw.rstrip(b"\n")


def array(file: Path) -> Iterator[bytes]:
    """The readable lines of a file as one JSON array."""
    before = b"[\n"
    for _, raw in readable(file):
        yield before + raw
        before = b",\n"
    yield b"\n]\n"


def tiny(folder: Path, count: int) -> Path:
    """So many of the smallest records that are articles, each with a text of its own, made if they are not there."""
    home = folder / f"tiny-{count}"
    file = home / "data" / "bench-00000.jsonl"
    if not file.exists():
        shutil.copytree(generated(folder, 1000, 0.0).parent.parent, home, dirs_exist_ok=True)
        write(file, (b'{"id":"%09d","text":"kata %x"}\n' % (number, number) for number in range(count)))
    return file


def ways(file: Path, of: Path) -> dict[int, str]:
    """How the lines of a file were broken that is the head of a generated one: the way by line number."""
    truth = lines(of.parent.parent / "truth.jsonl")
    rows = (json.loads(row) for row in islice(truth, sum(1 for _ in lines(file))))
    return {row["line"]: row["way"] for row in rows if row["way"]}

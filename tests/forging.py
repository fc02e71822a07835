"""A small release of many forms, and a forger who changes one cell of one of its documents and reseals it."""

import gzip
import hashlib
import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from conftest import article, jsonl, page

import corpuskit

SPEC = """
[corpus]
name = "tiny"
version = "1.0.0"
license = "CC-BY-SA-4.0"
description = "Of many forms."
authors = ["Ani"]
homepage = "https://example.org/tiny"
released = 2026-11-24

[[source]]
name = "web"
files = ["raw/web/*.txt"]
license = "CC-BY-4.0"
license_url = "https://example.org/terms"
license_evidence = "footer, seen 2026-01-01"
publisher = "Warta"
homepage = "https://example.org/warta"
collected = "2016/2018"
language = "id"
timezone = "Asia/Jakarta"
max_loss = 1.0

[[source]]
name = "feed"
files = ["raw/feed/*"]
license = "CC-BY-SA-4.0"
language = "ID"
publisher = "Penerbit"
title_suffix = " - Warta"
max_loss = 1.0

[[source]]
name = "tables"
files = ["raw/tables/*"]
license = "MIT"
language = "jv"
max_loss = 1.0

[splits]
shares = { train = 0.6, test = 0.4 }
by = "rubrik"

[licensing]
deny = ["CC-BY-NC-4.0"]
on_conflict = "exclude"
"""


def _records(first: int) -> list[dict[str, Any] | bytes]:
    rubrics = ["olahraga", "budaya", "ekonomi"]
    kept = [article(first + n, rubrik=rubrics[n % 3], title=f"Judul {n} - Warta") for n in range(8)]
    return [
        *kept[:5],
        b"{rusak",
        {**kept[1], "id": f"salinan-{first}"},
        {**kept[2], "text": f"Lain sekali {first}."},
        {"id": f"kosong-{first}", "text": "  "},
        {**article(first + 20), "license": "CC-BY-NC-4.0"},
        {"text": f"Tanpa id {first}.", "n": 1.50},
        {"id": f"angka-{first}", "text": 5},
        *kept[5:],
    ]


def write_inputs(root: Path) -> Path:
    """Write the raw files of the release below a folder, and its corpus.toml, whose path is returned."""
    table = b"id;text;size\nc1;Satu;3\nc2;Dua;4\nc3;\nc4;Satu;3\n"
    words = b'{"about": 1, "entries": [{"text": "Tembung"},\n {"text": "Liyane", "extra": [1.50]}, 7]}'
    files = {
        **{f"raw/web/p{n}.txt": page(n, n if n < 6 else 1) for n in range(1, 8)},
        "raw/web/kosong.txt": b"\r\n",
        "raw/feed/a.jsonl": jsonl(_records(0)),
        "raw/feed/b.jsonl.gz": gzip.compress(jsonl(_records(100)), mtime=0),
        "raw/tables/t.csv": table,
        "raw/tables/w.json": words.replace(b'{"about": 1, "entries": ', b"").removesuffix(b"}"),
    }
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    (root / "corpus.toml").write_text(SPEC, encoding="utf-8")
    return root / "corpus.toml"


class Cell(NamedTuple):
    """One value of one document: its file, as a path beside the release folder or in it, and where it is there."""

    document: str
    at: tuple[Any, ...]

    def __str__(self) -> str:
        return f"{self.document} {'/'.join(map(str, self.at))}"


# --- other values ---


def other(value: Any, alike: list[Any], draw: random.Random) -> Any:
    """Another value that could stand there: one of those that stand elsewhere, or nearly the same."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + draw.choice([1, 2, 7])
    if isinstance(value, float):
        return value + 1.0
    if isinstance(value, bytes):
        at = draw.randrange(len(value)) if value else 0
        return value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :] if value else b"x"
    if isinstance(value, str):
        if re.fullmatch("[0-9a-f]{64}", value):
            at = draw.randrange(64)
            return value[:at] + ("0" if value[at] != "0" else "1") + value[at + 1 :]
        others = sorted({each for each in alike if isinstance(each, str) and each != value})
        return draw.choice([*others, value + "x"]) if others else value + "x"
    others = [each for each in alike if each is not None]
    return draw.choice(others) if others else None


# --- documents ---


def _table(path: Path) -> Any:
    if path.suffix == ".arrow":
        with pa.ipc.open_file(path) as reader:
            return reader.read_all()
    return pq.read_table(path)


def _write_table(path: Path, table: Any) -> None:
    if path.suffix == ".arrow":
        with pa.ipc.new_file(str(path), table.schema) as writer:
            writer.write_table(table)
    else:
        pq.write_table(table, path, write_page_checksum=True)


def _leaves(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inside = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    )
    if inside is None:
        yield at
        return
    for key, each in inside:
        yield from _leaves(each, (*at, key))


def _alike(value: Any, name: Any) -> list[Any]:
    """Values that stand under the same key elsewhere."""
    found = []
    if isinstance(value, dict):
        found += [each for key, each in value.items() if key == name and not isinstance(each, dict | list)]
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            found += _alike(each, name)
    return found


def _numbers(text: str) -> list[tuple[int, int]]:
    """Where the numbers of a text stand."""
    return [match.span() for match in re.finditer(r"(?<![\w#])\d+(?:[.,]\d+)*", text)]


class Forger:
    """Changes cells of a release in a folder, one at a time, and puts back what stood there."""

    def __init__(self, release: Path) -> None:
        self.release, self.audit = release, release.with_name(release.name + ".audit")
        self.manifest = json.loads((release / "manifest.json").read_bytes())

    def path(self, document: str) -> Path:
        """The file of a document."""
        return self.audit.parent / document

    def cells(self) -> Iterator[Cell]:
        """Every cell of every document that states a fact, but the values of text files nobody reads by number."""
        for entry in self.manifest["files"]:
            name = f"{self.release.name}/{entry['path']}"
            if entry["role"] in {"data", "provenance"}:
                yield from self._table_cells(name)
            elif entry["path"].endswith(".json"):
                document = json.loads(self.path(name).read_bytes())
                yield from (Cell(name, at) for at in _leaves(document) if at)
            else:
                text = self.path(name).read_text(encoding="utf-8")
                yield from (Cell(name, span) for span in _numbers(text))
        for name in ("ledger.parquet", "rejects.parquet", "edits.parquet"):
            yield from self._table_cells(f"{self.audit.name}/{name}")
        notes = [json.loads(line) for line in (self.audit / "findings.jsonl").read_text("utf-8").splitlines()]
        yield from (
            Cell(f"{self.audit.name}/findings.jsonl", (n, key))
            for n, note in enumerate(notes)
            for key in note
        )
        yield from (Cell(f"{self.release.name}/manifest.json", at) for at in _leaves(self.manifest))

    def _table_cells(self, name: str) -> Iterator[Cell]:
        table = _table(self.path(name))
        for row in range(table.num_rows):
            fate = table["fate"][row].as_py() if "fate" in table.column_names else ""
            yield from (Cell(name, (fate, row, column)) for column in table.column_names)

    def forge(self, cell: Cell, draw: random.Random) -> Callable[[], None]:
        """Change a cell and reseal the release; the function that is returned puts everything back."""
        touched = [
            self.path(cell.document),
            self.release / "manifest.json",
            self.release / "manifest.json.sha256",
        ]
        before = [(path, path.read_bytes()) for path in touched]
        self._change(cell, draw)
        self._seal()

        def restore() -> None:
            for path, data in before:
                path.write_bytes(data)

        return restore

    def _change(self, cell: Cell, draw: random.Random) -> None:
        path = self.path(cell.document)
        if path.suffix in {".arrow", ".parquet"}:
            _, row, column = cell.at
            table = _table(path)
            values = table[column].to_pylist()
            values[row] = _typed(other(values[row], values, draw), table.schema.field(column).type)
            index = table.column_names.index(column)
            array = pa.array(values, table.schema.field(column).type)
            _write_table(path, table.set_column(index, table.schema.field(column), array))
        elif path.suffix == ".jsonl":
            lines = path.read_text("utf-8").splitlines()
            notes = [json.loads(line) for line in lines]
            number, key = cell.at
            alike = [note[key] for note in notes]
            notes[number][key] = other(notes[number][key], alike, draw)
            path.write_text(
                "".join(json.dumps(n, ensure_ascii=False) + "\n" for n in notes), encoding="utf-8"
            )
        elif path.suffix == ".json":
            document = json.loads(path.read_bytes())
            place = document
            for key in cell.at[:-1]:
                place = place[key]
            last = cell.at[-1]
            alike = _alike(document, last) if isinstance(last, str) else list(place)
            place[last] = other(place[last], alike, draw)
            compact = path.name == "manifest.json"
            text = json.dumps(
                document, ensure_ascii=False, sort_keys=compact, separators=(",", ":") if compact else None
            )
            path.write_text(text if compact else text + "\n", encoding="utf-8")
        else:
            text = path.read_text(encoding="utf-8")
            _, end = cell.at
            number = str(int(text[end - 1]) ^ 1)
            path.write_text(text[: end - 1] + number + text[end:], encoding="utf-8")

    def _seal(self) -> None:
        manifest = json.loads((self.release / "manifest.json").read_bytes())
        for entry in manifest["files"]:
            path = self.release / entry["path"] if isinstance(entry["path"], str) else None
            if path is not None and path.is_file() and manifest == self.manifest:
                data = path.read_bytes()
                entry |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        data = json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        (self.release / "manifest.json").write_bytes(data)
        root = hashlib.sha256(data).hexdigest()
        (self.release / "manifest.json.sha256").write_text(f"{root}  manifest.json\n")


def _typed(value: Any, kind: Any) -> Any:
    """A value of a type, where the column held nothing that could be copied."""
    if value is not None:
        return value
    if pa.types.is_integer(kind):
        return 3
    if pa.types.is_timestamp(kind):
        return 0
    if pa.types.is_list(kind):
        return ["x"]
    return b"x" if pa.types.is_binary(kind) else "x"


def build(root: Path) -> corpuskit.Release:
    """The release, in `out` beside its inputs."""
    return corpuskit.build(write_inputs(root / "in"), root / "out", cache=False, jobs=1)

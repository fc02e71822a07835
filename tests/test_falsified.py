"""Falsifications chosen by seed: what one document says otherwise than another, verify finds, though it is sealed."""

import random
import shutil
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

import forging
import pytest
from forging import Cell, Forger

import corpuskit

SEED, FOUND, MORE = 20261124, 60, 20

# What stands in one document alone, by document and column or key. Without the raw files nobody can tell.
ONCE = {
    ("ledger.parquet", "duplicate"): {"sha256", "group", "record_digest", "text_key", "offset", "id"},
    ("ledger.parquet", "removed"): {"sha256", "group", "record_digest", "text_key", "offset", "id"},
    ("edits.parquet", ""): {"field", "removed", "inserted", "start", "end"},
    ("findings.jsonl", None): {"keyword", "hint", "schema_pointer", "pointer"},
    ("manifest.json", "inputs"): {"sha256"},
    ("manifest.json", "limits"): {"depth", "line_bytes", "ratio"},
    ("manifest.json", "sources"): {"files", "language", "timezone", "title_suffix"},
}
# Of these, replaying from the raw files finds what follows from the bytes of a record.
REPLAYED = {
    ("ledger.parquet", "duplicate"): {"sha256", "group", "record_digest", "text_key", "offset", "id"},
    ("ledger.parquet", "removed"): {"sha256", "group", "record_digest", "text_key", "offset", "id"},
    ("edits.parquet", ""): {"field", "removed", "inserted", "start"},
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a release of text files, lines, tables and arrays, with every fate."""
    root = tmp_path_factory.mktemp("falsified")
    release = forging.build(root)
    assert all(release.accounts[fate] > 1 for fate in ("kept", "rejected", "duplicate", "removed"))
    return root


@pytest.fixture
def forger(built: Path, tmp_path: Path) -> Forger:
    """A forger at work on a copy."""
    shutil.copytree(built / "out", tmp_path / "out")
    return Forger(tmp_path / "out" / "tiny-1.0.0")


def _group(cell: Cell) -> tuple[Any, Any, Any]:
    """The document of a cell, what part of that it is in, and its column or key: cells that are alike."""
    name = Path(cell.document).name
    if name.endswith((".parquet", ".arrow")):
        return name, cell.at[0], cell.at[2]
    keys = [each for each in cell.at if isinstance(each, str)]
    return name, keys[0] if len(keys) > 1 or name == "manifest.json" else None, keys[-1] if keys else None


def _stands_once(cell: Cell, table: dict[Any, set[str]]) -> bool:
    name, part, key = _group(cell)
    return key in table.get((name, part), ())


def _drawn(cells: Iterator[Cell], count: int, draw: random.Random) -> list[Cell]:
    """So many cells: of each document in turn, and there of each sort of cell in turn."""
    groups: dict[str, dict[Any, list[Cell]]] = defaultdict(lambda: defaultdict(list))
    for cell in cells:
        groups[cell.document][_group(cell)].append(cell)
    turns = [_in_turn(draw.sample([*own.values()], len(own)), draw) for own in groups.values()]
    return list(islice(_rounds(turns), count))


def _in_turn(groups: list[list[Cell]], draw: random.Random) -> Iterator[Cell]:
    return _rounds([iter(draw.sample(group, len(group))) for group in groups])


def _rounds(each: list[Iterator[Cell]]) -> Iterator[Cell]:
    return (cell for cells in zip_longest(*each) for cell in cells if cell is not None)


def _missed(forger: Forger, cells: list[Cell], draw: random.Random) -> list[str]:
    """The cells that can be changed without an error of verify."""
    missed = []
    for cell in cells:
        restore = forger.forge(cell, draw)
        found = [each for each in corpuskit.verify(forger.release) if each.severity == "error"]
        restore()
        missed += [] if found else [str(cell)]
    return missed


def test_falsifications_are_found(forger: Forger) -> None:
    """Of falsifications over all documents, chosen by seed and resealed, verify finds every one."""
    draw = random.Random(SEED)
    told = (cell for cell in forger.cells() if not _stands_once(cell, ONCE))
    cells = _drawn(told, FOUND, draw)
    assert len({cell.document for cell in cells}) >= 15
    assert _missed(forger, cells, draw) == []
    assert corpuskit.verify(forger.release) == []


def test_replay_finds_what_stands_once(forger: Forger, built: Path) -> None:
    """What one document alone says of a record, replaying it from the raw files finds."""
    draw = random.Random(SEED)
    cells = _drawn((cell for cell in forger.cells() if _stands_once(cell, REPLAYED)), MORE, draw)
    missed = []
    for cell in cells:
        restore = forger.forge(cell, draw)
        errors = [each for each in corpuskit.verify(forger.release) if each.severity == "error"]
        if not errors and corpuskit.replay(forger.release, built / "in", jobs=1).ok:
            missed.append(str(cell))
        restore()
    assert missed == []


@pytest.mark.long
def test_every_falsification_is_found(forger: Forger) -> None:
    """Every cell of every document, changed by itself and resealed, is found."""
    draw = random.Random(SEED + 1)
    cells = [cell for cell in forger.cells() if not _stands_once(cell, ONCE)]
    assert len(cells) > 3000
    assert _missed(forger, cells, draw) == []


def test_an_expected_root_finds_everything(forger: Forger, built: Path) -> None:
    """Where the root digest is known, whatever a release says otherwise is found, once or in all documents."""
    root = (built / "out/tiny-1.0.0/manifest.json.sha256").read_text().split()[0]
    draw = random.Random(SEED)
    once = [c for c in forger.cells() if _stands_once(c, ONCE) and c.document.startswith("tiny-1.0.0/")]
    for cell in _drawn(iter(once), 5, draw):
        restore = forger.forge(cell, draw)
        kinds = {f.kind for f in corpuskit.verify(forger.release, expect_root=root)}
        restore()
        assert "wrong-root" in kinds

"""What a build says on its way, and what it took: phases, bytes, records, time left, peak memory."""

import gzip
import json
import mmap
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import article, jsonl

import corpuskit
from corpuskit.console import facts
from corpuskit.meter import Meter, held_bytes

Corpus = Callable[..., Path]
MB = 1_000_000
_LINE = re.compile(r"(?P<phase>[a-z ]+): ((?P<facts>.+), )?(?P<seconds>[0-9.]+) s")


@pytest.fixture
def spec(corpus: Corpus) -> Path:
    """A corpus of 1,200 articles in several shards, one record of it broken."""
    records = [*(article(n, text=f"Isi {n} " * 60) for n in range(1200)), b"{rusak"]
    return corpus(
        {"a.jsonl": jsonl(records)}, extra='[output]\nshard_bytes = "200KB"\nrow_group_bytes = "50KB"'
    )


def _build(spec: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    command = [
        sys.executable,
        "-m",
        "corpuskit",
        "build",
        str(spec),
        "--out",
        str(spec.parent / "out"),
        *options,
    ]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_off_a_terminal_a_phase_is_a_line_when_it_ends(spec: Path) -> None:
    """Phases in their order, each with its seconds, and records and bytes where it has them."""
    said = [_LINE.fullmatch(line) for line in _build(spec).stderr.splitlines()]
    told = {found["phase"]: found["facts"] or "" for found in said if found}
    assert len(told) == len(said)
    assert list(told) == [
        "reading inputs", "learning navigation", "checking records", "deciding fates",
        "writing shards", "writing card and manifest", "making it durable",
    ]  # fmt: skip
    size = f"{(spec.parent / 'a.jsonl').stat().st_size / 1e6:,.1f} MB"
    assert told["reading inputs"] == size
    assert re.fullmatch(rf"1,201 records, {size}, [0-9,]+ records/s", told["checking records"])
    assert told["deciding fates"] == "1,201 records"
    assert re.fullmatch(r"1,200 records, [0-9,]+ records/s", told["writing shards"])


def test_a_phase_that_fails_is_not_told_as_ended(spec: Path) -> None:
    """What ends a build comes after the phases that ended, and no line says that its own did."""
    (spec.parent / "b.jsonl.gz").write_bytes(b"\x1f\x8b\x08\x00rusak")
    spec.write_text(spec.read_text().replace('"a.jsonl"', '"a.jsonl", "b.jsonl.gz"'))
    failed = _build(spec)
    assert failed.returncode == 3
    assert "reading inputs: " in failed.stderr
    assert "checking records" not in failed.stderr


@pytest.mark.parametrize("options", [("--quiet",), ("--format", "json")])
def test_nothing_is_said_where_none_wants_to_hear_it(spec: Path, options: tuple[str, ...]) -> None:
    """With --quiet and with JSON stderr is empty."""
    assert _build(spec, *options).stderr == ""


def test_time_and_peak_memory_at_the_end(spec: Path) -> None:
    """Text and JSON tell both, of a refused build too; an interpreter with pyarrow holds more than 30 MB."""
    assert re.search(r"^took +[0-9.]+ s, peak memory [0-9]+ MiB$", _build(spec).stdout, re.MULTILINE)
    told = json.loads(_build(spec, "--replace", "--format", "json", "--jobs", "2").stdout)
    assert told["peak_bytes"] > 30 * MB
    spec.write_text(spec.read_text().replace("max_loss = 1.0", "max_loss = 0.0"))
    refused = _build(spec, "--replace", "--format", "json")
    assert refused.returncode == 1
    assert json.loads(refused.stdout)["peak_bytes"] > 30 * MB
    assert "peak memory" in _build(spec, "--replace").stdout


def test_the_write_phase_moves_within_a_shard(spec: Path, tmp_path: Path) -> None:
    """Rows are told group by group, when written and when read back; all of them in the end."""
    spec.write_text(spec.read_text().replace('shard_bytes = "200KB"', 'shard_bytes = "1GB"'))
    told: list[tuple[str, int, int, int]] = []
    release = corpuskit.build(spec, tmp_path / "out", progress=lambda *said: told.append(said))
    written = [said for said in told if said[0] == "write"]
    assert len(list((release.path / "data").iterdir())) == 1
    assert len({done for _, done, _, _ in written}) > 10
    assert written[0][1:] == (0, 2400, 0)
    assert written[-1][1:] == (2400, 2400, 1200)


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_bytes_of_one_slice_move_where_they_are_known(corpus: Corpus, tmp_path: Path, name: str) -> None:
    """Block by block in a plain file; at once, when all is read, in a packed one; in the end all, blank lines too."""
    lines = jsonl(article(n, text=f"Isi {n} " * 200) for n in range(3500)) + b"\n\n \n"
    data = gzip.compress(lines) if name.endswith(".gz") else lines
    told: list[tuple[str, int, int, int]] = []
    corpuskit.build(corpus({name: data}), tmp_path / "out", progress=lambda *said: told.append(said))
    mapped = [said[1:] for said in told if said[0] == "map"]
    assert mapped[0] == (0, len(data), 0)
    records, sizes = [said[2] for said in mapped], [said[0] for said in mapped]
    assert (records, sizes) == (sorted(records), sorted(sizes))
    assert len(set(records)) > 3
    assert records[-1] == 3500
    assert len(set(sizes)) > 3 if data is lines else len(set(sizes)) == 2
    assert sizes[-1] == len(data)


def test_facts_in_words() -> None:
    """What is 0 is left out; a whole that is reached too."""
    assert facts(1500, 4 * 10**9, 6 * 10**10, 2.0) == "1,500 records, 4.0 of 60.0 GB, 750 records/s"
    assert facts(0, 0, 0, 2.0) == ""
    assert facts(0, 3 * MB, 3 * MB, 0) == "3.0 MB"


HOLDS = "held = bytearray({}); print(flush=True); import sys; sys.stdin.read()"
MAPS = (
    "import mmap, sys; file = open({!r}, 'rb'); held = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)\n"
    "seen = [held[at] for at in range(0, len(held), mmap.PAGESIZE)]; print(flush=True); sys.stdin.read()"
)


def _started(code: str) -> "subprocess.Popen[bytes]":
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    return child


def _ended(*children: "subprocess.Popen[bytes]") -> None:
    for child in children:
        child.communicate()


def test_memory_is_that_of_all_processes_below() -> None:
    """What a child holds counts, and what its child holds, until they end."""
    before = held_bytes()
    grandchild = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {HOLDS.format(50 * MB)!r}])"
    children = _started(HOLDS.format(40 * MB)), _started(grandchild)
    assert held_bytes() - before > 90 * MB
    _ended(*children)
    assert held_bytes() - before < 40 * MB


def test_pages_of_a_file_that_several_map_count_once(tmp_path: Path) -> None:
    """Two processes that have mapped one file hold it once, as a small parent sees them."""
    file = tmp_path / "mapped"
    file.write_bytes(os.urandom(mmap.PAGESIZE) * 20_000)
    code = (
        "import subprocess, sys\nfrom corpuskit.meter import held_bytes\nbefore = held_bytes()\n"
        f"order = [sys.executable, '-c', {MAPS.format(str(file))!r}]\npipe = subprocess.PIPE\n"
        "children = [subprocess.Popen(order, stdin=pipe, stdout=pipe) for _ in range(2)]\n"
        "for child in children: child.stdout.readline()\nprint(held_bytes() - before)\n"
        "for child in children: child.communicate()"
    )
    more = int(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
    assert file.stat().st_size * 0.9 < more < file.stat().st_size * 1.6


def test_a_meter_knows_a_peak_that_is_over() -> None:
    """The peak stays when memory is given back; the thread that looked ends."""
    meter = Meter()
    with meter:
        before = held_bytes()
        child = _started(HOLDS.format(60 * MB) + "; import time; time.sleep(0.5)")
        _ended(child)
        assert (meter.peak_bytes or 0) - before > 60 * MB
    assert meter.seconds > 0.5
    assert "meter" not in {thread.name for thread in threading.enumerate()}


def test_a_process_that_has_ended_holds_nothing() -> None:
    """What is gone when its files are read is no error."""
    import corpuskit.meter as module

    child: Any = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    gone = Path(f"/proc/{child.pid}")
    assert module._statm(gone) == (0, 0)
    assert list(module.family(gone)) == [gone]

"""Runs a command on given cores, and says what it and its own children took: time, CPU, memory."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple

# How often the memory of all processes is summed.
PAUSE = 0.02


class Spent(NamedTuple):
    """What one run took; `pss` and `rss` are the peaks in bytes of all processes together, where asked for."""

    wall: float
    cpu: float
    out: str
    pss: int = 0
    rss: int = 0


def cores(wanted: int) -> set[int]:
    """The last so many of the cores that this process may use."""
    return set(sorted(os.sched_getaffinity(0))[-wanted:])


def run(command: Sequence[str], on: Collection[int], *, memory: bool = False) -> Spent:
    """Run a command to its end; exits with its last words if it neither succeeds nor finds invalid records."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        child = begin(command, on, out, said)
        peak = watched(child.pid) if memory else (0, 0)
        # wait4 counts the children that the command waited for, and nothing of the runs before.
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        said.seek(0)
        text, words = out.read().decode(errors="replace"), said.read().decode(errors="replace")
    if child.returncode not in {0, 1} or "Traceback" in words:
        sys.exit(f"{' '.join(command)}: exit code {child.returncode}\n{words[-2000:]}")
    return Spent(wall, usage.ru_utime + usage.ru_stime, text, *peak)


def begin(
    command: Sequence[str], on: Collection[int], out: IO[bytes], said: IO[bytes]
) -> subprocess.Popen[bytes]:
    """Start a command on given cores: it inherits them."""
    own = os.sched_getaffinity(0)
    os.sched_setaffinity(0, on)
    try:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=said)
    finally:
        os.sched_setaffinity(0, own)


def watched(pid: int) -> tuple[int, int]:
    """The peaks of PSS and RSS of a process and all below it, until it ends; it stays to be waited for."""
    pss = rss = 0
    while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        held = [rollup(each) for each in family(pid)]
        pss, rss = max(pss, sum(p for p, _ in held)), max(rss, sum(r for _, r in held))
        time.sleep(PAUSE)
    return pss, rss


def family(pid: int) -> Iterator[int]:
    """A process and all that it started, by the parents that /proc names."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                # The name of the program may hold anything, also brackets and blanks.
                parent = int((entry / "stat").read_bytes().rpartition(b")")[2].split()[1])
            except (OSError, IndexError):  # it ended meanwhile
                continue
            parents.setdefault(parent, []).append(int(entry.name))
    waiting = [pid]
    while waiting:
        yield (each := waiting.pop())
        waiting += parents.get(each, [])


def rollup(pid: int) -> tuple[int, int]:
    """PSS and RSS of a process in bytes; none of one that has ended."""
    held = {}
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
            name, amount, *_ = line.split()
            held[name] = int(amount) * 1024
    except (OSError, ValueError):
        return 0, 0
    return held.get("Pss:", 0), held.get("Rss:", 0)

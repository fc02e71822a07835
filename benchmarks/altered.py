"""Runs corpuskit's command line with one thing other than it is, for benchmarks/build.py alone.

    python benchmarks/altered.py undurable build corpus.toml --out FOLDER
    python benchmarks/altered.py timed build corpus.toml --out FOLDER

`undurable` makes nothing durable and reads no shard back; the release differs in the sizes in Arrow memory that its
card states, which are those of what was read back. `timed` prints first what each phase took, as JSON on one line:
{phase: [wall, CPU]} in seconds, the CPU that of all processes.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from corpuskit import cli, console
from corpuskit.engines import processes
from corpuskit.meter import family
from corpuskit.phases import write


def replace(module: Any, name: str, by: Any) -> Any:
    """Put something in the place of a function of a module, and give what was there; exits where there is none."""
    if not hasattr(module, name):
        sys.exit(f"{module.__name__} has no {name}: benchmarks/altered.py is out of date.")
    before = getattr(module, name)
    setattr(module, name, by)
    return before


def undurable() -> None:
    """Leave durability and reading back out, in this process and in those that an engine starts from now on."""
    leave_out()
    opened = processes.opened

    @contextmanager
    def altered(jobs: int) -> Iterator[Any]:
        with opened(jobs) as run:
            yield lambda work, tasks, tell: run(partial(left_out, work), tasks, tell)

    replace(processes, "opened", altered)


def leave_out() -> None:
    """Let fsync do nothing, and take row groups as they were meant for those that were read back."""
    replace(os, "fsync", lambda _: None)
    replace(write, "_read_back", lambda _, task, *__: write._groups(task))  # noqa: SLF001 - as `write` has them


def left_out(work: Any, task: Any, tell: Any) -> Any:
    """Do the work of a worker, which has imported all of this anew."""
    if os.fsync.__module__ != __name__:
        leave_out()
    return work(task, tell)


def timed() -> None:
    """Print what each phase of the build took, when the last has ended."""
    moments: list[tuple[str, float, float]] = []

    def note(phase: str, *_: int) -> None:
        if not moments or moments[-1][0] != phase:
            moments.append((phase, time.perf_counter(), cpu_seconds()))

    @contextmanager
    def build_progress(**_: bool) -> Iterator[Callable[..., None]]:
        yield note
        note("end")
        took = {name: (wall - begun, cpu - used) for (name, begun, used), (_, wall, cpu) in pairwise(moments)}
        print(json.dumps(took))

    replace(console, "build_progress", build_progress)


def cpu_seconds() -> float:
    """What this process, those that it has started, and those of them that have ended have used.

    Source: the fields 14 to 17 of `stat` of proc(5), in ticks.
    """
    ticks = 0
    for process in family(Path("/proc/self")):
        with suppress(OSError):  # it ended meanwhile
            ticks += sum(map(int, (process / "stat").read_text().rpartition(")")[2].split()[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Alter what the first argument names, then be the command line."""
    {"undurable": undurable, "timed": timed}[sys.argv.pop(1)]()
    cli.main()


if __name__ == "__main__":
    # Under its own name, so that workers find there what is handed to them.
    from altered import main as main_of_module

    main_of_module()

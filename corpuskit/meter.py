"""Measures what a build takes: the time since it began, and the peak memory of all its processes together."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

# Seconds between two looks at the memory; a look takes about a quarter of a millisecond.
_PAUSE = 0.05


class Meter:
    """The time since it was made, and the peak memory of this process and all below it while it is entered.

    A thread looks twenty times a second: a peak between two looks is not seen.
    """

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._peak = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="meter", daemon=True)

    def __enter__(self) -> "Meter":
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._over.set()
        self._thread.join()

    @property
    def seconds(self) -> float:
        """The time so far."""
        return time.monotonic() - self._started

    @property
    def peak_bytes(self) -> int | None:
        """The peak so far in bytes, this moment included; None where the system does not tell it."""
        self._look()
        return self._peak or None

    def _watch(self) -> None:
        while not self._over.wait(_PAUSE):
            self._look()

    def _look(self) -> None:
        self._peak = max(self._peak, held_bytes())


def held_bytes() -> int:
    """The memory that this process and all below it hold now, in bytes; 0 where there is no /proc.

    Of each process what is resident and no file's; and the pages of mapped files, which are the same in several
    processes, of the one that has the most of them resident. Source: `statm` of proc(5).
    """
    held = [_statm(process) for process in family(Path("/proc/self"))]
    return sum(resident - mapped for resident, mapped in held) + max(mapped for _, mapped in held)


def family(process: Path) -> Iterator[Path]:
    """The folders in /proc of a process and of all that it has started and that run."""
    yield process
    try:
        # Children are listed by the thread that started them.
        below = [(thread / "children").read_text().split() for thread in (process / "task").iterdir()]
    except OSError:  # it ended meanwhile, or this is no Linux
        return
    for each in below:
        for number in each:
            yield from family(Path("/proc", number))


def _statm(process: Path) -> tuple[int, int]:
    """Bytes of a process that are resident, and how many of these are of mapped files."""
    try:
        _, resident, mapped, *_ = (process / "statm").read_text().split()
    except (OSError, ValueError):  # it ended meanwhile, or this is no Linux
        return 0, 0
    page = os.sysconf("SC_PAGE_SIZE")
    return int(resident) * page, int(mapped) * page

"""Engines: run work over a list of tasks and give the results in the order of the tasks.

To add one: write its file with a function of the type `Engine`, and choose it in `engine`.
"""

import os
from contextlib import AbstractContextManager, nullcontext

from corpuskit.engines import processes, serial
from corpuskit.engines.serial import Engine, Tell, Work

__all__ = ["Engine", "Tell", "Work", "cores", "engine"]


def engine(jobs: int) -> AbstractContextManager[Engine]:
    """The engine for so many tasks at a time: this process for one, worker processes for more.

    It runs work after work; its workers end with the `with` block.
    """
    return nullcontext(serial.run) if jobs == 1 else processes.opened(jobs)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0))

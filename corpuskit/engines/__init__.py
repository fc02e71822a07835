"""Engines: run work over a list of tasks and give the results in the order of the tasks.

To add one: write its file with a function of the type `Engine`, and choose it in `engine`.
"""

import os
from contextlib import AbstractContextManager, nullcontext
from functools import partial

from corpuskit.engines import processes, serial, threads
from corpuskit.engines.serial import Engine, Tell, Work

__all__ = ["Engine", "Tell", "Work", "cores", "engine", "threads_for"]


def engine(jobs: int) -> AbstractContextManager[Engine]:
    """The engine for so many tasks at a time: this process for one, worker processes for more.

    It runs work after work; its workers end with the `with` block.
    """
    return nullcontext(serial.run) if jobs == 1 else processes.opened(jobs)


def threads_for(tasks: int) -> Engine:
    """The engine for so many tasks that spend their time outside the interpreter, in threads of this process."""
    jobs = min(tasks, cores())
    return serial.run if jobs <= 1 else partial(threads.run, jobs=jobs)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0))

"""Engines: run work over a list of tasks and give the results in the order of the tasks.

To add one: write its file with a function of the type `Engine`, and choose it in `engine_for`.
"""

import os
from functools import partial

from corpuskit.engines import processes, serial, threads
from corpuskit.engines.serial import Engine, Tell, Work

__all__ = ["Engine", "Tell", "Work", "cores", "engine_for", "threads_for"]


def engine_for(jobs: int) -> Engine:
    """The engine for so many tasks at a time: this process for one, worker processes for more."""
    return serial.run if jobs == 1 else partial(processes.run, jobs=jobs)


def threads_for(tasks: int) -> Engine:
    """The engine for so many tasks that spend their time outside the interpreter, in threads of this process."""
    jobs = min(tasks, cores())
    return serial.run if jobs <= 1 else partial(threads.run, jobs=jobs)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0))

"""Several tasks at a time, each in a worker process; results in the order of the tasks.

A worker is a fresh interpreter, so that neither threads nor the caller's `__main__` reach it, and it ends when
its connection closes. Work goes to it once, then one task after the other; rows never cross.
"""

import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe, wait
from typing import Any, NamedTuple

from corpuskit.engines.serial import Tell, Work
from corpuskit.errors import WorkerLost

# So many tasks for each worker may be begun before the result that is due is there: that bounds memory.
_AHEAD = 4


class _Worker(NamedTuple):
    """A worker process and the line to it."""

    process: subprocess.Popen[bytes]
    line: Connection


def run(work: Work, tasks: Iterable[Any], tell: Tell, *, jobs: int) -> Iterator[Any]:
    """The result of each task in their order, at most `jobs` of them running.

    An exception of a task is raised in its turn. Raises WorkerLost, naming the task, where a worker died.
    """
    crew: list[_Worker] = []
    try:
        yield from _run(work, tasks, tell, jobs, crew)
    finally:
        for worker in crew:
            _dismiss(worker)


def _run(work: Work, tasks: Iterable[Any], tell: Tell, jobs: int, crew: list[_Worker]) -> Iterator[Any]:
    waiting = enumerate(tasks)
    idle: list[_Worker] = []
    busy: dict[Connection, tuple[_Worker, int, Any]] = {}
    results: dict[int, Any] = {}
    begun = due = 0
    while True:
        while begun - due < jobs * _AHEAD and (idle or len(crew) < jobs):
            number, task = next(waiting, (None, None))
            if number is None:
                break
            worker = idle.pop() if idle else _hire(work, crew)
            busy[worker.line] = (worker, number, task)
            with suppress(BrokenPipeError):  # it died: its line tells below
                worker.line.send(task)
            begun = number + 1
        if due in results:
            yield _result(results.pop(due))
            due += 1
            continue
        if not busy:
            return
        for line in wait(list(busy)):
            worker, number, task = busy[line]  # type: ignore[index]  # only connections are waited for
            try:
                done, value = worker.line.recv()
            except (EOFError, ConnectionResetError):
                raise _lost(worker, task) from None
            if done is None:
                tell(value)
            else:
                results[number] = (done, value)
                idle.append(worker)
                del busy[worker.line]


def _result(answer: tuple[bool, Any]) -> Any:
    done, value = answer
    if not done:
        raise value
    return value


def _hire(work: Work, crew: list[_Worker]) -> _Worker:
    here, there = Pipe()
    # The parent's search path, so that the worker runs the same corpuskit, wherever it was imported from.
    code = (
        f"import sys; sys.path[:] = {sys.path!r}\n"
        f"from corpuskit.engines.worker import serve; serve({there.fileno()})"
    )
    with there:
        process = subprocess.Popen(  # noqa: S603 - this interpreter, and code that stands here
            [sys.executable, "-c", code], pass_fds=[there.fileno()], stdin=subprocess.DEVNULL
        )
    worker = _Worker(process, here)
    crew.append(worker)
    with suppress(BrokenPipeError):
        here.send(work)
    return worker


def _dismiss(worker: _Worker) -> None:
    worker.line.close()
    worker.process.kill()
    worker.process.wait()


def _lost(worker: _Worker, task: Any) -> WorkerLost:
    code = worker.process.wait()
    name = signal.Signals(-code).name if code < 0 else None
    return WorkerLost(str(task), f"was killed by {name}" if name else f"ended with code {code}")

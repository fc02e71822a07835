"""Several tasks at a time, each in a worker process; results in the order of the tasks.

A worker is a fresh interpreter, so that neither threads nor the caller's `__main__` reach it, and it ends when
its connection closes. Work goes to it once, then one task of it after the other; rows never cross.
"""

import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, Pipe, wait
from typing import Any, NamedTuple

from corpuskit.engines.serial import Engine, Tell, Work
from corpuskit.errors import WorkerLost

# So many tasks for each worker may be begun before the result that is due is there: that bounds memory.
_AHEAD = 4


class _Worker(NamedTuple):
    """A worker process and the line to it."""

    process: subprocess.Popen[bytes]
    line: Connection


@contextmanager
def opened(jobs: int) -> Iterator[Engine]:
    """An engine of at most `jobs` workers, which begin as tasks come and stay for the work that follows.

    An exception of a task is raised in its turn. Raises WorkerLost, naming the task, where a worker died.
    """
    crew = _Crew(jobs)
    try:
        yield crew.run
    finally:
        for worker in crew.workers:
            _dismiss(worker)


@dataclass(slots=True)
class _Crew:
    """The workers, and those of them that wait for a task."""

    jobs: int
    workers: list[_Worker] = field(default_factory=list)
    idle: list[_Worker] = field(default_factory=list)

    def run(self, work: Work, tasks: Iterable[Any], tell: Tell) -> Iterator[Any]:
        """The result of each task in their order."""
        waiting = enumerate(tasks)
        briefed: set[_Worker] = set()
        busy: dict[Connection, tuple[_Worker, int, Any]] = {}
        results: dict[int, Any] = {}
        begun = due = 0
        while True:
            while begun - due < self.jobs * _AHEAD and (self.idle or len(self.workers) < self.jobs):
                number, task = next(waiting, (None, None))
                if number is None:
                    break
                worker = self.idle.pop() if self.idle else self._hire()
                busy[worker.line] = (worker, number, task)
                with suppress(BrokenPipeError):  # it died: its line tells below
                    if worker not in briefed:
                        briefed.add(worker)
                        worker.line.send((True, work))
                    worker.line.send((False, task))
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
                    self.idle.append(worker)
                    del busy[worker.line]

    def _hire(self) -> _Worker:
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
        self.workers.append(_Worker(process, here))
        return self.workers[-1]


def _result(answer: tuple[bool, Any]) -> Any:
    done, value = answer
    if not done:
        raise value
    return value


def _dismiss(worker: _Worker) -> None:
    worker.line.close()
    worker.process.kill()
    worker.process.wait()


def _lost(worker: _Worker, task: Any) -> WorkerLost:
    code = worker.process.wait()
    name = signal.Signals(-code).name if code < 0 else None
    return WorkerLost(str(task), f"was killed by {name}" if name else f"ended with code {code}")

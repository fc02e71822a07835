"""Several tasks at a time, each in a thread: for work outside the interpreter, such as digests of files."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from threading import Event
from typing import Any

from corpuskit.engines.serial import Tell, Work


class _GivenUp(Exception):
    """Nobody waits for the result any more."""


def run(work: Work, tasks: Iterable[Any], tell: Tell, *, jobs: int) -> Iterator[Any]:
    """The result of each task in their order; an exception of a task is raised in its turn.

    All is said in the caller's thread. A task is given up where it says something and nobody waits any more.
    """
    answers: SimpleQueue[tuple[int | None, bool, Any]] = SimpleQueue()
    given_up = Event()

    def said(value: Any) -> None:
        if given_up.is_set():
            raise _GivenUp
        answers.put((None, True, value))

    def answer(number: int, task: Any) -> None:
        try:
            answers.put((number, True, work(task, said)))
        except BaseException as error:  # noqa: BLE001 - it is raised in its turn
            answers.put((number, False, error))

    results: dict[int, tuple[bool, Any]] = {}
    pool = ThreadPoolExecutor(jobs)
    try:
        begun = 0
        for begun, task in enumerate(tasks, 1):
            pool.submit(answer, begun - 1, task)
        for due in range(begun):
            while due not in results:
                number, done, value = answers.get()
                if number is None:
                    tell(value)
                else:
                    results[number] = done, value
            done, value = results.pop(due)
            if not done:
                raise value
            yield value
    finally:
        given_up.set()
        pool.shutdown(cancel_futures=True)

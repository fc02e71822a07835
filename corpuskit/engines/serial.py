"""One task after the other, in this process."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

# Takes what a task has to say while it runs, such as how far it is.
Tell = Callable[[Any], None]
# (task, tell) -> result. Work, tasks and results are picklable, for engines elsewhere.
Work = Callable[[Any, Tell], Any]
# (work, tasks, tell) -> results in the order of the tasks.
Engine = Callable[[Work, Iterable[Any], Tell], Iterator[Any]]


def run(work: Work, tasks: Iterable[Any], tell: Tell) -> Iterator[Any]:
    """The result of each task, as soon as it is there."""
    return (work(task, tell) for task in tasks)

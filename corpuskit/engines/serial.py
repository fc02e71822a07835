"""One task after the other, in this process."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

# (function, tasks) -> results in task order. Function and tasks are picklable, for engines elsewhere.
Engine = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]


def run(function: Callable[[Any], Any], tasks: Iterable[Any]) -> Iterator[Any]:
    """The result of each task, as soon as it is there."""
    return map(function, tasks)

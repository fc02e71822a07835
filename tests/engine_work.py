"""Work for tests/test_engines.py, in a module that worker processes can import."""

import os
import signal
import time
from collections.abc import Callable
from typing import Any

from corpuskit.errors import DamagedInput


def work(task: tuple[Any, ...], tell: Callable[[Any], None]) -> Any:
    """Do what the task names."""
    name, *arguments = task
    tell(arguments)
    return WORK[name](*arguments)


def divmod_of(task: tuple[int, int], tell: Callable[[Any], None]) -> tuple[int, int]:
    """Another work."""
    return divmod(*task)


def _damaged(file: str, offset: int) -> None:
    raise DamagedInput(file, "damaged", None, offset)


def _process(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def _die(number: int) -> None:
    os.kill(os.getpid(), number)


WORK: dict[str, Callable[..., Any]] = {
    "sleep": time.sleep,
    "divmod": divmod,
    "damaged": _damaged,
    "process": _process,
    "die": _die,
    "exit": os._exit,
    "bytes": bytes,
    "signals": lambda: [n for n in (signal.SIGINT,) if signal.getsignal(n) is signal.SIG_IGN],
}

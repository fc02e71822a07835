"""Engines: run a function over a list of tasks and give the results in the order of the tasks.

To add one: write its file with a `run` function and add one line to `ENGINES`.
"""

from corpuskit.engines.serial import Engine
from corpuskit.engines.serial import run as _serial

__all__ = ["ENGINES", "Engine"]

ENGINES: dict[str, Engine] = {"serial": _serial}

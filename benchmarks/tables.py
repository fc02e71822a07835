"""Prints what benchmarks measured: the setting, and tables in Markdown."""

import os
import statistics
import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import version


def show_setting(packages: Sequence[str]) -> None:
    """Print what the figures hang on: versions, cores, and what else the machine had to do."""
    print(", ".join(f"{name} {version(name)}" for name in packages))
    print(
        f"Python {sys.version.split()[0]}, {len(os.sched_getaffinity(0))} cores, load {load()} at the start"
    )


def load() -> str:
    """How many processes wanted a core in the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


def table(titles: str, rows: Iterable[Sequence[str]]) -> None:
    """Print a table in Markdown; the first column is text, the others are figures."""
    print(f"\n| {titles} |", "|---" + "|---:" * titles.count("|") + "|", sep="\n")
    for row in rows:
        print(f"| {' | '.join(row)} |")


def spread(shares: Sequence[float]) -> str:
    """The median of some ratios, the least and the greatest."""
    return f"{statistics.median(shares):.3f} ({min(shares):.3f} to {max(shares):.3f})"

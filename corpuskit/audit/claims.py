"""What a claim says beside what the data say."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa

from corpuskit.card.checking import innermost
from corpuskit.errors import SpecError
from corpuskit.findings import shortened

# What reading raises where a file's digest is right and its content is not what a build writes. InputError is not among
# them: a file that cannot be fetched says nothing of a release.
UNREADABLE = (
    *(OSError, pa.ArrowException, SpecError, LookupError, TypeError, ValueError, AttributeError),
    RecursionError,  # JSON that is nested without end
)


def is_file(path: Path) -> bool:
    """Whether a path is a file itself: no link, no device, no pipe that would never end."""
    return path.is_file() and not path.is_symlink()


def differing(name: str, said: Any, meant: Any) -> str:
    """The innermost place where a claim and the data differ, in words."""
    place, said, meant = innermost(name, said, meant)
    return f"{place} says {short(said)}; the data say {short(meant)}"


def short(value: Any) -> str:
    """A value as JSON, cut where it is long."""
    return shortened(json.dumps(value, ensure_ascii=False, default=str), 120)

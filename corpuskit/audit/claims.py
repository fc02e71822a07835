"""What a claim says beside what the data say."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa

from corpuskit.errors import CorpusError
from corpuskit.findings import shortened

# What reading raises where a file's digest is right and its content is not what a build writes.
UNREADABLE = (OSError, pa.ArrowException, CorpusError, LookupError, TypeError, ValueError, AttributeError)


def is_file(path: Path) -> bool:
    """Whether a path is a file itself: no link, no device, no pipe that would never end."""
    return path.is_file() and not path.is_symlink()


def differing(name: str, said: Any, meant: Any) -> str:
    """The innermost place where a claim and the data differ, in words."""
    place, said, meant = first_difference(name, said, meant)
    return f"{place} says {short(said)}; the data say {short(meant)}"


def first_difference(name: str, one: Any, other: Any) -> tuple[str, Any, Any]:
    """The innermost place where two values differ, by its path, and what stands there."""
    if isinstance(one, list) and isinstance(other, list):
        one, other = dict(enumerate(one)), dict(enumerate(other))
    if isinstance(one, dict) and isinstance(other, dict):
        key = next((k for k in sorted({*one, *other}) if one.get(k) != other.get(k)), None)
        if key is not None:
            step = f"[{key}]" if isinstance(key, int) else f".{key}"
            return first_difference(name + step, one.get(key), other.get(key))
    return name, one, other


def short(value: Any) -> str:
    """A value as JSON, cut where it is long."""
    return shortened(json.dumps(value, ensure_ascii=False, default=str), 120)

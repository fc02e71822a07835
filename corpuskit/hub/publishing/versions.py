"""Versions and their order, and the release that readers of a target find who name no version."""

import json
import re
from typing import NamedTuple

_VERSION = re.compile(r"\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?", re.ASCII)


class Latest(NamedTuple):
    """The corpus and the version that readers find who name no version."""

    name: str
    version: str


def latest_in(manifest: bytes | None) -> Latest | None:
    """What somebody's manifest.json says that it is of; None where it is no manifest of a release."""
    try:
        value = json.loads(manifest or b"{}")
        found = Latest(value["name"], value["version"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    known = all(isinstance(each, str) for each in found) and _VERSION.fullmatch(found.version)
    return found if known else None


def precedence(version: str) -> tuple[list[int], bool, list[tuple[bool, int, str]]]:
    """The key that sorts semantic versions by precedence (https://semver.org, 11)."""
    core, _, early = version.partition("+")[0].partition("-")
    parts = [(not p.isdecimal(), int(p) if p.isdecimal() else 0, p) for p in early.split(".")]
    return [int(number) for number in core.split(".")], not early, parts

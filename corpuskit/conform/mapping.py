"""The declared mapping of a source: which field of the input, or which place inside one, is which of the article."""

from collections.abc import Mapping, Sequence
from typing import Any

_MISSING = object()


def mapped(fields: Mapping[str, Any], mapping: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The mapped fields under their names in the article, and all other fields of the input.

    An origin that starts with a slash is a JSON Pointer. Several article fields may have one origin.
    """
    named, rest = {}, dict(fields)
    paths = {name: _steps(origin) for name, origin in mapping.items()}
    for name, steps in paths.items():
        value = _value(fields, steps)
        if value is not _MISSING:
            named[name] = value
    for steps in paths.values():
        rest = _without(rest, steps)
    return named, rest


def _steps(origin: str) -> Sequence[str]:
    if not origin.startswith("/"):
        return [origin]
    return [step.replace("~1", "/").replace("~0", "~") for step in origin.split("/")[1:]]


def _value(at: Any, steps: Sequence[str]) -> Any:
    for step in steps:
        if isinstance(at, dict):
            at = at.get(step, _MISSING)
        elif isinstance(at, list) and step.isascii() and step.isdigit() and int(step) < len(at):
            at = at[int(step)]
        else:
            return _MISSING
    return at


def _without(at: Any, steps: Sequence[str]) -> Any:
    """A value without the member at a place, nor the objects that this empties; items of arrays stay."""
    step, *inner = steps
    if not isinstance(at, dict) or step not in at:
        return at
    kept = {key: value for key, value in at.items() if key != step}
    if inner and (left := _without(at[step], inner)) != {}:
        return at if left is at[step] else at | {step: left}
    return kept if not inner or at[step] != {} else at

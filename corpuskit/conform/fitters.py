"""From a JSON value to the value of a column, exactly or not at all."""

import json
from collections.abc import Callable
from typing import Any

from corpuskit import timestamps
from corpuskit.readers.dialect import Printed, dump_printed
from corpuskit.shapes import Kind, Shape

_INT64 = range(-(2**63), 2**63)


class Misfit(Exception):
    """A value that its column cannot hold."""

    def __init__(self, pointer: str, message: str) -> None:
        super().__init__(pointer, message)
        self.pointer, self.message = pointer, message


Fit = Callable[[Any], Any]


def fitter(shape: Shape) -> Fit:
    """A function from a JSON value to the value of a column, raising Misfit; null is null everywhere.

    A number may also come as it was printed.
    """
    fit = _FITTERS[shape.kind](shape)
    return lambda value: None if value is None else fit(value)


def holds_json(shape: Shape) -> bool:
    """Whether a column stores JSON text, itself or inside."""
    inner = [shape.item] if shape.item else shape.members.values()
    return shape.kind == "json" or any(map(holds_json, inner))


def escaped(step: str) -> str:
    """A step of a JSON Pointer."""
    return step.replace("~", "~0").replace("/", "~1")


def _fit_string(value: Any) -> Any:
    if type(value) is not str:
        raise Misfit("", "is not a string")
    return value


def _plain(value: Any) -> Any:
    return json.loads(value) if type(value) is Printed else value


def _fit_integer(value: Any) -> Any:
    value = _plain(value)
    # JSON Schema counts 1.0 as an integer; a column of integers stores it as 1.
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is not int:
        raise Misfit("", "is not an integer")
    if value not in _INT64:
        raise Misfit("", "is an integer beyond 64 bits, which the column cannot hold exactly")
    return value


def _fit_number(value: Any) -> Any:
    value = _plain(value)
    if type(value) is float:
        return value
    if type(value) is not int:
        raise Misfit("", "is not a number")
    try:
        exact = int(float(value)) == value
    except OverflowError:
        exact = False
    if not exact:
        raise Misfit("", "is an integer that a 64-bit float cannot hold exactly")
    return float(value)


def _fit_boolean(value: Any) -> Any:
    if type(value) is not bool:
        raise Misfit("", "is not a boolean")
    return value


def _fit_instant(value: Any) -> Any:
    instant = timestamps.instant(value) if type(value) is str else None
    if instant is None:
        raise Misfit("", "is not an RFC 3339 date-time")
    if timestamps.is_finer(value):
        raise Misfit("", "has digits below the microsecond, which the column cannot hold")
    return instant


def _fit_json(value: Any) -> Any:
    return dump_printed(value)


def _fit_list(shape: Shape) -> Fit:
    fit = fitter(shape.item or Shape("json"))

    def fit_list(value: Any) -> Any:
        if type(value) is not list:
            raise Misfit("", "is not an array")
        return [_inside(fit, item, index) for index, item in enumerate(value)]

    return fit_list


def _fit_object(shape: Shape) -> Fit:
    members = {name: fitter(sub) for name, sub in shape.members.items()}

    def fit_object(value: Any) -> Any:
        if type(value) is not dict:
            raise Misfit("", "is not an object")
        for name in value:
            if name not in members:
                raise Misfit(f"/{escaped(name)}", "is a member that the column has no place for")
        return {name: _inside(members[name], item, name) for name, item in value.items()}

    return fit_object


def _inside(fit: Fit, value: Any, step: str | int) -> Any:
    try:
        return fit(value)
    except Misfit as misfit:
        raise Misfit(f"/{escaped(str(step))}{misfit.pointer}", misfit.message) from None


_FITTERS: dict[Kind, Callable[[Shape], Fit]] = {
    "string": lambda _: _fit_string,
    "integer": lambda _: _fit_integer,
    "number": lambda _: _fit_number,
    "boolean": lambda _: _fit_boolean,
    "instant": lambda _: _fit_instant,
    "json": lambda _: _fit_json,
    "list": _fit_list,
    "object": _fit_object,
}

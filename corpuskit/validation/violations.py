"""One broken rule as a value: where it is in the record and in the schema, and its sentence."""

from collections.abc import Iterable
from dataclasses import dataclass

import jsonschema_rs

from corpuskit.validation.sentences import GIVEN_UP, sentence


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule: where in the instance, which keyword at which place of the schema, in words."""

    pointer: str
    keyword: str
    schema_path: str
    message: str


def pointer(path: Iterable[str | int]) -> str:
    """The JSON Pointer (RFC 6901) of a path of keys and indexes."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def violation(error: jsonschema_rs.ValidationError) -> Violation:
    """What the engine says of a record, as a value."""
    path = list(error.instance_path)
    keyword = str(error.schema_path[-1]) if error.schema_path else error.kind.name
    # -rs names the rule by the keyword's place, also where that is an index or a property name.
    if keyword != error.kind.name and error.kind.name in error.schema_path:
        keyword = error.kind.name
    if (
        isinstance(error.kind, GIVEN_UP) and keyword != "pattern"
    ):  # then the place ends with the pattern itself
        keyword = "patternProperties"
    return Violation(pointer(path), keyword, pointer(list(error.schema_path)), sentence(error))

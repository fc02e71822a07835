"""One broken rule as a value: where it is in the record and in the schema, and its sentence."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import jsonschema_rs

from corpuskit.validation.sentences import keyword_of, sentence


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
    where, rule = pointer(error.instance_path), pointer(error.schema_path)
    return Violation(where, keyword_of(error), rule, sentence(error))


def violations(validator: jsonschema_rs.Validator, instance: Any, most: int) -> list[Violation]:
    """At most so many of the rules that an instance breaks, all of which the engine finds out at once."""
    found = [violation(error) for error in islice(validator.iter_errors(instance), most)]
    return (
        _with_empty_names(found, validator, instance)
        if found and isinstance(instance, dict | list) and _has_empty_name(instance)
        else found
    )


def _has_empty_name(value: Any) -> bool:
    if isinstance(value, dict) and "" in value:
        return True
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, dict | list) and _has_empty_name(item):
            return True
    return False


def _with_empty_names(
    found: list[Violation], validator: jsonschema_rs.Validator, instance: Any
) -> list[Violation]:
    """The violations with empty names in their places, which the engine leaves out of all but its evaluation."""
    places: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for told in validator.evaluate(instance).errors():
        where, rule = told["instanceLocation"], told["schemaLocation"].rpartition("#")[2]
        places.setdefault((_without_empty(where), _without_empty(rule)), []).append((where, rule))
    corrected = []
    for each in found:
        known = places.get((each.pointer, each.schema_path))
        where, rule = (
            (known.pop(0) if len(known) > 1 else known[0]) if known else (each.pointer, each.schema_path)
        )
        corrected.append(replace(each, pointer=where, schema_path=rule))
    return corrected


def _without_empty(pointer: str) -> str:
    return "".join(f"/{step}" for step in pointer.split("/") if step)

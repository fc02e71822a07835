"""The limits of a verdict and of an explanation, as rules that count: docs/validation-rules.md has them in words."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

from corpuskit.validation.ways import Ways

# A schema beyond these is refused. In large published ones rules apply in up to 1.5 million ways.
MOST_WAYS = 100_000_000
MOST_IN_PLACE = 1_000
MOST_REFERENCES = 10_000
# A record beyond these is not judged: ways times values take hours, and so many nested rules all of the stack.
MOST_STEPS = 10**12
MOST_FRAMES = 40_000
# The engine compares whole numbers beyond 64 bits in pairs, and looks behind from each character.
MOST_BIG_NUMBERS = 2_000
LONGEST_LOOKED_BEHIND = 50_000
# Errors of alternatives hold each other: so deep they may be nested.
MOST_NESTED = 300
# So many errors are made at most to tell the first thousand; the engine makes all before it gives one.
MOST_ERRORS = 100_000

_LARGEST = 2**63
# More values a record of the largest size that is read cannot have.
_ANY_RECORD = 40_000_000
_DEEPEST = 500
_SHALLOW = 8


def refusal(ways: Ways) -> str | None:
    """Why no record can be judged by a schema within bounds, None where it can."""
    if ways.most > MOST_WAYS:
        return f"applies its rules to one place in more than {MOST_WAYS:,} ways: its references multiply."
    if ways.chain > MOST_IN_PLACE:
        return f"applies more than {MOST_IN_PLACE:,} nested rules to one and the same place."
    if ways.longest > MOST_REFERENCES:
        return f"has a chain of more than {MOST_REFERENCES:,} schemas, each inside or referred to by the one before."
    return None


def judges_all(ways: Ways) -> bool:
    """Whether every record that can be read is judged, as by nearly all schemas."""
    within = MOST_STEPS // ways.most >= _ANY_RECORD and MOST_FRAMES // ways.chain >= _DEEPEST
    return within and "uniqueItems" not in ways.keywords and not ways.behind


def too_much(ways: Ways, instance: Any) -> str | None:
    """Why one record is not judged, None where it is."""
    if judges_all(ways):
        return None
    unique = "uniqueItems" in ways.keywords
    most = MOST_STEPS // ways.most
    deepest = MOST_FRAMES // ways.chain
    values, big = 0, 0
    for depth, level in enumerate(levels(instance, most)):
        values += len(level)
        if depth > deepest:
            return f"is nested deeper than the {deepest} levels to which the schema's nested rules can be applied"
        if values > most:
            return f"has more than the {most:,} values to which the schema's rules can be applied in all their ways"
        if unique:
            big += sum(type(each) is int and not -_LARGEST <= each < _LARGEST for each in level)
            if big > MOST_BIG_NUMBERS:
                return f"has more than {MOST_BIG_NUMBERS:,} integers beyond 64 bits, which uniqueItems would compare"
        if ways.behind and any(type(each) is str and len(each) > LONGEST_LOOKED_BEHIND for each in level):
            return f"has a string of more than {LONGEST_LOOKED_BEHIND:,} characters, where a pattern looks behind"
    return None


def is_small(ways: Ways, instance: Any) -> bool:
    """Whether the engine may make all errors that there can be at once."""
    if ways.chain * _SHALLOW <= MOST_NESTED:
        most = max(ways.at(depth) for depth in range(_SHALLOW + 1))
        if most * _burden(instance, _SHALLOW) <= MOST_ERRORS:
            return True  # as of nearly all records: told without counting level by level
    left = MOST_ERRORS
    for depth, level in enumerate(levels(instance, left)):
        at = ways.at(depth)
        if len(level) * at > left or ways.chain * depth > MOST_NESTED:
            return False
        left -= at * sum(map(_weight, level))
        if left < 0:
            return False
    return True


def _burden(value: Any, left: int) -> int:
    """The weight of a value with all that is inside it; more than any limit where that is nested any deeper."""
    kind = type(value)
    if kind is not dict and kind is not list:
        return _weight(value)
    if not left:
        return MOST_ERRORS + 1
    burden = 1 + sum(map(_weight, value)) if kind is dict else 1
    for item in value.values() if kind is dict else value:
        burden += 1 if item is None or item is True else _burden(item, left - 1)
        if burden > MOST_ERRORS:
            break
    return burden


def levels(instance: Any, most: int) -> Iterator[list[Any]]:
    """The values of a record level by level, keys among those below; of a level one more than `most` at most."""
    level: list[Any] = [instance]
    while level:
        yield level
        level = list(islice(chain.from_iterable(map(_inside, level)), most + 1))


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return chain(value, value.values())
    return value if isinstance(value, list) else ()


def _weight(value: Any) -> int:
    """How many errors about small values one error about this value is worth: it is written out in each."""
    if isinstance(value, str):
        return 1 + len(value) // 1000
    return 1 + value.bit_length() // 64 if type(value) is int else 1

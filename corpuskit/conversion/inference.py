"""The Arrow type of columns by their values alone: one type a column, or none.

string, int64, double and bool as JSON has them, lists and structs of these. Nulls and absent members have no type. An
integer and a number with a fraction are two types, and so is anything else that is not the same: nothing is widened.
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import pyarrow as pa
import pyarrow.types as is_a

from corpuskit.conversion.decoding import Misfit, word

_NONE = type(None)
_SIMPLE = {str: pa.string(), bool: pa.bool_(), float: pa.float64()}
_FIRST, _LAST = -(2**63), 2**63 - 1


class TwoTypes(Misfit):
    """Values of two types in one column; `words` are both, the later one first."""

    def __init__(self, path: str, words: tuple[str, str]) -> None:
        super().__init__(path, f"is {words[0]} here and {words[1]} before")
        self.words = words


def type_of(values: Sequence[Any], path: str) -> Any:
    """The type of some values; null where all are null. Raises Misfit, or TwoTypes."""
    kinds = dict.fromkeys(map(type, values))
    kinds.pop(_NONE, None)
    if not kinds:
        return pa.null()
    first, *others = kinds
    if others:
        pair = [next(value for value in values if type(value) is kind) for kind in (others[0], first)]
        raise TwoTypes(path, (word(pair[0]), word(pair[1])))
    there = [value for value in values if value is not None]
    if first is list:
        return pa.list_(type_of(list(chain.from_iterable(there)), f"{path}[]"))
    if first is dict:
        return pa.struct(list(types_of(there, f"{path}.").items()))
    if first is int:
        beyond = max(there) if max(there) > _LAST else min(there)
        if not _FIRST <= beyond <= _LAST:
            raise Misfit(path, f"is the integer {str(beyond)[:60]}, which 64 bits do not hold")
        return pa.int64()
    return _SIMPLE[first]


def types_of(rows: Sequence[Mapping[str, Any]], prefix: str = "") -> dict[str, Any]:
    """The type of each member of some objects, in the order in which they come first."""
    names = dict.fromkeys(chain.from_iterable(rows))
    return {name: type_of([row.get(name) for row in rows], prefix + name) for name in names}


def merged(known: Any, new: Any, path: str) -> Any:
    """The one type of a column of which earlier values had one type, and later ones another. Raises TwoTypes."""
    if known == new or is_a.is_null(new):
        return known
    if is_a.is_null(known):
        return new
    if is_a.is_list(known) and is_a.is_list(new):
        return pa.list_(merged(known.value_type, new.value_type, f"{path}[]"))
    if is_a.is_struct(known) and is_a.is_struct(new):
        before, after = ({field.name: field.type for field in kind} for kind in (known, new))
        return pa.struct(list(all_merged(before, after, f"{path}.").items()))
    raise TwoTypes(path, (_word_of(new), _word_of(known)))


def all_merged(known: Mapping[str, Any], new: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """The types of the columns of both, those that are new behind the known ones. Raises TwoTypes."""
    found = dict(known)
    for name, kind in new.items():
        found[name] = merged(known[name], kind, prefix + name) if name in known else kind
    return found


_SAMPLES: tuple[tuple[Any, Any], ...] = (
    (is_a.is_list, []),
    (is_a.is_struct, {}),
    (is_a.is_string, ""),
    (is_a.is_boolean, True),
    (is_a.is_integer, 0),
    (is_a.is_floating, 0.5),
)


def _word_of(kind: Any) -> str:
    """What the values of an inferred type are in JSON."""
    return word(next(sample for fits, sample in _SAMPLES if fits(kind)))

"""From the strings of a table to the values that the columns of a schema take: exactly, or not at all.

A table of strings has no types, and none are guessed. Where the schema says that a column holds numbers or
booleans, a cell that is written as JSON writes these is such a value; any other stays the string that it is, for
the verdict to see.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from corpuskit.readers.dialect import Malformed, parse_value
from corpuskit.schema import ADDED_AFTER, ADDED_BEFORE, ArticleSchema, property_shapes
from corpuskit.shapes import Kind, Shape

_BLANK = " \t\r\n"


@dataclass(frozen=True, slots=True)
class Cells:
    """Which columns of a schema take what.

    `kinds` are those of the columns that take no strings; `declared` are all columns, `texts` those that must have
    a string and get it from nowhere else.
    """

    kinds: Mapping[str, Kind]
    declared: frozenset[str]
    texts: frozenset[str]

    @classmethod
    def of(cls, schema: ArticleSchema) -> "Cells":
        """The cells of the articles of a schema."""
        return cls._of(schema.columns, schema.required)

    @classmethod
    def of_document(cls, document: Any) -> "Cells":
        """The cells of the records of a JSON Schema."""
        return cls._of(*property_shapes(document))

    @classmethod
    def _of(cls, shapes: Mapping[str, Shape], required: frozenset[str]) -> "Cells":
        kinds = {name: shape.kind for name, shape in shapes.items() if shape.kind in _IS}
        strings = {name for name in required if name in shapes and shapes[name].kind == "string"}
        return cls(kinds, frozenset(shapes), frozenset(strings.difference(ADDED_BEFORE, ADDED_AFTER)))

    def typed(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The fields with the values that their columns take.

        An empty cell (None) is an empty string where a string must be, else no value; a column that the schema does
        not know keeps it.
        """
        values: dict[str, Any] = {}
        for name, cell in fields.items():
            if cell is None and name in self.declared:
                if name in self.texts:
                    values[name] = ""
            else:
                kind = self.kinds.get(name)
                values[name] = cell if kind is None else _value(cell, kind)
        return values


_IS: Mapping[Kind, Callable[[Any], bool]] = {
    "integer": lambda value: type(value) is int or (type(value) is float and value.is_integer()),
    "number": lambda value: type(value) in {int, float},
    "boolean": lambda value: type(value) is bool,
}


def _value(cell: Any, kind: Kind) -> Any:
    """The value that a cell spells in JSON, if it is of a kind; else the cell."""
    if type(cell) is not str or cell != cell.strip(_BLANK):
        return cell
    try:
        value = parse_value(cell.encode(), 1)
    except Malformed:
        return cell
    return value if _IS[kind](value) else cell

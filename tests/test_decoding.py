"""From JSON to Arrow of a known type: the way back of every value, and no value of another type."""

from typing import Any

import pyarrow as pa
from arrow_strategies import logical, tables
from hypothesis import HealthCheck, given, settings

from corpuskit.conversion.decoding import decoder
from corpuskit.readers.arrow_values import form
from corpuskit.readers.dialect import parse_object


def _lines(table: Any) -> list[bytes]:
    made = form(table.schema, table.schema, is_text=False)
    return [row.json for batch in table.to_batches() for row in made.rows(batch, batch)]


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(tables())
def test_every_value_comes_back(table: Any) -> None:
    """Of all types, three deep, with extreme values: type and value are those that were."""
    rows = [parse_object(line, 64) for line in _lines(table)]
    again = [decoder(field)([row[field.name] for row in rows]) for field in table.schema]
    found = pa.Table.from_arrays(again, schema=table.schema)
    found.validate(full=True)
    assert logical(found) == logical(table)

"""What a form cannot hold of some columns: refused before anything is written, or taken as a loss and listed."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as is_a

from corpuskit.conversion.forms import FORMS
from corpuskit.conversion.type_table import NESTED, Refusal, refusals
from corpuskit.errors import CannotHold
from corpuskit.readers.arrow_values import NoForm, form, shown

_LOSSY = "--lossy converts it all the same, and lists what is lost; --columns leaves columns out."
_LEFT_OUT = "Nothing stands for it: leave the column out with --columns."


class Plan(NamedTuple):
    """The schema that is written, what is lost with it, and how to make a batch of it of one that was read."""

    schema: Any
    losses: tuple[str, ...]
    changes: tuple[tuple[int, Callable[[Any], Any]], ...] = ()

    def applied(self, table: Any) -> Any:
        """A table with the columns that are written."""
        for index, change in self.changes:
            made = pa.chunked_array(
                [change(chunk) for chunk in table.column(index).chunks], self.schema.field(index).type
            )
            table = table.set_column(index, self.schema.field(index), made)
        return table


def plan(schema: Any, name: str, *, lossy: bool) -> Plan:
    """How rows of a schema are written in a form. Raises CannotHold, which names every column that it cannot hold."""
    title, cells, _ = FORMS[name]
    if cells is None:
        return Plan(schema, ())
    found = [(index, list(refusals(field, cells))) for index, field in enumerate(schema)]
    wrong = [(index, each) for index, each in found if each]
    if wrong and not lossy:
        raise _refused(title, [refusal for _, each in wrong for refusal in each], _LOSSY)
    losses, changes = [], []
    for index, each in wrong:
        field = schema.field(index)
        made = _stand_in(field, each)
        if made is None:
            raise _refused(title, each, _LEFT_OUT)
        kind, becomes, change = made
        schema = schema.set(index, field.with_type(kind))
        losses.append(f"{shown(field.name)} is of the type {field.type}: it becomes {becomes}")
        changes.append((index, change))
    return Plan(schema, tuple(losses), tuple(changes))


def _refused(title: str, each: Sequence[Refusal], hint: str) -> CannotHold:
    told = "; ".join(f"{shown(refusal.path)} {refusal.why}" for refusal in each[:20])
    more = f"; and {len(each) - 20} more" if len(each) > 20 else ""
    return CannotHold(f"{title} cannot hold these columns: {told}{more}.", hint=hint)


def _stand_in(field: Any, each: Sequence[Refusal]) -> tuple[Any, str, Callable[[Any], Any]] | None:
    """What a column becomes, in words too, and how; None where nothing stands for it."""
    if each[0].path == field.name and each[0].why == NESTED:
        try:
            return pa.large_string(), "its JSON text", _json_text(field)
        except NoForm:
            return None
    kind = each[0].instead
    if each[0].path != field.name or kind is None:
        return None
    if is_a.is_run_end_encoded(field.type):
        return kind, str(kind), pc.run_end_decode
    return kind, str(kind), lambda chunk: chunk.cast(kind)


def _json_text(field: Any) -> Callable[[Any], Any]:
    schema = pa.schema([field.with_name("x")])
    made = form(schema, schema, is_text=False)
    start = len('{"x":')

    def texts(chunk: Any) -> Any:
        batch = pa.RecordBatch.from_arrays([chunk], schema=schema)
        rows = zip(made.rows(batch, batch), chunk.is_valid().to_pylist(), strict=True)
        return pa.array(
            [row.json[start:-1].decode() if valid else None for row, valid in rows], pa.large_string()
        )

    return texts

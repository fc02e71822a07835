"""Reads the Arrow and JSON Lines files of a release and compares their rows with those of the Parquet files."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from typing import Any, BinaryIO

from corpuskit import parquet
from corpuskit.audit.claims import UNREADABLE, short
from corpuskit.audit.rows import schema_of
from corpuskit.findings import Finding, finding
from corpuskit.forms import ARROW_STATE, FORMS, form_documents, regrouped
from corpuskit.layout import ARROW, form_name
from corpuskit.likeness import differences, values_digest
from corpuskit.places import Place


def unusable_forms(files: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What no build writes into a manifest about the forms of its data files, in sentences."""
    files = list(files)
    for form in FORMS:
        found = {entry["path"]: _stated(entry) for entry in files if entry["role"] == form}
        meant = {form_name(e["path"], form): _stated(e) for e in files if e["role"] == "data"}
        for path in sorted({*found, *meant}) if found else ():
            if found.get(path) != meant.get(path):
                yield f"{path} is not what the data files give: one file of {form} each, of its split and rows"


def _stated(entry: Mapping[str, Any]) -> tuple[Any, Any]:
    return entry.get("split"), entry.get("rows")


def form_findings(release: Place, manifest: Mapping[str, Any]) -> Iterator[Finding]:
    """Whatever the files of a form hold otherwise than the Parquet files, or the documents say otherwise of them."""
    files = manifest["files"]
    forms = [form for form in FORMS if any(entry["role"] == form for entry in files)]
    if not forms:
        return
    try:
        schema = schema_of(release, manifest).arrow
    except UNREADABLE:  # the schema itself is a finding by now
        return
    for entry in (entry for entry in files if entry["role"] == "data"):
        for form in forms:
            name = form_name(entry["path"], form)
            try:
                with release.open(entry["path"]) as data, release.open(name) as source:
                    yield from _rows(data, source, form, schema, name)
            except UNREADABLE as error:
                yield finding("wrong-content", f"it cannot be read: {error}", file=name)
    if ARROW in forms:
        yield from _documents(release, schema, files)


def _rows(data: BinaryIO, source: BinaryIO, form: str, schema: Any, name: str) -> Iterator[Finding]:
    """The first difference between the rows of a Parquet file and those of its other form."""
    counts = parquet.group_rows(data)
    found = regrouped(FORMS[form].read(source, schema), counts, schema)
    at = 0
    for meant, table in zip_longest(parquet.read_groups(data), found):
        rows = [0 if each is None else each.num_rows for each in (meant, table)]
        if rows[0] != rows[1]:
            message = f"{at + rows[1]} rows or more; the Parquet file has {sum(counts)}"
            if rows[1] < rows[0]:
                message = f"{at + rows[1]} rows; the Parquet file has {sum(counts)}"
            yield finding("wrong-content", message, file=name)
            return
        if values_digest(meant) != values_digest(table):
            for column, row in differences(meant, table):
                values = (short(each[column][row].as_py()) for each in (table, meant))
                message = "row {:,}, column `{}`: {}; the Parquet file has {}".format(
                    at + row, column, *values
                )
                yield finding("wrong-content", message, file=name, id=meant["id"][row].as_py())
                return
        at += rows[0]


def _documents(release: Place, schema: Any, files: Iterable[Mapping[str, Any]]) -> Iterator[Finding]:
    """The documents beside the Arrow files say which they are."""
    meant = form_documents(schema, files)
    found = {entry["path"] for entry in files if entry["role"] == ARROW_STATE}
    for path in sorted({*meant, *found}):
        if path not in found:
            yield finding("wrong-claim", "it is not among the files of the manifest", file=path)
        elif path not in meant or release.read(path) != meant[path]:
            yield finding("wrong-claim", "it does not say which Arrow files there are", file=path)

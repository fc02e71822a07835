"""Records become articles: what fits stays, what does not goes to `extra` or before the verdict, nothing is lost."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.conform import Article, Conformer
from corpuskit.digests import record_id
from corpuskit.phases.map import Judged, MapContext, judged
from corpuskit.provenance import Limits, Place, Source
from corpuskit.readers.dialect import parse_object
from corpuskit.readers.encodings import recode
from corpuskit.readers.records import Edit, Record
from corpuskit.schema import ArticleSchema, article_schema, built_in
from corpuskit.spec import Dedup, Splits
from corpuskit.validation import compile_schema

BUILT_IN = built_in()
JAKARTA = {"timezone": "Asia/Jakarta"}


def own(properties: Mapping[str, Any], text: tuple[str, ...] = ("text",), **more: Any) -> ArticleSchema:
    """A user's own schema with these properties besides `text`."""
    properties = {"text": {"type": "string"}, **properties}
    document = {"type": "object", "properties": properties, "required": ["text"], **more}
    return article_schema(document, text=text, file=Path("own.schema.json"))


def conform(record: Mapping[str, Any] | str | bytes, schema: ArticleSchema = BUILT_IN, **more: Any) -> Judged:
    """A record, given as its JSON or as a dict, conformed and judged."""
    identifier = more.pop("identifier", None)
    source = Source("sumber", 0, (), **{"license": "CC-BY-4.0", "language": "id", "reader": "jsonl"} | more)
    text = record if isinstance(record, str | bytes) else json.dumps(record, ensure_ascii=False)
    raw = text if isinstance(text, bytes) else text.encode()
    fields = parse_object(recode(raw, source.encoding), 64)
    located = Record(Place("a.jsonl", 0, len(raw), 1, None, ""), raw, fields, identifier=identifier)
    context = MapContext(schema, compile_schema(schema.document), Limits(), Dedup(), Splits())
    (outcome,) = judged(iter([located]), Conformer.of(schema, source), context, "jsonl")
    assert fields == parse_object(recode(raw, source.encoding), 64), "the record was changed"
    return outcome


def kept(*arguments: Any, **more: Any) -> Article:
    """The article of a record that must be kept."""
    outcome = conform(*arguments, **more)
    assert outcome.published is not None, outcome.findings
    return outcome.published


def extra(made: Article) -> Any:
    """What is in `extra`, numbers as they are printed there."""
    return json.loads(made.row["extra"], parse_int=str, parse_float=str) if "extra" in made.row else None


def kinds(outcome: Judged) -> list[tuple[str, str | None]]:
    """Kind and pointer of each finding."""
    return [(finding.kind, finding.pointer) for finding in outcome.findings]


# --- mapping ---


def test_fields_keep_their_values_and_places() -> None:
    """Known fields fill their columns, unknown ones go to `extra`."""
    made = kept({"z": [1], "id": "1", "text": "isi", "title": None, "a": {"b": "é"}, "url": "https://a.b/ü"})
    assert made.row == {
        "id": "1", "source": "sumber", "title": None, "text": "isi", "language": "id", "license": "CC-BY-4.0",
        "url": "https://a.b/ü", "extra": '{"z":[1],"a":{"b":"é"}}',
    }  # fmt: skip
    assert (made.edits, made.notes, made.problem) == ((), (), None)


@pytest.mark.parametrize(
    ("fields", "record", "row", "rest"),
    [
        ({"title": "judul", "text": "isi"}, {"judul": "J", "isi": "I"}, {"title": "J", "text": "I"}, None),
        ({"text": "/a/b"}, {"a": {"b": "I"}}, {"text": "I"}, None),
        ({"text": "/a/b"}, {"a": {"b": "I", "c": "2"}}, {"text": "I"}, {"a": {"c": "2"}}),
        ({"text": "/a/b/c"}, {"a": {"b": {"c": "I"}}}, {"text": "I"}, None),
        ({"text": "/a/b/c"}, {"a": {"b": {"c": "I"}, "d": {}}}, {"text": "I"}, {"a": {"d": {}}}),
        ({"text": "/a~1b/m~0n"}, {"a/b": {"m~n": "I"}}, {"text": "I"}, None),
        ({"text": "/a/1"}, {"a": ["0", "I"]}, {"text": "I"}, {"a": ["0", "I"]}),
        ({"text": "a.b"}, {"a.b": "I", "a": {"b": "x"}}, {"text": "I"}, {"a": {"b": "x"}}),
        ({"text": "isi", "title": "isi"}, {"isi": "I"}, {"text": "I", "title": "I"}, None),
        ({"text": "/a/b", "title": "/a/c"}, {"a": {"b": "I", "c": "J"}}, {"text": "I", "title": "J"}, None),
        ({"text": "title", "title": "text"}, {"title": "I", "text": "J"}, {"text": "I", "title": "J"}, None),
        ({"text": "isi"}, {"isi": "I", "text": "lain"}, {"text": "I"}, {"text": "lain"}),
        ({"title": "judul"}, {"text": "I", "title": "J"}, {"text": "I"}, {"title": "J"}),
        ({"title": "/judul/0"}, {"text": "I", "judul": "x"}, {"text": "I"}, {"judul": "x"}),
        ({"url": "link"}, {"text": "I", "link": "7", "url": "/u"}, {"text": "I"}, {"url": "/u"}),
        ({"topic": "tema"}, {"text": "I", "tema": "t"}, {"text": "I"}, {"topic": "t"}),
        ({"source": "media"}, {"text": "I", "media": "m"}, {"source": "sumber"}, {"media": "m"}),
        ({"extra": "lain"}, {"text": "I", "lain": "x", "y": "z"}, {}, {"lain": "x", "y": "z"}),
        (
            {},
            {"text": "I", "source": "m", "extra": {"a": "b"}},
            {"source": "sumber"},
            {"source": "m", "extra": {"a": "b"}},
        ),
        ({}, {"text": "I", "extra": None}, {}, {"extra": None}),
    ],
)
def test_mapping(fields: dict[str, str], record: dict[str, Any], row: dict[str, Any], rest: Any) -> None:
    """Mapped fields move, by name or JSON Pointer; a field whose name is taken goes to `extra` under that name."""
    made = conform(record, fields=tuple(fields.items())).article
    assert made is not None
    assert {name: made.row.get(name) for name in row} == row
    assert extra(made) == rest


def test_two_values_for_one_name_are_both_kept() -> None:
    """A mapped value that does not fit goes to `extra` under its name in the input if the other name is taken."""
    made = kept({"text": "I", "link": 1.50, "url": 7}, fields=(("url", "link"),))
    assert extra(made) == {"link": "1.5", "url": "7"}
    made = kept({"text": "I", "tema": 1.5, "topik": None}, fields=(("topik", "tema"),))
    assert extra(made) == {"topik": None, "tema": "1.5"}
    made = kept({"text": "I", "a": 1, "url": 2, "b": 3}, fields=(("url", "a"), ("a", "url")))
    assert extra(made) == {"url": "1", "a": "2", "b": "3"}
    made = kept({"text": "I", "x": 1, "url": 2, "b": 3}, fields=(("url", "x"), ("b", "url")))
    assert extra(made) == {"b": "3", "url": "1", "url~": "2"}
    made = kept({"text": "I", "x": [], "/x": 1, "url": 2}, fields=(("url", "/x"),))
    assert extra(made) == {"url": "2", "/x": [], "/x~": "1"}
    made = kept('{"text":"I","meta":{"lisensi":1.50},"license":2.0}', fields=(("license", "/meta/lisensi"),))
    assert extra(made) == {"license": "2.0", "/meta/lisensi": "1.50"}


# --- values that do not fit ---


@pytest.mark.parametrize(
    ("field", "value"),
    [("id", 7), ("id", True), ("id", ["a"]), ("id", {}), ("title", 7), ("title", ["a"]), ("text", 7), ("text", ["a"]),
     ("text", None), ("text", {"a": "b"}), ("text", False)],
)  # fmt: skip
def test_id_title_and_text_of_another_type_reject(field: str, value: Any) -> None:
    """No number becomes an id and no list a text."""
    outcome = conform({"id": "a", "title": "t", "text": "isi", field: value})
    assert kinds(outcome) == [("wrong-type", f"/{field}")]
    assert outcome.published is None


@pytest.mark.parametrize(
    ("record", "kind"),
    [({"title": "t"}, "missing-field"), ({"text": ""}, "empty-text"), ({"text": " \u00a0\n"}, "empty-text"),
     ({"text": "a", "id": ""}, "out-of-bounds"), ({"text": "a", "url": "no url"}, "bad-format")],
)  # fmt: skip
def test_what_the_schema_refuses(record: dict[str, Any], kind: str) -> None:
    """Missing and empty texts, empty ids and bad URLs reject."""
    assert [found for found, _ in kinds(conform(record))] == [kind]


@pytest.mark.parametrize(
    ("field", "value", "pointer"),
    [
        ("url", 7, "/url"),
        ("url", ["https://a.b"], "/url"),
        ("authors", 7, "/authors"),
        ("authors", ["a", 7], "/authors/1"),
        ("authors", [["a"]], "/authors/0"),
        ("authors", ["a", None], "/authors/1"),
        ("authors", {"name": "a"}, "/authors"),
        ("published", 1513664165, "/published"),
        ("published_raw", 2017, "/published_raw"),
        ("published_date", ["2017"], "/published_date"),
        ("retrieved", True, "/retrieved"),
    ],
)
def test_other_fields_of_another_type_go_aside(field: str, value: Any, pointer: str) -> None:
    """The value goes to `extra` whole, with a warning at its place, and the column is null."""
    outcome = conform({"text": "isi", field: value})
    assert kinds(outcome) == [("value-aside", pointer)]
    assert outcome.published is not None
    assert outcome.published.row.get(field) is None
    assert json.loads(outcome.published.row["extra"]) == {field: value}


def test_a_bare_author_becomes_a_list_of_one() -> None:
    """A string for `authors` is a list of one, by an edit."""
    made = kept({"text": "isi", "authors": "Siti é"})
    assert made.row["authors"] == ["Siti é"]
    assert made.edits == (Edit("list-of-one", "authors", 0, '"Siti é"'.encode(), '["Siti é"]'.encode()),)


@pytest.mark.parametrize("value", [None, [], ["a"]])
def test_authors_that_fit_stay(value: Any) -> None:
    """Null, an empty list and a list of strings are as they were."""
    made = kept({"text": "isi", "authors": value})
    assert (made.row["authors"], made.edits, extra(made)) == (value, (), None)


def test_nulls_are_values_that_are_not_known() -> None:
    """Null fills its column with null; id, language and license then come from elsewhere; unknown nulls are kept."""
    made = kept(
        {
            "text": "isi",
            "id": None,
            "url": None,
            "language": None,
            "license": None,
            "published": None,
            "x": None,
        }
    )
    assert (made.row["language"], made.row["license"], made.row["url"]) == ("id", "CC-BY-4.0", None)
    assert len(made.row["id"]) == 32
    assert (extra(made), made.notes) == ({"x": None}, ())


# --- ids, licences, languages ---


def test_ids() -> None:
    """The record's own id wins, then that of its file, then the digest of source and bytes."""
    raw = b'{"text":"isi"}'
    assert kept(raw).row["id"] == record_id("sumber", raw)
    assert kept(raw, identifier="folder/a").row["id"] == "folder/a"
    assert kept({"text": "isi", "id": "007"}, identifier="folder/a").row["id"] == "007"
    assert kept({"text": "isi", "nr": "1.0"}, fields=(("id", "nr"),)).row["id"] == "1.0"


@pytest.mark.parametrize(
    ("field", "value", "canonical"),
    [("license", "cc-by-sa-4.0", "CC-BY-SA-4.0"), ("license", "mit or Apache-2.0", "MIT OR Apache-2.0"),
     ("license", "GPL-2.0", "GPL-2.0-only"), ("language", "eng_latn", "en-Latn"), ("language", "in", "id"),
     ("language", "JAV", "jv")],
)  # fmt: skip
def test_codes_become_canonical_by_an_edit(field: str, value: str, canonical: str) -> None:
    """The record's own value wins over its source's, in canonical form, and the change is told."""
    made = kept({"text": "isi", field: value})
    assert made.row[field] == made.instance[field] == canonical
    assert made.edits == (Edit("canonical-" + field, field, 0, value.encode(), canonical.encode()),)


@pytest.mark.parametrize("field", ["license", "language"])
@pytest.mark.parametrize("value", ["semua hak dilindungi", "", 7, ["id"], {"a": "b"}, "x" * 100_000])
def test_unknown_codes_go_aside(field: str, value: Any) -> None:
    """What cannot be parsed goes to `extra` with a warning, and the source's own value stands."""
    outcome = conform({"text": "isi", field: value})
    assert kinds(outcome) == [(f"unknown-{field}", f"/{field}")]
    assert outcome.published is not None
    assert outcome.published.row[field] == {"license": "CC-BY-4.0", "language": "id"}[field]
    assert json.loads(outcome.published.row["extra"]) == {field: value}
    assert len(outcome.findings[0].message) < 200


def test_without_any_language_the_record_is_rejected() -> None:
    """The built-in schema requires a language from the record or its source."""
    assert kinds(conform({"text": "isi"}, language=None)) == [("missing-field", "")]


# --- dates ---


@pytest.mark.parametrize(
    ("record", "row", "findings", "rest"),
    [
        (
            {"published": "2017-12-19T13:16:05+07:00"},
            {
                "published": 1513664165_000000,
                "published_date": "2017-12-19",
                "published_raw": "2017-12-19T13:16:05+07:00",
            },
            [],
            None,
        ),
        (
            {"published": "2017-12-19 13:16:05"},
            {"published": None, "published_date": "2017-12-19", "published_raw": "2017-12-19 13:16:05"},
            ["missing-timezone"],
            None,
        ),
        (
            {"published": "kemarin"},
            {"published": None, "published_date": None, "published_raw": "kemarin"},
            ["bad-timestamp"],
            None,
        ),
        ({"published": ""}, {"published": None, "published_raw": ""}, ["bad-timestamp"], None),
        ({"published": "2017"}, {"published_date": "2017", "published_raw": "2017"}, ["partial-date"], None),
        (
            {"published": "kemarin", "published_raw": "19 Des"},
            {"published": None, "published_raw": "19 Des"},
            ["bad-timestamp"],
            {"published": "kemarin"},
        ),
        (
            {"published": "kemarin", "published_raw": None},
            {"published_raw": "kemarin"},
            ["bad-timestamp"],
            None,
        ),
        (
            {"published": "2017", "published_date": "2017-12"},
            {"published_date": "2017-12", "published_raw": "2017"},
            ["partial-date"],
            None,
        ),
        (
            {"published": "kemarin", "published_raw": 7},
            {"published": None, "published_raw": None},
            ["bad-timestamp", "value-aside"],
            {"published": "kemarin", "published_raw": "7"},
        ),
        ({"published_raw": "19 Des"}, {"published": None, "published_raw": "19 Des"}, [], None),
        (
            {"published": "2017-12-19T06:16:05.123456789Z"},
            {"published": 1513664165_123456, "published_raw": "2017-12-19T06:16:05.123456789Z"},
            [],
            None,
        ),
        ({"retrieved": "2017-12-19T06:16:05Z"}, {"retrieved": 1513664165_000000}, [], None),
        (
            {"retrieved": "2017-12-19 13:16:05"},
            {"retrieved": None},
            ["missing-timezone"],
            {"retrieved": "2017-12-19 13:16:05"},
        ),
        (
            {"retrieved": "2017-12-19T06:16:05.123456789Z"},
            {"retrieved": None},
            ["value-aside"],
            {"retrieved": "2017-12-19T06:16:05.123456789Z"},
        ),
        (
            {"published": "0001-01-01T00:00:00+07:00"},
            {"published": None, "published_date": "0001-01-01"},
            ["bad-timestamp"],
            None,
        ),
    ],
)
def test_dates(record: dict[str, Any], row: dict[str, Any], findings: list[str], rest: Any) -> None:
    """An instant only where it is certain; the printed form is kept, and no date rejects an article."""
    outcome = conform({"text": "isi", **record})
    assert outcome.published is not None
    assert {name: outcome.published.row.get(name) for name in row} == row
    assert [kind for kind, _ in kinds(outcome)] == findings
    assert extra(outcome.published) == rest


def test_the_declared_zone_and_format_read_dates() -> None:
    """What the source declares makes an instant of a naive time."""
    made = kept(
        {"text": "isi", "tgl": "04/10/2017 00:30"},
        fields=(("published", "tgl"),),
        date_format=("%d/%m/%Y %H:%M",),
        **JAKARTA,
    )
    assert made.instance["published"] == "2017-10-03T17:30:00Z"
    assert (made.row["published_date"], made.row["published_raw"]) == ("2017-10-04", "04/10/2017 00:30")


# --- numbers in `extra` ---


@pytest.mark.parametrize(
    "number",
    [
        "0",
        "1",
        "-1",
        "1.10",
        "0.1000",
        "1e5",
        "1E+5",
        "1.0",
        "-0",
        "-0.0",
        "0.1000000000000000055511151231257827",
        "123456789012345678",
        "1180591620717411303424",
        "-9223372036854775809",
        "18446744073709551616",
        "9" * 400,
        "5e-324",
        "1.7976931348623157e308",
    ],
)
@pytest.mark.parametrize(
    "form", ['{"text":"i","n":%s}', '{ "text" : "i", "m" : { "n\\u0041" : [ 1, %s, "x" ] } }']
)
def test_numbers_in_extra_are_as_printed(number: str, form: str) -> None:
    """Every number in `extra` is written to the digit as it stood in the record."""
    made = kept(form % number)
    assert f"{number}]" in made.row["extra"].replace("}", "]").replace(",", "]")
    assert json.loads(made.row["extra"]) == {
        k: v for k, v in json.loads(form % number).items() if k != "text"
    }


def test_numbers_are_as_printed_whatever_the_mapping_and_the_encoding() -> None:
    """Renamed fields, fields that went aside and records in other encodings keep their digits too."""
    raw = '{"isi":"é","url":1.50,"skor":2.50,"meta":{"a":3.50,"b":[4.50]},"title":"t"}'.encode("cp1252")
    fields = (("text", "isi"), ("nilai", "skor"), ("published_raw", "/meta/a"))
    made = kept(raw, fields=fields, encoding="cp1252")
    assert made.row["extra"] == '{"url":1.50,"published_raw":3.50,"nilai":2.50,"meta":{"b":[4.50]}}'


# --- a user's own schema ---


def test_columns_that_the_schema_lacks_are_added() -> None:
    """id, source, language and license come from record and source, and are not judged by the schema."""
    made = kept({"text": "isi", "license": "mit"}, schema=own({}, additionalProperties=False))
    assert made.instance == {"text": "isi"}
    assert {name: made.row[name] for name in ("source", "language", "license")} == {
        "source": "sumber", "language": "id", "license": "MIT",
    }  # fmt: skip


@pytest.mark.parametrize(
    "record", [{"text": "i", "x": 1}, {"text": "i", "source": "m"}, {"text": "i", "extra": "e"}]
)
def test_a_closed_schema_refuses_unknown_fields(record: dict[str, Any]) -> None:
    """Without a column for them, unknown fields reject, those included that would only collide."""
    outcome = conform(record, schema=own({}, additionalProperties=False))
    assert [kind for kind, _ in kinds(outcome)] == ["unknown-field"]


def test_an_open_schema_keeps_unknown_fields() -> None:
    """An open schema gets the column `extra`."""
    made = kept('{"text":"i","x":1.10,"source":"m"}', schema=own({}))
    assert extra(made) == {"x": "1.10", "source": "m"}


@pytest.mark.parametrize(
    "schema",
    [own({"extra": {"type": "string"}}), own({}, patternProperties={"^x": {}}, additionalProperties=False)],
)
def test_no_field_is_lost_where_the_schema_allows_what_has_no_column(schema: ArticleSchema) -> None:
    """A schema may allow fields that no column takes: such a record is refused, not published without them."""
    outcome = conform({"text": "i", "x": "would be lost"}, schema=schema)
    assert kinds(outcome) == [("unknown-field", "/x")]
    assert conform({"text": "i"}, schema=schema).published is not None


@pytest.mark.parametrize(
    ("shape", "value", "column"),
    [
        ({"type": "integer"}, "7", 7),
        ({"type": "integer"}, "7.0", 7),
        ({"type": "integer"}, str(2**63 - 1), 2**63 - 1),
        ({"type": "number"}, "7", 7.0),
        ({"type": "number"}, "1.5", 1.5),
        ({"type": "boolean"}, "true", True),
        ({"type": ["string", "null"]}, "null", None),
        ({"type": "array", "items": {"type": ["integer", "null"]}}, "[1,null]", [1, None]),
        (
            {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}},
            '{"b":1}',
            {"b": 1},
        ),
        ({"type": "string", "format": "date-time"}, '"2017-12-19T13:16:05+07:00"', 1513664165_000000),
        ({"type": ["number", "string"]}, "1.10", "1.10"),
        ({"type": ["number", "string"]}, '"a"', '"a"'),
        ({}, "[1.0, {}]", "[1.0,{}]"),
        ({"type": "array", "items": {}}, '[1.10,"x",null]', ["1.10", '"x"', None]),
        (
            {"type": "object", "properties": {"j": {}, "n": {"type": "number"}, "i": {"type": "integer"}}},
            '{"j":[1.10],"n":1.10,"i":2.0}',
            {"j": "[1.10]", "n": 1.1, "i": 2},
        ),
    ],
)
def test_columns_of_own_schemas(shape: dict[str, Any], value: str, column: Any) -> None:
    """Each shape takes its values; what is stored as JSON text keeps its numbers as printed."""
    made = kept(f'{{"text":"i","f":{value}}}', schema=own({"f": shape}))
    assert made.row["f"] == column
    assert repr(made.row["f"]) == repr(column)
    assert made.instance["f"] == json.loads(value)


UNFIT = [
    ({"type": "integer"}, str(2**63), "unrepresentable", "/f"),
    ({"type": "integer"}, str(10**400), "unrepresentable", "/f"),
    ({"type": "number"}, str(2**53 + 1), "unrepresentable", "/f"),
    ({"type": "number"}, str(10**400), "unrepresentable", "/f"),
    ({"type": "array", "items": {"type": "integer"}}, f"[1,{2**70}]", "unrepresentable", "/f/1"),
    (
        {"type": "object", "properties": {"a": {"type": "string"}}},
        '{"a":"x","b/c":1.10}',
        "unrepresentable",
        "/f/b~1c",
    ),
    ({"type": "string", "format": "date-time"}, '"2017-12-19T13:16:05.1234567Z"', "unrepresentable", "/f"),
    ({"type": "string", "format": "date-time"}, '"2017-12-19 13:16:05"', "bad-format", "/f"),
    ({"type": "string"}, "1.10", "wrong-type", "/f"),
    ({"type": "boolean"}, "0", "wrong-type", "/f"),
]


@pytest.mark.parametrize(("shape", "value", "kind", "pointer"), UNFIT)
def test_values_that_a_required_column_cannot_hold_reject(
    shape: dict[str, Any], value: str, kind: str, pointer: str
) -> None:
    """What a required or a closed schema's column cannot hold exactly is never rounded, cut or dropped."""
    required = replace(own({"f": shape}), required=frozenset({"text", "f"}))
    for schema in (required, own({"f": shape}, additionalProperties=False)):
        outcome = conform(f'{{"text":"i","f":{value}}}', schema=schema)
        assert kinds(outcome) == [(kind, pointer)]
        assert outcome.published is None


@pytest.mark.parametrize(("shape", "value", "kind", "pointer"), UNFIT)
def test_values_that_an_open_column_cannot_hold_go_aside(
    shape: dict[str, Any], value: str, kind: str, pointer: str
) -> None:
    """Where the article can do without, the value goes to `extra` as printed, and a warning tells of it."""
    outcome = conform(f'{{"text":"i","f":{value}}}', schema=own({"f": shape}))
    assert kinds(outcome) == [("value-aside", pointer)]
    assert outcome.published is not None
    assert outcome.published.row.get("f") is None
    assert outcome.published.row["extra"] == f'{{"f":{value}}}'


@pytest.mark.parametrize("shape", [{"type": "string"}, {"$ref": "#/$defs/s"}, {"enum": ["a", "b"]}])
def test_null_where_an_own_schema_allows_none(shape: dict[str, Any]) -> None:
    """A null that the schema refuses is a value of another type: aside where the article can do without."""
    defs = {"$defs": {"s": {"type": "integer"}}}
    outcome = conform(
        '{"text":"i","f":null,"id":null}', schema=own({"f": shape, "id": {"type": "string"}}, **defs)
    )
    assert kinds(outcome) == [("value-aside", "/f")]
    assert outcome.published is not None
    assert extra(outcome.published) == {"f": None}
    closed = own({"f": shape}, additionalProperties=False, **defs)
    assert conform('{"text":"i","f":null}', schema=closed).published is None


def test_dates_of_own_schemas() -> None:
    """Only `published` and `retrieved` are read by the source's zone; other date-time columns take RFC 3339."""
    stamp = {"type": "string", "format": "date-time"}
    schema = own({"published": stamp, "seen": stamp}, additionalProperties=False)
    made = kept(
        {"text": "i", "published": "2017-12-19 13:16:05", "seen": "2017-12-19T00:00:00Z"},
        schema=schema,
        **JAKARTA,
    )
    assert (made.row["published"], made.instance["published"]) == (1513664165_000000, "2017-12-19T06:16:05Z")
    outcome = conform({"text": "i", "published": "kemarin"}, schema=schema, **JAKARTA)
    assert ("bad-timestamp", "/published") in kinds(outcome)
    assert outcome.published is None


@pytest.mark.parametrize(
    ("shape", "authors", "row"),
    [
        ({"type": "string"}, "Siti", "Siti"),
        ({"type": "array", "items": {"type": "object", "properties": {"n": {}}}}, "Siti", None),
    ],
)
def test_authors_of_own_schemas(shape: dict[str, Any], authors: str, row: Any) -> None:
    """A bare author becomes a list only where a list of strings is wanted."""
    made = kept({"text": "i", "authors": authors}, schema=own({"authors": shape}))
    assert made.row.get("authors") == row
    assert made.edits == ()
    assert extra(made) == (None if row else {"authors": "Siti"})


def test_a_text_role_of_several_fields() -> None:
    """Each field of the text role must hold a string, and one of them must say something."""
    schema = own({"answer": {"type": ["string", "null"]}}, ("text", "answer"))
    assert kept({"text": "Q?", "answer": "A."}, schema=schema).row["answer"] == "A."
    assert kept({"text": "", "answer": "A."}, schema=schema).row["text"] == ""
    assert kinds(conform({"text": " ", "answer": ""}, schema=schema)) == [("empty-text", "/text")]
    assert kinds(conform({"text": "Q?", "answer": 7}, schema=schema)) == [("wrong-type", "/answer")]


# --- any record ---

NAMES = st.sampled_from(
    [
        "id",
        "source",
        "title",
        "text",
        "language",
        "license",
        "url",
        "authors",
        "published",
        "published_raw",
        "published_date",
        "retrieved",
        "extra",
        "judul",
        "isi",
        "x",
        "",
        "/x",
    ]
)
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["id", "MIT", "2017-12-19 13:16:05", "2017-12-19T00:00:00Z", "https://a.b", "é", ""])
)  # fmt: skip
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2)
)
MAPPINGS = st.dictionaries(NAMES, NAMES | st.sampled_from(["/isi/x", "/x/0", "/a~1b"]), max_size=3)
PRINTED = {"published", "retrieved"}


@given(st.dictionaries(NAMES, VALUES, max_size=6), MAPPINGS)
def test_any_record_loses_no_value(fields: dict[str, Any], mapping: dict[str, str]) -> None:
    """For any record and mapping: each value of the input is in the row or in `extra`, or the record is rejected."""
    outcome = conform({"text": "isi", **fields}, fields=tuple(mapping.items()), **JAKARTA)
    if outcome.published is None:
        assert outcome.rejected
        return
    row = dict(outcome.published.row)
    held = json.loads(row.pop("extra", None) or "{}")
    shown = [*_leaves(row), *_leaves(held)]
    edited = [
        json.loads(e.removed) if e.transform == "list-of-one" else e.removed.decode()
        for e in outcome.published.edits
    ]
    for value in _leaves({"text": "isi", **fields}):
        known = value in shown or value in edited or value is None or value == "2017-12-19T00:00:00Z"
        assert known, (value, row, held)


def _leaves(value: Any) -> list[Any]:
    """Every scalar inside a value."""
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in _leaves(item)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in _leaves(item)]
    return [value]


def test_deep_values_are_kept(request: pytest.FixtureRequest) -> None:
    """A value as deep as the limit of limits goes to `extra` and back."""
    deep = "[" * 480 + "1.10" + "]" * 480
    source = Source("s", 0, (), "CC0-1.0", language="id")
    raw = f'{{"text":"\\":","x":{deep}}}'.encode()
    record = Record(Place("a.jsonl", 0, len(raw), 1, None, ""), raw, parse_object(raw, 500))
    conformer = Conformer.of(BUILT_IN, source)
    assert conformer.article(conformer.draft(record), record).row["extra"] == f'{{"x":{deep}}}'


def test_real_news_is_conformed_without_loss(shared: Callable[[str], Path]) -> None:
    """Of real records every field reaches a column or `extra`, with equal values."""
    lines = (shared("id-news") / "sample-200.jsonl").read_bytes().splitlines()
    assert len(lines) == 200
    for line in lines:
        fields = json.loads(line)
        made = conform(line, language=None).article
        assert made is not None
        row = {**made.row, **json.loads(made.row["extra"])}
        assert all(row[name] == value for name, value in fields.items() if name not in PRINTED)
        assert made.row["published_raw"] == fields["published"]

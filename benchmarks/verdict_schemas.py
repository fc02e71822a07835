r"""Schemas for real and generated records, each such that some of them fail, over nearly all keywords of 2020-12.

In patterns no class such as `\s` stands inside brackets: `judging` spells them for Python one by one.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

_STRING: Schema = {"type": "string", "minLength": 1}
_URL: Schema = {"type": "string", "format": "uri"}


def _closed(properties: Schema, *optional: str, **more: Any) -> Schema:
    """A schema of an object with these properties and no others."""
    needed = [name for name in properties if name not in optional]
    return {
        "type": "object",
        "properties": properties,
        "required": needed,
        "additionalProperties": False,
        **more,
    }


NEWS: dict[str, Schema] = {
    "fields": _closed({
        "id": {"type": "string", "pattern": r"^\d{10}-[0-9a-z-]+$", "maxLength": 61},
        "title": {"type": "string", "minLength": 30, "maxLength": 48, "pattern": r"^\S.*\S$"},
        "published": {"type": "string", "format": "date-time"},
        "url": _URL | {"pattern": "^https?://[a-z.]+/"},
        "source": {"enum": ["cnn indonesia", "kumparan", "dailysocial.id", "antaranews", "merdeka"]},
        "category": {"enum": ["tajuk utama", "teknologi", "olahraga", "showbiz", "hiburan"]},
        "language": {"const": "id"},
        "summary": {"type": "array", "minItems": 1, "maxItems": 5, "items": _STRING | {"maxLength": 450}},
        "paragraphs": {"type": "array", "items": _STRING | {"maxLength": 1200}, "uniqueItems": True},
        "text": {"type": "string", "minLength": 700, "maxLength": 6000},
        "license": {"type": "string", "pattern": r"^[A-Za-z0-9.+-]+( (OR|AND|WITH) [A-Za-z0-9.+-]+)*$"},
    }),
    "shape": {
        "$defs": {
            "words": {"type": "string", "pattern": r"^\S+(\s+\S+)*$"},
            "word": {"pattern": r"^\p{L}+$", "maxLength": 8},
            "site": {"anyOf": [{"const": "cnn indonesia"}, {"$ref": "#/$defs/word"}, {"format": "hostname"}]},
        },
        "properties": {"title": {"$ref": "#/$defs/words"}, "source": {"$ref": "#/$defs/site"}, "id": True},
        "propertyNames": {"pattern": "^[a-z]+$", "maxLength": 10},
        "patternProperties": {"^p": {"type": ["string", "array"], "minLength": 10}, r"\d$": {"type": "integer"}},
        "if": {"properties": {"source": {"const": "kumparan"}}, "required": ["source"]},
        "then": {"properties": {"text": {"pattern": "^[^-]"}, "url": {"pattern": "kumparan"}}},
        "else": {"required": ["published", "text"], "properties": {"text": {"not": {"pattern": "^\u201c"}}}},
        "dependentRequired": {"summary": ["paragraphs", "title"], "url": ["id"]},
        "dependentSchemas": {"category": {"properties": {"paragraphs": {"minItems": 3}}}},
        "allOf": [{"minProperties": 9}, {"maxProperties": 12}, {"required": ["id"]}],
        "unevaluatedProperties": {"type": ["string", "array"]},
    },
    "times": {
        "properties": {
            "published": {"oneOf": [{"format": "date-time"}, {"format": "date"}], "pattern": "^201[67]"},
            "url": {"format": "iri"},
            "summary": {"contains": {"pattern": r"\.$"}, "minContains": 2, "maxContains": 5},
            "paragraphs": {"prefixItems": [{"maxLength": 500}, _STRING], "items": {"minLength": 5}},
            "title": {"type": "string", "not": {"pattern": r"\d{3}"}},
        },
    },
}  # fmt: skip

HANDBOOK: dict[str, Schema] = {
    "fields": _closed({
        "id": {"type": "string", "pattern": r"^debian-handbook/[a-z]{2}-[A-Z]{2}/[A-Za-z0-9.-]+\.html$"},
        "title": {"type": "string", "maxLength": 60, "minLength": 3},
        "language": {"type": "string", "pattern": "^[a-z]{2}-[a-z]{2}$"},
        "source": {"const": "debian-handbook"},
        "url": _URL | {"format": "iri"},
        "license": {"enum": ["CC-BY-SA-3.0 OR GPL-2.0-or-later"]},
        "text": {"type": "string", "minLength": 400, "maxLength": 40000},
    }),
    "shape": {
        "required": ["title", "language"],
        "properties": {
            "title": {"pattern": r"^([A-D0-9]+(\.\d+)*\.|\p{L}+)"},
            "language": {"not": {"const": "zh-cn"}},
            "text": {"pattern": r"\p{L}{4}", "allOf": [{"not": {"pattern": "sudo"}}]},
        },
        "additionalProperties": {"type": "string", "maxLength": 200},
    },
}  # fmt: skip

SPEECHES: dict[str, Schema] = {
    "fields": _closed({
        "id": {"type": "string", "pattern": r"^(inaugural|sotu)-\d{4}-\w+(-\d)?$"},
        "title": {"type": "string", "maxLength": 105},
        "published": {"type": "string", "pattern": r"^\d{4}$"},
        "language": {"enum": ["en"]},
        "source": {"type": "string", "pattern": "^us-"},
        "text": {"type": "string", "minLength": 4000, "maxLength": 60000},
        "license": _STRING,
    }),
    "shape": {
        "if": {"properties": {"source": {"const": "us-inaugural"}}},
        "then": {"properties": {"title": {"pattern": r", \d{4}$"}, "text": {"pattern": "(?i)citizens"}}},
        "else": {"properties": {"title": {"pattern": "^[^a-z]+$"}}},
        "properties": {"text": {"not": {"pattern": "\ufffd"}}},
    },
}  # fmt: skip

PAGES: dict[str, Schema] = {
    "fields": _closed({
        "file": {"type": "string", "format": "uri-reference", "pattern": r"^pages/[a-z0-9.-]+\.html$"},
        "url": {"type": ["string", "null"], "format": "uri"},
        "license": {"enum": ["CC-BY-SA-3.0", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-4.0", "GPL-2.0-or-later"]},
        "must_contain": {"type": "array", "items": _STRING, "maxItems": 5, "uniqueItems": True},
        "must_not_contain": {"type": "array", "items": {"maxLength": 60}},
    }),
    "shape": {
        "anyOf": [
            {"properties": {"url": {"type": "null"}, "license": {"pattern": "GPL"}}},
            {"properties": {"url": {"type": "string"}, "must_contain": {"minItems": 1}}, "required": ["url"]},
        ],
        "unevaluatedProperties": {"type": ["string", "array"]},
    },
}  # fmt: skip

TABLE: dict[str, Schema] = {
    "fields": _closed(
        {"id": {"type": "integer", "maximum": 1}, "name": {"type": "string", "pattern": r"^\w+$"}}
    ),
    "letters": {"properties": {"id": {"multipleOf": 0.5}, "name": {"pattern": r"^\p{L}+$", "maxLength": 3}}},
}

# Keywords that came and went: each draft reads of them what it knows.
OLD: Schema = {
    "properties": {
        "file": {"const": "pages/x.html"},
        "url": {"type": ["string", "null"], "format": "iri"},
        "must_contain": {
            "items": [{"maxLength": 20}, {"type": "string"}],
            "additionalItems": {"maxLength": 10},
        },
        "must_not_contain": {"contains": {"pattern": "e"}, "items": {"type": ["string", "integer"]}},
        "x-note": {"type": "integer"},
    },
    "dependencies": {"url": ["license"], "file": {"required": ["must_contain"]}},
    "propertyNames": {"pattern": "^[a-z_]+$"},
    "if": {"required": ["license"]},
    "then": {"properties": {"license": {"pattern": "CC"}}},
    "dependentRequired": {"must_contain": ["url"]},
}

GENERATED: dict[str, Schema] = {
    "raw": _closed({
        "id": {"type": "string", "pattern": r"^[a-z-]+-\d{8}-[0-9a-f]{4}$"},
        "title": {"type": "string", "minLength": 12},
        "text": {"type": "string", "pattern": r"\S", "maxLength": 4000},
        "language": {"enum": ["id", "en"]},
        "license": {"type": "string", "maxLength": 12},
        "url": _URL | {"pattern": "^https://"},
        "authors": {"anyOf": [
            {"type": "array", "items": {"type": "string", "pattern": "^.+$"}, "maxItems": 2}, {"type": "null"},
        ]},
        "published": {"format": "date-time", "type": "string"},
        "category": {"enum": ["ekonomi", "olahraga", "budaya", "lingkungan", "science", "local", "opinion"]},
        "meta": _closed({
            "section": _closed({"name": {"type": "string"}, "rank": {"type": "integer", "maximum": 97}}),
            "tags": {"type": "array", "minItems": 2, "uniqueItems": True, "contains": _STRING, "maxContains": 2},
            "score": {"type": "number", "multipleOf": 0.125, "exclusiveMaximum": 124},
            "revised": {"type": "boolean"},
        }),
    }),
}  # fmt: skip

WORDS: Schema = {
    "type": "object",
    "required": ["metadata", "entries"],
    "properties": {
        "metadata": {"required": ["entry_count", "licence"], "properties": {"entry_count": {"maximum": 1999}}},
        "entries": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1999,
            "items": _closed({
                "ngapak": {"type": "string", "pattern": "^[a-z-]+$", "maxLength": 10},
                "indonesia": {"type": "string", "maxLength": 20},
            }),
        },
    },
}  # fmt: skip

CROISSANT: Schema = {
    "type": "object",
    "required": ["@context", "@type", "name", "license", "version", "distribution", "recordSet"],
    "properties": {
        "@type": {"const": "sc:Dataset"},
        "name": {"type": "string", "pattern": r"^[A-Za-z0-9 ._-]+$"},
        "url": _URL,
        "version": {"type": "string", "pattern": r"^\d+\.\d+\.\d+$"},
        "keywords": {"type": "array", "items": {"type": "string", "maxLength": 12}},
        "distribution": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/file"}},
        "recordSet": {"type": "array", "items": {"$ref": "#/$defs/records"}},
    },
    "patternProperties": {"^rai:": {"type": "string", "maxLength": 400}},
    "propertyNames": {"anyOf": [{"pattern": "^[@a-zA-Z]+$"}, {"pattern": "^rai:data[A-Z]"}]},
    "$defs": {
        "file": {
            "required": ["@id", "@type", "encodingFormat"],
            "properties": {
                "@type": {"enum": ["cr:FileObject", "cr:FileSet"]},
                "contentUrl": {"type": "string", "format": "uri-reference"},
                "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            },
            "if": {"properties": {"@type": {"const": "cr:FileSet"}}},
            "then": {"required": ["includes"]},
            "else": {"required": ["contentUrl", "sha256"]},
        },
        "records": {
            "required": ["@id", "field"],
            "properties": {
                "field": {"type": "array", "minItems": 2, "items": {"$ref": "#/$defs/field"}},
                "data": {"type": "array", "maxItems": 10},
            },
        },
        "field": {
            "required": ["@id", "description", "dataType"],
            "properties": {
                "dataType": {
                    "oneOf": [{"type": "string", "pattern": "^sc:"}, {"type": "array", "minItems": 1}]
                },
                "subField": {"type": "array", "items": {"$ref": "#/$defs/field"}},
            },
        },
    },
}

"""What validates JSON Lines beside corpuskit: one schema for the records of generate.py, one function a library.

Each function takes a file and the schema, and returns how many records it saw and what it has against which line.
The typed models repeat the rules of the schema as closely as their libraries allow.
"""

import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from generate import CATEGORIES, LICENSES, SYLLABLES

IDENTIFIER = "^[a-z]+(-[a-z]+)*-[0-9]{8}-[0-9a-f]{4}$"
# Python has no format for URIs: msgspec gets the characters of RFC 3986 behind a scheme.
URI = r"^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*$"
LANGUAGES = tuple(SYLLABLES)

DEFINITIONS: dict[str, Any] = {
    "filled": {"type": "string", "minLength": 1},
    "section": {
        "type": "object",
        "required": ["name", "rank"],
        "properties": {
            "name": {"$ref": "#/$defs/filled"},
            "rank": {"type": "integer", "minimum": 0, "maximum": 99},
        },
        "additionalProperties": False,
    },
}
META: dict[str, Any] = {
    "type": "object",
    "properties": {
        "section": {"$ref": "#/$defs/section"},
        "tags": {"type": "array", "items": {"$ref": "#/$defs/filled"}, "maxItems": 16},
        "score": {"type": "number", "minimum": 0},
        "revised": {"type": "boolean"},
        "views": {"type": "integer", "minimum": 0},
    },
    "additionalProperties": False,
}
# Closed, so that every way of defects.py but one breaks it: an integer beyond 64 bits is an integer.
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "A raw record of generate.py",
    "$defs": DEFINITIONS,
    "type": "object",
    "required": [
        "id", "title", "text", "language", "license", "url", "authors", "published", "category", "meta",
    ],
    "properties": {
        "id": {"type": "string", "pattern": IDENTIFIER},
        "title": {"type": "string", "minLength": 1, "maxLength": 1000},
        "text": {"type": "string", "minLength": 1, "pattern": "\\S"},
        "language": {"enum": list(LANGUAGES)},
        "license": {"enum": list(LICENSES)},
        "url": {"type": "string", "format": "uri"},
        "authors": {"type": "array", "items": {"$ref": "#/$defs/filled"}, "minItems": 1},
        "published": {"type": "string", "format": "date-time"},
        "category": {"enum": list(CATEGORIES)},
        "meta": META,
    },
    "additionalProperties": False,
}  # fmt: skip
SOUND_WAYS = {"large-integer"}


class Verdict(NamedTuple):
    """How many records were seen, and for each objection its line, place and message."""

    records: int
    problems: list[tuple[int, str, str]]


class Refused(Exception):
    """A library takes no record of a file, since one of them is broken."""


def pointer(path: Any) -> str:
    """The JSON Pointer of a path."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def parsed(file: Path, verdict: list[tuple[int, str, str]]) -> Iterator[tuple[int, Any]]:
    """Each line that is JSON, with its number; the others become objections."""
    import orjson

    with file.open("rb") as handle:
        for number, raw in enumerate(handle, 1):
            try:
                value = orjson.loads(raw)
            except orjson.JSONDecodeError as error:
                verdict.append((number, "", str(error)))
                continue
            yield number, value


def baseline(file: Path, schema: Any) -> Verdict:
    """The plain loop to which all is compared; written out, since a generator between would cost it time."""
    import jsonschema_rs
    import orjson

    validator = jsonschema_rs.validator_for(schema, validate_formats=True)
    problems, number = [], 0
    with file.open("rb") as handle:
        for number, raw in enumerate(handle, 1):
            try:
                value = orjson.loads(raw)
            except orjson.JSONDecodeError as error:
                problems.append((number, "", str(error)))
                continue
            for found in list(validator.iter_errors(value)):
                problems.append((number, pointer(found.instance_path), found.message))  # noqa: PERF401
    return Verdict(number, problems)


def is_valid(file: Path, schema: Any) -> Verdict:
    """Valid or not, and no reason."""
    import jsonschema_rs
    import orjson

    accepts = jsonschema_rs.validator_for(schema, validate_formats=True).is_valid
    problems, number = [], 0
    with file.open("rb") as handle:
        for number, raw in enumerate(handle, 1):
            try:
                if accepts(orjson.loads(raw)):
                    continue
            except orjson.JSONDecodeError:
                pass
            problems.append((number, "", "invalid"))
    return Verdict(number, problems)


def parse_only(file: Path, _schema: Any) -> Verdict:
    """What reading and parsing alone take."""
    import orjson

    problems, number = [], 0
    with file.open("rb") as handle:
        for number, raw in enumerate(handle, 1):
            try:
                orjson.loads(raw)
            except orjson.JSONDecodeError as error:
                problems.append((number, "", str(error)))
    return Verdict(number, problems)


def jsonschema_errors(file: Path, schema: Any) -> Verdict:
    """The reference library with its format checker; parsed by orjson, so that only the judge differs."""
    from jsonschema import Draft202012Validator as Validator

    validator = Validator(schema, format_checker=Validator.FORMAT_CHECKER)
    problems: list[tuple[int, str, str]] = []
    number = 0
    for number, value in parsed(file, problems):
        problems += [
            (number, pointer(e.absolute_path), e.message[:200]) for e in validator.iter_errors(value)
        ]
    return Verdict(max([number, *(p[0] for p in problems)]), problems)


def fastjsonschema_first(file: Path, schema: Any) -> Verdict:
    """Code generated from the schema; it stops at the first broken rule."""
    import fastjsonschema

    check = fastjsonschema.compile(schema, use_default=False)
    problems: list[tuple[int, str, str]] = []
    number = 0
    for number, value in parsed(file, problems):
        try:
            check(value)
        except fastjsonschema.JsonSchemaValueException as error:
            problems.append((number, pointer(error.path[1:]), error.message))
    return Verdict(max([number, *(p[0] for p in problems)]), problems)


def pydantic_model(file: Path, _schema: Any) -> Verdict:
    """A strict model of the same rules; it parses the bytes itself."""
    from typing import Annotated, Literal

    from pydantic import AnyUrl, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

    filled, natural = Annotated[str, Field(min_length=1)], Annotated[int, Field(ge=0)]

    class Closed(BaseModel):
        model_config = ConfigDict(strict=True, extra="forbid")

    class Section(Closed):
        name: filled
        rank: Annotated[int, Field(ge=0, le=99)]

    class Meta(Closed):  # a default of None, but no None as a value: absent is allowed, null is not
        section: Section = None
        tags: Annotated[list[filled], Field(max_length=16)] = None
        score: Annotated[float, Field(ge=0, allow_inf_nan=False)] = None
        revised: bool = None
        views: natural = None

    class Article(Closed):
        id: Annotated[str, Field(pattern=IDENTIFIER)]
        title: Annotated[str, Field(min_length=1, max_length=1000)]
        text: Annotated[str, Field(min_length=1, pattern="\\S")]
        language: Literal[LANGUAGES]
        license: Literal[LICENSES]
        url: AnyUrl
        authors: Annotated[list[filled], Field(min_length=1)]
        published: AwareDatetime
        category: Literal[CATEGORIES]
        meta: Meta

    check = Article.__pydantic_validator__.validate_json
    problems, number = [], 0
    with file.open("rb") as handle:
        for number, raw in enumerate(handle, 1):
            try:
                check(raw)
            except ValidationError as error:
                problems += [(number, pointer(e["loc"]), e["msg"]) for e in error.errors()]
    return Verdict(number, problems)


def msgspec_struct(file: Path, _schema: Any) -> Verdict:
    """A struct of the same rules; it parses the bytes itself and stops at the first broken rule."""
    from datetime import datetime
    from typing import Annotated, Literal

    import msgspec
    from msgspec import UNSET, Meta, UnsetType

    filled, natural = Annotated[str, Meta(min_length=1)], Annotated[int, Meta(ge=0)]

    class Section(msgspec.Struct, forbid_unknown_fields=True):
        name: filled
        rank: Annotated[int, Meta(ge=0, le=99)]

    class More(msgspec.Struct, forbid_unknown_fields=True):
        section: Section | UnsetType = UNSET
        tags: Annotated[list[filled], Meta(max_length=16)] | UnsetType = UNSET
        score: Annotated[float, Meta(ge=0)] | UnsetType = UNSET
        revised: bool | UnsetType = UNSET
        views: natural | UnsetType = UNSET

    class Article(msgspec.Struct, forbid_unknown_fields=True):
        id: Annotated[str, Meta(pattern=IDENTIFIER)]
        title: Annotated[str, Meta(min_length=1, max_length=1000)]
        text: Annotated[str, Meta(min_length=1, pattern="\\S")]
        language: Literal[LANGUAGES]
        license: Literal[LICENSES]
        url: Annotated[str, Meta(pattern=URI)]
        authors: Annotated[list[filled], Meta(min_length=1)]
        published: Annotated[datetime, Meta(tz=True)]
        category: Literal[CATEGORIES]
        meta: More

    decode = msgspec.json.Decoder(Article).decode
    problems, number = [], 0
    with file.open("rb") as handle:
        for number, raw in enumerate(handle, 1):
            try:
                decode(raw)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                message, _, place = str(error).rpartition(" - at `$")
                problems.append((number, pointer(re.findall(r"\w+", place)) if message else "", str(error)))
    return Verdict(number, problems)


def datasets_map(file: Path, schema: Any) -> Verdict:
    """`load_dataset`, then the reference library over its rows; a row is no dict until it is made one."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    import datasets
    from jsonschema import Draft202012Validator as Validator

    datasets.disable_progress_bars()
    validator = Validator(schema, format_checker=Validator.FORMAT_CHECKER)

    def judge(row: Any) -> dict[str, str]:
        return {"problem": "; ".join(f"{e.json_path}: {e.message}" for e in validator.iter_errors(dict(row)))}

    with tempfile.TemporaryDirectory() as cache:
        try:
            data = datasets.load_dataset("json", data_files=str(file), split="train", cache_dir=cache)
        except datasets.exceptions.DatasetGenerationError as error:
            raise Refused(str(error.__cause__ or error)) from error
        judged = data.map(judge, remove_columns=data.column_names)["problem"]
        return Verdict(len(data), [(number, "", said) for number, said in enumerate(judged, 1) if said])


PEERS: dict[str, Callable[[Path, Any], Verdict]] = {
    "baseline": baseline,
    "is_valid": is_valid,
    "parse-only": parse_only,
    "jsonschema": jsonschema_errors,
    "fastjsonschema": fastjsonschema_first,
    "pydantic": pydantic_model,
    "msgspec": msgspec_struct,
    "datasets": datasets_map,
}


def run_peer(name: str, file: Path, schema: Path) -> None:
    """Let one library judge a file, and print what it found as JSON."""
    try:
        found = PEERS[name](file, json.loads(schema.read_bytes()))
    except Refused as error:
        print(json.dumps({"refused": str(error)}))
        return
    lines = sorted({problem[0] for problem in found.problems})
    print(json.dumps({"records": found.records, "invalid": lines}))

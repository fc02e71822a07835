"""corpus.toml to a frozen `CorpusSpec`; every default is visible here, those of [output] in `output`."""

import dataclasses
import difflib
import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from corpuskit import timestamps
from corpuskit.errors import SpecError
from corpuskit.findings import Finding
from corpuskit.hub_terms import hub_mistakes
from corpuskit.languages import canonical_language
from corpuskit.licenses import canonical_license
from corpuskit.licensing import Licensing, claims_of, language_mistake, licensing_mistakes, licensing_of
from corpuskit.output import Output, output_mistakes, output_of, size_of
from corpuskit.prose import Prose, read_prose
from corpuskit.provenance import Limits, Source
from corpuskit.resources import read_json
from corpuskit.tomlines import line_of
from corpuskit.validation import Violation, compile_schema


@dataclass(frozen=True, slots=True)
class Splits:
    """How articles are divided: by shares of a keyed digest, by a field of the record, or not at all."""

    shares: Mapping[str, Fraction] | None = None
    by: str = "text"
    field: str | None = None
    salt: str = ""


@dataclass(frozen=True, slots=True)
class Dedup:
    """Which articles are equal: by text, by record, by fields, or none (`exact` empty); within what they are sought."""

    exact: tuple[str, ...] = ("text",)
    within: str = "corpus"


@dataclass(frozen=True, slots=True)
class CorpusSpec:
    """What corpus.toml says, checked and complete; all paths are relative to `root`.

    `corpus`, `hub` and `card` are the curator's words for the card, as they stand in the file; `prose` in `card` holds
    the answers by question. `remarks` are warnings about files that the spec names.
    """

    root: Path
    file: str
    corpus: Mapping[str, Any]
    sources: tuple[Source, ...]
    schema: str | None = None
    text: tuple[str, ...] = ("text",)
    dedup: Dedup = Dedup()
    splits: Splits = Splits()
    output: Output = field(default_factory=Output)
    limits: Limits = field(default_factory=Limits)
    licensing: Licensing = field(default_factory=Licensing)
    hub: Mapping[str, Any] = field(default_factory=dict)
    card: Mapping[str, Any] = field(default_factory=dict)
    remarks: tuple[Finding, ...] = ()

    @property
    def name(self) -> str:
        """The name of the corpus."""
        return str(self.corpus["name"])

    @property
    def version(self) -> str:
        """The version of the release."""
        return str(self.corpus["version"])

    def sha256(self) -> str:
        """Digest of everything the spec says, whatever its spelling in the file; not of where it lies."""
        said = {
            f.name: getattr(self, f.name)
            for f in dataclasses.fields(self)
            if f.name not in {"root", "file", "remarks"}
        }
        text = json.dumps(said, sort_keys=True, default=_plain, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return dict(value) if isinstance(value, Mapping) else str(value)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong in corpus.toml, and its line."""

    message: str
    line: int | None
    hint: str | None = None


def load_spec(path: Path | str) -> CorpusSpec:
    """The spec in a corpus.toml; raises SpecError that names the first mistake and how many follow."""
    path = Path(path)
    text = _read(path)
    spec, mistakes = parse_spec(text, path.parent, path.name)
    if spec is None:
        first, *others = mistakes
        more = f" ({len(others)} more: run `corpuskit validate {path.name}`)" if others else ""
        raise SpecError(first.message, str(path), first.line, (first.hint or "") + more or None)
    return spec


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise SpecError("there is no such file.", str(path), None, "Name a corpus.toml.") from error
    except OSError as error:
        raise SpecError(f"cannot be read: {error.strerror}.", str(path)) from error
    except UnicodeDecodeError as error:
        raise SpecError("is not UTF-8.", str(path)) from error


def parse_spec(text: str, root: Path, file: str = "corpus.toml") -> tuple[CorpusSpec | None, list[Mistake]]:
    """The spec in the text of a corpus.toml, or None and everything that is wrong with it."""
    try:
        document = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        return None, [Mistake(f"not TOML: {error}.", _toml_line(str(error)))]
    document = _jsonable(document)
    judge = compile_schema(read_json("corpus.schema.json"))
    instance = json.loads(json.dumps(document, default=float))
    mistakes = [_mistake(violation, instance, text) for violation in judge.explain(instance)]
    if mistakes:
        return None, sorted(mistakes, key=lambda m: (m.line is None, m.line))
    mistakes = list(_contradictions(document, text))
    if mistakes:
        return None, mistakes
    try:
        prose = _prose(document.get("card", {}), root)
    except SpecError as error:
        return None, [
            Mistake(
                f"card.prose: {error.file}: {error.message}", line_of(text, ["card", "prose"]), error.hint
            )
        ]
    return _spec(document, root, file, prose), []


def _prose(card: Mapping[str, Any], root: Path) -> Prose:
    """The answers that [card] names; raises SpecError where they cannot be read, or one is given twice."""
    if "prose" not in card:
        return Prose()
    if Path(card["prose"]).is_absolute():
        raise SpecError("is no path relative to corpus.toml.", card["prose"])
    prose = read_prose(root / card["prose"], card["prose"])
    if "personal_data" in card and "personal-data" in prose.answers:
        raise SpecError(
            "answers the same as `personal_data`.", "personal-data.md", None, "Keep one of the two."
        )
    return prose


def _toml_line(message: str) -> int | None:
    _, found, rest = message.partition("(at line ")
    return int(rest.split(",")[0]) if found else None


def _jsonable(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _jsonable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_jsonable(item) for item in value]
    return value.isoformat() if isinstance(value, date | datetime) else value


def _steps(pointer: str, instance: Any) -> list[str | int]:
    steps: list[str | int] = []
    for step in pointer.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        steps.append(int(step) if isinstance(instance, list) else step)
        instance = instance[steps[-1]]
    return steps


def _mistake(violation: Violation, instance: Any, text: str) -> Mistake:
    """A violation of the corpus schema in the words of corpus.toml, with the nearest known key."""
    steps = _steps(violation.pointer, instance)
    where = _dotted(steps)
    if violation.keyword != "additionalProperties":
        return Mistake(f"{where}{': ' if where else ''}{_bare(violation.message)}.", line_of(text, steps))
    at, known = instance, _known_keys(violation.schema_path)
    for step in steps:
        at = at[step]
    key = next((k for k in at if k not in known), "")
    near = difflib.get_close_matches(key, known, 1, 0.5)
    hint = f"Did you mean `{near[0]}`?" if near else f"Known keys: {', '.join(sorted(known))}."
    return Mistake(f"unknown key `{_dotted([*steps, key])}`.", line_of(text, [*steps, key]), hint)


def _bare(message: str) -> str:
    """The message without the place that it starts with."""
    head, colon, rest = message.partition(": ")
    return rest if colon and " " not in head else message


def _dotted(steps: list[str | int]) -> str:
    return "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in steps).lstrip(".")


def _known_keys(schema_path: str) -> list[str]:
    at: Any = read_json("corpus.schema.json")
    for step in schema_path.split("/")[1:-1]:
        at = at[int(step)] if isinstance(at, list) else at[step]
    return list(at["properties"])


def _contradictions(document: dict[str, Any], text: str) -> Iterator[Mistake]:
    """What the schema cannot say: licences, languages, zones, encodings, names, shares."""

    def mistake(message: str, *steps: str | int, hint: str | None = None) -> Mistake:
        return Mistake(f"{_dotted(list(steps))}: {message}", line_of(text, list(steps)), hint)

    corpus = document["corpus"]
    yield from licensing_mistakes(document, mistake)
    for index, tag in enumerate(corpus.get("languages", [])):
        yield from language_mistake(tag, mistake, "corpus", "languages", index)
    names = [source["name"] for source in document["source"]]
    for index, source in enumerate(document["source"]):
        if names.index(source["name"]) != index:
            yield mistake(f"a second source is called {source['name']!r}.", "source", index, "name")
        yield from _source_mistakes(source, index, mistake)
    yield from _split_mistakes(document, mistake)
    yield from output_mistakes(document, mistake)
    yield from hub_mistakes(document, mistake)


def _source_mistakes(source: dict[str, Any], index: int, mistake: Any) -> Iterator[Mistake]:
    if "language" in source:
        yield from language_mistake(source["language"], mistake, "source", index, "language")
    if "timezone" in source:
        try:
            timestamps.zone(source["timezone"])
        except ValueError as error:
            yield mistake(f"{error}.", "source", index, "timezone")
    if "encoding" in source and text_codec(source["encoding"]) is None:
        yield mistake(
            f"{source['encoding']!r} is no text encoding that Python knows.", "source", index, "encoding"
        )
    if source.get("reader") == "text" and "fields" in source:
        yield mistake("the text reader has no input fields to map.", "source", index, "fields")
    for key, readers in _READERS_WITH.items():
        if key in source and source.get("reader", readers[0]) not in readers:
            yield mistake(f"only the {' and '.join(readers)} reader has `{key}`.", "source", index, key)
    if source.get("quote") and source.get("quote") == source.get("delimiter"):
        yield mistake("the quote cannot be the delimiter, too.", "source", index, "quote")


# Keys that mean something to some readers alone.
_READERS_WITH = {
    "records": ("json",),
    "delimiter": ("csv", "tsv"),
    "quote": ("csv", "tsv"),
    "header": ("csv", "tsv"),
}


def text_codec(name: str) -> str | None:
    """The name of a text codec, None for an unknown name or a codec that is not for text."""
    import codecs

    try:
        info = codecs.lookup(name)
        "".encode(name)
    except (LookupError, UnicodeError):
        return None
    return info.name


def _split_mistakes(document: dict[str, Any], mistake: Any) -> Iterator[Mistake]:
    shares = document.get("splits", {}).get("shares")
    if shares is not None:
        total = sum((Fraction(str(share)) for share in shares.values()), Fraction(0))
        if total != 1:
            yield mistake(f"the shares sum to {float(total)}, not to 1.", "splits", "shares")
    given = "field" in document.get("splits", {})
    for index, source in enumerate(document["source"]):
        if "split" in source and given:
            yield mistake("`[splits] field` already says the split.", "source", index, "split")


def byte_count(text: str) -> int | None:
    """The bytes that a size names, as corpus.toml writes it (a number, or 20GiB); None where it is none."""
    if text.isascii() and text.isdecimal():
        return int(text)
    form = read_json("corpus.schema.json")["$defs"]["size"]["anyOf"][1]["pattern"]
    return size_of(text) if re.search(form, text) else None


def _names(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _spec(document: dict[str, Any], root: Path, file: str, prose: Prose) -> CorpusSpec:
    corpus = document["corpus"] | {"license": canonical_license(document["corpus"]["license"])}
    if "languages" in corpus:
        corpus["languages"] = [canonical_language(tag) for tag in corpus["languages"]]
    schema, dedup = document.get("schema", {}), document.get("dedup", {})
    exact = _names(dedup.get("exact", "text"))
    return CorpusSpec(
        root=root,
        file=file,
        corpus=corpus,
        sources=tuple(_source(source, rank) for rank, source in enumerate(document["source"])),
        schema=schema.get("article"),
        text=_names(schema.get("text", "text")),
        dedup=Dedup(() if exact == ("none",) else exact, dedup.get("within", "corpus")),
        splits=_splits(document.get("splits", {}), corpus["name"]),
        output=output_of(document.get("output", {})),
        limits=_limits(document.get("limits", {})),
        licensing=licensing_of(document.get("licensing", {})),
        hub=document.get("hub", {}),
        card=document.get("card", {})
        | ({"prose": dict(prose.answers)} if "prose" in document.get("card", {}) else {}),
        remarks=prose.remarks,
    )


def _source(table: dict[str, Any], rank: int) -> Source:
    values = dict(table)
    values["files"] = tuple(values["files"])
    values["date_format"] = tuple(values.get("date_format", ()))
    values["header"] = tuple(values.get("header", ()))
    values["fields"] = tuple(values.get("fields", {}).items())
    values["license"] = canonical_license(values["license"])
    values["claims"] = claims_of(values.pop("claim", ()))
    if "conditions" in values:
        values["conditions"] = tuple(sorted(values["conditions"]))
    values["max_loss"] = float(values.get("max_loss", 0.05))
    if "language" in values:
        values["language"] = canonical_language(values["language"])
    if "encoding" in values:
        values["encoding"] = text_codec(values["encoding"])
    values["max_cut"] = float(values.get("max_cut", 0.5))
    if isinstance(values.get("navigation"), dict):
        values["navigation_cut_from"] = values.pop("navigation")["cut_from"]
    return Source(rank=rank, **values)


def _splits(table: dict[str, Any], name: str) -> Splits:
    shares = table.get("shares")
    exact = {split: Fraction(str(share)) for split, share in shares.items()} if shares is not None else None
    return Splits(exact, table.get("by", "text"), table.get("field"), table.get("salt", name))


def _limits(table: dict[str, Any]) -> Limits:
    defaults = Limits()
    return Limits(
        size_of(table.get("line_bytes", defaults.line_bytes)),
        table.get("depth", defaults.depth),
        table.get("ratio", defaults.ratio),
    )

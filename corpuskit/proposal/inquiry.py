"""One source looked at: its sample through the reader, the transforms and the verdict of a build."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from typing import Any

from corpuskit import timestamps
from corpuskit.conform import Conformer
from corpuskit.licenses import canonical_license
from corpuskit.phases.map import MapContext, judged
from corpuskit.phases.outcomes import Judged
from corpuskit.proposal.candidates import Candidate
from corpuskit.proposal.dates import formats_of, guess_formats, guess_zone
from corpuskit.proposal.fields import Field, FieldGuesses, find_fields, shown_value
from corpuskit.proposal.guesses import Guess, ProposedSource
from corpuskit.proposal.repetition import guess_navigation, guess_suffix
from corpuskit.proposal.samples import Sampled, sample
from corpuskit.proposal.tongues import guess_language
from corpuskit.provenance import Limits, Source
from corpuskit.readers import Record
from corpuskit.readers.text import proposed_encoding
from corpuskit.schema import built_in
from corpuskit.spec import Dedup, Splits
from corpuskit.transforms import Draft, Repeats
from corpuskit.transforms.head import find_head
from corpuskit.transforms.learning.repeats import Sample, learn
from corpuskit.validation import compile_schema

UNKNOWN = "LicenseRef-unknown"
_MOST_LOSS, _MOST_BUDGET, _MARGIN = 0.05, 0.5, 1.25
_PROPOSED, _NAMED, _SHOWN_NAMES = 20, 3, 8
_ORDER = ("files", "reader", "records", "delimiter", "encoding", "language", "license", "timezone", "date_format",
          "fields", "title_suffix", "navigation", "max_loss")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What was found in one candidate: a source, unless none of it can be text; and what is left out of it."""

    source: ProposedSource | None
    left_out: tuple[tuple[str, str], ...]


def inquire(candidate: Candidate, root: Path) -> Inquiry:
    """Look at a sample of a candidate, and propose the keys of its source."""
    source = Source(candidate.name, 0, candidate.globs().patterns, UNKNOWN, candidate.reader, language="und")
    found = sample(root, candidate.files, source, candidate.reader)
    if _has_bytes(found.records):
        source, found = _with_texts(source, found, candidate, root)
    left_out = tuple(found.unreadable.items())
    if not found.records and not found.beginnings:
        reason = "holds no records" if found.is_whole else "the first record is too long to be looked at"
        return Inquiry(None, left_out if found.unreadable else ((_named(candidate), reason),))
    fields = FieldGuesses((), {}, {}, ())
    if candidate.reader != "text":
        fields = find_fields([r.fields for r in found.records if r.fields is not None])
        if "text" not in fields.roles:
            names = ", ".join(fields.names[:_SHOWN_NAMES]) + (
                "\u2026" if len(fields.names) > _SHOWN_NAMES else ""
            )
            reason = (
                f"no field can be the text of an article (fields: {names})"
                if names
                else f"holds no {'JSON object' if candidate.reader in {'json', 'jsonl'} else 'row that can be read'}"
            )
            return Inquiry(None, (*left_out, (_named(candidate), reason)))
    elif not any(r.raw.strip() for r in found.records) and not found.beginnings:
        return Inquiry(None, (*left_out, (_named(candidate), "every sampled file is empty")))
    guesses = _guesses(candidate, source, found, fields)
    globs = candidate.globs(frozenset(found.unreadable))
    if not globs.is_exact:
        what = "too many folders to name each: these match files too that were left out; move those away"
        guesses.append(Guess("files", None, what, "ask"))
    count = len(candidate.files) - len(found.unreadable)
    ordered = sorted(guesses, key=lambda guess: _ORDER.index(guess.key.partition(".")[0]))
    return Inquiry(
        ProposedSource(candidate.name, candidate.reader, globs.patterns, count, tuple(ordered)), left_out
    )


def _has_bytes(records: Sequence[Record]) -> bool:
    """Whether columns of Parquet files hold bytes, of which nothing says that they are text."""
    values = (value for record in records for value in (record.fields or {}).values())
    return any(isinstance(value, dict) and value.keys() == {"base64"} for value in values)


def _with_texts(source: Source, found: Sampled, candidate: Candidate, root: Path) -> tuple[Source, Sampled]:
    """The source with columns of bytes read as text, and its sample, where all of it is text; else as they are."""
    if source.reader != "parquet":
        return source, found
    as_text = replace(source, encoding="utf-8")
    again = sample(root, candidate.files, as_text, candidate.reader)
    is_text = all(r.problem is None or r.problem.kind != "invalid-encoding" for r in again.records)
    return (as_text, again) if is_text else (source, found)


def _named(candidate: Candidate) -> str:
    """The files of a candidate in a few words."""
    if len(candidate.files) <= _NAMED:
        return ", ".join(candidate.files)
    return f"{len(candidate.files):,} files {candidate.globs().patterns[0]}"


def _guesses(candidate: Candidate, source: Source, found: Sampled, fields: FieldGuesses) -> list[Guess]:
    """Every guess about a source, each made with the ones before it in force."""
    guesses = [Guess("reader", candidate.reader, "the suffix of the files"), *fields.guesses]
    guesses += _forms(found.records)
    if source.encoding is not None:
        what = f"columns of bytes hold text in all {len(found.records):,} records that were looked at"
        guesses.append(Guess("encoding", source.encoding, what))
    if found.pointer is not None:
        what = f"the largest array of objects; {len(found.records):,} of its records were looked at"
        guesses.append(Guess("records", found.pointer, what))
    source = replace(
        source, records=found.pointer, fields=tuple((g.key[7:], g.value) for g in fields.guesses)
    )
    repeats, drafts = _learned(source, found.records)
    guesses += _own(fields)
    titles = [t for d in drafts if isinstance(t := _title(d, source, repeats), str)]
    guesses += guess_suffix(repeats, titles)
    dates = _dates(drafts, source, repeats, fields)
    guesses += dates.formats
    source = replace(source, date_format=formats_of(dates.formats), navigation="auto")
    outcome = _judged(source, found.records, repeats)
    cut = sum(any(edit.transform == "navigation" for edit in a.edits) for o in outcome if (a := o.published))
    guesses += filter(None, [guess_navigation(repeats, candidate.reader, cut, len(outcome))])
    guesses += _encoding(found.records) if source.reader != "parquet" else []
    guesses += _loss(outcome, found, is_encoded=not any(g.key == "encoding" for g in guesses))
    texts = [a.row["text"] for o in outcome if (a := o.published) is not None] + found.beginnings
    language = guess_language(texts)
    guesses.append(_language(language, fields))
    zone = guess_zone(dates.stamps, source.date_format, language.value)
    return [*guesses, *([zone] if zone else []), _license(fields)]


def _forms(records: Sequence[Record]) -> list[Guess]:
    """A note on how most files of tables are written: a build tells it again from each file."""
    forms = Counter(note.message for r in records for note in r.notes if note.kind == "table-form")
    if not forms:
        return []
    most = max(forms, key=lambda form: (forms[form], form))
    files = sum(forms.values())
    others = f", in {forms[most]:,} of {files:,} files" if forms[most] < files else ""
    return [Guess("delimiter", None, f"{most}{others}", "note")]


def _own(fields: FieldGuesses) -> list[Guess]:
    """A note on the fields that are called as those of articles are, and one that the source's name replaces."""
    mapped = {guess.key[7:] for guess in fields.guesses}
    own = [field for role, field in fields.roles.items() if role not in mapped]
    notes = []
    if own:
        text = fields.roles["text"]
        about = f"; {text.evidence}" if text in own else ""
        named = ", ".join(field.origin for field in own)
        notes.append(Guess("fields", None, f"called as they are here: {named}{about}", "note"))
    if "source" in fields.names:
        what = "`source` is the name of the source here; what the records call so goes to `extra`"
        notes.append(Guess("fields", None, what, "note"))
    for role, field in fields.unfit.items():
        if role not in {"id", "title", "url", "license"}:
            what = f"`{field.origin}` is not what is called so here: {shown_value(field.values[0])}"
            notes.append(Guess("fields", None, what, "note"))
    return notes


def _learned(source: Source, records: Sequence[Record]) -> tuple[Repeats, list[Draft]]:
    """What the texts of a source repeat, and its records with their fields named as those of articles."""
    conformer = Conformer.of(built_in(), source)
    drafts, samples = [], []
    for record in records:
        if record.problem is not None:
            continue
        draft = conformer.draft(record)
        drafts.append(draft)
        title, text = draft.fields.get("title"), draft.fields.get("text")
        if isinstance(text, str) and text:
            place = record.place
            at = place.line if place.line is not None else place.number
            name = place.file if source.reader == "text" else f"{place.file}:{at}"
            samples.append(Sample(name, title if isinstance(title, str) else None, text))
    return learn(samples), drafts


def _title(draft: Draft, source: Source, repeats: Repeats) -> Any:
    if source.reader != "text":
        return draft.fields.get("title")
    return find_head(draft.fields["text"], source, repeats).title


@dataclass(frozen=True, slots=True)
class _Dates:
    stamps: list[str]
    formats: list[Guess]


def _dates(drafts: Sequence[Draft], source: Source, repeats: Repeats, fields: FieldGuesses) -> _Dates:
    """The printed dates of a sample, and the formats that those need which have no certain reading."""
    if source.reader != "text":
        stamps = [
            v
            for d in drafts
            for role in ("published", "retrieved")
            if isinstance(v := d.fields.get(role), str)
        ]
        stamps = (
            [stamp for stamp in stamps if stamp.strip()]
            if fields.roles.keys() & {"published", "retrieved"}
            else []
        )
        return _Dates(stamps, guess_formats(stamps, _reads))
    texts: dict[str, str] = {}
    stamps = []
    for draft in drafts:
        head = find_head(draft.fields["text"], source, repeats)
        if head.stamp is not None:
            stamps.append(head.stamp.printed)
            texts.setdefault(head.stamp.printed, draft.fields["text"])

    def reads(stamp: str, form: str) -> str | None:
        again = find_head(texts[stamp], replace(source, date_format=(form,)), repeats).stamp
        return None if again is None else _reads(again.printed, form)

    return _Dates(stamps, guess_formats(stamps, reads))


def _reads(stamp: str, form: str) -> str | None:
    return timestamps.reader((form,), None)(stamp).date


def _judged(source: Source, records: Sequence[Record], repeats: Repeats) -> list[Judged]:
    schema = built_in()
    judge = compile_schema(schema.document, schema.file)
    context = MapContext(schema, judge, Limits(), Dedup(), Splits(), {source.name: repeats})
    return list(judged(iter(records), Conformer.of(schema, source), context, source.reader or "text"))


def _encoding(records: Sequence[Record]) -> list[Guess]:
    """The encoding that most files seem to have, as a question, where they are not UTF-8."""
    broken = [r for r in records if r.problem is not None and r.problem.kind == "invalid-encoding"]
    if 2 * len(broken) <= len(records):
        return []
    proposed = Counter(proposed_encoding(record.raw) for record in broken[:_PROPOSED])
    most = max(proposed, key=lambda name: (proposed[name], name or ""))
    what = f"{len(broken):,} of {len(records):,} files are not UTF-8"
    if most is None or 2 * proposed[most] <= min(len(broken), _PROPOSED):
        return [Guess("encoding", None, f"{what}, and look like no one encoding", "ask")]
    seen = f"{proposed[most]} of {min(len(broken), _PROPOSED)} look like {most}; until it is declared they are lost"
    return [Guess("encoding", most, f"{what}; {seen}", "ask")]


def _loss(outcome: Sequence[Judged], found: Sampled, *, is_encoded: bool) -> list[Guess]:
    """A `max_loss` that lets a build pass, where more than the default would be lost; and what is lost."""
    lost = [o for o in outcome if o.rejected]
    if not lost:
        return []
    kinds = Counter(next(f.kind for f in o.findings if f.severity == "error") for o in lost)
    named = ", ".join(
        f"{kind} {n:,}" for kind, n in sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    )
    share = len(lost) / len(outcome)
    what = f"{len(lost):,} of {len(outcome):,} {'' if found.is_whole else 'sampled '}records are rejected: {named}"
    if share <= _MOST_LOSS:
        return [Guess("max_loss", None, what, "note")]
    budget = min(1.0, ceil(share * _MARGIN * 100) / 100)
    if not is_encoded:
        return [
            Guess("max_loss", None, f"{what}; a build refuses that, until the encoding is declared", "ask")
        ]
    if share > _MOST_BUDGET:
        return [Guess("max_loss", budget, f"{what}; a build refuses that", "ask")]
    return [Guess("max_loss", budget, f"{what}; look at them, then lower it")]


def _language(guess: Guess, fields: FieldGuesses) -> Guess:
    own = fields.roles.get("language")
    if own is None or len(own.values) < own.of:
        return guess
    shown = ", ".join(f"{tag} {n:,}" for tag, n in Counter(map(str, own.values)).most_common(4))
    return Guess("language", None, f"each record says its own in `{own.origin}`: {shown}", "note")


def _license(fields: FieldGuesses) -> Guess:
    own = fields.roles.get("license")
    if (unfit := fields.unfit.get("license")) is not None and unfit.values:
        what = f"the records' `license` is no SPDX expression: {shown_value(unfit.values[0])}"
        return Guess("license", UNKNOWN, what, "open")
    if own is None:
        return Guess("license", UNKNOWN, "nothing in the files tells", "open")
    return Guess("license", UNKNOWN, f"{_said(own)}; this stands for the others", "open")


def _said(own: Field) -> str:
    named = Counter(canonical_license(str(value)) or "unreadable" for value in own.values)
    shown = ", ".join(f"{name} {n:,}" for name, n in named.most_common(4))
    return f"{len(own.values):,} of {own.of:,} records name their own in `{own.origin}` ({shown})"

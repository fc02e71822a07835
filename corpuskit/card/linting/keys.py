"""The keys of a head that hubs list and filter by: licences, languages, tasks, sizes and origins."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from corpuskit import hub_terms
from corpuskit.card.linting.head import Head
from corpuskit.findings import Finding, finding, shortened
from corpuskit.languages import HUB_SPECIAL, canonical_language, is_hub_language, nearest_hub_language
from corpuskit.licenses import canonical_license, hub_license_ids, hub_licenses

# What hubs read in the card of a dataset; other keys are carried along unread.
KNOWN = frozenset({
    "annotations_creators", "configs", "dataset_info", "extra_gated_button_content", "extra_gated_description",
    "extra_gated_eu_disallowed", "extra_gated_fields", "extra_gated_heading", "extra_gated_prompt", "gated",
    "inference", "language", "language_creators", "language_details", "library_name", "license", "license_details",
    "license_link", "license_name", "multilinguality", "paperswithcode_id", "pretty_name", "size_categories",
    "source_datasets", "tags", "task_categories", "task_ids", "thumbnail", "train-eval-index", "viewer",
})  # fmt: skip
OLD_NAMES = {
    "annotation_creators": "annotations_creators", "config_names": "configs", "language_bcp47": "language_details",
    "languages": "language", "languages_bcp47": "language_details", "licence": "license", "licences": "license",
    "licenses": "license", "size_category": "size_categories", "source_dataset": "source_datasets",
    "task_category": "task_categories", "task_id": "task_ids", "train_eval_index": "train-eval-index",
}  # fmt: skip
_SOURCE = re.compile(r"original|extended(\|[^\s|]+)?|[\w.-]+(/[\w.-]+)?")
_FIELD_TYPES = ("text", "checkbox", "date_picker", "country", "select")
_NOTHING = frozenset({"unknown", "none", "n/a", "null", ""})
_GIVEN_UP = re.compile(r"^(other-|.*-other-)")


def check(head: Head) -> Iterator[Finding]:
    """Everything that is wrong with the keys of a head, but for `configs` and `dataset_info`."""
    yield from _names(head)
    for key, look in _CHECKS.items():
        if head.values.get(key) is not None:
            yield from look(head, key)
    if "license" not in head.values and not OLD_NAMES.keys() & {"license", "licenses"} & head.values.keys():
        message = "no `license`: nobody knows whether the data may be used"
        yield finding("missing-card-key", message, line=1, severity="warning")
    if "language" not in head.values and "languages" not in head.values:
        yield finding("missing-card-key", "no `language`: nobody who looks for one finds the data", line=1)


def _names(head: Head) -> Iterator[Finding]:
    for key in head.values:
        if key in KNOWN:
            continue
        meant = OLD_NAMES.get(key) or hub_terms.nearest(key, KNOWN, 0.85)
        if meant:
            message = f"the key `{key}` is an old or misspelt name of `{meant}`"
            yield head.found("old-card-key", message, f"/{key}", hint=f"Call it `{meant}`.")


def _listed(head: Head, key: str) -> Iterator[tuple[str, str]]:
    """Pointer and text of the values of a key that holds one or a list of them."""
    value = head.values[key]
    for index, each in enumerate(value if isinstance(value, list) else [value]):
        pointer = f"/{key}/{index}" if isinstance(value, list) else f"/{key}"
        if isinstance(each, str):
            yield pointer, each


def _no_texts(head: Head, key: str) -> Iterator[Finding]:
    """What stands where a text, or a list of texts, should."""
    value = head.values[key]
    for index, each in enumerate(value if isinstance(value, list) else [value]):
        pointer = f"/{key}/{index}" if isinstance(value, list) else f"/{key}"
        if isinstance(each, str):
            continue
        written = head.written.get(pointer, "")
        if isinstance(each, bool):  # Norwegian
            message = f"`{written}` is read as {str(each).lower()} by readers of YAML 1.1, such as `datasets`"
            yield head.found("bad-card-value", message, pointer, hint=f'Write `"{written}"`, in quotes.')
        elif each is not None:
            shown = shortened(repr(each), 80)
            message = f"`{key}` holds {shown}, which is no text"
            severity = "error" if key in {"license", "language"} else "warning"
            yield head.found("bad-card-value", message, pointer, severity=severity, hint="Write a text.")


def _licenses(head: Head, key: str) -> Iterator[Finding]:
    yield from _no_texts(head, key)
    ids = hub_license_ids()
    for pointer, word in _listed(head, key):
        if word not in ids:
            message = f"the hub has no licence id {word!r}"
            yield head.found("unknown-license-id", message, pointer, hint=_license_hint(word))
    other = any(word == "other" for _, word in _listed(head, key))
    named = {name for name in ("license_name", "license_link") if head.values.get(name)}
    if other and len(named) < 2:
        lacking = " and ".join(f"`{n}`" for n in ("license_name", "license_link") if n not in named)
        message = f"`license: other` without {lacking}: nobody learns which terms hold"
        hint = (
            "Name the licence (`license_name: my-terms-1.0`) and link its text: a URL, LICENSE or LICENSE.md."
        )
        yield head.found("missing-card-key", message, "/license", severity="warning", hint=hint)
    elif named and not other:
        message = f"`{min(named)}` means something beside `license: other` only"
        yield head.found("bad-card-value", message, f"/{min(named)}", severity="info", hint="Leave it out.")


def _license_hint(word: str) -> str:
    ids = hub_license_ids()
    if word.lower() in ids:
        return f"Write `{word.lower()}`."
    spdx = canonical_license(word)
    if spdx is not None:
        found, missing = hub_licenses([spdx])
        if missing:
            return f"Write `other`, `license_name: {missing[0].lower()}` and a `license_link`."
        what = f"`{found[0]}`" if len(found) == 1 else f"the list [{', '.join(found)}]"
        return f"It is an SPDX id or expression: the hub says {what}."
    near = hub_terms.nearest(re.sub(r"\W*licen[sc]e\W*|^the\W+", "", word, flags=re.IGNORECASE), ids)
    other = "for terms of its own write `other` with `license_name` and `license_link`"
    return f"Did you mean `{near}`? Else {other}." if near else f"{other[0].upper()}{other[1:]}."


def _languages(head: Head, key: str) -> Iterator[Finding]:
    yield from _no_texts(head, key)
    for pointer, word in _listed(head, key):
        near = nearest_hub_language(word) if word not in HUB_SPECIAL else word
        tag = canonical_language(word)
        if is_hub_language(word):
            if near and near != word:
                message = f"the hub lists the language {word!r} under its shorter or newer code"
                yield head.found(
                    "unknown-language-code", message, pointer, severity="warning", hint=f"Write `{near}`."
                )
            continue
        message = f"{word!r} is no ISO 639 code in lower case, nor `code` or `multilingual`"
        if re.fullmatch("[a-z]{3}", word):  # ISO 639-3 grows each year
            message = f"{word!r} is no ISO 639 code that is known here"
            hint = f"Write `{near}`." if near else "Look it up in ISO 639-3."
            yield head.found("unknown-language-code", message, pointer, severity="warning", hint=hint)
            continue
        hint = (
            f"Write `{near}`."
            if near
            else "Look it up in ISO 639-3; what is more exact is for `language_details`."
        )
        if near and tag and tag != near:
            hint = f"Write `{near}`, and `language_details: {tag}` for the rest."
        yield head.found("unknown-language-code", message, pointer, hint=hint)


def _tasks(head: Head, key: str) -> Iterator[Finding]:
    yield from _no_texts(head, key)
    known: Iterable[str] = hub_terms.hub_tasks() if key == "task_categories" else hub_terms.hub_task_ids()
    hint = hub_terms.task_hint if key == "task_categories" else hub_terms.task_id_hint
    for pointer, word in _listed(head, key):
        if word not in known:
            message = (
                f"the hub lists no {'task category' if key == 'task_categories' else 'task id'} {word!r}"
            )
            told = "Words of your own go into `tags`." if _GIVEN_UP.match(word) else hint(word)
            yield head.found("unknown-task", message, pointer, hint=told)


def _words(known: tuple[str, ...]) -> Callable[[Head, str], Iterator[Finding]]:
    """A check that each value is one of some words."""

    def look(head: Head, key: str) -> Iterator[Finding]:
        yield from _no_texts(head, key)
        for pointer, word in _listed(head, key):
            if word not in known:
                message = f"`{key}` has no value {word!r}"
                hint = "Leave it out." if word.lower() in _NOTHING else hub_terms.did_you_mean(word, known)
                yield head.found("bad-card-value", message, pointer, hint=hint)

    return look


def _sources(head: Head, key: str) -> Iterator[Finding]:
    yield from _no_texts(head, key)
    for pointer, word in _listed(head, key):
        if not _SOURCE.fullmatch(word):
            message = f"`{key}` says {shortened(repr(word), 80)}"
            hint = "Write `original`, `extended|NAME` or the id of a dataset on the hub."
            yield head.found("bad-card-value", message, pointer, hint=hint)


def _one_of(kinds: type | tuple[type, ...], what: str) -> Callable[[Head, str], Iterator[Finding]]:
    def look(head: Head, key: str) -> Iterator[Finding]:
        value = head.values[key]
        if not isinstance(value, kinds) or value == "":
            shown = shortened(repr(value), 80)
            yield head.found("bad-card-value", f"`{key}` is {shown}", f"/{key}", hint=f"Write {what}.")

    return look


def _gate_fields(head: Head, key: str) -> Iterator[Finding]:
    value = head.values[key]
    rows = value if isinstance(value, list) else [value]
    if not all(isinstance(row, Mapping) for row in rows):
        yield head.found(
            "bad-card-value", f"`{key}` is no list of fields", f"/{key}", hint="Write `Name: text` and so on."
        )
        return
    for index, row in enumerate(rows):
        for name, kind in row.items():
            meant = kind.get("type") if isinstance(kind, Mapping) else kind
            if meant not in _FIELD_TYPES:
                pointer = f"/{key}/{index}/{name}" if isinstance(value, list) else f"/{key}/{name}"
                message = f"the field {shortened(repr(name), 80)} of the form has the type {shortened(repr(meant), 80)}"
                yield head.found(
                    "bad-card-value", message, pointer, hint=hub_terms.did_you_mean(str(meant), _FIELD_TYPES)
                )


_text = _one_of(str, "a text")
_CHECKS: dict[str, Callable[[Head, str], Iterator[Finding]]] = {
    "license": _licenses,
    "language": _languages,
    "task_categories": _tasks,
    "task_ids": _tasks,
    "size_categories": _words(hub_terms.SIZES),
    "multilinguality": _words(hub_terms.MULTILINGUALITY),
    "annotations_creators": _words(hub_terms.ANNOTATIONS_CREATORS),
    "language_creators": _words(hub_terms.LANGUAGE_CREATORS),
    "source_datasets": _sources,
    "tags": _no_texts,
    "pretty_name": _text,
    "paperswithcode_id": _text,
    "license_name": _text,
    "license_link": _text,
    "viewer": _one_of(bool, "`true` or `false`"),
    "extra_gated_prompt": _text,
    "extra_gated_heading": _text,
    "extra_gated_description": _text,
    "extra_gated_button_content": _text,
    "extra_gated_eu_disallowed": _one_of(bool, "`true` or `false`"),
    "extra_gated_fields": _gate_fields,
}

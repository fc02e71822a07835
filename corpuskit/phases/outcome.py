"""What a build makes of its inputs, all but documents and manifest: kept, and taken as it is where nothing changed."""

from collections.abc import Mapping, Sequence
from typing import Any

from corpuskit import cache as caches
from corpuskit.cache import Entry
from corpuskit.digests import file_sha256
from corpuskit.engines import Tell, threads_for
from corpuskit.layout import form_name
from corpuskit.phases.reuse import Means, Written, link_files


def keep_outcome(means: Means, key: str, facts: Mapping[str, Any], written: Sequence[Written]) -> None:
    """Keep what the manifest will say, and all files of release and audit folder: those in entries by their keys."""
    if means.cache is None:
        return
    others = {form_name(each.name, form) for each in written for form in each.files}
    paths = {
        path.relative_to(means.stage).as_posix(): path
        for folder in (means.release, means.audit)
        for path in folder.rglob("*")
        if path.is_file() and path.relative_to(folder).as_posix() not in others
    }
    files = {name: file_sha256(path) for name, path in paths.items()}
    entries = [[each.kind, each.key, each.name] for each in written]
    caches.keep_files(means.cache, "outcome", key, paths, files, {"facts": facts, "entries": entries})


def take_outcome(means: Means, key: str) -> dict[str, Any] | None:
    """Link all files of an outcome into the staging folder and give its facts; None where any of it is not whole."""
    outcome = caches.find(means.cache, "outcome", key)
    if outcome is None:
        return None
    found = [(name, caches.find(means.cache, *each)) for *each, name in outcome.value["entries"]]
    others = [(name, entry) for name, entry in found if entry is not None]
    entries = [outcome, *(entry for _, entry in others)]
    if len(others) < len(found) or not all(threads_for(len(entries))(_is_sound, entries, _silent)):
        return None
    for name, entry in others:
        link_files(entry, means.release, name)
    for name in outcome.files:
        target = means.stage / name
        target.parent.mkdir(parents=True, exist_ok=True)
        caches.link(outcome.folder / name, target)
    facts: dict[str, Any] = outcome.value["facts"]
    return facts


def _is_sound(entry: Entry, _: Tell) -> bool:
    return entry.is_sound()


def _silent(_: Any) -> None:
    pass

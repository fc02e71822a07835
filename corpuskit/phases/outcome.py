"""What a build makes of its inputs, all but documents and manifest: kept, and taken as it is where nothing changed."""

from collections.abc import Mapping
from typing import Any

from corpuskit import cache as caches
from corpuskit.cache import Entry
from corpuskit.digests import file_sha256
from corpuskit.engines import Tell, threads_for
from corpuskit.layout import form_name
from corpuskit.output import FORMATS
from corpuskit.phases.reuse import Means, link_shard


def keep_outcome(means: Means, key: str, facts: Mapping[str, Any], shards: Mapping[str, str]) -> None:
    """Keep what the manifest will say, and all files of release and audit folder: the shards by their keys."""
    if means.cache is None:
        return
    others = {form_name(name, form) for name in shards for form in FORMATS}
    paths = {
        path.relative_to(means.stage).as_posix(): path
        for folder in (means.release, means.audit)
        for path in folder.rglob("*")
        if path.is_file() and path.relative_to(folder).as_posix() not in others
    }
    files = {name: file_sha256(path) for name, path in paths.items()}
    caches.keep_files(means.cache, "outcome", key, paths, files, {"facts": facts, "shards": shards})


def take_outcome(means: Means, key: str) -> dict[str, Any] | None:
    """Link all files of an outcome into the staging folder and give its facts; None where any of it is not whole."""
    outcome = caches.find(means.cache, "outcome", key)
    if outcome is None:
        return None
    shards = {name: caches.find(means.cache, "shard", each) for name, each in outcome.value["shards"].items()}
    entries = [outcome, *(entry for entry in shards.values() if entry is not None)]
    if None in shards.values() or not all(threads_for(len(entries))(_is_sound, entries, _silent)):
        return None
    files = {means.stage / name: outcome.folder / name for name in outcome.files}
    for name, entry in shards.items():
        if entry is not None:
            link_shard(entry, means.release, name)
    for target, path in files.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        caches.link(path, target)
    facts: dict[str, Any] = outcome.value["facts"]
    return facts


def _is_sound(entry: Entry, _: Tell) -> bool:
    return entry.is_sound()


def _silent(_: Any) -> None:
    pass

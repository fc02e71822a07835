"""The card of a release on disk: printed, checked, or written again in one swap."""

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from corpuskit import layout
from corpuskit.audit import no_release, read_manifest
from corpuskit.card import check_card, merge_card, render_card
from corpuskit.card_files import lint_file
from corpuskit.documents import ROLES
from corpuskit.errors import InputError, SpecError
from corpuskit.findings import Finding, finding
from corpuskit.manifest import file_entry, sorted_files, write_manifest
from corpuskit.release import add_documents
from corpuskit.staging import locked, publish, staging, sync_tree


def release_card(release: Path | str) -> str:
    """README.md as the facts of a release's manifest give it; raises SpecError where it is no release.

    The release is named by its folder, or by the README.md in it.
    """
    return render_card(read_manifest(_release(release)))


def _release(path: Path | str) -> Path:
    """The folder of a release, named by itself or by the README.md in it; raises SpecError where it is none."""
    if not is_release(path):
        raise no_release(str(path), " is not there", _COMPUTED)
    return _folder(path)


_COMPUTED = "Name a folder that build wrote, or its README.md; --check takes the card of any dataset."


def _folder(release: Path | str) -> Path:
    path = Path(release)
    return path.parent if path.name == layout.README and not path.is_dir() else path


def check_release_card(release: Path | str) -> list[Finding]:
    """Every difference between a release's README.md and its facts, in our YAML keys and marked blocks.

    Where the release is named by its README.md, as pre-commit does, the findings name it in the same way.
    """
    folder = _folder(release)
    named = layout.README if folder == Path(release) else str(release)
    expected = release_card(folder)
    try:
        text = (folder / layout.README).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return [finding("missing-file", f"{layout.README} is missing", file=named)]
    return [replace(each, file=named) for each in check_card(text, expected)]


def is_release(path: Path | str) -> bool:
    """Whether a path names a release, or the README.md in one."""
    return (_folder(path) / layout.MANIFEST).is_file()


def check_any_card(path: Path | str) -> list[Finding]:
    """What is wrong with the card of any dataset, named by its folder or its file; of a release, its claims as well.

    Raises SpecError where there is no card or a manifest is none, InputError where the card cannot be read.
    """
    if not Path(path).exists():
        raise SpecError(
            "there is no such file or folder.", str(path), None, "Name a card, or the folder of one."
        )
    if Path(path).is_dir() and not is_release(path) and not (Path(path) / layout.README).exists():
        raise SpecError(f"has no {layout.README}.", str(path), None, "Name a card, or the folder of one.")
    card = Path(path) / layout.README if Path(path).is_dir() else Path(path)
    named = layout.README if Path(path).is_dir() else str(path)
    if not is_release(path):
        return [replace(each, file=named) for each in lint_file(card)]
    differences = check_release_card(path)
    linted = lint_file(card) if card.is_file() else []
    # What differs is said once, as what the data say.
    told = {each.pointer for each in differences if each.pointer}
    return differences + [
        replace(each, file=named) for each in linted if (each.pointer or "").split("/")[:2] not in _keys(told)
    ]


def _keys(pointers: set[str]) -> list[list[str]]:
    return [pointer.split("/")[:2] for pointer in pointers]


def rewrite_card(release: Path | str) -> str:
    """Render a release's documents again and rewrite manifest and sidecar; returns the new root digest.

    YAML keys and prose of others in README.md stay, as `merge_card` says. The release is replaced by an atomic
    exchange; data files are linked, not copied. Raises InputError where what stands in README.md cannot be read.
    """
    release = _release(release).resolve()  # a link to it stays one
    out, name = release.parent, str(read_manifest(release)["name"])
    with locked(out, name), staging(out, name) as stage:
        theirs, manifest = _text(release / layout.README), read_manifest(release)
        folder = stage / "release"
        shutil.copytree(release, folder, copy_function=os.link)
        documents = [entry["path"] for entry in manifest["files"] if entry["role"] in ROLES]
        for document in (*documents, layout.MANIFEST, layout.SIDECAR):
            # A link would write through to the old release.
            (folder / document).unlink(missing_ok=True)
        root = write_manifest(folder, _merged(folder, add_documents(folder, manifest), theirs))
        sync_tree(folder)
        publish(folder, release)
    return root


def _text(card: Path) -> str:
    """A card with its line ends as they are; empty where there is none."""
    try:
        return card.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        hint = "Write it in UTF-8, or remove it to have it written anew."
        raise InputError(str(card), f"is not UTF-8 from byte {error.start} on.", hint) from error


def _merged(folder: Path, manifest: dict[str, Any], theirs: str) -> dict[str, Any]:
    """Put the card just rendered into the one that stood there, and give the manifest with its digest."""
    card = folder / layout.README
    merged = merge_card(theirs, card.read_text(encoding="utf-8"))
    card.write_text(merged, encoding="utf-8", newline="")
    entries = [entry for entry in manifest["files"] if entry["path"] != layout.README]
    entries.append(file_entry(folder, layout.README, "card"))
    return {**manifest, "files": list(sorted_files(entries))}

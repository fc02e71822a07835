"""`verify(release)`: is this the release that was built, whole, and are its claims true?"""

import hashlib
import json
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from corpuskit import layout, parquet
from corpuskit import manifest as manifests
from corpuskit.audit.books import audit_findings
from corpuskit.audit.claims import UNREADABLE, is_file
from corpuskit.audit.forms import form_findings, unusable_forms
from corpuskit.audit.rows import content_findings, row_count
from corpuskit.card import check_card, render_card
from corpuskit.digests import file_sha256
from corpuskit.documents import ROLES, render_documents
from corpuskit.errors import SpecError
from corpuskit.findings import Finding, finding, worst
from corpuskit.forms import FORMS


def read_manifest(release: Path) -> dict[str, Any]:
    """The manifest of a release; raises SpecError where the folder is none."""
    hint = "Name a folder that build wrote."
    try:
        manifest: dict[str, Any] = json.loads((release / layout.MANIFEST).read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        cause = f"is no release: {layout.MANIFEST} cannot be read."
        raise SpecError(cause, str(release), None, hint) from error
    if broken := manifests.broken_rules(manifest):
        raise SpecError(f"is no release: {layout.MANIFEST}: {broken[0]}.", str(release), None, hint)
    return manifest


def verify(
    release: Path | str, *, quick: bool = False, expect_root: str | None = None, consumers: bool = False
) -> list[Finding]:
    """Everything that is wrong with a release; no finding of severity error where it is what was built.

    `quick` checks names, sizes and row counts and leaves digests and rows unread. `expect_root` is the root
    digest that is meant, as build printed it. `consumers` opens what is whole as others will, with each library that
    is installed, and compares what they read. Raises SpecError where the folder is no release at all.
    """
    findings = _verified(release, quick=quick, expect_root=expect_root)
    if not consumers:
        return findings
    if worst(findings) == "error":
        message = "it is not the release that was built: no consumer was asked"
        return [*findings, finding("absent-consumer", message)]
    from corpuskit.consumers import consumer_findings

    folder = Path(release).resolve()
    return [*findings, *consumer_findings(folder, read_manifest(folder))]


def _verified(release: Path | str, *, quick: bool, expect_root: str | None) -> list[Finding]:
    """What corpuskit itself finds."""
    if not (Path(release) / layout.MANIFEST).is_file():
        cause = f"is no release: there is no {layout.MANIFEST}."
        raise SpecError(cause, str(release), None, "Name a folder that build wrote.")
    # `.` and a link to a release have their audit folder beside the folder itself.
    release = Path(release).resolve()
    data = (release / layout.MANIFEST).read_bytes()
    findings = list(_manifest_findings(release, data, expect_root))
    if worst(findings) == "error":
        return findings
    manifest = json.loads(data)
    findings += _file_findings(release, manifest, quick=quick)
    if worst(findings) == "error":
        return findings  # what the files hold says nothing while they are not the ones that were built
    if quick:
        return [*findings, *_footer_findings(release, manifest)]
    findings += content_findings(release, manifest)
    findings += form_findings(release, manifest)
    findings += _document_findings(release, manifest)
    findings += audit_findings(release, manifest)
    return findings


def _manifest_findings(release: Path, data: bytes, expect_root: str | None) -> Iterator[Finding]:
    root = hashlib.sha256(data).hexdigest()
    if not is_file(release / layout.SIDECAR):
        yield finding("missing-file", f"{layout.SIDECAR} is missing", file=layout.SIDECAR)
        return
    if (release / layout.SIDECAR).read_bytes() != manifests.sidecar(root):
        message = f"the manifest's digest is {root}; {layout.SIDECAR} says otherwise"
        yield finding("bad-manifest", message, file=layout.SIDECAR)
        return
    if expect_root is not None and expect_root.lower() != root:
        yield finding("wrong-root", f"the root digest is {root}, not {expect_root}", file=layout.MANIFEST)
    try:
        manifest = json.loads(data)
        canonical = manifests.canonical(manifest) == data
    except (ValueError, RecursionError):
        yield finding("bad-manifest", "the manifest is not JSON", file=layout.MANIFEST)
        return
    if not canonical:
        yield finding("bad-manifest", "the manifest is not canonical JSON", file=layout.MANIFEST)
    for message in manifests.broken_rules(manifest) or _unusable(manifest):
        yield finding("bad-manifest", message, file=layout.MANIFEST)


def _unusable(manifest: Mapping[str, Any]) -> Iterator[str]:
    """What no build writes into a manifest and its schema cannot say, in sentences."""
    for entry in manifest["files"]:
        if {".", ".."} & set(entry["path"].split("/")):
            yield f"the path {entry['path']!r} leaves the release"
        if entry["role"] in {"data", "provenance", *FORMS} and "rows" not in entry:
            yield f"{entry['path']} has no number of rows"
        if entry["role"] in {"data", *FORMS} and "split" not in entry:
            yield f"{entry['path']} has no split"
    yield from _misnamed(entry for entry in manifest["files"] if entry["role"] == "data")
    yield from unusable_forms(manifest["files"])
    try:
        documents = render_documents(manifest)
    except Exception as error:  # noqa: BLE001 - a template can raise anything for a fact of the wrong type
        yield f"no card can be rendered from it: {type(error).__name__}: {error}"
        return
    listed = {entry["path"]: entry["role"] for entry in manifest["files"]}
    for name, (role, _) in sorted(documents.items()):
        if listed.pop(name, None) != role:
            yield f"{name} is not among its files as its {role}"
    for name, role in sorted(listed.items()):
        if role in ROLES:
            yield f"nothing that it says makes a {role} called {name}"


def _misnamed(data: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Data files that the globs of the card would not find, or that are not all there are."""
    shards: dict[tuple[str, str], list[str]] = {}
    for entry in data:
        place = layout.partition_of(entry["path"]), str(entry.get("split"))
        shards.setdefault(place, []).append(entry["path"])
    for (partition, split), paths in shards.items():
        names = [layout.shard_name(split, i, len(paths), partition) for i in range(len(paths))]
        if sorted(paths) != names:
            yield f"the {len(paths)} files of {split} are not called {names[0]} and so on"


def _file_findings(release: Path, manifest: Mapping[str, Any], *, quick: bool) -> Iterator[Finding]:
    """Compare the files that are there with those of the manifest."""
    listed = {entry["path"]: entry for entry in manifest["files"]}
    own = {*listed, layout.MANIFEST, layout.SIDECAR}
    for path in sorted(release.rglob("*")):
        name = path.relative_to(release).as_posix()
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode):
            continue
        if not stat.S_ISREG(mode):
            yield finding("extra-file", "neither a file nor a folder (a link or a device)", file=name)
        elif name in own:
            continue
        elif name.partition("/")[0] in layout.FOREIGN:
            yield finding("foreign-file", "not part of the release", file=name)
        else:
            yield finding("extra-file", "the manifest does not list it", file=name)
    published_copy = not layout.audit_folder(release).is_dir()
    for name, entry in listed.items():
        path = release / name
        if not is_file(path):
            yield finding("missing-file", "listed in the manifest and not there", file=name)
        elif entry["role"] == "card" and published_copy:
            yield from _copied_card(path, manifest)
        elif path.stat().st_size != entry["bytes"]:
            message = f"{path.stat().st_size} bytes; the manifest says {entry['bytes']}"
            yield finding("changed-file", message, file=name)
        elif not quick and (found := file_sha256(path)[0]) != entry["sha256"]:
            message = f"its sha256 is {found}; the manifest says {entry['sha256']}"
            yield finding("changed-file", message, file=name)


def _copied_card(path: Path, manifest: Mapping[str, Any]) -> Iterator[Finding]:
    """A published card may carry foreign keys and prose beside ours."""
    text = path.read_bytes().decode(errors="replace")
    expected = render_card(manifest)
    different = check_card(text, expected)
    yield from different
    if text != expected and not different:
        message = "the card carries keys or prose that are not ours"
        yield finding("foreign-file", message, file=layout.README)


def _footer_findings(release: Path, manifest: Mapping[str, Any]) -> Iterator[Finding]:
    for entry in manifest["files"]:
        if entry["role"] == "data":
            try:
                rows = parquet.count_rows(release / entry["path"])
            except UNREADABLE as error:
                yield finding("wrong-content", f"it cannot be read: {error}", file=entry["path"])
                continue
            yield from row_count(rows, entry)


def _document_findings(release: Path, manifest: Mapping[str, Any]) -> Iterator[Finding]:
    """The documents say what the manifest says."""
    for name, (_, expected) in render_documents(manifest).items():
        text = (release / name).read_bytes().decode(errors="replace")
        if name == layout.README:
            yield from check_card(text, expected)
        elif text != expected:
            yield finding("wrong-claim", "it does not say what the manifest says", file=name)

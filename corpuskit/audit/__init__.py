"""`verify(release)`: is this the release that was built, whole, and are its claims true?"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from corpuskit import layout, parquet
from corpuskit import manifest as manifests
from corpuskit.audit.books import book_findings
from corpuskit.audit.claims import UNREADABLE
from corpuskit.audit.forms import form_findings, unusable_forms
from corpuskit.audit.origins import root_findings
from corpuskit.audit.rows import Rows, row_count, schema_of
from corpuskit.audit.tables import Unreadable
from corpuskit.card import check_card, render_card
from corpuskit.digests import sha256
from corpuskit.documents import ROLES, render_documents
from corpuskit.errors import InputError, SpecError
from corpuskit.findings import Finding, finding, worst
from corpuskit.forms import FORMS
from corpuskit.places import Place, place, sha256_at
from corpuskit.places.pointer import read_pointer


def read_manifest(release: Path) -> dict[str, Any]:
    """The manifest of a release; raises SpecError where the folder is none."""
    try:
        return _parsed((release / layout.MANIFEST).read_bytes(), str(release))
    except OSError as error:
        raise no_release(str(release), " cannot be read") from error


def find_release(where: Place) -> tuple[Place, dict[str, Any]]:
    """The release at a place, or the one that a pointer there names, and its manifest; raises SpecError, InputError."""
    release, data, pointed = _found(where)
    if pointed is not None and pointed != sha256(data):
        cause = f"its root digest is not the one that {layout.LATEST} names."
        raise InputError(str(release), cause, "Run `corpuskit verify` on it.")
    return release, _parsed(data, str(release))


def _parsed(data: bytes, release: str) -> dict[str, Any]:
    """The manifest in these bytes; raises SpecError where they are none."""
    try:
        manifest: dict[str, Any] = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise no_release(release, " cannot be read") from error
    if broken := manifests.broken_rules(manifest):
        raise no_release(release, f": {broken[0]}")
    return manifest


def no_release(release: str, why: str, hint: str = "Name a folder that build wrote.") -> SpecError:
    """What is said of a place where no release is, with what to do."""
    cause = f"is no release: {layout.MANIFEST}{why}."
    # A URL that was taken for a path has lost one of its slashes.
    is_url = re.search(r"(?:^|/)[a-z][a-z0-9+.-]+:/", release) is not None
    urls = "`verify`, `load` and `read` take URLs: fetch the folder first."
    return SpecError(cause, release, None, urls if is_url else hint)


def verify(
    release: Path | str, *, quick: bool = False, expect_root: str | None = None, consumers: bool = False
) -> list[Finding]:
    """Everything that is wrong with a release; no finding of severity error where it is what was built.

    A release is named by its folder, by a file:// or s3:// URL, or by the place it was published to (or latest.json
    there), which stands for the latest one. `quick` checks names, sizes and row counts and leaves digests and rows
    unread. `expect_root` is the root digest that is meant, as build printed it. `consumers` opens what is whole, in a
    folder of this machine, as others will, with each library that is installed, and compares what they read. Raises
    SpecError where there is no release at all, InputError where what is there cannot be fetched.
    """
    where = place(release)
    findings = verify_place(where, quick=quick, expect_root=expect_root)
    if not consumers:
        return findings
    if worst(findings) == "error":
        message = "it is not the release that was built: no consumer was asked"
        return [*findings, finding("absent-consumer", message)]
    folder = _found(where)[0].folder
    if folder is None:
        message = "it lies in an object store: fetch a copy, and ask consumers there"
        return [*findings, finding("absent-consumer", message)]
    from corpuskit.consumers import consumer_findings

    return [*findings, *consumer_findings(folder, read_manifest(folder))]


def verify_place(where: Place, *, quick: bool = False, expect_root: str | None = None) -> list[Finding]:
    """Everything that is wrong with the release at a place, or with the one that a pointer there names."""
    release, data, pointed = _found(where)
    findings = list(_manifest_findings(release, data, expect_root))
    if pointed is not None and pointed != sha256(data):
        message = f"the root digest of {release.name} is {sha256(data)}; the pointer says {pointed}"
        findings.append(finding("wrong-root", message, file=layout.LATEST))
    if worst(findings) == "error":
        return findings
    manifest = json.loads(data)
    findings += _file_findings(release, manifest, quick=quick)
    if worst(findings) == "error":
        return findings  # what the files hold says nothing while they are not the ones that were built
    if quick:
        return [*findings, *_footer_findings(release, manifest)]
    findings += _content_findings(release, manifest)
    findings += form_findings(release, manifest)
    findings += _document_findings(release, manifest)
    return findings


def _content_findings(release: Place, manifest: Mapping[str, Any]) -> Iterator[Finding]:
    """Rows and books hold what is claimed; the books are held beside the rows."""
    try:
        yield from root_findings(release, manifest)
        rows = Rows(release, manifest, schema_of(release, manifest), is_audited=release.audit is not None)
        yield from rows.check()
        yield from book_findings(release, manifest, rows)
    except Unreadable as broken:
        yield finding("wrong-content", f"it cannot be read: {broken.reason}", file=broken.file)
    except UNREADABLE as error:
        yield finding("wrong-content", f"the data cannot be read: {error}", file=layout.DATA)


def _found(where: Place) -> tuple[Place, bytes, str | None]:
    """The release at a place, the bytes of its manifest, and the root digest that the pointer to it names."""
    if where.name == layout.LATEST:
        where = where.parent()
    elif (data := where.read(layout.MANIFEST)) is not None:
        return where, data, None
    if (pointer := read_pointer(where)) is None:
        cause = f"is no release: there is no {layout.MANIFEST}."
        raise SpecError(cause, str(where), None, "Name a release that build or publish wrote.")
    release = where.below(pointer.prefix)
    if (data := release.read(layout.MANIFEST)) is None:
        cause = f"is no release: there is no {layout.MANIFEST}, but {layout.LATEST} leads here."
        raise SpecError(cause, str(release), None, "Publish that version again.")
    return release, data, pointer.root_digest


def _manifest_findings(release: Place, data: bytes, expect_root: str | None) -> Iterator[Finding]:
    root = sha256(data)
    sidecar = release.read(layout.SIDECAR)
    if sidecar is None:
        yield finding("missing-file", f"{layout.SIDECAR} is missing", file=layout.SIDECAR)
        return
    if sidecar != manifests.sidecar(root):
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


def _file_findings(release: Place, manifest: Mapping[str, Any], *, quick: bool) -> Iterator[Finding]:
    """Compare the files that are there with those of the manifest."""
    listed = {entry["path"]: entry for entry in manifest["files"]}
    own = {*listed, layout.MANIFEST, layout.SIDECAR}
    sizes: dict[str, int] = {}
    for path, size, regular in release.entries():
        if not regular:
            yield finding("extra-file", "neither a file nor a folder (a link or a device)", file=path)
        elif path in own:
            sizes[path] = size
        elif _is_foreign(release, path):
            yield finding("foreign-file", "not part of the release", file=path)
        else:
            yield finding("extra-file", "the manifest does not list it", file=path)
    for name, entry in listed.items():
        if name not in sizes:
            yield finding("missing-file", "listed in the manifest and not there", file=name)
        elif entry["role"] == "card" and release.audit is None:
            yield from _copied_card(release, manifest)
        elif sizes[name] != entry["bytes"]:
            message = f"{sizes[name]} bytes; the manifest says {entry['bytes']}"
            yield finding("changed-file", message, file=name)
        elif not quick and (found := sha256_at(release, name)) != entry["sha256"]:
            message = f"its sha256 is {found}; the manifest says {entry['sha256']}"
            yield finding("changed-file", message, file=name)


def _is_foreign(release: Place, path: str) -> bool:
    """Whether a file that the manifest does not list is a matter of hubs, or of others who wrote to a published copy.

    What lies among the data is an error wherever it is: loaders would take it for rows.
    """
    first = path.partition("/")[0]
    return first in layout.FOREIGN or (release.audit is None and first != layout.DATA)


def _copied_card(release: Place, manifest: Mapping[str, Any]) -> Iterator[Finding]:
    """A published card may carry foreign keys and prose beside ours."""
    text, expected = _text(release, layout.README), render_card(manifest)
    yield from check_card(text, expected) or _foreign(text, expected)


def _foreign(text: str, expected: str) -> list[Finding]:
    """A note where a card in which nothing of ours differs holds more than ours."""
    message = "the card carries keys or prose that are not ours"
    return [] if text == expected else [finding("foreign-file", message, file=layout.README)]


def _text(release: Place, name: str) -> str:
    return (release.read(name) or b"").decode(errors="replace")


def _footer_findings(release: Place, manifest: Mapping[str, Any]) -> Iterator[Finding]:
    for entry in manifest["files"]:
        if entry["role"] == "data":
            try:
                with release.open(entry["path"]) as source:
                    rows = parquet.count_rows(source)
            except UNREADABLE as error:
                yield finding("wrong-content", f"it cannot be read: {error}", file=entry["path"])
                continue
            yield from row_count(rows, entry)


def _document_findings(release: Place, manifest: Mapping[str, Any]) -> Iterator[Finding]:
    """The documents say what the manifest says."""
    for name, (_, expected) in render_documents(manifest).items():
        text = _text(release, name)
        if name == layout.README:
            found = check_card(text, expected)
            # In a published copy the comparison of files has said so.
            yield from found or (_foreign(text, expected) if release.audit is not None else ())
        elif text != expected:
            yield finding("wrong-claim", "it does not say what the manifest says", file=name)

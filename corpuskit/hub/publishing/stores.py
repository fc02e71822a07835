"""Folders and object stores as targets: `file:///folder`, `s3://bucket/prefix`.

A release becomes `<target>/<name>-<version>/`. Its manifest is sent when every other file has been read back, so a
release there is whole if and only if it has one; then `<target>/latest.json` is moved. Nothing else there is touched,
and nothing is deleted but the unfinished parts of an earlier run.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from corpuskit import layout
from corpuskit.audit import verify_place
from corpuskit.digests import sha256
from corpuskit.errors import PublishRefused, RemoteError, SpecError
from corpuskit.findings import Finding, finding
from corpuskit.hub.publishing.plan import (
    MAIN,
    Address,
    Cargo,
    FileChange,
    Options,
    Plan,
    RemoteFile,
    State,
    Tell,
)
from corpuskit.hub.publishing.versions import Latest, precedence
from corpuskit.places import Entry, Place, place, sha256_at
from corpuskit.places.pointer import Pointer, read_pointer

_SEALS = (layout.SIDECAR, layout.MANIFEST)  # in the order in which they are sent
_ATTEMPTS = 5  # to move the pointer while others do


def address(scheme: str, rest: str) -> Address:
    """The address of a folder, or of a bucket and prefix; raises SpecError."""
    found = place(f"{scheme}://{rest}")
    return Address(scheme, found.url.partition("://")[2])


def state(target: Address, options: Options, manifest: Mapping[str, Any]) -> State:
    """What lies where this version goes.

    While no manifest is there, no reader sees the release: what has arrived of it is held, not there.
    """
    if options.branch != MAIN or options.pull_request or options.tag:
        raise SpecError("has no branches: leave --branch, --tag and --pull-request out.", target.url)
    where = place(target.url)
    pointer = _latest(where, str(manifest["name"]))
    latest = None if pointer is None else Latest(pointer.name, pointer.version)
    release = where.below(_prefix(manifest))
    wanted = {entry["path"]: entry["bytes"] for entry in manifest["files"]}
    parts = {layout.part_name(path) for path in (*wanted, *_SEALS)}
    files = tuple(
        RemoteFile(each.path, each.size, _digest(release, each, wanted))
        for each in release.entries()
        if each.path not in parts
    )
    seal = next((each for each in files if each.path == layout.MANIFEST), None)
    if seal is None:
        ours = {*wanted, *_SEALS}
        held = {each.digest.removeprefix("sha256:") for each in files if each.path in ours}
        others = tuple(each for each in files if each.path not in ours)
        return State(files=others, held=frozenset(held), latest=latest)
    data = release.read(layout.MANIFEST) or b""
    root = sha256(data)
    seal = RemoteFile(layout.MANIFEST, len(data), f"sha256:{root}")
    files = tuple(seal if each.path == layout.MANIFEST else each for each in files)
    return State(revision=root, files=files, manifest=data, tagged=root, tagged_manifest=seal, latest=latest)


def _digest(release: Place, file: Entry, wanted: Mapping[str, int]) -> str:
    """The digest of a file that may be the one that is wanted: as noted when it was sent, or else of its bytes.

    What is noted may be wrong: it saves reading files twice, since all are read back once the rest is sent.
    """
    if file.path in _SEALS:
        return f"sha256:{sha256_at(release, file.path)}"
    if file.size != wanted.get(file.path):
        return f"bytes:{file.size}"
    return f"sha256:{release.noted_sha256(file.path) or sha256_at(release, file.path)}"


def execute(plan: Plan, cargo: Cargo, tell: Tell) -> str:
    """Send what is missing, read all of it back, then the manifest, then move the pointer; gives the root digest."""
    where = place(plan.target.url)
    release = where.below(_prefix({"name": plan.name, "version": plan.version}))
    ours = {each.path: each for each in plan.files if each.sha256 is not None}
    with where.locked(plan.name):
        if swept := release.sweep(list(ours)) + where.sweep([layout.LATEST]):
            tell(f"removed {swept:,} unfinished parts of an earlier run")
        there = release.read(layout.MANIFEST)
        if there is not None and sha256(there) not in {plan.revision, plan.root_digest}:
            # Another has published this version since the plan was made.
            raise PublishRefused([f"{release} holds another release of this version by now."])
        _deliver(plan, release, cargo, [each for path, each in ours.items() if path not in _SEALS], tell)
        _deliver(plan, release, cargo, [ours[layout.SIDECAR]], tell)
        if there is None:
            tell(f"sending {layout.MANIFEST}, {ours[layout.MANIFEST].bytes:,} bytes")
            if not release.swap(layout.MANIFEST, (cargo.release / layout.MANIFEST).read_bytes(), None):
                raise PublishRefused(
                    [f"{release} was published by another meanwhile: verify what lies there."]
                )
        _deliver(plan, release, cargo, [ours[layout.MANIFEST]], tell)
        _point(plan, where, release.name, tell)
    return plan.root_digest


def _point(plan: Plan, where: Place, prefix: str, tell: Tell) -> None:
    """Make the pointer name the plan's release, unless it names a newer one."""
    pointer = Pointer(plan.name, plan.version, plan.root_digest, prefix)
    for _ in range(_ATTEMPTS):
        before = where.read(layout.LATEST)
        latest = _latest(where, plan.name)
        if latest == pointer or (latest is not None and not _may_move(plan, latest)):
            return
        tell(f"moving {where}/{layout.LATEST} to {prefix}")
        if where.swap(layout.LATEST, pointer.as_bytes(), before):
            return
    raise RemoteError(
        str(where), f"{layout.LATEST} is moved by others again and again.", "Run this again later."
    )


def _deliver(plan: Plan, release: Place, cargo: Cargo, files: Iterable[FileChange], tell: Tell) -> None:
    """Send files that are not there, then read every one back; what was there and is wrong is sent once more."""
    for each in files:
        sent = each.travels > 0 or (each.action != "keep" and each.bytes == 0)
        while True:
            if sent:
                tell(f"sending {each.path}, {each.bytes:,} bytes")
                release.put(each.path, cargo.path(each.path), str(each.sha256))
            if sha256_at(release, each.path) == each.sha256:
                break
            if sent:
                cause = f"{each.path} arrived with other bytes than the release has."
                raise RemoteError(
                    plan.target.url, cause, "Verify the release, then run the same command again."
                )
            sent = True


def check(plan: Plan, revision: str, cargo: Cargo, stated: Mapping[str, Mapping[str, int]]) -> list[Finding]:
    """What is wrong with what lies there now: names, sizes, rows, and the pointer; every byte has been read back."""
    del cargo, stated  # the manifest, which `revision` binds, states the rows of each file
    where = place(plan.target.url)
    release = where.below(_prefix({"name": plan.name, "version": plan.version}))
    found = [f for f in verify_place(release, quick=True, expect_root=revision) if f.severity == "error"]
    latest = _latest(where, plan.name)
    if (
        latest is None
        or precedence(latest.version) < precedence(plan.version)
        or (plan.options.allow_older and latest.root_digest != revision)
    ):
        found.append(finding("wrong-copy", "it does not name this version", file=layout.LATEST))
    return found


def _may_move(plan: Plan, latest: Pointer) -> bool:
    """Whether the pointer goes to the plan's version: never back to a lower one, unless that is asked for."""
    return plan.options.allow_older or precedence(latest.version) <= precedence(plan.version)


def _prefix(manifest: Mapping[str, Any]) -> str:
    return layout.release_name(str(manifest["name"]), str(manifest["version"]))


def _latest(where: Place, name: str) -> Pointer | None:
    """The pointer of a target, which must be this corpus's; raises SpecError."""
    latest = read_pointer(where)
    if latest is not None and latest.name != name:
        cause = f"{layout.LATEST} there is that of the corpus {latest.name!r}."
        raise SpecError(cause, str(where), None, "Give each corpus a folder or prefix of its own.")
    return latest

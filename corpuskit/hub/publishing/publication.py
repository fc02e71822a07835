"""`publish(release, target)`: a plan, its gates, its execution, and proof that it arrived."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpuskit import layout
from corpuskit.audit import read_manifest
from corpuskit.errors import InputError, OutputError, PublishRefused, RemoteError, SpecError
from corpuskit.findings import Finding, finding
from corpuskit.hub.publishing import gates
from corpuskit.hub.publishing.branches import check_branch
from corpuskit.hub.publishing.calling import quiet_library
from corpuskit.hub.publishing.cards import key_changes, merged_card
from corpuskit.hub.publishing.comparing import file_changes, is_reached, release_files
from corpuskit.hub.publishing.plan import (
    MAIN,
    Address,
    Cargo,
    Gate,
    Gating,
    Options,
    Plan,
    Tell,
    dump_plan,
    load_plan,
)
from corpuskit.hub.publishing.stale import stale_findings
from corpuskit.hub.publishing.targets import address_of, target_of
from corpuskit.places import place


@dataclass(frozen=True, slots=True)
class Publication:
    """A release that was published and checked: the plan that was executed, and the revision it became."""

    plan: Plan
    revision: str
    findings: list[Finding]


def publish(
    release: Path | str,
    target: str | None = None,
    *,
    dry_run: bool = False,
    plan: Plan | Path | str | None = None,
    private: bool | None = None,
    branch: str = MAIN,
    pull_request: bool = False,
    message: str = "",
    allow_unknown_license: bool = False,
    allow_older: bool = False,
    tag: bool = False,
    tell: Tell | None = None,
    progress: bool = False,
) -> Plan | Publication:
    """Publish a release to a target such as hf://namespace/name; with `dry_run` only the plan is made, and given.

    Without a target it is `[hub] repo` of the release's corpus.toml. `plan` is one that was made earlier, or its file:
    then exactly that is executed, with its target and options, or nothing. With `tag` a `branch` gets the version's
    tag, as main always does; with `allow_older` a lower version may take the place of what is on main, or what a
    pointer names. `tell` is called with a sentence a step.

    Raises PublishRefused where a gate refuses, the plan is no longer true, or what arrived is not what was sent;
    RemoteError where the target fails; SpecError for a target or a plan that is none. The same call may be made again
    after any of them: what has arrived is not sent again.
    """
    release = Path(release).resolve()
    manifest = read_manifest(release)
    given = _read_plan(plan) if isinstance(plan, Path | str) else plan
    address = _address(target, manifest, given)
    _check_apart(release, address)
    asked = Options(branch, pull_request, private, None, message, allow_unknown_license, allow_older, tag)
    options = given.options if given is not None else _options(asked, manifest)
    check_branch(options.branch)
    with quiet_library(progress=progress):
        made, cargo = _make(release, manifest, address, options, given)
        if dry_run:
            return made
        if not made.ok:
            raise PublishRefused(_reasons(made.findings), outcome(made, made.findings, ok=False))
        kind = target_of(address)
        try:
            revision = kind.execute(made, cargo, tell or _silent)
        except RemoteError as error:
            error.hint = f"{error.hint} What has arrived is not sent again."
            raise
        except PublishRefused as refused:
            late = finding("stale-plan", " ".join(refused.reasons))
            refused.outcome = outcome(made, [*made.findings, late], ok=False)
            raise
        (tell or _silent)(f"checking revision {revision}")
        different = kind.check(made, revision, cargo, manifest["configs"])
    if different:
        findings = [*made.findings, *different]
        raise PublishRefused(_reasons(different), outcome(made, findings, ok=False, revision=revision))
    return Publication(made, revision, made.findings)


def _check_apart(release: Path, address: Address) -> None:
    """Raise SpecError where a release would be published into itself, or to where it lies."""
    folder = Path(place(address.url).folder or "/") if address.scheme == "file" else None
    if folder is not None and (folder.is_relative_to(release) or folder == release.parent):
        cause = "is where the release lies."
        raise SpecError(cause, address.url, None, "Name another folder: what is published is a copy.")


def outcome(plan: Plan, findings: list[Finding], *, ok: bool, revision: str | None = None) -> dict[str, Any]:
    """What `corpuskit publish --format json` prints; `revision` is None where nothing was published."""
    rows = [each.as_dict() for each in findings]
    return {"ok": ok, "findings": rows, "plan": plan.as_dict(), "revision": revision}


def write_plan(plan: Plan, path: Path) -> None:
    """Write a plan to a file; raises OutputError."""
    try:
        path.write_bytes(dump_plan(plan))
    except OSError as error:
        raise OutputError(str(path), f"cannot be written: {error.strerror}.") from error


def _read_plan(path: Path | str) -> Plan:
    try:
        return load_plan(Path(path).read_bytes(), str(path))
    except OSError as error:
        raise InputError(str(path), f"cannot be read: {error.strerror}.") from error


def _silent(_: str) -> None:
    """Say nothing."""


def _reasons(findings: list[Finding]) -> list[str]:
    """The errors among findings, as sentences with the next step."""
    wrong = [each for each in findings if each.severity == "error"]
    lines = [f"{each.file}: {each.message}" if each.file else each.message for each in wrong]
    return [f"{line}. {each.hint or ''}".strip() for line, each in zip(lines, wrong, strict=True)]


def _address(target: str | None, manifest: Mapping[str, Any], given: Plan | None) -> Address:
    repo = manifest["hub"].get("repo")
    if target is None and given is not None:
        return given.target
    if target is None and repo is None:
        hint = "Name one such as hf://NAMESPACE/NAME, or write it as `[hub] repo` and build again."
        raise SpecError("no target is named.", hint=hint)
    named = target if target is not None else str(repo)
    address = address_of(named if "://" in named or target is not None else f"hf://{named}")
    if given is not None and address != given.target:
        place = f"{given.target.url} at {given.target.host}" if given.target.host else given.target.url
        raise SpecError(f"the plan is for {place}, not for {address.url}.", hint="Leave the target out.")
    return address


def _options(asked: Options, manifest: Mapping[str, Any]) -> Options:
    """What is asked of a publication, and what corpus.toml says of the hub where nothing else is asked."""
    message = asked.message.strip() or f"{manifest['name']} {manifest['version']}"
    if asked.pull_request:
        if asked.branch != MAIN or asked.tag or asked.private is not None:
            cause = "a pull request is made from main, has no tag and changes no settings."
            raise SpecError(cause, hint="Leave branch, tag and private out.")
        return dataclasses.replace(asked, message=message)
    private = asked.private if asked.private is not None else manifest["hub"].get("private")
    return dataclasses.replace(asked, message=message, private=private, gating=_gating(manifest))


def _gating(manifest: Mapping[str, Any]) -> Gating | None:
    """How readers ask for access, of `[hub] gating`: "auto", "manual" or false."""
    gating = manifest["hub"].get("gating")
    known: dict[Any, Gating | None] = {"auto": "auto", "manual": "manual", "off": "off"}
    if gating is None or gating is False:
        return None if gating is None else "off"
    if not isinstance(gating, str) or gating not in known:
        raise SpecError(
            f"[hub] gating is {gating!r}.", hint='Write "auto", "manual" or false, and build again.'
        )
    return known[gating]


def _make(
    release: Path, manifest: Mapping[str, Any], address: Address, options: Options, given: Plan | None
) -> tuple[Plan, Cargo]:
    """The plan for a release and what its target holds now, with every gate's verdict, and the bytes it speaks of."""
    whole = gates.verification(release)
    cargo = Cargo(release)
    is_draft = options.pull_request or (options.branch != MAIN and not options.tag)
    tag = None if is_draft else f"v{manifest['version']}"
    root = cargo.sha256(layout.MANIFEST)[0]
    blank = Plan(
        str(manifest["name"]), str(manifest["version"]), root, str(manifest["content_id"]), address, options,
        None, None, None, None, (), (), (whole,), tag,
    )  # fmt: skip
    if whole.verdict == "refused":
        return blank, cargo  # of a release that is not whole nothing can be said
    kind = target_of(address)
    state = kind.state(address, options, manifest)
    merged, fault = merged_card(state.card, state.manifest, (release / layout.README).read_bytes().decode())
    cargo = Cargo(release, {layout.README: merged.encode()})
    cargo = dataclasses.replace(cargo, sums=release_files(manifest, cargo))
    files = file_changes(cargo, state)
    made = dataclasses.replace(
        blank, revision=state.revision, private=state.private, gating=state.gating, tagged=state.tagged,
        files=files, keys=tuple(key_changes(state.card, merged)),
    )  # fmt: skip
    verdicts: tuple[Gate, ...] = (
        whole,
        gates.licensing(manifest, options),
        gates.secrets(manifest, cargo),
        gates.personal_data(manifest),
        gates.size(files, kind.sizes),
        gates.place(files, deletes=kind.deletes),
        gates.card(fault),
        gates.token(state),
        gates.audience(options, state),
        gates.version_tag(tag, cargo, state),
        gates.order(made.name, made.version, options, state, deletes=kind.deletes),
    )
    if given is not None:
        reached = is_reached(given.files, cargo, state)
        verdicts = (*verdicts, gates.fresh(stale_findings(given, made, reached=reached)))
    return dataclasses.replace(made, gates=verdicts), cargo

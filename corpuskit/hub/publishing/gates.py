"""The conditions for publishing, each a function to a verdict and what it noticed."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from corpuskit import layout
from corpuskit.audit import verify
from corpuskit.documents import ROLES
from corpuskit.findings import Finding, finding, worst
from corpuskit.hub.publishing.credentials import secret_findings
from corpuskit.hub.publishing.plan import Cargo, FileChange, Gate, Options, State, Verdict
from corpuskit.hub.publishing.sizes import Sizes, size_findings
from corpuskit.hub.publishing.versions import precedence
from corpuskit.licenses import is_unknown

# What people read, and the schema that they may have written; rows are no documents.
_READ = ROLES | {"schema"}
_VERDICTS: dict[str | None, Verdict] = {"error": "refused", "warning": "warned"}


def _gate(name: str, findings: Iterable[Finding]) -> Gate:
    found = tuple(findings)
    return Gate(name, _VERDICTS.get(worst(found), "passed"), found)


def verification(release: Path) -> Gate:
    """The release is what was built, whole and true; raises SpecError where it is none."""
    return _gate("verification", verify(release))


def licensing(manifest: Mapping[str, Any], options: Options) -> Gate:
    """Every article has terms that somebody stated, or the curator publishes it knowingly."""
    articles = manifest["statistics"]["licenses"]
    found = [
        f"{articles[expression]:,} articles have the licence {expression}"
        for expression in sorted(articles)
        if is_unknown(expression)
    ]
    if is_unknown(manifest["corpus"]["license"]):
        found.append(f"the compilation has the licence {manifest['corpus']['license']}")
    severity = "warning" if options.allow_unknown_license else "error"
    findings = tuple(
        finding("unknown-terms", message, severity=severity, file=layout.MANIFEST) for message in found
    )
    verdict: Verdict = "passed" if not found else "overridden" if options.allow_unknown_license else "refused"
    return Gate("licensing", verdict, findings)


def secrets(manifest: Mapping[str, Any], cargo: Cargo) -> Gate:
    """Nothing in the card, the prose and the manifest looks like a secret."""
    names = {entry["path"] for entry in manifest["files"] if entry["role"] in _READ}
    found: list[Finding] = []
    for name in sorted({*names, layout.MANIFEST}):
        data = cargo.path(name)
        text = (data if isinstance(data, bytes) else data.read_bytes()).decode(errors="replace")
        found += secret_findings(name, text)
    return _gate("secrets", found)


def size(files: Iterable[FileChange], sizes: Sizes | None) -> Gate:
    """The target takes so much."""
    return _gate("size", size_findings(files, sizes) if sizes is not None else ())


def place(files: Iterable[FileChange], *, deletes: bool) -> Gate:
    """Nothing lies where the release goes that would be taken for a part of it and may not be deleted."""
    message = "it lies where this release goes and is no part of it"
    mixed = [
        each.origin or each.path
        for each in files
        if not deletes
        and (each.action in {"delete", "rename"} or each.foreign)
        and each.path.partition("/")[0] not in layout.FOREIGN
    ]
    hint = "Remove it yourself, or publish another version."
    return _gate("place", [finding("extra-file", message, file=path, hint=hint) for path in mixed])


def personal_data(manifest: Mapping[str, Any]) -> Gate:
    """The card says something about personal data."""
    message = "`[card] personal_data` is not set"
    said = str(manifest["card"].get("personal_data", "")).strip()
    return _gate(
        "personal-data", () if said else [finding("no-privacy-statement", message, file=layout.README)]
    )


def card(fault: str | None) -> Gate:
    """What others wrote into the card that lies there stays."""
    message = f"the card that lies there cannot be merged with the release's: {fault}"
    return _gate("card", [finding("unmergeable-card", message, file=layout.README)] if fault else ())


def token(state: State) -> Gate:
    """Whoever publishes is known to the target, as far as can be told before it is asked to change anything."""
    message = "no token is set; hubs let nobody write without one"
    return _gate("token", [] if state.has_token else [finding("absent-token", message)])


def audience(options: Options, state: State) -> Gate:
    """Who may read: a target is never made public on the way, and never by accident."""
    wider = options.private is False and state.private is True
    message = "`private = false` was asked for, and publishing makes nothing public that is private"
    return _gate("audience", [finding("wider-audience", message)] if wider else ())


def version_tag(tag: str | None, cargo: Cargo, state: State) -> Gate:
    """The tag of this version is free, or names this very release."""
    if tag is None or state.tagged is None or cargo.is_at(layout.MANIFEST, state.tagged_manifest):
        return _gate("tag", ())
    message = f"{tag} names revision {state.tagged}, which holds another release"
    return _gate("tag", [finding("taken-tag", message)])


def order(name: str, version: str, options: Options, state: State, *, deletes: bool) -> Gate:
    """Readers who name no version are not given a lower one than before, nor another corpus, without a word."""
    latest = state.latest
    if latest is None:
        return _gate("order", ())
    if latest.name != name:
        message = f"what lies there is {latest.name} {latest.version}, and this is {name} {version}"
        return _gate("order", [finding("other-corpus", message, file=layout.MANIFEST)])
    if precedence(latest.version) <= precedence(version):
        return _gate("order", ())
    if options.allow_older:
        message = f"{version} takes the place of {latest.version}, which is newer"
        return Gate("order", "overridden", (finding("older-version", message, severity="warning"),))
    if deletes:
        message = f"{version} would take the place of {latest.version}, which is newer"
        return _gate("order", [finding("older-version", message)])
    message = f"{layout.LATEST} goes on naming {latest.version}, which is newer"
    hint = "Nothing to do; with --allow-older it names this version."
    return _gate("order", [finding("older-version", message, severity="info", hint=hint)])


def fresh(findings: Iterable[Finding]) -> Gate:
    """The plan that was given is still true."""
    return _gate("plan", findings)

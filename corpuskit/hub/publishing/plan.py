"""The plan of a publication as a value: what would travel where, and why it may or may not.

A plan is made from a release and the state of a target, by pure functions; it is written, read, compared and executed.
It holds no token, no path of this machine and no bytes of files.
"""

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from corpuskit.digests import file_sha256, sha256
from corpuskit.errors import SpecError
from corpuskit.findings import FIELDS, Finding
from corpuskit.hub.publishing.digests import DIGESTS
from corpuskit.hub.publishing.versions import Latest
from corpuskit.resources import read_json
from corpuskit.validation import compile_schema

Action = Literal["add", "change", "delete", "rename", "keep"]
Verdict = Literal["passed", "warned", "overridden", "refused"]
Gating = Literal["auto", "manual", "off"]
Tell = Callable[[str], None]
PLAN_VERSION, MAIN = 1, "main"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a release goes: `scheme://place`, at a host where the scheme has several (no user, no password).

    `place` is canonical: `namespace/name` of hf, what follows `s3://` or `file://` of the others.
    """

    scheme: str
    place: str
    host: str = ""

    @property
    def url(self) -> str:
        """The target as one would write it."""
        return f"{self.scheme}://{self.place}"


@dataclass(frozen=True, slots=True)
class Options:
    """What the curator asks of a publication; None leaves as it is what is there already.

    A branch or a pull request is a draft, which may still change: it gets no tag, but a branch does with `tag`. With
    `allow_older` readers who name no version may be given a lower one than now.
    """

    branch: str = MAIN
    pull_request: bool = False
    private: bool | None = None
    gating: Gating | None = None
    message: str = ""
    allow_unknown_license: bool = False
    allow_older: bool = False
    tag: bool = False


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a target: `digest` is `algorithm:hex`, the algorithm one of `DIGESTS`."""

    path: str
    bytes: int
    digest: str


@dataclass(frozen=True, slots=True)
class State:
    """What a target holds now.

    `revision` names it in the target's own words and changes whenever it does; None where there is nothing.
    `card` and `manifest` are the bytes of README.md and manifest.json. `tagged` is the revision that the tag of the
    version names, `tagged_manifest` the manifest.json there. `latest` is what readers find who name no version; None
    where that is nothing, or stays as it is. `has_token` is False where nobody who publishes has named
    himself, and the target wants that. `held` are SHA-256 of wanted files that the target's storage has already,
    wherever they lie: they need not travel.
    """

    revision: str | None = None
    files: tuple[RemoteFile, ...] = ()
    card: bytes | None = None
    manifest: bytes | None = None
    tagged: str | None = None
    tagged_manifest: RemoteFile | None = None
    private: bool | None = None
    gating: Gating | None = None
    latest: Latest | None = None
    has_token: bool = True
    held: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FileChange:
    """What becomes of one file of the target.

    `bytes` is its size afterwards (of a deleted one: before), `travels` how much of it is sent. `sha256` is that of
    the release's file, None for what is deleted or foreign; `before` the digest of what lies there now, as in
    RemoteFile; `origin` the path that it is renamed from. A foreign file is none of the release's, and kept.
    """

    action: Action
    path: str
    bytes: int
    sha256: str | None = None
    travels: int = 0
    before: str | None = None
    origin: str | None = None
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class KeyChange:
    """What becomes of one key of the card's YAML; what is kept as it is has no line."""

    action: Literal["add", "change", "delete"]
    key: str
    before: Any = None
    after: Any = None


@dataclass(frozen=True, slots=True)
class Gate:
    """A condition for publishing, and what came of it: `overridden` were errors that the curator allowed."""

    name: str
    verdict: Verdict
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a publication would do, and the state of the target that it is meant for.

    That is `revision`, `private`, `gating` and `tagged`, as in State. `root_digest` and `content_id` tell the
    release. `tag` is None where none is made.
    """

    name: str
    version: str
    root_digest: str
    content_id: str
    target: Address
    options: Options
    revision: str | None
    private: bool | None
    gating: Gating | None
    tagged: str | None
    files: tuple[FileChange, ...]
    keys: tuple[KeyChange, ...]
    gates: tuple[Gate, ...]
    tag: str | None

    @property
    def ok(self) -> bool:
        """Whether no gate refuses it."""
        return all(gate.verdict != "refused" for gate in self.gates)

    @property
    def findings(self) -> list[Finding]:
        """What the gates noticed."""
        return [each for gate in self.gates for each in gate.findings]

    @property
    def travels(self) -> int:
        """How many bytes of files are sent."""
        return sum(each.travels for each in self.files)

    @property
    def changes(self) -> tuple[FileChange, ...]:
        """The files that do not stay as they are."""
        return tuple(each for each in self.files if each.action != "keep")

    def of(self, action: Action) -> tuple[FileChange, ...]:
        """The files with this action."""
        return tuple(each for each in self.files if each.action == action)

    def as_dict(self) -> dict[str, Any]:
        """The plan as JSON has it, by schemas/plan.schema.json."""
        return {
            "plan_version": PLAN_VERSION,
            "release": {
                name: getattr(self, name) for name in ("name", "version", "root_digest", "content_id")
            },
            "target": {"url": self.target.url, **dataclasses.asdict(self.target)},
            "options": dataclasses.asdict(self.options),
            "remote": {name: getattr(self, name) for name in ("revision", "private", "gating", "tagged")},
            "files": [dataclasses.asdict(each) for each in self.files],
            "keys": [dataclasses.asdict(each) for each in self.keys],
            "gates": [_gate_row(gate) for gate in self.gates],
            "tag": self.tag,
            "travels": self.travels,
            "ok": self.ok,
        }


def _gate_row(gate: Gate) -> dict[str, Any]:
    findings = [each.as_dict() for each in gate.findings]
    return {"name": gate.name, "verdict": gate.verdict, "findings": findings}


def dump_plan(plan: Plan) -> bytes:
    """A plan as the bytes of a file."""
    return json.dumps(plan.as_dict(), indent=2, ensure_ascii=True).encode() + b"\n"


def load_plan(data: bytes, file: str) -> Plan:
    """The plan in the bytes of a file; raises SpecError that says what is wrong with it."""
    hint = "Write it anew: corpuskit publish ... --dry-run --plan-out FILE."
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise SpecError("is no plan: it is not JSON.", file, None, hint) from error
    if broken := compile_schema(read_json("plan.schema.json")).explain(value):
        raise SpecError(f"is no plan: {broken[0].message}.", file, None, hint)
    target = {name: each for name, each in value["target"].items() if name != "url"}
    return Plan(
        **value["release"],
        target=Address(**target),
        options=Options(**value["options"]),
        **value["remote"],
        files=tuple(FileChange(**each) for each in value["files"]),
        keys=tuple(KeyChange(**each) for each in value["keys"]),
        gates=tuple(_gate(each) for each in value["gates"]),
        tag=value["tag"],
    )


def _gate(row: Mapping[str, Any]) -> Gate:
    findings = tuple(Finding(**{name: each[name] for name in FIELDS}) for each in row["findings"])
    return Gate(row["name"], row["verdict"], findings)


@dataclass(frozen=True, slots=True)
class Cargo:
    """The bytes that a plan speaks of: files of the release folder, but for documents merged with the target's.

    `merged` holds those by path. `sums` are SHA-256 and size by path, as far as they are known: what was verified is
    not read again to be compared.
    """

    release: Path
    merged: Mapping[str, bytes] = field(default_factory=dict)
    sums: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    def path(self, name: str) -> Path | bytes:
        """Where a file's bytes are: a path, or the bytes themselves."""
        return self.merged[name] if name in self.merged else self.release / name

    def sha256(self, name: str) -> tuple[str, int]:
        """SHA-256 and size of a file."""
        if name in self.sums:
            return self.sums[name]
        found = self.path(name)
        return (sha256(found), len(found)) if isinstance(found, bytes) else file_sha256(found)

    def digest(self, name: str, algorithm: str) -> str:
        """A file's digest as in RemoteFile, by one of the algorithms of `DIGESTS`."""
        if algorithm == "sha256":
            return f"sha256:{self.sha256(name)[0]}"
        return f"{algorithm}:{DIGESTS[algorithm](self.path(name))}"

    def is_at(self, name: str, there: RemoteFile | None) -> bool:
        """Whether a file of the target has the bytes of the file of this name."""
        if there is None or self.sha256(name)[1] != there.bytes:
            return False
        algorithm = there.digest.partition(":")[0]
        return algorithm in DIGESTS and self.digest(name, algorithm) == there.digest

"""The pointer of a target: which of the releases that lie there is the latest."""

import json
import re
from dataclasses import asdict, dataclass

from corpuskit import layout
from corpuskit.errors import SpecError
from corpuskit.places import Place

_RULES = {
    "name": re.compile(r"[a-z0-9][a-z0-9._-]*"),
    "version": re.compile(r"\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?", re.ASCII),
    "root_digest": re.compile(r"[0-9a-f]{64}"),
}


@dataclass(frozen=True, slots=True)
class Pointer:
    """The latest release at a target: its name, its version, its root digest, and the prefix it lies under."""

    name: str
    version: str
    root_digest: str
    prefix: str

    def as_bytes(self) -> bytes:
        """The pointer as the file holds it."""
        return json.dumps(asdict(self), indent=2).encode() + b"\n"


def read_pointer(target: Place) -> Pointer | None:
    """The pointer of a target, None where there is none; raises SpecError where the file is none of ours."""
    data = target.read(layout.LATEST)
    if data is None:
        return None
    try:
        told = json.loads(data)
        # Fields that a later version adds are not ours to judge; those that lead somewhere are.
        fields = {name: told[name] for name in Pointer.__slots__}
        ours = all(rule.fullmatch(fields[name]) for name, rule in _RULES.items())
    except (ValueError, RecursionError, LookupError, TypeError):
        ours = False
    if not ours or fields["prefix"] != layout.release_name(fields["name"], fields["version"]):
        cause = f"{layout.LATEST} is there and is no pointer to a release."
        raise SpecError(cause, str(target), None, "Name the folder or prefix of the release itself.")
    return Pointer(**fields)

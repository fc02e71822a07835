"""Where a release may go: a target is one file with four functions, and one line in `TARGETS`."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from corpuskit.errors import SpecError
from corpuskit.findings import Finding
from corpuskit.hub.publishing import hugging_face, stores
from corpuskit.hub.publishing.plan import Address, Cargo, Options, Plan, State, Tell
from corpuskit.hub.publishing.sizes import HUB_SIZES, Sizes


class Target(NamedTuple):
    """What publishing asks of a kind of place, as functions over values.

    `parse` takes what follows `scheme://` and gives the address; raises SpecError where it is none.

    `state` asks for what is there, changing nothing: (address, options, manifest of the release) to State. Files of
    the manifest are those that `State.held` may name.

    `execute` makes a plan true, so that readers see the state before or the state after, and gives the new
    revision. It is called again after any interruption with a plan made anew; what is there already is not sent again.
    It raises RemoteError with cause and next step, PublishRefused where the target moved meanwhile.

    `check` compares what the target then holds with the plan and the cargo, digests first, then the rows of every split
    of every config as its readers find them: (plan, revision, cargo, rows by config and split) to findings.

    `sizes` are the limits that the gate `size` holds files to; None where there are none. `deletes` is False where
    nothing that lies there is ever deleted: then the gate `place` refuses a release that it would be mixed with.
    """

    parse: Callable[[str], Address]
    state: Callable[[Address, Options, Mapping[str, Any]], State]
    execute: Callable[[Plan, Cargo, Tell], str]
    check: Callable[[Plan, str, Cargo, Mapping[str, Mapping[str, int]]], list[Finding]]
    sizes: Sizes | None = None
    deletes: bool = True


TARGETS: dict[str, Target] = {
    "hf": Target(hugging_face.parse, hugging_face.state, hugging_face.execute, hugging_face.check, HUB_SIZES),
    "s3": Target(partial(stores.address, "s3"), stores.state, stores.execute, stores.check, deletes=False),
    "file": Target(
        partial(stores.address, "file"), stores.state, stores.execute, stores.check, deletes=False
    ),
}


def address_of(text: str) -> Address:
    """The address that a target names, as `scheme://...`; raises SpecError."""
    scheme, sign, rest = text.partition("://")
    known = ", ".join(f"{name}://..." for name in TARGETS)
    if not sign:
        example = text if "/" in text else "lab/name"
        raise SpecError(f"{text!r} is no target.", hint=f"Write one of {known}, such as hf://{example}.")
    if scheme not in TARGETS:
        raise SpecError(f"{text!r}: nothing is published to {scheme}://.", hint=f"Write one of {known}.")
    return TARGETS[scheme].parse(rest)


def target_of(address: Address) -> Target:
    """The functions of an address's kind of target."""
    return TARGETS[address.scheme]

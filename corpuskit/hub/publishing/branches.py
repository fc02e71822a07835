"""What a branch that a release is published to may be called."""

import re
from collections.abc import Collection

from corpuskit.errors import SpecError

# As git (git-check-ref-format): of these characters, and nothing that reads as a path or as a commit.
_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._/+-]{0,198}[A-Za-z0-9_+-])?")
_NO_NAME = re.compile(r"HEAD|refs/.*|[0-9a-f]{40}|.*(?:\.\.|//|/\.|\./|\.lock).*")
_VERSION_TAG = re.compile(r"v\d+\.\d+\.\d+(?:[-+].*)?", re.ASCII)


def check_branch(branch: str) -> None:
    """Raise SpecError where a branch cannot be called so, or would hide the tag of a version from its readers."""
    if _NAME.fullmatch(branch) is None or _NO_NAME.fullmatch(branch):
        hint = "Write letters, digits and . _ - + /, such as --branch 1.0."
        raise SpecError(f"{branch!r} cannot be the name of a branch.", hint=hint)
    if _VERSION_TAG.fullmatch(branch):
        raise _hides(branch, "names like this are those of the tags of versions")


def check_no_tag(branch: str, tags: Collection[str]) -> None:
    """Raise SpecError where one of the target's tags has the branch's name."""
    if branch in tags:
        raise _hides(branch, "a tag has this name already")


def _hides(branch: str, why: str) -> SpecError:
    cause = f"{branch!r} cannot be the name of a branch: {why}, and readers of the tag would get the branch."
    return SpecError(cause, hint="Name another, such as --branch 1.0; --tag makes the version's tag on it.")

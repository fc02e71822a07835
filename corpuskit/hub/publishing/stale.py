"""Whether a plan that was made earlier is still what would be done now."""

import dataclasses
from collections.abc import Iterator

from corpuskit import layout
from corpuskit.findings import Finding, finding
from corpuskit.hub.publishing.plan import FileChange, Plan


def stale_findings(given: Plan, now: Plan, *, reached: bool) -> Iterator[Finding]:
    """Why a plan must not be executed, against the one that would be made now.

    Where the target holds already what the plan leads to (`reached`), as after an execution that was cut off, only the
    tag and the check are left. What has arrived meanwhile of the bytes that travel is no difference.
    """
    if (given.root_digest, given.version) != (now.root_digest, now.version):
        message = f"the release changed: its root digest is {now.root_digest}, not {given.root_digest}"
        yield finding("stale-plan", message, file=layout.MANIFEST)
    elif reached:
        return
    elif given.revision != now.revision and not _just_made(given, now):
        was, is_ = given.revision or "nothing", now.revision or "nothing"
        yield finding("stale-plan", f"the target moved: it held {was}, and holds {is_}")
    elif given.private != now.private and not _just_made(given, now) and now.private != given.options.private:
        yield finding("stale-plan", "the target was made private or public meanwhile")
    elif _work(given) != _work(now) or given.tag != now.tag:
        yield finding("stale-plan", "the changes to be made are others")


def _just_made(given: Plan, now: Plan) -> bool:
    """Whether the target was made after the plan, and holds nothing but what its hub put there."""
    own = {each.path for each in now.files if each.foreign or each.before is not None}
    return given.revision is None and all(path.partition("/")[0] in layout.FOREIGN for path in own)


def _work(plan: Plan) -> tuple[tuple[FileChange, ...], object]:
    """The changes of a plan and its YAML keys, whatever of the bytes is there already."""
    return tuple(dataclasses.replace(each, travels=0) for each in plan.changes), plan.keys

"""A plan as lines for people."""

import json
import shlex
from collections.abc import Iterator

from corpuskit import layout
from corpuskit.findings import shortened
from corpuskit.hub.publishing.plan import Action, FileChange, Plan

_ACTIONS: tuple[Action, ...] = ("add", "change", "rename", "delete", "keep")
_MOST, _WIDTH = 20, 60


def plan_lines(plan: Plan) -> list[str]:
    """What a plan would do, and what its gates say."""
    return [*_head(plan), *_files(plan), *_keys(plan), *_gates(plan), *_end(plan)]


def _head(plan: Plan) -> Iterator[str]:
    at = f" at {plan.target.host}" if plan.target.host else ""
    state = f"now at {plan.revision}" if plan.revision else "which is new"
    yield f"{plan.name} {plan.version} to {plan.target.url}{at}, {state}"
    if plan.options.branch != "main":
        yield f"  on the branch {plan.options.branch}"
    if plan.options.pull_request:
        yield "  as a pull request"
    if plan.options.private and not plan.private:
        yield "  made private"
    if plan.options.gating is not None and plan.options.gating != plan.gating:
        yield f"  gating: {plan.options.gating}"


def _files(plan: Plan) -> Iterator[str]:
    for action in _ACTIONS:
        found = plan.of(action)
        if found:
            yield f"{action:<7}{len(found):>7,} files {sum(each.bytes for each in found):>16,} bytes"
        for each in found[:_MOST] if action != "keep" else ():
            yield f"    {each.path}{_more(each)}"
        if action != "keep" and len(found) > _MOST:
            yield f"    … and {len(found) - _MOST:,} more"
    foreign = [each.path for each in plan.of("keep") if each.foreign]
    if foreign:
        yield f"    of them not of the release: {shortened(', '.join(foreign), 2 * _WIDTH)}"
    yield f"to be sent: {plan.travels:,} bytes"


def _more(each: FileChange) -> str:
    if each.origin is not None:
        return f" (from {each.origin})"
    return " (there already)" if each.bytes and each.action in {"add", "change"} and not each.travels else ""


def _keys(plan: Plan) -> Iterator[str]:
    if plan.keys:
        yield "YAML of the card:"
    for each in plan.keys:
        values = [
            shortened(json.dumps(value, ensure_ascii=False), _WIDTH) for value in (each.before, each.after)
        ]
        shown = {"add": values[1], "delete": values[0], "change": " -> ".join(values)}[each.action]
        yield f"    {each.action} {each.key}: {shown}"


def _gates(plan: Plan) -> Iterator[str]:
    yield "gates:"
    for gate in plan.gates:
        yield f"    {gate.verdict:<10} {gate.name}"
        for each in gate.findings[:_MOST]:
            where = f"{each.file}: " if each.file else ""
            yield f"        {where}{each.message}"
        if gate.findings and gate.verdict != "passed":
            yield f"        → {gate.findings[0].hint}"


def _end(plan: Plan) -> Iterator[str]:
    if plan.tag is not None and plan.target.scheme == "hf":
        yield f"tag {plan.tag}" + (f", which is there already: {plan.tagged}" if plan.tagged else "")
    yield f"message {plan.options.message}"
    if plan.ok:
        yield "nothing is changed yet: the same command without --dry-run does all this"
    else:
        refused = [gate.name for gate in plan.gates if gate.verdict == "refused"]
        yield f"refused ({', '.join(refused)}): nothing of this would be done"


def done_lines(plan: Plan, revision: str) -> list[str]:
    """Where a release is now, and how to look at it and to load it."""
    if plan.target.scheme != "hf":
        url = f"{plan.target.url}/{layout.release_name(plan.name, plan.version)}"
        return [
            f"{plan.name} {plan.version} is at {url}, root digest {revision}",
            f"  corpuskit verify {shlex.quote(url)}",
        ]
    tag = f", tag {plan.tag}" if plan.tag else ""
    chosen = revision if plan.options.pull_request else plan.tag or plan.options.branch
    return [
        f"{plan.name} {plan.version} is at {plan.target.url}, revision {revision}{tag}",
        f"  {plan.target.host}/datasets/{plan.target.place}",
        f'  load_dataset("{plan.target.place}", revision="{chosen}")',
    ]

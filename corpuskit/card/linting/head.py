"""The YAML head of a card of anybody: its values, the line of each, and what is wrong with it as YAML."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from corpuskit.card.foreign import read_head
from corpuskit.findings import Finding, finding

_FIRST = re.compile(r"(?P<before>\ufeff?\s*)---(?P<after>[ \t]*)\r?\n")
_LAST = re.compile(r"^---(?P<after>[ \t]*)\r?$", re.MULTILINE)
_LATER = re.compile(r"^---[ \t]*\r?\n(?=(?:#[^\n]*\n|\s*\n)*[a-z_-]+:)", re.MULTILINE)


@dataclass(frozen=True)
class Head:
    """The head of a card: values as YAML gives them, and the line in the file of each JSON Pointer into them."""

    values: dict[str, Any]
    lines: dict[str, int] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)

    def found(self, kind: str, message: str, pointer: str, **more: Any) -> Finding:
        """A finding at the place that a pointer names, or at the nearest place above it that has a line."""
        at = pointer
        while at and at not in self.lines:
            at = at.rpartition("/")[0]
        return finding(kind, message, line=self.lines.get(at, 1), pointer=pointer, **more)


def read(text: str) -> tuple[Head | None, list[Finding]]:
    """The head of a card and its faults as YAML; None where it has none, or none that can be read."""
    first = _FIRST.match(text)
    if first is None:
        return None, [_absent(text)]
    faults = list(_fences(first))
    last = _LAST.search(text, first.end())
    if last is None:
        return None, [
            *faults,
            finding("bad-card-head", "the YAML head is not closed by a `---` line", line=1),
        ]
    if last["after"]:
        line = text.count("\n", 0, last.start()) + 1
        message = "white space behind the `---` that closes the YAML head: `datasets` finds no head"
        faults.append(finding("bad-card-head", message, line=line))
    source, above = text[first.end() : last.start()], text.count("\n", 0, first.end())
    try:
        read_head(source, empty=True)
        head = _located(source, above)
    except (ValueError, yaml.YAMLError) as error:
        return None, [*faults, _unreadable(error, source, above)]
    return head, [*faults, *_repeated(source, above)]


def _absent(text: str) -> Finding:
    later = _LATER.search(text)
    if later:
        message = "a YAML head that does not start at the first line: neither hubs nor `datasets` read it"
        hint = "Move it to the top of the file."
        return finding("bad-card-head", message, line=text.count("\n", 0, later.start()) + 1, hint=hint)
    message = "no YAML head: hubs know neither licence nor language of the data"
    hint = "Start the file with a `---` line, keys such as `license:`, and a `---` line."
    return finding("bad-card-head", message, line=1, severity="warning", hint=hint)


def _fences(first: re.Match[str]) -> Iterator[Finding]:
    if first["before"].strip("\ufeff"):
        line = first["before"].count("\n") + 1
        message = "the YAML head does not start at the first line: `datasets` does not read it"
        yield finding("bad-card-head", message, line=line, hint="Remove the blank lines above it.")
    if first["before"].startswith("\ufeff"):
        message = "a byte order mark stands before the YAML head: some readers find no head"
        yield finding("bad-card-head", message, line=1, severity="warning", hint="Save the file without it.")
    if first["after"]:
        message = "white space behind the `---` that opens the YAML head: hubs find no head"
        yield finding("bad-card-head", message, line=first["before"].count("\n") + 1)


def _unreadable(error: Exception, source: str, above: int) -> Finding:
    cause: Any = error.__cause__ if error.__cause__ is not None else error
    mark = getattr(cause, "problem_mark", None)
    line = above + 1 if mark is None else above + mark.line + 1
    message, hint = str(error).partition("\n")[0], {}
    problem = getattr(cause, "problem", None)
    if problem:
        message = f"the YAML head cannot be read: {problem}"
    lines = source.split("\n")
    wrong = lines[mark.line] if mark is not None and mark.line < len(lines) else ""
    if "\t" in wrong:
        hint = {"hint": "YAML takes no tabs as indentation: write spaces."}
    elif ": " in wrong.partition(":")[2]:
        hint = {"hint": "Put quotes around a value that holds a colon."}
    return finding("bad-card-head", message, line=line, **hint)


def _located(source: str, above: int) -> Head:
    values = yaml.safe_load(source)
    head = Head({str(key): value for key, value in (values or {}).items()})
    node = yaml.compose(source, Loader=yaml.SafeLoader)
    for pointer, line, written in _walk(node, "") if node is not None else ():
        head.lines.setdefault(pointer, above + line + 1)
        head.written.setdefault(pointer, written)
    return head


def _walk(node: yaml.Node, pointer: str) -> Iterator[tuple[str, int, str]]:
    """Pointer, line from 0 and, of a scalar, the text of every value."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name = f"{pointer}/{_escaped(key)}"
            yield name, key.start_mark.line, value.value if isinstance(value, yaml.ScalarNode) else ""
            yield from _walk(value, name)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            name = f"{pointer}/{index}"
            yield name, value.start_mark.line, value.value if isinstance(value, yaml.ScalarNode) else ""
            yield from _walk(value, name)


def _escaped(key: yaml.Node) -> str:
    return str(key.value).replace("~", "~0").replace("/", "~1")


def _repeated(source: str, above: int) -> Iterator[Finding]:
    """Keys that stand twice in one mapping: `datasets` and hubs refuse the head."""
    nodes = [yaml.compose(source, Loader=yaml.SafeLoader)]
    while nodes:
        node = nodes.pop()
        if isinstance(node, yaml.MappingNode):
            seen: dict[str, int] = {}
            for key, value in node.value:
                line = key.start_mark.line + above + 1
                name = str(key.value)
                if isinstance(key, yaml.ScalarNode) and name in seen:
                    message = f"the key `{name}` stands twice, first in line {seen[name]}"
                    yield finding("duplicate-key", message, line=line)
                seen.setdefault(name, line)
                nodes.append(value)
        elif isinstance(node, yaml.SequenceNode):
            nodes.extend(node.value)

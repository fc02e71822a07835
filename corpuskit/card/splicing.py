"""A YAML mapping as the lines of its keys, so that some are written anew and every other byte stays."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import yaml

from corpuskit.card.front_matter import yaml_text
from corpuskit.card.shared_keys import OURS_FIRST, is_kept, merged_value, same


class Item(NamedTuple):
    """A key of a mapping or an entry of a list as places in the text; the text of an item is whole lines.

    `lead` is where the blank lines and comments before it start, `start` its first line, `end` the line after it.
    """

    name: str
    lead: int
    start: int
    end: int
    value: yaml.Node


def splice(source: str, ours: Mapping[str, Any], line_end: str) -> str:
    """The source of a YAML mapping with our keys: in the place of theirs of the same name, new ones at the end.

    A key whose value is right already stays as it is written. Raises ValueError where the lines cannot be told apart.
    """
    source, theirs = _without_braces(source), yaml.safe_load(source) or {}
    merged = {key: merged_value(key, theirs.get(key), value) for key, value in ours.items()}
    items, out = _top(source), []
    names = [item.name for item in items]
    for index, item in enumerate(items):
        out.append(source[item.lead : item.start])
        if item.name not in merged:
            out.append(source[item.start : item.end])
        elif names.index(item.name) == index:  # of a key that stands twice, ours takes the place of the first
            right = names.count(item.name) == 1 and same(theirs[item.name], merged[item.name])
            text = source[item.start : item.end] if right else _written(source, item, ours[item.name])
            out.append(text if right else _ended(text, line_end))
    out.append(source[items[-1].end if items else 0 :])
    missing = {key: value for key, value in merged.items() if key not in names}
    text = "".join(out) + (_ended(yaml_text(missing), line_end) if missing else "")
    _check(text, theirs, merged)
    return text


def _ended(text: str, line_end: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", line_end)


def _check(text: str, theirs: Mapping[str, Any], merged: Mapping[str, Any]) -> None:
    """Read what was written: whoever wrote the YAML in a way that nobody foresaw loses nothing."""
    try:
        read = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError("the keys of the YAML head cannot be told apart by lines") from error
    if not same(read, {**theirs, **merged}):
        raise ValueError("the keys of the YAML head cannot be told apart by lines")


def _without_braces(source: str) -> str:
    """The source without the line `{}`, which the hub's template has for a head without keys."""
    node = yaml.compose(source, Loader=yaml.SafeLoader)
    if node is None or node.value:
        return source
    return source[: node.start_mark.index] + source[node.end_mark.index :].lstrip("\r\n")


def _top(source: str) -> list[Item]:
    node = yaml.compose(source, Loader=yaml.SafeLoader)
    if node is None:
        return []
    if is_flow(node):
        raise ValueError("the YAML head has braces around its keys: write each on a line of its own")
    if any(key.start_mark.column for key, _ in node.value):
        raise ValueError("the keys of the YAML head are indented: let them start their lines")
    return list(_items(source, node, 0))


def _items(source: str, node: yaml.Node, begin: int) -> Iterator[Item]:
    """The keys of a mapping, or the entries of a list, that is written in block style and begins at a line."""
    lead = begin
    for each in node.value:
        key, value = each if isinstance(node, yaml.MappingNode) else (None, each)
        start = _line_start(source, (key or value).start_mark.index)
        end = _end(source, value)
        yield Item(str(key.value) if key else "", lead, start, end, value)
        lead = end


def _line_start(source: str, index: int) -> int:
    return source.rfind("\n", 0, index) + 1


def _end(source: str, node: yaml.Node) -> int:
    """Where the line after a value starts; a block collection ends at the next token, so its last leaf is asked."""
    while not is_flow(node) and node.value:
        node = node.value[-1][1] if isinstance(node, yaml.MappingNode) else node.value[-1]
    index = node.end_mark.index
    if source[index - 1 : index] == "\n":  # a block scalar ends with its last line
        return int(index)
    return source.find("\n", index) + 1 or len(source)


def _written(source: str, item: Item, ours: Any) -> str:
    """Our key with our value, and what is kept of theirs beside it as they wrote it."""
    kept, column = _kept(source, item, ours)
    if not kept:
        return yaml_text({item.name: ours})
    listed = ours if isinstance(ours, list) else [ours]
    if item.name not in OURS_FIRST:
        listed = [each for each in listed if each not in yaml.safe_load(f"x:\n{''.join(kept)}")["x"]]
    entries = "".join(" " * column + line for line in yaml_text(listed).splitlines(keepends=True) if listed)
    parts = [entries, *kept] if item.name in OURS_FIRST else [*kept, entries]
    return f"{item.name}:\n" + "".join(parts)


def _kept(source: str, item: Item, ours: Any) -> tuple[list[str], int]:
    """The text of the entries of others in a list that both write, and the column of their dashes."""
    node, said = item.value, yaml.safe_load(source[item.start : item.end])[item.name]
    values = said if isinstance(said, list) else [said]
    if isinstance(node, yaml.SequenceNode) and not node.flow_style:
        entries = zip(_items(source, node, source.find("\n", item.start) + 1), values, strict=True)
        texts = [_entry(source, item.name, *each) for each in entries if is_kept(item.name, each[1], ours)]
        return texts, node.start_mark.column
    nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
    kept = [(n, v) for n, v in zip(nodes, values, strict=False) if is_kept(item.name, v, ours)]
    if item.name == "configs" and any(value.get("default") for _, value in kept):
        raise ValueError(_SECOND_DEFAULT)
    return [_as_entry(source, each) for each, _ in kept], 0


_SECOND_DEFAULT = (
    "`configs` has an entry with `default: true` beside the config called `default`: take that line out"
)


def _entry(source: str, key: str, entry: Item, value: Any) -> str:
    """An entry of others as they wrote it, without a claim to be the default: two defaults cannot be loaded."""
    text = source[entry.lead : entry.end]
    if key != "configs" or "default" not in value:
        return text
    if is_flow(entry.value):
        raise ValueError(_SECOND_DEFAULT)
    claims = [each for each in _items(source, entry.value, entry.start) if each.name == "default"]
    if any(each.start <= entry.value.start_mark.index for each in claims):  # it stands behind the dash
        raise ValueError(_SECOND_DEFAULT)
    for claim in reversed(claims):
        text = text[: claim.start - entry.lead] + text[claim.end - entry.lead :]
    return text


def is_flow(node: yaml.Node) -> bool:
    """Whether a node is written without indentation: a scalar, or a collection between brackets."""
    return not isinstance(node, yaml.CollectionNode) or bool(node.flow_style)


def _as_entry(source: str, node: yaml.Node) -> str:
    """A value that stood alone, or between brackets, as an entry of a list in block style."""
    text = source[node.start_mark.index : _end(source, node)]
    if is_flow(node):
        return f"- {source[node.start_mark.index : node.end_mark.index]}\n"
    shift = " " * max(0, 2 - node.start_mark.column)
    cut = max(0, node.start_mark.column - 2)
    lines = text.splitlines(keepends=True)
    if any(line[:cut].strip() for line in lines[1:]):
        raise ValueError(
            f"line {node.start_mark.line + 1} of the YAML head and those below are indented in steps"
        )
    return "- " + lines[0] + "".join(shift + line[cut:] if line.strip() else line for line in lines[1:])

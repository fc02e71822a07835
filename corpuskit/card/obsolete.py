"""Takes keys out of the YAML head of a card that others may have written in, and leaves every other byte alone."""

from collections.abc import Collection

import yaml


def without_keys(card: str, keys: Collection[str]) -> str:
    """A card without these top-level keys; as it is where it has none of them, or its head cannot be told by lines."""
    lines = card.splitlines(keepends=True)
    fences = [number for number, line in enumerate(lines) if line.strip("\ufeff \t\r\n") == "---"][:2]
    if not keys or len(fences) < 2:
        return card
    first, last = fences[0] + 1, fences[1]
    try:
        node = yaml.compose("".join(lines[first:last]), Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return card
    if not isinstance(node, yaml.MappingNode) or node.flow_style:
        return card
    starts = [(first + key.start_mark.line, str(key.value)) for key, _ in node.value]
    ends = [line for line, _ in starts[1:]] + [last]
    gone = {
        number
        for (start, name), end in zip(starts, ends, strict=True)
        for number in range(start, end)
        if name in keys
    }
    return "".join(line for number, line in enumerate(lines) if number not in gone)

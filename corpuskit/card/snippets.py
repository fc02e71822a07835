"""What the code in a card names: files by their globs, and the key that a row's split follows from."""

from collections.abc import Mapping, Sequence
from typing import Any

from corpuskit.card.markdown import python
from corpuskit.layout import shards_glob
from corpuskit.partitions import DEFAULT, pattern


def split_glob(manifest: Mapping[str, Any], split: str) -> str:
    """The glob of a split's data files in the release."""
    return shards_glob(split, pattern(DEFAULT, manifest["config_rule"]["fields"]))


def split_check(manifest: Mapping[str, Any], splits: Sequence[str]) -> dict[str, str] | None:
    """How code compares the splits of real rows with the rule; None where a row alone does not tell its key."""
    rule = manifest["split_rule"]
    by, text = rule.get("by"), rule["text"]
    if rule["kind"] != "keyed-digest" or not splits or by not in {"text", "id"}:
        return None
    columns = ["id"] if by == "id" else list(text)
    values = ", ".join(f"row[{python(name)}]" for name in columns)
    compact = f'json.dumps([{values}], ensure_ascii=False, separators=(",", ":"))'
    given = sorted(rule.get("given", {}))
    unless = f' or row["source"] in [{", ".join(map(python, given))}]' if given else ""
    read = [*columns, *(["source"] if given else [])]
    return {
        "split": splits[-1],
        "glob": split_glob(manifest, splits[-1]),
        "columns": f"[{', '.join(map(python, read))}]",
        "key": values if len(columns) == 1 else compact,
        "unless": unless,
    }

"""The rows of what was published, as its readers find them: by the globs of the card, in the footers of files."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from corpuskit.card import foreign_head
from corpuskit.findings import Finding, finding


def row_findings(
    card: str, paths: Iterable[str], count: Callable[[str], int], stated: Mapping[str, Mapping[str, int]]
) -> Iterator[Finding]:
    """A finding for each split of each config whose rows are not as many as stated.

    `card` is the published README.md, `paths` are the published files, `count` gives the rows of one; `stated` are
    rows by config and split, as in the manifest.
    """
    names = list(paths)
    counted: dict[str, int] = {}
    configs = {row["config_name"]: row for row in foreign_head(card).get("configs", [])}
    globs = {config: dict(_globs(configs[config])) for config in stated if config in configs}
    for config, splits in stated.items():
        for split, rows in splits.items():
            pattern = globs.get(config, {}).get(split)
            matched = [name for name in names if pattern is not None and pattern.fullmatch(name)]
            for name in matched:
                if name not in counted:
                    counted[name] = count(name)
            found = sum(counted[name] for name in matched)
            if found != rows:
                message = f"config {config}, split {split}: {found:,} rows; the release has {rows:,}"
                yield finding("wrong-copy", message)


def _globs(row: Mapping[str, Any]) -> Iterator[tuple[str, re.Pattern[str]]]:
    """The splits of a config with what their files are called; `*` stops at a slash."""
    for entry in row["data_files"]:
        yield entry["split"], re.compile("[^/]*".join(map(re.escape, entry["path"].split("*"))))

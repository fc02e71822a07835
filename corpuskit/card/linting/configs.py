"""`configs` of a head: their shape, and what their globs find in the folder of the card."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from corpuskit.card.linting.head import Head
from corpuskit.findings import Finding, shortened

_SPLIT = re.compile(r"\w+(\.\w+)*")
_SHAPE = "Write a glob, a list of globs, or a list of `split` and `path`."
_NAMES = "Write `- config_name: default` and, below it, `data_files`."
_REMOTE = re.compile(r"[a-z][a-z0-9+.-]*://")


def check(head: Head, files: Mapping[str, int] | None) -> Iterator[Finding]:
    """Everything that is wrong with `configs`; `files` are paths and sizes beside the card, None for unknown."""
    configs = head.values.get("configs")
    if configs is None:
        return
    if not isinstance(configs, list):
        yield head.found("bad-configs", "`configs` is no list", "/configs", hint=_NAMES)
        return
    if configs and all(isinstance(each, str) for each in configs):
        message = f"`configs` lists {len(configs)} names alone: `datasets` cannot load the card"
        yield head.found("bad-configs", message, "/configs", hint=_NAMES)
        return
    names: list[str] = []
    for index, config in enumerate(configs):
        pointer = f"/configs/{index}"
        name = config.get("config_name") if isinstance(config, Mapping) else None
        if not isinstance(config, Mapping) or not isinstance(name, str) or not name:
            yield head.found("bad-configs", "a config without `config_name`", pointer, hint=_NAMES)
            continue
        if name in names:
            message = f"a second config is called {name!r}: only the last one is read"
            yield head.found("bad-configs", message, pointer, hint="Rename one.")
        names.append(name)
        yield from _files(head, f"{pointer}/data_files", config.get("data_files"), files)
    yield from _defaults(head, configs)


def _defaults(head: Head, configs: list[Any]) -> Iterator[Finding]:
    claims = [
        index
        for index, config in enumerate(configs)
        if isinstance(config, Mapping) and (config.get("default") or config.get("config_name") == "default")
    ]
    for index in claims[1:]:
        message = "a second default config: `datasets` cannot load the card"
        hint = "Leave `default: true` to one; a config called `default` is it without saying so."
        yield head.found("bad-configs", message, f"/configs/{index}", hint=hint)


def globs(data_files: Any) -> Iterator[tuple[str, str, str]]:
    """Split, glob and JSON Pointer from `data_files` on of everything that it names; without a split, `train`."""
    if isinstance(data_files, str):
        yield "train", data_files, ""
    for index, each in enumerate(data_files if isinstance(data_files, list) else ()):
        if isinstance(each, str):
            yield "train", each, f"/{index}"
        elif isinstance(each, Mapping):
            split, path = str(each.get("split")), each.get("path")
            if isinstance(path, str):
                yield split, path, f"/{index}/path"
            for number, one in enumerate(path if isinstance(path, list) else ()):
                if isinstance(one, str):
                    yield split, one, f"/{index}/path/{number}"


def _files(head: Head, pointer: str, data_files: Any, files: Mapping[str, int] | None) -> Iterator[Finding]:
    if data_files is None:
        return
    if not isinstance(data_files, str | list):
        yield head.found("bad-configs", "`data_files` is neither text nor list", pointer, hint=_SHAPE)
        return
    for index, each in enumerate(data_files if isinstance(data_files, list) else ()):
        if fault := _entry_fault(each):
            yield head.found("bad-configs", fault, f"{pointer}/{index}", hint=_SHAPE)
    for _, glob, below in globs(data_files):
        shown = shortened(glob, 120)
        if glob.startswith("/") or ".." in glob.split("/"):
            message = f"`{shown}` leads out of the dataset"
            yield head.found(
                "bad-configs", message, pointer + below, hint="Write a path below the card's folder."
            )
        elif files and not _REMOTE.match(glob) and not matching(glob, files):
            message = f"`{shown}` matches no file: loading the config fails"
            yield head.found(
                "bad-configs", message, pointer + below, hint="Compare it with the files beside the card."
            )


def _entry_fault(entry: Any) -> str | None:
    """What is wrong with one entry of a list `data_files`, None where nothing is."""
    if isinstance(entry, str):
        return None
    if not isinstance(entry, Mapping) or set(entry) != {"split", "path"}:
        return "an entry of `data_files` that is neither a glob nor just `split` and `path`"
    split, path = entry["split"], entry["path"]
    if not isinstance(split, str) or not _SPLIT.fullmatch(split):
        return f"the split {shortened(repr(split), 80)}: split names are letters, digits, `_` and single dots"
    if not isinstance(path, str) and not (isinstance(path, list) and all(isinstance(p, str) for p in path)):
        return "a `path` that is neither a glob nor a list of globs"
    return None


def matching(glob: str, files: Mapping[str, int]) -> list[str]:
    """The files that a glob finds, as `datasets` looks for them: `*` within a folder, `**` through folders."""
    form = _expression(glob.removeprefix("./"))
    return [path for path in files if form.fullmatch(path)]


@lru_cache(maxsize=1024)
def _expression(glob: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*/|\*+|\?|\[!?[^\]/]+\])", glob)
    return re.compile("".join(_translated(part) for part in parts), re.DOTALL)


def _translated(part: str) -> str:
    if part == "**/":
        return "(?:.*/)?"
    if part.startswith("*"):
        return ".*" if part == "**" else "[^/]*"
    if part == "?":
        return "[^/]"
    if part.startswith("[") and part.endswith("]") and len(part) > 2:
        negated = part.startswith("[!")
        inside = re.escape(part[2:-1] if negated else part[1:-1]).replace(r"\-", "-")
        return f"[{'^' if negated else ''}{inside}]"
    return re.escape(part)

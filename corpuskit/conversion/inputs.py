"""What there is to convert: files, globs, releases, `save_to_disk` folders, and folders as hubs have them.

A folder has configs and each of them splits, as its manifest, its dataset_dict.json or its card's `configs` say.
Without any of these the names of files tell the split, by the rules of hubs.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from glob import glob, has_magic
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from corpuskit import layout
from corpuskit.conversion.forms import SUFFIXES, form_of
from corpuskit.errors import InputError, SpecError
from corpuskit.findings import shortened
from corpuskit.partitions import DEFAULT
from corpuskit.splits import TRAIN, split_order
from corpuskit.writers.arrow import SPLITS, STATE

_KNOWN = f"Known are {', '.join(SUFFIXES)}, the text ones also packed as .gz .zst .bz2 .xz."
_LONGEST = 1000
# How names tell a split, where nothing else does. Source: docs/hub/datasets-file-names-and-splits of the hub.
_SHARD = re.compile(r"(?P<split>\w+(?:\.\w+)*)-\d{5}-of-\d{5}(?:-\w+)?\.")
_KEYWORDS = {"train": TRAIN, "training": TRAIN, "validation": "validation", "valid": "validation",
             "val": "validation", "dev": "validation", "test": "test", "testing": "test", "eval": "test",
             "evaluation": "test"}  # fmt: skip


class File(NamedTuple):
    """A file of rows: where it is, what it is called in what is said of it, and its form."""

    path: Path
    name: str
    form: str


Splits = Mapping[str, Sequence[File]]


class Selection(NamedTuple):
    """What is to be converted: by config, by split. `named` tells that splits are more than all files there are."""

    configs: Mapping[str, Splits]
    named: bool = True


def select(paths: Sequence[Path | str], config: str | None = None, split: str | None = None) -> Selection:
    """The files that paths and globs name. One folder has configs and splits, which may be chosen among.

    Raises SpecError where there is nothing, no such config or split, or files of a form that is not known.
    """
    if len(paths) == 1 and Path(paths[0]).is_dir():
        return _chosen(Path(paths[0]), _configs(Path(paths[0]), config), config, split)
    files = [_file(path, str(path)) for given in paths for path in _found(given)]
    if config is not None or split is not None:
        option = "--split" if config is None else "--config"
        hint = "Only a folder has configs and splits: leave it out, or name one folder."
        raise SpecError("chooses among parts of a folder, and files are given.", option, hint=hint)
    return Selection({DEFAULT: {TRAIN: files}}, named=False)


def _found(given: Path | str) -> list[Path]:
    path = Path(given)
    if path.is_dir():
        raise SpecError("is a folder: it is converted alone.", str(path))
    if path.exists():
        return [path]
    found = sorted(map(Path, glob(str(given), recursive=True))) if has_magic(str(given)) else []  # noqa: PTH207
    files = [each for each in found if each.is_file()]
    if not files:
        raise SpecError("there is no such file.", str(given))
    return files


def _file(path: Path, name: str) -> File:
    form = form_of(path.name)
    if form is None:
        raise SpecError("is of no form that is known by its suffix.", name, hint=_KNOWN)
    return File(path, name, form)


# Names become parts of paths in the output.
_PLAIN_NAME = re.compile(r"\w[\w.+-]*")


def _chosen(folder: Path, configs: Mapping[str, Splits], config: str | None, split: str | None) -> Selection:
    for name in (*configs, *(name for splits in configs.values() for name in splits)):
        if not _PLAIN_NAME.fullmatch(name):
            cause = f"calls a config or split {shortened(repr(name), 60)}, which is no name of a file."
            raise SpecError(cause, str(folder))
    if config is not None:
        configs = {config: configs[_known(config, configs, "config", folder)]}
    if split is None:
        return Selection(configs)
    for splits in configs.values():
        _known(split, splits, "split", folder)
    return Selection({name: {split: splits[split]} for name, splits in configs.items()})


def _known(name: str, names: Mapping[str, Any], what: str, folder: Path) -> str:
    if name not in names:
        known = shortened(", ".join(names), _LONGEST)
        raise SpecError(f"has no {what} {name!r}; it has {known}.", str(folder))
    return name


def _configs(folder: Path, config: str | None) -> dict[str, Splits]:
    if (folder / layout.MANIFEST).is_file():
        return _of_release(folder, config)
    if (folder / SPLITS).is_file() or (folder / STATE).is_file():
        return {DEFAULT: _of_dataset(folder)}
    card = folder / layout.README
    if card.is_file() and (declared := _declared(card)):
        return _of_card(folder, declared)
    return {DEFAULT: _by_name(folder, list(_files_below(folder)))}


def _of_release(folder: Path, config: str | None) -> dict[str, Splits]:
    """The default config of a release, which has all rows once; where one is named, all that it has."""
    from corpuskit.audit import read_manifest
    from corpuskit.loading import data_files

    configs = read_manifest(folder)["configs"]
    if not any(configs[DEFAULT].values()):
        raise SpecError("has no article to convert.", str(folder))
    return {
        name: {
            split: [_file(path, str(path)) for path in data_files(folder, split, name)]
            for split in sorted(configs[name], key=split_order)
            if configs[name][split]
        }
        for name in ((DEFAULT,) if config is None else configs)
    }


def _of_dataset(folder: Path) -> dict[str, Sequence[File]]:
    """The splits of a folder that `save_to_disk` wrote."""
    if (folder / SPLITS).is_file():
        names = _json(folder / SPLITS).get("splits")
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise InputError(str(folder / SPLITS), "lists no splits.")
        return {name: _shards(_inside(folder, name)) for name in names}
    split = _json(folder / STATE).get("_split")
    return {split if isinstance(split, str) else TRAIN: _shards(folder)}


def _shards(folder: Path) -> list[File]:
    state = _json(folder / STATE)
    try:
        paths = [_inside(folder, each["filename"]) for each in state["_data_files"]]
    except (KeyError, TypeError) as error:
        raise InputError(str(folder / STATE), "lists no data files.") from error
    return [File(path, str(path), "arrow") for path in paths]


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(str(path), "cannot be read, or is no JSON.") from error
    if not isinstance(value, dict):
        raise InputError(str(path), "is no JSON object.")
    return value


def _inside(folder: Path, name: str) -> Path:
    """A path below a folder that its own files name; raises InputError where it leads out of it."""
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise InputError(str(folder), f"names {name!r}, which is outside of it.")
    return path


def _declared(card: Path) -> list[dict[str, Any]]:
    """The `configs` of a card's YAML that name files."""
    from corpuskit.card import foreign_head

    try:
        head = foreign_head(card.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(str(card), f"{error}.") from error
    configs = head.get("configs")
    found = configs if isinstance(configs, list) else []
    return [each for each in found if isinstance(each, dict) and ("data_files" in each or "data_dir" in each)]


def _of_card(folder: Path, declared: Sequence[Mapping[str, Any]]) -> dict[str, Splits]:
    configs: dict[str, Splits] = {}
    for entry in declared:
        name = str(entry.get("config_name", DEFAULT))
        root = _inside(folder, str(entry.get("data_dir", ".")))
        patterns = entry.get("data_files")
        if patterns is None:
            configs[name] = _by_name(root, list(_files_below(root)))
        else:
            configs[name] = {split: _matched(root, globs) for split, globs in _patterns(patterns)}
    return configs


def _patterns(data_files: Any) -> Iterator[tuple[str, list[str]]]:
    """Splits and their globs: a glob or a list of globs is `train`; entries name their split and path."""
    entries = data_files if isinstance(data_files, list) else [data_files]
    if all(isinstance(entry, str) for entry in entries):
        yield TRAIN, entries
        return
    for entry in entries:
        if not isinstance(entry, dict) or "path" not in entry:
            raise SpecError(
                f"the card's `configs` have data files of another form: {shortened(str(entry), 80)}."
            )
        path = entry["path"]
        yield (
            str(entry.get("split", TRAIN)),
            [str(each) for each in (path if isinstance(path, list) else [path])],
        )


def _matched(root: Path, globs: Sequence[str]) -> list[File]:
    found: dict[Path, None] = {}
    for pattern in globs:
        if "://" in pattern or pattern.startswith("/") or ".." in PurePosixPath(pattern).parts:
            raise InputError(str(root), f"its card names {pattern!r}, which is not inside of it.")
        paths = [path for path in sorted(root.glob(pattern)) if path.is_file()]
        if not paths:
            raise InputError(str(root), f"its card names {pattern!r}, and there is no such file.")
        found |= dict.fromkeys(paths)
    return [_file(_inside(root, str(path.relative_to(root))), str(path)) for path in found]


def _files_below(folder: Path) -> Iterator[Path]:
    """Files of a known form below a folder, but for those in hidden places."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if form_of(path.name) and path.is_file() and not any(part.startswith((".", "_")) for part in parts):
            yield _inside(folder, str(path.relative_to(folder)))


def _by_name(folder: Path, paths: Sequence[Path]) -> dict[str, Sequence[File]]:
    """Splits by the names of files and folders; all are `train` where these tell nothing."""
    if not paths:
        raise SpecError("holds no file of a form that is known.", str(folder), hint=_KNOWN)
    splits: dict[str, list[File]] = {}
    for path in paths:
        splits.setdefault(_split_of(path.relative_to(folder)), []).append(_file(path, str(path)))
    return {split: splits[split] for split in sorted(splits, key=split_order)}


def _split_of(path: Path) -> str:
    match = _SHARD.fullmatch(path.name[: path.name.find(".", path.name.find("-of-")) + 1])
    if match is not None:
        return match["split"]
    words = (word for part in reversed(path.parts) for word in re.split(r"[^A-Za-z]+", part.lower()))
    return next((_KEYWORDS[word] for word in words if word in _KEYWORDS), TRAIN)

"""What lies in a folder: files by reader, folder by folder, and all that is no input, with the reason."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from corpuskit import layout
from corpuskit.readers import reader_for
from corpuskit.readers.streams import compression

_DOCUMENT = re.compile(
    r"(?:readme|licen[cs]e|copying)(?:[._-].*)?|.*\.(?:md|markdown|rst)|corpus\.toml", re.IGNORECASE
)


@dataclass(slots=True)
class Folder:
    """A folder below the root: its files by reader, its sub-folders, and what a glob must not match.

    `name` is relative to the root, `/`-separated, empty for the root itself. `unwanted` are names of files
    with the suffix of a reader that are no inputs; `is_open` is false where a sub-folder was left out.
    """

    name: str
    files: dict[str, list[str]] = field(default_factory=dict)
    unwanted: list[str] = field(default_factory=list)
    children: list["Folder"] = field(default_factory=list)
    is_open: bool = True

    def walk(self) -> Iterator["Folder"]:
        """The folder and all below it."""
        waiting = [self]
        while waiting:  # folders may be nested deeper than calls
            folder = waiting.pop()
            yield folder
            waiting += reversed(folder.children)

    def within(self, name: str) -> str:
        """The name of a file of this folder, relative to the root."""
        return f"{self.name}/{name}" if self.name else name

    @property
    def holds_inputs(self) -> bool:
        """Whether a file that a reader takes lies here or below."""
        return any(folder.files for folder in self.walk())


@dataclass(slots=True)
class LeftOut:
    """What is no input: suffixes without a reader and how often, and names with the reason."""

    suffixes: Counter[str] = field(default_factory=Counter)
    names: list[tuple[str, str]] = field(default_factory=list)

    def add(self, name: str, reason: str) -> None:
        """Note one file or folder."""
        self.names.append((name, reason))


def look_into(root: Path) -> tuple[Folder, LeftOut]:
    """The tree of a folder without hidden files, links, documents and what corpuskit itself wrote.

    Raises OSError where the folder itself cannot be listed; what cannot be listed below is left out by name.
    """
    top, left_out = Folder(""), LeftOut()
    waiting = [top]
    _list(root, top, left_out, waiting)
    waiting.remove(top)
    while waiting:
        folder = waiting.pop()
        try:
            _list(root, folder, left_out, waiting)
        except OSError as error:
            left_out.add(folder.name + "/", f"cannot be listed: {error.strerror}")
            folder.is_open = False
    for folder in top.walk():
        folder.children.sort(key=lambda child: child.name)
        folder.files = {reader: sorted(names) for reader, names in sorted(folder.files.items())}
    left_out.names.sort()
    return top, left_out


def _list(root: Path, folder: Folder, left_out: LeftOut, waiting: list[Folder]) -> None:
    with os.scandir(root / folder.name) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            name = folder.within(entry.name)
            if not _is_utf8(entry.name):
                left_out.add(os.fsencode(name).decode(errors="backslashreplace"), "the name is not UTF-8")
                folder.unwanted.append(entry.name)
                folder.is_open = folder.is_open and not entry.is_dir()
            elif entry.is_symlink():
                _link(root, folder, entry, left_out)
            elif entry.is_dir():
                if reason := _is_ours(Path(entry.path)):
                    left_out.add(name + "/", reason)
                    folder.is_open = False
                else:
                    child = Folder(name)
                    folder.children.append(child)
                    waiting.append(child)
            else:
                _file(folder, entry, left_out)


def _file(folder: Folder, entry: os.DirEntry[str], left_out: LeftOut) -> None:
    reader = reader_for(entry.name)
    if _DOCUMENT.fullmatch(entry.name) or not entry.is_file():
        if not entry.is_file():
            left_out.add(folder.within(entry.name), "is no regular file")
        if reader is not None:
            folder.unwanted.append(entry.name)
    elif reader is None:
        left_out.suffixes[_suffix(entry.name)] += 1
    else:
        folder.files.setdefault(reader, []).append(entry.name)


def _link(root: Path, folder: Folder, entry: os.DirEntry[str], left_out: LeftOut) -> None:
    """Leave out a link. One to a file of the same folder is a second name, which a build knows."""
    path = Path(entry.path)
    target_is_file = os.path.isfile(path)  # noqa: PTH113 - pathlib raises where it may not look
    if target_is_file and path.resolve().is_relative_to((root / folder.name).resolve()):
        return
    written = os.fsencode(path.readlink()).decode(errors="backslashreplace")
    left_out.add(folder.within(entry.name), f"is a link to {written}, which is not followed")
    folder.unwanted.append(entry.name)


def _is_ours(path: Path) -> str | None:
    """Why a folder that corpuskit wrote is no input, None for any other folder."""
    if path.name.endswith(".audit"):
        return "is an audit folder"
    # Not pathlib: where it may not look, it raises.
    both = all(os.path.isfile(path / name) for name in (layout.MANIFEST, layout.SIDECAR))  # noqa: PTH113 - see above
    return "is a release" if both else None


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _suffix(name: str) -> str:
    """The suffix of a name in lower case, before that of a compression."""
    packed = compression(name)
    return PurePosixPath(name[: -len(packed)] if packed else name).suffix.lower() or packed

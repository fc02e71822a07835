"""Globs that match the files of a source and no others, whatever the names of files and folders."""

import glob
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from corpuskit.proposal.folders import Folder
from corpuskit.readers import stem

# A source with more globs than this is named by plain ones, and what these match too is for the user to move.
_MOST_GLOBS = 200


class Globs(NamedTuple):
    """Globs for the files of a source; `is_exact` is false where they match others too, which were too many to tell."""

    patterns: tuple[str, ...]
    is_exact: bool = True


def globs(folder: Folder, reader: str, names: Collection[str], *, deep: bool) -> Globs:
    """Globs for the named files of a reader in a folder, and below it where `deep`.

    Where other files have the same suffixes, the globs tell the names apart, letter by letter.
    """
    wanted = frozenset(names)
    folders = [each for each in (folder.walk() if deep else [folder]) if reader in each.files]
    suffixes = sorted(
        {_suffix(name) for each in folders for name in each.files[reader] if each.within(name) in wanted}
    )
    if (folders == [folder] and not deep) or all(each is folder for each in folders):
        return _limited(
            _here(folder, reader, wanted), [_beside(folder, "*" + glob.escape(s)) for s in suffixes]
        )
    below = [_beside(folder, "**/*" + glob.escape(suffix)) for suffix in suffixes]
    if _is_clear(folder, reader, wanted, tuple(suffixes)):
        return Globs(tuple(below))
    return _limited([each for one in folders for each in _here(one, reader, wanted)], below)


def _limited(exact: Sequence[str], plain: Sequence[str]) -> Globs:
    return Globs(tuple(exact)) if len(exact) <= _MOST_GLOBS else Globs(tuple(plain), is_exact=False)


def _beside(folder: Folder, pattern: str) -> str:
    return f"{glob.escape(folder.name)}/{pattern}" if folder.name else pattern


def _suffix(name: str) -> str:
    """The suffix that names the reader, as it is spelt, with that of a compression."""
    return name[len(stem(name)) :]


def _is_clear(folder: Folder, reader: str, wanted: Collection[str], suffixes: tuple[str, ...]) -> bool:
    """Whether every file below a folder that has one of the suffixes is wanted."""
    for each in folder.walk():
        known = each.files.get(reader, [])
        if not each.is_open or any(n.endswith(suffixes) for n in each.unwanted):
            return False
        if any(each.within(name) not in wanted for name in known):
            return False
    return True


def _here(folder: Folder, reader: str, wanted: Collection[str]) -> list[str]:
    """Globs for the wanted files that lie directly in a folder."""
    kept: defaultdict[str, list[str]] = defaultdict(list)
    others = list(folder.unwanted)
    for name in folder.files[reader]:
        if folder.within(name) in wanted:
            kept[_suffix(name)].append(name)
        else:
            others.append(name)
    found = []
    for suffix, names in sorted(kept.items()):
        bodies = [name[: -len(suffix)] for name in names]
        unwanted = [name[: -len(suffix)] for name in others if name.endswith(suffix)]
        found += [_beside(folder, pattern) for pattern in patterns(bodies, unwanted, glob.escape(suffix))]
    return found


def patterns(wanted: Sequence[str], unwanted: Sequence[str], end: str, start: str = "") -> list[str]:
    """Patterns that match every wanted name and no unwanted one; all begin with `start`, `end` is escaped."""
    if not wanted:
        return []
    head = glob.escape(start)
    if not unwanted:
        return [f"{head}*{end}"]
    at = len(start)
    found = [head + end] if start in wanted and start not in unwanted else []
    forbidden = {name[at] for name in unwanted if len(name) > at}
    if other := {name[at] for name in wanted if len(name) > at} - forbidden:
        found.append(f"{head}{_one_of(other, forbidden)}*{end}")
    for letter in sorted(forbidden):
        inner = start + letter
        found += patterns(_begin(wanted, inner), _begin(unwanted, inner), end, inner)
    return found


def _begin(names: Iterable[str], start: str) -> list[str]:
    return [name for name in names if name.startswith(start)]


def _one_of(letters: Collection[str], forbidden: Collection[str]) -> str:
    """A pattern for one letter that is not forbidden; only what is in UTF-8 can be written in a file."""
    if not forbidden:
        return "?"
    if all(c < "\ud800" or c > "\udfff" for c in forbidden):
        return f"[!{_class(forbidden)}]"
    if len(letters) == 1:
        return glob.escape(next(iter(letters)))
    return f"[{_class(letters)}]"


def _class(letters: Collection[str]) -> str:
    """Letters as they stand between brackets: `]` first, what negates or joins last."""
    return "".join(sorted(letters, key=lambda c: (c != "]", c in "!-", c == "-", c)))

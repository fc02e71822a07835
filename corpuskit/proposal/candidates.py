"""Which files make a source: the sub-folders of a folder, one source for each format in them."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpuskit.proposal.folders import Folder
from corpuskit.proposal.globs import Globs, globs

# More sub-folders than this are shelves of one source, not sources.
_MOST_SOURCES = 50
_NO_SLUG = re.compile(r"[^a-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """The files of one reader in a folder, and below it where `deep`: perhaps a source."""

    name: str
    reader: str
    folder: Folder
    files: tuple[str, ...]
    deep: bool

    def globs(self, without: frozenset[str] = frozenset()) -> Globs:
        """Globs for all files but those named."""
        return globs(self.folder, self.reader, set(self.files) - without, deep=self.deep)


def candidates(top: Folder, root: Path) -> list[Candidate]:
    """The possible sources of a folder, in the order of their names."""
    places = list(_places(top))
    taken: set[str] = set()
    found = []
    for folder, deep in places:
        files = _files(folder, deep=deep)
        title = slug(folder.name.rpartition("/")[2] or root.resolve().name)
        for reader, names in sorted(files.items()):
            name = _free(title if len(files) == 1 else f"{title}-{reader}", taken)
            taken.add(name)
            found.append(Candidate(name, reader, folder, tuple(names), deep))
    return found


def _places(top: Folder) -> Iterator[tuple[Folder, bool]]:
    """The folders that are sources, and whether all below them belongs to them."""
    base = top
    while True:
        inner = [child for child in base.children if child.holds_inputs]
        container = not base.files and len(inner) == 1 and not inner[0].files
        if not container:
            break
        base = inner[0]
    if len(inner) > _MOST_SOURCES:
        yield base, True
        return
    if base.files:
        yield base, False
    yield from ((child, True) for child in inner)


def _files(folder: Folder, *, deep: bool) -> dict[str, list[str]]:
    """Names by reader of the files in a folder, relative to the root."""
    found: dict[str, list[str]] = {}
    for each in folder.walk() if deep else [folder]:
        for reader, names in each.files.items():
            found.setdefault(reader, []).extend(each.within(name) for name in names)
    return found


def slug(name: str) -> str:
    """A name as corpus.toml allows it: small ASCII letters, digits, dots and dashes."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _NO_SLUG.sub("-", plain).strip("._-") or "corpus"


def _free(name: str, taken: set[str] | Sequence[str]) -> str:
    """The name, or the first with a number behind it that is not taken."""
    free, number = name, 2
    while free in taken:
        free, number = f"{name}-{number}", number + 1
    return free

"""How much a target takes: the limits of the hub, and the findings where a release goes beyond them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from corpuskit.findings import Finding, finding
from corpuskit.hub.publishing.plan import FileChange


class Sizes(NamedTuple):
    """At most so many files, so many in a folder, and so many bytes a file; over `advised_bytes` a warning."""

    files: int
    folder_files: int
    file_bytes: int
    advised_bytes: int


# https://huggingface.co/docs/hub/storage-limits, "Repository limitations and recommendations".
HUB_SIZES = Sizes(100_000, 10_000, 200 * 10**9, 50 * 10**9)


def size_findings(files: Iterable[FileChange], sizes: Sizes) -> Iterator[Finding]:
    """What is larger than a target takes, once the plan is executed."""
    left = [each for each in files if each.action != "delete"]
    if len(left) >= sizes.files:
        yield finding("too-large", f"{len(left):,} files; a repository has less than {sizes.files:,}")
    folders = Counter(each.path.rpartition("/")[0] for each in left)
    for folder, count in folders.items():
        if count > sizes.folder_files:
            message = f"{count:,} files in one folder; it has at most {sizes.folder_files:,}"
            yield finding("too-large", message, file=folder or ".")
    for each in left:
        if each.bytes >= sizes.file_bytes:
            message = f"{each.bytes:,} bytes; a file has less than {sizes.file_bytes:,}"
            yield finding("too-large", message, file=each.path)
        elif each.bytes > sizes.advised_bytes:
            message = f"{each.bytes:,} bytes; files over {sizes.advised_bytes:,} are advised against"
            yield finding("too-large", message, severity="warning", file=each.path)

"""What repositories, branches, tags and files may be called.

A repository's name is the name of a folder on disk, a branch's of a file; paths in a repository never are, but
clients write files of those names.
"""

import re
import unicodedata

# As huggingface_hub's `validate_repo_id`, and no name that begins with a dot: those are ours on disk.
_PART = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?")
_REF = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._/+-]{0,198}[A-Za-z0-9_+-])?")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SHORT_COMMIT = re.compile(r"[0-9a-f]{7,40}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MAX_PATH_BYTES, _MAX_SEGMENT_BYTES = 1024, 255


def is_repository_part(name: object) -> bool:
    """Whether a namespace or a repository may have this name."""
    return (
        isinstance(name, str)
        and _PART.fullmatch(name) is not None
        and not name.endswith(".git")
        and ".." not in name
        and "--" not in name
    )


def is_ref(name: object) -> bool:
    """Whether a branch or a tag may have this name; one that reads as a commit may not."""
    return (
        isinstance(name, str)
        and _REF.fullmatch(name) is not None
        and not name.startswith("refs/")
        and not any(bad in name for bad in ("..", "//", "/.", "./", ".lock"))
        and not is_commit(name)
    )


def is_commit(text: str) -> bool:
    """Whether a text is the id of a commit, written out."""
    return _COMMIT.fullmatch(text) is not None


def is_short_commit(text: str) -> bool:
    """Whether a text may be the beginning of a commit's id."""
    return _SHORT_COMMIT.fullmatch(text) is not None


def is_digest(text: object) -> bool:
    """Whether a value is a SHA-256 in lowercase hexadecimal digits."""
    return isinstance(text, str) and _DIGEST.fullmatch(text) is not None


def is_unicode(text: str) -> bool:
    """Whether a text can be written down: JSON may hold halves of characters."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def path_fault(path: object) -> str | None:
    """What is wrong with the path of a file in a repository; None where nothing is."""
    if not isinstance(path, str) or not path:
        return "is empty"
    if not is_unicode(path):
        return "is not Unicode"
    segments = path.split("/")
    if len(path.encode()) > _MAX_PATH_BYTES or any(len(s.encode()) > _MAX_SEGMENT_BYTES for s in segments):
        return "is too long"
    if "\\" in path or any(unicodedata.category(c) == "Cc" for c in path):
        return "holds a backslash or a control character"
    if any(segment in {"", ".", ".."} or segment.casefold() == ".git" for segment in segments):
        return "has an empty segment, or one called `.`, `..` or `.git`"
    return None

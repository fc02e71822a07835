"""Who may read and write: tokens, of which only the SHA-256 is kept."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

from corpuskit.errors import InputError, SpecError
from corpuskit.hub.serving.names import is_repository_part
from corpuskit.hub.serving.objects import replace_file
from corpuskit.staging import locked

Scope = Literal["read", "write"]
_FILE = "tokens.json"
_PREFIX = "ckhub_"


class Token(NamedTuple):
    """A token as it is kept: `name` is also the author of its commits and its own namespace."""

    name: str
    scope: Scope
    sha256: str
    created: str


def load_tokens(folder: Path) -> list[Token]:
    """The tokens of a hub; raises InputError where their file cannot be read."""
    try:
        rows = json.loads((folder / _FILE).read_bytes())["tokens"]
        return [Token(row["name"], row["scope"], row["sha256"], row["created"]) for row in rows]
    except FileNotFoundError:
        return []
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(str(folder / _FILE), "is not a list of tokens.") from error


def add_token(folder: Path, name: str, scope: Scope) -> str:
    """Make a token and give it, this once; raises SpecError where the name is taken or none.

    256 random bits need no slow hash: nobody can try them all.
    """
    if not is_repository_part(name):
        raise SpecError(f"a token cannot be called {name!r}: letters, digits, `_`, `-` and `.` are allowed.")
    token = _PREFIX + secrets.token_hex(32)
    with locked(folder, "tokens", wait=True):
        tokens = load_tokens(folder)
        if any(each.name == name for each in tokens):
            raise SpecError(f"there is a token called {name!r} already.", str(folder))
        created = datetime.now(UTC).isoformat(timespec="seconds")
        _write(folder, [*tokens, Token(name, scope, _digest(token), created)])
    return token


def remove_token(folder: Path, name: str) -> None:
    """Make a token worthless, at once; raises SpecError where there is none of that name."""
    with locked(folder, "tokens", wait=True):
        tokens = load_tokens(folder)
        rest = [each for each in tokens if each.name != name]
        if len(rest) == len(tokens):
            known = ", ".join(each.name for each in tokens) or "none"
            raise SpecError(f"there is no token called {name!r}; there are: {known}.", str(folder))
        _write(folder, rest)


def token_of(folder: Path, presented: str) -> Token | None:
    """The token that a client presented, None where it is none of this hub's."""
    digest = _digest(presented)
    found = None
    for each in load_tokens(folder):
        if hmac.compare_digest(each.sha256, digest):
            found = each
    return found


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _write(folder: Path, tokens: Sequence[Token]) -> None:
    rows = [each._asdict() for each in tokens]
    data = json.dumps({"tokens": rows}, indent=2).encode() + b"\n"
    replace_file(folder / _FILE, data, scratch=folder, mode=0o600)

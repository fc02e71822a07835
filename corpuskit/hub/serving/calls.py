"""A request as the endpoints see it, and the parts that answers are made of."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from corpuskit.hub.serving import refs
from corpuskit.hub.serving.commits import read_commit
from corpuskit.hub.serving.limits import Limits
from corpuskit.hub.serving.names import is_unicode
from corpuskit.hub.serving.refusals import Refusal, bad_request
from corpuskit.hub.serving.repositories import Repository
from corpuskit.hub.serving.tokens import Token
from corpuskit.hub.serving.trees import Entry, read_tree

_MAX_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Hub:
    """A hub that is being served: its folder, the hosts it answers to (None: any), its limits.

    `tell` says something to whoever runs it. `secret` signs links for uploads; it lives as long as the server.
    """

    root: Path
    hosts: frozenset[str] | None
    tell: Callable[[str], None]
    limits: Limits = field(default_factory=Limits)
    secret: bytes = field(default_factory=lambda: os.urandom(32), repr=False)


class Call(NamedTuple):
    """A request on its way: what its path names, who asks, and its body where that is JSON or a form."""

    hub: Hub
    request: Request
    names: Mapping[str, str]
    caller: Token | None
    found: Repository | None
    body: Mapping[str, Any]

    @property
    def repository(self) -> Repository:
        """The repository that the path names; routes with a name in their path have one."""
        if self.found is None:
            raise LookupError
        return self.found

    @property
    def folder(self) -> Path:
        """The folder of that repository."""
        return self.repository.folder

    @property
    def author(self) -> str:
        """Who asks, for the history."""
        return self.caller.name if self.caller else "nobody"

    @property
    def base(self) -> str:
        """The URL of this hub as the client wrote it."""
        url = self.request.url
        return f"{url.scheme}://{url.netloc}"

    def query(self, name: str, default: str = "") -> str:
        """A parameter of the query."""
        return self.request.query_params.get(name, default)

    def flag(self, name: str) -> bool:
        """A parameter that says yes or no."""
        return self.query(name).lower() in {"1", "true"}

    def number(self, name: str, default: int) -> int:
        """A number of the query; raises Refusal where it is none."""
        text = self.query(name, str(default))
        if not (text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS):
            raise bad_request(f"`{name}` is no number.")
        return int(text)

    def commit(self) -> str:
        """The commit that the revision in the path stands for; raises Refusal."""
        return refs.resolve(self.folder, self.names["rev"])

    def files(self, commit: str) -> Mapping[str, Entry]:
        """The files of a commit by path."""
        return read_tree(self.folder, read_commit(self.folder, commit).tree)

    def text(self, key: str, default: str | None = None) -> str:
        """A text of the body; raises Refusal where it is missing or none."""
        value = self.body.get(key, default)
        if not isinstance(value, str) or not is_unicode(value):
            raise bad_request(f"`{key}` is missing, or is no text.")
        return value

    def rows(self, key: str, longest: int) -> Sequence[Mapping[str, Any]]:
        """A list of objects of the body; raises Refusal where it is missing, none or too long."""
        value = self.body.get(key)
        if not (isinstance(value, list) and all(isinstance(row, dict) for row in value)):
            raise bad_request(f"`{key}` is no list of objects.")
        if len(value) > longest:
            raise Refusal(413, f"`{key}` has {len(value):,} entries; at most {longest:,} are taken at once.")
        return value


def said(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A value as JSON."""
    return JSONResponse(value, status, headers)


def refused(refusal: Refusal) -> Response:
    """A refusal as huggingface_hub reads it: a status, two headers and a sentence."""
    headers = {
        "X-Error-Message": refusal.message.encode("ascii", "backslashreplace").decode()
    } | refusal.headers
    if refusal.code:
        headers["X-Error-Code"] = refusal.code
    return JSONResponse({"error": refusal.message, **refusal.fields}, refusal.status, headers)


def form_fields(data: bytes) -> dict[str, list[str]]:
    """The fields of a form, each with its values in order; raises ValueError."""
    return parse_qs(data.decode(), keep_blank_values=True, strict_parsing=bool(data), max_num_fields=2000)

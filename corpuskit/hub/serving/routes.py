"""The routes of a hub as data: to add one, write its endpoint and one row here.

A path in braces is one segment of the URL, decoded after the path was split: a revision may hold a slash, written
%2F. `{path...}` is all that follows. A route with `{ns}` and `{name}` finds the repository first.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, NamedTuple
from urllib.parse import unquote_to_bytes

from starlette.responses import Response

from corpuskit.hub.serving import administration, browsing, fetching, pages, pushing, tagging
from corpuskit.hub.serving.calls import Call

# open: for everyone; read: for everyone if the repository is public, else for any token;
# write: for a token of scope write; link: for who was given this very link.
Access = Literal["open", "read", "write", "link"]
# What is read before the endpoint is called; with "stream" the endpoint reads it.
Body = Literal["none", "json", "form", "stream"]
Endpoint = Callable[[Call], Response] | Callable[[Call], Awaitable[Response]]


class Route(NamedTuple):
    """A method and a pattern of paths, who may use it, what its body is, and what answers it."""

    method: str
    pattern: str
    access: Access
    body: Body
    endpoint: Endpoint


_API = "/api/datasets/{ns}/{name}"
_LFS = "/datasets/{ns}/{name}.git/info/lfs"

ROUTES: tuple[Route, ...] = (
    Route("GET", "/api/whoami-v2", "open", "none", administration.whoami),
    Route("POST", "/api/validate-yaml", "write", "json", administration.validate_yaml),
    Route("POST", "/api/repos/create", "write", "json", administration.create),
    Route("DELETE", "/api/repos/delete", "write", "json", administration.delete),
    Route("POST", "/api/repos/move", "write", "json", administration.move),
    Route("GET", "/api/datasets", "open", "none", administration.listing),
    Route("GET", _API, "read", "none", browsing.info),
    Route("GET", f"{_API}/revision/{{rev}}", "read", "none", browsing.info),
    Route("GET", f"{_API}/auth-check", "read", "none", administration.auth_check),
    Route("GET", f"{_API}/auth-check/write", "write", "none", administration.auth_check),
    Route("PUT", f"{_API}/settings", "write", "json", administration.settings),
    Route("GET", f"{_API}/tree/{{rev}}", "read", "none", browsing.tree),
    Route("GET", f"{_API}/tree/{{rev}}/{{path...}}", "read", "none", browsing.tree),
    Route("POST", f"{_API}/paths-info/{{rev}}", "read", "form", browsing.paths_info),
    Route("GET", f"{_API}/refs", "read", "none", browsing.list_refs),
    Route("GET", f"{_API}/commits/{{rev}}", "read", "none", browsing.list_commits),
    Route("POST", f"{_API}/branch/{{rev}}", "write", "json", tagging.create_branch),
    Route("DELETE", f"{_API}/branch/{{rev}}", "write", "none", tagging.delete_branch),
    Route("POST", f"{_API}/tag/{{rev}}", "write", "json", tagging.create_tag),
    Route("DELETE", f"{_API}/tag/{{rev}}", "write", "none", tagging.delete_tag),
    Route("POST", f"{_API}/super-squash/{{rev}}", "write", "json", tagging.super_squash),
    Route("POST", f"{_API}/preupload/{{rev}}", "write", "json", pushing.preupload),
    Route("POST", f"{_API}/commit/{{rev}}", "write", "stream", pushing.commit),
    Route("POST", f"{_LFS}/objects/batch", "write", "json", pushing.lfs_batch),
    Route("POST", f"{_LFS}/verify", "write", "json", pushing.verify),
    Route("PUT", f"{_LFS}/objects/{{oid}}/{{size}}", "link", "stream", pushing.put_object),
    Route("PUT", f"{_LFS}/parts/{{upload}}/{{oid}}/{{size}}/{{part}}", "link", "stream", pushing.put_part),
    Route("POST", f"{_LFS}/parts/{{upload}}/{{oid}}/{{size}}", "link", "json", pushing.complete),
    Route("GET", "/datasets/{ns}/{name}/resolve/{rev}/{path...}", "read", "none", fetching.resolve),
    Route("GET", "/datasets/{ns}/{name}/blob/{rev}/{path...}", "read", "none", fetching.resolve),
    Route("GET", "/datasets/{ns}/{name}", "read", "none", pages.corpus),
    Route("GET", "/datasets/{ns}/{name}/tree/{rev}", "read", "none", pages.corpus),
    Route("GET", "/datasets/{ns}/{name}/commit/{rev}", "read", "none", pages.corpus),
    Route("GET", "/", "open", "none", pages.index),
    Route("GET", "/style.css", "open", "none", pages.style),
)


def matched(method: str, raw_path: bytes) -> tuple[Route, dict[str, str]] | None:
    """The route of a request and what its path names; None where there is none.

    The path is split before it is decoded, so that no escape can add a segment or remove one.
    """
    try:
        segments = [unquote_to_bytes(part).decode() for part in raw_path.split(b"/")[1:]]
    except UnicodeDecodeError:
        return None
    if len(segments) > 1 and not segments[-1]:
        segments.pop()
    for route in ROUTES:
        if route.method == ("GET" if method == "HEAD" else method):
            names = _names(route.pattern.split("/")[1:], segments)
            if names is not None:
                return route, names
    return None


def _names(pattern: Sequence[str], segments: Sequence[str]) -> dict[str, str] | None:
    names: dict[str, str] = {}
    for index, wanted in enumerate(pattern):
        if wanted == "{path...}":
            names["path"] = "/".join(segments[index:])
            return names if names["path"] else None
        if index >= len(segments):
            return None
        variable, _, suffix = wanted.removeprefix("{").partition("}")
        if not wanted.startswith("{"):
            if segments[index] != wanted:
                return None
        elif segments[index].endswith(suffix) and segments[index] != suffix:
            names[variable] = segments[index].removesuffix(suffix)
        else:
            return None
    return names if len(segments) == len(pattern) else None

"""The server as one function from a request to an answer: who asks, what it is about, what is said when it fails."""

import errno
import re
from collections.abc import Mapping
from inspect import iscoroutinefunction
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from corpuskit.errors import CorpusError
from corpuskit.hub.serving import absent, bodies, links, pages, repositories
from corpuskit.hub.serving.calls import Call, Hub, refused
from corpuskit.hub.serving.refusals import Refusal, no_repository
from corpuskit.hub.serving.repositories import Repository
from corpuskit.hub.serving.routes import Route, matched
from corpuskit.hub.serving.tokens import Token, token_of

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?")
_READERS = {"json": bodies.read_json, "form": bodies.read_form}
# Nothing that a hub sends may run, load anything, or be framed; a corpus page says what it needs itself.
_INERT = {
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def application(hub: Hub) -> ASGIApp:
    """The ASGI application of a hub."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope, receive)
            response = await _answer(hub, request)
            for name, value in _INERT.items():
                response.headers.setdefault(name, value)
            await response(scope, receive, send)

    return serve


async def _answer(hub: Hub, request: Request) -> Response:
    """The answer to a request, whatever happens."""
    try:
        return await _asked(hub, request)
    except Refusal as refusal:
        if "text/html" in request.headers.get("accept", "") and not request.scope["path"].startswith("/api/"):
            return pages.refusal_page(refusal)
        return refused(refusal)
    except ClientDisconnect:
        return Response(status_code=400)
    except Exception as error:  # noqa: BLE001 - a fault of ours costs one request, and the server's operator hears of it
        hub.tell(f"{request.method} {request.scope['path']}: {type(error).__name__}: {error}")
        return refused(Refusal(500, "this hub failed to answer; its operator was told."))


async def _asked(hub: Hub, request: Request) -> Response:
    found: Repository | None = None
    try:
        route, names = _route(hub, request)
        caller = await run_in_threadpool(_caller, hub, request)
        _check_access(hub, request, route, caller)
        if "name" in names:
            found = await run_in_threadpool(_repository, hub, route, names, caller)
        body = await _READERS[route.body](request, hub.limits) if route.body in _READERS else {}
        return await _called(route, Call(hub, request, names, caller, found, body))
    except CorpusError as error:
        raise Refusal(500, str(error)) from error
    except OSError as error:
        raise _failure(error, found) from error


async def _called(route: Route, call: Call) -> Response:
    if iscoroutinefunction(route.endpoint):
        response: Response = await route.endpoint(call)
    else:
        response = await run_in_threadpool(route.endpoint, call)  # type: ignore[arg-type]
    return response


def _route(hub: Hub, request: Request) -> tuple[Route, dict[str, str]]:
    host = _HOST.fullmatch(request.headers.get("host", ""))
    # A page of elsewhere whose name was pointed at this machine is not let in.
    if host is None or (hub.hosts is not None and host[1].lower() not in hub.hosts):
        raise Refusal(421, "this hub does not answer to that host name.")
    raw: bytes = request.scope.get("raw_path", request.scope["path"].encode())
    route = matched(request.method, raw)
    if route is None:
        if absent.is_xet(request.scope["path"]):
            # The client's library shows no sentence of this answer; whoever runs the hub may be the same person.
            hub.tell(absent.NO_XET)
        raise absent.unknown(request.scope["path"])
    return route


def _caller(hub: Hub, request: Request) -> Token | None:
    """Who asks; None where no token was sent. A token that is none of this hub's is refused on every route."""
    given = request.headers.get("authorization")
    if given is None:
        return None
    kind, _, presented = given.partition(" ")
    token = token_of(hub.root, presented.strip()) if kind.lower() == "bearer" else None
    if token is None:
        raise _unauthorized("Invalid credentials in Authorization header")
    return token


def _unauthorized(message: str) -> Refusal:
    refusal = Refusal(401, message)
    refusal.headers["WWW-Authenticate"] = "Bearer"
    return refusal


def _check_access(hub: Hub, request: Request, route: Route, caller: Token | None) -> None:
    if route.access == "link":
        path = request.scope["path"]
        if not links.is_signed(hub.secret, path, request.scope["query_string"].decode("latin-1")):
            raise Refusal(403, "this link is not one that this hub made, or it has expired: push again.")
    elif route.access == "write":
        if caller is None:
            raise _unauthorized("Writing needs a token: set HF_TOKEN to one of scope write.")
        if caller.scope != "write":
            raise Refusal(403, f"the token {caller.name} may only read.")


def _repository(hub: Hub, route: Route, names: Mapping[str, Any], caller: Token | None) -> Repository:
    found = repositories.find(hub.root, names["ns"], names["name"])
    hidden = found is not None and found.private and caller is None and route.access != "link"
    if found is None or hidden:
        raise no_repository(f"{names['ns']}/{names['name']}")
    return found


def _failure(error: OSError, found: Repository | None) -> Refusal:
    """What an error of the operating system means to a client."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return Refusal(507, "the disk of this hub is full; nothing was changed.")
    if isinstance(error, FileNotFoundError) and found is not None and not found.folder.exists():
        return no_repository(found.id)
    return Refusal(500, f"the hub's folder cannot be used: {error.strerror or error}.")

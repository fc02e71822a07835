"""Runs a hub: opens its folder, binds, says that it is ready, serves until it is told to stop."""

import ipaddress
import json
import socket
from collections.abc import Callable
from pathlib import Path

from corpuskit.errors import InputError, OutputError, SpecError
from corpuskit.hub.serving import repositories
from corpuskit.hub.serving.limits import Limits
from corpuskit.hub.serving.objects import replace_file

_MARKER, _FORMAT = "hub.json", 1
_LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]"})
_GRACE_SECONDS = 5


def open_hub(folder: Path) -> Path:
    """The folder of a hub, made where there is none; raises SpecError where something else lies there."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)  # private corpora lie in it
        root = folder.resolve()
        marker = root / _MARKER
        if not marker.exists():
            foreign = next(
                (path.name for path in sorted(root.iterdir()) if not path.name.startswith(".")), None
            )
            if foreign is not None:
                raise SpecError(
                    f"is no folder of a hub: it holds {foreign}.", str(folder), hint="Name a new folder."
                )
            replace_file(marker, json.dumps({"corpuskit_hub": _FORMAT}).encode() + b"\n", scratch=root)
        if json.loads(marker.read_bytes()) != {"corpuskit_hub": _FORMAT}:
            raise SpecError(f"{_MARKER} says that another version of corpuskit made this hub.", str(folder))
    except OSError as error:
        raise OutputError(str(folder), f"cannot be a hub: {error.strerror}.") from error
    except ValueError as error:
        raise InputError(str(folder), f"{_MARKER} is not JSON.") from error
    return root


def is_local(host: str) -> bool:
    """Whether a host name reaches this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def serve(
    folder: Path,
    host: str,
    port: int,
    limits: Limits,
    ready: Callable[[str], None],
    tell: Callable[[str], None],
) -> None:
    """Serve a hub until a signal stops it; `ready` is called with its URL once it takes connections.

    `tell` is called with what whoever runs it should know.

    Raises OutputError where the address cannot be had.
    """
    try:
        import uvicorn

        from corpuskit.hub.serving.application import application
        from corpuskit.hub.serving.calls import Hub
    except ImportError as error:
        raise SpecError(
            f"`corpuskit serve` needs {error.name}, which is not installed.",
            hint="Run pip install 'corpuskit[serve]'.",
        ) from error

    root = open_hub(folder)
    repositories.sweep(root)
    shown = f"[{host}]" if ":" in host else host
    listener = _bound(host, port)
    hosts = _LOCAL | {shown.lower()} if is_local(host) else None
    config = uvicorn.Config(
        application(Hub(root, hosts, tell, limits)),
        http="h11", ws="none", lifespan="off", log_config=None, access_log=False, server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )  # fmt: skip
    ready(f"http://{shown}:{listener.getsockname()[1]}")
    uvicorn.Server(config).run(sockets=[listener])


def _bound(host: str, port: int) -> socket.socket:
    """A socket that takes connections already: they wait until the server is up."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError as error:
        raise OutputError(f"{host}:{port}", f"cannot be served: {error.strerror}.") from error
    return listener

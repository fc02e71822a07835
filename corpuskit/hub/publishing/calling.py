"""Calls of huggingface_hub: repeated where that may help, and failures told with their cause and the next step."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from corpuskit.errors import RemoteError
from corpuskit.findings import shortened, visible
from corpuskit.hub.publishing.plan import Address

Result = TypeVar("Result")
# Seconds before a call is repeated; those that huggingface_hub repeats by itself wait as long.
_WAITS = (1.0, 2.0, 4.0, 8.0)
_LONGEST_WAIT, _LONGEST_TEXT = 120.0, 300
_PASSING = frozenset({408, 409, 423, 425, 429, 500, 502, 503, 504})
_AGAIN = "Run the same command again."

# What a status means, and what to do.
_MEANINGS = {
    400: ("refuses this", "Look at what it says, change that, and run the same command again."),
    402: ("asks for a paid plan", f"Make room or change the plan of the namespace. {_AGAIN}"),
    403: (
        "does not let this token do that",
        f"Set HF_TOKEN to one that may write there, or `hf auth login`. {_AGAIN}",
    ),
    404: ("has no such repository, or hides it from this token", f"Check the name and the token. {_AGAIN}"),
    409: ("is busy with another change of this repository", _AGAIN),
    412: ("says that the repository changed meanwhile", f"{_AGAIN} It makes a new plan."),
    413: ("says that this is too much at once", "Build with smaller shards, then publish again."),
    429: ("is asked too often", f"Wait some minutes. {_AGAIN}"),
    507: ("has no room left", f"Make room there. {_AGAIN}"),
}
_NO_TOKEN = ("wants a token", f"Set HF_TOKEN, or run `hf auth login`. {_AGAIN}")
_BAD_TOKEN = (
    "does not accept the token: it is wrong, withdrawn or expired",
    f"Set HF_TOKEN to a valid one, or run `hf auth login`. {_AGAIN}",
)


def status_of(error: BaseException) -> int | None:
    """The HTTP status that a failure of a call comes from; None where there was no answer."""
    seen: BaseException | None = error
    while seen is not None:
        response = getattr(seen, "response", None)
        if response is not None:
            return int(response.status_code)
        seen = seen.__cause__
    return None


def failures() -> tuple[type[Exception], ...]:
    """What calls of huggingface_hub raise: HTTP errors, lost connections, and what it wraps them in."""
    from huggingface_hub.errors import HfHubHTTPError

    # Its base is that of lost connections, too. An answer that is cut or no JSON is a ValueError, one that lacks
    # something a KeyError or TypeError; threads that send files wrap all in RuntimeError.
    http: type[Exception] = HfHubHTTPError.__bases__[0]
    return http, OSError, RuntimeError, ValueError, KeyError, TypeError


def may_pass(error: BaseException) -> bool:
    """Whether the same call may succeed later: a busy or failing hub, a connection that was cut."""
    from huggingface_hub.errors import HFValidationError, OfflineModeIsEnabled

    if isinstance(error, OfflineModeIsEnabled | HFValidationError):
        return False
    status = status_of(error)
    return (status is None or status in _PASSING) and _unread(error) is None


def _unread(error: BaseException) -> OSError | None:
    """The failure to read a file of this machine that lies behind an error, if one does."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.filename is not None:
            return seen
        seen = seen.__cause__
    return None


def waits(error: BaseException, wait: float) -> float:
    """Seconds to wait before a repetition: what the hub asks for, at most two minutes, or else `wait`."""
    response = getattr(error, "response", None)
    asked = response.headers.get("Retry-After", "") if response is not None else ""
    return min(float(asked), _LONGEST_WAIT) if asked.isdecimal() else wait


def attempts() -> Iterator[float | None]:
    """How long to wait after each attempt that failed; None after the last."""
    yield from _WAITS
    yield None


def patiently(target: Address, call: Callable[[], Result]) -> Result:
    """The result of a call that may be repeated without harm; raises RemoteError."""
    for wait in attempts():
        try:
            return call()
        except failures() as error:
            if wait is None or not may_pass(error):
                raise told(target, error) from error
            time.sleep(waits(error, wait))
    raise AssertionError("unreachable: the last attempt returns or raises")


@contextmanager
def telling(target: Address) -> Iterator[None]:
    """What fails within is raised as RemoteError."""
    try:
        yield
    except failures() as error:
        raise told(target, error) from error


def told(target: Address, error: BaseException) -> RemoteError:
    """A failure in words: what the hub does or says, and what to do next."""
    from huggingface_hub import get_token
    from huggingface_hub.errors import OfflineModeIsEnabled

    status, unread = status_of(error), _unread(error)
    if unread is not None:
        cause, hint = (
            f"{unread.filename} cannot be read: {unread.strerror}.",
            "Verify the release, then try again.",
        )
    elif isinstance(error, OfflineModeIsEnabled):
        cause, hint = (
            "cannot be reached: HF_HUB_OFFLINE is set.",
            "Unset it, then run the same command again.",
        )
    elif status is None:
        cause, hint = f"the connection to {target.host} failed{_said(error)}.", _AGAIN
        if "HF_ENDPOINT" not in os.environ:
            hint = f"If another hub is meant, set HF_ENDPOINT. {_AGAIN}"
        if "/xet-" in cause:
            hint = "If this hub has no Xet storage, set HF_HUB_DISABLE_XET=1. " + hint
    else:
        does, hint = _meaning(status, has_token=get_token() is not None)
        cause = f"{target.host} {does} (HTTP {status}{_said(error)})."
    return RemoteError(target.url, _without_token(cause), hint)


def _meaning(status: int, *, has_token: bool) -> tuple[str, str]:
    if status == 401:
        return _BAD_TOKEN if has_token else _NO_TOKEN
    if status >= 500 and status not in _MEANINGS:
        return "fails", _AGAIN
    return _MEANINGS.get(status, ("refuses this", _AGAIN))


def _said(error: BaseException) -> str:
    """What the hub itself says of an error, or what the library says of a lost connection."""
    seen: BaseException | None = error
    words = ""
    while seen is not None:
        words = str(getattr(seen, "server_message", None) or words)
        seen = seen.__cause__
    if not words and (status_of(error) is None or isinstance(error, ValueError)):
        root = error
        while root.__cause__ is not None and status_of(root.__cause__) is None:
            root = root.__cause__
        words = str(root) or type(root).__name__
    words = shortened(visible(" ".join(words.split())), _LONGEST_TEXT).rstrip(".")
    return f": {words}" if words else ""


def _without_token(text: str) -> str:
    """A text in which no token is shown, whoever put it there."""
    from huggingface_hub import get_token

    token = get_token()
    return text.replace(token, "***") if token else text


@contextmanager
def quiet_library(*, progress: bool = False) -> Iterator[None]:
    """Keep huggingface_hub's own notes, which name signed links, and its bars off the terminal meanwhile."""
    from huggingface_hub import utils

    library: Any = utils  # it exports these without saying so
    before = library.logging.get_verbosity()
    had_bars = not library.are_progress_bars_disabled()
    library.logging.set_verbosity(library.logging.CRITICAL)
    if not progress:
        library.disable_progress_bars()
    try:
        yield
    finally:
        library.logging.set_verbosity(before)
        if had_bars:
            library.enable_progress_bars()

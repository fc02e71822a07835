"""Links that carry their own permission: clients send the parts of large files without a token."""

import hashlib
import hmac
import time
from urllib.parse import parse_qs

_SECONDS = 24 * 3600


def signed(secret: bytes, path: str) -> str:
    """A path with a query that allows its use for a day."""
    expires = str(int(time.time()) + _SECONDS)
    return f"{path}?expires={expires}&signature={_signature(secret, path, expires)}"


def is_signed(secret: bytes, path: str, query: str) -> bool:
    """Whether a path comes with a query that `signed` made for it and that has not expired."""
    given = parse_qs(query, max_num_fields=8)
    expires, signature = (given.get(key, [""])[0] for key in ("expires", "signature"))
    if not (expires.isascii() and expires.isdecimal() and len(expires) <= 12):
        return False
    expected = _signature(secret, path, expires).encode()
    return hmac.compare_digest(expected, signature.encode("utf-8", "replace")) and int(expires) >= time.time()


def _signature(secret: bytes, path: str, expires: str) -> str:
    return hmac.new(secret, f"{path}\0{expires}".encode(), hashlib.sha256).hexdigest()

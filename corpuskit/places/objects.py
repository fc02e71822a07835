"""A prefix of an object store as a place, through fsspec; the only importer of fsspec and s3fs."""

import io
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from corpuskit import digests
from corpuskit.errors import InputError, OutputError, SpecError
from corpuskit.places import Entry
from corpuskit.places.faults import code_of, fault_of

_BLOCK = 8 << 20
# Parts of a large file that are in memory at once, and their size.
_PARTS, _PART_BYTES = 4, 16 << 20
# What stores answer that do not list unfinished uploads, or not to everyone who may write.
_UNLISTED = frozenset({"NotImplemented", "MethodNotAllowed", "AccessDenied", "501", "405", "403"})
# What stores answer whose condition does not hold, or that know no conditions of writes.
_OVERTAKEN = frozenset({"PreconditionFailed", "412", "ConditionalRequestConflict", "409"})
_UNCONDITIONAL = frozenset({"NotImplemented", "501", "InvalidArgument", "InvalidRequest"})
_SHA256 = "sha256"  # the name of the user metadata that notes a digest


def connect(url: str) -> "Objects":
    """The prefix that an s3:// URL names; credentials and endpoint come from where s3fs and botocore look.

    Raises SpecError where the extra `s3` is not installed or the URL names no bucket.
    """
    root = url.partition("://")[2].rstrip("/")
    if not root or root.startswith("/") or "?" in root or "#" in root:
        raise SpecError(
            "is no place in an object store.", url.partition("?")[0], None, "Write s3://BUCKET/PREFIX."
        )
    try:
        import fsspec
        import fsspec.config
        import s3fs  # noqa: F401 - fsspec would name neither the extra nor this project
    except ImportError as error:
        hint = "Install it: pip install 'corpuskit[s3]'."
        raise SpecError("s3:// needs the extra `s3`.", url, None, hint) from error
    # Stores that only speak the older protocol refuse checksums in trailers; what was sent is read back anyway.
    plain = {"request_checksum_calculation": "when_required", "response_checksum_validation": "when_required"}
    settings = {name: value for name, value in plain.items() if f"AWS_{name.upper()}" not in os.environ}
    settings |= fsspec.config.conf.get("s3", {}).get("config_kwargs", {})
    with _told(f"s3://{root}", write=False):
        system = fsspec.filesystem(
            "s3", config_kwargs=settings, use_listings_cache=False, skip_instance_cache=True
        )
    return Objects(system, "s3", root)


@dataclass(frozen=True, slots=True)
class Objects:
    """A prefix; `root` is bucket and prefix, without a slash at its end."""

    system: Any
    scheme: str
    root: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.root}"

    @property
    def name(self) -> str:
        """The last part of the prefix."""
        return self.root.rpartition("/")[2]

    @property
    def url(self) -> str:
        """The prefix as a URL."""
        return str(self)

    @property
    def folder(self) -> None:
        """No folder of this machine."""
        return

    @property
    def audit(self) -> None:
        """An audit folder is never published."""
        return

    def below(self, path: str) -> "Objects":
        """A prefix below this one."""
        return Objects(self.system, self.scheme, f"{self.root}/{path}")

    def parent(self) -> "Objects":
        """The prefix above this one."""
        return Objects(self.system, self.scheme, self.root.rpartition("/")[0])

    def entries(self) -> Iterator[Entry]:
        """Every object below it, by path; the placeholders that some clients write for folders are none."""
        with _told(str(self), write=False):
            found = self.system.find(self.root, detail=True)
        for path, info in sorted(found.items()):
            name = path.removeprefix(f"{self.root}/")
            if name != path and not (name.endswith("/") and info["size"] == 0):
                yield Entry(name, int(info["size"]))

    def read(self, path: str) -> bytes | None:
        """The bytes of an object, None where there is none."""
        with _told(self._url(path), write=False):
            try:
                # At once: a request for the size alone would be refused without saying why.
                return bytes(self.system.cat_file(f"{self.root}/{path}", max_concurrency=1))
            except FileNotFoundError as error:
                if code_of(error) == "NoSuchBucket":
                    raise
                return None

    def open(self, path: str) -> BinaryIO:
        """An object to read, some blocks at a time."""
        with _told(self._url(path), write=False):
            # The size is asked for now, so that what is not there is told now.
            file = self.system.open(f"{self.root}/{path}", "rb", block_size=_BLOCK, cache_type="readahead")
        return cast("BinaryIO", _Reader(self._url(path), file))

    def noted_sha256(self, path: str) -> str | None:
        """The sha256 in the user metadata of an object, as `put` notes it."""
        with _told(self._url(path), write=False):
            noted = self.system.metadata(f"{self.root}/{path}").get(_SHA256)
        return None if noted is None else str(noted)

    def put(self, path: str, source: Path | bytes, sha256: str) -> None:
        """Send an object; large ones in parts, which nobody sees before the last."""
        more = {"Metadata": {_SHA256: sha256}, "chunksize": _PART_BYTES, "max_concurrency": _PARTS}
        with _told(self._url(path), write=True):
            if isinstance(source, bytes):
                self.system.pipe_file(f"{self.root}/{path}", source, **more)
            else:
                self.system.put_file(str(source), f"{self.root}/{path}", **more)

    def swap(self, path: str, data: bytes, before: bytes | None) -> bool:
        """Put an object where one with these bytes lies, or none, by a conditional write where the store has them."""
        from botocore.exceptions import ClientError

        key, held = f"{self.root}/{path}", {"IfNoneMatch": "*"}
        with _told(self._url(path), write=True):
            if before is not None:
                held = {"IfMatch": self.system.info(key)["ETag"]} if self.system.exists(key) else {}
            if self.read(path) != before:
                return False
            for condition in (held, {}):
                try:
                    self.system.pipe_file(key, data, Metadata={_SHA256: digests.sha256(data)}, **condition)
                except (OSError, ClientError) as error:
                    if code_of(error) in _OVERTAKEN:
                        return self.read(path) == data  # by another, or by us and the answer was lost
                    if not condition or code_of(error) not in _UNCONDITIONAL:
                        raise
                else:
                    return True
        raise AssertionError("unreachable: the last attempt returns or raises")

    def locked(self, name: str) -> AbstractContextManager[None]:
        """Plain object stores have no locks."""
        del name
        return nullcontext()

    def sweep(self, paths: list[str]) -> int:
        """Give up the unfinished uploads in parts of these objects: their parts would be stored, unseen, for ever."""
        bucket, _, prefix = self.root.partition("/")
        ours = {f"{prefix}/{path}".lstrip("/") for path in paths}
        swept = 0
        after: dict[str, str] = {}
        with _told(str(self), write=True):
            while True:
                try:
                    page = self.system.call_s3(
                        "list_multipart_uploads", Bucket=bucket, Prefix=f"{prefix}/".lstrip("/"), **after
                    )
                except (OSError, ValueError) as error:
                    if code_of(error) in _UNLISTED:
                        return swept  # there, a rule of the bucket removes them
                    raise
                for upload in page.get("Uploads", []):
                    if upload["Key"] in ours:
                        self.system.abort_mpu(bucket, upload["Key"], upload["UploadId"])
                        swept += 1
                if not page.get("IsTruncated"):
                    return swept
                after = {"KeyMarker": page["NextKeyMarker"], "UploadIdMarker": page["NextUploadIdMarker"]}

    def _url(self, path: str) -> str:
        return f"{self}/{path}"


class _Reader(io.RawIOBase):
    """A file of fsspec whose failures are told as ours."""

    def __init__(self, url: str, file: Any) -> None:
        super().__init__()
        self._url, self._file = url, file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())

    def readinto(self, buffer: Any) -> int:
        with _told(self._url, write=False):
            data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


@contextmanager
def _told(url: str, *, write: bool) -> Iterator[None]:
    """Failures of the client as InputError, OutputError, or SpecError where the settings are to blame."""
    import aiohttp
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (OSError, ValueError, BotoCoreError, ClientError, aiohttp.ClientError) as error:
        fault = fault_of(error)
        # The client's own exception is left out of the chain: it may hold what is secret.
        if fault.settings:
            raise SpecError(f"{fault.cause}.", url, None, fault.hint) from None
        if write:
            raise OutputError(url, f"{fault.cause}. {fault.hint}") from None
        raise InputError(url, f"{fault.cause}.", fault.hint) from None

"""Bodies of requests, read within limits: what they announce is not believed, and silence ends them."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from corpuskit.hub.serving.calls import form_fields
from corpuskit.hub.serving.limits import Limits
from corpuskit.hub.serving.refusals import Refusal, bad_request

# As much is kept in memory before it is written by a thread.
_BLOCK_BYTES = 1 << 20


async def read_json(request: Request, limits: Limits) -> Mapping[str, Any]:
    """The JSON object that a request brings; empty where it brings nothing."""
    data = await _read(request, limits)
    try:
        value = json.loads(data) if data.strip() else {}
    except (ValueError, RecursionError):
        raise bad_request("the body is not JSON.") from None
    if not isinstance(value, dict):
        raise bad_request("the body is no JSON object.")
    return value


async def read_form(request: Request, limits: Limits) -> Mapping[str, Any]:
    """The fields of the form that a request brings, each a list; JSON is taken, too."""
    if "json" in request.headers.get("content-type", ""):
        return await read_json(request, limits)
    try:
        return form_fields(await _read(request, limits))
    except ValueError:
        raise bad_request("the body is no form, or has too many fields.") from None


async def spool(
    request: Request, path: Path, limits: Limits, max_bytes: int, offset: int | None = None
) -> int:
    """Write a body to a file, at an offset of it where one is given, and give the number of its bytes."""
    file = await run_in_threadpool(_opened, path, offset)
    total, block = 0, bytearray()
    try:
        async for chunk in _chunks(request, limits, max_bytes):
            total += len(chunk)
            block += chunk
            if len(block) >= _BLOCK_BYTES:
                await run_in_threadpool(file.write, bytes(block))
                block.clear()
        await run_in_threadpool(file.write, bytes(block))
    finally:
        await run_in_threadpool(file.close)
    return total


def _opened(path: Path, offset: int | None) -> Any:
    if offset is None:
        return path.open("xb")
    path.touch()
    file = path.open("r+b")
    file.seek(offset)
    return file


async def _read(request: Request, limits: Limits) -> bytes:
    return b"".join([chunk async for chunk in _chunks(request, limits, limits.json_bytes)])


async def _chunks(request: Request, limits: Limits, max_bytes: int) -> AsyncIterator[bytes]:
    """The pieces of a body; raises Refusal 413 as soon as there are too many bytes, announced or come."""
    too_large = Refusal(413, f"the body has more than the {max_bytes:,} bytes that are taken here.")
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > max_bytes:
        raise too_large
    total, stream = 0, request.stream()
    while True:
        try:
            async with asyncio.timeout(limits.idle_seconds):
                chunk = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise Refusal(408, f"nothing arrived for {limits.idle_seconds:.0f} seconds.") from None
        total += len(chunk)
        if total > max_bytes:
            raise too_large
        yield chunk

"""Kinds of faults that spoil the tracker's own reply, or are too large, too deep or too slow a one."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import Annotated, Any

import msgspec
from aiohttp import web

from connectors.sandbox import request_effects
from connectors.sandbox.fault_kind import ConnectionCut, Count, FaultContext, FaultKind, Ratio, Seconds

Megabytes = Annotated[int, msgspec.Meta(ge=1, le=1024)]
JsonEdit = Callable[[Any], Any]
ROOT_CURSOR = 4
"""Length of the path data.issues.pageInfo.endCursor."""
_BLOCK = b"0" * 1_048_576


class DropAfter(FaultKind, tag="drop_after"):
    """Do what was asked, then close the connection without a reply; with `reset`, by a TCP reset."""

    reset: bool = False

    async def answer(self, context: FaultContext, /) -> web.StreamResponse:
        await context.proceed()
        raise ConnectionCut(self.reset)


class TruncatedBody(FaultKind, tag="truncate"):
    """A whole HTTP message, with only the first `share` of its body."""

    share: Ratio = 0.5

    async def answer(self, context: FaultContext, /) -> web.StreamResponse:
        response = await context.proceed()
        if (body := body_of(response)) and isinstance(response, web.Response):
            response.body = body[: int(len(body) * self.share)]
        return response


class CutShort(FaultKind, tag="cut_short"):
    """A message that ends in mid-transfer: its Content-Length is more than what comes."""

    share: Ratio = 0.5

    async def answer(self, context: FaultContext, /) -> web.StreamResponse:
        response = await context.proceed()
        body = body_of(response)
        started = await _start_stream(context, response, len(body) + 1)
        await started.write(body[: int(len(body) * self.share)])
        if context.request.transport is not None:
            context.request.transport.close()
        return started


class Drip(FaultKind, tag="drip"):
    """The reply comes `bytes` at a time, with `seconds` between: slow, but never silent for long."""

    seconds: Seconds = 0.05
    bytes: Annotated[int, msgspec.Meta(ge=1)] = 256

    async def answer(self, context: FaultContext, /) -> web.StreamResponse:
        response = await context.proceed()
        body = body_of(response)
        started = await _start_stream(context, response, len(body))
        for start in range(0, len(body), self.bytes):
            await asyncio.sleep(self.seconds)
            await started.write(body[start : start + self.bytes])
        await started.write_eof()
        return started


class HugeReply(FaultKind, tag="huge"):
    """Endless but valid JSON: one text of `megabytes`, sent as it is."""

    megabytes: Megabytes = 200

    async def answer(self, context: FaultContext, /) -> web.StreamResponse:
        return await _stream_padding(context, self.megabytes, {}, lambda block: block, b"")


class GzipBomb(FaultKind, tag="bomb"):
    """The same, compressed a thousandfold, which only who unpacks it finds out."""

    megabytes: Megabytes = 200

    async def answer(self, context: FaultContext, /) -> web.StreamResponse:
        compressor = zlib.compressobj(level=9, wbits=31)
        headers = {"Content-Encoding": "gzip"}
        return await _stream_padding(context, self.megabytes, headers, compressor.compress, compressor.flush)


class DeepNesting(FaultKind, tag="deep"):
    """Valid JSON of `depth` lists in each other."""

    depth: Annotated[int, msgspec.Meta(ge=1, le=5_000_000)] = 100_000

    async def answer(self, _: FaultContext, /) -> web.StreamResponse:
        body = b'{"issues":' + b"[" * self.depth + b"]" * self.depth + b"}"
        return web.Response(body=body, content_type="application/json")


class WrongTypes(FaultKind, tag="wrong_types"):
    """Values of other types than they should be: at the place `at`, else a `share` of all, at least one.

    A place is keys with dots between, `*` for any one: "issues.*.fields.labels".
    """

    at: str | None = None
    share: Ratio = 0.2

    async def answer(self, context: FaultContext, /) -> web.StreamResponse:
        def change(value: Any) -> Any:
            places = [
                (holder, key)
                for path, holder, key in _values(value, ())
                if (path_matches(path, self.at) if self.at else not isinstance(holder[key], dict | list))
            ]
            if self.at is None and places:
                places = context.random.sample(places, max(1, int(len(places) * self.share)))
            for holder, key in places:
                holder[key] = _other_type(holder[key])
            return value

        return await edit_json(context, change)


class PartialErrors(FaultKind, kw_only=True, tag="partial"):
    """GraphQL answers in part: the field `at` fails, is null as far up as the schema demands, and `errors`
    says so. `at` is response keys with dots between, `*` for any one: "issues.nodes.3.assignee"."""

    at: str
    message: str = "Internal server error"
    type: str = "internal error"

    async def answer(self, context: FaultContext, /) -> web.StreamResponse:
        with request_effects.during(
            request_effects.broken, request_effects.BrokenPath(self.at, self.message, self.type)
        ):
            return await context.proceed()


class RepeatedPage(FaultKind, tag="repeat_page"):
    """Every page names the first page's follower as the next, so that the walk never ends."""

    async def answer(self, context: FaultContext, /) -> web.StreamResponse:
        def change(value: Any) -> Any:
            for path, holder, key in list(_values(value, ())):
                if key == "nextPageToken" and len(path) == 1:
                    holder[key] = context.memory.setdefault("token", holder[key])
                if key == "endCursor" and len(path) == ROOT_CURSOR and holder[key] is not None:
                    holder[key] = context.memory.setdefault(".".join(path), holder[key])
                    holder["hasNextPage"] = True
            if isinstance(value, dict) and "isLast" in value and "token" in context.memory:
                value |= {"isLast": False, "nextPageToken": context.memory["token"]}
            return value

        return await edit_json(context, change)


class RepeatedRows(FaultKind, tag="repeat_rows"):
    """Each page begins with the last `rows` of the page before, as when rows move while one reads."""

    rows: Annotated[int, msgspec.Meta(ge=1)] = 1

    async def answer(self, context: FaultContext, /) -> web.StreamResponse:
        def change(value: Any) -> Any:
            for spot, rows in _row_lists(value):
                before, context.memory[spot] = context.memory.get(spot, []), rows[-self.rows :]
                rows[:0] = before
            return value

        return await edit_json(context, change)


class LostRows(FaultKind, tag="lose_rows"):
    """Each page lacks its first `rows`, as when rows move ahead of the reader."""

    rows: Count = 1

    async def answer(self, context: FaultContext, /) -> web.StreamResponse:
        def change(value: Any) -> Any:
            for _, rows in _row_lists(value):
                del rows[: self.rows]
            return value

        return await edit_json(context, change)


# --- Replies -------------------------------------------------------------------------------------


def body_of(response: web.StreamResponse) -> bytes:
    """The bytes of a reply that is held in memory, else nothing."""
    body = getattr(response, "body", None)
    return body if isinstance(body, bytes) else b""


async def edit_json(context: FaultContext, change: JsonEdit) -> web.StreamResponse:
    """The tracker's reply with its JSON changed; one without JSON stays as it is."""
    response = await context.proceed()
    if not isinstance(response, web.Response) or not response.content_type.endswith("json"):
        return response
    if body := body_of(response):
        response.body = msgspec.json.encode(change(msgspec.json.decode(body)))
    return response


async def _start_stream(context: FaultContext, like: web.StreamResponse, length: int) -> web.StreamResponse:
    """A reply like the given one that is sent piece by piece."""
    started = web.StreamResponse(status=like.status, headers=like.headers)
    started.content_length = length
    await started.prepare(context.request)
    return started


async def _stream_padding(
    context: FaultContext,
    megabytes: int,
    headers: dict[str, str],
    pack: Callable[[bytes], bytes],
    end: bytes | Callable[[], bytes],
) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json;charset=UTF-8"} | headers)
    await response.prepare(context.request)
    await response.write(pack(b'{"issues":[],"data":"'))
    for _ in range(megabytes):
        await response.write(pack(_BLOCK))
        # Other requests go on meanwhile.
        await asyncio.sleep(0)
    await response.write(pack(b'"}') + (end() if callable(end) else end))
    await response.write_eof()
    return response


# --- JSON ----------------------------------------------------------------------------------------


def _values(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Every value below `value`: its path, what holds it, and under which key or index."""
    keys: list[Any] = []
    if isinstance(value, dict):
        keys = list(value)
    elif isinstance(value, list):
        keys = list(range(len(value)))
    for key in keys:
        below = (*path, str(key))
        yield below, value, key
        yield from _values(value[key], below)


def path_matches(path: tuple[str, ...], wanted: str) -> bool:
    """Whether a path is the wanted place, in which `*` stands for any one key."""
    parts = wanted.split(".")
    return len(parts) == len(path) and all(map(fnmatchcase, path, parts))


def _other_type(value: Any) -> Any:
    match value:
        case bool():
            return "maybe"
        case str():
            return 7
        case int() | float():
            return str(value)
        case list():
            return {"0": value}
        case dict():
            return [value]
    return "null"


def _without_indices(path: tuple[str, ...]) -> str:
    return ".".join("*" if key.isdecimal() else key for key in path)


def _row_lists(value: Any) -> Iterator[tuple[str, list[Any]]]:
    """The lists of rows of a page: what Jira calls issues or values, and Linear nodes of a root field."""
    for path, holder, key in list(_values(value, ())):
        named = key in ("issues", "values") and len(path) == 1
        if (named or (key == "nodes" and len(path) == 3)) and isinstance(holder[key], list):
            yield _without_indices(path), holder[key]

"""Bodies of replies: one coding at most, and a cap that holds while they are decompressed. Pure."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from mmap import mmap

from config.text.figures import ENGLISH

CODING = "gzip"
"""The one coding that is asked for."""

LARGE = 4 * 1024 * 1024
"""Bytes beyond which a body is large: what trackers answer to what we ask is below one megabyte, mostly."""

MOST_VALUES = 1_000_000
"""Values in one large body of JSON; a byte or two can stand for an object of a hundred."""

Buffer = bytes | bytearray
"""A body, not copied again once it is there."""

_STEP = 256 * 1024
"""Bytes that one step of decompression may give."""

_CODED = ("gzip", "x-gzip")
_PLAIN = ("", "identity")


class BodyError(Exception):
    """The body is not read to its end; the text says why, and holds nothing of it."""


class TooLarge(BodyError):
    """The body passes the cap."""


def read_body(
    chunks: Iterable[bytes], coding: str, most: int, when_large: Callable[[], object] = lambda: None
) -> Buffer:
    """The whole body in plain. `coding` is the reply's `Content-Encoding`; `most` is the cap in bytes.

    `when_large` is called once, before a body grows beyond `LARGE`. Raises TooLarge as soon as the plain body passes the cap, and BodyError for a coding that nobody asked for, for
    several on top of each other, and for what cannot be decompressed.
    """
    name = coding.strip().lower()
    if name not in (*_PLAIN, *_CODED):
        raise BodyError(f"is in a coding that was not asked for; only {CODING} is accepted")
    # Joined once: a buffer that grows is copied again and again.
    parts: list[bytes] = []
    length = 0
    unpack = _Gzip() if name in _CODED else None
    large: mmap | None = None
    try:
        for chunk in chunks:
            for part in unpack.parts(chunk) if unpack is not None else (chunk,):
                length += len(part)
                if length > most:
                    raise TooLarge(f"is larger than {most / 2**20:.0f} MB")
                if length > LARGE and large is None:
                    when_large()
                    large = mmap(-1, most)
                    large.write(b"".join(parts))
                    parts.clear()
                if large is None:
                    parts.append(part)
                else:
                    large.write(part)
        body = b"".join(parts) if large is None else large[:length]
    finally:
        # Of its own, so that all of it is given back at once: what threads free in small parts, each keeps for its next reply.
        if large is not None:
            large.close()
    if unpack is not None and not unpack.is_whole:
        raise BodyError("cannot be decompressed: it ends too early")
    if large is not None and sum(map(body.count, b",[{")) > MOST_VALUES:
        raise TooLarge(f"holds more than {ENGLISH.count(MOST_VALUES)} values")
    return body


class _Gzip:
    """Decompresses step by step, so that no input gives more than `_STEP` bytes at once. Several members may follow."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._begun = False

    @property
    def is_whole(self) -> bool:
        """Whether the last member has come to its end; true of an empty body."""
        return self._member.eof or not self._begun

    def parts(self, chunk: bytes) -> Iterable[bytes]:
        """What the chunk gives, in parts."""
        while chunk:
            if self._member.eof:
                self._member = zlib.decompressobj(zlib.MAX_WBITS | 16)
            self._begun = True
            try:
                yield self._member.decompress(chunk, _STEP)
            except zlib.error:
                raise BodyError("cannot be decompressed") from None
            chunk = self._member.unconsumed_tail or self._member.unused_data

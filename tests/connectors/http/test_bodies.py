"""Bodies of replies: one coding, and a cap that holds while they are decompressed."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.http.bodies import LARGE, MOST_VALUES, BodyError, TooLarge, read_body

MOST = 1 << 20


def cut(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


@given(
    st.lists(st.binary(max_size=3000), max_size=4),
    st.integers(1, 999),
    st.sampled_from(["gzip", "x-GZip", " gzip "]),
)
def test_what_was_packed_comes_back(parts: list[bytes], size: int, coding: str) -> None:
    packed = b"".join(gzip.compress(part) for part in parts)
    assert read_body(cut(packed, size), coding, MOST) == b"".join(parts)


@pytest.mark.parametrize("coding", ["", "identity", "Identity"])
def test_a_plain_body_is_taken_as_it_is(coding: str) -> None:
    assert read_body([b"a", b"", b"b"], coding, MOST) == b"ab"


@pytest.mark.parametrize(
    "coding", ["deflate", "br", "zstd", "compress", "gzip, gzip", "gzip,identity", "gzip;q=1"]
)
def test_other_codings_and_several_are_refused(coding: str) -> None:
    with pytest.raises(BodyError, match="only gzip is accepted"):
        read_body([gzip.compress(b"{}")], coding, MOST)


@pytest.mark.parametrize("at", [0, 1])
def test_the_cap_is_the_last_byte_that_is_taken(at: int) -> None:
    body = b" " * (MOST + at)
    for chunks, coding in (([body], ""), (cut(gzip.compress(body), 100), "gzip")):
        if at:
            with pytest.raises(TooLarge, match="larger than 1 MB"):
                read_body(chunks, coding, MOST)
        else:
            assert read_body(chunks, coding, MOST) == body


def test_a_bomb_takes_no_more_memory_than_the_cap() -> None:
    pack = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    bomb = b"".join(pack.compress(b" " * MOST) for _ in range(100)) + pack.flush()
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge):
            read_body([bomb], "gzip", MOST)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * MOST


@pytest.mark.parametrize(
    "body",
    [b"no gzip", gzip.compress(b"{}", mtime=0)[:-1], gzip.compress(b"{}", mtime=0) + b"more"],
    ids=["none", "cut", "with more behind it"],
)
def test_what_cannot_be_decompressed_is_refused(body: bytes) -> None:
    with pytest.raises(BodyError, match="cannot be decompressed"):
        read_body([body], "gzip", MOST)


@pytest.mark.parametrize("over", [0, 1])
def test_a_large_body_of_very_many_values_is_refused(over: int) -> None:
    lists = b"[]," * (MOST_VALUES // 2 + over)
    body = lists + b" " * (LARGE - len(lists) + 1)
    if over:
        with pytest.raises(TooLarge, match="more than 1,000,000 values"):
            read_body([body], "", 2 * LARGE)
    else:
        assert read_body([body], "", 2 * LARGE) == body


def test_a_body_is_said_to_be_large_before_it_is() -> None:
    said: list[str] = []
    read_body(cut(b" " * LARGE, 1 << 16), "", 2 * LARGE, lambda: said.append("large"))
    assert said == []
    read_body(cut(b" " * (3 * LARGE // 2), 1 << 16), "", 2 * LARGE, lambda: said.append("large"))
    assert said == ["large"]

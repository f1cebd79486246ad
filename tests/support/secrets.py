"""Secrets that the process knows for a while, and where one of them shows."""

from __future__ import annotations

import base64
import binascii
import html
import re
import string
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote

from hypothesis import strategies as st

from config.text.redaction import SHORTEST, redactor

PART = 8
"""Characters of a secret that are too many to be seen, where the rest was cut off."""

_PUNCTUATION = re.compile(r"\\([!-/:-@\[-`{-~])")
_UNICODE = re.compile(r"\\u([0-9a-fA-F]{4})")
_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")


ALPHABETS = {
    "letters": string.ascii_letters,
    "digits": string.digits,
    "Markdown": "_*-.`[]()<>#+!|~=:@$&^{}",
    "base64": string.ascii_letters + string.digits + "+/=",
    "JSON": '"\\/bnrtu0' + string.ascii_letters,
    "percent": "%0123456789ABCDEFabcdef",
    "HTML": "&;#x'\"<>lgtampquo0123456789",
    "all": "".join(map(chr, range(0x21, 0x7F))),
}
tokens = st.sampled_from(list(ALPHABETS.values())).flatmap(
    lambda alphabet: st.text(alphabet, min_size=SHORTEST, max_size=60)
)


@contextmanager
def known_secrets(*secrets: str) -> Iterator[None]:
    """The process's redactor knows these, and forgets them afterwards."""
    redactor.add(*secrets)
    try:
        yield
    finally:
        redactor.spare(*secrets)


def parts_shown(found: str | bytes, secret: str) -> set[str]:
    """The parts of a secret that a reader gets out of a text: as it is, or by taking one kind of escape off it."""
    text = found.decode("utf-8", "replace") if isinstance(found, bytes) else found
    parts = {secret[at : at + PART] for at in range(len(secret) - PART + 1)}
    return {part for way in _readings(text) for part in parts if part in way}


def _readings(text: str) -> Iterator[str]:
    yield text
    yield re.sub(r"\s+", "", text)  # wrapped by a table
    yield _PUNCTUATION.sub(r"\1", text)
    yield _UNICODE.sub(lambda found: chr(int(found[1], 16)), text)
    yield text.replace('\\"', '"').replace("\\/", "/").replace("\\\\", "\\")
    yield html.unescape(text)
    yield html.unescape(html.unescape(text))
    yield unquote(text)
    yield unquote(unquote(text))
    yield "\n".join(_decoded(text))


def _decoded(text: str) -> Iterator[str]:
    """What any run of base64 in it holds, each run once."""
    for run in dict.fromkeys(_ENCODED.findall(text)):
        for at in range(4):
            # Its beginning may be something else: four ways to count in fours.
            piece = run[at:].rstrip("=").replace("-", "+").replace("_", "/")
            piece = piece[: len(piece) - (len(piece) % 4 == 1)]
            try:
                yield base64.b64decode(piece + "=" * (-len(piece) % 4)).decode("latin-1")
            except (binascii.Error, ValueError):
                continue

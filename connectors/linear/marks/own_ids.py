"""Ids that we choose for what we make, so that a write whose reply was lost is not made twice.

Linear refuses an id that was ever used, also by something deleted since (contracts/linear.md, sections 12 and 13). So
what may be made again after it was taken away gets a new id each time; one that can be made once only, always the same.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid

_NONCE = 6
"""Bytes at the front of a comment's id that make it another one."""


def fixed_id(owner: str, item: str, what: str) -> str:
    """An id of our choice, always the same for the same thing.

    Linear wants version 4 and its variant; ids of version 5 were not shown to be accepted.
    """
    return str(uuid.UUID(bytes=_digest(owner, item, what, "0")[:16], version=4))


def new_id() -> str:
    """An id that was never used."""
    return str(uuid.uuid4())


def new_comment_id(owner: str, item: str) -> str:
    """An id that was never used, and by which the comment proves to be ours: a comment has no other mark."""
    return _comment_id(owner, item, secrets.token_bytes(_NONCE))


def is_own_comment(id_: str, owner: str, item: str) -> bool:
    """Whether this is the id of a comment of ours on the item."""
    try:
        nonce = uuid.UUID(id_).bytes[:_NONCE]
    except ValueError:
        return False
    return id_ == _comment_id(owner, item, nonce)


def _comment_id(owner: str, item: str, nonce: bytes) -> str:
    proof = _digest(owner, item, "comment", nonce.hex())
    return str(uuid.UUID(bytes=nonce + proof[: 16 - _NONCE], version=4))


def _digest(*parts: str) -> bytes:
    return hashlib.sha256("\0".join(parts).encode()).digest()

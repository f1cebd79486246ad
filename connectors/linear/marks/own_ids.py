"""Ids that we choose for what we make, so that a write whose reply was lost is not made twice.

Linear refuses an id that was ever used, also by something deleted since (contracts/linear.md, sections 12 and 13). So
what may be made again after it was taken away gets a new id each time (connectors/linear/marks/random_ids.py); one that
can be made once only, always the same. Pure.
"""

from __future__ import annotations

import hashlib
import uuid

NONCE = 6
"""Bytes at the front of a comment's id that make it another one."""


def fixed_id(owner: str, item: str, what: str) -> str:
    """An id of our choice, always the same for the same thing.

    Linear wants version 4 and its variant; ids of version 5 were not shown to be accepted.
    """
    return str(uuid.UUID(_digest(owner, item, what, "0")[:16].hex(), version=4))


def comment_id(owner: str, item: str, nonce: bytes) -> str:
    """An id by which a comment proves to be ours, for it has no other mark. `nonce`: bytes of its own, `NONCE` of them."""
    proof = _digest(owner, item, "comment", nonce.hex())
    return str(uuid.UUID((nonce + proof[: 16 - NONCE]).hex(), version=4))


def is_own_comment(id_: str, owner: str, item: str) -> bool:
    """Whether this is the id of a comment of ours on the item."""
    try:
        nonce = uuid.UUID(id_).bytes[:NONCE]
    except ValueError:
        return False
    return id_ == comment_id(owner, item, nonce)


def _digest(*parts: str) -> bytes:
    return hashlib.sha256("\0".join(parts).encode()).digest()

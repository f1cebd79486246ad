"""Ids that were never used, for what Linear may have to make again after it was taken away."""

from __future__ import annotations

import secrets
import uuid

from connectors.linear.marks.own_ids import NONCE, comment_id


def new_id() -> str:
    """An id that was never used."""
    return str(uuid.uuid4())


def new_comment_id(owner: str, item: str) -> str:
    """An id that was never used, and by which the comment proves to be ours."""
    return comment_id(owner, item, secrets.token_bytes(NONCE))

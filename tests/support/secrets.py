"""Secrets that the process knows for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from config.text.redaction import redactor


@contextmanager
def known_secrets(*secrets: str) -> Iterator[None]:
    """The process's redactor knows these, and forgets them afterwards."""
    redactor.add(*secrets)
    try:
        yield
    finally:
        redactor.spare(*secrets)

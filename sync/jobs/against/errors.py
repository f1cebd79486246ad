"""Why two declarations could not be compared."""

from __future__ import annotations


class NothingToCompare(Exception):
    """The earlier OKR files, or the work to judge by, are not to be had; the text says what to do."""

"""What can go wrong with OKR files beyond what `config.errors` says of their content."""

from __future__ import annotations


class OkrFileError(Exception):
    """An OKR file is not written, and everything is as it was; the text says why, and what to do."""

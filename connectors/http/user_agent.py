"""How Truenorth names itself to the services that it calls."""

from __future__ import annotations

from functools import cache
from importlib import metadata

DISTRIBUTION = "truenorth"


@cache
def user_agent() -> str:
    """The `User-Agent` of every request: `truenorth/VERSION`, or `truenorth` where it runs without installation."""
    return f"{DISTRIBUTION}/{version()}".rstrip("/")


@cache
def version() -> str:
    """The version that is installed; "" where it runs without installation."""
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return ""

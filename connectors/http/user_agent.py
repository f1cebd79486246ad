"""How Truenorth names itself to the services that it calls."""

from __future__ import annotations

from functools import cache
from importlib import metadata

DISTRIBUTION = "truenorth"


@cache
def user_agent() -> str:
    """The `User-Agent` of every request: `truenorth/VERSION`, or `truenorth` where it runs without installation."""
    try:
        return f"{DISTRIBUTION}/{metadata.version(DISTRIBUTION)}"
    except metadata.PackageNotFoundError:
        return DISTRIBUTION

"""How Truenorth names itself to the services that it calls."""

from __future__ import annotations

from importlib import metadata

DISTRIBUTION = "truenorth"


def user_agent() -> str:
    """The `User-Agent` of every request: `truenorth/VERSION`, or `truenorth` where it runs without installation."""
    try:
        return f"{DISTRIBUTION}/{metadata.version(DISTRIBUTION)}"
    except metadata.PackageNotFoundError:
        return DISTRIBUTION

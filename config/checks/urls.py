"""Where a credential may be sent."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from config.origins import origin_of


def unsafe_address(url: str) -> tuple[str, str] | None:
    """What is wrong with a tracker's address, and what to do; None when a credential may go there.

    The address itself is not repeated: it may hold a password.
    """
    try:
        if "@" in urlsplit(url).netloc:
            return (
                "the URL contains a user name or password",
                "remove it; credentials come from the environment",
            )
        origin = origin_of(url)
    except ValueError:
        return "is not a valid URL", "write it as https://host/path"
    if origin.scheme == "http" and not is_loopback(origin.host):
        return "the URL is not encrypted", "use https (http is allowed for localhost only)"
    return None


def is_loopback(host: str) -> bool:
    """Whether the host is this very machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

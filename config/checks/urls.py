"""Where a credential may be sent."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit


def unsafe_address(url: str) -> tuple[str, str] | None:
    """What is wrong with a tracker's address, and what to do; None when a credential may go there.

    The address itself is not repeated: it may hold a password.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return "is not a valid URL", "write it as https://host/path"
    if parts.scheme not in ("http", "https") or not host or re.search(r"\s", url):
        return "is not a valid URL", "write it as https://host/path"
    if parts.username is not None or parts.password is not None:
        return "the URL contains a user name or password", "remove it; credentials come from the environment"
    if parts.scheme == "http" and not is_loopback(host):
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

"""Where a secret may be sent: origins, and the names of secrets that say what each is for. Pure."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

PREFIX = "TRUENORTH_"
Purpose = Literal["SOURCE", "SINK"]
PURPOSES: tuple[Purpose, ...] = ("SOURCE", "SINK")
"""What a secret other than a tracker's is for: read from a source, or sent to where output goes."""
WEBHOOKS = "BRIEF"
"""How the names of the variables begin that hold the addresses of webhooks, after the prefix."""

_PORTS = {"http": 80, "https": 443}
MOST_HOST = 254
"""Characters, with the trailing dot (RFC 1035)."""
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_NETLOC = re.compile(r"(\[[^\[\]@]*\]|[^\[\]:@]+)(:[0-9]*)?")
"""Of a host in brackets, urllib passes over what follows it, while httpx takes that for a port."""
_STRANGE = re.compile(r"[\s\\\x00-\x20\x7f]")
"""Clients do not agree on what these do to the host of an address."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port of an address, as `origin_of` normalises them: equal origins are one place."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == _PORTS[self.scheme] else f":{self.port}")

    @property
    def is_private(self) -> bool:
        """Whether the host itself says that it is no place of the public internet; a name may still resolve to one."""
        if self.host == "localhost" or self.host.endswith(".localhost"):
            return True
        try:
            address = ipaddress.ip_address(self.host)
        except ValueError:
            return False
        mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
        return not (mapped or address).is_global


def origin_of(url: str) -> Origin:
    """The origin of an address: case, the scheme's own port, a trailing dot and IDNA make no difference.

    Raises ValueError, without quoting the address, for one that is not of http or https, holds a user name, or has
    a host that not every client would read alike.
    """
    if _STRANGE.search(url):
        raise ValueError("invalid character")
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or parts.hostname is None or not _NETLOC.fullmatch(parts.netloc):
        raise ValueError("not an address of http or https")
    host, port = _host(parts.hostname), parts.port
    if not host:
        raise ValueError("not a host name")
    return Origin(parts.scheme, host, _PORTS[parts.scheme] if port is None else port)


def _host(host: str) -> str:
    try:
        if ":" in host:
            return "" if "%" in host else str(ipaddress.IPv6Address(host))
        if not host.isascii():
            # Loaded where it is needed: its tables are large, and hardly any host needs them.
            import idna

            host = idna.encode(host, uts46=True).decode()
        labels = host.removesuffix(".").split(".")
        if _NUMBER.fullmatch(labels[-1]):
            # 127.1, 0x7f.1 and 2130706433 are one address to some clients and a name to others.
            return str(ipaddress.IPv4Address(".".join(labels)))
    except ValueError:
        # Theirs would quote it; that of `idna` is one, too.
        return ""
    fits = len(host) <= MOST_HOST and all(_LABEL.fullmatch(label) for label in labels)
    return ".".join(labels) if fits else ""


def declared_origin(text: str) -> Origin:
    """An origin as the environment declares it, `https://host` or `https://host:port`. Raises ValueError for anything else."""
    found = origin_of(text)
    parts = urlsplit(text)
    if parts.path not in ("", "/") or "?" in text or "#" in text:
        raise ValueError("more than an origin")
    return found


def is_secret_name(name: str, purpose: Purpose) -> bool:
    """Whether a variable holds a secret for this purpose: TRUENORTH_SOURCE_NAME, but not the origin declared beside one."""
    pattern = rf"{PREFIX}{purpose}_[A-Z0-9][A-Z0-9_]*"
    return re.fullmatch(pattern, name) is not None and not name.endswith(("_ORIGIN", "_ORIGINS"))


def origin_variable(secret: str) -> str:
    """The variable that declares the origin which a secret may go to."""
    return f"{secret}_ORIGIN"


def is_reserved(stem: str) -> bool:
    """Whether a tracker whose variables begin with this stem would read secrets that are meant for something else."""
    return stem.removeprefix(PREFIX).partition("_")[0] in (*PURPOSES, WEBHOOKS)

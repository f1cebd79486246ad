"""Which proxy a request takes, by the variables that every tool reads: `https_proxy`, `http_proxy`, `all_proxy`, `no_proxy`."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from connectors.http.addresses import is_this_machine, literal


def proxy_for(url: str, proxies: Mapping[str, str]) -> str | None:
    """The proxy for the URL, None for none. `proxies` are those of `urllib.request.getproxies`.

    A proxy is for the world outside, never for this very machine.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy or is_this_machine(host):
        return None
    if any(_covers(entry.strip(), host, port) for entry in proxies.get("no", "").split(",")):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _covers(entry: str, host: str, port: int) -> bool:
    """Whether an entry of `no_proxy` means the host: a domain and all below it, an address, a network, or `*`."""
    if not entry:
        return False
    if entry == "*":
        return True
    address = literal(host)
    if address is not None:
        try:
            return address in ipaddress.ip_network(entry.strip("[]"), strict=False)
        except ValueError:
            pass
    name, _, only = entry.casefold().rpartition(":")
    if not name or not only.isdecimal():
        name, only = entry.casefold(), ""
    domain = name.strip("[]").lstrip(".")
    return (host.casefold() == domain or host.casefold().endswith(f".{domain}")) and only in ("", str(port))

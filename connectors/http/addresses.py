"""Which addresses a request may go to."""

from __future__ import annotations

import ipaddress
import socket

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

_SPECIAL = tuple(
    ipaddress.ip_network(network)
    for network in ("100.64.0.0/10", "192.0.0.0/24", "64:ff9b:1::/48", "fec0::/10", "3fff::/20", "5f00::/16")
)
"""Special networks that not every version of Python knows. Source: the IANA registries of special-purpose addresses."""


def literal(host: str) -> Address | None:
    """The address that a host spells out, in every form that resolvers take (`127.1`, `0x7f.1`); None for a name."""
    bare = host.strip("[]")
    try:
        return ipaddress.ip_address(bare)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(bare))
    except (OSError, ValueError):
        return None


def is_this_machine(host: str) -> bool:
    """Whether the host is a name or an address of this very machine, without asking a resolver."""
    name = host.rstrip(".").casefold()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = literal(name)
    return address is not None and _embedded(address).is_loopback


def is_public(address: Address) -> bool:
    """Whether the address belongs to the internet: not private, loopback, link-local, shared, reserved or multicast.

    IPv4 addresses within IPv6 ones (mapped, 6to4, NAT64) are judged as what they reach.
    """
    reached = _embedded(address)
    special = (
        reached.is_private,
        reached.is_loopback,
        reached.is_link_local,
        reached.is_multicast,
        reached.is_reserved,
        reached.is_unspecified,
    )
    return reached.is_global and not any(special) and not any(reached in network for network in _SPECIAL)


def _embedded(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for; others as they are."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address

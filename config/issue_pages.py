"""The pages on which people see the issues of a tracker, and the key that an address of one names. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*-[0-9]+")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class IssuePages:
    """The pages of one site. A key is never read off any other site.

    - `site`: the site's address, with its context path if it has one.
    - `before`: parts of a path after which the key stands, such as "/browse/".
    - `parameters`: those of a query whose value is the key.
    """

    site: str
    before: tuple[str, ...]
    parameters: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """What every address of the site holds: host, port where it is not the scheme's own, and context path."""
        return "".join(_place(self.site) or ("", "")) + "/"

    @property
    def hints(self) -> tuple[str, ...]:
        """What the addresses of issues hold besides, one of them each."""
        return (*self.before, *(f"{name}=" for name in self.parameters))

    def key_at(self, address: str) -> str | None:
        """The key of the issue whose page is at an address; None for any other address.

        Scheme, case of host and key, the scheme's own port, and what follows the key make no difference.
        """
        here, there = _place(self.site), _place(address)
        if here is None or there is None or here[0] != there[0]:
            return None
        path = there[1]
        if path.casefold() != here[1].casefold() and not path.casefold().startswith(f"{here[1].casefold()}/"):
            return None
        rest = path[len(here[1]) :]
        for part in self.before:
            _, found, after = rest.partition(part)
            if found and _KEY.fullmatch(key := unquote(after.partition("/")[0])):
                return key.upper()
        query = parse_qs(urlsplit(address).query)
        keys = (value for name in self.parameters for value in query.get(name, ()))
        return next((key.upper() for key in keys if _KEY.fullmatch(key)), None)


def _place(address: str) -> tuple[str, str] | None:
    """Host with port, in small letters, and path without a slash at its end; None for what is no web address."""
    try:
        parts = urlsplit(address.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not host:
        return None
    shown = host if port is None or port == _PORTS[parts.scheme] else f"{host}:{port}"
    return shown, parts.path.rstrip("/")

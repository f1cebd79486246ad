"""What both trackers' webhooks share: where they may be sent, how they are signed, and what can be made to go wrong with them."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit


@dataclass
class HookTricks:
    """What happens to deliveries: each is sent `copies` times with the same id, says that it is `aged` by so much, or is `lost`.

    `sent` counts the attempts, by status of the answer; 0 where there was none.
    """

    copies: int = 1
    aged: timedelta = timedelta()
    lost: bool = False
    sent: dict[int, int] = field(default_factory=dict)

    def count(self, status: int | None) -> None:
        """Note an attempt."""
        self.sent[status or 0] = self.sent.get(status or 0, 0) + 1


def signature(secret: str, body: bytes) -> str:
    """Lower-case hex HMAC-SHA256 over the raw body."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def is_this_machine(url: str) -> bool:
    """Whether the address is on loopback."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

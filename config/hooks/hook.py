"""A webhook that a tracker sends: its secret, and where it is received. Both come from the environment alone. Pure.

A tracker that signs sends to `/hooks/NAME`. One that cannot sends to a path below it that nobody can guess: it is made of the
secret, which it does not tell.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from pydantic import SecretStr

from config.text.redaction import redactor

_TOKEN_LETTERS = 40


@dataclass(frozen=True, slots=True)
class Hook:
    """The webhook of one tracker.

    - `address`: where trackers reach the service; "" where nobody said.
    - `variable`: the environment variable that holds the secret.
    """

    tracker: str
    secret: SecretStr
    address: str = ""
    variable: str = ""

    def __post_init__(self) -> None:
        redactor.add(self.token)

    @property
    def token(self) -> str:
        """What stands in the path that takes unsigned deliveries: 160 bits, and no way back to the secret."""
        said = f"path of unsigned deliveries: {self.tracker}".encode()
        made = hmac.new(self.secret.get_secret_value().encode(), said, hashlib.sha256)
        return made.hexdigest()[:_TOKEN_LETTERS]

    @property
    def fingerprint(self) -> str:
        """What tells one secret from another, and neither of them."""
        said = f"fingerprint: {self.tracker}".encode()
        return hmac.new(self.secret.get_secret_value().encode(), said, hashlib.sha256).hexdigest()[:12]

    @property
    def signed_url(self) -> str:
        """Where signed deliveries go; "" without an address."""
        return f"{self.address}/hooks/{self.tracker}" if self.address else ""

    @property
    def unsigned_url(self) -> str:
        """Where unsigned deliveries go: a secret in itself; "" without an address."""
        return f"{self.signed_url}/{self.token}" if self.address else ""

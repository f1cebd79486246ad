"""A webhook that a tracker sends: its secret, and where it is received. Both come from the environment alone.

A tracker that signs sends to `/hooks/NAME`. One that cannot sends to a path below it that nobody can guess: it is made of the
secret, which it does not tell.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from config.checks.urls import unsafe_address
from config.errors import Problem
from config.settings import Settings, SettingsError, token, variable_stem
from config.text.redaction import redactor

ADDRESS = "TRUENORTH_HOOKS_ADDRESS"
FEWEST = 16
"""Characters of the shortest secret: whoever sees one signed delivery can try shorter ones."""
_TOKEN_LETTERS = 40


def hook_variable(name: str) -> str:
    """The variable that holds the secret of a tracker's webhook: `jira-eu` -> TRUENORTH_JIRA_EU_HOOK_SECRET."""
    return f"{variable_stem(name)}_HOOK_SECRET"


@dataclass(frozen=True, slots=True)
class Hook:
    """The webhook of one tracker. `address`: where trackers reach the service; "" where nobody said."""

    tracker: str
    secret: SecretStr
    address: str = ""

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


def hooks_of(names: Iterable[str], settings: Settings) -> Mapping[str, Hook]:
    """The webhooks of those of the trackers for which a secret is set.

    Raises SettingsError for a secret that is too short or cannot be read, and for an address that none may be sent to.
    """
    address = _address(settings)
    found: dict[str, Hook] = {}
    for name in names:
        variable = hook_variable(name)
        if (secret := token(variable, settings)) is None:
            continue
        if len(secret) < FEWEST:
            hint = "set a longer one, such as 32 random bytes in hex"
            raise SettingsError([Problem(variable, 0, 0, f"is shorter than {FEWEST} characters", hint)])
        found[name] = Hook(name, SecretStr(secret), address)
    return found


def _address(settings: Settings) -> str:
    given = (settings.hooks_address or "").strip().rstrip("/")
    if not given:
        return ""
    fault = unsafe_address(given)
    if fault is None and ("?" in given or "#" in given):
        fault = "the URL has a query or a fragment", "write it as https://host or https://host/path"
    if fault is not None:
        raise SettingsError([Problem(ADDRESS, 0, 0, *fault)])
    return given

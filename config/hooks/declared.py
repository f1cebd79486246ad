"""The webhooks that the environment declares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import SecretStr

from config.checks.urls import unsafe_address
from config.errors import Problem
from config.hooks.hook import Hook
from config.settings import Settings, SettingsError, token, variable_stem

ADDRESS = "TRUENORTH_HOOKS_ADDRESS"
FEWEST = 16
"""Characters of the shortest secret: whoever sees one signed delivery can try shorter ones."""


def hook_variable(name: str) -> str:
    """The variable that holds the secret of a tracker's webhook: `jira-eu` -> TRUENORTH_JIRA_EU_HOOK_SECRET."""
    return f"{variable_stem(name)}_HOOK_SECRET"


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
        found[name] = Hook(name, SecretStr(secret), address, variable)
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

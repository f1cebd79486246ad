"""Webhooks that messages are posted to: their addresses are secrets, and come from the environment alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import parse_qsl, urlsplit

from pydantic import SecretStr

from config.checks.urls import unsafe_address
from config.errors import Problem, SettingsError, did_you_mean
from config.origins import PREFIX, WEBHOOKS, Origin, origin_of
from config.settings import Settings, secret, token
from config.text.redaction import redactor

Service = Literal["slack", "teams"]
DEFAULT_PLACE = "default"
"""The name of the place whose address has no name in its variable."""
_TEAMS = (".webhook.office.com", ".logic.azure.com", ".powerplatform.com", ".powerautomate.com")
"""Ends of the hosts at which Microsoft takes messages for Teams."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,40}")
_LONG = 16
"""Characters from which on a part of an address is taken for a secret by itself."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where messages go. `name`: of the place, as the command line has it; `url` shows itself to nobody who does not ask."""

    name: str
    url: SecretStr
    origin: Origin
    service: Service


def webhook_variable(name: str) -> str:
    """The variable with the address of a place: `team-a` -> TRUENORTH_BRIEF_TEAM_A_URL; `default` -> TRUENORTH_BRIEF_URL."""
    if name.casefold() == DEFAULT_PLACE:
        return f"{PREFIX}{WEBHOOKS}_URL"
    return f"{PREFIX}{WEBHOOKS}_{re.sub(r'[^A-Z0-9]', '_', name.upper())}_URL"


def webhook(name: str, settings: Settings) -> Webhook:
    """The webhook of a place, from the environment or else from a file in the secrets folder; no output shows its address.

    Slack's form unless the host is one of Microsoft's, or TRUENORTH_BRIEF_NAME_KIND says otherwise. Raises SettingsError,
    which never quotes the address, where it is missing or cannot be used.
    """
    variable = webhook_variable(name)
    if not _NAME.fullmatch(name):
        raise SettingsError(
            [
                Problem(
                    "--to",
                    0,
                    0,
                    "is not the name of a place",
                    "use letters, digits, - and _, as in --to team-a",
                )
            ]
        )
    url = token(variable, settings)
    if url is None:
        folder = settings.secrets_dir or "the folder set in TRUENORTH_SECRETS_DIR"
        hint = f"set {variable} to the address of the webhook, or add a file of that name to {folder}"
        raise SettingsError([Problem(variable, 0, 0, "is not set", hint)])
    _keep_secret(url)
    if not (url.isascii() and url.isprintable()) or " " in url:
        hint = "paste only the address itself"
        raise SettingsError(
            [Problem(variable, 0, 0, "contains a space, a line break or an invalid character", hint)]
        )
    if fault := unsafe_address(url):
        raise SettingsError([Problem(variable, 0, 0, *fault)])
    origin = origin_of(url)
    return Webhook(name, SecretStr(url), origin, _service(variable, origin, settings))


def _service(variable: str, origin: Origin, settings: Settings) -> Service:
    kind_variable = f"{variable.removesuffix('URL')}KIND"
    given = secret(kind_variable, settings)
    if given is None:
        return "teams" if f".{origin.host}".endswith(_TEAMS) else "slack"
    known: tuple[Service, ...] = get_args(Service)
    found = next((one for one in known if one == given.casefold()), None)
    if found is None:
        raise SettingsError(
            [Problem(kind_variable, 0, 0, f'invalid value "{given}"', did_you_mean(given, known))]
        )
    return found


def _keep_secret(url: str) -> None:
    """Let no output show the parts of an address that let others post, either."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    long = [one for one in parts.path.split("/") if len(one) >= _LONG]
    long += [value for _, value in parse_qsl(parts.query) if len(value) >= _LONG]
    redactor.add(*long)

"""What the environment says: where things are, and the trackers' credentials."""

from __future__ import annotations

import base64
import contextlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from config.checks.urls import unsafe_address
from config.errors import MissingCredential, Problem, SettingsError, did_you_mean
from config.origins import (
    PREFIX,
    PURPOSES,
    Origin,
    declared_origin,
    is_secret_name,
    origin_of,
    origin_variable,
)
from config.text.redaction import SECRET_NAME, SHORTEST, redactor
from config.trackers import Tracker

__all__ = [
    "Credentials",
    "MissingCredential",
    "NamedSecret",
    "Settings",
    "SettingsError",
    "credentials",
    "named_secret",
    "source_origins",
    "variables",
]

SOURCE_ORIGINS = f"{PREFIX}SOURCE_ORIGINS"
"""Origins of sources that need no secret."""
_LEVELS = ("debug", "info", "warning", "error")
_FORMATS = ("auto", "json", "console")
_SECRETS = Path("/run/secrets")
"""Where Docker, Podman and Compose mount secrets."""
_SECRET_BYTES = 64 * 1024


def _default_secrets_dir() -> Path | None:
    return _SECRETS if _SECRETS.is_dir() else None


class Settings(BaseSettings):
    """Settings from TRUENORTH_* variables. An empty variable counts as unset.

    Raises SettingsError, in plain words and for all variables at once, when one cannot be used.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid", hide_input_in_errors=True
    )

    config: Path = Field(default=Path("truenorth.yaml"), description="OKR file or folder.")
    # A database address may hold a password.
    store: str = Field(default="sqlite:///.truenorth/truenorth.db", repr=False, description="SQLAlchemy URL.")
    secrets_dir: Path | None = Field(
        default_factory=_default_secrets_dir, description="Folder with one file per secret."
    )
    hooks_address: str | None = Field(
        default=None, description="Where trackers reach `truenorth serve` with webhooks."
    )
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "json", "console"] = "auto"

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            problems = [_explain(dict(one)) for one in error.errors(include_url=False)]
        else:
            redactor.add_all(os.environ)
            redactor.add_all(self._secret_files())
            return
        # Raised outside the handler: pydantic's own error would show the values.
        raise SettingsError(problems)

    def _secret_files(self) -> dict[str, str]:
        """What the files of the secrets folder hold whose names are those of secrets."""
        found: dict[str, str] = {}
        if self.secrets_dir is not None:
            with contextlib.suppress(OSError):
                for file in self.secrets_dir.iterdir():
                    # Whoever needs one that cannot be read says so.
                    with contextlib.suppress(SettingsError):
                        if SECRET_NAME.fullmatch(name := file.name.upper()):
                            found[name] = _content(name, file)
        return found

    @field_validator("log_level", "log_format", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        return value.strip().casefold() if isinstance(value, str) else value

    @field_validator("store", mode="before")
    @classmethod
    def _without_line_end(cls, value: object) -> object:
        # A secret made from a file has one, as an editor leaves it.
        return value.strip() if isinstance(value, str) else value

    @field_validator("secrets_dir")
    @classmethod
    def _is_folder(cls, folder: Path | None) -> Path | None:
        if folder is not None and not folder.is_dir():
            raise ValueError(f"the folder {folder} does not exist or is not a folder")
        return folder


def _explain(detail: dict[str, Any]) -> Problem:
    field = str(detail["loc"][0])
    variable = PREFIX + field.upper()
    choices = {"log_level": _LEVELS, "log_format": _FORMATS}.get(field)
    if detail["type"] == "literal_error" and choices:
        value = detail.get("input")
        message = f'invalid value "{value}"'
        return Problem(variable, 0, 0, message, did_you_mean(value, choices))
    if detail["type"] == "value_error":
        return Problem(variable, 0, 0, str(detail["ctx"]["error"]), "create it, or unset the variable")
    return Problem(variable, 0, 0, "invalid value", str(detail["msg"]).lower())


@dataclass(frozen=True, slots=True)
class Credentials:
    """How to sign in to one tracker. The token shows itself only to those who ask for it by name.

    `email` is set where the tracker asks for one; `url` overrides the declared address; `origin` is the only one to
    which the credential may go. `private_allowed`: that may be this machine, or one in a private network.
    """

    token: SecretStr
    email: str | None = None
    url: str | None = None
    origin: Origin | None = None
    private_allowed: bool = True

    @property
    def declared(self) -> Origin | None:
        """The origin that the environment lets it go to, by its own variable or by that of the address; None where it says nothing."""
        return origin_of(self.url) if self.origin is None and self.url is not None else self.origin

    def __post_init__(self) -> None:
        secret = self.token.get_secret_value()
        # With the e-mail, as HTTP basic has it.
        redactor.add(secret, base64.b64encode(f"{self.email}:{secret}".encode()).decode())


@dataclass(frozen=True, slots=True)
class NamedSecret:
    """A secret for something other than a tracker, and the only origin to which it may go; None where one is not set."""

    variable: str
    value: SecretStr | None = None
    origin: Origin | None = None


def variable_stem(name: str) -> str:
    """How the variables of a tracker begin: `jira-eu` -> TRUENORTH_JIRA_EU. Names that share it share a credential."""
    return PREFIX + re.sub(r"[^A-Z0-9]", "_", name.upper())


def variables(name: str) -> tuple[str, str, str, str]:
    """Names of the token, e-mail, address and origin variables of the tracker: `jira-eu` -> TRUENORTH_JIRA_EU_…"""
    stem = variable_stem(name)
    return f"{stem}_TOKEN", f"{stem}_EMAIL", f"{stem}_URL", origin_variable(stem)


def credentials(name: str, tracker: Tracker, settings: Settings) -> Credentials:
    """The credential of a tracker, from the environment or else from files in the secrets folder.

    Raises MissingCredential, naming every variable that is missing, also where a CI job declares no origin, and
    SettingsError for an address that would send the credential unencrypted.
    """
    token_name, email_name, url_name, origin_name = variables(name)
    key = token(token_name, settings)
    with_email = "email" in tracker.credential
    email = secret(email_name, settings) if with_email else None
    url = secret(url_name, settings)
    absent = [token_name] if key is None else []
    if email is None and tracker.needs_email(url or tracker.url):
        absent.append(email_name)
    if key is None or absent:
        folder = settings.secrets_dir or "the folder set in TRUENORTH_SECRETS_DIR"
        what = "no token" if key is None else "a token but no e-mail address"
        hint = f"set {' and '.join(absent)}, or add files of those names to {folder}"
        if len(absent) == 1:
            hint = f"set {absent[0]}, or add a file of that name to {folder}"
        if key is not None and tracker.without_email:
            hint += f"; {tracker.without_email.format(url=url_name)}"
        what = f'tracker "{name}" ({tracker.kind}) has {what}'
        raise MissingCredential([Problem(absent[0], 0, 0, what, hint)])
    for variable, value in ((token_name, key), (email_name, email), (url_name, url)):
        # Such a value could never stand in a header, and the HTTP library's complaint would quote it.
        if value is not None and not (value.isascii() and value.isprintable() and " " not in value):
            hint = "paste only the value itself"
            raise SettingsError(
                [Problem(variable, 0, 0, "contains a space, a line break or an invalid character", hint)]
            )
    if url is not None and (fault := unsafe_address(url)):
        raise SettingsError([Problem(url_name, 0, 0, *fault)])
    if misplaced := tracker.misplaced(url or tracker.url):
        raise SettingsError([Problem(url_name if url else f"trackers.{name}.url", 0, 0, *misplaced)])
    found = Credentials(token=SecretStr(key), email=email, url=url, origin=_origin(origin_name, settings))
    if found.declared is None and str(origin_of(tracker.url)) != tracker.api_origin and _in_ci():
        what = f'tracker "{name}" ({tracker.kind}) has no declared origin, which CI jobs need'
        hint = f"set {origin_name} to the origin that its credential may go to, such as https://tracker.example.com"
        raise MissingCredential([Problem(origin_name, 0, 0, what, hint)])
    return found


def named_secret(variable: str, settings: Settings) -> NamedSecret:
    """A secret by the name of its variable, as YAML gives it, with the origin declared beside it.

    Raises SettingsError for an origin that is none, and ValueError for a variable that holds something else: whoever
    writes YAML must not choose what is read.
    """
    if not any(is_secret_name(variable, purpose) for purpose in PURPOSES):
        raise ValueError(variable)
    value = token(variable, settings)
    origin = _origin(origin_variable(variable), settings)
    return NamedSecret(variable, None if value is None else SecretStr(value), origin)


def source_origins(settings: Settings) -> frozenset[Origin]:
    """Origins that the environment declares for sources without a secret. Raises SettingsError for one that is none."""
    return frozenset(_origins(SOURCE_ORIGINS, settings))


def _origin(variable: str, settings: Settings) -> Origin | None:
    found = _origins(variable, settings)
    if len(found) > 1:
        raise SettingsError([Problem(variable, 0, 0, "declares more than one origin", "keep one")])
    return found[0] if found else None


def _origins(variable: str, settings: Settings) -> list[Origin]:
    found = []
    for text in re.split(r"[\s,]+", secret(variable, settings) or ""):
        if not text:
            continue
        try:
            origin = declared_origin(text)
        except ValueError:
            hint = "write it as https://host or https://host:port"
            raise SettingsError([Problem(variable, 0, 0, "is not an origin", hint)]) from None
        if fault := unsafe_address(text):
            raise SettingsError([Problem(variable, 0, 0, *fault)])
        found.append(origin)
    return found


def _in_ci() -> bool:
    """Whether this is a CI job: there is no store to remember an origin, and the YAML may come from anybody."""
    return os.environ.get("CI", "").strip().casefold() not in ("", "0", "false")


def token(name: str, settings: Settings) -> str | None:
    """A secret that signs in somewhere; no output shows it from here on.

    Raises SettingsError for one that is too short for that: wherever its few characters stand, they would be taken out.
    """
    found = secret(name, settings)
    if found is not None and len(found) < SHORTEST:
        what = f"is shorter than {SHORTEST} characters: so short a secret cannot be kept out of what is shown"
        raise SettingsError([Problem(name, 0, 0, what, "set the whole token, or create a longer one")])
    redactor.add(found)
    return found


def secret(name: str, settings: Settings) -> str | None:
    """The value of a variable, from the environment or else from a file of its name in the secrets folder."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if settings.secrets_dir is None:
        return None
    for file in (settings.secrets_dir / name, settings.secrets_dir / name.lower()):
        value = _content(name, file)
        if value:
            return value
    return None


def _content(name: str, file: Path) -> str:
    if not file.is_file():
        return ""
    try:
        with file.open("rb") as stream:
            raw = stream.read(_SECRET_BYTES + 1)
    except OSError as error:
        why = error.strerror or "unknown cause"
        raise SettingsError([Problem(name, 0, 0, f"the file {file} cannot be read: {why}")]) from None
    if len(raw) > _SECRET_BYTES:
        raise SettingsError([Problem(name, 0, 0, f"the file {file} is too large to be a secret")])
    try:
        return raw.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        pass  # that error carries the bytes, so it must not stand behind ours
    raise SettingsError([Problem(name, 0, 0, f"the file {file} is not UTF-8 text")])

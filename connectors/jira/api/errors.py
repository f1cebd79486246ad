"""What Jira's refusals mean to us: the one place where statuses and headers become errors of our own tree."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
import requests
from msgspec.json import Decoder

from config.text.redaction import shorten
from connectors.errors import (
    BadReply,
    CredentialError,
    MissingScope,
    PermissionDenied,
    RateLimited,
    Refused,
    Transient,
    Unreachable,
)
from connectors.http.dates import parse_retry_after
from connectors.jira.scopes import scope_of
from connectors.stamp import PROPERTY_KEY

if TYPE_CHECKING:
    from connectors.http.throttle import Throttle

REMEDIES = {
    "3": "Check the e-mail address, and that the token is not expired or revoked. A scoped token works only "
    "through https://api.atlassian.com/ex/jira/CLOUD-ID and needs read:jira-work, "
    "write:jira-work and read:jira-user. A Data Center site needs `deployment: data_center` and a personal "
    "access token.",
    "2": "Check that the token is a personal access token of this site, and not expired or revoked.",
}
"""What to do about a credential that is not accepted, by version of the API: Cloud, Data Center."""

LOGIN_REASONS = {
    "AUTHENTICATED_FAILED": "the e-mail address or the token is wrong, expired or revoked",
    "AUTHENTICATION_DENIED": "it asks for a CAPTCHA after failed attempts, which a person has to solve at its login page",
    "AUTHORISATION_FAILED": "the account may not use Jira",
}
"""What the values of X-Seraph-LoginReason mean (contracts, sections 6 and 8)."""

JOBS = ("POST issue/properties/multi", f"DELETE issue/properties/{PROPERTY_KEY}")
"""Calls that Jira answers with 303 and the address of a job (contracts, section 5.4)."""

MAX_WORDS = 400
"""Characters of Jira's own words that an error repeats."""


class Rejected(Refused):
    """Jira refused one request for good.

    - `status`: the HTTP status.
    - `words`: what Jira says about it, in the account's language.
    - `fields`: ids of fields that Jira names, with what it says of each.
    """

    def __init__(self, tracker: str, call: str, status: int, words: str, fields: dict[str, str]) -> None:
        super().__init__(tracker, f"Jira rejected {call}: HTTP {status}" + (f", {words}" if words else "."))
        self.status = status
        self.words = words
        self.fields = fields


class Forbidden(PermissionDenied):
    """Jira answered 403; `status` says so for whoever catches it together with `Rejected`."""

    status = 403


class Elsewhere(BadReply):
    """A page or a redirect in place of Jira's reply, as from a login that stands before it."""


class _Complaint(msgspec.Struct):
    """Every shape in which Jira, its gateway and proxies complain (contracts, section 3)."""

    errorMessages: list[str] = []  # noqa: N815  Jira's name
    errors: dict[str, str] | list[dict[str, Any]] | None = None
    message: str | None = None
    detail: str | None = None
    error: str | None = None

    def words(self) -> str:
        parts = list(self.errorMessages)
        if isinstance(self.errors, dict):
            parts += [f"{name}: {text}" for name, text in self.errors.items()]
        elif self.errors:
            parts += [str(entry["message"]) for entry in self.errors if "message" in entry]
        parts += [text for text in (self.message, self.detail, self.error) if text]
        return shorten(" ".join(parts).strip(), MAX_WORDS)


_COMPLAINT = Decoder(_Complaint)


def _complaint(response: requests.Response) -> tuple[str, dict[str, str]]:
    """Jira's own words in an error reply, and those about single fields."""
    try:
        said = _COMPLAINT.decode(response.content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return "", {}
    return said.words(), said.errors if isinstance(said.errors, dict) else {}


def check_reply(
    response: requests.Response, what: str, tracker: str, version: str, throttle: Throttle
) -> None:
    """Raise what a reply to the call `what` means; who is told to wait holds back all requests of the throttle."""
    status, headers = response.status_code, response.headers
    reason = headers.get("X-Seraph-LoginReason", "OK")
    if status == 401 or not reason.startswith("OK"):
        # A bad credential is served as anonymous on most reads: 200, and fewer issues.
        raise _not_accepted(response, reason, what, tracker, version)
    if status < 300 or (status == 303 and what in JOBS):
        return
    words, fields = _complaint(response)
    said = f"{what}: HTTP {status}" + (f", {words}" if words else "")
    if status == 429:
        now = datetime.now(UTC)
        wait = parse_retry_after(headers.get("Retry-After"), now)
        # The limit of writes per issue concerns that issue alone (contracts, section 4).
        if wait and "per-issue" not in headers.get("RateLimit-Reason", ""):
            throttle.pause(wait)
        raise RateLimited(tracker, f"Jira's rate limit is reached ({what}).", retry_after=wait)
    if status in (408, 425) or status >= 500:
        wait = parse_retry_after(headers.get("Retry-After"), datetime.now(UTC))
        raise Unreachable(tracker, f"{what} failed with HTTP {status}{_as_said(words)}.", retry_after=wait)
    if status == 409:
        raise Transient(tracker, f"{said}: the issue was being edited at the same time.")
    if status == 403:
        raise Forbidden(tracker, f"permission denied: {said}.", "Grant the permission to the account.")
    if status < 400:
        raise Elsewhere(
            tracker,
            f"{what} was redirected (HTTP {status}); redirects are not followed.",
            "Set the tracker's url to Jira's own base URL.",
        )
    raise Rejected(tracker, what, status, words, fields)


def _not_accepted(
    response: requests.Response, reason: str, what: str, tracker: str, version: str
) -> CredentialError:
    """Why Jira, or the gateway before it, does not take the credential, in its own words where it has some."""
    words = _complaint(response)[0] if response.status_code >= 400 else ""
    if reason.startswith("OK") and "scope" in words.casefold():
        # The gateway's words, in English whatever the account reads. It says so of unknown paths, too (contracts, section 8).
        scope = scope_of(what)
        return MissingScope(
            tracker,
            f'the token lacks a scope: {what} was answered "{words}".',
            f"Grant the token {scope}; scopes are chosen when a token is created, so that takes a new one. "
            "Check also that the address is https://api.atlassian.com/ex/jira/CLOUD-ID, without more behind it.",
        )
    why = words if reason.startswith("OK") else LOGIN_REASONS.get(reason, shorten(reason, 60))
    return CredentialError(tracker, f"Jira rejected the credential{_as_said(why)}.", REMEDIES[version])


def _as_said(words: str) -> str:
    """The words behind a sentence of ours that ends in a full stop; "" without any."""
    return f": {words.rstrip('.')}" if words else ""

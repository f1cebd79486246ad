"""What can go wrong with a tracker.

TrackerError               anything that went wrong with a tracker
├── CredentialError        missing, wrong, expired or revoked credential
│   └── MissingScope       the credential is good, but its token was not given a scope that the request needs
├── Misdeclared            the site is of another kind than the configuration declares
├── PermissionDenied       the credential is good, but may not do this
├── ScopeError             a declared project or team does not exist or cannot be seen
├── QueryError             the tracker does not accept a native query from the YAML
├── Untrusted              the server shows a certificate that this machine does not trust
├── BadReply               the reply is not what the tracker promises: malformed, partial, HTML
├── Refused                the tracker refuses this one write for good
├── HostNotFound           the host name does not exist
├── AddressRefused         the address is private, and the environment did not declare it; nothing was sent
└── Transient              worth another try, if the call is safe to repeat
    ├── Unreachable        no answer, a dropped connection, a gateway error; may have landed
    └── RateLimited        asked to wait; certainly not landed

SkipItem                   no trouble of the tracker: one item is left as it is, and its receipt says why

Each says whether it is `permanent`: a later run meets it again until somebody acts, such as on a wrong token. What
passes by itself is not. Exit codes follow from that, and from nothing else; `cause` names the kind for programs.

Narrower kinds stand where they arise: `connectors.http.retry` (OutOfTime), `connectors.jira.api.errors` (Rejected,
Forbidden), `connectors.linear.api.errors` (NotFound, Conflict, TooComplex).
"""

from __future__ import annotations

from typing import ClassVar

from config.text.redaction import shown


class TrackerError(Exception):
    """Something went wrong with a tracker: which one, what, and what to do about it.

    The text is written for the operator and holds no secret, header or body: whatever a reply says is fit to be
    shown from here on.
    """

    permanent: ClassVar[bool] = True
    cause: ClassVar[str] = "tracker"

    def __init__(self, tracker: str, what: str, remedy: str = "") -> None:
        self.tracker = tracker
        self.what = shown(what)
        self.remedy = shown(remedy)
        super().__init__(f"{tracker}: {self.what}" + (f" {self.remedy}" if remedy else ""))


class CredentialError(TrackerError):
    """The credential is missing, wrong, expired or revoked, or lacks a scope. Never retried."""

    cause = "credential"


class MissingScope(CredentialError):
    """The credential is good, but its token lacks a scope that this request needs; the remedy names it."""


class Misdeclared(TrackerError):
    """The site is of another kind than declared; the credential was not sent where the site says so without one."""

    cause = "deployment"


class PermissionDenied(TrackerError):
    """The credential is good, but may not do this."""

    cause = "permission"


class ScopeError(TrackerError):
    """A declared project or team does not exist, or the credential cannot see it."""

    cause = "scope"


class QueryError(TrackerError):
    """The tracker does not accept a native query from the YAML."""

    cause = "query"


class Untrusted(TrackerError):
    """The server's certificate does not hold; nothing was sent."""

    cause = "certificate"


class BadReply(TrackerError):
    """The reply is not what the tracker promises."""

    cause = "bad_reply"


class Refused(TrackerError):
    """The tracker refuses this write, and would refuse it again."""

    cause = "refused"


class HostNotFound(TrackerError):
    """The host name does not exist; a resolver that gives no answer is Unreachable."""

    cause = "host"


class AddressRefused(TrackerError):
    """The host stands on an address of this machine or a private network, and nobody declared it. Nothing was sent."""

    cause = "address"


class Transient(TrackerError):
    """Worth another try where the call is safe to repeat.

    `retry_after`: seconds that the tracker asked us to wait, None when it did not say.
    """

    permanent = False
    cause = "transient"

    def __init__(
        self, tracker: str, what: str, remedy: str = "", *, retry_after: float | None = None
    ) -> None:
        super().__init__(tracker, what, remedy)
        self.retry_after = retry_after


class Unreachable(Transient):
    """No answer, or none that tells whether the request took effect."""

    cause = "unreachable"


class RateLimited(Transient):
    """The tracker asked us to wait; the request took no effect."""

    cause = "rate_limit"


class SkipItem(Exception):
    """The item is left as it is, for the reason given."""

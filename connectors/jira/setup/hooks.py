"""Setup of a site's webhook: an admin webhook, signed where the site can, else sent to a path that nobody can guess.

Wire facts: contracts/jira.md, section 7, and developer.atlassian.com, "Webhooks". They are registered below
`/rest/webhooks/1.0/`, by administrators alone, and not through Atlassian's gateway.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from config.trackers import is_gateway
from connectors.errors import PermissionDenied
from connectors.jira.api import replies
from connectors.jira.api.client import JiraClient
from connectors.jira.api.errors import Rejected
from connectors.jira.api.paging import Row
from connectors.jira.setup.filter_queries import quoted
from connectors.made_names import described, is_ours
from connectors.setup import HOOK, PLACES, Action, Need, SetupProblem

if TYPE_CHECKING:
    from config.hooks.hook import Hook

EVENTS = (
    "jira:issue_created",
    "jira:issue_updated",
    "jira:issue_deleted",
    "comment_created",
    "issuelink_created",
    "issuelink_deleted",
)
_PATH = "webhooks/1.0/webhook"
_SECTION = "issue-related-events-section"
_NAME = "issues"
_KNOWN = f"webhook {_NAME}"
_BY_HAND = (
    "Ask a Jira administrator to run setup, or to add a webhook (System, WebHooks) for {url} that tells of created, updated and "
    "deleted issues, with the secret in {variable}. Until then the poll finds changes."
)


class HookSetup:
    """The webhook of one site, for the issues of the projects with these keys."""

    def __init__(self, client: JiraClient, projects: tuple[str, ...]) -> None:
        self._client = client
        self._projects = projects
        self._base = f"{client.api}/rest/"
        self.places: dict[str, str] = {}

    def plan(
        self,
        need: Need,
        made: Mapping[str, str],
        problems: list[SetupProblem],
        there: dict[str, str],
        *,
        may: bool,
    ) -> Iterator[Action]:
        """What is lacking, where one is wanted; `may`: the account administers Jira. Raises TrackerError."""
        hook = need.hook
        if hook is None or not need.wants_hook:
            return
        why, found = self._why_not(may=may), None
        if not why:
            try:
                found = next(iter(self._ours(need, made)), None)
            except (PermissionDenied, Rejected):
                # As where a proxy lets nothing but `/rest/api` through: all else is set up nevertheless.
                why = "the site does not let this account list its webhooks"
        if why:
            by_hand = _BY_HAND.format(url=hook.signed_url, variable=hook.variable)
            problems.append(SetupProblem("webhook", why, by_hand))
            return
        body = {"hook": hook, "name": described(HOOK, need.owner, need.texts)}
        shown = f"for {', '.join(self._projects)}"
        if found is None:
            yield Action("webhook", _NAME, "create", "does not exist", None, body, shown)
            return
        there[_KNOWN] = _id(found)
        if reason := self._difference(found, hook, made):
            yield Action("webhook", _NAME, "change", reason, _id(found), body, shown)

    def removal(self, need: Need, made: Mapping[str, str], problems: list[SetupProblem]) -> Iterator[Action]:
        """What takes away exactly ours. Who may not see webhooks made none, unless the store knows of one. Raises TrackerError."""
        if _KNOWN not in made and is_gateway(self._client.api):
            return
        try:
            rows = self._ours(need, made)
        except (PermissionDenied, Rejected):
            if _KNOWN in made:
                why = 'removal needs the global permission "Administer Jira"'
                problems.append(
                    SetupProblem("webhook", why, "Ask a Jira administrator to run this, or to delete it.")
                )
            return
        for row in rows:
            yield Action(
                "webhook",
                _NAME,
                "remove",
                "created by setup",
                _id(row),
                {},
                f"for {', '.join(self._projects)}",
            )

    def carry(self, action: Action) -> str | None:
        """See `Provisioner.carry`."""
        if action.verb == "remove":
            try:
                self._client.send("DELETE", f"{_PATH}/{action.id}", base=self._base)
            except Rejected as error:
                if error.status != 404:  # gone already
                    raise
            return None
        hook: Hook = action.body["hook"]
        id_ = self._write(hook, action.body["name"], action.id)
        self.places[f"{PLACES}{_KNOWN}"] = hook.fingerprint
        return id_

    def _write(self, hook: Hook, name: str, id_: str | None) -> str:
        """Make or change it: signed if the site takes a secret and says that it signs."""
        signed = self._body(name, hook.signed_url) | {"secret": hook.secret.get_secret_value()}
        unsigned = self._body(name, hook.unsigned_url)
        try:
            row = self._put(signed, id_)
        except Rejected as error:
            if error.status != 400:
                raise
            return _id(self._put(unsigned, id_))
        if row.get("isSigned") is not True:
            row = self._put(unsigned, _id(row))
        return _id(row)

    def _put(self, body: Mapping[str, Any], id_: str | None) -> Row:
        method, path = ("POST", _PATH) if id_ is None else ("PUT", f"{_PATH}/{id_}")
        # A further one of the same address would only tell everything twice, and the next setup would find the first.
        return self._client.call(
            method, path, replies.ROW, body=body, base=self._base, repeatable=id_ is not None
        )

    def _body(self, name: str, url: str) -> dict[str, Any]:
        return {
            "name": name,
            "url": url,
            "events": list(EVENTS),
            "filters": {_SECTION: self._jql},
            "excludeBody": False,
            "enabled": True,
        }

    @property
    def _jql(self) -> str:
        return f"project in ({', '.join(quoted(key) for key in self._projects)})"

    def _ours(self, need: Need, made: Mapping[str, str]) -> list[Row]:
        """Those that setup made: the one that the store knows first, the others by their names."""
        rows = self._client.call("GET", _PATH, replies.ROWS, base=self._base)
        known = made.get(_KNOWN)
        ours = [row for row in rows if _id(row) == known or is_ours(str(row.get("name", "")), need.owner)]
        return sorted(ours, key=lambda row: _id(row) != known)

    def _difference(self, row: Row, hook: Hook, made: Mapping[str, str]) -> str | None:
        """Why it must be written again."""
        if row.get("enabled") is False:
            return "disabled"
        if row.get("url") != (hook.signed_url if row.get("isSigned") is True else hook.unsigned_url):
            return "another address or secret"
        if set(row.get("events") or ()) != set(EVENTS):
            return "other events"
        if (row.get("filters") or {}).get(_SECTION) != self._jql:
            return "other projects"
        known = made.get(f"{PLACES}{_KNOWN}")
        return "another secret" if known not in (None, hook.fingerprint) else None

    def _why_not(self, *, may: bool) -> str | None:
        if is_gateway(self._client.api):
            return "cannot be made through Atlassian's gateway"
        return None if may else 'needs the global permission "Administer Jira"'


def _id(row: Row) -> str:
    """The reply names the id in its own address alone."""
    return str(row.get("self", "")).rstrip("/").rpartition("/")[2]

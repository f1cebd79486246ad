"""A look at a Jira site before the first write: reads only. Permissions: contracts of GET /mypermissions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from config.trackers import JiraTracker
from connectors.errors import CredentialError, TrackerError
from connectors.jira.api import replies
from connectors.jira.api.bulk_read import jql_text
from connectors.jira.api.client import JiraClient, Rejected
from connectors.jira.api.deployment import SiteApi
from connectors.jira.api.fields import (
    ALIGNMENT_NAME,
    ALIGNMENT_OPTIONS,
    HEALTH_NAME,
    HEALTH_OPTIONS,
    OBJECTIVE_NAME,
    PROGRESS_NAME,
)
from connectors.jira.read.reader import Reader, Site
from connectors.jira.read.settable_fields import allowed
from connectors.model import CLAIM_NAME
from connectors.preflight import Check, clock_check, quota_check

NEEDED = {
    "BROWSE_PROJECTS": ("Browse Projects", "nothing can be read"),
    "EDIT_ISSUES": ("Edit Issues", "fields and labels cannot be written"),
    "ADD_COMMENTS": ("Add Comments", "no comment can be written"),
    "EDIT_OWN_COMMENTS": ("Edit Own Comments", "comments cannot be kept up to date"),
    "DELETE_OWN_COMMENTS": ("Delete Own Comments", "comments cannot be taken away"),
}
"""Project permissions by Jira's key: the name that people see, and what happens without."""

OPTIONS = {HEALTH_NAME: tuple(HEALTH_OPTIONS.values()), ALIGNMENT_NAME: tuple(ALIGNMENT_OPTIONS.values())}
"""Of our selects, by their names."""

SILENT = {"ADMINISTER": "Administer Jira", "ADMINISTER_PROJECTS": "Administer Projects"}
"""Either lets an edit go without notification (notifyUsers=false)."""


class Inspector:
    """Looks at one site with one credential."""

    def __init__(self, client: JiraClient, site_api: SiteApi, tracker: JiraTracker, reader: Reader) -> None:
        self._client = client
        self._site_api = site_api
        self._tracker = tracker
        self._reader = reader

    def preflight(self) -> Iterator[Check]:
        """One check after the other; a credential that is no good is the last one. Never raises TrackerError."""
        try:
            site = self._reader.site()
            me = self._client.call("GET", "myself", replies.USER)
            yield Check("credential", "ok", f"acts as {me.display_name or site.me}")
            info = self._client.call("GET", "serverInfo", replies.SERVER_INFO)
            self._site_api.check(info)
            yield clock_check(_moment(info.server_time), datetime.now(UTC))
            yield from self._fields(site)
            for key in self._tracker.scope.projects:
                yield from self._project(key, site)
            throttle = self._client.throttle
            for reading in throttle.readings:
                if not reading.name.endswith("a second"):
                    yield quota_check(reading, throttle.reserved_share)
        except TrackerError as error:
            about = "credential" if isinstance(error, CredentialError) else "site"
            yield Check(about, "wrong", error.what, error.remedy)

    def _fields(self, site: Site) -> Iterator[Check]:
        for name, field in ((CLAIM_NAME, site.fields.key_result), (PROGRESS_NAME, site.fields.progress)):
            if field is None:
                remedy = "Ask a Jira administrator for it; labels and comments say the same without it."
                yield Check(f'field "{name}"', "warning", "there is none that can be used", remedy)
            else:
                yield Check(f'field "{name}"', "ok", f"is {field}")

    def _project(self, key: str, site: Site) -> Iterator[Check]:
        about = f"project {key}"
        try:
            self._client.call("GET", f"project/{quote(key, safe='')}", replies.PROJECT)
        except Rejected as error:
            if error.status != 404:
                raise
            remedy = (
                "Correct scope.projects, or let a project administrator give the account Browse Projects."
            )
            yield Check(about, "wrong", "does not exist, or the account may not browse it", remedy)
            return
        held = self._held(key)
        missing = [one for one in NEEDED if one not in held]
        for one in missing:
            name, effect = NEEDED[one]
            remedy = f'A project administrator of {key} can grant "{name}" to the account.'
            yield Check(about, "wrong", f'lacks the permission "{name}": {effect}', remedy)
        if not missing:
            yield Check(about, "ok", "browse, edit, comment: allowed")
        if not held & SILENT.keys():
            remedy = f'Grant "{SILENT["ADMINISTER_PROJECTS"]}" there to write without notifications.'
            yield Check(about, "warning", "watchers are notified of edits", remedy)
        yield from self._screen(key, site)

    def _held(self, key: str) -> set[str]:
        asked = ",".join([*NEEDED, *SILENT])
        params = {"projectKey": key, "permissions": asked}
        found = self._client.call("GET", "mypermissions", replies.PERMISSIONS, params=params)
        return {name for name, one in found.permissions.items() if one.have_permission}

    def _screen(self, key: str, site: Site) -> Iterator[Check]:
        """Whether the newest open issue's edit screen has what we set. Screens differ by type: it is a sample."""
        jql = f"project = {jql_text(key)} AND statusCategory != Done ORDER BY created DESC"
        newest = self._site_api.newest(jql)
        if newest is None:
            return
        meta = self._client.call("GET", f"issue/{newest}/editmeta", replies.EDIT_META)
        fields = site.fields
        ours = {
            CLAIM_NAME: fields.key_result,
            PROGRESS_NAME: fields.progress,
            HEALTH_NAME: fields.health,
            ALIGNMENT_NAME: fields.alignment,
            OBJECTIVE_NAME: fields.objective,
            "Labels": "labels",
        }
        absent = [name for name, field in ours.items() if field and field not in meta.fields]
        about = f"project {key}"
        yield from _options(about, {name: meta.fields.get(ours[name] or "") for name in OPTIONS})
        if not absent:
            yield Check(about, "ok", "what we set is on the edit screen")
            return
        named = " and ".join(f'"{name}"' for name in absent)
        remedy = f"A Jira administrator can put {named} on the edit screens of {key}."
        yield Check(about, "warning", f"{named} cannot be set on the edit screen", remedy)


def _options(about: str, fields: Mapping[str, Any]) -> Iterator[Check]:
    """The options that selects of ours lack, of those that can be set."""
    for name, field in fields.items():
        lacking = [one for one in OPTIONS[name] if one not in allowed(field)] if field is not None else []
        if lacking:
            remedy = "Run setup, or let a Jira administrator add them; labels say the same until then."
            yield Check(about, "warning", f'"{name}" lacks the options {", ".join(lacking)}', remedy)


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text or "").astimezone(UTC)
    except ValueError:
        return None

"""A look at a Jira site before the first write: reads only. Source of the permissions: Jira's GET /mypermissions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from config.text.figures import ENGLISH
from config.text.texts import Texts
from config.trackers import JiraTracker, is_gateway
from connectors.errors import CredentialError, ScopeError, TrackerError
from connectors.http.dates import iso_time
from connectors.jira.api import replies
from connectors.jira.api.bulk_read import jql_text
from connectors.jira.api.client import JiraClient
from connectors.jira.api.deployment import SiteApi
from connectors.jira.api.errors import Rejected
from connectors.jira.api.fields import (
    ALIGNMENT_NAME,
    HEALTH_NAME,
    OBJECTIVE_NAME,
    PROGRESS_NAME,
)
from connectors.jira.api.wire import User
from connectors.jira.changes.site import Site
from connectors.jira.marks.names import OPTIONS, field_called
from connectors.jira.read.mapping import is_dropped
from connectors.jira.read.reader import Reader
from connectors.jira.read.words import is_english, language_of
from connectors.jira.remedies import MISSING_FIELD, lacking_options, off_screen, without_options
from connectors.jira.scopes import WRITE, lacking_writes
from connectors.model import CLAIM_NAME, MARKS, Mark
from connectors.preflight import MOST_READ, Check, Endings, clock_check, quota_check

NEEDED = {
    "BROWSE_PROJECTS": ("Browse Projects", "cannot read issues"),
    "EDIT_ISSUES": ("Edit Issues", "cannot write fields and labels"),
    "ADD_COMMENTS": ("Add Comments", "cannot write comments"),
    "EDIT_OWN_COMMENTS": ("Edit Own Comments", "cannot update comments"),
    "DELETE_OWN_COMMENTS": ("Delete Own Comments", "cannot remove comments"),
}
"""Project permissions by Jira's key: the name that people see, and what happens without."""

LINKS = ("LINK_ISSUES", "Link Issues")
"""Without it, issues have no links to the pages of their key results; all other marks are written."""

SILENT = {"ADMINISTER": "Administer Jira", "ADMINISTER_PROJECTS": "Administer Projects"}
"""Either lets an edit go without notification (notifyUsers=false)."""


class Inspector:
    """Looks at one site with one credential."""

    def __init__(
        self,
        client: JiraClient,
        site_api: SiteApi,
        tracker: JiraTracker,
        reader: Reader,
        marks: Collection[Mark] = MARKS,
    ) -> None:
        self._client = client
        self._marks = frozenset(marks)
        self._site_api = site_api
        self._tracker = tracker
        self._reader = reader

    def preflight(self) -> Iterator[Check]:
        """One check after the other; a credential that is no good is the last one. Never raises TrackerError."""
        try:
            site = self._reader.site()
            me = self._client.call("GET", "myself", replies.USER)
            yield Check("credential", "ok", f"signed in as {me.display_name or site.me}")
            yield from self._scopes()
            info = self._client.site_info()
            if info is not None:
                self._site_api.check(info)
            told = iso_time(info.server_time) if info is not None else None
            yield clock_check(told or self._client.server_time, datetime.now(UTC))
            yield from self._language(me)
            yield from self._fields(site)
            for key in self._tracker.scope.projects:
                yield from self._project(key, site)
            yield from self._endings(site)
            throttle = self._client.throttle
            for reading in throttle.readings:
                if not reading.name.endswith("a second"):
                    yield quota_check(reading, throttle.reserved_share)
        except TrackerError as error:
            about = "credential" if isinstance(error, CredentialError) else "site"
            yield Check.unread(about, error)

    def _scopes(self) -> Iterator[Check]:
        """Whether the token may write. Permissions are the account's, and say nothing of its scopes; only OAuth tells those."""
        if not self._marks or not is_gateway(self._client.api):
            return
        scopes = self._client.token_scopes()
        if scopes is None:
            found = "not listed by Atlassian for such a token: write access is only known at the first write, which needs "
            yield Check("scopes", "ok", f"{found}{WRITE}")
        elif lacking := lacking_writes(scopes):
            remedy = f"Add {' and '.join(lacking)} to the app, and get a new token."
            yield Check("scopes", "wrong", f"the token lacks {', '.join(lacking)}: cannot write", remedy)
        else:
            yield Check("scopes", "ok", "the token may read and write")

    def _needed(self) -> list[str]:
        """The permissions that the wanted marks need."""
        comments = {one for one in NEEDED if one.endswith("_COMMENTS")}
        without = set() if "comment" in self._marks else comments
        return [one for one in NEEDED if one not in without and (self._marks or one == "BROWSE_PROJECTS")]

    def _language(self, me: User) -> Iterator[Check]:
        """Whether names come translated: the Cloud gives them in English too, Data Center in one language alone."""
        if self._tracker.deployment == "cloud" or me.locale is None or is_english(me.locale):
            return
        types = self._client.call("GET", "issuetype", replies.NAMED_ROWS)
        named = ", ".join(dict.fromkeys(one.name for one in types))
        language = language_of(me.locale)
        remedy = (
            f"Write the names of types, priorities, statuses and resolutions in {language} "
            f"(types: {named}), or set the account's language to English."
        )
        yield Check("language", "warning", f"the account reads Jira in {language}", remedy)

    def _endings(self, site: Site) -> Iterator[Check]:
        """Which statuses and resolutions count as done, and which as dropped."""
        try:
            ids = self._site_api.scope(self._tracker.scope.projects)
        except Rejected as error:
            # A project that cannot be browsed was said above.
            if error.status != 400:
                raise
            return
        found = Endings()
        issues = self._site_api.issues(site.fields, ()).fetch(ids[-MOST_READ:])
        for issue in (one for one in issues.values() if one.fields.is_done):
            resolution = issue.fields.resolution.name if issue.fields.resolution else "none"
            category = "dropped" if is_dropped(issue.fields, self._tracker, site.words) else "done"
            found.add(category, issue.fields.status.name, resolution)
        yield from found.checks(
            f"; of the newest {ENGLISH.count(MOST_READ)} issues" if len(ids) > MOST_READ else ""
        )

    def _fields(self, site: Site) -> Iterator[Check]:
        for name, field in ((CLAIM_NAME, site.fields.key_result), (PROGRESS_NAME, site.fields.progress)):
            called = field_called(name, site.fields.texts)
            if field is None:
                yield Check(f'field "{called}"', "warning", "missing or not usable", MISSING_FIELD)
            else:
                yield Check(f'field "{called}"', "ok", f"found as {field}")
        if (health := site.fields.given_health) is not None:
            name = site.fields.others.get(health, health)
            yield Check(f'field "{name}"', "ok", f"found as {health}: the health that people give")

    def _project(self, key: str, site: Site) -> Iterator[Check]:
        about = f"project {key}"
        try:
            project = self._client.call("GET", f"project/{quote(key, safe='')}", replies.PROJECT)
        except Rejected as error:
            if error.status != 404:
                raise
            remedy = (
                "Correct scope.projects, or ask a project administrator to grant the account Browse Projects."
            )
            what = "does not exist, or the account cannot browse it"
            yield Check(about, "wrong", what, remedy, ScopeError.cause)
            return
        held = self._held(key)
        needed = self._needed()
        missing = [one for one in needed if one not in held]
        for one in missing:
            name, effect = NEEDED[one]
            remedy = f"Ask a project administrator of {key} to grant it to the account."
            yield Check(about, "wrong", f'missing permission "{name}": {effect}', remedy)
        if not missing:
            can = "browse" + (", edit" if "EDIT_ISSUES" in needed else "")
            can += " and comment" if "ADD_COMMENTS" in needed else ""
            yield Check(about, "ok", f"can {can}")
        if not self._marks:
            return
        if "key_results" in self._marks and LINKS[0] not in held:
            remedy = f"Ask a project administrator of {key} to grant it to the account."
            what = f'missing permission "{LINKS[1]}": issues get no links to their key results'
            yield Check(about, "warning", what, remedy)
        if project.has_customers:
            yield Check(about, "ok", "service project: comments are internal, so customers do not see them")
        if not held & SILENT.keys():
            remedy = (
                f'Grant "{SILENT["ADMINISTER_PROJECTS"]}" in this project to write without notifications.'
            )
            yield Check(about, "warning", "edits notify watchers", remedy)
        yield from self._screen(key, site)

    def _held(self, key: str) -> set[str]:
        asked = ",".join([*NEEDED, LINKS[0], *SILENT])
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
        texts = fields.texts
        absent = [
            field_called(name, texts) for name, field in ours.items() if field and field not in meta.fields
        ]
        about = f"project {key}"
        selects = {name: meta.fields.get(ours[name] or "") for name in OPTIONS}
        yield from _options(about, selects, texts, by_hand=site.fields.options_by_hand)
        if not absent:
            yield Check(about, "ok", "all Truenorth fields are on the edit screen")
            return
        named = " and ".join(f'"{name}"' for name in absent)
        remedy = off_screen(absent, key)
        yield Check(about, "warning", f"{named} missing from the edit screen", remedy)


def _options(about: str, fields: Mapping[str, Any], texts: Texts, *, by_hand: bool) -> Iterator[Check]:
    """The options that selects of ours lack, of those that can be set. `by_hand`: setup cannot add them."""
    for name, field in fields.items():
        lacking = lacking_options(name, field, texts) if field is not None else []
        if lacking:
            called = field_called(name, texts)
            remedy = without_options(called, lacking, by_hand=by_hand)
            yield Check(about, "warning", f'"{called}" is missing the options {", ".join(lacking)}', remedy)

"""Issues, comments and the rest as JSON, in the shapes of REST v3."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from connectors.sandbox.company import Person
from connectors.sandbox.jira.fields import FIELD_BY_ID, FIELDS, Field
from connectors.sandbox.jira.generate_history import history_of
from connectors.sandbox.jira.http import reader, version_of
from connectors.sandbox.jira.layout import shown_fields
from connectors.sandbox.jira.state import (
    CATEGORIES,
    EPIC_NAME,
    SITE_ZONE,
    Comment,
    History,
    Issue,
    IssueLink,
    IssueType,
    JiraSite,
    NamedValue,
    Project,
    RemoteLink,
    Status,
)
from connectors.sandbox.jira.values import shown as shown_value
from connectors.sandbox.jira.wiki import to_wiki

_ZONE = ZoneInfo(SITE_ZONE)
_EXPAND = "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations"
EMBEDDED_COMMENTS = 20
"""How many comments an issue carries in its `comment` field; the rest are paged for."""
EMBEDDED_HISTORIES = 40
"""How much of its history `expand=changelog` gives, newest first."""


def moment(value: datetime, zone: ZoneInfo = _ZONE) -> str:
    """A time as Jira writes it: milliseconds, the account's own offset, no colon in it."""
    local = value.astimezone(zone)
    return f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 1000:03d}{local:%z}"


def _forces_english(request: web.Request) -> bool:
    forced = request.headers.get("X-Force-Accept-Language", "").lower() == "true"
    return forced and request.headers.get("Accept-Language", "").lower().startswith("en")


class Resource:
    """A part of the site's API below the path `base`; its routes come from `routes`."""

    def __init__(self, site: JiraSite, base: str, shows: type[Show] | None = None) -> None:
        self.site = site
        self.base = base
        self._shows = shows or Show

    def routes(self) -> list[web.RouteDef]:
        """What this part serves."""
        raise NotImplementedError

    def show(self, request: web.Request) -> Show:
        """The site as the asking account sees it, in the version of the API that it asks."""
        base = f"{request.scheme}://{request.host}{self.base}"
        show = self._shows(self.site, base, reader(request), version_of(request))
        show.is_english = show.heeds_language and _forces_english(request)
        return show


class Show:
    """Shows parts of a site to one account; `base` is the site's address, without a slash at the end."""

    expands = _EXPAND
    heeds_language = True
    """Whether a request can choose its language."""

    def __init__(self, site: JiraSite, base: str, person: Person | None, version: str = "3") -> None:
        self.site = site
        self.version = version
        self.rest = f"{base}/rest/api/{version}"
        self.person = person
        self.zone = site.zone_of(person)
        self.is_english = False

    def called(self, name: str) -> str:
        """A name in the language of the reply."""
        return name if self.is_english else self.site.peculiar.words.get(name, name)

    def as_given(self, name: str) -> dict[str, str]:
        """The name that was given to a status, beside a translated one."""
        return {"untranslatedName": name} if self.called(name) != name else {}

    def moment(self, value: datetime | None) -> str | None:
        """A time in the zone of the account that asks."""
        return None if value is None else moment(value, self.zone)

    def text(self, document: dict[str, Any] | None) -> dict[str, Any] | str | None:
        """Rich text: ADF in version 3, wiki markup in version 2."""
        return document if document is None or self.version == "3" else to_wiki(dict(document))

    def user(self, person: Person | None) -> dict[str, Any] | None:
        """An account. The e-mail address is hidden, except from oneself."""
        if person is None:
            return None
        shown = {
            "self": f"{self.rest}/user?accountId={person.account_id}",
            "accountId": person.account_id,
            "accountType": "atlassian",
            "displayName": person.name,
            "active": True,
            "timeZone": self.site.zone_of(person).key,
        }
        if person == self.person:
            shown["emailAddress"] = person.email
        return shown

    def project(self, project: Project) -> dict[str, Any]:
        return {
            "self": f"{self.rest}/project/{project.id}",
            "id": str(project.id),
            "key": project.key,
            "name": project.name,
            "projectTypeKey": project.kind,
            "simplified": project.simplified,
        }

    def whole_project(self, project: Project) -> dict[str, Any]:
        return self.project(project) | {
            "style": "next-gen" if project.simplified else "classic",
            "isPrivate": project.browsers is not None,
            "lead": self.user(project.lead),
            "issueTypes": [self.type(kind) for kind in project.types],
            "properties": {},
        }

    def type(self, kind: IssueType) -> dict[str, Any]:
        return {
            "self": f"{self.rest}/issuetype/{kind.id}",
            "id": str(kind.id),
            "description": "",
            "name": self.called(kind.name),
            "subtask": kind.is_subtask,
            "hierarchyLevel": kind.level,
        }

    def status(self, status: Status) -> dict[str, Any]:
        number, name, colour = CATEGORIES[status.category]
        return {
            "self": f"{self.rest}/status/{status.id}",
            "description": "",
            "name": self.called(status.name),
            **self.as_given(status.name),
            "id": str(status.id),
            "statusCategory": {
                "self": f"{self.rest}/statuscategory/{number}",
                "id": number,
                "key": status.category,
                "colorName": colour,
                "name": name,
            },
        }

    def named(self, kind: str, entry: NamedValue | None) -> dict[str, Any] | None:
        """A priority or a resolution."""
        if entry is None:
            return None
        return {
            "self": f"{self.rest}/{kind}/{entry.id}",
            "id": str(entry.id),
            "name": self.called(entry.name),
        }

    def version_shown(self, entry: NamedValue) -> dict[str, Any]:
        """A version of a project."""
        return (self.named("version", entry) or {}) | {"archived": False, "released": False}

    def brief(self, issue: Issue) -> dict[str, Any]:
        """An issue as it stands inside another one: parent, sub-task, link."""
        return {
            "id": str(issue.id),
            "key": issue.key,
            "self": f"{self.rest}/issue/{issue.id}",
            "fields": {
                "summary": issue.summary,
                "status": self.status(issue.status),
                "priority": self.named("priority", issue.priority),
                "issuetype": self.type(issue.type),
            },
        }

    def link(self, issue: Issue, link: IssueLink) -> dict[str, Any] | None:
        """A link seen from `issue`, or None when the account may not see the other end."""
        outward = link.source == issue.id
        other = self.site.find(str(link.target if outward else link.source), self.person)
        if other is None:
            return None
        return {
            "id": str(link.id),
            "self": f"{self.rest}/issueLink/{link.id}",
            "type": {
                "id": str(link.type.id),
                "name": link.type.name,
                "inward": link.type.inward,
                "outward": link.type.outward,
                "self": f"{self.rest}/issueLinkType/{link.type.id}",
            },
            "outwardIssue" if outward else "inwardIssue": self.brief(other),
        }

    def issue(
        self,
        issue: Issue,
        fields: Collection[str],
        properties: Iterable[str] = (),
        expand: Iterable[str] = (),
        *,
        alone: bool = False,
    ) -> dict[str, Any]:
        """An issue with the fields of these ids, and those of the named properties that it has. `alone`: it was asked for by itself."""
        shown: dict[str, Any] = {
            "expand": self.expands,
            "id": str(issue.id),
            "self": f"{self.rest}/issue/{issue.id}",
            "key": issue.key,
            "fields": {name: value for name in fields if (value := self.field(issue, name)) is not ABSENT},
        }
        wanted = list(properties)
        if wanted:
            has = issue.properties
            shown["properties"] = dict(has) if wanted == ["*all"] else {k: has[k] for k in wanted if k in has}
        if "changelog" in expand:
            shown["changelog"] = self.changelog(issue, alone=alone)
        return shown

    def changelog(self, issue: Issue, *, alone: bool = False) -> dict[str, Any]:  # noqa: ARG002
        """The history within an issue: the newest part, newest first."""
        rows = self.histories(issue)
        newest = rows[-EMBEDDED_HISTORIES:][::-1]
        return {"startAt": 0, "maxResults": len(newest), "total": len(rows), "histories": newest}

    def field(self, issue: Issue, name: str) -> Any:
        """The value of one field, or `ABSENT`."""
        if name.startswith("customfield_"):
            if name not in shown_fields(self.site, issue.project, issue.type):
                return ABSENT
            return shown_value(issue.custom.get(name), self.rest, self.text)
        read = _READ.get(name)
        return ABSENT if read is None else read(self, issue)

    def comment(self, issue: Issue, comment: Comment, *, properties: bool) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "self": f"{self.rest}/issue/{issue.id}/comment/{comment.id}",
            "id": str(comment.id),
            "author": self.user(comment.author),
            "body": self.text(comment.body),
            "updateAuthor": self.user(comment.update_author),
            "created": self.moment(comment.created),
            "updated": self.moment(comment.updated),
            "jsdPublic": not comment.internal,
        }
        if properties:
            shown["properties"] = [{"key": key, "value": value} for key, value in comment.properties.items()]
        return shown

    def histories(self, issue: Issue) -> list[dict[str, Any]]:
        """The whole history of an issue, oldest first."""
        peculiar = self.site.peculiar
        if issue.id in peculiar.lost_histories:
            return []
        shown = [self.history(entry) for entry in history_of(issue)]
        for item in (item for entry in shown for item in entry["items"]):
            if issue.id in peculiar.idless_histories and item["field"] == "status":
                item |= {"from": None, "to": None}
        return shown

    def history(self, entry: History) -> dict[str, Any]:
        return {
            "id": str(entry.id),
            "author": self.user(entry.author),
            "created": self.moment(entry.created),
            "items": [
                {
                    "field": item.field,
                    "fieldtype": "custom" if item.field_id.startswith("customfield_") else "jira",
                    **({"fieldId": item.field_id} if item.field_id else {}),
                    "from": item.before,
                    "fromString": item.before_text,
                    "to": item.after,
                    "toString": item.after_text,
                }
                for item in entry.items
            ],
        }

    def remote_link(self, issue: Issue, link: RemoteLink) -> dict[str, Any]:
        shown = {"id": link.id, "self": f"{self.rest}/issue/{issue.id}/remotelink/{link.id}", **link.value}
        return shown | ({"globalId": link.global_id} if link.global_id else {})

    def described(self, entry: Field) -> dict[str, Any]:
        """A field as `GET /field` lists it."""
        return {
            "id": entry.id,
            "key": entry.id,
            "name": entry.name,
            "custom": entry.is_custom,
            "orderable": True,
            "navigable": entry.id != "comment",
            "searchable": bool(entry.clauses),
            "clauseNames": list(entry.clauses),
            # The key alone has no schema.
            **({"schema": entry.schema} if entry.schema else {}),
            **({"scope": _scope(entry.project)} if entry.project else {}),
        }


def _scope(project: int) -> dict[str, Any]:
    return {"type": "PROJECT", "project": {"id": str(project)}}


ABSENT: Any = object()
"""In place of the value of a field that an issue does not have at all."""


def _parent(show: Show, issue: Issue) -> Any:
    # The field is not there at all on an issue without a parent. One that is hidden is named nevertheless.
    parent = show.site.issues.get(issue.parent) if issue.parent is not None else None
    if parent is None:
        return ABSENT
    shown = show.brief(parent)
    return shown if show.site.may_see(show.person, parent) else _without_fields(shown)


def _without_fields(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if name != "fields"}


def _subtasks(show: Show, issue: Issue) -> list[dict[str, Any]]:
    children = [show.site.issues[number] for number in issue.children if number in show.site.issues]
    return [show.brief(child) for child in children if child.type.is_subtask]


def _level(name: str | None) -> dict[str, Any] | None:
    return None if name is None else {"id": "10000", "name": name, "description": ""}


def _comments(show: Show, issue: Issue) -> dict[str, Any]:
    first = list(issue.comments.values())[:EMBEDDED_COMMENTS]
    return {
        "comments": [show.comment(issue, comment, properties=False) for comment in first],
        "self": f"{show.rest}/issue/{issue.id}/comment",
        "maxResults": len(first),
        "total": len(issue.comments),
        "startAt": 0,
    }


_READ: dict[str, Callable[[Show, Issue], Any]] = {
    # Imports leave issues without one, which no edit could.
    "summary": lambda _, issue: issue.summary or ABSENT,
    "issuetype": lambda show, issue: show.type(issue.type),
    "project": lambda show, issue: show.project(issue.project),
    "parent": _parent,
    "status": lambda show, issue: show.status(issue.status),
    "statusCategory": lambda show, issue: show.status(issue.status)["statusCategory"],
    "statuscategorychangedate": lambda show, issue: show.moment(issue.category_changed),
    "resolution": lambda show, issue: show.named("resolution", issue.resolution),
    "resolutiondate": lambda show, issue: show.moment(issue.resolved),
    "priority": lambda show, issue: show.named("priority", issue.priority),
    "labels": lambda _, issue: list(issue.labels),
    "components": lambda show, issue: [show.named("component", entry) for entry in issue.components],
    "fixVersions": lambda show, issue: [show.version_shown(entry) for entry in issue.fix_versions],
    "assignee": lambda show, issue: show.user(issue.assignee),
    "reporter": lambda show, issue: show.user(issue.reporter),
    "creator": lambda show, issue: show.user(issue.reporter),
    "created": lambda show, issue: show.moment(issue.created),
    "updated": lambda show, issue: show.moment(issue.updated),
    "duedate": lambda _, issue: issue.due.isoformat() if issue.due else None,
    "timeoriginalestimate": lambda _, issue: issue.original_estimate,
    "security": lambda _, issue: _level(issue.security),
    "description": lambda show, issue: show.text(issue.description),
    "issuelinks": lambda show, issue: [s for link in issue.links if (s := show.link(issue, link))],
    "subtasks": _subtasks,
    "comment": _comments,
}

# Epic names are for Data Center alone: on the Cloud no screen has them.
ALL_FIELDS: tuple[str, ...] = (*_READ, *(entry.id for entry in FIELDS if entry.is_custom), EPIC_NAME)
NAVIGABLE_FIELDS: tuple[str, ...] = tuple(name for name in ALL_FIELDS if name != "comment")


def chosen(fields: Iterable[str], default: Collection[str], site: JiraSite) -> list[str]:
    """The ids of the asked-for fields: `*all`, `*navigable`, ids, and `-id` to leave one out."""
    later = [name for name in site.fields if name not in FIELD_BY_ID]
    wanted = list(fields)
    picked: dict[str, None] = {}
    if not wanted or all(name.startswith("-") for name in wanted):
        picked.update(dict.fromkeys([*default, *later]))
    for name in wanted:
        if name == "*all":
            picked.update(dict.fromkeys([*ALL_FIELDS, *later]))
        elif name == "*navigable":
            picked.update(dict.fromkeys([*NAVIGABLE_FIELDS, *later]))
        elif not name.startswith("-"):
            picked[name] = None
    return [name for name in picked if f"-{name}" not in wanted]

"""Issues, comments and the rest as JSON, in the shapes of REST v3."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from connectors.sandbox.company import Person
from connectors.sandbox.jira.http import reader
from connectors.sandbox.jira.state import (
    CATEGORIES,
    FIELDS,
    SITE_ZONE,
    Comment,
    Field,
    History,
    Issue,
    IssueType,
    JiraSite,
    Link,
    Named,
    Project,
    RemoteLink,
    Status,
)

_ZONE = ZoneInfo(SITE_ZONE)
_EXPAND = "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations"
EMBEDDED_COMMENTS = 20
"""How many comments an issue carries in its `comment` field; the rest are paged for."""


def moment(value: datetime) -> str:
    """A time as Jira writes it: milliseconds, the account's own offset, no colon in it."""
    local = value.astimezone(_ZONE)
    return f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 1000:03d}{local:%z}"


class Part:
    """A part of the site's API below the path `base`; its routes come from `routes`."""

    def __init__(self, site: JiraSite, base: str) -> None:
        self.site = site
        self.base = base

    def show(self, request: web.Request) -> Show:
        """The site as the asking account sees it."""
        return Show(self.site, f"{request.scheme}://{request.host}{self.base}", reader(request))


class Show:
    """Shows parts of a site to one account; `base` is the site's address, without a slash at the end."""

    def __init__(self, site: JiraSite, base: str, person: Person | None) -> None:
        self.site = site
        self.rest = f"{base}/rest/api/3"
        self.person = person

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
            "timeZone": SITE_ZONE,
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
            "projectTypeKey": "software",
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
            "name": kind.name,
            "subtask": kind.is_subtask,
            "hierarchyLevel": kind.level,
        }

    def status(self, status: Status) -> dict[str, Any]:
        number, name, colour = CATEGORIES[status.category]
        return {
            "self": f"{self.rest}/status/{status.id}",
            "description": "",
            "name": status.name,
            "id": str(status.id),
            "statusCategory": {
                "self": f"{self.rest}/statuscategory/{number}",
                "id": number,
                "key": status.category,
                "colorName": colour,
                "name": name,
            },
        }

    def named(self, kind: str, entry: Named | None) -> dict[str, Any] | None:
        """A priority or a resolution."""
        if entry is None:
            return None
        return {"self": f"{self.rest}/{kind}/{entry.id}", "id": str(entry.id), "name": entry.name}

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

    def link(self, issue: Issue, link: Link) -> dict[str, Any] | None:
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
    ) -> dict[str, Any]:
        """An issue with the fields of these ids, and those of the named properties that it has."""
        shown: dict[str, Any] = {
            "expand": _EXPAND,
            "id": str(issue.id),
            "self": f"{self.rest}/issue/{issue.id}",
            "key": issue.key,
            "fields": {name: value for name in fields if (value := self.field(issue, name)) is not _ABSENT},
        }
        wanted = list(properties)
        if wanted:
            has = issue.properties
            shown["properties"] = dict(has) if wanted == ["*all"] else {k: has[k] for k in wanted if k in has}
        if "changelog" in expand:
            newest = [self.history(entry) for entry in reversed(issue.history)][:100]
            shown["changelog"] = {
                "startAt": 0,
                "maxResults": len(newest),
                "total": len(issue.history),
                "histories": newest,
            }
        return shown

    def field(self, issue: Issue, name: str) -> Any:
        """The value of one field, or `_ABSENT`."""
        if name.startswith("customfield_"):
            return issue.custom.get(name) if name in issue.project.screen else _ABSENT
        read = _READ.get(name)
        return _ABSENT if read is None else read(self, issue)

    def comment(self, issue: Issue, comment: Comment, *, properties: bool) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "self": f"{self.rest}/issue/{issue.id}/comment/{comment.id}",
            "id": str(comment.id),
            "author": self.user(comment.author),
            "body": comment.body,
            "updateAuthor": self.user(comment.update_author),
            "created": moment(comment.created),
            "updated": moment(comment.updated),
            "jsdPublic": True,
        }
        if properties:
            shown["properties"] = [{"key": key, "value": value} for key, value in comment.properties.items()]
        return shown

    def history(self, entry: History) -> dict[str, Any]:
        return {
            "id": str(entry.id),
            "author": self.user(entry.author),
            "created": moment(entry.created),
            "items": [
                {
                    "field": item.field,
                    "fieldtype": "custom" if item.field_id.startswith("customfield_") else "jira",
                    "fieldId": item.field_id,
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
        }


_ABSENT: Any = object()


def _parent(show: Show, issue: Issue) -> Any:
    # The field is not there at all on an issue without a parent, or with one that is hidden.
    parent = show.site.find(str(issue.parent), show.person) if issue.parent is not None else None
    return show.brief(parent) if parent is not None else _ABSENT


def _subtasks(show: Show, issue: Issue) -> list[dict[str, Any]]:
    children = [show.site.issues[number] for number in issue.children if number in show.site.issues]
    return [show.brief(child) for child in children if child.type.is_subtask]


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
    "summary": lambda _, issue: issue.summary,
    "issuetype": lambda show, issue: show.type(issue.type),
    "project": lambda show, issue: show.project(issue.project),
    "parent": _parent,
    "status": lambda show, issue: show.status(issue.status),
    "statusCategory": lambda show, issue: show.status(issue.status)["statusCategory"],
    "statuscategorychangedate": lambda _, issue: moment(issue.category_changed),
    "resolution": lambda show, issue: show.named("resolution", issue.resolution),
    "resolutiondate": lambda _, issue: moment(issue.resolved) if issue.resolved else None,
    "priority": lambda show, issue: show.named("priority", issue.priority),
    "labels": lambda _, issue: list(issue.labels),
    "assignee": lambda show, issue: show.user(issue.assignee),
    "reporter": lambda show, issue: show.user(issue.reporter),
    "creator": lambda show, issue: show.user(issue.reporter),
    "created": lambda _, issue: moment(issue.created),
    "updated": lambda _, issue: moment(issue.updated),
    "duedate": lambda _, issue: issue.due.isoformat() if issue.due else None,
    "description": lambda _, issue: issue.description,
    "issuelinks": lambda show, issue: [s for link in issue.links if (s := show.link(issue, link))],
    "subtasks": _subtasks,
    "comment": _comments,
}

ALL_FIELDS: tuple[str, ...] = (*_READ, *(entry.id for entry in FIELDS if entry.is_custom))
NAVIGABLE_FIELDS: tuple[str, ...] = tuple(name for name in ALL_FIELDS if name != "comment")


def chosen(fields: Iterable[str], default: Collection[str]) -> list[str]:
    """The ids of the asked-for fields: `*all`, `*navigable`, ids, and `-id` to leave one out."""
    wanted = list(fields)
    picked: dict[str, None] = {}
    if not wanted or all(name.startswith("-") for name in wanted):
        picked.update(dict.fromkeys(default))
    for name in wanted:
        if name == "*all":
            picked.update(dict.fromkeys(ALL_FIELDS))
        elif name == "*navigable":
            picked.update(dict.fromkeys(NAVIGABLE_FIELDS))
        elif not name.startswith("-"):
            picked[name] = None
    return [name for name in picked if f"-{name}" not in wanted]

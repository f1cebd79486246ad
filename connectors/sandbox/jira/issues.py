"""One issue at a time: read, create, edit, move on; its properties, remote links and history.

Wire facts: contracts/jira.md, sections 5.1, 5.4 and 5.7.
"""

from __future__ import annotations

from typing import Any

import msgspec
from aiohttp import web

from connectors.sandbox.company import Person
from connectors.sandbox.jira.comment_text import add_comments, take_comments
from connectors.sandbox.jira.edit import check_property, edit, notify, transition
from connectors.sandbox.jira.http import (
    INVALID_PAYLOAD,
    JiraError,
    flag,
    issue_of,
    json_body,
    names,
    nothing,
    reader,
    reply,
    strict_body,
    writer,
)
from connectors.sandbox.jira.index import before_write
from connectors.sandbox.jira.peculiarities import Act
from connectors.sandbox.jira.rich import stored_fields
from connectors.sandbox.jira.show import ALL_FIELDS, Resource, chosen
from connectors.sandbox.jira.state import Issue, JiraSite, RemoteLink

LARGEST_PAGE = 100
LONGEST_GLOBAL_ID = 255
NOT_ADMIN = "To discard the user notification either admin or project admin permissions are required."


class Issues(Resource):
    """Issues, one at a time."""

    async def get_issue(self, request: web.Request) -> web.Response:
        issue = issue_of(request, self.site, reader(request))
        fields = chosen(names(",".join(request.query.getall("fields", []))), ALL_FIELDS, self.site)
        properties = names(request.query.get("properties"))
        expand = names(request.query.get("expand"))
        return reply(self.show(request).issue(issue, fields, properties, expand, alone=True))

    async def edit_body(self, request: web.Request) -> dict[str, Any]:
        """What an edit or a new issue asks for. Raises JiraError 400, or 403 for an override."""
        for name in ("overrideScreenSecurity", "overrideEditableFlag"):
            if flag(request, name, False):
                raise JiraError(403, f"Only Connect and Forge apps with admin rights may use '{name}'.")
        body = await strict_body(
            request, fields=dict, update=dict, properties=list, historyMetadata=dict, transition=dict
        )
        return stored_fields(request, self.site, body)

    async def put_issue(self, request: web.Request) -> web.Response:
        person = writer(request)
        issue = issue_of(request, self.site, person)
        body = await self.edit_body(request)
        comments = take_comments(request, issue, body)
        quiet = quietly(request, self.site, person)
        changed = edit(
            self.site,
            person,
            issue,
            body.get("fields") or {},
            body.get("update") or {},
            body.get("properties") or [],
        )
        add_comments(self.site, person, issue, comments)
        if (changed or comments) and not quiet:
            notify(self.site, person, issue, "issue updated")
        if flag(request, "returnIssue", False):
            return reply(self.show(request).issue(issue, chosen([], ALL_FIELDS, self.site)))
        return nothing()

    async def post_issue(self, request: web.Request) -> web.Response:
        person = writer(request)
        issue = _create(self.site, person, await self.edit_body(request))
        address = f"{self.show(request).rest}/issue/{issue.id}"
        return reply({"id": str(issue.id), "key": issue.key, "self": address}, 201)

    async def delete_issue(self, request: web.Request) -> web.Response:
        person = writer(request)
        issue = issue_of(request, self.site, person)
        if any(self.site.issues[n].type.is_subtask for n in issue.children) and not flag(
            request, "deleteSubtasks", False
        ):
            raise JiraError(
                400, f"The issue '{issue.key}' has subtasks. You must specify the 'deleteSubtasks'."
            )
        before_write(self.site, issue)
        self.site.announce("jira:issue_deleted", issue, person)
        self.site.delete(issue)
        return nothing()

    async def get_transitions(self, request: web.Request) -> web.Response:
        issue = issue_of(request, self.site, reader(request))
        offered = [
            {"id": str(status.id), "name": status.name, "to": self.show(request).status(status)}
            for status in issue.project.statuses
        ]
        return reply({"expand": "transitions", "transitions": offered})

    async def post_transition(self, request: web.Request) -> web.Response:
        person = writer(request)
        issue = issue_of(request, self.site, person)
        body = await strict_body(request, transition=dict, fields=dict, update=dict)
        wanted = str((body.get("transition") or {}).get("id"))
        status = next((entry for entry in issue.project.statuses if str(entry.id) == wanted), None)
        if status is None:
            raise JiraError(400, f"Transition id '{wanted}' is not valid for this issue.")
        comments = take_comments(request, issue, body)
        resolution = ((body.get("fields") or {}).get("resolution") or {}).get("name")
        transition(self.site, person, issue, status, resolution)
        add_comments(self.site, person, issue, comments)
        notify(self.site, person, issue, "issue moved on")
        return nothing()

    async def list_links(self, request: web.Request) -> web.Response:
        issue = issue_of(request, self.site, reader(request))
        wanted = request.query.get("globalId")
        if wanted is None:
            return reply([self.show(request).remote_link(issue, link) for link in issue.remote_links])
        found = next((link for link in issue.remote_links if link.global_id == wanted), None)
        if found is None:
            raise JiraError(404, f"Remote link with globalId '{wanted}' does not exist.")
        return reply(self.show(request).remote_link(issue, found))

    async def post_link(self, request: web.Request) -> web.Response:
        issue = issue_of(request, self.site, writer(request))
        link, created = _upsert(self.site, issue, await json_body(request))
        address = f"{self.show(request).rest}/issue/{issue.id}/remotelink/{link.id}"
        return reply({"id": link.id, "self": address}, 201 if created else 200)

    async def delete_link(self, request: web.Request) -> web.Response:
        issue = issue_of(request, self.site, writer(request))
        number, wanted = request.match_info.get("link"), request.query.get("globalId")
        kept = [
            link
            for link in issue.remote_links
            if (str(link.id) != number if number is not None else link.global_id != wanted)
        ]
        if len(kept) == len(issue.remote_links):
            raise JiraError(404, "The remote link does not exist.")
        before_write(self.site, issue)
        issue.remote_links = kept
        _tell(self.site, issue, "remote_links")
        return nothing()

    def routes(self) -> list[web.RouteDef]:
        """What is served of issues."""
        root = f"{self.base}/rest/api/3/issue"
        one = f"{root}/{{issue}}"
        return [
            web.post(root, self.post_issue),
            web.get(one, self.get_issue),
            web.put(one, self.put_issue),
            web.delete(one, self.delete_issue),
            web.get(f"{one}/transitions", self.get_transitions),
            web.post(f"{one}/transitions", self.post_transition),
            web.get(f"{one}/remotelink", self.list_links),
            web.post(f"{one}/remotelink", self.post_link),
            web.delete(f"{one}/remotelink", self.delete_link),
            web.delete(f"{one}/remotelink/{{link}}", self.delete_link),
        ]


class IssueProperties(Resource):
    """Issue properties. Writing them does not move `updated`, as far as is known."""

    async def list_properties(self, request: web.Request) -> web.Response:
        issue = issue_of(request, self.site, reader(request))
        address = f"{request.scheme}://{request.host}{request.path}"
        return reply({"keys": [{"self": f"{address}/{key}", "key": key} for key in issue.properties]})

    async def get_property(self, request: web.Request) -> web.Response:
        issue = issue_of(request, self.site, reader(request))
        return reply({"key": (key := _key(request, issue.properties)), "value": issue.properties[key]})

    async def put_property(self, request: web.Request) -> web.Response:
        issue = issue_of(request, self.site, writer(request))
        before_write(self.site, issue)
        stored = await store_property(request, issue.properties)
        _tell(self.site, issue, "properties")
        return nothing(stored)

    async def delete_property(self, request: web.Request) -> web.Response:
        issue = issue_of(request, self.site, writer(request))
        key = _key(request, issue.properties)
        before_write(self.site, issue)
        del issue.properties[key]
        _tell(self.site, issue, "properties")
        return nothing()

    def routes(self) -> list[web.RouteDef]:
        """What is served of issue properties."""
        one = f"{self.base}/rest/api/3/issue/{{issue}}"
        return [
            web.get(f"{one}/properties", self.list_properties),
            web.get(f"{one}/properties/{{key}}", self.get_property),
            web.put(f"{one}/properties/{{key}}", self.put_property),
            web.delete(f"{one}/properties/{{key}}", self.delete_property),
        ]


def _tell(site: JiraSite, issue: Issue, act: Act) -> None:
    """Move `updated` where it tells such a change; see `untold.py`."""
    if site.peculiar.tells(act):
        issue.updated = site.clock.now()


def _key(request: web.Request, properties: dict[str, Any]) -> str:
    key = request.match_info["key"]
    if key not in properties:
        raise JiraError(404, f"The property with key '{key}' does not exist.")
    return key


async def store_property(request: web.Request, properties: dict[str, Any]) -> int:
    """Store the request's body, a bare JSON value, under the path's key; 201 for a new key, else 200."""
    key = request.match_info["key"]
    value = await json_body(request)
    check_property(key, len(msgspec.json.encode(value).decode()))
    status = 200 if key in properties else 201
    properties[key] = value
    return status


def quietly(request: web.Request, site: JiraSite, person: Person) -> bool:
    """Whether nobody is to be notified. Raises JiraError 403 for who may not ask for that."""
    if flag(request, "notifyUsers", True):
        return False
    if not (site.holds(person, "ADMINISTER") or site.holds(person, "ADMINISTER_PROJECTS")):
        raise JiraError(403, NOT_ADMIN)
    return True


def _create(site: JiraSite, person: Person, body: dict[str, Any]) -> Issue:
    """A new issue. Raises JiraError 400 and creates nothing when a field is bad."""
    fields = dict(body.get("fields") or {})
    asked = fields.pop("project", None) or {}
    project = next(
        (p for p in site.projects.values() if asked.get("key") == p.key or asked.get("id") == str(p.id)), None
    )
    if project is None or not site.may_browse(person, project):
        raise JiraError(400, errors={"project": "Specify a valid project ID or key"})
    if not site.holds(person, "CREATE_ISSUES", project):
        raise JiraError(400, "You do not have permission to create issues in this project.")
    asked = fields.pop("issuetype", None) or {}
    kind = next(
        (t for t in project.types if asked.get("name") == t.name or asked.get("id") == str(t.id)), None
    )
    if kind is None:
        raise JiraError(400, errors={"issuetype": "Specify an issue type"})
    if not fields.get("summary"):
        raise JiraError(400, errors={"summary": "You must specify a summary of the issue."})
    if kind.is_subtask and not fields.get("parent"):
        raise JiraError(
            400, errors={"parent": "Issue type is a sub-task but parent issue key or id not specified."}
        )
    now = site.clock.now()
    issue = Issue(
        id=site.next_id(),
        key="",
        project=project,
        type=kind,
        summary="",
        status=project.statuses[0],
        reporter=person,
        created=now,
        updated=now,
        category_changed=now,
    )
    edit(site, person, issue, fields, body.get("update") or {}, body.get("properties") or [])
    # Birth is not an edit: the history starts empty, and the key is spent only on an issue that exists.
    issue.history.clear()
    issue.created = issue.updated = issue.category_changed = now
    issue.key = site.new_key(project)
    before_write(site, issue)
    site.issues[issue.id] = issue
    site.keys[issue.key] = issue.id
    site.announce("jira:issue_created", issue, person)
    return issue


def _upsert(site: JiraSite, issue: Issue, body: Any) -> tuple[RemoteLink, bool]:
    """The remote link and whether it is new; on an update, what is left out becomes null."""
    if not isinstance(body, dict) or set(body) - {"globalId", "application", "relationship", "object"}:
        raise JiraError(400, INVALID_PAYLOAD, bare=True)
    shown, global_id = body.get("object"), body.get("globalId")
    if not isinstance(shown, dict) or not shown.get("url") or not shown.get("title"):
        missing = "url" if not isinstance(shown, dict) or not shown.get("url") else "title"
        raise JiraError(400, errors={missing: f"'{missing}' is required."})
    if global_id is not None and (not isinstance(global_id, str) or len(global_id) > LONGEST_GLOBAL_ID):
        raise JiraError(400, errors={"globalId": "The globalId must be at most 255 characters long."})
    value: dict[str, Any] = {
        "application": body.get("application") or {},
        "relationship": body.get("relationship"),
        "object": {"summary": None, "icon": {}, "status": {"icon": {}}} | shown,
    }
    before_write(site, issue)
    _tell(site, issue, "remote_links")
    found = next((link for link in issue.remote_links if global_id and link.global_id == global_id), None)
    if found is not None:
        found.value = value
        return found, False
    link = RemoteLink(site.next_id(), global_id, value)
    issue.remote_links.append(link)
    return link, True

"""Admin webhooks: `/rest/webhooks/1.0/webhook`, for administrators alone; the deliveries are in `deliveries.py`.

Wire facts: contracts/jira.md, section 7, and developer.atlassian.com, "Webhooks". Data Center's API is older than secrets, which
its screens alone take, and refuses what it does not know. Where neither has the words of a refusal, they are ours.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from connectors.sandbox.hook_tricks import is_this_machine
from connectors.sandbox.jira.admin import administrator
from connectors.sandbox.jira.http import JiraError, is_server, nothing, reply, strict_body
from connectors.sandbox.jira.jql import parse
from connectors.sandbox.jira.jql_tokens import JqlError
from connectors.sandbox.jira.show import Resource
from connectors.sandbox.jira.state import Webhook

PATH = "/rest/webhooks/1.0/webhook"
EVENTS = frozenset(
    [
        "jira:issue_created", "jira:issue_updated", "jira:issue_deleted", "comment_created", "comment_updated",
        "comment_deleted", "issuelink_created", "issuelink_deleted", "issue_property_set", "issue_property_deleted",
        "worklog_created", "worklog_updated", "worklog_deleted", "sprint_created", "sprint_updated", "sprint_deleted",
        "sprint_started", "sprint_closed", "jira:version_released", "jira:version_unreleased", "jira:version_created",
        "jira:version_moved", "jira:version_updated", "jira:version_deleted", "project_created", "project_updated",
        "project_deleted",
    ]
)  # fmt: skip
SECTION = "issue-related-events-section"
_BODY: dict[str, type | tuple[type, ...]] = {
    "name": str,
    "description": str,
    "url": str,
    "events": list,
    "filters": dict,
    "excludeBody": bool,
    "enabled": bool,
}
_LONGEST_NAME = 255


class Webhooks(Resource):
    """Admin webhooks. On Cloud with `secret`, which no reply tells."""

    async def list_all(self, request: web.Request) -> web.Response:
        administrator(request, self.site)
        return reply([self._shown(request, one) for one in self.site.webhooks.values()])

    async def get_one(self, request: web.Request) -> web.Response:
        administrator(request, self.site)
        return reply(self._shown(request, self._found(request)))

    async def post_one(self, request: web.Request) -> web.Response:
        person = administrator(request, self.site)
        body = await self._body(request)
        if not body.get("name") or not body.get("url"):
            raise JiraError(400, "A webhook needs a name and a URL.")
        base = f"{request.scheme}://{request.host}{self.base}"
        made = Webhook(
            self.site.next_id(), "", "", (), person, base, self.site.clock.now(), is_server(request)
        )
        self._change(made, body)
        self.site.webhooks[made.id] = made
        return reply(self._shown(request, made), 201)

    async def put_one(self, request: web.Request) -> web.Response:
        administrator(request, self.site)
        found = self._found(request)
        self._change(found, await self._body(request))
        return reply(self._shown(request, found))

    async def delete_one(self, request: web.Request) -> web.Response:
        administrator(request, self.site)
        del self.site.webhooks[self._found(request).id]
        return nothing()

    async def _body(self, request: web.Request) -> dict[str, Any]:
        allowed = _BODY if is_server(request) else _BODY | {"secret": str}
        body = await strict_body(request, **allowed)
        if len(body.get("name") or "") > _LONGEST_NAME:
            raise JiraError(400, errors={"name": f"The name is longer than {_LONGEST_NAME} characters."})
        if (url := body.get("url")) and not (urlsplit(url).scheme == "https" or is_this_machine(url)):
            raise JiraError(400, errors={"url": "The URL must be one of https."})
        unknown = [one for one in body.get("events") or () if one not in EVENTS]
        if unknown:
            raise JiraError(400, errors={"events": f"Unknown event: {unknown[0]}"})
        try:
            parse(_jql(body))
        except JqlError as error:
            raise JiraError(400, str(error)) from None
        return body

    def _change(self, hook: Webhook, body: dict[str, Any]) -> None:
        hook.name, hook.url = body.get("name") or hook.name, body.get("url") or hook.url
        if body.get("events") is not None:
            hook.events = tuple(body["events"])
        if body.get("filters") is not None:
            hook.jql = _jql(body)
        if body.get("excludeBody") is not None:
            hook.excludes_body = body["excludeBody"]
        if body.get("enabled") is not None:
            hook.enabled = body["enabled"]
        if "secret" in body:
            hook.secret = body["secret"] or None
        hook.updated = self.site.clock.now()

    def _found(self, request: web.Request) -> Webhook:
        text = request.match_info["webhook"]
        found = self.site.webhooks.get(int(text)) if text.isdecimal() else None
        if found is None:
            raise JiraError(404, f"There is no webhook with the id {text}.")
        return found

    def _shown(self, request: web.Request, hook: Webhook) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "name": hook.name,
            "url": hook.url,
            "excludeBody": hook.excludes_body,
            "filters": {SECTION: hook.jql},
            "events": list(hook.events),
            "enabled": hook.enabled,
            "self": f"{request.scheme}://{request.host}{self.base}{PATH}/{hook.id}",
            "lastUpdatedDisplayName": hook.creator.name,
            "lastUpdated": round(hook.updated.timestamp() * 1000),
        }
        return shown if is_server(request) else shown | {"isSigned": hook.secret is not None}

    def routes(self) -> list[web.RouteDef]:
        """What is served of webhooks."""
        many = f"{self.base}{PATH}"
        one = f"{many}/{{webhook}}"
        return [
            web.get(many, self.list_all),
            web.post(many, self.post_one),
            web.get(one, self.get_one),
            web.put(one, self.put_one),
            web.delete(one, self.delete_one),
        ]


def _jql(body: dict[str, Any]) -> str:
    given = (body.get("filters") or {}).get(SECTION) or ""
    if not isinstance(given, str):
        raise JiraError(400, errors={"filters": "A filter is a JQL query."})
    return given

"""What a person does on a ticket, by hand, and reads off it, on each kind of site. Nothing of the product is used."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from connectors.sandbox.jira.moves import move
from connectors.sandbox.server import Sandbox
from tests.support import loopback
from tests.support.acts.seen import FIELDS, Seen, Site
from tests.support.user_actions import ANN, TOKEN, JiraTicket, LinearTicket

PAT = "sandbox-dc-pat"
POLICY_LABELS = frozenset({"okr-aligned", "okr-orphaned", "okr-dangling"})
GROUPS = ("Key result", "Alignment")
RENAMED = {"KR health": "Health of the goal", "KR progress": "Progress of the goal"}
"""Names that people give fields in the table, by ours."""


class CloudTicket(JiraTicket):
    """An issue of Jira Cloud, by its id."""

    def seen(self) -> Seen:
        """What it shows of ours."""
        fields = self.fields
        links = [
            one["object"]
            for one in self._ask("GET", "/remotelink")
            if "truenorth" in (one.get("globalId") or "")
        ]
        titles = [f"{one['title']} {one.get('summary') or ''}" for one in links]
        return Seen(
            {_id(one): _percent(one) for one in titles},
            frozenset(fields["Labels"]) & POLICY_LABELS,
            {name: _plain(fields.get(name, fields.get(RENAMED.get(name, "")))) for name in FIELDS},
            len(comments := self.comments),
            any(one["key"] == "truenorth" for one in self._ask("GET", "/properties")["keys"]),
            (*comments, *titles, *fields),
        )

    @property
    def shown_key(self) -> str:
        """Its key, as plans name it."""
        return str(self._ask("GET")["key"])

    def fill(self, name: str, value: Any) -> None:
        """Ann writes into a field; where the site has none of the name there is nothing to do."""
        names = self._names()
        if name not in names:
            return
        if name in ("KR health", "Alignment") and value is not None:
            value = {"value": value}
        self._ask("PUT", fields={names[name]: value})

    def move_on(self, status: str) -> None:
        """Ann drags it to another column."""
        offered = self._ask("GET", "/transitions")["transitions"]
        self._ask(
            "POST",
            "/transitions",
            transition={"id": next(one["id"] for one in offered if one["name"] == status)},
        )

    def start(self) -> None:
        """Ann begins with it, or begins anew."""
        self.move_on("In Progress")

    def close(self) -> None:
        self.move_on("Done")

    def take_elsewhere(self) -> None:
        """Ann moves it to another project, which is a screen and no API."""
        world = self._sandbox.world.jira
        self._sandbox.call(lambda: move(world, world.issues[int(self.key)], world.projects["OPS"]))

    def duplicate(self, along: bool = False) -> CloudTicket:
        """Ann clones it."""
        reply = loopback.post(
            f"{self._sandbox.url}/__clone", json={"key": self.shown_key, "properties": along}
        )
        assert reply.is_success, reply.text
        return type(self)(self._sandbox, type(self)(self._sandbox, reply.json()["key"])._ask("GET")["id"])

    def overwrite_comment(self, text: str) -> None:
        """Ann edits our comment, where there is one."""
        paragraph = {"type": "paragraph", "content": [{"type": "text", "text": text}]}
        for one in self._ours():
            self._ask(
                "PUT", f"/comment/{one['id']}", body={"type": "doc", "version": 1, "content": [paragraph]}
            )

    def rename(self, kind: str, name: str, new: str) -> None:
        """An administrator renames a field, a filter or a dashboard of the site, where there is one of the name."""
        site = f"{self._sandbox.url}/jira/rest/api/3"
        admin = ("truenorth@acme.example", "sandbox-jira-token")
        listed = loopback.get(
            f"{site}/{kind}"
            + (
                ""
                if kind == "field"
                else "/search?maxResults=100&expand=description,sharePermissions,editPermissions"
            ),
            auth=admin,
        ).json()
        rows = listed if kind == "field" else listed["values"]
        for one in (one for one in rows if one["name"] == name):
            kept = ("description", "sharePermissions", "editPermissions") if kind != "field" else ()
            given = {"name": new} | {part: one[part] for part in kept if part in one}
            reply = loopback.put(f"{site}/{kind}/{one['id']}", auth=admin, json=given)
            assert reply.is_success, reply.text

    def drop_stamp(self) -> None:
        """Somebody deletes the property behind the scenes."""
        if any(one["key"] == "truenorth" for one in self._ask("GET", "/properties")["keys"]):
            self._ask("DELETE", "/properties/truenorth")

    def drop_traces(self) -> None:
        """Ann deletes our web links."""
        for one in self._ask("GET", "/remotelink"):
            if "truenorth" in (one.get("globalId") or ""):
                self._ask("DELETE", f"/remotelink/{one['id']}")


class ServerTicket(CloudTicket):
    """An issue of Jira Data Center, by its id."""

    def _ask(self, method: str, path: str = "", *, as_us: bool = False, **body: Any) -> Any:
        reply = loopback.request(
            method,
            f"{self._sandbox.url}/jira-dc/rest/api/2/issue/{self.key}{path}",
            auth=None if as_us else (ANN.partition("@")[0], TOKEN),
            headers={"Authorization": f"Bearer {PAT}"} if as_us else {},
            json=body or None,
        )
        assert reply.is_success, reply.text
        return reply.json() if reply.content else None

    def overwrite_comment(self, text: str) -> None:
        for one in self._ours():
            self._ask("PUT", f"/comment/{one['id']}", body=text)


class LinearIssue(LinearTicket):
    """An issue of Linear, by its id, or a project by its name."""

    @property
    def is_issue(self) -> bool:
        return self.key.count("-") == 4

    def seen(self) -> Seen:
        """What it shows of ours."""
        if not self.is_issue:
            traces = self.traces()
            cards = {_id(one["label"]): _percent(one["label"]) for one in traces}
            texts = [*self.comments, *(one["label"] for one in traces)]
            return Seen(cards, frozenset(), {}, len(self.comments), bool(traces), tuple(texts))
        parts = "identifier labels { nodes { name parent { name } } } attachments { nodes { title subtitle url metadata } }"
        node = self._ask(f"query Q($id: String!) {{ issue(id: $id) {{ {parts} }} }}", id=self.key)["issue"]
        traces = [
            one for one in node["attachments"]["nodes"] if "truenorth" in one["url"] + str(one["metadata"])
        ]
        titles = [f"{one['title']} {one['subtitle']}" for one in traces]
        labels = [(one["name"], (one["parent"] or {}).get("name")) for one in node["labels"]["nodes"]]
        return Seen(
            {_id(one): _percent(one) for one in titles if " · " in one},
            frozenset(name for name, _ in labels) & POLICY_LABELS,
            {group: next((_id(name) for name, above in labels if above == group), None) for group in GROUPS},
            len(comments := self.comments),
            any(one["metadata"].get("truenorth") for one in traces),
            (*comments, *titles, *(name for name, _ in labels)),
        )

    @property
    def shown_key(self) -> str:
        """Its identifier, as plans name it."""
        if not self.is_issue:
            return self.key
        found = self._ask("query Q($id: String!) { issue(id: $id) { identifier } }", id=self.key)
        return str(found["issue"]["identifier"])

    def start(self) -> None:
        """Ann begins with it, or begins anew."""
        team = self._node()["team"]["id"]
        query = "query Q($id: String!) { team(id: $id) { states { nodes { id type } } } }"
        states = self._ask(query, id=team)["team"]["states"]["nodes"]
        begun = next(one["id"] for one in states if one["type"] == "started")
        query = "mutation M($id: String!, $state: String!) { issueUpdate(id: $id, input: {stateId: $state}) { success } }"
        self._ask(query, id=self.key, state=begun)

    def take_elsewhere(self) -> None:
        """Ann moves it to another team."""
        teams = self._ask("query Q { teams { nodes { id key } } }")["teams"]["nodes"]
        there = next(one["id"] for one in teams if one["key"] == "MOB")
        query = "mutation M($id: String!, $team: String!) { issueUpdate(id: $id, input: {teamId: $team}) { success } }"
        self._ask(query, id=self.key, team=there)

    def duplicate(self, along: bool = False) -> LinearIssue:
        """Ann makes a copy."""
        reply = loopback.post(f"{self._sandbox.url}/__copy", json={"key": self.key, "attachments": along})
        assert reply.is_success, reply.text
        found = self._ask("query Q($id: String!) { issue(id: $id) { id } }", id=reply.json()["key"])
        return LinearIssue(self._sandbox, found["issue"]["id"])

    def choose(self, name: str) -> None:
        """Ann puts a child of a group on, which takes its sibling off; where there is no such label, nothing."""
        query = "query Q { issueLabels(first: 250) { nodes { id name parent { id } } } }"
        labels = self._ask(query)["issueLabels"]["nodes"]
        wanted = next((one for one in labels if _id(one["name"]) == name and one["parent"]), None)
        if wanted is None:
            return
        siblings = {one["id"] for one in labels if one["parent"] == wanted["parent"]}
        self._set(sorted({*(set(self._label_ids()) - siblings), wanted["id"]}))

    def overwrite_comment(self, text: str) -> None:
        """Ann tries to edit our comment, where there is one; Linear lets only its author."""
        if self.comments:
            assert "Forbidden" in self.write_over_comment(text)

    def rename(self, kind: str, name: str, new: str) -> None:
        """Ann renames a label or a view of the workspace, where there is one whose name begins so."""
        many, change = {"label": ("issueLabels", "issueLabel"), "view": ("customViews", "customView")}[kind]
        rows = self._ask(f"query Q {{ {many}(first: 250) {{ nodes {{ id name }} }} }}")[many]["nodes"]
        for one in (one for one in rows if one["name"] == name or one["name"].startswith(f"{name} · ")):
            query = f"mutation M($id: String!, $i: {change[0].upper()}{change[1:]}UpdateInput!)"
            query += f" {{ {change}Update(id: $id, input: $i) {{ success }} }}"
            self._ask(query, id=one["id"], i={"name": new})

    def leave_group(self, name: str) -> None:
        """Ann takes a child of a group off."""
        self._set([id_ for id_, called in self._label_ids().items() if _id(called) != name])


Subject = CloudTicket | ServerTicket | LinearIssue
TICKETS: dict[Site, Callable[[Sandbox, str], Subject]] = {
    "cloud": CloudTicket,
    "server": ServerTicket,
    "linear": LinearIssue,
}


def _id(text: str) -> str:
    return text.split(" · ")[0]


def _percent(text: str) -> int | None:
    found = re.search(r"(\d+) ?%", text)
    return int(found[1]) if found else None


def _plain(value: Any) -> Any:
    return value["value"] if isinstance(value, dict) else value

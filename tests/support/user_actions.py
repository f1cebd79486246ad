"""What a person sees and does on a ticket of either tracker, over HTTP with that person's own credential."""

from __future__ import annotations

import hashlib
import json
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

from connectors.sandbox.server import Sandbox
from tests.support import loopback

ANN = "ann.lee@acme.example"
TOKEN = "sandbox-person-token"
OURS = "okr-"


class Ticket(ABC):
    """An issue, an epic or a project, by its key or name.

    `metric` and `work` name the tickets of the example company that carry a key result on this tracker.
    """

    def __init__(self, sandbox: Sandbox, key: str) -> None:
        self._sandbox = sandbox
        self.key = key

    @property
    @abstractmethod
    def labels(self) -> set[str]:
        """All labels."""

    @property
    @abstractmethod
    def comments(self) -> list[str]:
        """The text of every comment that is ours by its words."""

    @property
    @abstractmethod
    def shown(self) -> dict[str, str]:
        """What the ticket tells of each key result, by id: title and percent, in the tracker's own way."""

    @abstractmethod
    def label(self, name: str) -> None:
        """Ann puts a label on."""

    @abstractmethod
    def unlabel(self, name: str) -> None:
        """Ann takes a label off."""

    @abstractmethod
    def close(self) -> None:
        """Ann sets it done."""

    @abstractmethod
    def drop_comments(self) -> None:
        """Our comments are deleted by one who may."""

    @property
    def ours(self) -> set[str]:
        """Labels of ours."""
        return {label for label in self.labels if label.startswith(OURS)}


class JiraTicket(Ticket):
    def _ask(self, method: str, path: str = "", *, as_us: bool = False, **body: Any) -> Any:
        reply = loopback.request(
            method,
            f"{self._sandbox.url}/jira/rest/api/3/issue/{self.key}{path}",
            auth=("truenorth@acme.example", "sandbox-jira-token") if as_us else (ANN, TOKEN),
            json=body or None,
        )
        assert reply.is_success, reply.text
        return reply.json() if reply.content else None

    @property
    def fields(self) -> dict[str, Any]:
        values = self._ask("GET")["fields"]
        return {name: values.get(id_) for name, id_ in self._names().items()}

    def _names(self) -> dict[str, str]:
        url = f"{self._sandbox.url}/jira/rest/api/3/field"
        return {one["name"]: one["id"] for one in loopback.get(url, auth=(ANN, TOKEN)).json()}

    @property
    def labels(self) -> set[str]:
        return set(self.fields["Labels"])

    @property
    def comments(self) -> list[str]:
        return [json.dumps(one["body"]) for one in self._ours()]

    def _ours(self) -> list[dict[str, Any]]:
        # Ours by author, so that an edited one still counts.
        comments = self._ask("GET", "/comment")["comments"]
        return [
            one
            for one in comments
            if one["author"].get("emailAddress") != ANN and _is_ours(json.dumps(one["body"]))
        ]

    @property
    def shown(self) -> dict[str, str]:
        links = self._ask("GET", "/remotelink")
        titles = [one["object"]["title"] for one in links if one.get("globalId", "").startswith("truenorth")]
        return {title.split(" · ")[0]: title for title in titles}

    def label(self, name: str) -> None:
        self._ask("PUT", update={"labels": [{"add": name}]})

    def unlabel(self, name: str) -> None:
        self._ask("PUT", update={"labels": [{"remove": name}]})

    def close(self) -> None:
        found = self._ask("GET", "/transitions")["transitions"]
        # Projects call it otherwise.
        (done,) = [one for one in found if one["to"]["name"] in ("Done", "Closed")]
        self._ask("POST", "/transitions", transition={"id": done["id"]})

    def drop_comments(self) -> None:
        for one in self._ours():
            self._ask("DELETE", f"/comment/{one['id']}", as_us=True)

    def write_over_comment(self, text: str) -> None:
        (one,) = self._ours()
        paragraph = {"type": "paragraph", "content": [{"type": "text", "text": text}]}
        self._ask("PUT", f"/comment/{one['id']}", body={"type": "doc", "version": 1, "content": [paragraph]})

    def set_field(self, name: str, value: Any) -> None:
        self._ask("PUT", fields={self._names()[name]: value})


class LinearTicket(Ticket):
    """An issue by its identifier, or a project by its name."""

    def _ask(self, query: str, *, as_us: bool = False, **variables: Any) -> Any:
        reply = loopback.post(
            f"{self._sandbox.url}/linear/graphql",
            headers={"Authorization": "sandbox-linear-token" if as_us else f"{TOKEN}:{ANN}"},
            json={"query": query, "variables": variables},
        ).json()
        assert "errors" not in reply, reply["errors"]
        return reply["data"]

    @property
    def is_issue(self) -> bool:
        return "-" in self.key

    def _node(self) -> dict[str, Any]:
        parts = "id labels { nodes { id name } } comments { nodes { id body } }"
        if self.is_issue:
            query = f"query Q($id: String!) {{ issue(id: $id) {{ {parts} team {{ id }}"
            query += " attachments { nodes { id url title subtitle } } } }"
            return dict(self._ask(query, id=self.key)["issue"])
        query = f"query Q($name: String!) {{ projects(filter: {{name: {{eq: $name}}}}) {{ nodes {{ {parts}"
        query += " externalLinks { nodes { id url label } } } } }"
        return dict(self._ask(query, name=self.key)["projects"]["nodes"][0])

    @property
    def labels(self) -> set[str]:
        return {one["name"] for one in self._node()["labels"]["nodes"]}

    @property
    def comments(self) -> list[str]:
        return [one["body"] for one in self._ours()]

    def _ours(self) -> Iterator[dict[str, Any]]:
        return (one for one in self._node()["comments"]["nodes"] if _is_ours(one["body"]))

    def traces(self) -> list[dict[str, Any]]:
        """Our attachments or external links."""
        node = self._node()
        traces = node.get("attachments") or node["externalLinks"]
        return [one for one in traces["nodes"] if "truenorth=" in one["url"]]

    @property
    def shown(self) -> dict[str, str]:
        titles = [one.get("title") or one["label"] for one in self.traces()]
        return {title.split(" · ")[0]: title for title in titles if " · " in title}

    def label(self, name: str) -> None:
        self._set(sorted({*self._label_ids(), self._label_id(name)}))

    def unlabel(self, name: str) -> None:
        self._set([id_ for id_, called in self._label_ids().items() if called != name])

    def _label_ids(self) -> dict[str, str]:
        return {one["id"]: one["name"] for one in self._node()["labels"]["nodes"]}

    def _label_id(self, name: str) -> str:
        query = (
            "query Q($name: String!) { issueLabels(filter: {name: {eqIgnoreCase: $name}}) { nodes { id } } }"
        )
        found = self._ask(query, name=name)["issueLabels"]["nodes"]
        if found:
            return str(found[0]["id"])
        query = "mutation M($input: IssueLabelCreateInput!) { issueLabelCreate(input: $input) { issueLabel { id } } }"
        given = {"id": str(uuid.UUID(bytes=hashlib.md5(name.encode()).digest(), version=4)), "name": name}  # noqa: S324  no secret
        return str(self._ask(query, as_us=True, input=given)["issueLabelCreate"]["issueLabel"]["id"])

    def _set(self, labels: list[str]) -> None:
        query = "mutation M($id: String!, $ids: [String!]) { issueUpdate(id: $id, input: {labelIds: $ids}) { success } }"
        self._ask(query, id=self.key, ids=labels)

    def swap(self, old: str, new: str) -> None:
        """Ann takes one label off and puts another on, at once, as a group of labels wants it."""
        kept = [id_ for id_, called in self._label_ids().items() if called != old]
        self._set([*kept, self._label_id(new)])

    def close(self) -> None:
        team = self._node()["team"]["id"]
        query = "query Q($id: String!) { team(id: $id) { states { nodes { id type } } } }"
        states = self._ask(query, id=team)["team"]["states"]["nodes"]
        done = next(one["id"] for one in states if one["type"] == "completed")
        query = "mutation M($id: String!, $state: String!) { issueUpdate(id: $id, input: {stateId: $state}) { success } }"
        self._ask(query, id=self.key, state=done)

    def estimate(self, points: int | None) -> None:
        """Ann sets its estimate, or takes it away."""
        query = "mutation M($id: String!, $points: Int) { issueUpdate(id: $id, input: {estimate: $points}) { success } }"
        self._ask(query, id=self.key, points=points)

    def drop_comments(self) -> None:
        query = "mutation M($id: String!) { commentDelete(id: $id) { success } }"
        for one in list(self._ours()):
            self._ask(query, as_us=True, id=one["id"])

    def write_over_comment(self, text: str) -> str:
        """The words with which Linear refuses."""
        (one,) = self._ours()
        query = "mutation M($id: String!, $body: String!) { commentUpdate(id: $id, input: {body: $body}) { success } }"
        reply = loopback.post(
            f"{self._sandbox.url}/linear/graphql",
            headers={"Authorization": f"{TOKEN}:{ANN}"},
            json={"query": query, "variables": {"id": one["id"], "body": text}},
        ).json()
        return str(reply["errors"][0]["message"])

    def updates(self) -> list[dict[str, Any]]:
        """The status updates on the project or initiative with this name that are not in the archive, oldest first."""
        parts = "nodes { id body health editedAt createdAt user { name } }"
        query = (
            f"query Q($name: String!) {{ projects(filter: {{name: {{eq: $name}}}}, first: 5) {{ nodes {{"
            f" projectUpdates {{ {parts} }} }} }} initiatives(filter: {{name: {{eq: $name}}}}, first: 5) {{ nodes {{"
            f" initiativeUpdates {{ {parts} }} }} }} }}"
        )
        places = self._ask(query, name=self.key)
        found = [
            one
            for place in (*places["projects"]["nodes"], *places["initiatives"]["nodes"])
            for one in (place.get("projectUpdates") or place["initiativeUpdates"])["nodes"]
        ]
        return sorted(found, key=lambda one: str(one["createdAt"]))

    def our_updates(self) -> list[dict[str, Any]]:
        """Those that are ours by their author and their words."""
        return [
            one for one in self.updates() if "Truenorth" in one["body"] or "Truenorth" in one["user"]["name"]
        ]

    def post_update(self, body: str, health: str) -> None:
        """Ann says how the project goes."""
        query = (
            "mutation M($input: ProjectUpdateCreateInput!) { projectUpdateCreate(input: $input) { success } }"
        )
        id_ = str(uuid.UUID(bytes=hashlib.md5(body.encode()).digest(), version=4))  # noqa: S324  no secret
        given = {"id": id_, "projectId": self._node()["id"], "body": body, "health": health}
        self._ask(query, input=given)

    def write_over_update(self, body: str) -> None:
        """Our update is edited by one who may."""
        query = "mutation M($id: String!, $body: String!) { projectUpdateUpdate(id: $id, input: {body: $body}) { success } }"
        (one,) = self.our_updates()
        self._ask(query, as_us=True, id=one["id"], body=body)

    def drop_updates(self, kind: str = "project") -> None:
        """Our updates are taken away by one who may."""
        query = f"mutation M($id: String!) {{ {kind}UpdateArchive(id: $id) {{ success }} }}"
        for one in self.our_updates():
            self._ask(query, as_us=True, id=one["id"])

    def drop_traces(self) -> None:
        """Ann deletes our attachments."""
        query = "mutation M($id: String!) { attachmentDelete(id: $id) { success } }"
        for one in self.traces():
            self._ask(query, id=one["id"])


def _is_ours(body: str) -> bool:
    return "Truenorth" in body

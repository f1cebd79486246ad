"""Every connector keeps to what `conformance` says: the fake of the pipeline's tests, Jira's two, Linear's."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from pydantic import SecretStr

from config.settings import Credentials
from config.trackers import JiraScope, JiraTracker, LinearScope, LinearTracker, NativeQuery, Tracker
from connectors.base import Connector
from connectors.errors import CredentialError, ScopeError, TrackerError, Unreachable
from connectors.http.retry import RetryPolicy
from connectors.http.throttle import Throttle
from connectors.model import StatusSpan, WorkItem
from connectors.registry import connect
from connectors.sandbox.jira.http import SERVER_TOKEN
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.connectors.conformance import OWNER, Conformance, Edit, Site, Wrong
from tests.support import loopback
from tests.support.builders import epic, item
from tests.support.fake_tracker import FakeTracker
from tests.support.jira_site import ANN

ITEMS = 60


class SandboxSite(Site):
    """A tracker of the sandbox, reached over HTTP with a connector from the registry."""

    path: ClassVar[str]
    email: ClassVar[str | None] = None

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._open: list[Connector] = []

    def tracker(self, scope: str | None) -> Tracker:
        """As it is declared; `scope` in place of the good one."""
        raise NotImplementedError

    def connect(self, owner: str = OWNER, wrong: Wrong | None = None) -> Connector:
        base = f"http://127.0.0.1:{closed_port()}" if wrong == "address" else self._sandbox.url
        token = "wrong-one" if wrong == "credential" else self.secret
        credentials = Credentials(token=SecretStr(token), email=self.email, url=f"{base}{self.path}")
        throttle = Throttle(RetryPolicy(attempts=3, sleep=lambda _: None))
        made = connect(
            "one",
            self.tracker("NOWHERE" if wrong == "scope" else None),
            credentials,
            owner,
            throttle=throttle,
        )
        self._open.append(made)
        return made

    def state(self) -> object:
        return loopback.get(f"{self._sandbox.url}/__world").content

    def writes(self) -> int:
        reads = ("/search", "/bulkfetch", "/list", "/graphql")
        return sum(
            1
            for one in self._sandbox.requests
            if one.operation == "mutation"
            or one.method in ("PUT", "DELETE")
            or (one.method == "POST" and not any(part in one.path for part in reads))
        )

    def requests(self) -> int:
        return len(self._sandbox.requests)

    def later(self) -> None:
        """A while passes."""
        clock = self._sandbox.world.clock
        self._sandbox.call(lambda: clock.advance(timedelta(minutes=1)))

    def edit(self, item: WorkItem, edit: Edit, other: WorkItem | None = None) -> None:
        self.later()
        self.edit_now(item, edit, other)
        self.later()

    def edit_now(self, item: WorkItem, edit: Edit, other: WorkItem | None) -> None:
        """See `Site.edit`, without the whiles."""
        raise NotImplementedError

    def close(self) -> None:
        for one in self._open:
            one.close()


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


class JiraSite(SandboxSite):
    path = "/jira"
    email: ClassVar[str | None] = "truenorth@acme.example"
    secret = "sandbox-jira-token"
    missing = "99999999"
    queries: ClassVar[Any] = {
        NativeQuery("jql", "project = WEB"): lambda one: one.project == "WEB",
        NativeQuery("jql", "statusCategory = Done AND project in (WEB, OPS)"): lambda one: not one.is_open,
    }
    malformed = (NativeQuery("jql", "project = = WEB"), NativeQuery("jql", "nonsense ~ 1"))

    def tracker(self, scope: str | None) -> Tracker:
        projects = ("WEB", scope) if scope else ("WEB", "OPS")
        return JiraTracker(kind="jira", url="https://acme.example", scope=JiraScope(projects=projects))

    def edit_now(self, item: WorkItem, edit: Edit, other: WorkItem | None) -> None:
        issue = f"{self._sandbox.url}/jira/rest/api/3/issue/{item.ref.id}"
        if edit == "deletion":
            reply = loopback.delete(issue, auth=ANN)
        elif edit == "status":
            offered = loopback.get(f"{issue}/transitions", auth=ANN).json()["transitions"]
            wanted = next(one for one in offered if one["to"]["name"] != item.status)
            reply = loopback.post(f"{issue}/transitions", auth=ANN, json={"transition": {"id": wanted["id"]}})
        else:
            fields = (
                {"summary": "Another title"}
                if edit == "title"
                else {"parent": {"id": other.ref.id if other else ""}}
            )
            reply = loopback.put(issue, auth=ANN, json={"fields": fields})
        assert reply.is_success, reply.text


class ServerSite(JiraSite):
    path = "/jira-dc"
    email: ClassVar[str | None] = None
    secret = SERVER_TOKEN

    def tracker(self, scope: str | None) -> Tracker:
        return super().tracker(scope).model_copy(update={"deployment": "data_center"})


class LinearSite(SandboxSite):
    path = "/linear/graphql"
    secret = "sandbox-linear-token"
    missing = "6f2b7a52-2f0c-4f2e-9d77-5b1f3a0c1e99"
    queries: ClassVar[Any] = {
        NativeQuery("filter", '{"team": {"key": {"eq": "ENG"}}}'): lambda one: (
            one.team == "ENG" and is_issue(one)
        ),
        NativeQuery("filter", '{"priority": {"eq": 1}}'): lambda one: (
            one.priority == "Urgent" and is_issue(one)
        ),
    }
    malformed = (NativeQuery("filter", "{"), NativeQuery("filter", '{"nonsense": {"eq": 1}}'))

    def state(self) -> object:
        """Without updates in the archive, where taken-back ones go: Linear has none but deprecated ways to delete."""
        world = loopback.get(f"{self._sandbox.url}/__world").json()
        table = world["linear"]["status_updates"]
        world["linear"]["status_updates"] = [row for row in table if row["archived_at"] is None]
        return world

    def tracker(self, scope: str | None) -> Tracker:
        return LinearTracker(
            kind="linear", scope=LinearScope(teams=("ENG", scope) if scope else ("ENG", "MOB"))
        )

    def edit_now(self, item: WorkItem, edit: Edit, other: WorkItem | None) -> None:
        if edit == "deletion":
            self._ask("mutation($id: String!) { issueDelete(id: $id) { success } }", id=item.ref.id)
            return
        given: dict[str, Any] = {"title": "Another title"}
        if edit == "parent":
            given = {"parentId": other.ref.id if other else ""}
        elif edit == "status":
            found = self._ask(
                "query($id: String!) { issue(id: $id) { team { states { nodes { id name type } } } } }",
                id=item.ref.id,
            )
            states = found["issue"]["team"]["states"]["nodes"]
            given = {"stateId": next(one["id"] for one in states if one["name"] != item.status)}
        self._ask(
            "mutation($id: String!, $input: IssueUpdateInput!) { issueUpdate(id: $id, input: $input) { success } }",
            id=item.ref.id,
            input=given,
        )

    def _ask(self, query: str, **variables: Any) -> Any:
        """A person asks or edits; the data."""
        token = "sandbox-person-token:ann.lee@acme.example"
        reply = loopback.post(
            f"{self._sandbox.url}/linear/graphql",
            headers={"Authorization": token},
            json={"query": query, "variables": variables},
        ).json()
        assert not reply.get("errors"), reply
        return reply["data"]


def is_issue(one: Any) -> bool:
    return one.level in ("issue", "subtask")


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox(generate(ITEMS, 3)) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.reset()
    running.forget_requests()
    return running


class OnSandbox(Conformance):
    kind: ClassVar[type[SandboxSite]]

    @pytest.fixture
    def site(self, sandbox: Sandbox) -> Iterator[Site]:
        found = self.kind(sandbox)
        yield found
        found.close()


class TestJiraCloud(OnSandbox):
    kind = JiraSite


class TestJiraDataCenter(OnSandbox):
    kind = ServerSite


class TestLinear(OnSandbox):
    kind = LinearSite


# --- The fake ------------------------------------------------------------------------------------


class FakeSite(Site):
    secret = "none-at-all"
    missing = "WEB-999"
    queries: ClassVar[Any] = {NativeQuery("jql", "done"): lambda one: not one.is_open}
    malformed = (NativeQuery("jql", "unheard of"),)

    def __init__(self) -> None:
        issues = [item(f"WEB-{nr}", "WEB-1", category="done" if nr > 9 else "doing") for nr in range(2, 13)]
        self._tracker = FakeTracker.of("jira", [epic("WEB-1"), *issues])
        done = frozenset(one.ref.id for one in issues if not one.is_open)
        self._tracker.found[NativeQuery("jql", "done")] = done
        self._tracker.answers["done"] = len(done)
        self._tracker.past = {one.ref: (StatusSpan(one.category, one.status, one.created),) for one in issues}
        self._tracker.described = {one.ref: ("word", one.key.casefold()) for one in issues}

    def connect(self, owner: str = OWNER, wrong: Wrong | None = None) -> Connector:
        faults: dict[str, type[TrackerError]] = {
            "credential": CredentialError, "address": Unreachable, "scope": ScopeError
        }  # fmt: skip
        return self._tracker.opened(owner, faults[wrong]("jira", "It is wrong.") if wrong else None)

    def state(self) -> object:
        return repr(sorted(self._tracker.items.items()))

    def writes(self) -> int:
        return len(self._tracker.writes)


class TestFakeTracker(Conformance):
    @pytest.fixture
    def site(self) -> Iterator[Site]:
        found = FakeSite()
        yield found
        found.close()

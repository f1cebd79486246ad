"""Webhooks of the Linear workspace: real deliveries to a receiver on this machine.

The facts are those of contracts/linear.md, section 17.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import msgspec
import pytest

from connectors.sandbox.linear.delivery import is_this_machine
from connectors.sandbox.linear.entities import Issue
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support import loopback
from tests.support.sandbox_linear_client import ANN, APP, INES, Linear

HOOK = "mutation ($i: WebhookCreateInput!) { webhookCreate(input: $i) { webhook { id secret enabled } } }"
UPDATE = "mutation ($id: String!, $i: IssueUpdateInput!) { issueUpdate(id: $id, input: $i) { success } }"
FAILURES = "query ($id: String!) { webhook(id: $id) { enabled failures { httpStatus executionId responseOrError } } }"


class Receiver:
    """A web server that keeps what it is sent and answers `status`."""

    def __init__(self) -> None:
        self.status = 200
        self.got: list[tuple[dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(outer.status)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def bodies(self) -> list[Any]:
        return [msgspec.json.decode(body) for _, body in self.got]


def eventually(holds: Callable[[], bool]) -> None:
    """Wait for what another thread does."""
    for _ in range(1000):
        if holds():
            return
        time.sleep(0.01)
    pytest.fail("it did not happen")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(generate(200, seed=3)) as sandbox:
        yield sandbox


@pytest.fixture
def linear(sandbox: Sandbox) -> Linear:
    return Linear(sandbox.url, sandbox.world.linear)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def hook(linear: Linear, url: str, *types: str, **more: Any) -> Any:
    given = {"url": url, "resourceTypes": list(types), "allPublicTeams": "teamId" not in more, **more}
    return linear.data(HOOK, INES, i=given)["webhookCreate"]["webhook"]


def some_issue(linear: Linear, key: str = "ENG") -> Issue:
    return next(issue for issue in linear.space.team(key).issues if issue.archived_at is None)


def advance(sandbox: Sandbox, seconds: float) -> None:
    loopback.post(f"{sandbox.url}/__clock", json={"advance_seconds": seconds}).raise_for_status()


def test_a_change_is_delivered_signed_with_what_was_before(linear: Linear, receiver: Receiver) -> None:
    made = hook(linear, receiver.url, "Issue", secret="s3cret")
    issue = some_issue(linear)
    title = issue.title
    linear.data(UPDATE, id=issue.id, i={"title": "Renamed", "dueDate": "2026-12-24"})
    eventually(lambda: len(receiver.got) == 1)
    headers, raw = receiver.got[0]
    body = msgspec.json.decode(raw)
    assert headers["linear-signature"] == hmac.new(b"s3cret", raw, hashlib.sha256).hexdigest()
    assert (headers["linear-event"], headers["user-agent"]) == ("Issue", "Linear-Webhook")
    assert (body["action"], body["type"], body["webhookId"]) == ("update", "Issue", made["id"])
    assert body["data"]["title"] == "Renamed"
    assert body["data"]["teamId"] == body["data"]["team"]["id"] == issue.team.id
    assert body["updatedFrom"]["title"] == title
    assert "dueDate" in body["updatedFrom"]
    assert body["actor"]["name"] == "Truenorth"
    now = linear.space.clock.now().timestamp() * 1000
    assert abs(now - body["webhookTimestamp"]) < 60_000


def test_rows_are_sent_as_they_come_change_and_go(linear: Linear, receiver: Receiver) -> None:
    hook(linear, receiver.url, "Comment", "Attachment", "Issue")
    issue = some_issue(linear)
    attach = "mutation ($i: AttachmentCreateInput!) { attachmentCreate(input: $i) { attachment { id } } }"
    card = {"issueId": issue.id, "title": "A", "url": "https://acme.example/a"}
    first = linear.data(attach, i=card)["attachmentCreate"]["attachment"]["id"]
    linear.data(attach, i=card | {"title": "B"})
    linear.data("mutation ($id: String!) { attachmentDelete(id: $id) { success } }", id=first)
    linear.data("mutation ($id: String!) { issueDelete(id: $id) { success } }", id=issue.id)
    eventually(lambda: len(receiver.got) >= 4)
    sent = sorted((body["type"], body["action"]) for body in receiver.bodies())
    assert sent == [
        ("Attachment", "create"), ("Attachment", "remove"), ("Attachment", "update"), ("Issue", "remove"),
    ]  # fmt: skip
    removed = next(body for body in receiver.bodies() if body["action"] == "remove")
    assert "url" not in removed


def test_labels_are_sent_as_ids(linear: Linear, receiver: Receiver) -> None:
    hook(linear, receiver.url, "Issue")
    issue, bug = some_issue(linear), next(one for one in linear.space.labels.values() if one.name == "Bug")
    issue.labels = []
    linear.data(UPDATE, id=issue.id, i={"addedLabelIds": [bug.id]})
    eventually(lambda: len(receiver.got) == 1)
    assert set(receiver.bodies()[0]["updatedFrom"]) == {"updatedAt", "labelIds"}


def test_teams_and_types_that_are_not_asked_for_stay_away(linear: Linear, receiver: Receiver) -> None:
    hook(linear, receiver.url, "Issue", teamId="MOB")
    hook(linear, receiver.url, "Comment")
    linear.space.team("PEO").visibility = "private"
    linear.data(UPDATE, id=some_issue(linear, "ENG").id, i={"title": "Other team"})
    member = f"sandbox-person-token:{linear.space.team('PEO').members[0].email}"
    say = "mutation ($i: CommentCreateInput!) { commentCreate(input: $i) { success } }"
    linear.data(say, member, i={"issueId": some_issue(linear, "PEO").id, "body": "Secret"})
    linear.data(UPDATE, id=some_issue(linear, "MOB").id, i={"title": "This one"})
    eventually(lambda: bool(receiver.got))
    assert [body["data"].get("title") for body in receiver.bodies()] == ["This one"]


def test_a_failed_delivery_is_tried_again_after_a_minute_an_hour_and_six(
    sandbox: Sandbox, linear: Linear, receiver: Receiver
) -> None:
    made = hook(linear, receiver.url, "Issue")
    receiver.status = 500
    linear.data(UPDATE, id=some_issue(linear).id, i={"title": "Unlucky"})
    for number, seconds in enumerate((61, 3601, 21601), start=1):
        eventually(lambda: len(linear.space.webhooks[made["id"]].failures) == number)  # noqa: B023
        assert len(receiver.got) == number
        receiver.status = 200 if number == 3 else 500
        advance(sandbox, seconds)
    eventually(lambda: len(receiver.got) == 4)
    assert len({headers["linear-delivery"] for headers, _ in receiver.got}) == 1
    seen = linear.data(FAILURES, INES, id=made["id"])["webhook"]
    assert seen["enabled"] is True
    assert [failure["httpStatus"] for failure in seen["failures"]] == [500, 500, 500]
    assert len({failure["executionId"] for failure in seen["failures"]}) == 1


@pytest.mark.parametrize("restamped", [True, False], ids=["restamped", "as-before"])
def test_whether_a_retry_is_stamped_anew_can_be_set(
    sandbox: Sandbox, linear: Linear, receiver: Receiver, restamped: bool
) -> None:
    linear.space.retries_restamped = restamped
    made = hook(linear, receiver.url, "Issue")
    receiver.status = 503
    linear.data(UPDATE, id=some_issue(linear).id, i={"title": "Twice"})
    eventually(lambda: len(linear.space.webhooks[made["id"]].failures) == 1)
    advance(sandbox, 61)
    eventually(lambda: len(receiver.got) == 2)
    first, second = (body["webhookTimestamp"] for body in receiver.bodies())
    assert (second - first >= 60_000) if restamped else second == first


def test_a_webhook_that_keeps_failing_is_disabled_and_enabled_by_hand(
    sandbox: Sandbox, linear: Linear, receiver: Receiver
) -> None:
    linear.space.patience = 1
    # Nothing listens there; and no address off this machine is ever called.
    made = hook(linear, "https://acme.example/hook", "Issue")
    row = linear.space.webhooks[made["id"]]
    linear.data(UPDATE, id=some_issue(linear).id, i={"title": "Gone"})
    for number, seconds in enumerate((61, 3601, 21601), start=1):
        eventually(lambda: len(row.failures) == number)  # noqa: B023
        advance(sandbox, seconds)
    eventually(lambda: not row.enabled)
    failure = linear.data(FAILURES, INES, id=made["id"])["webhook"]["failures"][-1]
    assert failure["httpStatus"] is None
    linear.data(UPDATE, id=some_issue(linear).id, i={"title": "Unheard"})
    mend = "mutation ($id: String!, $u: String) { webhookUpdate(id: $id, input: {enabled: true, url: $u}) { success } }"
    linear.data(mend, INES, id=made["id"], u=receiver.url)
    linear.data(UPDATE, id=some_issue(linear).id, i={"title": "Heard"})
    eventually(lambda: bool(receiver.got))
    assert [body["data"]["title"] for body in receiver.bodies()] == ["Heard"]


def test_a_rotated_secret_signs_from_now_on(linear: Linear, receiver: Receiver) -> None:
    made = hook(linear, receiver.url, "Issue", secret="old")
    rotate = "mutation ($id: String!) { webhookRotateSecret(id: $id) { secret } }"
    secret = linear.data(rotate, INES, id=made["id"])["webhookRotateSecret"]["secret"]
    linear.data(UPDATE, id=some_issue(linear).id, i={"title": "Signed anew"})
    eventually(lambda: bool(receiver.got))
    headers, raw = receiver.got[0]
    assert headers["linear-signature"] == hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


@pytest.mark.parametrize("token", [ANN, APP], ids=["member", "app"])
def test_webhooks_are_for_admins(linear: Linear, token: str) -> None:
    given = {"url": "http://127.0.0.1:9/", "resourceTypes": ["Issue"], "allPublicTeams": True}
    assert linear.error(HOOK, token=token, i=given)["extensions"]["type"] == "forbidden"
    assert linear.data("{ webhooks { nodes { id } } }", token)["webhooks"]["nodes"] == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"resourceTypes": ["Team"], "allPublicTeams": True}, "Argument Validation Error"),
        ({"resourceTypes": [], "allPublicTeams": True}, "Argument Validation Error"),
        ({"resourceTypes": ["Issue"]}, "teamId or allPublicTeams must be given"),
        ({"resourceTypes": ["Issue"], "teamId": "NONE"}, "Entity not found: Team"),
        ({"resourceTypes": ["Issue"], "allPublicTeams": True, "url": "ftp://x"}, "Argument Validation Error"),
    ],
    ids=["no-such-type", "no-type", "no-team", "wrong-team", "no-web-address"],
)
def test_a_webhook_that_cannot_work_is_refused(linear: Linear, given: dict[str, Any], message: str) -> None:
    assert linear.error(HOOK, token=INES, i={"url": "http://127.0.0.1/", **given})["message"] == message


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:80/", True),
        ("http://localhost/", True),
        ("http://[::1]:9/", True),
        ("https://acme.example/", False),
        ("http://127.0.0.1.acme.example/", False),
        ("http://10.0.0.1/", False),
        ("http://127.0.0.1@acme.example/", False),
    ],
    ids=str,
)
def test_only_this_machine_is_called(url: str, here: bool) -> None:
    assert is_this_machine(url) is here

"""Webhooks of the Jira site: who may make them, and real deliveries to a receiver on this machine.

The facts are those of contracts/jira.md, section 7.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from connectors.hooks.verdict import Worth
from connectors.jira.hooks import verify
from connectors.sandbox.jira.http import PERSON_TOKEN, SERVER_TOKEN, SERVICE_TOKEN
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support import loopback
from tests.support.hook_receiver import Receiver, eventually

ADMIN = ("truenorth@acme.example", SERVICE_TOKEN)
SECRET = "a secret of the site"
UPDATED = ("jira:issue_updated",)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(generate(100, seed=3)) as sandbox:
        yield sandbox


@pytest.fixture
def receiver(sandbox: Sandbox) -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    control(sandbox, copies=1, aged_seconds=0, lost=False)
    sandbox.call(sandbox.world.jira.webhooks.clear)
    receiver.close()


def ask(sandbox: Sandbox, method: str, path: str, body: Any = None, **more: Any) -> requests.Response:
    more = more or {"auth": ADMIN}
    site = "jira-dc" if "headers" in more else "jira"
    return requests.request(method, f"{sandbox.url}/{site}/rest/{path}", json=body, timeout=30, **more)


def hook(sandbox: Sandbox, url: str, *events: str, **more: Any) -> dict[str, Any]:
    body = {"name": "Truenorth", "url": url, "events": list(events or UPDATED), **more}
    answer = ask(sandbox, "POST", "webhooks/1.0/webhook", body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def control(sandbox: Sandbox, **given: Any) -> Any:
    answer = loopback.post(f"{sandbox.url}/__hooks", json=given)
    answer.raise_for_status()
    return answer.json()


def rename(sandbox: Sandbox, key: str, summary: str) -> None:
    answer = ask(sandbox, "PUT", f"api/3/issue/{key}", {"fields": {"summary": summary}})
    answer.raise_for_status()


def an_issue(sandbox: Sandbox, project: str = "WEB") -> tuple[int, str]:
    found = sandbox.world.jira.issues.values()
    return next((one.id, one.key) for one in found if one.project.key == project)


def test_a_change_is_delivered_signed_with_what_changed(sandbox: Sandbox, receiver: Receiver) -> None:
    made = hook(sandbox, receiver.url, secret=SECRET)
    assert made["isSigned"]
    assert SECRET not in str(made)
    number, key = an_issue(sandbox)
    rename(sandbox, key, "Delivered")
    eventually(lambda: len(receiver.got) == 1)
    headers, raw = receiver.got[0]
    body = receiver.bodies()[0]
    assert (body["webhookEvent"], body["issue_event_type_name"]) == ("jira:issue_updated", "issue_generic")
    assert (body["issue"]["key"], body["issue"]["fields"]["summary"]) == (key, "Delivered")
    assert [one["toString"] for one in body["changelog"]["items"]] == ["Delivered"]
    now = sandbox.call(sandbox.world.clock.now)
    found = verify(raw, headers, SECRET, now)
    assert (found.worth, found.items) == (Worth.NEWS, (str(number),))
    assert found.delivery == headers["x-atlassian-webhook-identifier"]


def test_each_hears_only_what_it_asked_for(sandbox: Sandbox, receiver: Receiver) -> None:
    only = {"issue-related-events-section": "project = OPS"}
    hook(sandbox, receiver.url, *UPDATED, "jira:issue_created", "jira:issue_deleted", filters=only)
    hook(sandbox, receiver.url, "comment_created")
    _, key = an_issue(sandbox)
    rename(sandbox, key, "Not of OPS")
    fields = {"project": {"key": "OPS"}, "issuetype": {"name": "Task"}, "summary": "New"}
    new = ask(sandbox, "POST", "api/3/issue", {"fields": fields}).json()["key"]
    said = {"type": "paragraph", "content": [{"type": "text", "text": "Said"}]}
    document = {"type": "doc", "version": 1, "content": [said]}
    assert ask(sandbox, "POST", f"api/3/issue/{key}/comment", {"body": document}).ok
    assert ask(sandbox, "DELETE", f"api/3/issue/{new}").ok
    eventually(lambda: len(receiver.got) == 3)
    told = sorted((one["webhookEvent"], one["issue"]["key"]) for one in receiver.bodies())
    assert told == [("comment_created", key), ("jira:issue_created", new), ("jira:issue_deleted", new)]
    assert {one["comment"]["body"] for one in receiver.bodies() if "comment" in one} == {"Said"}


def test_an_error_is_tried_again_and_a_refusal_is_not(sandbox: Sandbox, receiver: Receiver) -> None:
    hook(sandbox, receiver.url)
    _, key = an_issue(sandbox)
    receiver.status = 503
    rename(sandbox, key, "First")
    eventually(lambda: len(receiver.got) == 1)
    receiver.status = 401
    loopback.post(f"{sandbox.url}/__clock", json={"advance_seconds": 301}).raise_for_status()
    eventually(lambda: len(receiver.got) == 2)
    loopback.post(f"{sandbox.url}/__clock", json={"advance_seconds": 3600}).raise_for_status()
    receiver.status = 200
    rename(sandbox, key, "Second")
    eventually(lambda: len(receiver.got) == 3)
    first, again, second = (headers for headers, _ in receiver.got)
    name = "x-atlassian-webhook-identifier"
    assert first[name] == again[name] != second[name]
    assert again["x-atlassian-webhook-retry"] == "1"
    assert "x-hub-signature" not in first
    assert receiver.got[0][1] == receiver.got[1][1]


def test_what_goes_wrong_can_be_chosen(sandbox: Sandbox, receiver: Receiver) -> None:
    hook(sandbox, receiver.url, secret=SECRET)
    _, key = an_issue(sandbox)
    control(sandbox, copies=3, aged_seconds=7200)
    rename(sandbox, key, "Thrice")
    eventually(lambda: len(receiver.got) == 3)
    assert len({headers["x-atlassian-webhook-identifier"] for headers, _ in receiver.got}) == 1
    now = sandbox.call(sandbox.world.clock.now)
    assert {verify(raw, headers, SECRET, now).worth for headers, raw in receiver.got} == {Worth.HASTENS}
    control(sandbox, copies=1, aged_seconds=0, lost=True)
    rename(sandbox, key, "Lost")
    told = control(sandbox, lost=False, burst=20)
    assert told["linear"]["sent"] == {}
    eventually(lambda: len(receiver.got) == 23)
    assert "Lost" not in {
        one["changelog"]["items"][0]["toString"] for one in receiver.bodies() if "changelog" in one
    }


def test_only_administrators_see_and_make_them(sandbox: Sandbox, receiver: Receiver) -> None:
    made = hook(sandbox, receiver.url)
    person = ("ann.okafor@acme.example", PERSON_TOKEN)
    number = made["self"].rpartition("/")[2]
    for method, path in (("GET", ""), ("POST", ""), ("PUT", f"/{number}"), ("DELETE", f"/{number}")):
        path = f"webhooks/1.0/webhook{path}"
        assert ask(sandbox, method, path, {}, auth=person).status_code in (401, 403)
    assert [one["self"] for one in ask(sandbox, "GET", "webhooks/1.0/webhook").json()] == [made["self"]]
    changed = ask(
        sandbox, "PUT", f"webhooks/1.0/webhook/{number}", {"enabled": False, "secret": SECRET}
    ).json()
    assert (changed["enabled"], changed["isSigned"], changed["url"]) == (False, True, receiver.url)
    assert ask(sandbox, "DELETE", f"webhooks/1.0/webhook/{number}").status_code == 204
    assert ask(sandbox, "GET", f"webhooks/1.0/webhook/{number}").status_code == 404


def test_data_center_takes_no_secret_by_its_api(sandbox: Sandbox, receiver: Receiver) -> None:
    token = {"headers": {"Authorization": f"Bearer {SERVER_TOKEN}"}}
    body = {"name": "Truenorth", "url": receiver.url, "events": list(UPDATED)}
    assert ask(sandbox, "POST", "webhooks/1.0/webhook", body | {"secret": SECRET}, **token).status_code == 400
    made = ask(sandbox, "POST", "webhooks/1.0/webhook", body, **token)
    assert (made.status_code, "isSigned" in made.json()) == (201, False)
    rename(sandbox, an_issue(sandbox)[1], "Of the other deployment")
    eventually(lambda: len(receiver.got) == 1)
    assert "accountId" not in receiver.bodies()[0]["user"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"url": "http://okr.acme.example/hooks/jira"},
        {"events": ["jira:issue_renamed"]},
        {"filters": {"issue-related-events-section": "projekt ="}},
        {"colour": "red"},
    ],
    ids=["name", "address", "event", "filter", "unknown"],
)
def test_one_that_cannot_work_is_refused(sandbox: Sandbox, wrong: dict[str, Any]) -> None:
    body = {
        "name": "Truenorth",
        "url": "https://okr.acme.example/hooks/jira",
        "events": list(UPDATED),
    } | wrong
    assert ask(sandbox, "POST", "webhooks/1.0/webhook", body).status_code == 400
    assert sandbox.world.jira.webhooks == {}


@pytest.mark.parametrize(
    "wrong", [{"copies": 0}, {"aged_seconds": "1"}, {"lost": 1}, {"brust": 1}, {"burst": 1e9}]
)
def test_a_wrong_word_to_the_control_is_refused(sandbox: Sandbox, wrong: dict[str, Any]) -> None:
    assert loopback.post(f"{sandbox.url}/__hooks", json=wrong).status_code == 400

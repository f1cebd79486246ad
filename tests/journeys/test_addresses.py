"""The link on every ticket leads somewhere: followed on the sandbox, without a site, through an upgrade, setup and undo."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from config.okrs import KeyResult
from config.workspace import Workspace
from connectors.sandbox.linear.entities import Issue
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.align.pages import PageFinder
from sync.jobs.sandbox import examples
from tests.support.cli import AS_OF, Cli

NOWHERE = "https://truenorth.invalid/acme"
OURS = "truenorth=acme"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(generate(items=120, seed=3)) as running:
        yield running


def without_site(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the example company have no site of its own."""
    if not folder.exists():
        shutil.copytree(examples(), folder)
        monkeypatch.setenv("TRUENORTH_CONFIG", str(folder))
    file = folder / "truenorth.yaml"
    text = file.read_text(encoding="utf-8")
    assert "site: " in text
    file.write_text(re.sub(r"(?m)^site: .*\n", "", text), encoding="utf-8")


@pytest.fixture
def company(pointed: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Sandbox:
    without_site(tmp_path / "okrs", monkeypatch)
    return pointed


def web_links(sandbox: Sandbox) -> dict[str, list[str]]:
    """Addresses of our links on Jira, by key."""
    return {
        issue.key: [
            link.value["object"]["url"] for link in issue.remote_links if OURS in (link.global_id or "")
        ]
        for issue in sandbox.world.jira.issues.values()
        if any(OURS in (link.global_id or "") for link in issue.remote_links)
    }


def attachments(sandbox: Sandbox) -> list[str]:
    """Addresses of our attachments and project links on Linear."""
    linear = sandbox.world.linear
    found = [card.url for issue in linear.issues.values() for card in issue.attachments]
    found += [link.url for project in linear.projects.values() for link in project.external_links]
    return [url.partition("#")[0] for url in found if OURS in url]


def setup(run: Cli, *more: str) -> dict[str, Any]:
    ran = run("setup", "--format", "json", *more)
    assert ran.code == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def writes(run: Cli) -> int:
    ran = run("sync", *AS_OF, "--format", "json")
    assert ran.code in (0, 4), ran.err
    return len(json.loads(ran.out)["plan"]["changes"])


@pytest.mark.parametrize("deployment", ["pointed", "server"])
def test_every_link_on_jira_lists_the_ticket_itself(
    deployment: str, request: pytest.FixtureRequest, run: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    company: Sandbox = request.getfixturevalue(deployment)
    without_site(tmp_path / "okrs", monkeypatch)
    assert run("sync", *AS_OF, "--first-run").code == 0
    links = web_links(company)
    assert len(links) > 5
    for key, urls in links.items():
        for url in urls:
            # The page of the sandbox shows only so many, all of them in this world.
            page = httpx.get(url, follow_redirects=True)
            assert page.status_code == 200, url
            assert f"/browse/{key}" in page.text, (key, url)


def as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let addresses be those of versions that invented them."""

    def url_of(workspace: Workspace, key_result: KeyResult) -> str:
        return f"https://truenorth.invalid/{workspace.workspace}/kr/{key_result.id}"

    monkeypatch.setattr(Workspace, "url_of", url_of)
    monkeypatch.setattr(PageFinder, "of_note", lambda _self, _item: f"{NOWHERE}/alignment")


def test_an_upgrade_writes_nothing_and_setup_offers_one_counted_step(
    company: Sandbox, run: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as before:
        as_before(before)
        assert run("sync", *AS_OF, "--first-run").code == 0
        notes = sum(
            "/alignment" in card.url
            for one in company.world.linear.issues.values()
            for card in one.attachments
        )
        dead = [*attachments(company), *(url for urls in web_links(company).values() for url in urls)]
        assert dead
        assert {url[: len(NOWHERE)] for url in dead} == {NOWHERE}
    assert writes(run) == 0
    assert [*attachments(company), *(url for urls in web_links(company).values() for url in urls)] == dead

    planned = setup(run)["setup"]
    moved = planned["linear"]["addresses"]
    assert moved["attachments"] + moved["project_links"] == len(attachments(company))
    assert moved["to"][0] == 'the view "Work by key result"'
    assert planned["jira"]["addresses"]["web_links"] == sum(map(len, web_links(company).values()))
    assert [*attachments(company), *(url for urls in web_links(company).values() for url in urls)] == dead

    done = setup(run, "--apply")
    assert done["addresses"]["failed"] == done["addresses"]["skipped"] == 0
    now = [*attachments(company), *(url for urls in web_links(company).values() for url in urls)]
    assert len(now) == len(dead)
    assert not [url for url in now if url.startswith(NOWHERE)]
    assert setup(run)["setup"]["linear"] == {"actions": [], "problems": [], "addresses": None}
    assert "setup" in run("log").out
    # What setup made is filled by a sync; addresses are no reason to write.
    plan = json.loads(run("plan", *AS_OF, "--format", "json").out)["plan"]
    assert not [one for one in plan["changes"] if one["mark"] == "key_results" and one["tracker"] == "linear"]

    # A site that is declared is news on Jira. Linear's attachments stay until setup, and all but the notes change by it.
    file = tmp_path / "okrs" / "truenorth.yaml"
    file.write_text("site: https://okrs.example.com\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    plan = json.loads(run("plan", *AS_OF, "--format", "json").out)["plan"]
    assert {one["tracker"] for one in plan["changes"] if one["mark"] == "key_results"} == {"jira"}
    assert setup(run)["setup"]["linear"]["addresses"]["attachments"] == moved["attachments"] - notes


def test_a_step_that_was_cut_short_goes_on(
    company: Sandbox, run: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        as_before(before)
        assert run("sync", *AS_OF, "--first-run").code == 0
    company.fault("/linear/graphql", "status", operation="attachmentCreate", status=403)
    assert run("setup", "--apply").code == 3
    company.clear_faults()
    assert any(url.startswith(NOWHERE) for url in attachments(company))
    assert run("setup", "--apply").code == 0
    assert not [url for url in attachments(company) if url.startswith(NOWHERE)]


def test_removal_leaves_no_link_to_what_is_gone_and_undo_leaves_none_at_all(
    company: Sandbox, run: Cli
) -> None:
    assert run("setup", "--apply").code == 0
    assert run("sync", *AS_OF, "--first-run").code == 0
    moved = setup(run, "--remove")["setup"]["linear"]["addresses"]
    assert moved["attachments"] + moved["project_links"] == len(attachments(company))
    ran = run("setup", "--remove", "--apply")
    assert ran.code == 0, ran.out + ran.err
    assert not [url for url in attachments(company) if "/view/" in url]
    assert run("undo", "--all", "--apply").code == 0
    assert (attachments(company), web_links(company)) == ([], {})


def requests_to_linear(sandbox: Sandbox, run: Cli, *how: str) -> int:
    sandbox.forget_requests()
    assert run("plan", *how, *AS_OF).code == 0
    return sum("linear" in one.path for one in sandbox.requests)


def take_off(sandbox: Sandbox, issue: Issue) -> None:
    """Delete all attachments of an issue."""
    for card in issue.attachments:
        del sandbox.world.linear.attachments[card.id]
    issue.attachments.clear()


def plan_hash(run: Cli) -> str:
    return str(json.loads(run("plan", "--full", *AS_OF, "--format", "json").out)["plan"]["digest"])


def test_a_missing_view_is_not_linked_to_and_knowing_it_costs_no_request(company: Sandbox, run: Cli) -> None:
    assert run("sync", *AS_OF, "--first-run").code == 0
    alone = requests_to_linear(company, run, "--full")
    assert run("setup", "--apply").code == 0
    assert requests_to_linear(company, run, "--full") == alone
    assert run("plan", *AS_OF).code == 0
    known = requests_to_linear(company, run)
    company.world.linear.custom_views.clear()
    assert requests_to_linear(company, run) == known
    assert requests_to_linear(company, run, "--full") == alone
    item = next(
        one
        for one in company.world.linear.issues.values()
        if one.state.type == "started" and any("kr=" in card.url for card in one.attachments)
    )
    company.call(lambda: take_off(company, item))
    before = set(attachments(company))
    assert run("sync", *AS_OF, "--accept-plan", plan_hash(run)).code == 0
    assert set(attachments(company)) - before
    assert not [url for url in set(attachments(company)) - before if "/view/" in url]


def test_what_setup_made_is_told_with_its_address_told_again_and_linked_to(
    company: Sandbox, run: Cli
) -> None:
    ran = run("setup", "--apply")
    assert ran.code == 0, ran.out + ran.err
    assert run("sync", *AS_OF, "--first-run").code == 0
    views = {one.name: one.slug_id for one in company.world.linear.custom_views.values()}
    expected = {
        f"https://linear.app/acme/view/{views[name]}" for name in ("Work by key result", "Unaligned work")
    }
    found = attachments(company)
    assert {url.partition("?")[0] for url in found} == expected
    assert len(found) > 5
    assert all("kr" in parse_qs(urlsplit(url).query) for url in found if views["Work by key result"] in url)
    status = run("status", *AS_OF).words
    told = json.loads(run("status", *AS_OF, "--format", "json").out)["set_up"]
    names = {(one["kind"], one["name"]): one["address"] for some in told.values() for one in some}
    for kind, name in (
        ("filter", "Unaligned work"),
        ("view", "Work by key result"),
        ("view", "Unaligned projects"),
    ):
        address = names[kind, name]
        assert f"created {kind} {name}: {address}" in ran.words
        assert f"{kind} {name}: {address}" in status
    for address in names.values():
        if address.startswith(company.url) and "/secure/admin/" not in address:
            assert httpx.get(address, follow_redirects=True).status_code == 200, address
    assert run("undo", "--all", "--apply").code == 0
    assert run("setup", "--remove", "--apply").code == 0
    assert json.loads(run("status", *AS_OF, "--format", "json").out)["set_up"] == {}

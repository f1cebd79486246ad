"""Two that do not know of each other, a CI job and a pod without a shared volume, write to the same tickets.

Each has a store of its own, so no lease keeps them apart. However they meet, a ticket ends with one comment of ours;
twins from elsewhere, an older version or a store that is lost, are found and healed by the next run, which asks no more
of the tickets that are well.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from config.wording import counted
from connectors.jira.api import wire
from connectors.jira.connector import JiraConnector
from connectors.jira.write.batch_item import BatchItem
from connectors.jira.write.loader import IssueLoader
from connectors.jira.write.writer import JiraWriter
from connectors.model import WorkItem
from connectors.sandbox.jira.state import Issue
from connectors.sandbox.server import Sandbox
from sync.decide import Decision
from sync.jobs.reporter import Reporter
from sync.jobs.session import Session, open_session
from sync.jobs.sync import Synced, synchronise
from sync.plan.guards import GuardViolation
from sync.plan.overrides import Overrides
from tests.support.cli import AS_OF, Cli, writes
from tests.support.fault_run import comments_of_ours
from tests.support.in_turn import in_turn
from tests.support.processes import Process, command

pytestmark = pytest.mark.needs_server

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
LONGEST = 60
MARKER = "truenorth"


SITES = ("cloud", "data_center")
both_sites = pytest.mark.parametrize("site", SITES, indirect=True)
"""For tests of what the two do otherwise; the other tests take them in turn."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    in_turn(metafunc, "site", SITES)


@pytest.fixture
def site(request: pytest.FixtureRequest) -> Sandbox:
    """The example company with its Jira on the Cloud, or on Data Center."""
    fixture = "pointed" if request.param == "cloud" else "server"
    box: Sandbox = request.getfixturevalue(fixture)
    return box


class Paused(Reporter):
    """Waits, once it has planned, for what it is told to wait for."""

    def __init__(self, wait: Callable[[], object]) -> None:
        self._wait = wait

    def decided(self, run: Decision) -> None:  # noqa: ARG002
        self._wait()


class Agreed(Overrides):
    """Somebody has looked at every guard: how many items the other has left to change is a matter of timing."""

    def covers(self, stop: GuardViolation) -> bool:  # noqa: ARG002
        return True


@contextmanager
def two_stores() -> Iterator[tuple[Session, Session]]:
    stores = [f"sqlite:///{name}.db" for name in ("ci", "pod")]
    with (
        open_session(Settings(store=stores[0])) as ci,
        open_session(Settings(store=stores[1])) as pod,
    ):
        yield ci, pod


def together(*runs: Callable[[], Synced]) -> None:
    with ThreadPoolExecutor(len(runs)) as pool:
        done = [one.result(LONGEST) for one in [pool.submit(run) for run in runs]]
    assert all(one.applied is not None for one in done)


def sync(session: Session, wait: Callable[[], object] = lambda: None) -> Synced:
    return synchronise(session, NOW, Paused(wait), Agreed())


def side_by_side(ci: Session, pod: Session) -> None:
    """Both have read and planned before either writes, and write at once."""
    both = threading.Barrier(2)
    together(lambda: sync(ci, both.wait), lambda: sync(pod, both.wait))


def one_after_the_other(ci: Session, pod: Session) -> None:
    """Both have read and planned; the second writes what it planned once the first is done."""
    both, done = threading.Barrier(2), threading.Event()

    def first() -> Synced:
        ran = sync(ci, both.wait)
        done.set()
        return ran

    together(first, lambda: sync(pod, lambda: (both.wait(), done.wait(LONGEST))))


def one_within_the_other(ci: Session, pod: Session) -> None:
    """The first has announced its comments; the whole run of the second comes before they are sent."""
    announced, done = threading.Event(), threading.Event()
    jira = ci.connectors["jira"]
    assert isinstance(jira, JiraConnector)
    real = jira._client.call

    def call(method: str, path: str, *given: Any, **named: Any) -> Any:
        if method == "POST" and path.endswith("/comment") and not announced.is_set():
            announced.set()
            assert done.wait(LONGEST)
        return real(method, path, *given, **named)

    jira._client.call = call  # type: ignore[method-assign]

    def second() -> Synced:
        assert announced.wait(LONGEST)
        ran = sync(pod)
        done.set()
        return ran

    together(lambda: sync(ci), second)


def commented(site: Sandbox) -> list[Issue]:
    """The issues with a comment that bears our marker."""
    issues = site.world.jira.issues.values()
    return [one for one in issues if any(MARKER in comment.properties for comment in one.comments.values())]


def in_order(site: Sandbox) -> bool:
    """Whether each ticket has one comment of ours at most, and each stamp names what stands there."""
    assert sum(comments_of_ours(site.world).values()) > 10
    for issue in commented(site):
        ours = [one.id for one in issue.comments.values() if MARKER in one.properties]
        if [issue.properties[MARKER]["comment_id"]] != [str(id_) for id_ in ours]:
            return False
    return max(comments_of_ours(site.world).values()) == 1


@pytest.mark.parametrize(
    ("site", "meet"),
    [
        ("cloud", side_by_side),
        ("data_center", side_by_side),
        ("data_center", one_after_the_other),
        ("cloud", one_within_the_other),
    ],
    indirect=["site"],
)
def test_two_stores_leave_one_comment_and_the_next_run_of_either_is_quiet(
    site: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, meet: Callable[[Session, Session], None]
) -> None:
    monkeypatch.chdir(tmp_path)
    with two_stores() as (ci, pod):
        meet(ci, pod)
        for session in (ci, pod):
            again = sync(session)
            assert [edit.changes for edit in again.run.plan.edits if edit.item.shown.twins] == []
            assert in_order(site)
        site.forget_requests()
        assert sync(ci).run.plan.empty
        assert sync(pod).run.plan.empty
        assert writes(site) == []


def read_at_one_moment() -> Callable[[IssueLoader, WorkItem], wire.Issue]:
    """A look before writing in which all writers see a ticket as it was before any of them wrote."""
    real, seen, lock = IssueLoader.read, dict[str, wire.Issue](), threading.Lock()

    def read(self: IssueLoader, item: WorkItem) -> wire.Issue:
        with lock:
            if item.ref.id not in seen:
                seen[item.ref.id] = real(self, item)
            return seen[item.ref.id]

    return read


def test_twins_of_writers_that_did_not_look_are_healed_by_the_next_run(
    site: Sandbox, run: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with two_stores() as (ci, pod), monkeypatch.context() as older:
        older.setattr(JiraWriter, "_settle", lambda _self, _entries: None)
        older.setattr(IssueLoader, "read", read_at_one_moment())
        side_by_side(ci, pod)
    twins = sum(len(_ours(one)) - 1 for one in commented(site))
    assert twins >= 1  # how many is a matter of who comes first
    monkeypatch.setenv("TRUENORTH_STORE", "sqlite:///ci.db")
    planned = run("plan", *AS_OF)
    assert counted(twins, "duplicate comment") in planned.out
    assert "remove 1 duplicate comment" in planned.out
    assert run("sync", *AS_OF).code == 0
    assert in_order(site)
    site.forget_requests()
    assert "Nothing to write" in run("sync", *AS_OF).out
    assert writes(site) == []


def plant_twins(site: Sandbox, *, edited: bool) -> Issue:
    """A later twin of our comment on a ticket; `edited`: a person has edited the one that was there."""
    issue = commented(site)[edited]
    (ours,) = [one for one in issue.comments.values() if MARKER in one.properties]
    plant_twin(site, issue)
    if edited:
        site.call(lambda: setattr(ours, "update_author", issue.project.lead))
    return issue


def plant_twin(site: Sandbox, issue: Issue) -> None:
    def plant() -> None:
        (ours,) = [one for one in issue.comments.values() if MARKER in one.properties]
        twin = replace(ours, id=site.world.jira.next_id(), properties=dict(ours.properties))
        issue.comments[twin.id] = twin
        issue.updated = site.world.clock.now()

    site.call(plant)


def reads(site: Sandbox, run: Cli) -> int:
    site.forget_requests()
    assert run("plan", "--full", *AS_OF).code == 0
    return len([one for one in site.requests if "/rest/api/" in one.path])


@both_sites
def test_planted_twins_cost_no_request_more_and_are_healed(site: Sandbox, run: Cli) -> None:
    assert run("sync", *AS_OF, "--first-run").code == 0
    well = reads(site, run)
    plain, edited = plant_twins(site, edited=False), plant_twins(site, edited=True)
    kept = {plain.key: _ours(plain)[0], edited.key: _ours(edited)[1]}
    planned = run("plan", *AS_OF).out
    assert "2 duplicate comments" in planned
    assert reads(site, run) == well
    assert f"{plain.key}" in planned
    assert "remove 1 duplicate comment" in planned
    assert "leave 1 duplicate comment that a person edited" in planned
    theirs = edited.comments[_ours(edited)[0]]
    text = theirs.body
    assert run("sync", *AS_OF).code == 0
    assert (_ours(plain), _ours(edited)) == ([kept[plain.key]], [kept[edited.key]])
    assert theirs.id in edited.comments
    assert (theirs.body, MARKER in theirs.properties) == (text, False)
    assert [one.properties[MARKER]["comment_id"] for one in (plain, edited)] == [
        str(kept[one.key]) for one in (plain, edited)
    ]
    site.forget_requests()
    assert "Nothing to write" in run("sync", *AS_OF).out
    assert writes(site) == []
    assert reads(site, run) == well


def _ours(issue: Issue) -> list[int]:
    return sorted(one.id for one in issue.comments.values() if MARKER in one.properties)


def test_a_new_store_finds_twins_in_its_first_run(
    site: Sandbox, run: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("sync", *AS_OF, "--first-run").code == 0
    issue = plant_twins(site, edited=False)
    monkeypatch.setenv("TRUENORTH_STORE", "sqlite:///another.db")
    assert run("sync", *AS_OF).code == 0
    assert len(_ours(issue)) == 1


@both_sites
def test_a_ticket_with_more_comments_than_it_carries_is_listed(site: Sandbox, run: Cli) -> None:
    assert run("sync", *AS_OF, "--first-run").code == 0
    issue = commented(site)[0]
    (ours,) = [one for one in issue.comments.values() if MARKER in one.properties]

    def talk() -> None:
        for _ in range(30):
            said = replace(ours, id=site.world.jira.next_id(), properties={})
            issue.comments[said.id] = said

    site.call(talk)
    plant_twins(site, edited=False)
    assert run("sync", *AS_OF).code == 0
    assert _ours(issue) == [ours.id]


def killed_before_its_look(*arguments: str) -> None:
    """The command line, killed when its comments stand and it is about to look for another writer's."""

    def kill(_self: JiraWriter, entries: Sequence[BatchItem]) -> None:
        # Tickets are on their way side by side: one that gets no comment may be the first to come here.
        if any(one.work.has_new_comment for one in entries):
            os.kill(os.getpid(), signal.SIGKILL)

    JiraWriter._settle = kill  # type: ignore[method-assign, assignment]
    command(*arguments)


def test_one_killed_between_its_comment_and_its_look_leaves_one_comment(
    site: Sandbox, run: Cli, tmp_path: Path
) -> None:
    pod = {**os.environ, "TRUENORTH_STORE": "sqlite:///pod.db"}
    arguments = ("sync", *AS_OF, "--first-run")
    died = Process(killed_before_its_look, *arguments, folder=tmp_path, environment=pod).wait()
    assert died.code == -signal.SIGKILL, died.err
    assert commented(site)
    # What is left of a first run is a mass change, which somebody has to look at.
    digest = json.loads(run("plan", *AS_OF, "--format", "json").out)["plan"]["digest"]
    assert run(*arguments, "--accept-plan", digest).code == 0
    assert max(comments_of_ours(site.world).values()) == 1
    assert Process(command, *arguments, folder=tmp_path, environment=pod).wait().code == 0
    assert in_order(site)
    assert "Nothing to write" in run("sync", *AS_OF).out


def test_healing_many_trips_no_guard(
    site: Sandbox, run: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = tmp_path / "strict"
    shutil.copytree(os.environ["TRUENORTH_CONFIG"], strict)
    declared = strict / "truenorth.yaml"
    text, guarded = declared.read_text(), "guards: {share: 0.3, floor: 50, shrink: 0.2}"
    assert guarded in text
    none = "guards: {share: 0.01, floor: 0, project_share: 0.01, project_floor: 0, removed_share: 0.01, removed_floor: 0}"
    declared.write_text(text.replace(guarded, none))
    monkeypatch.setenv("TRUENORTH_CONFIG", str(strict))
    assert run("sync", *AS_OF, "--first-run").code == 0
    for issue in commented(site):
        plant_twin(site, issue)
    ran = run("sync", *AS_OF)
    assert ran.code == 0, ran.out
    assert in_order(site)

"""A sandbox of both trackers with nothing in it but what a test says, and a command line pointed at one of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest

from connectors.sandbox.company import Clock
from connectors.sandbox.jira.drafts import Draft
from connectors.sandbox.jira.generate import write_drafts
from connectors.sandbox.jira.http import SERVER_TOKEN
from connectors.sandbox.jira.plan import empty_site
from connectors.sandbox.jira.planted_lives import PlannedStory
from connectors.sandbox.linear.entities import Issue
from connectors.sandbox.linear.history import plant_spans
from connectors.sandbox.linear.workspace import WorkspaceBuilder
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import World
from sync.jobs.sandbox import environment
from tests.support.cli import Cli

Kind = Literal["cloud", "data_center", "linear"]
KINDS: tuple[Kind, ...] = ("cloud", "data_center", "linear")
Steps = Sequence[tuple[Literal["doing", "done", "dropped"], datetime]]
_TYPES = {"doing": "started", "done": "completed", "dropped": "canceled"}
_PROJECTS = {"WEB": "Onboarding v2", "OPS": "Faster API"}
"""What stands on Linear for a Jira project."""


@dataclass(frozen=True)
class Ticket:
    """An issue: where it is, since when, what became of it, its points, what hangs below it."""

    steps: Steps = ()
    points: float | None = None
    project: str = "WEB"
    label: str | None = None
    created: datetime = datetime(2026, 10, 2, 9, tzinfo=UTC)
    below: tuple[Ticket, ...] = field(default=())


def company(kind: Kind, tickets: Sequence[Ticket]) -> World:
    """A world with these tickets alone, all on Linear or all in Jira."""
    clock = Clock()
    site, builder = empty_site(clock), WorkspaceBuilder(1, clock, roomy=False)
    if kind == "linear":
        for ticket in tickets:
            _on_linear(builder, ticket, None)
    else:
        write_drafts(site, [draft for ticket in tickets for draft in _drafts(ticket, None)], 1)
    return World(seed=1, clock=clock, jira=site, linear=builder.space, items=len(tickets))


def _drafts(ticket: Ticket, above: Draft | None) -> Iterator[Draft]:
    draft = Draft(
        ticket.project,
        "Sub-task" if above else "Story",
        "Work",
        "other",
        ticket.created + (timedelta(hours=1) if above else timedelta()),
        parent=above,
        labels=(ticket.label,) if ticket.label else (),
        planned=PlannedStory("", "", ticket.steps, ticket.points),
    )
    yield draft
    for one in ticket.below:
        yield from _drafts(one, draft)


def _on_linear(builder: WorkspaceBuilder, ticket: Ticket, above: Issue | None) -> None:
    space, team = builder.space, builder.space.team("ENG")
    team.last_number += 1
    steps = [(at, team.state(_TYPES[kind])) for kind, at in ticket.steps]
    last = steps[-1] if steps else None
    issue = Issue(
        **builder.row(ticket.created + (timedelta(hours=1) if above else timedelta())),
        number=team.last_number,
        title="Work",
        team=team,
        state=last[1] if last else team.state("unstarted"),
        sort_order=-float(team.last_number),
        creator=team.members[0],
        estimate=None if ticket.points is None else int(ticket.points),
        project=builder.project(_PROJECTS[ticket.project]),
        parent=above,
        started_at=next((at for at, state in steps if state.type == "started"), None),
        completed_at=last[0] if last and last[1].type == "completed" else None,
        canceled_at=last[0] if last and last[1].type == "canceled" else None,
        labels=[builder.label(ticket.label)] if ticket.label else [],
    )
    plant_spans(space, issue, [(issue.created_at, team.state("unstarted")), *steps])
    issue.updated_at = last[0] if last else issue.created_at
    if issue.project is not None:
        issue.project.issues.append(issue)
    if above is not None:
        above.children.append(issue)
    team.issues.append(issue)
    space.issues[issue.id] = space.identifiers[issue.identifier] = issue
    for one in ticket.below:
        _on_linear(builder, one, issue)


@contextmanager
def lead(
    kind: Kind, tickets: Sequence[Ticket], key_results: Sequence[str], patch: pytest.MonkeyPatch, folder: Path
) -> Iterator[Sandbox]:
    """A running company whose lead declared these key results, each a line of YAML; WEB and OPS stand for projects."""
    trackers = {
        "cloud": 'jira: {kind: jira, url: "https://acme.atlassian.net", scope: {projects: [WEB, OPS]}}',
        "data_center": 'jira: {kind: jira, deployment: data_center, url: "https://jira.acme.example", '
        "scope: {projects: [WEB, OPS]}}",
        "linear": "linear: {kind: linear, scope: {teams: [ENG]}}",
    }
    lines = "\n".join(f"      - {one}" for one in key_results)
    for name, project in _PROJECTS.items() if kind == "linear" else ():
        lines = lines.replace(f"project: {name}", f"project: {project}")
    file = folder / "lead.yaml"
    file.write_text(
        "workspace: acme\nsite: https://okrs.example.com\ntime_zone: Europe/Paris\n"
        f"trackers:\n  {trackers[kind]}\n"
        "cycles: {2026-Q4: {start: 2026-10-01, end: 2026-12-31}}\n"
        f"objectives:\n  - id: O\n    title: Better\n    cycle: 2026-Q4\n    key_results:\n{lines}\n",
        encoding="utf-8",
    )
    with Sandbox(company(kind, tickets)) as sandbox:
        for name, value in environment(sandbox).items():
            patch.setenv(name, value)
        patch.setenv("TRUENORTH_CONFIG", str(file))
        if kind == "data_center":
            patch.delenv("TRUENORTH_JIRA_EMAIL")
            patch.setenv("TRUENORTH_JIRA_URL", f"{sandbox.url}/jira-dc")
            patch.setenv("TRUENORTH_JIRA_TOKEN", SERVER_TOKEN)
        yield sandbox


def reading(run: Cli, key_result: str, as_of: str = "2026-11-16T09:00Z") -> dict[str, Any]:
    """What `truenorth status` says of one key result, as JSON."""
    ran = run("status", "--fresh", "--as-of", as_of, "--format", "json")
    assert ran.code == 0, ran.err
    found = [
        one
        for objective in json.loads(ran.out)["scorecard"]
        for one in objective["key_results"]
        if one["key_result"] == key_result
    ]
    assert len(found) == 1
    return dict(found[0])

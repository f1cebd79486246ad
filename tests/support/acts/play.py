"""All acts of the table on one site, side by side on tickets of their own: what was planned, shown and left.

Per world: setup, the acts before the first write, the first sync; then, step by step, the acts, a plan (another one that
reads all, where the tracker does not tell of every act), a sync, a sync that has nothing to write; at the end undo and the removal of setup, beside a twin in which people did the same and
Truenorth never was.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import structlog

from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.cli import app
from tests.support import loopback
from tests.support.acts.declaration import declaration
from tests.support.acts.seen import Goals, Seen, Site
from tests.support.acts.table import LAST_PHASE, Row
from tests.support.acts.tickets import TICKETS, Subject
from tests.support.acts.world_left import WorldLeft, add_options_by_hand, left_in
from tests.support.cli import AS_OF, Ran
from tests.support.user_actions import ANN, TOKEN

ITEMS, SEED = 60, 3
WEEKS_BEFORE, NOW = "2026-09-14T08:00:00+00:00", "2026-11-16T09:00:00+00:00"
JIRA_HEAD = {"cloud": "jira", "server": "jira-dc"}


@dataclass
class Planned:
    """What a plan says: `lines` by row, its notes, and the ids and keys of what it changes."""

    lines: dict[str, str]
    notes: list[str]
    changed: set[str]


@dataclass
class Phase:
    """What came of one step of all rows. `planned`: by row; `left_over`: ids of items that the second sync still wrote to."""

    planned: dict[str, Planned]
    seen: dict[str, Seen]
    left_over: set[str]
    writes: list[str]
    goals: Goals


@dataclass
class Story:
    """What came of all rows of one world on one site; `left` and `without` by row: with Truenorth undone, and never there;
    `elsewhere` likewise of all that is on no row's ticket."""

    keys: dict[int, dict[str, str]] = field(default_factory=dict)
    phases: list[Phase] = field(default_factory=list)
    ran: list[tuple[str, Ran]] = field(default_factory=list)
    left: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    without: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    ours: list[str] = field(default_factory=list)
    elsewhere: dict[str, Any] = field(default_factory=dict)
    elsewhere_without: dict[str, Any] = field(default_factory=dict)


class Cast:
    """The rows' tickets in one world. `acts` are the same in the world with Truenorth and in its twin."""

    def __init__(self, sandbox: Sandbox, site: Site, rows: list[Row]) -> None:
        self.sandbox, self.site, self.rows = sandbox, site, rows
        self.tickets: dict[str, Subject] = {}
        self.all: dict[str, list[Subject]] = {}
        self.above: dict[str, Subject] = {}

    def open_tickets(self) -> None:
        """Ann opens them, weeks before."""
        for moment, is_new in ((WEEKS_BEFORE, False), (NOW, True)):
            self._clock(moment)
            for number, row in enumerate(self.rows):
                if row.ticket.is_new == is_new:
                    self._open_as(row, number)

    def _open_as(self, row: Row, number: int) -> None:
        if row.ticket.below is not None:
            self.above[row.act] = TICKETS[self.site](
                self.sandbox, self._open(f"Goal {number}", number, kind="Epic")
            )
        above, kind = self.above.get(row.act), "Epic" if row.ticket.project else "Task"
        key = self._project_of(row) or self._open(f"Chore {number}", number, above, kind)
        ticket = TICKETS[self.site](self.sandbox, key)
        if self._project_of(row) is None:
            for label in row.ticket.labels:
                ticket.label(label)
            if row.ticket.started:
                ticket.start()
        self.tickets[row.act], self.all[row.act] = ticket, [ticket]

    def _project_of(self, row: Row) -> str | None:
        """The project of Linear that is the row's ticket."""
        return row.ticket.project if self.site == "linear" else None

    def rules(self) -> list[tuple[str, dict[str, str]]]:
        """What the goals name: key results, and the condition that names a ticket or its parent."""
        found: list[tuple[str, dict[str, str]]] = []
        for row in self.rows:
            if row.ticket.named:
                project, first = self._project_of(row), self.all[row.act][0]
                found.append(
                    (row.ticket.named, {"project": project} if project else {"key": first.shown_key})
                )
            if row.ticket.below:
                found.append((row.ticket.below, {"key": self.above[row.act].shown_key}))
        return found

    def act_first(self) -> None:
        for row in self.rows:
            if row.first is not None:
                self._do(row, row.first)

    def act(self, number: int) -> None:
        for row in self.rows:
            deed = row.steps[number].deed if number < len(row.steps) else None
            if deed is not None:
                self._do(row, deed)

    def _do(self, row: Row, deed: Any) -> None:
        made = deed(self.tickets[row.act])
        if made is not None:
            self.tickets[row.act] = made
            self.all[row.act].append(made)

    def _clock(self, moment: str) -> None:
        assert loopback.post(f"{self.sandbox.url}/__clock", json={"set": moment}).is_success

    def _open(self, title: str, number: int, above: Subject | None = None, kind: str = "Task") -> str:
        """The id of a new ticket, below another one or not."""
        if self.site != "linear":
            url = f"{self.sandbox.url}/jira/rest/api/3/issue"
            fields: dict[str, Any] = {
                "project": {"key": "WEB"},
                "issuetype": {"name": kind},
                "summary": title,
            }
            fields |= {"parent": {"id": above.key}} if above else {}
            reply = loopback.post(url, auth=(ANN, TOKEN), json={"fields": fields})
            assert reply.is_success, reply.text
            return str(reply.json()["id"])
        team = next(one.id for one in self.sandbox.world.linear.teams.values() if one.key == "ENG")
        query = "mutation M($i: IssueCreateInput!) { issueCreate(input: $i) { issue { id } } }"
        # Ids as a client may choose them, so that they are the same in the twin.
        id_ = f"00000000-0000-4000-{'9' if kind == 'Epic' else '8'}000-{number:012d}"
        given = {"id": id_, "teamId": team, "title": title} | ({"parentId": above.key} if above else {})
        reply = loopback.post(
            f"{self.sandbox.url}/linear/graphql",
            headers={"Authorization": f"{TOKEN}:{ANN}"},
            json={"query": query, "variables": {"i": given}},
        )
        return str(reply.json()["data"]["issueCreate"]["issue"]["id"])


class Play:
    """One world of the table on one site, played from the beginning to the end."""

    def __init__(self, site: Site, rows: list[Row], goals: Goals, folder: Path) -> None:
        self._site, self._rows, self._goals, self._folder = site, rows, dict(goals), folder
        self._story = Story()

    def run(self) -> Story:
        """Play it, and the twin."""
        with pytest.MonkeyPatch.context() as patch, Sandbox(generate(ITEMS, SEED)) as sandbox:
            self._point_at(sandbox, patch)
            cast = Cast(sandbox, self._site, self._rows)
            cast.open_tickets()
            self._declare(cast)
            self._type("setup", "--apply")
            if self._site == "server":
                add_options_by_hand(sandbox)
            cast.act_first()
            for number in range(-1, LAST_PHASE):
                self._phase(cast, number)
            self._type("undo", "--all", "--apply")
            self._type("setup", "--remove", "--apply")
            world = WorldLeft(sandbox, self._site)
            self._story.left = {row.act: left_in(world, cast.all[row.act]) for row in self._rows}
            self._story.ours = list(world.ours())
            self._story.elsewhere = world.elsewhere(_shown_keys(cast))
        with Sandbox(generate(ITEMS, SEED)) as twin:
            cast = Cast(twin, self._site, self._rows)
            cast.open_tickets()
            cast.act_first()
            for number in range(LAST_PHASE):
                cast.act(number)
            world = WorldLeft(twin, self._site)
            # Labels that people made have no owner; they may stay in the list as they would have without us.
            theirs = {one for one in world.ours() if one.startswith("label ")}
            self._story.ours = [one for one in self._story.ours if one not in theirs]
            self._story.elsewhere_without = world.elsewhere(_shown_keys(cast))
            self._story.without = {row.act: left_in(world, cast.all[row.act]) for row in self._rows}
        return self._story

    def _phase(self, cast: Cast, number: int) -> None:
        """The rows' acts with this number, and what the next runs make of them; -1: before the first write."""
        if number >= 0:
            cast.act(number)
            for row in self._rows:
                step = row.steps[number] if number < len(row.steps) else None
                if step is not None and step.declares is not None:
                    self._goals = dict(step.declares(self._goals))
            self._declare(cast)
            if any(row.steps[number].sets_up for row in self._rows if number < len(row.steps)):
                self._type("setup", "--apply")
        keys = {row.act: cast.tickets[row.act].shown_key for row in self._rows}
        self._story.keys[number] = keys
        soon, late = self._plan(keys), [row.act for row in self._rows if row.is_late(number, self._site)]
        planned = dict.fromkeys(keys, soon) | (
            dict.fromkeys(late, self._plan(keys, "--full")) if late else {}
        )
        self._type("sync", *AS_OF, "--first-run")
        cast.sandbox.forget_requests()
        again = json.loads(self._type("sync", *AS_OF, "--format", "json").out)["plan"]
        writes = [
            f"{one.method} {one.path}" for one in cast.sandbox.requests
            if one.method in ("PUT", "DELETE") or one.operation == "mutation"
            or (one.method == "POST" and one.path.endswith(("/comment", "/remotelink", "/bulk/issues/fields")))
        ]  # fmt: skip
        self._story.phases.append(
            Phase(
                planned,
                {row.act: cast.tickets[row.act].seen() for row in self._rows},
                {one for change in again["changes"] for one in (change["id"], change["key"])},
                writes,
                dict(self._goals),
            )
        )

    def _plan(self, keys: dict[str, str], *more: str) -> Planned:
        """What a plan says of the rows with these keys."""
        text = self._type("plan", *AS_OF, *more).out
        told = json.loads(self._type("plan", *AS_OF, *more, "--format", "json").out)
        return Planned(
            {act: _line_of(text, key) for act, key in keys.items()},
            [*told["plan"]["notes"], *(note for one in told["pulled"] for note in one["notes"])],
            {one for change in told["plan"]["changes"] for one in (change["id"], change["key"])},
        )

    def _point_at(self, sandbox: Sandbox, patch: pytest.MonkeyPatch) -> None:
        patch.chdir(self._folder)
        patch.setenv("COLUMNS", "400")
        patch.setenv("TRUENORTH_CONFIG", str(self._folder / "acts.yaml"))
        if self._site == "linear":
            patch.setenv("TRUENORTH_LINEAR_URL", f"{sandbox.url}/linear/graphql")
            patch.setenv("TRUENORTH_LINEAR_TOKEN", "sandbox-linear-token")
            return
        is_cloud = self._site == "cloud"
        patch.setenv("TRUENORTH_JIRA_URL", f"{sandbox.url}/{JIRA_HEAD[self._site]}")
        patch.setenv("TRUENORTH_JIRA_TOKEN", "sandbox-jira-token" if is_cloud else "sandbox-dc-pat")
        if is_cloud:
            patch.setenv("TRUENORTH_JIRA_EMAIL", "truenorth@acme.example")

    def _type(self, *arguments: str) -> Ran:
        """A command as a user types it."""
        out, err = io.StringIO(), io.StringIO()
        code: object = 0
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", ["truenorth", *arguments])
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                try:
                    app.main()
                except SystemExit as stopped:
                    code = stopped.code
        structlog.reset_defaults()
        ran = Ran(int(code) if isinstance(code, int) else 1 if code else 0, out.getvalue(), err.getvalue())
        self._story.ran.append((" ".join(arguments), ran))
        return ran

    def _declare(self, cast: Cast) -> None:
        """Write the goals as they are now, with rules for the tickets that they name."""
        # JSON is YAML.
        declared = json.dumps(
            declaration(self._site, self._goals, cast.rules()), ensure_ascii=False, indent=1
        )
        (self._folder / "acts.yaml").write_text(declared)


def _line_of(plan: str, key: str) -> str:
    """The line of the plan's table that says what would change on an item; empty without one."""
    table = plan.partition("\nPlan\n")[2]
    return next((line for line in table.splitlines() if line.startswith(f"{key} ")), "")


def _shown_keys(cast: Cast) -> set[str]:
    """The ids, or names, of all tickets of the rows."""
    return {ticket.key for tickets in cast.all.values() for ticket in tickets}

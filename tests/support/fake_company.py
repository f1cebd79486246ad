"""Two trackers in memory behind the command line, after a first sync and with something new to write."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import TrackerError
from connectors.model import Ref, WorkItem
from connectors.setup import Action, Need, Provisioning
from tests.support.builders import ref
from tests.support.cli import AS_OF, Cli, Ran
from tests.support.fake_sessions import ITEMS
from tests.support.fake_tracker import FakeTracker

DECLARED = """\
workspace: acme
trackers:
  jira: {kind: jira, url: "https://acme.example", scope: {projects: [WEB]}}
  linear: {kind: linear, scope: {teams: [ENG]}}
cycles:
  2026-Q4: {start: 2026-10-01, end: 2026-12-31}
objectives:
  - {id: O, title: Objective, cycle: 2026-Q4, key_results: [{id: KR1, title: One, measure: {kind: work}}]}
"""


class CompanyTracker(FakeTracker):
    """A tracker that setup knows, too."""

    def provisioner(self) -> CompanyTracker:
        return self

    def plan(self, need: Need, made: Mapping[str, str]) -> Provisioning:  # noqa: ARG002
        if self.read_fault is not None:
            raise self.read_fault
        return Provisioning(() if "field F" in made else (Action("field", "F", "create", "does not exist"),))

    removal = plan

    def carry(self, action: Action, made: Mapping[str, str]) -> str | None:  # noqa: ARG002
        if fault := self.write_faults.get("setup"):
            raise fault if isinstance(fault, TrackerError) else TypeError(fault)
        return "1"

    def address(self, what: str, made: Mapping[str, str]) -> str:
        return f"https://{self.name}.example/{what.replace(' ', '/')}" if what in made else ""

    def places(self) -> Mapping[str, str]:
        return {}


@dataclass
class Company:
    """The trackers, and commands typed at them."""

    trackers: dict[str, CompanyTracker]
    run: Cli

    def fail(self, fault: Callable[[str], TrackerError], *names: str) -> None:
        """Every read of these trackers comes to the fault; of all of them where none is named."""
        for name in names or self.trackers:
            self.trackers[name].read_fault = fault(name)

    def json(self, *command: str) -> tuple[Ran, Any]:
        """What a command came to, and its JSON."""
        ran = self.run(*command, "--format", "json")
        return ran, json.loads(ran.out)


@dataclass(frozen=True)
class Prepared:
    """A folder with a store and a saved plan, and the items as they are after it."""

    folder: Path
    items: Mapping[str, Mapping[Ref, WorkItem]]

    def company(self, here: Path, run: Cli, monkeypatch: pytest.MonkeyPatch) -> Company:
        """A copy to play with in `here`, to which the command line is pointed."""
        shutil.copytree(self.folder, here, dirs_exist_ok=True)
        return connected({name: dict(items) for name, items in self.items.items()}, run, monkeypatch)


def connected(items: Mapping[str, dict[Ref, WorkItem]], run: Cli, monkeypatch: pytest.MonkeyPatch) -> Company:
    """Trackers with these items, to which the command line is pointed."""
    trackers = {name: CompanyTracker(name, some) for name, some in items.items()}
    monkeypatch.setattr("sync.jobs.session.connect", lambda name, *_, **__: trackers[name])
    for name, value in {
        "JIRA_EMAIL": "a@acme.example",
        "JIRA_TOKEN": "jira-token",
        "JIRA_ORIGIN": "https://acme.example",
        "LINEAR_TOKEN": "linear-token",
    }.items():
        monkeypatch.setenv(f"TRUENORTH_{name}", value)
    return Company(trackers, run)


def prepare(folder: Path, run: Cli, monkeypatch: pytest.MonkeyPatch) -> Prepared:
    """One sync; then an item on each tracker claims a key result, and a plan of that is saved as plan.json."""
    monkeypatch.chdir(folder)
    (folder / "truenorth.yaml").write_text(DECLARED, encoding="utf-8")
    begun = {name: {one.ref: one for one in ITEMS if one.ref.tracker == name} for name in ("jira", "linear")}
    company = connected(begun, run, monkeypatch)
    assert run("sync", *AS_OF, "--first-run").code == 0
    for tracker, key in (("jira", "WEB-4"), ("linear", "eng-2")):
        items = company.trackers[tracker].items
        items[ref(key)] = replace(items[ref(key)], claims=("KR1",))
    assert run("plan", *AS_OF, "--out", "plan.json").code == 0
    return Prepared(folder, {name: dict(one.items) for name, one in company.trackers.items()})


def silent_cli(patch: pytest.MonkeyPatch) -> Cli:
    """The command line without its output, for what is made before a test."""
    from sync.cli import app

    def call(*arguments: str) -> Ran:
        patch.setattr("sys.argv", ["truenorth", *arguments])
        try:
            app.main()
        except SystemExit as stopped:
            return Ran(int(stopped.code or 0), "", "")
        return Ran(0, "", "")

    return call


def changed(company: Company) -> None:
    """What the saved plan is about is no longer as it was."""
    items = company.trackers["jira"].items
    items[ref("WEB-4")] = replace(items[ref("WEB-4")], labels=("by-hand",))


def unwritten(company: Company) -> None:
    company.trackers["jira"].write_faults |= {"WEB-4": "Jira says no", "WEB-1": "Jira says no"}


def guarded(company: Company) -> None:
    jira = company.trackers["jira"]
    jira.items = {one: item for one, item in jira.items.items() if item.key == "WEB-1"}

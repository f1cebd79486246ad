"""A workspace that was renamed is no silent second writer: its first run stops and names the one whose marks are there."""

from __future__ import annotations

import itertools
import json
import os
import shutil
from pathlib import Path

import pytest

from connectors.sandbox.server import Sandbox
from tests.support.cli import AS_OF, Cli, writes
from tests.support.fault_run import marked
from tests.support.in_turn import in_turn

pytestmark = pytest.mark.needs_server

CLAIM = 'carry marks of workspace "acme"'


SITES = ("cloud", "data_center")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    in_turn(metafunc, "site", SITES)


@pytest.fixture
def site(request: pytest.FixtureRequest) -> Sandbox:
    """The example company with its Jira on the Cloud, or on Data Center."""
    box: Sandbox = request.getfixturevalue("pointed" if request.param == "cloud" else "server")
    return box


@pytest.fixture
def renamed(site: Sandbox, run: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The workspace has written, and then got another name in YAML."""
    assert run("sync", *AS_OF, "--first-run").code == 0
    folder = tmp_path / "renamed"
    shutil.copytree(os.environ["TRUENORTH_CONFIG"], folder)
    file = folder / "truenorth.yaml"
    text = file.read_text()
    assert "workspace: acme\n" in text
    file.write_text(text.replace("workspace: acme\n", "workspace: acme-two\n"))
    monkeypatch.setenv("TRUENORTH_CONFIG", str(folder))
    site.forget_requests()
    return site


@pytest.mark.parametrize(
    ("site", "store"), [("cloud", ""), ("data_center", "sqlite:///new.db")], indirect=["site"]
)
def test_the_first_run_under_another_name_stops(
    renamed: Sandbox, run: Cli, monkeypatch: pytest.MonkeyPatch, store: str
) -> None:
    if store:
        monkeypatch.setenv("TRUENORTH_STORE", store)
    ran = run("sync", *AS_OF, "--format", "json")
    assert (ran.code, writes(renamed)) == (4, [])
    told = json.loads(ran.out)
    (guard,) = told["guards"]
    assert guard["guard"] == "first-run"
    assert guard["message"].startswith('First run of workspace "acme-two": ')
    assert f"{len(told['plan']['refusals'])} items {CLAIM}" in guard["message"]
    assert guard["message"].endswith("rename it back, or undo there first")


LINE = 'items carry marks of workspace "acme", and the YAML says "acme-two": they are left alone.'
"""Said once, whatever the number."""


def test_what_is_refused_is_one_line_that_names_both(renamed: Sandbox, run: Cli) -> None:
    plan = json.loads(run("plan", *AS_OF, "--format", "json").out)["plan"]
    refused = len(plan["refusals"])
    assert refused > len(marked(renamed)) > 10, "projects of Linear bear marks, too"
    assert {one["tracker"] for one in plan["refusals"]} == {"jira", "linear"}
    (note,) = plan["notes"]
    assert note.startswith(f"{refused} {LINE}")
    for command, style in itertools.product(("plan", "sync"), ("text", "markdown")):
        ran = run(command, *AS_OF, "--format", style)
        said = plain(ran.out)
        assert ran.code == (4 if command == "sync" else 0)
        assert (said.count("skipped:"), said.count(f"{refused} {LINE}")) == (0, 1)
        assert (
            'set "workspace: acme" again, or run `truenorth undo --all --apply` with the old name first.'
            in said
        )
    assert writes(renamed) == []


def test_an_undo_of_nothing_but_their_marks_stops_and_says_the_same(renamed: Sandbox, run: Cli) -> None:
    there = marked(renamed)
    shown = json.loads(run("undo", "--all", "--format", "json").out)
    (note,) = shown["notes"]
    assert LINE in note
    assert {one["tracker"] for one in shown["refusals"]} == {"jira", "linear"}
    assert shown["made"] == {}, "the labels are theirs, too"
    stopped = run("undo", "--all", "--apply")
    assert (stopped.code, plain(stopped.out).count(LINE)) == (4, 1)
    assert "another workspace than the YAML names" in stopped.err
    assert run("undo", "--item", "WEB-2", "--apply").code == 4
    mutations = [one for one in renamed.requests if one.operation == "mutation"]
    assert (writes(renamed), mutations, marked(renamed)) == ([], [], there)


def test_few_marks_of_another_are_no_renamed_workspace(renamed: Sandbox, run: Cli) -> None:
    assert run("undo", "--item", "WEB-2").code == 0
    Path(os.environ["TRUENORTH_CONFIG"], "truenorth.yaml").write_text(
        Path(os.environ["TRUENORTH_CONFIG"], "truenorth.yaml").read_text().replace("acme-two", "acme")
    )
    for one in renamed.world.jira.issues.values():
        if one.key in ("WEB-2", "WEB-17") and "truenorth" in one.properties:
            one.properties["truenorth"]["owner"] = "acme-two"
    told = json.loads(run("undo", "--all", "--format", "json").out)
    assert len(told["refusals"]) >= 1
    assert (told["notes"], told["items"] > 10) == ([], True)
    assert "skipped: marks belong to workspace" in plain(run("undo", "--all").out)


def plain(text: str) -> str:
    """One line, without what Markdown escapes."""
    return " ".join(text.replace("\\", "").split())


def test_once_somebody_has_agreed_it_leaves_the_marks_of_the_other_alone(renamed: Sandbox, run: Cli) -> None:
    before = {
        one.key: one.properties["truenorth"]
        for one in renamed.world.jira.issues.values()
        if "truenorth" in one.properties
    }
    assert run("sync", *AS_OF, "--first-run").code == 0
    after = {key: renamed.world.jira.issues[renamed.world.jira.keys[key]].properties for key in before}
    assert {key: one["truenorth"] for key, one in after.items()} == before

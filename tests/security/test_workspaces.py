"""A workspace that was renamed is no silent second writer: its first run stops and names the one whose marks are there."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from connectors.sandbox.server import Sandbox
from tests.support.cli import AS_OF, Cli, writes
from tests.support.fault_run import marked

pytestmark = pytest.mark.needs_server

CLAIM = 'carry marks of workspace "acme"'


@pytest.fixture(params=["cloud", "data_center"])
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


@pytest.mark.parametrize("store", ["", "sqlite:///new.db"])
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


def test_what_is_refused_is_one_line_with_a_count(renamed: Sandbox, run: Cli) -> None:
    refused = len(json.loads(run("plan", *AS_OF, "--format", "json").out)["plan"]["refusals"])
    assert refused > len(marked(renamed)) > 10, "projects of Linear bear marks, too"
    for style in ("text", "markdown"):
        out = run("plan", *AS_OF, "--format", style).out.replace("\\", "")
        assert out.count("skipped:") == 1
        assert f"{refused} items" in out


def test_once_somebody_has_agreed_it_leaves_the_marks_of_the_other_alone(renamed: Sandbox, run: Cli) -> None:
    before = {
        one.key: one.properties["truenorth"]
        for one in renamed.world.jira.issues.values()
        if "truenorth" in one.properties
    }
    assert run("sync", *AS_OF, "--first-run").code == 0
    after = {key: renamed.world.jira.issues[renamed.world.jira.keys[key]].properties for key in before}
    assert {key: one["truenorth"] for key, one in after.items()} == before

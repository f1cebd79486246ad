"""What runs on GitHub: by actionlint and the published schemas, and with as few rights as it can."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Cli
from tests.support.clients import node
from tests.support.deployments import DEPLOY, document, faults
from tests.support.product import ROOT

GITHUB = DEPLOY / "github"
ACTIONS = [GITHUB / "action.yml", GITHUB / "setup" / "action.yml"]
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
OURS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}|OWNER/truenorth/[\w/]+@v\d+\.\d+\.\d+|\./[\w./-]+")
"""By hash; Truenorth itself by its release, in the place of which users put theirs."""


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def as_workflow(action: dict[str, Any]) -> dict[str, Any]:
    """The steps of a composite action as a workflow that is called, since actionlint reads no actions."""
    inputs = {
        name: {"type": "string", "required": False, "description": one["description"]}
        for name, one in action.get("inputs", {}).items()
    }
    job = {"runs-on": "ubuntu-24.04", "steps": action["runs"]["steps"]}
    return {"on": {"workflow_call": {"inputs": inputs}}, "permissions": {}, "jobs": {"steps": job}}


def test_actionlint_finds_nothing(tmp_path: Path) -> None:
    texts = {name_of(one): one.read_text(encoding="utf-8") for one in [*WORKFLOWS, *OURS]}
    # JSON is YAML, too.
    texts |= {name_of(one): json.dumps(as_workflow(document(one))) for one in ACTIONS}
    for word in ("github.head_ref", "inputs.configg"):
        planted = as_workflow(document(ACTIONS[0]))
        planted["jobs"]["steps"]["steps"][1]["run"] = f"echo ${{{{ {word} }}}}"
        texts[f"planted {word}"] = json.dumps(planted)
    given = tmp_path / "workflows.json"
    given.write_text(json.dumps(texts), encoding="utf-8")
    found = json.loads(node.run("workflows.mjs", str(given)))
    assert [one for one in found if not one.startswith("planted")] == []
    assert {one.partition(":")[0] for one in found} == {"planted github.head_ref", "planted inputs.configg"}


@pytest.mark.parametrize("path", ACTIONS, ids=name_of)
def test_actions_are_valid(path: Path) -> None:
    assert faults("github-actions", document(path)) == []


@pytest.mark.parametrize("path", [*WORKFLOWS, *OURS], ids=name_of)
def test_workflows_are_valid(path: Path) -> None:
    assert faults("github-workflows", document(path)) == []


@pytest.mark.parametrize("path", [*WORKFLOWS, *OURS], ids=name_of)
def test_what_workflows_use_is_pinned(path: Path) -> None:
    steps = [step for job in document(path)["jobs"].values() for step in job.get("steps", ())]
    used = [step["uses"] for step in steps if "uses" in step]
    assert [one for one in used if not PINNED.fullmatch(one)] == []


@pytest.mark.parametrize("path", ACTIONS, ids=name_of)
def test_no_input_becomes_the_text_of_a_script(path: Path) -> None:
    scripts = [step["run"] for step in document(path)["runs"]["steps"]]
    assert [one for one in scripts if "${{" in one] == []


def test_what_actions_call_is_there() -> None:
    for action in ACTIONS:
        for step in document(action)["runs"]["steps"]:
            for named in re.findall(r"\$GITHUB_ACTION_PATH/([\w./-]+)", step["run"]):
                assert (action.parent / named).is_file(), named


def test_a_review_has_no_credential_of_a_tracker_and_no_right_but_to_comment() -> None:
    text = (GITHUB / "workflows" / "okr-review.yml").read_text(encoding="utf-8")
    assert "secrets." not in text
    review = document(GITHUB / "workflows" / "okr-review.yml")
    assert review["permissions"] == {"contents": "read", "actions": "read", "pull-requests": "write"}
    # There, a fork's files would meet the secrets of the repository.
    assert set(review["on"]) == {"pull_request"}


def test_scheduled_syncs_do_not_overlap_and_are_not_cut_short() -> None:
    sync = document(GITHUB / "workflows" / "okr-sync.yml")
    assert sync["concurrency"] == {"group": "okr-sync", "cancel-in-progress": False}
    assert sync["permissions"] == {"contents": "read", "actions": "read"}


def test_github_shows_each_problem_of_a_file_at_its_line(run: Cli, tmp_path: Path) -> None:
    okrs = tmp_path / "truenorth.yaml"
    okrs.write_text("objectives:\n  - id: GROW\n    titel: Any\n", encoding="utf-8")
    (matcher,) = json.loads((GITHUB / "problems.json").read_text(encoding="utf-8"))["problemMatcher"]
    (pattern,) = matcher["pattern"]
    told = run("validate", "--config", str(okrs))
    matched = [
        found for line in (told.out + told.err).splitlines() if (found := re.match(pattern["regexp"], line))
    ]
    places = [[one[pattern[part]] for part in ("file", "line", "column", "message")] for one in matched]
    assert [str(okrs), "3", "5", 'unknown key "titel"; did you mean "title"?'] in places
    # The line that counts them is no problem of a file.
    assert len(matched) == len((told.out + told.err).splitlines()) - 1

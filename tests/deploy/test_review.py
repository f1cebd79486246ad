"""A pull request is reviewed: the steps of the action, as a runner starts them, on a snapshot that a sync left."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.support.builders import NOW
from tests.support.cli import Cli
from tests.support.deployments import DEPLOY, document
from tests.support.kept_looks import Here

ACTION = DEPLOY / "github" / "action.yml"


def git(*arguments: str, folder: Path) -> str:
    who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
    done = subprocess.run(["git", *who, *arguments], cwd=folder, capture_output=True, text=True, check=True)  # noqa: S603,S607  the developer's git
    return done.stdout.strip()


@pytest.fixture
def here(tmp_path: Path, run: Cli, monkeypatch: pytest.MonkeyPatch) -> Here:
    """A checkout whose work was synced, with a commit that changes its OKR file."""
    company = Here(7, tmp_path, run, monkeypatch)
    git("init", "--quiet", folder=tmp_path)
    git("add", "truenorth.yaml", folder=tmp_path)
    git("commit", "--quiet", "--message=before", folder=tmp_path)
    company.sync(NOW)
    company.edit("links: [{label: two}, {label: none such}]", "links: [{label: one}]")
    git("commit", "--quiet", "--all", "--message=after", folder=tmp_path)
    return company


def perform(step: dict[str, Any], known: dict[str, str], folder: Path, env: dict[str, str]) -> None:
    """Run a step of a composite action in the way of GitHub's runner."""

    def value(text: str) -> str:
        return re.sub(r"\$\{\{ ([\w.-]+)(?: \|\| [^}]*)? \}\}", lambda found: known[found[1]], text)

    given = env | {name: value(text) for name, text in step.get("env", {}).items()}
    shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    done = subprocess.run(shell, cwd=folder, env=given, capture_output=True, text=True, check=False)  # noqa: S603  our own script
    assert done.returncode == 0, done.stderr


def test_a_pull_request_gets_its_comment_without_any_credential_of_a_tracker(
    here: Here, tmp_path: Path, httpserver: HTTPServer
) -> None:
    posted: list[str] = []

    def comments(request: Request) -> Response:
        if request.method == "POST":
            posted.append(json.loads(request.data)["body"])
        return Response("[]", content_type="application/json")

    httpserver.expect_request("/repos/acme/okrs/issues/3/comments").respond_with_handler(comments)
    env = {name: said for name, said in os.environ.items() if not name.startswith("TRUENORTH_")} | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "CI": "true",
        "GITHUB_ACTION_PATH": str(ACTION.parent),
        "GITHUB_API_URL": httpserver.url_for("").rstrip("/"),
        "GITHUB_REPOSITORY": "acme/okrs",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "RUNNER_TEMP": str(tmp_path),
    }
    declared = document(ACTION)
    known = {f"inputs.{name}": one.get("default", "") for name, one in declared["inputs"].items()} | {
        "inputs.against": git("rev-parse", "HEAD^", folder=tmp_path),
        "inputs.snapshot": os.path.relpath(here.store, tmp_path),
        "inputs.token": "planted-token-of-the-job",
        "github.event.pull_request.number": "3",
    }
    install, *steps = declared["runs"]["steps"]
    assert "install.sh" in install["run"]
    for step in steps:
        perform(step, known, tmp_path, env)
    (comment,) = posted
    assert comment.startswith("<!-- truenorth")
    assert "KR2" in comment
    assert "orphaned" in comment
    assert (tmp_path / "summary.md").read_text(encoding="utf-8") == comment

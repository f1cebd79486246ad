"""What a release is built from: actions by their commits, rights by the job, a base whose digest is asked for on that day."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.support.product import ROOT

WORKFLOWS = [ROOT / ".github" / "workflows" / f"{name}.yml" for name in ("audit", "image", "release")]


def read(workflow: Path) -> dict[str, Any]:
    parsed: dict[str, Any] = YAML(typ="safe").load(workflow)
    return parsed


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda one: one.stem)
def test_actions_are_pinned_by_their_commits_and_rights_are_given_by_name(workflow: Path) -> None:
    lines = re.findall(r"uses: (.*)", workflow.read_text(encoding="utf-8"))
    assert lines
    assert [
        one for one in lines if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)
    ] == []
    assert read(workflow)["permissions"] == {"contents": "read"}
    checkouts = [step for job in read(workflow)["jobs"].values() for step in job["steps"] if "uses" in step]
    kept = [one for one in checkouts if "checkout" in one["uses"] and one["with"]["persist-credentials"]]
    assert kept == []


def test_nothing_is_released_that_was_not_verified() -> None:
    jobs = read(ROOT / ".github" / "workflows" / "release.yml")["jobs"]
    assert jobs["release"]["needs"] == "verify"
    assert jobs["verify"]["permissions"] == {"contents": "read"}
    asked = [step.get("run") for step in jobs["verify"]["steps"]]
    assert asked[1:] == [".ci/run", "deploy/verify-image --require"]


def test_the_base_is_one_argument_with_a_tag_and_no_digest_that_nobody_saw() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    # As the release workflow reads it.
    (base,) = re.findall(r"^ARG BASE=(.*)$", text, re.MULTILINE)
    assert re.fullmatch(r"[\w./-]+:[\w.-]+", base)
    assert set(re.findall(r"^FROM (\S+)", text, re.MULTILINE)) == {"${BASE}"}
    assert not re.search(r"sha256:[0-9a-f]", text)


def test_the_image_bears_the_version_of_the_package() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f"\nARG VERSION={version}\n" in (ROOT / "Dockerfile").read_text(encoding="utf-8")

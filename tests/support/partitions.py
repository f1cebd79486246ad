"""A world of the sandbox with as many projects and teams as are wanted, and a configuration that declares them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import SecretStr

from config.settings import Credentials
from connectors.sandbox.jira.http import SERVER_TOKEN
from connectors.sandbox.jira.moves import move
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import World
from sync.jobs.sandbox import environment, examples

_BASE = "projects: [WEB, OPS]"


def spread(world: World, projects: int) -> list[str]:
    """Move the issues of WEB into further projects like it, until there are as many beside OPS; the keys of all in scope."""
    site = world.jira
    web = site.projects["WEB"]
    further = []
    for number in range(1, projects - 1):
        key = f"W{number:02d}"
        one = replace(web, id=site.next_id(), key=key, name=f"Web {number}", last_number=0, former_keys=set())
        for place in [place for place in site.shown if place[0] == web.id]:
            site.shown[one.id, place[1]] = site.shown[place]
        site.projects[key] = one
        further.append(one)
    issues = [one for one in site.issues.values() if one.project is web and not one.type.is_subtask]
    homes = [web, *further]
    for position, issue in enumerate(sorted(issues, key=lambda one: one.id)):
        move(site, issue, homes[position % len(homes)])
    return ["WEB", "OPS", *(one.key for one in further)]


def declare(folder: Path, projects: Sequence[str], deployment: str = "cloud") -> Path:
    """The example company, with these projects of Jira in scope; where it stands."""
    place = folder / "okrs"
    shutil.copytree(examples(), place)
    file = place / "truenorth.yaml"
    declared = file.read_text(encoding="utf-8")
    assert _BASE in declared
    declared = declared.replace(_BASE, f"projects: [{', '.join(projects)}]")
    if deployment != "cloud":
        declared = declared.replace("kind: jira,", f"kind: jira, deployment: {deployment},")
    file.write_text(declared, encoding="utf-8")
    return place


def credentials(box: Sandbox, deployment: str = "cloud") -> dict[str, Credentials]:
    """Those of the sandbox, by tracker."""
    given = environment(box)
    jira = (
        Credentials(token=SecretStr(SERVER_TOKEN), email=None, url=f"{box.url}/jira-dc")
        if deployment == "data_center"
        else Credentials(
            token=SecretStr(given["TRUENORTH_JIRA_TOKEN"]),
            email=given["TRUENORTH_JIRA_EMAIL"],
            url=given["TRUENORTH_JIRA_URL"],
        )
    )
    linear = Credentials(
        token=SecretStr(given["TRUENORTH_LINEAR_TOKEN"]), email=None, url=given["TRUENORTH_LINEAR_URL"]
    )
    return {"jira": jira, "linear": linear}

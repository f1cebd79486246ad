"""Compose, GitLab, crontab and pre-commit: valid by their published schemas, and they agree with the image and the settings."""

from __future__ import annotations

import re
import shlex
from copy import deepcopy
from typing import Any

from config.settings import Settings, variables
from tests.support.cli import Cli
from tests.support.deployments import DEPLOY, document, faults

COMPOSE = DEPLOY / "compose.yaml"
GITLAB = DEPLOY / "gitlab" / "okrs.gitlab-ci.yml"
CRON = DEPLOY / "cron" / "truenorth"

KNOWN = {
    *(f"TRUENORTH_{name.upper()}" for name in Settings.model_fields),
    *variables("jira"),
    *variables("linear"),
}
"""The variables that a command asks for, with trackers called `jira` and `linear`."""


def services() -> dict[str, Any]:
    found: dict[str, Any] = document(COMPOSE)["services"]
    return found


def test_the_compose_file_is_valid() -> None:
    assert faults("compose-spec", document(COMPOSE)) == []


def test_a_key_that_compose_does_not_know_is_found() -> None:
    planted = deepcopy(document(COMPOSE))
    planted["services"]["sync"]["readonly"] = True
    assert faults("compose-spec", planted) != []


def test_the_sync_of_compose_may_do_nothing_that_it_need_not() -> None:
    sync = services()["sync"]
    assert sync["read_only"] is True
    assert sync["cap_drop"] == ["ALL"]
    assert sync["security_opt"] == ["no-new-privileges:true"]
    assert f"USER {sync['user']}" in (DEPLOY.parent / "Dockerfile").read_text(encoding="utf-8")
    assert all(volume.endswith(":ro") for volume in sync["volumes"])
    assert sync["restart"] == "no"


def test_the_database_of_compose_is_reached_by_the_sync_alone() -> None:
    declared = document(COMPOSE)
    assert "ports" not in services()["db"]
    assert services()["db"]["networks"] == ["store"]
    assert declared["networks"]["store"] == {"internal": True}


def test_no_secret_of_compose_stands_in_a_variable() -> None:
    declared = document(COMPOSE)
    used = {name for service in services().values() for name in service["secrets"]}
    assert used == set(declared["secrets"])
    for name, secret in declared["secrets"].items():
        assert secret == {"file": f"./secrets/{name}"}
    for service in services().values():
        assert not any(re.search("TOKEN|PASSWORD$", name) for name in service["environment"])


def test_schedules_set_variables_that_there_are() -> None:
    sync = services()["sync"]
    lines = CRON.read_text(encoding="utf-8").splitlines()
    said = {
        *sync["environment"],
        *sync["secrets"],
        *(line.partition("=")[0] for line in lines if re.match("[A-Z_]+=", line)),
        *(document(GITLAB)["variables"]),
    }
    assert {name for name in said if name.startswith("TRUENORTH_")} - KNOWN == {"TRUENORTH_IMAGE"}


def test_the_line_of_the_crontab_is_one_that_cron_and_truenorth_understand(run: Cli) -> None:
    lines = CRON.read_text(encoding="utf-8").splitlines()
    (line,) = [one for one in lines if one and not re.match(r"#|[A-Z_]+=", one)]
    *when, user, command = line.split(maxsplit=6)
    # Every half hour of every hour: no clock change skips or repeats it.
    assert (when, user) == (["*/30", "*", "*", "*", "*"], "truenorth")
    # In a crontab a percent sign ends the command.
    assert "%" not in command
    program, *arguments = shlex.split(command.partition("|")[0])
    assert program.endswith("/bin/truenorth")
    assert run(*arguments, "--help").code == 0


def test_the_gitlab_file_is_valid() -> None:
    assert faults("gitlab-ci", document(GITLAB)) == []


def test_syncs_of_gitlab_do_not_overlap_and_are_not_cut_short() -> None:
    sync = document(GITLAB)["okr-sync"]
    assert (sync["resource_group"], sync["interruptible"]) == ("truenorth", False)
    # By the schedule, or by hand: never by a push or a merge request.
    assert sync["rules"] == [
        {"if": '$CI_PIPELINE_SOURCE == "schedule"'},
        {"if": '$CI_PIPELINE_SOURCE == "web"', "when": "manual"},
    ]


def test_a_merge_request_gets_no_credential_of_a_tracker() -> None:
    jobs = document(GITLAB)
    for name in ("okr-validate", "okr-before", "okr-review"):
        assert not any("TOKEN" in variable for variable in jobs[name].get("variables", {}))
        assert all("sync" not in line for line in jobs[name]["script"])


def test_the_hook_for_pre_commit_checks_all_files_at_once(run: Cli) -> None:
    (hook,) = document(DEPLOY.parent / ".pre-commit-hooks.yaml")
    assert {"id", "name", "entry", "language"} <= set(hook)
    assert (hook["language"], hook["pass_filenames"]) == ("python", False)
    program, *arguments = hook["entry"].split()
    assert program == "truenorth"
    assert run(*arguments, "--help").code == 0


def test_what_reviews_run_is_a_command_of_truenorth(run: Cli) -> None:
    scripts = [*document(GITLAB)["okr-review"]["script"]]
    scripts += [step["run"] for step in document(DEPLOY / "github" / "action.yml")["runs"]["steps"]]
    typed = re.findall(r"^\s*(truenorth .*?)(?: >.*)?$", "\n".join(scripts), re.MULTILINE)
    assert len(typed) == 3
    for line in typed:
        _, *arguments = shlex.split(line)
        assert run(*arguments, "--help").code == 0, line

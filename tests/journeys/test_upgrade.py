"""An upgrade does not flood: worlds that an older version marked, and what today's plan changes of them.

The older version is a commit of this repository, run on the sandbox as its users ran it. Its configuration is kept.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from config.messages import ENGLISH, FIXED
from config.workspace import Workspace
from connectors.linear.marks import records
from connectors.sandbox.jira.http import SERVER_TOKEN
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.jobs.sandbox import environment
from sync.marks import goals, messages
from sync.plan.plan import RULES
from tests.support.cli import AS_OF, Cli
from tests.support.older_version import NoHistory, OlderVersion

COMMIT = "801448a"
LAST = "48e0744"
"""The last commit with six rows in a comment, and with a label beside the label group that says the same."""
FIGURES = ("percent", "health", "share", "title", "objective", "due")
"""What a mark means beside which key result it shows; the words, the page and the notation are no part of it."""

Change = dict[str, Any]


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> OlderVersion:
    try:
        return OlderVersion(COMMIT, tmp_path_factory.mktemp("older"))
    except NoHistory as error:
        pytest.skip(str(error))


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(generate(items=300, seed=1)) as running:
        yield running


@pytest.fixture(params=["cloud", "data_center"])
def marked(
    request: pytest.FixtureRequest,
    older: OlderVersion,
    sandbox: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Sandbox:
    """The example company on both trackers as that version left it, and the command line of today pointed at it."""
    folder = tmp_path / "okrs"
    shutil.copytree(older.examples, folder)
    given = environment(sandbox) | {"TRUENORTH_CONFIG": str(folder)}
    if request.param == "data_center":
        file = folder / "truenorth.yaml"
        declared = file.read_text(encoding="utf-8")
        assert "kind: jira," in declared
        file.write_text(
            declared.replace("kind: jira,", "kind: jira, deployment: data_center,"), encoding="utf-8"
        )
        given |= {"TRUENORTH_JIRA_URL": f"{sandbox.url}/jira-dc", "TRUENORTH_JIRA_TOKEN": SERVER_TOKEN}
        del given["TRUENORTH_JIRA_EMAIL"]
        monkeypatch.delenv("TRUENORTH_JIRA_EMAIL", raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    ran = older.run("sync", *AS_OF, "--first-run", inside=tmp_path, environment=given)
    assert ran.code == 0, ran.out[-2000:] + ran.err[-2000:]
    assert len([one for one in sandbox.world.jira.issues.values() if "truenorth" in one.properties]) > 20
    sandbox.forget_requests()
    return sandbox


def writes(sandbox: Sandbox) -> list[str]:
    return [
        f"{one.method} {one.path}"
        for one in sandbox.requests
        if one.operation == "mutation"
        or ("/rest/api/" in one.path and one.method in ("PUT", "DELETE"))
        or (one.method == "POST" and one.path.endswith(("/comment", "/remotelink")))
    ]


def test_an_upgrade_writes_what_new_rules_change_and_nothing_else(marked: Sandbox, run: Cli) -> None:
    planned = run("plan", *AS_OF, "--format", "json")
    assert planned.code == 0, planned.err
    plan = json.loads(planned.out)["plan"]
    alone = {change["key"] for change in plan["changes"]} - {c["key"] for c in plan["changes"] if is_news(c)}
    assert not alone, "only words, pages or notation change there"

    changed = {change["key"] for change in plan["changes"]}
    counted = [note for note in plan["notes"] if "by other rules than the one that marked" in note]
    assert len(counted) == (1 if changed else 0)
    if changed:
        count = int(counted[0].split()[0])
        assert 0 < count <= len(changed)

    ran = run("sync", *AS_OF, "--accept-plan", plan["digest"])
    assert ran.code == 0, ran.out[-2000:] + ran.err[-2000:]
    marked.forget_requests()
    again = run("sync", *AS_OF, "--format", "json")
    assert (again.code, writes(marked)) == (0, []), again.err
    assert json.loads(again.out)["plan"]["notes"] == []
    stamps = [
        one.properties["truenorth"]
        for one in marked.world.jira.issues.values()
        if "truenorth" in one.properties
    ]
    renewed = [stamp for stamp in stamps if stamp.get("rules") == RULES]
    assert bool(renewed) is bool([key for key in changed if not key.startswith(("ENG-", "MOB-"))])


def test_comments_and_labels_of_the_version_before_stay_until_a_fact_changes(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Cli
) -> None:
    try:
        before = OlderVersion(LAST, tmp_path / "before")
    except NoHistory as error:
        pytest.skip(str(error))
    folder = tmp_path / "okrs"
    shutil.copytree(before.examples, folder)
    given = environment(sandbox) | {"TRUENORTH_CONFIG": str(folder)}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    for arguments in (("setup", "--apply"), ("sync", *AS_OF, "--first-run")):
        ran = before.run(*arguments, inside=tmp_path, environment=given)
        assert ran.code == 0, ran.out[-2000:] + ran.err[-2000:]
    assert any("Measured by" in text for text in comments(sandbox))
    both = bearing(sandbox, "okr-aligned") & bearing(sandbox, "aligned")
    assert both

    sandbox.forget_requests()
    ran = run("sync", *AS_OF, "--format", "json")
    assert (ran.code, writes(sandbox)) == (0, []), ran.err
    assert json.loads(ran.out)["plan"]["changes"] == []

    file = folder / "growth.yaml"
    declared = file.read_text(encoding="utf-8")
    assert declared.count("The new onboarding is live for everyone") == 1
    file.write_text(declared.replace("The new onboarding is live", "Onboarding is live"), encoding="utf-8")
    plan = json.loads(run("plan", *AS_OF, "--format", "json").out)["plan"]
    ran = run("sync", *AS_OF, "--accept-plan", plan["digest"])
    assert ran.code == 0, ran.err[-2000:]
    changed = {change["key"] for change in plan["changes"]}
    assert both & changed == both - bearing(sandbox, "okr-aligned")
    assert both - changed <= bearing(sandbox, "okr-aligned") & bearing(sandbox, "aligned")
    renewed = [text for text in comments(sandbox) if "Onboarding is live" in text]
    assert renewed
    assert all("Measured by" not in text and "This " in text for text in renewed)
    sandbox.forget_requests()
    assert run("sync", *AS_OF).code == 0
    assert writes(sandbox) == []


def comments(sandbox: Sandbox) -> list[str]:
    issues = sandbox.world.jira.issues.values()
    return [str(comment.body) for issue in issues for comment in issue.comments.values()]


def bearing(sandbox: Sandbox, label: str) -> set[str]:
    """The issues of Linear with a label of that name."""
    issues = sandbox.world.linear.issues.values()
    return {issue.identifier for issue in issues if any(one.name == label for one in issue.labels)}


@pytest.mark.parametrize("deployment", ["pointed", "server"])
def test_other_words_alone_write_nothing(
    deployment: str, request: pytest.FixtureRequest, run: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release with other words, pages and notation everywhere, and the same rules."""
    sandbox: Sandbox = request.getfixturevalue(deployment)
    assert run("sync", *AS_OF, "--first-run").code == 0
    speak_otherwise(monkeypatch)
    sandbox.forget_requests()
    again = run("sync", *AS_OF, "--format", "json")
    assert (again.code, writes(sandbox)) == (0, []), again.err
    assert json.loads(again.out)["plan"]["changes"] == []

    # What is news is written in the new words, and nothing beside it.
    issue = next(one for one in sandbox.world.jira.issues.values() if "okr-orphaned" in one.labels)

    def claim() -> None:
        issue.labels.append("kr:GROWTH-KR2")
        issue.updated = sandbox.world.clock.now()

    sandbox.call(claim)
    plan = json.loads(run("plan", *AS_OF, "--format", "json").out)["plan"]
    after = {c["key"]: c["after"] for c in plan["changes"] if c["mark"] == "key_results"}
    assert after[issue.key][0]["because"] == "so to speak claim GROWTH-KR2"
    assert after[issue.key][0]["url"].endswith("?from=ticket")
    alone = {change["key"] for change in plan["changes"]} - {c["key"] for c in plan["changes"] if is_news(c)}
    assert not alone


def speak_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everything that marks say in words be said otherwise."""
    url, span = Workspace.url_of, goals._span
    for key, text in list(ENGLISH.items()):
        if key.startswith(("reason.", "condition.", "link.", "note.", "health.")) and key not in FIXED:
            monkeypatch.setitem(ENGLISH, key, f"so to speak {text}")
    monkeypatch.setattr(Workspace, "url_of", lambda self, key_result: f"{url(self, key_result)}?from=ticket")
    monkeypatch.setattr(goals, "_span", lambda goal: span(goal).replace(" → ", "–"))
    monkeypatch.setattr(messages, "RENDERING", messages.RENDERING + 1)
    monkeypatch.setattr(records, "subtitle_of", lambda mark, *_: f"{mark.percent} of 100")
    monkeypatch.setattr(records, "title_of", lambda mark: f"{mark.id}: {mark.title}")


def is_news(change: Change) -> bool:
    """Whether a change is one of meaning, as a person would tell it who sees both sides."""
    before, after = change["before"], change["after"]
    match change["mark"]:
        case "key_results":
            return _meant(before) != _meant(after)
        case "comment" if before and after:
            return _stated(before) != _stated(after)
        case _:
            return bool(before != after)


def _meant(marks: list[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    return [(mark["id"], *(mark[name] for name in FIGURES)) for mark in marks]


def _stated(comment: Mapping[str, Any]) -> tuple[Any, ...]:
    facts = [
        (name, value)
        for name, value in comment["facts"].items()
        if name.endswith((" percent", " health", " title"))
    ]
    return comment["purpose"], facts

"""Saved plans and the texts on tickets against people who edit them: what was shown is what is written.

Whoever edits a plan file may know how its digest and its hash are made, and make both anew; what they cannot do is
make the store know the file, or a text go through that its facts do not give.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.load import load
from config.workspace import Workspace
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from connectors.text.document import Doc, para
from sync.jobs.sandbox import environment, examples
from sync.marks import wording
from sync.plan.plan import Edit, changes_of, digest_of
from sync.plan.project_views import ProjectView
from sync.store import plan_file
from sync.store.plan_file import PlanError
from tests.support.cli import AS_OF, Cli, Ran, writes
from tests.support.user_actions import JiraTicket

ITEMS, SEED = 60, 3
FILE = Path("plan.json")
UPDATES = "\npolicy:\n  updates: {step: 5, every_days: 7}"


@pytest.fixture
def company(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Sandbox]:
    """The example company, small, with status updates on Linear."""
    folder = tmp_path / "okrs"
    shutil.copytree(examples(), folder)
    declared = folder / "truenorth.yaml"
    text = declared.read_text()
    assert text.count("\npolicy:") == 1
    declared.write_text(text.replace("\npolicy:", UPDATES))
    with Sandbox(generate(items=ITEMS, seed=SEED)) as sandbox:
        for name, value in environment(sandbox).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("TRUENORTH_CONFIG", str(folder))
        yield sandbox


def declared() -> Workspace:
    return load(Path("okrs"))


def save(run: Cli) -> dict[str, Any]:
    ran = run("plan", *AS_OF, "--out", str(FILE))
    assert ran.code == 0, ran.err
    plan: dict[str, Any] = json.loads(FILE.read_text())
    return plan


def apply(run: Cli, *flags: str) -> Ran:
    return run("apply", str(FILE), *AS_OF, "--first-run", *flags)


def wrote(sandbox: Sandbox) -> bool:
    return bool(writes(sandbox)) or any(one.operation == "mutation" for one in sandbox.requests)


def forge(plan: dict[str, Any]) -> str:
    """Save an edited plan with its digest and its hash made anew, as whoever reads the source can; the hash."""
    file = plan_file._FILES.decode(json.dumps(plan | {"content": ""}))
    edits = [Edit(one.item, one.wanted, changes_of(one.item, one.wanted)) for one in file.edits]
    views = [ProjectView(one.tracker, one.id, one.projects, one.before) for one in file.views]
    plan |= {"digest": digest_of(edits, views), "content": ""}
    text = json.dumps(plan).encode()
    content = plan_file._content_hash(text, "")
    FILE.write_bytes(plan_file._with_content(text, "", content))
    return content


Path_ = tuple[str | int, ...]


def leaves(value: object, at: Path_ = ()) -> Iterator[tuple[Path_, object]]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from leaves(one, (*at, name))
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from leaves(one, (*at, place))
    else:
        yield at, value


def changed(value: object) -> object:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return f"{value}x" if isinstance(value, str) else "x"


def put(plan: Any, at: Path_, value: object) -> None:
    for step in at[:-1]:
        plan = plan[step]
    plan[at[-1]] = value


def sample(plan: dict[str, Any]) -> dict[str, Any]:
    """The plan with one edit of each kind: few enough for every leaf to be tried."""
    kinds: dict[object, dict[str, Any]] = {}
    for edit in plan["edits"]:
        wanted = edit["wanted"]
        comment, update = wanted["comment"] or {}, wanted["update"]
        kind = (comment.get("purpose"), update is None, edit["item"]["ref"]["tracker"])
        # The shortest of each: every leaf costs two reads of the whole file.
        kinds[kind] = min(kinds.get(kind, edit), edit, key=lambda one: len(json.dumps(one)))
    return plan | {"edits": list(kinds.values())}


def test_every_leaf_of_the_file_is_covered(company: Sandbox, run: Cli) -> None:
    """Edited as it is, the file is refused; with everything made anew, it is refused or it is not the one that the
    store knows."""
    plan = sample(save(run))
    assert {edit["wanted"]["update"] is None for edit in plan["edits"]} == {True, False}
    workspace = declared()
    known = forge(plan)
    whole = json.loads(FILE.read_text())
    digest = whole["digest"]
    assert plan_file.load(FILE, workspace, datetime.now(UTC)).content == known
    tried = 0
    for at, value in leaves(json.loads(FILE.read_text())):
        put(whole, at, changed(value))
        FILE.write_text(json.dumps(whole))
        with pytest.raises(PlanError):
            plan_file.load(FILE, workspace, datetime.now(UTC))
        if at in (("digest",), ("content",)):
            whole |= {"digest": digest, "content": known}
            continue  # they are what is made anew
        try:
            forge(whole)
            assert plan_file.load(FILE, workspace, datetime.now(UTC)).content != known, at
        except (PlanError, ValueError):
            pass
        put(whole, at, value)
        whole |= {"digest": digest, "content": known}
        tried += 1
    assert tried > 1000
    assert not wrote(company)


def texts_in(plan: dict[str, Any]) -> Iterator[tuple[Path_, str]]:
    """Every word of every text that would be posted."""
    for at, value in leaves(plan):
        posted = at[0] == "edits" and at[2] == "wanted" and at[3] in ("comment", "update")
        if posted and isinstance(value, str) and at[4] in ("doc", "foot", "page") and at[-1] != "type":
            yield at, value


def test_no_word_of_a_text_can_be_edited_even_in_a_plan_that_is_accepted(company: Sandbox, run: Cli) -> None:
    plan = sample(save(run))
    workspace, tried = declared(), 0
    for at, value in list(texts_in(plan)):
        if at[-1] in ("colour", "tone"):
            continue  # no other word decodes
        put(plan, at, f"{value}x")
        forge(plan)
        with pytest.raises(
            PlanError, match=r"the text of the (comment|status update) on .* is not what its facts"
        ):
            plan_file.load(FILE, workspace, datetime.now(UTC))
        put(plan, at, value)
        tried += 1
    assert tried > 100
    put(plan, at, "else")
    hash_ = forge(plan)
    ran = apply(run, "--accept-plan", hash_)
    assert (ran.code, wrote(company)) == (2, False)
    assert "is not what its facts give" in ran.err


def a_moment_from(time: str, seconds: int) -> str:
    return (datetime.fromisoformat(time) + timedelta(seconds=seconds)).isoformat()


def with_comment(plan: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in plan["edits"] if one["wanted"]["comment"])
    return found


EDITS: dict[str, tuple[Callable[[dict[str, Any]], object], int]] = {
    "a text": (lambda plan: with_comment(plan)["wanted"]["comment"]["doc"]["blocks"].pop(), 2),
    "no text": (lambda plan: with_comment(plan)["wanted"]["comment"].update(doc=None), 2),
    "a title": (lambda plan: plan["edits"][0]["item"].update(title="else"), 4),
    "labels": (lambda plan: plan["edits"][0]["wanted"].update(labels=["urgent"]), 4),
    "another item": (lambda plan: plan["edits"][0]["item"]["ref"].update(id="1"), 4),
    "fewer edits": (lambda plan: plan["edits"].pop(), 4),
    "fewer guards": (lambda plan: plan.update(stops=[]), 4),
    "its age": (lambda plan: plan.update(made=a_moment_from(plan["made"], -1)), 4),
    "another tracker": (lambda plan: with_comment(plan)["item"]["ref"].update(tracker="else"), 2),
}  # fmt: skip


@pytest.mark.parametrize("what", EDITS)
def test_an_edited_plan_stops_whether_or_not_its_hash_was_made_anew(
    company: Sandbox, run: Cli, what: str
) -> None:
    edit, code = EDITS[what]
    plan = save(run)
    edit(plan)
    FILE.write_text(json.dumps(plan))
    assert apply(run).code == 2
    hash_ = forge(plan)
    stopped = apply(run)
    assert (stopped.code, wrote(company)) == (code, False)
    assert code == 2 or f"--accept-plan {hash_}" in stopped.out


def test_a_plan_that_another_store_saved_needs_its_hash(
    company: Sandbox, run: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    hash_ = save(run)["content"]
    monkeypatch.setenv("TRUENORTH_STORE", "sqlite:///else.db")
    stopped = apply(run)
    assert (stopped.code, wrote(company)) == (4, False)
    assert f"--accept-plan {hash_}" in stopped.out
    assert apply(run, "--accept-plan", "0" * 32).code == 4
    assert not wrote(company)
    assert apply(run, "--accept-plan", hash_).code == 0
    assert wrote(company)


def test_a_plan_is_applied_once(company: Sandbox, run: Cli) -> None:
    save(run)
    assert apply(run).code == 0
    company.forget_requests()
    again = apply(run)
    assert (again.code, wrote(company)) == (2, False)
    assert re.search(r"this plan was applied already, at \d{4}-\d\d-\d\d \d\d:\d\d UTC", again.err)


def test_a_plan_from_the_future_says_so(company: Sandbox, run: Cli) -> None:
    """As where it was made on a machine whose clock is wrong; `--as-of` makes no plan younger or older."""
    plan = save(run)
    plan["made"] = a_moment_from(plan["made"], 3600)
    forge(plan)
    ran = apply(run)
    assert (ran.code, wrote(company)) == (2, False)
    made = f"{datetime.fromisoformat(plan['made']):%Y-%m-%d %H:%M:%S} UTC"
    assert f"is from the future: it was created at {made}, and now it is " in ran.err


def test_a_plan_made_with_other_texts_is_refused(
    company: Sandbox, run: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(run)
    monkeypatch.setattr("sync.marks.messages.RENDERING", 99)
    ran = apply(run)
    assert (ran.code, wrote(company)) == (2, False)
    assert "was created with other texts" in ran.err


@pytest.mark.parametrize("style", ["text", "markdown", "json"])
@pytest.mark.usefixtures("company")
def test_the_texts_are_shown_on_request_and_their_titles_are_literal(run: Cli, style: str) -> None:
    orphan = next(
        one for one in save(run)["edits"] if (one["wanted"]["comment"] or {}).get("purpose") == "orphan"
    )
    shown = run("plan", *AS_OF, "--show-text", "--format", style).out
    key = orphan["item"]["key"]
    if style == "json":
        (text,) = [one["text"] for one in json.loads(shown)["texts"] if one["key"] == key]
        assert text.startswith("This work serves no key result.")
        return
    assert f"Text of the comment on {key}" in shown
    assert shown.count("This work serves no key result") >= 1
    assert "Text of" not in run("plan", *AS_OF, "--format", style).out


# --- Texts on tickets ----------------------------------------------------------------------------


def forged_text(*_: object) -> Doc:
    return Doc((para("Ask Eve for the password. Written by Truenorth."),))


def forged(world: str) -> int:
    return world.count("Ask Eve for the password")


def sync(run: Cli) -> None:
    ran = run("sync", *AS_OF, "--first-run")
    assert ran.code == 0, ran.out[-1500:] + ran.err


def bodies(sandbox: Sandbox) -> str:
    """All comments of both trackers."""
    jira = [one.body for issue in sandbox.world.jira.issues.values() for one in issue.comments.values()]
    linear = [comment.body for comment in sandbox.world.linear.comments.values()]
    return json.dumps([jira, linear], default=str)


@pytest.mark.needs_server
@pytest.mark.parametrize("site", ["company", "server"])
def test_a_text_that_is_not_what_its_record_gives_is_put_right_once(
    site: str, run: Cli, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """On Jira Cloud or Data Center, and on Linear's issues and projects."""
    sandbox: Sandbox = request.getfixturevalue(site)
    with monkeypatch.context() as patch:
        patch.setattr(wording, "progress_text", forged_text)
        patch.setattr(wording, "orphan_text", forged_text)
        sync(run)
    wrong = forged(bodies(sandbox))
    on_linear = [one for one in sandbox.world.linear.comments.values() if forged(one.body)]
    assert {one.issue is None for one in on_linear} == {True, False}
    assert wrong > len(on_linear)
    planned = run("plan", *AS_OF, "--format", "markdown").out
    assert planned.count("comment: its text differs from its record") == wrong
    sandbox.forget_requests()
    sync(run)
    assert forged(bodies(sandbox)) == 0
    sandbox.forget_requests()
    sync(run)
    assert not wrote(sandbox)


def test_a_text_that_a_person_edited_stays_theirs(
    company: Sandbox, run: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(wording, "progress_text", forged_text)
        sync(run)
    key = next(one.key for one in company.world.jira.issues.values() if forged(str(one.comments)))
    JiraTicket(company, key).write_over_comment("Ask Eve for the password, says Ann of Truenorth")
    sync(run)
    assert forged(bodies(company)) == 1
    company.forget_requests()
    sync(run)
    assert not wrote(company)


def test_another_version_of_the_wording_writes_nothing(
    company: Sandbox, run: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(run)
    company.forget_requests()
    monkeypatch.setattr("sync.marks.messages.RENDERING", 99)
    monkeypatch.setattr(wording, "progress_text", forged_text)
    monkeypatch.setattr(wording, "orphan_text", forged_text)
    sync(run)
    assert not wrote(company)


@pytest.mark.usefixtures("company")
def test_a_pipe_is_no_plan_and_holds_nothing_up(run: Cli) -> None:
    os.mkfifo("pipe")
    ran = run("apply", "pipe", *AS_OF)
    assert ran.code == 2
    assert "it is a pipe, a socket or a device, not a file" in ran.err

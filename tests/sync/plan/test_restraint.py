"""The policy holds back: modes, marks, levels, steps, grace, quiet hours, comments a day; by tracker."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.load import ConfigError, load
from config.policy import QuietHours
from config.workspace import Workspace
from connectors.model import NOTHING, Comment, KeyResultMark, Marks, Ref
from connectors.sandbox.server import Sandbox
from sync.jobs.sandbox import examples
from sync.marks.policy import apply_policy
from sync.plan.throttle import scope_of, throttle
from tests.support.builders import NOW, item, work, workspace
from tests.support.cli import Cli, writes

MARK = KeyResultMark("KR1", "It is live", 40, "on_track", "https://okrs.example/kr/KR1")
FULL = Marks((MARK,), "aligned", ("okr-aligned",), Comment("progress"))
ORPHAN = Marks((), "orphaned", ("okr-orphaned",), Comment("orphan"))
SHOWN = Marks(alignment="orphaned", labels=("okr-orphaned",))


@pytest.mark.parametrize(
    ("policy", "wish", "left"),
    [
        ({}, FULL, FULL),
        ({"mode": "observe"}, FULL, SHOWN),
        ({"mode": "label"}, FULL, Marks((), "aligned", ("okr-aligned",))),
        ({"mode": "label", "marks": ["comment"]}, FULL, NOTHING),
        ({"marks": ["key_results"]}, FULL, Marks((MARK,))),
        ({"marks": ["labels", "comment"]}, FULL, replace(FULL, key_results=())),
        ({"levels": ["epic", "project"]}, FULL, NOTHING),
        ({"levels": ["issue"]}, FULL, FULL),
        ({"comments": False}, FULL, replace(FULL, comment=None)),
        ({"orphan_comments": False}, ORPHAN, replace(ORPHAN, comment=None)),
        ({"orphan_comments": False}, FULL, FULL),
    ],
    ids=["all", "observe", "label", "label without labels", "one mark", "two marks", "other levels", "its level",
         "no comments", "orphans only labelled", "progress still told"],
)  # fmt: skip
def test_what_may_be_shown(policy: dict[str, Any], wish: Marks, left: Marks) -> None:
    declared = declared_with({"jira": policy})
    assert apply_policy(item("WEB-1", shown=SHOWN), wish, declared.policy_of("jira")) == left
    assert apply_policy(item("WEB-1", shown=SHOWN), wish, declared.policy_of("linear")) == wish


def declared_with(policies: dict[str, dict[str, Any]], **general: Any) -> Workspace:
    trackers: dict[str, Any] = {
        "jira": {"kind": "jira", "url": "https://acme.example", "scope": {"projects": ["WEB", "OPS"]}},
        "linear": {"kind": "linear", "scope": {"teams": ["ENG"]}},
    }
    for name, policy in policies.items():
        trackers[name]["policy"] = policy
    return workspace(work("KR1"), trackers=trackers, policy=general)


def test_a_tracker_says_only_what_differs() -> None:
    declared = declared_with({"linear": {"step": 20}}, step=10, grace_days=3)
    assert (declared.policy_of("jira").step, declared.policy_of("linear").step) == (10, 20)
    assert declared.policy_of("linear").grace_days == 3


@pytest.mark.parametrize(
    ("begin", "end", "moment", "quiet"),
    [
        ("19:00", "07:00", "18:59", False),
        ("19:00", "07:00", "19:00", True),
        ("19:00", "07:00", "03:00", True),
        ("19:00", "07:00", "07:00", False),
        ("12:00", "13:00", "12:30", True),
        ("12:00", "13:00", "13:00", False),
    ],
)
def test_quiet_hours(begin: str, end: str, moment: str, quiet: bool) -> None:
    hours = QuietHours(begin=time.fromisoformat(begin), end=time.fromisoformat(end))
    assert hours.holds(time.fromisoformat(moment)) is quiet


def test_in_quiet_hours_everything_on_the_tracker_waits() -> None:
    quiet = {"quiet_hours": {"begin": "10:00", "end": "11:00"}}
    declared = declared_with({"jira": quiet}).model_copy(update={"time_zone": "Europe/Paris"})
    items = [item("WEB-1"), item("ENG-1", ref=Ref("linear", "e1"))]
    wanted = {one.ref: FULL for one in items}
    # 09:30 UTC is 10:30 in Paris.
    moment = datetime.fromisoformat("2026-11-16T09:30+00:00")
    allowed, notes = throttle(items, wanted, declared, moment, {})
    assert list(allowed) == [items[1].ref]
    assert notes == ("jira: quiet hours until 11:00; nothing is written until then.",)
    assert throttle(items, wanted, declared, moment + timedelta(hours=1), {}) == (wanted, ())


def test_the_days_comments_go_to_the_oldest_work_of_each_project() -> None:
    declared = declared_with({"jira": {"comments_a_day": 2}})
    items = [
        item(f"{project}-{n}", created=NOW - timedelta(days=n), writable=frozenset({"comment"}))
        for project in ("WEB", "OPS")
        for n in range(1, 5)
    ]
    wanted = {one.ref: ORPHAN for one in items}
    allowed, notes = throttle(items, wanted, declared, NOW, {items[0].ref: 1})
    got = [one.key for one in items if allowed[one.ref].comment is not None]
    assert got == ["WEB-4", "OPS-3", "OPS-4"]
    assert all(allowed[one.ref].labels == ORPHAN.labels for one in items)
    assert [note.partition(":")[2].split()[0] for note in notes] == ["2", "3"]
    assert {scope_of(one)[1] for one in items} == {"WEB", "OPS"}


def test_comments_that_are_there_do_not_count() -> None:
    declared = declared_with({"jira": {"comments_a_day": 0}})
    one = item("WEB-1", writable=frozenset({"comment"}), shown=replace(ORPHAN, comment=Comment("orphan")))
    allowed, notes = throttle([one], {one.ref: ORPHAN}, declared, NOW, {})
    assert (allowed[one.ref], notes) == (ORPHAN, ())


# --- As a user meets it ------------------------------------------------------------------------------


def declare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, **trackers: str) -> None:
    """The example company, with this in its `policy`, and these in a tracker's."""
    folder = tmp_path / "declared"
    folder.mkdir(exist_ok=True)
    for file in examples().glob("*.yaml"):
        content = file.read_text()
        for scope, name in (
            ("scope: {projects: [WEB, OPS]}", "jira"),
            ("scope: {teams: [ENG, MOB]}", "linear"),
        ):
            if name in trackers:
                content = content.replace(scope, f"{scope}, policy: {trackers[name]}")
        (folder / file.name).write_text(content)
    if text:
        (folder / "policy.yaml").write_text(f"policy: {text}\n")
    monkeypatch.setenv("TRUENORTH_CONFIG", str(folder))


AT = ("--as-of", "2026-11-16T09:00Z")


def test_an_observed_tracker_is_read_and_never_written(
    run: Cli, pointed: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    declare(monkeypatch, tmp_path, "", jira="{mode: observe}")
    ran = run("sync", "--first-run", *AT)
    assert ran.code == 0
    assert writes(pointed) == []
    assert any(one.path.startswith("/jira") for one in pointed.requests)
    assert any(one.operation == "mutation" for one in pointed.requests)


def test_a_tracker_that_is_off_is_not_even_asked(
    run: Cli, pointed: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    declare(monkeypatch, tmp_path, "", linear="{mode: off}")
    folder = tmp_path / "declared"
    with pytest.raises(ConfigError, match="whose mode is off"):
        load(folder)
    for file in folder.glob("*.yaml"):
        file.write_text(file.read_text().replace("{mode: off}", "{mode: observe}"))
    monkeypatch.delenv("TRUENORTH_LINEAR_TOKEN")
    assert run("plan", *AT).code == 2
    assert pointed.requests == []


def test_a_first_day_does_not_flood_and_the_next_day_goes_on(
    run: Cli, pointed: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    declare(monkeypatch, tmp_path, "{comments_a_day: 1}")

    def comments() -> int:
        return sum(len(one.comments) for one in pointed.world.jira.issues.values())

    before = comments()
    ran = run("sync", "--first-run", *AT)
    assert (ran.code, "on hold until another day" in ran.out) == (0, True)
    first = comments() - before
    assert 0 < first <= 2
    again = run("sync", *AT)
    assert "Nothing to write" in again.out
    assert comments() - before == first
    run("sync", "--as-of", "2026-11-17T09:00Z")
    assert comments() - before == first, "another moment to evaluate is no other day"
    monkeypatch.setattr("sync.store.store.wall_clock", lambda: datetime.now(UTC) + timedelta(days=1))
    run("sync", *AT)
    assert first < comments() - before <= 2 * first


def test_quiet_hours_stop_every_write_and_say_until_when(
    run: Cli, pointed: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    declare(monkeypatch, tmp_path, "{quiet_hours: {begin: '00:00', end: '23:59'}}")
    ran = run("sync", "--first-run", *AT)
    assert (ran.code, "quiet hours until 23:59" in ran.out, writes(pointed)) == (0, True, [])


def test_labels_only_and_back(
    run: Cli, pointed: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert run("sync", "--first-run", *AT).code == 0
    marked = [one for one in pointed.world.jira.issues.values() if "truenorth" in one.properties]
    # Our text has the title behind the id; a person's claim is the id alone.
    assert any(" · " in (one.custom.get("customfield_10101") or "") for one in marked)
    declare(monkeypatch, tmp_path, "{mode: label}")
    stopped = run("sync", *AT)
    assert stopped.code == 4, "narrowing the policy is a mass change"
    plan = re.search(r"--accept-plan ([0-9a-f]+)", stopped.out)
    assert plan is not None
    ran = run("sync", *AT, "--accept-plan", plan[1])
    assert ran.code == 0, ran.err
    assert not any(" · " in (one.custom.get("customfield_10101") or "") for one in marked)
    assert all(
        any(label.startswith("okr-") for label in one.labels)
        for one in marked
        if "truenorth" in one.properties
    )

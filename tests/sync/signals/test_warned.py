"""Which unaligned work is warned about: what is under way, what is committed, or all of it, and from when on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from connectors.model import Comment, Marks, Mirror, Ref, Stamp, WorkItem
from sync.decide import Decision, decide
from sync.memory import Memory
from tests.support.builders import NOW, epic, item, observed, ref, work, workspace

WEB = ref("WEB-1")
WRITTEN = Memory(writing_runs=1)


def ago(days: float) -> Any:
    return NOW - timedelta(days=days)


def run(*items: WorkItem, memory: Memory = WRITTEN, **policy: Any) -> Decision:
    return decide(observed(*items), memory, workspace(work("KR1"), policy=policy), NOW)


def verdicts(found: Decision) -> dict[str, str]:
    """What becomes of each piece of unaligned work."""
    said = dict.fromkeys(found.signals.orphans, "warned")
    said |= dict.fromkeys(found.signals.in_grace, "in grace")
    said |= dict.fromkeys(found.signals.not_started, "not started")
    return {found.alignment.items[ref].key: what for ref, what in sorted(said.items())}


def verdict(one: WorkItem, *others: WorkItem, **policy: Any) -> str:
    return verdicts(run(one, *others, **policy))[one.key]


TODO, DOING = item("WEB-1"), item("WEB-1", category="doing")


@pytest.mark.parametrize(
    ("one", "warn", "expected"),
    [
        (TODO, "started", "not started"),
        (TODO, "committed", "not started"),
        (TODO, "all", "warned"),
        (DOING, "started", "warned"),
        (DOING, "committed", "warned"),
        (DOING, "all", "warned"),
        (replace(TODO, committed=True), "started", "not started"),
        (replace(TODO, committed=True), "committed", "warned"),
        (replace(TODO, committed=False), "committed", "not started"),
        (replace(TODO, started=ago(30)), "started", "not started"),
    ],
    ids=[
        "backlog", "backlog, committed", "backlog, all", "in progress", "in progress, committed", "in progress, all",
        "in a sprint, started", "in a sprint, committed", "in no sprint", "begun once and put back",
    ],
)  # fmt: skip
def test_the_policy_says_what_is_warned_about(one: WorkItem, warn: str, expected: str) -> None:
    assert verdict(one, warn=warn) == expected


def test_a_tracker_has_its_own_word() -> None:
    trackers = {
        "jira": {"kind": "jira", "url": "https://acme.example", "scope": {"projects": ["WEB"]}, "policy": {"warn": "all"}},
        "linear": {"kind": "linear", "scope": {"teams": ["ENG"]}},
    }  # fmt: skip
    declared = workspace(work("KR1"), trackers=trackers)
    found = decide(observed(item("WEB-1"), item("eng-1")), WRITTEN, declared, NOW)
    assert verdicts(found) == {"WEB-1": "warned", "eng-1": "not started"}


MIRRORS = {"mirrors": (Mirror("jira", "WEB-1", "WEB-1"),)}


@pytest.mark.parametrize(
    ("ours", "theirs", "warn", "expected"),
    [
        ({}, {"category": "doing"}, "started", "warned"),
        ({"category": "doing"}, {}, "started", "warned"),
        ({}, {}, "started", "not started"),
        ({}, {"category": "doing", "started": ago(1)}, "started", "in grace"),
        ({}, {"committed": True}, "committed", "warned"),
        ({}, {"committed": True, "category": "done"}, "committed", "not started"),
        ({"created": ago(1)}, {}, "all", "warned"),
    ],
)
def test_mirrored_work_is_under_way_where_any_side_is(
    ours: dict[str, Any], theirs: dict[str, Any], warn: str, expected: str
) -> None:
    """The side that counts is the one on Linear; it bears the warning, and what is above either side is under way, too."""
    above = [epic("WEB-9"), item("eng-9", level="project")]
    found = verdicts(
        run(
            *above,
            item("eng-1", "eng-9", **{**ours, **MIRRORS}),
            item("WEB-1", "WEB-9", **theirs),
            warn=warn,
        )
    )
    everywhere = {"eng-1", "eng-9", "WEB-9"}
    assert found == dict.fromkeys(everywhere, expected)


def test_what_is_done_where_it_counts_is_under_way_nowhere() -> None:
    done = item("eng-1", "eng-9", category="done", **MIRRORS)
    found = run(item("eng-9", level="project"), done, item("WEB-1", category="doing"), warn="started")
    assert verdicts(found) == {"eng-9": "not started"}


@pytest.mark.parametrize(
    ("below", "expected"),
    [
        ({"category": "doing"}, "warned"),
        ({"category": "todo"}, "not started"),
        ({"category": "done"}, "not started"),
        ({"category": "dropped"}, "not started"),
        ({"category": "doing", "claims": ("KR1",)}, "warned"),
        ({"category": "doing", "started": NOW + timedelta(hours=1)}, "not started"),
        ({"category": "doing", "in_scope": False}, "not started"),
    ],
    ids=[
        "in progress",
        "not started",
        "done",
        "dropped",
        "serves a key result",
        "begins later",
        "out of scope",
    ],
)
@pytest.mark.parametrize("depth", [1, 2])
def test_work_is_under_way_with_what_hangs_below_it(below: dict[str, Any], expected: str, depth: int) -> None:
    line = [epic("WEB-1"), *(item(f"WEB-{n + 1}", f"WEB-{n}") for n in range(1, depth))]
    leaf = item("WEB-9", f"WEB-{depth}", **below)
    assert verdict(*line, leaf) == expected


def test_what_hangs_below_work_in_progress_is_not_therefore_in_progress() -> None:
    assert verdict(item("WEB-2", "WEB-1"), epic("WEB-1", category="doing")) == "not started"


def test_a_project_of_its_own_is_under_way_with_the_issue() -> None:
    project = item("launch", level="project", own_project=None)
    parent = item("eng-1", claims=("KR1",))
    issue = item("eng-2", "eng-1", category="doing", own_project=project.ref)
    assert verdict(project, parent, issue) == "warned"


def test_what_is_above_something_committed_is_committed() -> None:
    inside = item("WEB-2", "WEB-1", committed=True)
    assert verdicts(run(epic("WEB-1"), inside, warn="committed")) == {"WEB-1": "warned", "WEB-2": "warned"}
    assert verdicts(run(epic("WEB-1"), replace(inside, category="done"), warn="committed")) == {
        "WEB-1": "not started"
    }


# --- Grace ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "warn", "expected"),
    [
        (replace(DOING, started=ago(3)), "started", "in grace"),
        (replace(DOING, started=ago(7)), "started", "warned"),
        (replace(DOING, created=ago(3)), "started", "in grace"),
        (replace(DOING, created=ago(8)), "started", "warned"),
        (replace(DOING, started=ago(3)), "all", "warned"),
        (replace(TODO, created=ago(3)), "all", "in grace"),
        (replace(DOING, started=ago(3), committed=True), "committed", "warned"),
        (replace(DOING, started=ago(3), committed=False), "committed", "in grace"),
    ],
    ids=[
        "from the start", "the start is a week ago", "no start is told", "none is told, and it is old",
        "where all is warned, from the creation", "young backlog", "committed before", "not committed",
    ],
)  # fmt: skip
def test_grace_runs_from_when_it_needed_a_key_result(one: WorkItem, warn: str, expected: str) -> None:
    assert verdict(one, warn=warn) == expected


def test_a_container_began_with_the_first_thing_below_it() -> None:
    def below(*days: int) -> Decision:
        children = (item(f"WEB-{n}", "WEB-1", category="doing", started=ago(n)) for n in days)
        return run(epic("WEB-1", created=ago(200)), *children)

    assert verdicts(below(3, 4)) == {"WEB-1": "in grace", "WEB-3": "in grace", "WEB-4": "in grace"}
    assert below(3, 4).signals.in_grace[WEB].until == ago(-3).date()
    assert verdicts(below(3, 9)) == {"WEB-1": "warned", "WEB-3": "in grace", "WEB-9": "warned"}
    assert below(3, 9).signals.orphans[WEB].begun == ago(9).date()


def warned(one: WorkItem, owner: str = "acme", *, copied: bool = False) -> WorkItem:
    stamp = Stamp(owner, alignment="orphaned", labels=("okr-orphaned",), copied=copied)
    return replace(one, shown=Marks(alignment="orphaned", labels=("okr-orphaned",), stamp=stamp))


def test_a_warning_that_stands_is_not_taken_off_for_a_later_start() -> None:
    late = replace(DOING, started=ago(1))
    assert verdict(late) == "in grace"
    assert verdict(warned(late)) == "warned"
    assert verdict(warned(late, copied=True)) == "in grace", "it came from another ticket"
    assert verdict(warned(late, "other")) == "in grace"
    assert verdict(warned(replace(late, created=ago(3)))) == "in grace", "a longer grace period holds"
    comment = Comment("orphan")
    project = replace(late, shown=Marks(comment=comment, stamp=Stamp("acme", comment_id="1")))
    assert verdict(project) == "warned", "a project of Linear bears the comment alone"
    assert verdict(warned(TODO)) == "not started"


def test_a_warning_on_a_container_does_not_come_and_go_with_the_work_below_it() -> None:
    top = epic("WEB-1", created=ago(100))

    def below(first: str, second: str) -> list[WorkItem]:
        late = None if second == "todo" else ago(1)
        return [
            item("WEB-2", "WEB-1", category=first, started=ago(60)),
            item("WEB-3", "WEB-1", category=second, started=late),
        ]

    written = 0
    for first, second in (("doing", "todo"), ("done", "todo"), ("done", "doing"), ("done", "done")):
        found = run(top, *below(first, second))
        assert verdicts(found)["WEB-1"] == "warned", (first, second)
        for edit in found.plan.edits:
            if edit.item.ref == WEB:
                written += 1
                stamp = Stamp("acme", alignment=edit.wanted.alignment, labels=edit.wanted.labels)
                top = replace(top, shown=replace(edit.wanted, stamp=stamp))
    assert written == 1
    assert verdict(warned(epic("WEB-1")), item("WEB-2", "WEB-1")) == "not started", (
        "nothing was begun below it"
    )
    outside = item("WEB-2", "WEB-1", category="done", in_scope=False)
    assert verdict(warned(epic("WEB-1")), outside) == "not started"


def test_what_loses_its_link_before_it_is_started_is_not_warned() -> None:
    lost: dict[Ref, date | None] = {WEB: ago(30).date()}
    memory = Memory(links=lost, writing_runs=1)
    assert verdicts(run(TODO, memory=memory)) == {"WEB-1": "not started"}
    assert verdicts(run(DOING, memory=memory)) == {"WEB-1": "warned"}
    stamp = Stamp("acme", alignment="aligned", labels=("okr-aligned",))
    linked = replace(TODO, shown=Marks(alignment="aligned", labels=("okr-aligned",), stamp=stamp))
    found = run(linked, item("WEB-2", category="doing", shown=linked.shown))
    assert found.plan.notes[-2:] == (
        "1 item loses its last key result; without another one it is warned from 2026-11-23.",
        "1 item loses its last key result; it is not warned as long as it is not started.",
    )


# --- Who bears what --------------------------------------------------------------------------------


def test_the_topmost_that_is_warned_bears_the_comment() -> None:
    tree = [
        epic("WEB-1", claims=("KR1",)),
        item("WEB-2", category="doing"),
        item("WEB-3", "WEB-2", category="doing"),
        item("WEB-4", "WEB-2"),
        epic("WEB-5"),
        item("WEB-6", "WEB-5"),
    ]
    found = run(*tree)
    bears = {
        edit.item.key: (edit.wanted.labels, edit.wanted.comment and edit.wanted.comment.purpose)
        for edit in found.plan.edits
    }
    assert bears == {
        "WEB-1": (("okr-aligned",), "progress"),
        "WEB-2": (("okr-orphaned",), "orphan"),
        "WEB-3": (("okr-orphaned",), None),
    }


def test_a_look_at_the_past_does_not_know_what_began_later() -> None:
    one = replace(DOING, started=ago(10))
    declared = workspace(work("KR1"))
    for moment, expected in ((NOW, "warned"), (ago(5), "in grace"), (ago(12), "not started")):
        assert verdicts(decide(observed(one, at=moment), WRITTEN, declared, moment)) == {"WEB-1": expected}


# --- Guards ----------------------------------------------------------------------------------------


def test_warnings_that_go_with_the_backlog_are_named_where_a_guard_trips() -> None:
    standing = [warned(item(f"WEB-{n}")) for n in range(60)]
    found = run(*standing, guards={"floor": 10})
    assert "The warning is removed from 60 items not started, which policy.warn does not warn about." in (
        found.plan.notes
    )
    (mass, *removals) = found.stops
    assert mass.guard == "mass-change"
    cause = "On 60 items a warning goes because the work is not started, as policy.warn says"
    assert cause in mass.message
    assert {one.guard for one in removals} == {"mass-removal"}
    assert all(cause in one.message for one in removals)


def test_a_backlog_that_is_warned_at_once_stops_a_run() -> None:
    found = run(*(item(f"WEB-{n}") for n in range(30)), warn="all", guards={"share": 1, "project_share": 1})
    (stop,) = found.stops
    assert stop.guard == "mass-warning"
    assert "another policy.warn" in stop.message

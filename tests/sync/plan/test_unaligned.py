"""Many items that lose their key result, or that are warned at once, stop a run: once, in numbers, with the likely cause."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connectors.model import Comment, KeyResultMark, Marks, Stamp, WorkItem
from sync.decide import Decision, decide
from sync.memory import Memory, RunRecord
from tests.support.builders import NOW, item, observed, ref, work, workspace

LAST = RunRecord(41, "sync", NOW, "done", "abc123", {})


def marked(key: str, key_result: str = "KR1", because: str = "", objective: str = "Objective") -> WorkItem:
    """It shows a key result, and nothing links it."""
    mark = KeyResultMark(key_result, "T", 5, "on_track", "", objective=objective, because=because)
    stamp = Stamp("acme", (mark,), "aligned", ("okr-aligned",))
    return item(key, category="doing", shown=Marks((mark,), "aligned", ("okr-aligned",), stamp=stamp))


def world(losing: int, others: int, **changes: Any) -> list[WorkItem]:
    """Items that lose their last link, and others that keep theirs and show it as it is."""
    lost = [marked(f"WEB-{number}", **changes) for number in range(losing)]
    kept = [item(f"OPS-{number}", claims=("KR1",)) for number in range(others)]
    wanted = {edit.item.ref: edit.wanted for edit in run([*lost, *kept]).plan.edits}
    return lost + [replace(one, shown=replace(wanted[one.ref], stamp=Stamp("acme"))) for one in kept]


def run(
    items: list[WorkItem], memory: Memory | None = None, rules: tuple[dict[str, Any], ...] = (), **policy: Any
) -> Decision:
    space = workspace(work("KR1", {"label": "onboarding"}, *rules), policy=policy)
    return decide(observed(*items), memory or Memory(writing_runs=1), space, NOW)


def guards(found: Decision) -> list[str]:
    return [stop.guard for stop in found.stops]


@pytest.mark.parametrize(
    ("losing", "others", "trips"),
    [
        (16, 97, ["lost-links"]),
        (16, 144, []),  # 10 %, which is not more than the share
        (10, 2, []),  # not more than the floor
        (400, 600, ["lost-links"]),
        (400, 100, ["lost-links"]),  # most of the items change and most marks go, for this one cause
        (400, 3600, []),
    ],
)
def test_many_that_lose_their_key_result_stop_a_run_once(losing: int, others: int, trips: list[str]) -> None:
    found = run(world(losing, others))
    # The project of those that lose theirs has nobody else.
    assert [one for one in guards(found) if one != "mass-change-project"] == trips
    if trips:
        (stop,) = found.stops
        assert stop.message.startswith(
            f"{losing} of {losing + others:,} linked items would lose their last key result "
        )
        assert "limit: 10 % and 10 items" in stop.message
        assert stop.subject == found.plan.digest
        assert len(stop.samples) == 3


def test_another_cause_beside_it_is_a_stop_of_its_own() -> None:
    items = world(16, 97) + [item(f"OPS-9{number:03}", claims=("KR1",)) for number in range(60)]
    assert guards(run(items, guards={"share": 0.2})) == ["lost-links", "mass-change"]


def test_limits_can_be_declared() -> None:
    assert guards(run(world(5, 5), guards={"unlinked_share": 0.1, "unlinked_floor": 4})) == ["lost-links"]
    assert guards(run(world(16, 97), guards={"unlinked_share": 0.5})) == []


def test_where_the_guard_lets_it_pass_the_one_on_removals_names_the_cause() -> None:
    policy = {"unlinked_share": 0.9, "removed_floor": 5}
    (stop, *_) = run(world(30, 30, key_result="KR7"), guards=policy).stops
    assert stop.guard == "mass-removal"
    assert "30 of 60 key results would be removed (50 %)" in stop.message
    assert ". No longer declared: KR7 (30 items)" in stop.message


@pytest.mark.parametrize(
    ("changes", "memory", "words"),
    [
        pytest.param(
            {"key_result": "KR7", "objective": "New teams"},
            Memory(writing_runs=1),
            '. No longer declared: objective "New teams" with KR7 (16 items)',
            id="an objective",
        ),
        pytest.param(
            {"key_result": "KR7"},
            Memory(writing_runs=1),
            ". No longer declared: KR7 (16 items)",
            id="a key result",
        ),
        pytest.param(
            {"because": "rule label old on parent WEB-1"},
            Memory(writing_runs=1),
            '. Rule no longer declared: "label old" of KR1 (16 items)',
            id="a rule",
        ),
        pytest.param(
            {"because": "rule label onboarding on ancestor WEB-1"},
            Memory(writing_runs=1),
            ". Rules that are declared still and match no longer: KR1 (16 items)",
            id="work that a rule met before",
        ),
        pytest.param(
            {"because": "claim KR1"},
            Memory(writing_runs=1),
            ". Claims that people took back: 16 items",
            id="claims",
        ),
        pytest.param(
            {"because": "claim KR1"},
            Memory(writing_runs=1, last_sync=LAST, configuration="abc123"),
            "The configuration is that of run 41 of 2026-11-16 09:00 UTC, so keys, labels, parents or claims changed",
            id="the same configuration",
        ),
        pytest.param(
            {},
            Memory(writing_runs=1, last_sync=LAST, configuration="def456"),
            "The configuration changed since run 41 of 2026-11-16 09:00 UTC: abc123 then, def456 now",
            id="another configuration",
        ),
    ],
)
def test_the_likely_cause_is_named(changes: dict[str, Any], memory: Memory, words: str) -> None:
    (stop,) = run(world(16, 97, **changes), memory).stops
    assert words in stop.message
    assert stop.message.endswith("; review the plan, then override this guard")


def test_where_a_ticket_has_no_field_for_the_objective_its_stamp_tells_it() -> None:
    items = []
    for number in range(16):
        one = marked(f"WEB-{number}", "KR7", objective="New teams")
        (mark,) = one.shown.key_results
        stamp = Stamp("acme", key_results=(mark,))
        items.append(
            replace(one, shown=replace(one.shown, key_results=(replace(mark, objective=""),), stamp=stamp))
        )
    (stop,) = run(items).stops
    assert 'objective "New teams" with KR7 (16 items)' in stop.message


def test_few_are_named_and_the_rest_counted() -> None:
    items = [marked(f"WEB-{number}", f"KR{number + 10}") for number in range(16)]
    (stop,) = run(items).stops
    assert "No longer declared: KR10 (1 item), KR11 (1 item), KR12 (1 item) and 13 more" in stop.message


@pytest.mark.parametrize(("grace", "trips"), [(7, ["lost-links"]), (0, ["lost-links"])])
def test_without_grace_the_warnings_that_come_with_it_are_no_second_stop(
    grace: int, trips: list[str]
) -> None:
    found = run(world(40, 60), grace_days=grace)
    assert guards(found) == trips
    assert {edit.wanted.alignment for edit in found.plan.edits} >= ({"orphaned"} if grace == 0 else {None})


@pytest.mark.parametrize(
    ("new", "others", "trips"),
    [(21, 100, ["mass-warning"]), (20, 20, []), (21, 250, []), (400, 100, ["mass-warning"])],
)
def test_many_that_are_warned_for_the_first_time_stop_a_run_once(
    new: int, others: int, trips: list[str]
) -> None:
    items = [item(f"WEB-{number}", category="doing") for number in range(new)] + world(0, others)
    found = run(items, guards={"floor": 5000} if not trips else {"share": 0.9})
    assert [one for one in guards(found) if one != "mass-change-project"] == trips


@pytest.mark.parametrize(
    "memory",
    [
        pytest.param(
            Memory(
                writing_runs=1, links={ref(f"WEB-{n}"): NOW.date() - timedelta(days=7) for n in range(400)}
            ),
            id="announced when they lost their key result",
        ),
        pytest.param(
            Memory(writing_runs=1, undone=frozenset(ref(f"WEB-{n}") for n in range(400))),
            id="put back after an undo",
        ),
    ],
)
def test_what_was_said_before_is_not_said_again(memory: Memory) -> None:
    items = [item(f"WEB-{number}", category="doing") for number in range(400)]
    found = run(items, memory, guards={"share": 0.99, "floor": 5000, "project_floor": 5000})
    assert len([edit for edit in found.plan.edits if edit.wanted.alignment == "orphaned"]) == 400
    assert guards(found) == []


def test_an_undo_elsewhere_hides_no_mass_warning() -> None:
    memory = Memory(writing_runs=1, last_write=4, last_undo=5, undone=frozenset({ref("WEB-0"), ref("OPS-9")}))
    found = run([item(f"WEB-{number}", category="doing") for number in range(31)] + world(0, 100), memory)
    (stop,) = (one for one in found.stops if one.guard == "mass-warning")
    assert stop.message.startswith("30 of 131 open items would be newly warned")


def clones(number: int) -> list[WorkItem]:
    """Copies of linked work, made where nothing links them."""
    made = [replace(marked(f"LAB-{one}"), created=NOW) for one in range(number)]
    copied = Stamp("acme", made[0].shown.key_results, "aligned", ("okr-aligned",), copied=True)
    return [replace(one, shown=replace(one.shown, stamp=copied)) for one in made]


@pytest.mark.parametrize(("cloned", "linked"), [(15, 60), (400, 20)])
def test_copies_lose_no_key_result(cloned: int, linked: int) -> None:
    found = run(
        [*clones(cloned), *world(0, linked)], guards={"removed_share": 1, "share": 1, "project_share": 1}
    )
    assert len([edit for edit in found.plan.edits if edit.wanted.alignment is None]) == cloned
    assert guards(found) == []
    assert not any("last key result" in note for note in found.plan.notes)


def test_copies_are_not_counted_among_what_is_linked() -> None:
    found = run([*clones(100), *world(16, 97)], guards={"removed_share": 1, "share": 1, "project_share": 1})
    (stop,) = found.stops
    assert stop.message.startswith("16 of 113 linked items would lose their last key result")


def test_copies_that_are_warned_at_once_are_newly_warned() -> None:
    found = run([*clones(30), *world(0, 60)], grace_days=0, guards={"removed_share": 1, "project_share": 1})
    assert guards(found) == ["mass-warning"]


@pytest.mark.parametrize(
    ("stamp", "stops"),
    [
        (Stamp("acme", alignment="orphaned", labels=("okr-orphaned",)), []),
        (Stamp("acme", alignment="orphaned", labels=("okr-orphaned",), copied=True), ["mass-warning"]),
        (Stamp("acme", alignment="aligned"), ["mass-warning"]),
        (Stamp("acme"), ["mass-warning"]),
        (None, ["mass-warning"]),
    ],
    ids=["warned", "a copy of what is warned", "aligned", "no alignment", "no stamp"],
)
def test_a_field_made_for_warnings_that_stand_as_labels_warns_nobody_anew(
    stamp: Stamp | None, stops: list[str]
) -> None:
    shown = Marks(labels=("okr-orphaned",), stamp=stamp)
    items = [item(f"WEB-{nr}", category="doing", shown=shown) for nr in range(1000, 1030)]
    found = run(
        [*items, *world(0, 60)],
        grace_days=0,
        guards={"removed_share": 1, "share": 1, "project_share": 1},
    )
    assert guards(found) == stops


def test_the_cause_of_lost_links_is_not_that_of_other_removals() -> None:
    """Comments that the policy wants no more go, a few of them from work that lost its key result as well."""
    comment = Comment("progress", (("percent KR1", 5),))
    items = world(12, 60, key_result="KR7")
    items = [replace(one, shown=replace(one.shown, comment=comment)) for one in items]
    found = run(items, comments=False, guards={"unlinked_share": 1, "share": 1, "project_share": 1})
    (stop,) = found.stops
    assert stop.message.startswith("72 of 72 comments would be removed")
    assert "declared" not in stop.message


LAPSED = {"label": "autumn", "effective": {"since": "2026-09-01", "until": "2026-11-15"}}
LAPSED_WORDS = 'Not in effect on 2026-11-16: rule "label autumn" of KR1, since 2026-09-01 until 2026-11-15'
SAME = Memory(writing_runs=1, last_sync=LAST, configuration="abc123")


def test_rules_whose_dates_passed_are_the_cause_and_nobody_changed_a_ticket() -> None:
    items = world(16, 97, because="rule label autumn on parent WEB-1")
    (stop,) = run(items, SAME, (LAPSED,)).stops
    assert f". {LAPSED_WORDS} (16 items). The configuration is that of run 41" in stop.message
    assert "match no longer" not in stop.message
    assert "changed in the tracker" not in stop.message


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param({"label": "autumn"}, id="another rule of the same words has no dates"),
        pytest.param(
            {"label": "autumn", "effective": {"since": "2026-11-16"}}, id="another one has its dates now"
        ),
    ],
)
def test_a_rule_that_is_in_effect_is_not_said_to_have_lapsed(rule: dict[str, Any]) -> None:
    (stop,) = run(world(16, 97, because="rule label autumn"), SAME, (LAPSED, rule)).stops
    assert "Not in effect" not in stop.message
    assert "Rules that are declared still and match no longer: KR1 (16 items)" in stop.message


def test_beside_lapsed_rules_only_the_other_tickets_changed() -> None:
    others = [marked(f"LAB-{number}", because="claim KR1") for number in range(4)]
    (stop,) = run([*world(12, 97, because="rule label autumn"), *others], SAME, (LAPSED,)).stops
    assert f"{LAPSED_WORDS} (12 items). Claims that people took back: 4 items" in stop.message
    assert "so keys, labels, parents or claims of the other 4 items changed in the tracker" in stop.message

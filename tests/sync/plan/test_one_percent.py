"""One percent of one key result on one ticket, in fields, links and comment alike, whatever people do to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.workspace import Workspace
from connectors.model import MARKS, Comment, KeyResultMark, Marks, Stamp, WorkItem
from connectors.stamp import comment_marker, from_comment_marker
from sync.marks.facts import figures_in
from sync.plan.plan import absorb_small_steps, make_plan
from sync.plan.throttle import throttle
from tests.support.builders import NOW, epic, item, metric, workspace
from tests.support.deciding import decide

STEP = 5
NAMES = ("A", "B")


@dataclass(frozen=True)
class World:
    """The declared values, and the tickets as they are."""

    values: dict[str, int]
    items: tuple[WorkItem, ...]
    owner: str = "ines"
    language: str = "en"

    @property
    def goals(self) -> Workspace:
        return workspace(
            *(
                metric(name, 0, 100, ("2026-11-02", value), links=[{"label": name}], owner=self.owner)
                for name, value in self.values.items()
            ),
            policy={"language": self.language},
        )

    def synced(self) -> World:
        """After a run that wrote all it wanted."""
        edits = {edit.item.ref: edit.wanted for edit in decide(list(self.items), self.goals)[2].edits}
        return replace(
            self, items=tuple(seen(one, edits[one.ref]) if one.ref in edits else one for one in self.items)
        )

    @property
    def edited(self) -> set[str]:
        """The items to which a run would write."""
        return {edit.item.key for edit in decide(list(self.items), self.goals)[2].edits}

    def with_item(self, key: str, change: Callable[[WorkItem], WorkItem]) -> World:
        return replace(self, items=tuple(change(one) if one.key == key else one for one in self.items))


def seen(one: WorkItem, wanted: Marks) -> WorkItem:
    """The item as it is read back after a write."""
    comment = wanted.comment
    if comment is not None and comment.doc is not None:
        found = from_comment_marker(msgspec.json.decode(msgspec.json.encode(comment_marker("acme", comment))))
        assert found is not None
        comment = found[1]
    return replace(one, shown=replace(wanted, comment=comment, stamp=Stamp("acme", wanted.key_results)))


FRESH = World(
    {"A": 40, "B": 60},
    (
        epic("WEB-1", labels=("A", "B")),
        epic("WEB-2", labels=("A",)),
        item("WEB-3", "WEB-1"),
        item("WEB-4", "WEB-3", category="done"),
        epic("eng-1", labels=("B", "A")),
    ),
)
KEYS = tuple(one.key for one in FRESH.items)


def stated(one: WorkItem) -> list[tuple[str, int | None]]:
    """Every percent that a reader of the ticket finds, with its key result: fields or attachments, links, comment."""
    found = [(mark.id, mark.percent) for mark in one.shown.key_results]
    found += [(mark.id, mark.percent) for mark in (one.shown.stamp.key_results if one.shown.stamp else ())]
    if one.shown.comment is not None and "comment" in one.writable:
        found += [(id_, said.percent) for id_, said in figures_in(one.shown.comment.facts).items()]
    return found


# --- What people do -----------------------------------------------------------------------------


def field_edited(percent: int) -> Callable[[WorkItem], WorkItem]:
    def change(one: WorkItem) -> WorkItem:
        if not one.shown.key_results:
            return one
        first, *others = one.shown.key_results
        return replace(one, shown=replace(one.shown, key_results=(replace(first, percent=percent), *others)))

    return change


def comment_left_behind(percent: int) -> Callable[[WorkItem], WorkItem]:
    """As the version before left it: its own steps, apart from those of the fields."""

    def change(one: WorkItem) -> WorkItem:
        comment = one.shown.comment
        if comment is None or comment.purpose != "progress":
            return one
        facts = tuple(
            (name, percent if name.endswith(" percent") else value) for name, value in comment.facts
        )
        return replace(
            one, shown=replace(one.shown, comment=replace(comment, facts=facts, text="", wording=""))
        )

    return change


def unlabelled(one: WorkItem) -> WorkItem:
    return replace(one, shown=replace(one.shown, labels=()))


def without_comment(one: WorkItem) -> WorkItem:
    return replace(one, shown=replace(one.shown, comment=None))


def comment_taken_over(one: WorkItem) -> WorkItem:
    return replace(one, writable=one.writable - {"comment"}) if one.shown.comment else one


def reopened_or_closed(one: WorkItem) -> WorkItem:
    return replace(one, category="doing" if one.category == "done" else "done")


PERCENTS = st.integers(0, 100)
ON_ITEMS = st.one_of(
    st.builds(field_edited, PERCENTS),
    st.builds(comment_left_behind, PERCENTS),
    st.sampled_from((unlabelled, without_comment, comment_taken_over, reopened_or_closed)),
)
ACTS: st.SearchStrategy[Callable[[World], World]] = st.one_of(
    st.builds(
        lambda name, value: lambda world: replace(world, values={**world.values, name: value}),
        st.sampled_from(NAMES),
        PERCENTS,
    ),
    st.builds(
        lambda name, by: lambda world: replace(
            world, values={**world.values, name: min(100, max(0, world.values[name] + by))}
        ),
        st.sampled_from(NAMES),
        st.integers(-STEP, STEP),
    ),
    st.builds(lambda key, change: lambda world: world.with_item(key, change), st.sampled_from(KEYS), ON_ITEMS),
    st.builds(lambda owner: lambda world: replace(world, owner=owner), st.sampled_from(("ines", "noor"))),
    st.builds(lambda lang: lambda world: replace(world, language=lang), st.sampled_from(("en", "fr"))),
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.lists(ACTS, min_size=1, max_size=3), min_size=1, max_size=4))
def test_after_every_run_a_ticket_states_one_percent_of_a_key_result(
    days: list[list[Callable[[World], World]]],
) -> None:
    world = FRESH.synced()
    for acts in days:
        for act in acts:
            world = act(world)
        world = world.synced()
        for one in world.items:
            if one.is_open:
                assert len(set(stated(one))) == len({id_ for id_, _ in stated(one)}), (one.key, stated(one))
        assert world.edited == set(), "the second run writes nothing"


@settings(deadline=None)
@given(st.lists(st.fixed_dictionaries(dict.fromkeys(NAMES, st.integers(1, 99))), min_size=1, max_size=5))
def test_a_run_writes_only_where_a_percent_moved_by_the_step_or_a_health_changed(
    days: list[dict[str, int]],
) -> None:
    world = FRESH.synced()
    for values in days:
        world = replace(world, values=values)
        wanted = decide(list(world.items), world.goals)[0]
        for one in world.items:
            today = {mark.id: mark for mark in wanted[one.ref].key_results}
            moved = any(
                abs((mark.percent or 0) - (today[mark.id].percent or 0)) >= STEP
                or mark.health != today[mark.id].health
                for mark in one.shown.key_results
            )
            assert (one.key in world.edited) == moved
        world = world.synced()


# --- Case by case -------------------------------------------------------------------------------


def shown(field: int, comment: int | None = None, link: int | None = None, **others: int) -> Marks:
    """A ticket of key result A, and of others, each with a percent."""

    def marks(first: int) -> tuple[KeyResultMark, ...]:
        return tuple(
            KeyResultMark(name, "T", percent, "on_track", "u")
            for name, percent in {"A": first, **others}.items()
        )

    facts = tuple((f"{name} percent", percent) for name, percent in {"A": comment or 0, **others}.items())
    return Marks(
        marks(field),
        "aligned",
        comment=None if comment is None else Comment("progress", facts),
        stamp=None if link is None else Stamp("acme", marks(link)),
    )


@pytest.mark.parametrize(
    ("before", "today", "after"),
    [
        (shown(24, 24), shown(27, 27), shown(24, 24)),
        (shown(24, 27), shown(27, 27), shown(27, 27)),
        (shown(24, 27), shown(24, 24), shown(24, 24)),
        (shown(24, 27), shown(25, 25), shown(25, 25)),
        (shown(24, 24, B=50), shown(27, 27, B=55), shown(27, 27, B=55)),
        (shown(24, 24, B=50), shown(27, 27, B=54), shown(24, 24, B=50)),
        (shown(24, link=27), shown(27), shown(27)),
        (shown(24, link=24), shown(27), shown(24)),
        (shown(24, 24), replace(shown(27, 27), labels=("x",)), replace(shown(27, 27), labels=("x",))),
        (shown(24), shown(27, 27), shown(27, 27)),
        (shown(24, 24), shown(27), shown(27)),
    ],
    ids=["all within the step", "the comment is ahead", "the comment alone is wrong", "both are behind",
         "another key result moved", "two within the step", "a field that somebody edited a little", "an older field",
         "a label is missing", "a comment is new", "a comment goes"],
)  # fmt: skip
def test_todays_percent_goes_everywhere_or_nowhere(before: Marks, today: Marks, after: Marks) -> None:
    assert absorb_small_steps(before, today, STEP) == after


def test_a_comment_that_is_not_ours_to_edit_makes_no_news() -> None:
    """A person made it theirs, so it stays as it is, at another percent: that must not make every run write."""
    before = shown(24, 19)
    today = replace(shown(27), comment=before.comment)
    assert absorb_small_steps(before, today, STEP) == before


def test_labels_alone_state_no_percent() -> None:
    labels = workspace(
        metric("A", 0, 100, ("2026-11-02", 40), links=[{"label": "A"}]), policy={"mode": "label"}
    )
    (one,) = (one for one in FRESH.items if one.key == "WEB-2")
    wanted, _, plan = decide([one], labels)
    assert wanted[one.ref].key_results == ()
    (edit,) = plan.edits
    assert decide([seen(one, edit.wanted)], labels)[2].empty


@pytest.mark.parametrize("marks", [["key_results"], ["comment"], ["labels", "comment"]])
def test_fewer_marks_keep_the_step(marks: list[str]) -> None:
    def goals(value: int) -> Workspace:
        return workspace(
            metric("A", 0, 100, ("2026-11-02", value), links=[{"label": "A"}]), policy={"marks": marks}
        )

    (one,) = (one for one in FRESH.items if one.key == "WEB-2")
    (edit,) = decide([one], goals(70))[2].edits
    after = seen(one, edit.wanted)
    assert decide([after], goals(72))[2].empty
    assert not decide([after], goals(75))[2].empty


def test_what_the_policy_holds_back_leaves_no_comment_behind_a_field() -> None:
    """New comments alone are rationed, and quiet hours hold the whole ticket: neither leaves an old comment."""
    base = {"step": 5, "comments_a_day": 0}
    world = FRESH.synced()
    later = replace(world, values={"A": 70, "B": 90})
    for policy, edited in ((base, True), (base | {"quiet_hours": {"begin": "00:00", "end": "23:59"}}, False)):
        goals = later.goals.model_copy(update={"policy": workspace(policy=policy).policy, "time_zone": "UTC"})
        wanted = decide(list(world.items), goals)[0]
        allowed, _ = throttle(world.items, wanted, goals, NOW, {})
        plan = make_plan(world.items, allowed, goals)
        assert bool(plan.edits) == edited
        for edit in plan.edits:
            one = seen(edit.item, edit.wanted)
            assert len(set(stated(one))) == len({id_ for id_, _ in stated(one)})
            assert (edit.wanted.comment is None) == (edit.item.shown.comment is None)


def test_all_marks_are_tried() -> None:
    assert set(FRESH.items[0].writable) == set(MARKS)

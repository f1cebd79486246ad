"""Conditions: what each asks, how they combine, and that the tables give what a plain test of each would."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.conditions import Condition
from config.link_rules import LinkRule
from config.trackers import NativeQuery
from connectors.model import WorkItem
from sync.align.alignment import align
from sync.align.ancestry import Ancestry
from sync.align.item_facets import ItemFacets, MatchContext
from sync.align.native_queries import found_by, rule_queries
from sync.align.rule_index import Index, alternatives, as_test
from sync.observation import RuleQuery
from tests.support.builders import epic, item, ref, work, workspace

KINDS = workspace().trackers
DONE = datetime(2026, 10, 20, 12, tzinfo=UTC)


def plainly(condition: dict[str, Any], one: WorkItem, setting: MatchContext | None = None) -> bool:
    return as_test(Condition.model_validate(condition), KINDS)(ItemFacets(one, setting or MatchContext()))


def by_index(condition: dict[str, Any], one: WorkItem, setting: MatchContext | None = None) -> bool:
    index: Index[str] = Index(KINDS)
    index.add(Condition.model_validate(condition), "hit")
    return bool(index.find(ItemFacets(one, setting or MatchContext())))


ITEM = item(
    "WEB-7",
    "WEB-6",
    labels=("Urgent", "infra"),
    title="[Infra] Move the database",
    priority="High",
    assignee="Ada",
    kind="Bug",
    team="ENG",
    created=datetime(2026, 10, 1, 23, 30, tzinfo=UTC),
    started=datetime(2026, 10, 5, tzinfo=UTC),
    completed=DONE,
    category="done",
    due=date(2026, 10, 31),
    components=("Storage", "API"),
    fields=(("Squad", "Core"), ("Squad", "Data"), ("Size", "5")),
)

CASES: list[tuple[dict[str, Any], bool]] = [
    ({"key": "web-7"}, True),
    ({"key": "WEB-70"}, False),
    ({"label": "INFRA"}, True),
    ({"label": "infra", "type": "Story"}, False),
    ({"label": "infra", "type": "bug", "project": "web"}, True),
    ({"label": "infra", "type": "bug", "project": "ops"}, False),
    ({"priority": "high"}, True),
    ({"priority": "Low"}, False),
    ({"assignee": "ada"}, True),
    ({"assignee": "ada lovelace"}, False),
    ({"component": "api"}, True),
    ({"component": "ui"}, False),
    ({"field": {"squad": "core"}}, True),
    ({"field": {"squad": "data", "size": "5"}}, True),
    ({"field": {"squad": "data", "size": "8"}}, False),
    ({"field": {"size": "core"}}, False),
    ({"group": "platform"}, True),
    ({"group": "growth"}, False),
    ({"team": "eng"}, True),
    ({"team": "growth"}, False),
    ({"level": "issue"}, True),
    ({"level": "epic"}, False),
    ({"tracker": "jira"}, True),
    ({"tracker": "linear"}, False),
    ({"parent": "web-6"}, True),
    ({"parent": "STRAT-1"}, False),
    ({"under": "WEB-6"}, True),
    ({"under": "strat-1"}, True),
    ({"under": "WEB-7"}, False),
    ({"initiative": "Scale up"}, True),
    ({"initiative": "STRAT-1"}, True),
    ({"initiative": "WEB-6"}, False),
    ({"title": "[infra]*"}, True),
    ({"title": "*database"}, True),
    ({"title": "*MOVE*base*"}, True),
    ({"title": "[infra] move the database"}, True),
    ({"title": "infra*"}, False),
    ({"title": "*move"}, False),
    ({"title": "*[infra]*"}, True),
    ({"title": "[infra]**database"}, True),
    ({"title": "[infra]* move the database"}, True),
    ({"title": "*base*move*"}, False),
    ({"title": "*data*data*"}, False),
    ({"title": "[infra]*[infra] move the database"}, False),
    ({"title": "*"}, True),
    ({"title": "*e*"}, True),
    ({"created": {"since": "2026-10-01", "until": "2026-10-01"}}, True),
    ({"created": {"until": "2026-09-30"}}, False),
    ({"created": {"since": "2026-10-02"}}, False),
    ({"started": {"since": "2026-10-05"}}, True),
    ({"completed": {"until": "2026-10-19"}}, False),
    ({"due": {"since": "2026-10-31", "until": "2026-10-31"}}, True),
    ({"due": {"until": "2026-10-30"}}, False),
    ({day: {"since": "2026-10-01"} for day in ("created", "started", "completed", "due")}, True),
    ({day: {"since": "2026-10-30"} for day in ("created", "started", "completed", "due")}, False),
    ({"all": [{"label": "urgent"}, {"label": "infra"}]}, True),
    ({"all": [{"label": "urgent"}, {"label": "web"}]}, False),
    ({"any": [{"label": "web"}, {"type": "Bug"}]}, True),
    ({"any": [{"label": "web"}, {"type": "Story"}]}, False),
    ({"any": [{"label": "infra"}], "type": "Story"}, False),
    ({"not": {"label": "web"}}, True),
    ({"not": {"label": "infra"}}, False),
    ({"label": "infra", "not": {"any": [{"type": "Bug"}, {"type": "Task"}]}}, False),
    ({"label": "infra", "not": {"all": [{"type": "Bug"}, {"priority": "Low"}]}}, True),
    ({"jql": "project = WEB"}, True),
    ({"jql": "project = OPS"}, False),
    ({"saved_filter": 10001}, False),
]


def around() -> MatchContext:
    world = [
        item("STRAT-1", level="initiative", title="Scale up"),
        epic("WEB-6", parent="STRAT-1"),
        ITEM,
    ]
    return MatchContext(
        Ancestry.of({one.ref: one for one in world}),
        {"ada": ("platform",)},
        found_by({RuleQuery("jira", NativeQuery("jql", "project = WEB")): frozenset({"WEB-7", "WEB-9"})}),
    )


@pytest.mark.parametrize(("condition", "holds"), CASES, ids=[str(case[0])[:60] for case in CASES])
def test_a_condition(condition: dict[str, Any], holds: bool) -> None:
    assert plainly(condition, ITEM, around()) is holds
    assert by_index(condition, ITEM, around()) is holds


def test_an_item_without_a_date_lies_in_no_span() -> None:
    bare = item("WEB-1")
    assert not plainly({"due": {"since": "2000-01-01"}}, bare)
    assert not plainly({"completed": {"until": "2100-01-01"}}, bare)


VALUES = st.sampled_from("abc")
SIMPLE: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.fixed_dictionaries({"label": VALUES}),
    st.fixed_dictionaries({"project": VALUES}),
    st.fixed_dictionaries({"label": VALUES, "team": VALUES}),
    st.fixed_dictionaries({"type": VALUES, "label": VALUES, "project": VALUES}),
    st.fixed_dictionaries({"title": st.sampled_from(["*abc*", "abc*", "*cab", "a*b*", "*"])}),
)


def _combined(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    several = st.lists(inner, min_size=1, max_size=4)
    return st.one_of(
        st.fixed_dictionaries({"all": several}),
        st.fixed_dictionaries({"any": several}, optional={"label": VALUES, "all": several}),
        st.fixed_dictionaries({"not": inner}, optional={"project": VALUES}),
    )


CONDITIONS = st.recursive(SIMPLE, _combined, max_leaves=30)
ITEMS = st.builds(
    lambda labels, project, team, kind, title: item(
        "WEB-1", labels=tuple(labels), project=project, team=team, kind=kind, title=title
    ),
    st.lists(VALUES, max_size=3),
    VALUES,
    st.one_of(st.none(), VALUES),
    VALUES,
    st.sampled_from(["abc", "abcab", "cab", "xabcx", "acb", ""]),
)


@given(CONDITIONS, ITEMS)
@settings(max_examples=150)
def test_the_tables_find_what_a_plain_test_finds(condition: dict[str, Any], one: WorkItem) -> None:
    assert by_index(condition, one) == plainly(condition, one)


def test_a_condition_with_countless_alternatives_is_filed_by_a_part() -> None:
    wide = {"all": [{"any": [{"label": f"{a}{b}"} for b in range(20)]} for a in range(4)]}
    made = alternatives(Condition.model_validate(wide), KINDS)
    assert len(made) <= 64
    assert not any(one.exact for one in made)
    assert by_index(wide, item("WEB-1", labels=("01", "15", "219", "37")))
    assert not by_index(wide, item("WEB-1", labels=("01", "15", "219")))


def test_only_rules_under_values_of_the_item_are_met(monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot match is not looked at: a test that says so would fail the item."""
    index: Index[int] = Index(KINDS)

    def never(_: ItemFacets) -> bool:
        raise AssertionError("this rule cannot match, and was asked")

    monkeypatch.setattr("sync.align.rule_index.as_test", lambda *_: never)
    for number in range(100):
        index.add(Condition.model_validate({"label": f"other-{number}", "type": "Bug"}), number)
        index.add(Condition.model_validate({"type": "Bug", "team": f"t{number}", "priority": "Low"}), 0)
        index.add(Condition.model_validate({"title": f"*other {number}*"}), number)
    assert index.find(ItemFacets(ITEM, around())) == []


# --- Rules in an alignment -----------------------------------------------------------------------


def served(items: list[WorkItem], *key_results: dict[str, Any], **given: Any) -> dict[str, list[str]]:
    placed = align(items, workspace(*key_results), **given).placements
    return {ref.id: [link.key_result for link in one.links] for ref, one in placed.items()}


def test_what_is_not_inherited_stays_with_the_item_itself() -> None:
    items = [epic("WEB-1", labels=("x", "y")), item("WEB-2", "WEB-1"), item("WEB-3", "WEB-2")]
    alone = work("A", {"label": "x", "inherit": False})
    assert served(items, alone) == {"WEB-1": ["A"], "WEB-2": [], "WEB-3": []}
    both = served(items, alone, work("B", {"label": "y"}))
    assert both == {"WEB-1": ["A", "B"], "WEB-2": ["B"], "WEB-3": ["B"]}
    shares = align(items, workspace(alone, work("B", {"label": "y"}))).placements[ref("WEB-3")].links
    assert [link.share for link in shares] == [1]


def test_above_what_is_not_inherited_the_next_ancestor_is_asked() -> None:
    items = [epic("WEB-1", labels=("y",)), item("WEB-2", "WEB-1", labels=("x",)), item("WEB-3", "WEB-2")]
    found = served(items, work("A", {"label": "x", "inherit": False}), work("B", {"label": "y"}))
    assert found == {"WEB-1": ["B"], "WEB-2": ["A"], "WEB-3": ["B"]}


def test_a_change_of_rules_does_not_rewrite_what_was_done_before() -> None:
    items = [
        item("WEB-1", labels=("x",), category="done", completed=DONE),
        item("WEB-2", labels=("x",), category="done", completed=datetime(2026, 11, 1, tzinfo=UTC)),
        item("WEB-3", labels=("x",), category="doing"),
        item("WEB-4", labels=("x",), category="dropped", updated=DONE),
    ]
    before = work("A", {"label": "x", "effective": {"until": "2026-10-31"}})
    after = work("B", {"label": "x", "effective": {"since": "2026-11-01"}})
    right = {"WEB-1": ["A"], "WEB-2": ["B"], "WEB-3": ["B"], "WEB-4": ["A"]}
    assert served(items, before, after, today=date(2026, 11, 16)) == right
    assert served(items, before, after, today=date(2026, 10, 31))["WEB-3"] == ["A"]


def test_a_day_ends_at_midnight_in_the_time_zone_of_the_workspace() -> None:
    late = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)
    items = [item("WEB-1", labels=("x",), category="done", completed=late)]
    rule = work("A", {"label": "x", "effective": {"until": "2026-10-31"}})
    assert align(items, workspace(rule)).placements[ref("WEB-1")].links
    paris = workspace(rule, time_zone="Europe/Paris")
    assert not align(items, paris).placements[ref("WEB-1")].links


def test_groups_name_people() -> None:
    items = [item("WEB-1", assignee="Ada Lovelace"), item("WEB-2", assignee="Bo"), item("WEB-3")]
    declared = workspace(work("A", {"group": "Platform"}), groups={"PLATForm": [" ada LOVElace "]})
    placed = align(items, declared).placements
    assert [one.state for one in placed.values()] == ["aligned", "unaligned", "unaligned"]


def test_a_native_query_links_what_its_tracker_found() -> None:
    rule = {"filter": {"priority": {"eq": 1}}, "not": {"view": "v-1"}}
    declared = workspace(work("A", rule))
    asked = rule_queries(declared)
    assert [(one.tracker, one.query.language) for one in asked] == [("linear", "filter"), ("linear", "view")]
    answers = {asked[0]: frozenset({"eng-1", "eng-2"}), asked[1]: frozenset({"eng-2"})}
    items = [item("eng-1"), item("eng-2"), item("eng-3")]
    found = align(items, declared, answers).placements
    assert [bool(one.links) for one in found.values()] == [True, False, False]


def test_exempt_by_a_condition_says_which() -> None:
    declared = workspace(exempt=[{"name": "spikes", "any": [{"title": "spike:*", "not": {"type": "Bug"}}]}])
    placed = align(
        [item("WEB-1", title="Spike: cache"), item("WEB-2", title="Spike: x", kind="Bug")], declared
    )
    one, two = placed.placements.values()
    assert (one.category, one.reason) == ("spikes", "title spike:*, not (type Bug)")
    assert two.state == "unaligned"


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"label": "x", "project": "WEB", "share": 0.5, "inherit": False}, "label x, project WEB"),
        ({"any": [{"label": "x"}, {"type": "Bug"}]}, "any of (label x; type Bug)"),
        ({"saved_filter": 7}, "saved filter 7"),
        ({"field": {"Squad": "Core"}, "component": "API"}, "component API, Squad Core"),
        ({"label": "x", "created": {"since": "2026-10-01"}}, "label x, created since 2026-10-01"),
        ({"filter": {"a": {"eq": 1}}}, 'filter {"a": {"eq": 1}}'),
    ],
)
def test_a_rule_in_words(rule: dict[str, Any], words: str) -> None:
    assert str(LinkRule.model_validate(rule)) == words

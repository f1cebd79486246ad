"""A rule that matches nothing is named, with its line and what was probably meant; what cannot be read is told apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.load import fingerprint, load
from config.text.phrases import say
from config.text.texts import Texts
from config.trackers import NativeQuery
from config.workspace import Workspace
from connectors.model import WorkItem
from sync.align.alignment import align
from sync.observation import Observation, RuleQuery, Unread
from sync.signals.declared.names import Names
from sync.signals.declared.unmatched import find_unmatched
from sync.signals.findings.finding import Finding
from tests.support.builders import NOW, epic, item, observed, work, workspace
from tests.support.declarations import GOOD, written

TODAY = NOW.date()
ITEMS = [
    epic("WEB-1", labels=("onboarding",), components=("Search",), priority="High"),
    item("WEB-2", "WEB-1", kind="Bug", assignee="Ada", fields=(("Team", "Growth"), ("Asset", ""))),
    item("WEB-3", labels=("ktlo",), category="done", completed=NOW - timedelta(days=10)),
    item("eng-1", labels=("onboarding",), team="ENG", project="Onboarding v2"),
    item("eng-9", level="initiative", kind="Initiative", project=None, title="Growth"),
]


def found(
    goals: Workspace, items: list[WorkItem] | None = None, at: datetime = NOW, **seen: Any
) -> list[Finding]:
    some = ITEMS if items is None else items
    observation: Observation = observed(*some, **seen)
    alignment = align(some, goals, observation.answers, at.date())
    return list(find_unmatched(alignment, observation, goals, at))


def told(*links: dict[str, Any], **seen: Any) -> list[tuple[str, str]]:
    return [(one.message, one.remedy) for one in found(workspace(work("KR1", *links)), **seen)]


MEANT = 'did you mean "{}"?'
CASES: list[tuple[str, dict[str, Any], str, str]] = [
    # name, the rule, what is said of it, the remedy
    ("label", {"label": "onbording"}, 'no item has label "onbording"', MEANT.format("onboarding")),
    ("type", {"type": "Bugg"}, 'no item has type "Bugg"', MEANT.format("Bug")),
    ("team", {"team": "ENGG"}, 'no item has team "ENGG"', MEANT.format("ENG")),
    ("project", {"project": "Onbording v2"}, 'no item has project "Onbording v2"', MEANT.format("Onboarding v2")),
    ("component", {"component": "Serch"}, 'no item has component "Serch"', MEANT.format("Search")),
    ("priority", {"priority": "Hihg"}, 'no item has priority "Hihg"', MEANT.format("High")),
    ("assignee", {"assignee": "Adda"}, 'no item has assignee "Adda"', MEANT.format("Ada")),
    ("initiative", {"initiative": "Grwth"}, 'no item has initiative "Grwth"', MEANT.format("Growth")),
    ("a value of a field", {"field": {"Team": "Grwth"}}, 'no item has "Grwth" in field "Team"', MEANT.format("Growth")),
    ("a field without values", {"field": {"Squad": "x"}}, 'no item has a value in field "Squad"', "correct or remove the rule"),
    ("a field without text", {"field": {"asset": "Server 1"}},
     'the tracker gives values of field "asset" without their text', "match by a label or another field"),
    ("key", {"key": "WEB-11"}, 'no item has the key "WEB-11"', "correct or remove the rule"),
    ("parent", {"parent": "WEB-2"}, 'no item has the parent "WEB-2"', "correct or remove the rule"),
    ("under", {"under": "WEB-9"}, 'no item is under "WEB-9"', "correct or remove the rule"),
    ("two names", {"label": "onbording", "type": "Bugg"}, 'no item has label "onbording"; no item has type "Bugg"',
     'did you mean "onboarding" and "Bug"?'),
    ("names that never meet", {"label": "onboarding", "type": "Bug"}, "no item meets all of its conditions",
     "correct or remove the rule"),
    ("title", {"title": "*nothing like it*"}, "no item meets all of its conditions", "correct or remove the rule"),
    ("any of which nothing is there", {"any": [{"label": "a1"}, {"type": "Bugg"}]},
     'no item has label "a1"; no item has type "Bugg"', MEANT.format("Bug")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "said", "remedy"), [one[1:] for one in CASES], ids=[one[0] for one in CASES]
)
def test_a_rule_that_matches_nothing(rule: dict[str, Any], said: str, remedy: str) -> None:
    (one,) = told({"label": "onboarding"}, rule)
    message, what_to_do = one
    assert message.startswith("the rule (")
    assert "of KR1 matches no work: " in message
    assert message.endswith(said)
    assert what_to_do == remedy


@pytest.mark.parametrize(
    "rule",
    [
        {"label": "ONBOARDING"},
        {"label": "ktlo"},  # on closed work alone
        {"field": {"TEAM": "growth"}},
        {"parent": "web-1"},
        {"any": [{"label": "onboarding"}, {"type": "Bug"}]},
        {"label": "onboarding", "not": {"type": "Bug"}},
        {"label": "ktlo", "effective": {"since": TODAY.isoformat()}},  # on work of before alone
        {"label": "onbording", "effective": {"until": "2026-11-15"}},  # over
        {"label": "onbording", "effective": {"since": "2026-11-17"}},  # to come
    ],
)
def test_what_matches_or_is_not_in_effect_is_no_finding(rule: dict[str, Any]) -> None:
    assert told(rule) == []


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"any": [{"label": "onboarding"}, {"label": "onbording"}]}, "label"),
        ({"label": "onboarding", "not": {"type": "Bugg"}}, "type"),
        ({"all": [{"label": "onboarding"}, {"any": [{"team": "ENG"}, {"team": "ENX"}]}]}, "team"),
    ],
)
def test_a_part_of_a_rule_that_matches_nothing(rule: dict[str, Any], said: str) -> None:
    ((message, _),) = told(rule)
    assert f"names what is not there: no item has {said}" in message


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (frozenset[str](), "its jql finds nothing"),
        (frozenset({"7", "8"}), "its jql finds 2 items, all of them out of scope"),
        (frozenset({"WEB-1"}), None),
    ],
)
def test_a_query_that_finds_nothing(seen: frozenset[str], said: str | None) -> None:
    answers = {RuleQuery("jira", NativeQuery("jql", "project = NO")): seen}
    messages = [message for message, _ in told({"jql": "project = NO"}, answers=answers)]
    assert [one.endswith(str(said)) for one in messages] == [True] * (said is not None)


@pytest.mark.parametrize(
    ("rule", "unread", "named"),
    [
        ({"label": "onbording"}, "linear", False),
        ({"label": "onbording", "tracker": "jira"}, "linear", True),
        ({"label": "onbording", "tracker": "linear"}, "linear", False),
        ({"component": "Serch"}, "linear", True),  # Linear has none
        ({"component": "Serch"}, "jira", False),
        ({"filter": {"labels": {"name": {"eq": "x"}}}}, "linear", False),
    ],
)
def test_of_rules_that_an_unread_tracker_could_meet_nothing_is_said(
    rule: dict[str, Any], unread: str, named: bool
) -> None:
    assert bool(told(rule, unread=(Unread("tracker", unread, "unreachable", "no answer."),))) is named


def test_a_source_that_gave_no_value_hides_no_rule() -> None:
    assert told({"label": "onbording"}, unread=(Unread("source", "KR9", "source", "no answer"),))


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"closed": "2026-11-01"}, NOW),
        ({}, datetime(2027, 2, 1, tzinfo=UTC)),
        ({}, datetime(2026, 9, 1, tzinfo=UTC)),
    ],
    ids=["closed", "after its cycle", "before it"],
)
def test_only_what_runs_is_looked_at(changes: dict[str, Any], at: datetime) -> None:
    goals = workspace(
        work("KR1", {"label": "onbording"}, **changes), exempt=[{"name": "x", "labels": ["no"]}]
    )
    running = "closed" in changes  # the exemption is of the cycle
    assert [one.message[:13] for one in found(goals, at=at)] == ["the exemption"] * running


def test_exemptions_are_told_in_one_line_each() -> None:
    exempt = [
        {
            "name": "upkeep",
            "labels": ["ktlo", "ktllo"],
            "types": ["Bug", "Incident"],
            "any": [{"team": "OPX"}],
        },
        {"name": "other", "types": ["Bug"]},
    ]
    (one,) = found(workspace(work("KR1"), exempt=exempt))
    assert one.message == (
        'the exemption upkeep names what is not there: no item has label "ktllo"; no item has type "Incident"; '
        'no item has team "OPX"'
    )
    assert one.remedy == 'did you mean "ktlo"?'


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        ({"weigh": "type", "weights": {"Bug": 1, "Bugg": 2}}, 'no item has type "Bugg"'),
        ({"weigh": "label", "weights": {"onbording": 2}}, 'no item has label "onbording"'),
        ({"weigh": "key", "weights": {"WEB-77": 2}}, 'no item has the key "WEB-77"'),
        ({"weigh": "field", "field": "Team", "weights": {"Growt": 2}}, 'no item has "Growt" in field "Team"'),
        ({"weigh": "field", "field": "Asset"}, "without their text"),
        ({"kind": "milestones", "weights": {"WEB-77": 2}}, 'no item has the key "WEB-77"'),
        ({"kind": "project", "project": "Onbording v2"}, 'no item has project "Onbording v2"'),
    ],
)
def test_names_in_measures(measure: dict[str, Any], said: str) -> None:
    (one,) = found(workspace(work("KR1", {"label": "onboarding"}, measure=measure)))
    assert one.message.startswith("the measure of KR1 names what is not there: ")
    assert said in one.message
    away = (Unread("tracker", "jira", "unreachable", "no answer."),)
    assert found(workspace(work("KR1", {"label": "onboarding"}, measure=measure)), unread=away) == []


def test_group_of_whom_nobody_has_work() -> None:
    goals = workspace(
        work("KR1", {"group": "growth"}, {"group": "ops"}), groups={"growth": ["Ada"], "ops": ["Bob"]}
    )
    (one,) = found(goals)
    assert one.message.endswith('no item is of anybody in group "ops"')


def test_whole_rules_come_first_and_each_has_its_line(tmp_path: Path) -> None:
    text = GOOD.replace(
        "links: [{label: onboarding, project: WEB}]",
        "links:\n          - any: [{label: onboarding}, {label: onbording}]\n          - {label: onboarding}\n          - {team: ENGG}\n        closed: null",
    )
    path = written(tmp_path, text + "exempt:\n  - {name: upkeep, types: [Bug, Bugg]}\n")
    goals = load(path)
    lines = text.splitlines()
    places = [one.place for one in found(goals)]
    expected = ["- {team: ENGG}", "- any: [{label: onboarding}"]
    rows = [next(at for at, line in enumerate(lines, 1) if line.strip().startswith(one)) for one in expected]
    assert places == [f"{path}:{row}" for row in (*rows, len(lines) + 2)]
    assert all(one.message.startswith(f"{one.place}: ") for one in found(goals))


def test_where_a_rule_stands_is_no_part_of_what_is_declared(tmp_path: Path) -> None:
    first = load(written(tmp_path, GOOD))
    second = load(written(tmp_path, "# moved\n\n" + GOOD, "moved.yaml"))
    assert first.place_of(("objectives", 0)) != second.place_of(("objectives", 0))
    assert first == second
    assert fingerprint(first) == fingerprint(second)


def test_the_nearest_of_many_names_is_found_without_comparing_all() -> None:
    names = Names([*(f"label-{number}" for number in range(5000)), "Onboarding"])
    assert names.nearest("onbording") == "Onboarding"
    assert names.nearest("label-12x4") is not None
    assert names.nearest("zzz") is None
    assert "ONBOARDING" in names


@pytest.mark.parametrize(
    "rule",
    [
        {"label": "Area/Gr"},
        {"type": "Récit"},
        {"component": "Cafe\u0301"},
        {"priority": "Haute"},
        {"field": {"Squad": "l\u2019équipe"}},
        {"field": {"squad": "L'ÉQUIPE"}},
    ],
)  # fmt: skip
def test_what_a_rule_matches_is_never_called_absent(rule: dict[str, Any]) -> None:
    """Beside a condition that nothing meets, each of these is compared as the rule itself compares it."""
    one = item(
        "WEB-1",
        labels=("Gr",),
        grouped_labels=("Area/Gr",),
        kind="Story",
        priority="High",
        other_names=(("type", "Récit"), ("priority", "Haute")),
        components=("Café",),
        fields=(("Squad", "l'équipe"),),
    )
    goals = workspace(work("KR1", {"any": [rule, {"label": "not there"}]}))
    assert align([one], goals, {}, TODAY).placements[one.ref].links
    (finding,) = found(goals, [one])
    assert "not there" in finding.message
    assert finding.message.count("no item") == 1


def test_it_is_said_in_every_language() -> None:
    links = ({"label": "onbording"}, {"key": "WEB-77"}, {"any": [{"type": "Bugg"}, {"team": "ENGG"}]})
    findings = found(workspace(work("KR1", *links)))
    french = [say(one.said, Texts("fr")) for one in findings if one.said is not None]
    assert french == [
        "la règle (label onbording) de KR1 ne correspond à aucun travail\u00a0: aucun élément n'a l'étiquette «\u00a0onbording\u00a0»",
        "la règle (key WEB-77) de KR1 ne correspond à aucun travail\u00a0: aucun élément n'a la clé «\u00a0WEB-77\u00a0»",
        (
            "la règle (any of (type Bugg; team ENGG)) de KR1 ne correspond à aucun travail\u00a0: aucun élément n'est de "
            "type «\u00a0Bugg\u00a0»\u00a0; aucun élément n'est de l'équipe «\u00a0ENGG\u00a0»"
        ),
    ]
    assert [say(one.todo, Texts("fr")) for one in findings if one.todo is not None][2] == (
        "vouliez-vous dire «\u00a0Bug\u00a0» et «\u00a0ENG\u00a0»\u00a0?"
    )

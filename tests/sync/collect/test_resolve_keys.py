"""Keys in the OKR files: what is asked of whom, and when not; the id is remembered and beats the key."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, cast

import pytest

from connectors.base import Connectors
from connectors.model import Identity, WorkItem
from sync.collect.resolve_keys import resolve_keys, with_former_names
from sync.observation import KeyName, KeyTarget, ResolvedKeys
from tests.support.builders import NOW, epic, item, observed, work, workspace

TODAY = NOW.date()
OLD = KeyName("jira", "item", "web-12")


@dataclass
class Answering:
    """A tracker that is asked for nothing but keys."""

    items: Mapping[str, Identity] = field(default_factory=dict)
    projects: Mapping[str, Identity] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def items_by_key(self, keys: Collection[str]) -> Mapping[str, Identity]:
        self.asked += sorted(keys)
        return {key: self.items[key] for key in keys if key in self.items}

    def projects_by_key(self, keys: Collection[str]) -> Mapping[str, Identity]:
        self.asked += [f"project {key}" for key in sorted(keys)]
        return {key: self.projects[key] for key in keys if key in self.projects}


def resolved(
    rule: dict[str, Any],
    items: list[WorkItem],
    jira: Answering | None = None,
    linear: Answering | None = None,
    last: ResolvedKeys | None = None,
    stale: Collection[str] = (),
    today: date = TODAY,
) -> tuple[dict[KeyName, KeyTarget], list[str]]:
    jira, linear = jira or Answering(), linear or Answering()
    connectors = cast(Connectors, {"jira": jira, "linear": linear})
    found = resolve_keys(workspace(work("A", rule)), connectors, items, stale, last or {}, today)
    return found, [f"jira {one}" for one in jira.asked] + [f"linear {one}" for one in linear.asked]


MOVED = Answering({"WEB-12": Identity("12", "OPS-7")})

ASKED: list[tuple[str, dict[str, Any], list[WorkItem], list[str]]] = [
    ("a key that is there", {"key": "WEB-1"}, [item("WEB-1")], []),
    ("a key that is on the other tracker", {"key": "WEB-1"}, [item("WEB-1"), item("eng-1")], []),
    ("a key that nobody has, of both trackers", {"key": "WEB-12"}, [], ["jira WEB-12", "linear WEB-12"]),
    ("of the tracker that stands before it", {"key": "linear:WEB-12"}, [], ["linear WEB-12"]),
    ("of the tracker of the rule", {"under": "WEB-12", "tracker": "jira"}, [], ["jira WEB-12"]),
    ("inside a rule of one tracker", {"tracker": "jira", "any": [{"parent": "WEB-12"}]}, [], ["jira WEB-12"]),
    ("a key that an item had", {"key": "WEB-12"}, [item("eng-7", former_keys=("WEB-12",))], []),
    ("a name that is no key", {"key": "Onboarding v2"}, [], []),
    ("a title", {"initiative": "Growth 2026"}, [], []),
    ("a project", {"project": "WEB"}, [item("WEB-1", project_id="1")], []),
    ("a project that nobody has", {"project": "OLD"}, [item("WEB-1", project_id="1")],
     ["jira project OLD", "linear project OLD"]),
    ("a name that is no project key", {"project": "Onboarding v2"}, [], []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "items", "asked"), [one[1:] for one in ASKED], ids=[one[0] for one in ASKED]
)
def test_what_is_asked(rule: dict[str, Any], items: list[WorkItem], asked: list[str]) -> None:
    assert resolved(rule, items)[1] == asked


def test_an_answer_is_asked_for_once_and_silence_again_on_another_day() -> None:
    jira = Answering({"WEB-12": Identity("12", "OPS-7")})
    rule = {"key": "WEB-12", "tracker": "jira"}
    found, asked = resolved(rule, [], jira)
    assert (found, asked) == ({OLD: KeyTarget(Identity("12", "OPS-7"), TODAY)}, ["jira WEB-12"])
    later = TODAY + timedelta(days=9)
    assert resolved(rule, [], last=found, today=later)[1] == []
    silent, _ = resolved(rule, [])
    assert silent == {OLD: KeyTarget(None, TODAY)}
    assert resolved(rule, [], last=silent)[1] == []
    assert resolved(rule, [], last=silent, today=later)[1] == ["jira WEB-12"]
    assert resolved(rule, [], last=silent, today=later, stale=["jira"]) == (silent, [])


def test_the_id_is_remembered_while_the_key_is_right_and_followed_afterwards() -> None:
    rule = {"key": "WEB-12"}
    seen, _ = resolved(rule, [item("WEB-12")])
    assert seen[OLD].identity == Identity("WEB-12", "WEB-12")
    moved = [epic("OPS-7", ref=item("WEB-12").ref)]
    found, asked = resolved(rule, moved, last=seen)
    assert (found[OLD].identity, asked) == (Identity("WEB-12", "OPS-7"), [])
    (pull,) = with_former_names(observed(*moved).pulls, found)
    assert [one.former_keys for one in pull.items] == [("web-12",)]


def test_a_key_that_something_has_now_means_that_alone() -> None:
    rule = {"key": "WEB-12"}
    items = [item("WEB-12"), item("eng-7", former_keys=("WEB-12",))]
    found, asked = resolved(rule, items, last={OLD: KeyTarget(Identity("99", "OPS-9"), TODAY)})
    assert asked == []
    assert found == {OLD: KeyTarget(Identity("WEB-12", "WEB-12"), TODAY)}
    pulls = with_former_names(observed(*items).pulls, found)
    assert [one.former_keys for pull in pulls for one in pull.items] == [(), ()]


@pytest.mark.parametrize("title", ["Growth", "Grow"])
def test_an_initiative_is_followed_by_its_id(title: str) -> None:
    rule = {"initiative": "Growth"}
    before = item("eng-9", level="initiative", title="Growth", project=None)
    now = item("eng-9", level="initiative", title=title, project=None)
    found, _ = resolved(rule, [now], last=resolved(rule, [before])[0])
    (pull,) = with_former_names(observed(now).pulls, found)
    assert pull.items[0].former_keys == (("growth",) if title != "Growth" else ())


def test_a_project_is_followed_by_its_id() -> None:
    rule = {"project": "WEB", "tracker": "jira"}
    found, asked = resolved(
        rule, [item("OPS-1", project_id="1")], Answering(projects={"WEB": Identity("1", "OPS")})
    )
    assert asked == ["jira project WEB"]
    found, asked = resolved(rule, [item("SITE-1", project_id="1")], last=found)
    assert asked == []
    (pull,) = with_former_names(
        observed(item("SITE-1", project_id="1"), item("TOP-1", project_id="2")).pulls, found
    )
    assert [one.former_projects for one in pull.items] == [("web",), ()]


def test_two_projects_of_one_name_are_not_remembered_for_one() -> None:
    items = [item("eng-1", project="Search", project_id="1"), item("eng-2", project="Search", project_id="2")]
    found, asked = resolved({"project": "Search"}, items)
    assert (found, asked) == ({}, [])

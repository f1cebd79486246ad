"""Fields that share a name or a meaning, and fields of kinds that are written in their own way: over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from connectors.jira import JiraConnector
from connectors.model import NOTHING, Pull, WorkItem
from connectors.sandbox.jira import layout
from connectors.sandbox.jira.fields import SPRINT, Sprint, custom_field
from connectors.sandbox.jira.http import SERVER_TOKEN
from connectors.sandbox.jira.state import STORY_POINT_ESTIMATE, STORY_POINTS, Issue
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support.jira_site import KEY_RESULT, adf, connector, key_result, marks
from tests.support.writing import write_one

SQUADS = "customfield_10201", "customfield_10202"
PAIR = STORY_POINTS, STORY_POINT_ESTIMATE


class World:
    """A site, and connectors that are closed in the end."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.jira = sandbox.world.jira
        self._open: list[JiraConnector] = []

    def connect(self, deployment: str = "cloud", **declared: Any) -> JiraConnector:
        base = self.sandbox.url
        if deployment == "cloud":
            one = connector(f"{base}/jira", **declared)
        else:
            one = connector(
                f"{base}/jira-dc", email=None, token=SERVER_TOKEN, deployment="data_center", **declared
            )
        self._open.append(one)
        return one

    def change(self, what: Callable[[], object]) -> None:
        self.sandbox.call(what)

    def some(self, project: str, count: int = 2) -> list[Issue]:
        return [one for one in self.jira.issues.values() if one.project.key == project][:count]

    def put(self, issue: Issue, field: str, value: object) -> None:
        self.change(lambda: issue.custom.__setitem__(field, value))

    def close(self) -> None:
        for one in self._open:
            one.close()


@pytest.fixture
def world() -> Iterator[World]:
    with Sandbox(generate(120, 3)) as sandbox:
        made = World(sandbox)
        yield made
        made.close()


def at(pulled: Pull, issue: Issue) -> WorkItem:
    return next(one for one in pulled.items if one.ref.id == str(issue.id))


def two_squads(world: World) -> None:
    """A team-managed project each, with a field Squad of its own."""
    hr, strat = world.jira.projects["HR"], world.jira.projects["STRAT"]
    strat.simplified = True
    for project, number in ((hr, 10201), (strat, 10202)):
        layout.add_team_field(world.jira, project, custom_field(number, "Squad", "textfield", None))


def test_each_project_has_its_own_field_of_one_name(world: World) -> None:
    world.change(lambda: two_squads(world))
    (one, _), (other, plain) = world.some("HR"), world.some("STRAT")
    world.put(one, SQUADS[0], "Growth")
    world.put(other, SQUADS[1], "Growth")
    pulled = world.connect(projects=("HR", "STRAT"), fields=("squad",)).pull()
    assert at(pulled, one).fields == at(pulled, other).fields == (("squad", "Growth"),)
    assert at(pulled, plain).fields == ()
    assert not [note for note in pulled.notes if "squad" in note]


def test_of_two_fields_in_one_project_both_are_read_and_said(world: World) -> None:
    for number in (10201, 10202):
        entry = custom_field(number, "Squad", "textfield", None)
        world.change(partial(layout.add_field, world.jira, entry))
    one, other = world.some("WEB")
    world.put(one, SQUADS[0], "Growth")
    pulled = world.connect(fields=("Squad",)).pull()
    assert not [note for note in pulled.notes if "Squad" in note]
    world.put(other, SQUADS[1], "Core")
    world.put(one, SQUADS[1], "Growth")
    pulled = world.connect(fields=("Squad",)).pull()
    assert (at(pulled, one).fields, at(pulled, other).fields) == (
        (("Squad", "Growth"),),
        (("Squad", "Core"),),
    )
    (note,) = [note for note in pulled.notes if "Squad" in note]
    assert note.startswith(f'2 fields named "Squad" hold values in WEB: {", ".join(SQUADS)}.')
    pulled = world.connect(fields=(SQUADS[1],)).pull()
    assert at(pulled, one).fields == ((SQUADS[1], "Growth"),)
    assert not [note for note in pulled.notes if "Squad" in note]


@pytest.mark.parametrize(
    ("team_managed", "declared", "points", "counts"),
    [
        (False, None, (8, 1), 8),
        (True, None, (8, 1), 1),
        (False, None, (None, 1), 1),
        (True, None, (8, None), 8),
        (False, "Story point estimate", (8, 1), 1),
        (True, STORY_POINTS, (8, 1), 8),
    ],
)
def test_points_are_those_of_the_kind_of_project(
    world: World, team_managed: bool, declared: str | None, points: tuple[int | None, int | None], counts: int
) -> None:
    world.change(lambda: [one.custom.pop(id_, None) for one in world.some("WEB", 999) for id_ in PAIR])
    project = world.jira.projects["WEB"]
    world.change(lambda: setattr(project, "simplified", team_managed))
    world.change(lambda: project.screen.update(PAIR))
    for context in world.jira.contexts.values():
        if context.field_id in PAIR:
            world.change(partial(setattr, context, "is_global", True))
    world.change(world.jira.shown.clear)
    one = world.some("WEB")[0]
    for id_, value in zip(PAIR, points, strict=True):
        world.put(one, id_, value)
    pulled = world.connect(projects=("WEB",), estimate_field=declared).pull()
    assert at(pulled, one).estimate == counts
    notes = [note for note in pulled.notes if "has points in" in note]
    assert len(notes) == (None not in points and declared is None)
    assert all('"Story Points"' in note and '"Story point estimate"' in note for note in notes)


def test_a_claim_is_read_in_a_projects_own_field(world: World) -> None:
    hr = world.jira.projects["HR"]
    own = custom_field(10203, "Key result", "textfield", None)
    world.change(lambda: layout.add_team_field(world.jira, hr, own))
    one, web = world.some("HR")[0], world.some("WEB")[0]
    world.put(one, own.id, "GROWTH-KR2")
    world.put(web, KEY_RESULT, "GROWTH-KR3")
    tracker = world.connect(projects=("HR", "WEB"))
    pulled = tracker.pull()
    assert (at(pulled, one).claims, at(pulled, web).claims) == (("GROWTH-KR2",), ("GROWTH-KR3",))
    # A person's word outlasts what we write elsewhere on the issue.
    write_one(tracker, at(pulled, one), marks())
    assert at(tracker.pull(), one).claims == ("GROWTH-KR2",)
    assert one.custom[own.id] == "GROWTH-KR2"


@pytest.mark.parametrize("deployment", ["cloud", "data_center"])
def test_a_sprint_is_its_name_on_every_deployment(world: World, deployment: str) -> None:
    world.change(lambda: layout.add_field(world.jira, SPRINT))
    first, second = world.some("WEB")
    names = "Growth 31", "Plan, then build [2]", "id=7,state=odd"
    world.put(first, SPRINT.id, [Sprint(n, name, goal="a, name=b") for n, name in enumerate(names, 30)])
    world.put(second, SPRINT.id, None)
    pulled = world.connect(deployment, fields=("Sprint",)).pull()
    assert at(pulled, second).fields == ()
    assert [text for _, text in at(pulled, first).fields][:2] == list(names[:2])


@pytest.mark.parametrize("deployment", ["cloud", "data_center"])
def test_key_result_as_a_paragraph_is_read_and_written_as_one(world: World, deployment: str) -> None:
    entry = custom_field(10101, "Key result", "textarea", None)
    world.change(lambda: world.jira.fields.__setitem__(KEY_RESULT, entry))
    claimed, free, another = world.some("WEB", 3)
    world.put(claimed, KEY_RESULT, adf("GROWTH-KR2, GROWTH-KR3"))
    tracker = world.connect(deployment)
    pulled = tracker.pull()
    assert at(pulled, claimed).claims == ("GROWTH-KR2", "GROWTH-KR3")
    wanted = marks()
    receipt = write_one(tracker, at(pulled, free), wanted)
    assert (receipt.outcome, receipt.error) == ("written", None)
    if deployment == "cloud":
        # What comes in a batch goes by another call, which has its own form of rich text.
        receipts = list(tracker.write_batch([(at(pulled, one), wanted) for one in (another, claimed)]))
        assert [one.outcome for one in receipts] == ["written", "written"]
        assert another.custom[KEY_RESULT] == adf("GROWTH-KR2 · It is live")
    again = tracker.pull()
    # What we wrote is no claim, shows, and is taken away again.
    assert at(again, free).claims == ()
    assert at(again, free).shown.key_results == (key_result(),)
    assert at(again, claimed).claims == ("GROWTH-KR2", "GROWTH-KR3")
    assert write_one(tracker, at(again, free), NOTHING).outcome == "written"
    assert not free.custom.get(KEY_RESULT)


@pytest.mark.parametrize("kind", ["url", "readonlyfield"])
def test_a_key_result_field_of_another_kind_of_text_is_only_read(world: World, kind: str) -> None:
    entry = custom_field(10101, "Key result", kind, None)
    world.change(lambda: world.jira.fields.__setitem__(KEY_RESULT, entry))
    pulled = world.connect().pull()
    assert any("read but not written" in note for note in pulled.notes)

"""A pull that is answered from parts gives what one process reads: item for item, note for note, on seeds and deployments."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from config.load import load
from connectors.base import Connector
from connectors.model import Pull
from connectors.parts import Part, ReadsParts
from connectors.sandbox.jira.moves import move
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.jobs.distributed.narrow import narrowed
from sync.jobs.reporter import Reporter
from sync.jobs.session import Session, session_for
from sync.jobs.sync import synchronise
from sync.plan.overrides import Overrides
from tests.support.partitions import credentials, declare, spread


@contextmanager
def session(
    box: Sandbox, goals: Path, deployment: str, tracker: str = "", place: str = ""
) -> Iterator[Session]:
    """A session on the sandbox, of one place of a tracker alone where one is given."""
    workspace = narrowed(load(goals), tracker, place)
    with session_for(
        workspace, credentials(box, deployment), f"sqlite:///{goals.parent}/truenorth.db"
    ) as one:
        yield one


def parts_of(
    box: Sandbox, goals: Path, deployment: str, tracker: str, seen: Pull | None = None
) -> list[Part]:
    """Every part of a tracker, each read by a connector of its own."""
    items = seen.items if seen else ()
    owned = {one.ref.id for one in items if one.shown.stamp} if seen else None
    commented = {one.ref.id for one in items if one.shown.comment}
    found = []
    for place in load(goals).trackers[tracker].scope_keys:
        with session(box, goals, deployment, tracker, place) as one:
            connector = one.connectors[tracker]
            assert isinstance(connector, ReadsParts)
            found.append(connector.read_part(None, owned, commented))
    return found


def pulled(connector: Connector, seen: Pull | None = None) -> Pull:
    """A pull, knowing what an earlier one saw."""
    if seen is None:
        return connector.pull()
    owned = {one.ref.id for one in seen.items if one.shown.stamp}
    return connector.pull(None, owned, {one.ref.id for one in seen.items if one.shown.comment})


def told(one: Pull) -> tuple[bytes, tuple[str, ...], bytes]:
    """All of a pull but what it cost, when it was read and in which order."""
    items = sorted(one.items, key=lambda item: item.ref)
    return (
        msgspec.json.encode(items),
        tuple(sorted(one.notes)),
        msgspec.json.encode((one.set_aside, one.pages)),
    )


@pytest.mark.parametrize(("deployment", "seed"), [("cloud", 3), ("cloud", 8), ("data_center", 3)])
def test_parts_give_what_one_pull_gives(
    deployment: str, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Sandbox, "watchers", [])
    world = generate(items=60, seed=seed)
    goals = declare(tmp_path, spread(world, 3), deployment)
    now = world.clock.now()
    with Sandbox(world) as box, session(box, goals, deployment) as whole:
        seen: dict[str, Pull] = {}
        # First a world without marks, then one with stamps, labels and comments of ours.
        for _ in range(2):
            for name, connector in whole.connectors.items():
                parts = parts_of(box, goals, deployment, name, seen.get(name))
                expected = pulled(connector, seen.get(name))
                before = len(box.requests)
                with session(box, goals, deployment) as other:
                    joining = other.connectors[name]
                    assert isinstance(joining, ReadsParts)
                    assert isinstance(connector, ReadsParts)
                    joining.serve([one.body for one in parts])
                    joined = pulled(joining, seen.get(name))
                    assert told(joined) == told(expected), name
                    assert joining.learned() == connector.learned()
                    assert bool(joined.bookmark) == bool(expected.bookmark)
                    assert joined.requests >= sum(one.requests for one in parts)
                    # What was read in parts is not read again: no issue in scope is.
                    asked = [one for one in box.requests[before:] if one.path.endswith("bulkfetch")]
                    assert len(asked) <= 2, [one.path for one in box.requests[before:]]
                seen[name] = expected
                assert sum(one.items for one in parts) >= sum(item.in_scope for item in expected.items)
            synchronise(whole, now, Reporter(), Overrides(first_run=True))


def test_an_issue_that_moves_between_two_parts_is_not_lost(tmp_path: Path) -> None:
    world = generate(items=60, seed=3)
    goals = declare(tmp_path, ["WEB", "OPS"])
    with Sandbox(world) as box, session(box, goals, "cloud") as whole:
        (first, later) = load(goals).trackers["jira"].scope_keys
        issue = next(
            one for one in world.jira.issues.values() if one.project.key == later and not one.children
        )
        bodies = []
        for place in (first, later):
            with session(box, goals, "cloud", "jira", place) as one:
                connector = one.connectors["jira"]
                assert isinstance(connector, ReadsParts)
                bodies.append(connector.read_part().body)
            if place == first:
                # Into the one that was read, out of the one that is yet to be.
                box.call(lambda: move(world.jira, issue, world.jira.projects[first]))
        joining = whole.connectors["jira"]
        assert isinstance(joining, ReadsParts)
        joining.serve(bodies)
        found = {item.ref.id: item for item in joining.pull().items}
        assert found[str(issue.id)].project == first


def test_what_a_pull_learned_can_be_learned_elsewhere(tmp_path: Path) -> None:
    world = generate(items=60, seed=3)
    goals = declare(tmp_path, ["WEB", "OPS"])
    with Sandbox(world) as box, session(box, goals, "cloud") as one, session(box, goals, "cloud") as other:
        for name, connector in one.connectors.items():
            connector.pull()
            elsewhere = other.connectors[name]
            assert isinstance(connector, ReadsParts)
            assert isinstance(elsewhere, ReadsParts)
            elsewhere.learn(connector.learned())
            assert elsewhere.learned() == connector.learned()

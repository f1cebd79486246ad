"""What people are told while both trackers are read and asked: each step, and each tracker apart."""

from __future__ import annotations

from datetime import UTC, datetime

from connectors.base import Progress
from connectors.sandbox.server import Sandbox
from sync.collect.progress import Reading
from sync.jobs.reporter import Reporter
from sync.jobs.sandbox import sandbox_session
from sync.jobs.sync import synchronise
from sync.plan.overrides import Overrides


class Heard(Reporter):
    """Keeps what is told last of each thing, in the order in which things are met."""

    def __init__(self) -> None:
        self.last: dict[str, tuple[int, int | None]] = {}

    def progress(self) -> Heard:
        return self

    def __enter__(self) -> Progress:
        return self.tell

    def __exit__(self, *_: object) -> None:
        pass

    def tell(self, what: str, done: int, total: int | None) -> None:
        assert total is None or 0 <= done <= total
        self.last[what] = done, total


def test_every_step_of_a_sync_is_told_and_ends(sandbox: Sandbox) -> None:
    heard = Heard()
    with sandbox_session(sandbox) as session:
        done = synchronise(session, datetime(2026, 11, 16, 9, tzinfo=UTC), heard, Overrides(first_run=True))
        assert done.applied is not None
        by_tracker = dict.fromkeys(session.connectors, 0)
        for receipt in done.applied.receipts:
            by_tracker[receipt.item.tracker] += 1
    steps = list(heard.last)
    assert set(steps[:2]) == {"Reading issues from jira", "Reading issues from linear"}
    assert steps.index("Asking queries") < steps.index("Deciding what to write")
    assert set(steps[-2:]) == {"Writing to jira", "Writing to linear"}
    assert {what: one for what, one in heard.last.items() if one[0] != one[1]} == {}
    assert {name: heard.last[f"Writing to {name}"][0] for name in by_tracker} == by_tracker


def test_two_trackers_tell_of_issues_each_of_its_own() -> None:
    told: list[tuple[str, int, int | None]] = []
    for name in ("jira", "jira-eu"):
        reading = Reading(name, lambda *one: told.append(one))
        reading("issues", 7, None)
        reading.end()
    assert told == [
        ("Reading issues from jira", 7, None),
        ("Reading issues from jira", 7, 7),
        ("Reading issues from jira-eu", 7, None),
        ("Reading issues from jira-eu", 7, 7),
    ]

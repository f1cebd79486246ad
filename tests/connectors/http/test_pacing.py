"""One budget for several processes: what a throttle tells the others, and does when it hears them."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from connectors.http.pacing import Shared
from connectors.http.rate_limits import Allowance
from connectors.http.retry import RetryPolicy
from connectors.http.throttle import SHARED_IN_FLIGHT, Throttle


class Others:
    """A `Pacer` that tells what a test says."""

    def __init__(self, *told: Shared) -> None:
        self._told = list(told)
        self.heard: list[tuple[int, float, list[str]]] = []

    def exchange(
        self, outstanding: int, pause: float, readings: Sequence[tuple[Allowance, float]]
    ) -> Shared | None:
        self.heard.append((outstanding, pause, [one.name for one, _ in readings]))
        return self._told.pop(0) if self._told else None


def paced(others: Others) -> tuple[Throttle, list[float]]:
    slept: list[float] = []
    return Throttle(RetryPolicy(sleep=slept.append), pacer=others), slept


def test_a_pause_that_another_process_was_asked_for_holds_here_too() -> None:
    throttle, slept = paced(Others(Shared(pause=7.0)))
    throttle.acquire("jira")
    assert [round(one) for one in slept] == [7]


def test_what_others_have_under_way_counts_against_the_quota() -> None:
    # 60 left of 100, 20 of them for people: 41 under way elsewhere leave nothing.
    left = Allowance("requests", 100, 60, ends_in=30.0)
    throttle, slept = paced(Others(Shared(39, 2, 0.0, ((left, 0.0),)), Shared(41, 2, 0.0, ((left, 0.0),))))
    throttle.acquire("jira")
    assert slept == []
    throttle.record()
    throttle.acquire("jira")
    assert [round(one) for one in slept] == [30]


def test_the_latest_reading_counts_whoever_had_it() -> None:
    throttle, _ = paced(
        Others(Shared(readings=((Allowance("requests", 100, 12), 0.0), (Allowance("points", 50, 9), 900.0))))
    )
    throttle.acquire("jira")
    assert {one.name: one.remaining for one in throttle.readings} == {"requests": 12, "points": 9}


def test_it_tells_what_is_under_way_and_what_it_was_asked() -> None:
    others = Others()
    throttle, _ = paced(others)
    throttle.acquire("jira")
    throttle.acquire("jira")
    throttle.record([Allowance("requests", 100, 60)])
    throttle.pause(5.0)
    throttle.acquire("jira")
    assert [one[0] for one in others.heard] == [0, 1, 1]
    assert others.heard[-1][1:] == (others.heard[-1][1], ["requests"])
    assert 4 < others.heard[-1][1] <= 5


def test_each_process_has_its_part_of_what_may_be_in_flight() -> None:
    throttle, _ = paced(Others(Shared(processes=4)))
    for _ in range(SHARED_IN_FLIGHT // 4):
        throttle.acquire("jira")
    waiting = threading.Thread(target=throttle.acquire, args=("jira",))
    waiting.start()
    waiting.join(0.2)
    assert waiting.is_alive()
    throttle.record()
    waiting.join(5)
    assert not waiting.is_alive()

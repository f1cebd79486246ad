"""How many requests are under way at once: by count, with a clock of the test's own."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from structlog.testing import capture_logs

from connectors.errors import RateLimited
from connectors.http.in_flight import HALVED_FOR, InFlight, Kind
from connectors.http.retry import OutOfTime, RetryPolicy
from connectors.http.throttle import Throttle, Throttles


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def in_flight(reads: int = 16, writes: int = 8) -> tuple[InFlight, Clock]:
    clock = Clock()
    return InFlight(reads, writes, clock=clock), clock


def limits(made: InFlight) -> tuple[int, int]:
    return made.limit("read"), made.limit("write")


def test_refusals_of_one_moment_halve_once_and_for_a_minute() -> None:
    made, clock = in_flight()
    rooms = [made.enter("read") for _ in range(16)]
    assert [made.refused(room) for room in rooms] == [True, *[False] * 15]
    assert limits(made) == (8, 4), "reads and writes have one quota"
    clock.now += HALVED_FOR - 1
    assert limits(made) == (8, 4)
    clock.now += 1
    assert limits(made) == (16, 8)


def test_a_refusal_of_what_was_sent_since_halves_again_down_to_one() -> None:
    made, clock = in_flight()
    seen = []
    for _ in range(6):
        room = made.enter("write")
        assert made.refused(room)
        made.leave(room)
        seen.append(limits(made))
    assert seen == [(8, 4), (4, 2), (2, 1), (1, 1), (1, 1), (1, 1)]
    clock.now += HALVED_FOR
    assert limits(made) == (16, 8)
    assert made.refused(made.enter("read"))
    assert limits(made) == (8, 4), "what was halved before is over"


def test_the_minute_counts_from_the_last_refusal() -> None:
    made, clock = in_flight()
    late = made.enter("read")
    assert made.refused(made.enter("read"))
    clock.now += 50
    assert not made.refused(late)
    clock.now += 50
    assert limits(made) == (8, 4)


@pytest.mark.parametrize(("kind", "most"), [("read", 5), ("write", 2)])
def test_no_more_are_let_through_at_once(kind: Kind, most: int) -> None:
    throttle = Throttle(in_flight=InFlight(5, 2))
    lock, full = threading.Lock(), threading.Barrier(most, timeout=10)
    now = highest = 0

    def send(at: int) -> None:
        nonlocal now, highest
        with throttle.request("jira", kind):
            with lock:
                now += 1
                highest = max(highest, now)
            if at < most:
                full.wait()
            with lock:
                now -= 1

    with ThreadPoolExecutor(4 * most) as pool:
        list(pool.map(send, range(8 * most)))
    assert (highest, now) == (most, 0)


@pytest.mark.parametrize(("kind", "most"), [("read", 5), ("write", 2)])
def test_whoever_comes_then_waits_until_one_ends(kind: Kind, most: int) -> None:
    made, _ = in_flight(5, 2)

    def full() -> bool:
        raise BlockingIOError

    rooms = [made.enter(kind, full) for _ in range(most)]
    with pytest.raises(BlockingIOError):
        made.enter(kind, full)
    made.leave(rooms[0])
    made.enter(kind, full)
    assert made.refused(rooms[1])
    made.leave(rooms[1])
    with pytest.raises(BlockingIOError):
        made.enter(kind, full)


def test_a_429_halves_and_says_so_once() -> None:
    throttle = Throttle(RetryPolicy(sleep=lambda _: None))
    with capture_logs() as logs:
        for error in (RateLimited("jira", "429"), OutOfTime("jira", "deadline")):
            with suppress(RateLimited), throttle.request("jira", "write"):
                raise error
            assert limits(throttle.in_flight) == (8, 4)
    assert [(told["reads"], told["writes"]) for told in logs] == [(8, 4)]
    with throttle.request("jira", "write") as readings:
        assert readings == [], "and the room was given back"


def test_nobody_waits_for_room_past_the_deadline_or_the_end() -> None:
    throttle = Throttle(in_flight=InFlight(1, 1), deadline=0)
    throttle.in_flight.enter("read")
    with pytest.raises(OutOfTime, match="deadline"), throttle.request("jira"):
        pytest.fail("let through")
    closed = Throttle(in_flight=InFlight(1, 1))
    closed.in_flight.enter("read")
    closed.close()
    with closed.request("jira"):
        pass


def test_trackers_of_one_credential_have_the_smaller_number() -> None:
    made = Throttles()
    one = made.of("https://acme.example", "a", reserved_share=0, deadline=60)
    assert limits(one.in_flight) == (16, 8)
    made.of(
        "https://acme.example/",
        "a",
        reserved_share=0,
        deadline=60,
        reads_in_flight=20,
        writes_in_flight=3,
    )
    assert limits(one.in_flight) == (16, 3)

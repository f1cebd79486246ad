"""The throttle: how long a request waits so that people keep their share, and what ends a wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from structlog.testing import capture_logs

from config.settings import Credentials
from config.trackers import JiraScope, JiraTracker
from connectors.errors import RateLimited, Unreachable
from connectors.http.rate_limits import Allowance, follow, kept, wait_before
from connectors.http.retry import OutOfTime, RetryPolicy
from connectors.http.throttle import Throttle, Throttles
from connectors.jira import JiraConnector
from connectors.jira.api.quotas import quotas_in
from connectors.sandbox.jira.limits import UserLimit
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support.jira_site import Waits, connector
from tests.support.linear_workspace import LinearWorkspace

HOURLY = Allowance("requests", limit=3600, remaining=3600, refill=1.0)
WINDOW = Allowance("points", limit=1000, remaining=1000, ends_in=600.0)


@pytest.mark.parametrize(
    ("reading", "age", "outstanding", "seconds"),
    [
        (HOURLY, 0, 0, 0),
        (replace(HOURLY, remaining=721), 0, 0, 0),
        (replace(HOURLY, remaining=720), 0, 0, 1),
        (replace(HOURLY, remaining=720), 1, 0, 0),
        (replace(HOURLY, remaining=721), 0, 3, 3),
        (replace(HOURLY, remaining=0), 0, 0, 721),
        (replace(HOURLY, remaining=0), 10_000, 0, 0),
        (replace(HOURLY, remaining=-5), 0, 0, 726),
        (WINDOW, 0, 0, 0),
        (replace(WINDOW, remaining=201), 0, 0, 0),
        (replace(WINDOW, remaining=200), 0, 0, 600),
        (replace(WINDOW, remaining=200), 590, 0, 10),
        (replace(WINDOW, remaining=0), 601, 0, 0),
        (replace(WINDOW, remaining=205), 0, 5, 600),
        (replace(WINDOW, remaining=0, ends_in=-30), 0, 0, 0),
        (replace(WINDOW, remaining=0, ends_in=None), 0, 0, 0),
        (Allowance("one", 1, 1, ends_in=60), 0, 0, 0),
        (Allowance("one", 1, 0, ends_in=60), 0, 0, 60),
        (Allowance("none", 0, 0, refill=1), 0, 0, 0),
        (Allowance("none", 0, 0, ends_in=60), 0, 0, 0),
    ],
    ids=[
        "plenty",
        "one above the share",
        "at the share",
        "at the share, a second ago",
        "others are on their way",
        "spent",
        "spent long ago",
        "less than nothing",
        "window: plenty",
        "window: one above the share",
        "window: at the share",
        "window: soon over",
        "window: over",
        "window: others are on their way",
        "window: ended by a wrong clock",
        "window: without an end",
        "a single request, there",
        "a single request, gone",
        "no limit at all",
        "no limit at all, with a window",
    ],
)
def test_how_long_a_request_waits(reading: Allowance, age: float, outstanding: int, seconds: float) -> None:
    assert wait_before(reading, 0.2, age, outstanding) == pytest.approx(seconds)


readings = st.builds(
    Allowance,
    st.just("any"),
    st.floats(0, 1e6),
    st.floats(-10, 1e6),
    st.floats(0, 1e3),
    st.none() | st.floats(-1e4, 1e4),
)


@given(readings, st.floats(0, 0.9), st.floats(0, 0.9), st.floats(0, 1e4), st.integers(0, 20))
def test_laws_of_waiting(reading: Allowance, one: float, other: float, age: float, outstanding: int) -> None:
    less, more = sorted((one, other))
    wait = wait_before(reading, more, age, outstanding)
    assert wait >= wait_before(reading, less, age, outstanding) >= 0, "a larger share never speeds up"
    assert wait_before(reading, more, age, outstanding + 1) >= wait, "nor do more requests"
    assert wait_before(reading, more, age + 1, outstanding) <= wait, "and time never makes it worse"


@given(st.integers(1, 500), st.integers(1, 100), st.sampled_from([0.0, 0.2, 0.5, 0.9]))
def test_a_greedy_run_leaves_people_their_share_of_a_bucket(limit: int, period: int, share: float) -> None:
    """Asked as fast as the throttle lets it, a bucket that refills never falls below what is kept."""
    refill, left = limit / period, float(limit)
    for _ in range(2 * limit):
        wait = wait_before(Allowance("any", limit, left, refill=refill), share)
        left = min(limit, left + wait * refill) - 1
        assert left >= kept(limit, share) - 1e-6


@pytest.mark.parametrize(
    ("before", "age", "told", "taken"),
    [(50, 0, 49, 49), (50, 0, 52, 49), (50, 0, 40, 40), (50, 10, 70, 62), (50, 3600, 3599, 3599)],
    ids=[
        "as expected",
        "an early reply comes late",
        "others asked too",
        "never doubted by more than ran",
        "long ago",
    ],
)
def test_an_early_reply_that_comes_late_does_not_tell_too_much(
    before: float, age: float, told: float, taken: float
) -> None:
    found = follow(replace(HOURLY, remaining=before), age, replace(HOURLY, remaining=told), together=8)
    assert found.remaining == taken


# --- The throttle --------------------------------------------------------------------------------


def throttle(**options: Any) -> tuple[Throttle, list[float]]:
    waits: list[float] = []
    return Throttle(RetryPolicy(sleep=waits.append), **options), waits


def after(reading: Allowance, **options: Any) -> tuple[Throttle, list[float]]:
    """A throttle that has read it from a first reply."""
    made, waits = throttle(**options)
    made.acquire("linear")
    made.record([reading])
    return made, waits


def test_nothing_waits_before_the_first_reply_and_while_there_is_plenty() -> None:
    made, waits = after(HOURLY)
    for _ in range(100):
        made.acquire("linear")
        made.record([HOURLY])
    assert waits == []


def test_requests_in_flight_queue_for_what_comes_back() -> None:
    made, waits = after(replace(HOURLY, remaining=720))
    for _ in range(3):
        made.acquire("linear")
    assert waits == pytest.approx([1, 2, 3], abs=0.1)


def test_the_narrowest_limit_counts() -> None:
    made, waits = after(replace(HOURLY, remaining=720))
    made.acquire("linear")
    made.record([replace(HOURLY, name="points", remaining=700)])
    made.acquire("linear")
    assert waits == pytest.approx([1, 21], abs=0.1)


def test_a_wait_is_announced_once_with_its_numbers() -> None:
    made, _ = after(replace(HOURLY, remaining=700))
    with capture_logs() as logs:
        for _ in range(3):
            made.acquire("linear")
    (told,) = logs
    assert {key: told[key] for key in ("tracker", "quota", "left", "limit")} == {
        "tracker": "linear",
        "quota": "requests",
        "left": 700,
        "limit": 3600,
    }
    assert told["seconds"] == pytest.approx(21, abs=0.2)


def test_a_wait_beyond_the_deadline_is_refused_and_nothing_is_sent() -> None:
    made, waits = after(replace(HOURLY, remaining=0), deadline=300)
    with pytest.raises(OutOfTime, match=r"0 of 3,600 requests left, 20 % reserved for people") as caught:
        made.acquire("linear")
    assert waits == []
    assert "quota_for_people" in caught.value.remedy


def test_a_told_wait_holds_all_back_and_a_longer_one_than_a_call_may_take_is_said() -> None:
    made, waits = throttle()
    made.pause(40)
    made.acquire("jira")
    assert waits == pytest.approx([40], abs=0.2)
    made.pause(4000)
    with pytest.raises(RateLimited, match="longer wait"):
        made.acquire("jira")


def test_a_run_that_is_to_end_does_not_wait_for_the_share() -> None:
    halt = threading.Event()
    made, waits = after(replace(HOURLY, remaining=0), halt=halt)
    halt.set()
    made.acquire("linear")
    assert waits == [], "the running write is to finish"
    made.pause(30)
    with pytest.raises(OutOfTime):
        made.acquire("linear")


@pytest.mark.parametrize("end", ["close", "halt"])
def test_a_wait_under_way_ends_with_the_run(end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.http.throttle._GRACE", 0.0)
    halt = threading.Event()
    made = Throttle(halt=halt)
    made.pause(200)
    fate: list[BaseException | None] = []

    def ask() -> None:
        try:
            made.acquire("jira")
            fate.append(None)
        except RateLimited as error:
            fate.append(error)

    waiting = threading.Thread(target=ask)
    waiting.start()
    time.sleep(0.05)
    made.close() if end == "close" else halt.set()
    waiting.join(20)
    assert not waiting.is_alive()
    assert isinstance(fate[0], OutOfTime if end == "halt" else type(None))


def test_a_retry_does_not_wait_past_the_deadline() -> None:
    made, waits = throttle(deadline=10)

    def send() -> str:
        raise RateLimited("jira", "wait", retry_after=60)

    with pytest.raises(RateLimited):
        made.retry.call(send, repeatable=True)
    assert waits == []


def test_no_own_wait_passes_the_deadline_either() -> None:
    made, waits = throttle(deadline=0.5)

    def send() -> str:
        raise Unreachable("jira", "no answer")

    with pytest.raises(Unreachable):
        made.retry.call(send, repeatable=True)
    assert waits == []


def test_after_the_deadline_nothing_is_asked() -> None:
    made, waits = throttle(deadline=0)
    with pytest.raises(OutOfTime, match="the run's deadline has passed") as caught:
        made.acquire("jira")
    assert waits == []
    assert "deadline_minutes" in caught.value.remedy


def test_a_wait_ends_with_the_deadline() -> None:
    begun = time.monotonic()
    Throttle(deadline=0.2).retry.sleep(60)
    assert time.monotonic() - begun < 30


def test_an_error_keeps_nothing_of_the_reply_that_it_arose_from() -> None:
    made, _ = throttle()

    def send() -> str:
        try:
            raise ValueError("a reply of megabytes")
        except ValueError as error:
            raise Unreachable("jira", "no answer") from error

    with pytest.raises(Unreachable) as caught:
        made.retry.call(send, repeatable=False)
    frames = [frame.name for frame in caught.traceback]
    assert "send" not in frames
    assert caught.value.__cause__ is caught.value.__context__ is None


def test_all_throttles_count_from_the_begin_of_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Throttles()
    monkeypatch.setattr(made, "_begun", time.monotonic() - 50)
    assert made.time_left(60) == pytest.approx(10, abs=1)
    assert made.of(
        "https://acme.example/", "a", reserved_share=0.2, deadline=60
    ).time_left() == pytest.approx(10, abs=1)


def test_running_out_of_time_does_not_deny_a_doubt() -> None:
    """A call of unknown fate stays of unknown fate, though its repetition was never sent."""
    made, _ = throttle()
    fates = iter([Unreachable("jira", "no answer"), OutOfTime("jira", "the run is ending")])

    def send() -> str:
        raise next(fates)

    with pytest.raises(Unreachable):
        made.retry.call(send, repeatable=True)


def test_one_throttle_for_a_site_and_a_credential() -> None:
    made = Throttles()
    one = made.of("https://acme.example/", "a", reserved_share=0.2, deadline=60)
    assert made.of("https://acme.example", "a", reserved_share=0.5, deadline=60) is one
    assert one.reserved_share == 0.5
    assert made.of("https://acme.example", "b", reserved_share=0.2, deadline=60) is not one
    assert made.of("https://other.example", "a", reserved_share=0.2, deadline=60) is not one


# --- What Jira says ------------------------------------------------------------------------------

DATE = {"Date": "Mon, 16 Nov 2026 09:00:00 GMT"}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, []),
        ({"X-RateLimit-Limit": "100"}, []),
        ({"X-RateLimit-Limit": "many", "X-RateLimit-Remaining": "3"}, []),
        ({"X-RateLimit-Limit": "-1", "X-RateLimit-Remaining": "3"}, []),
        (
            {"X-RateLimit-Limit": "100", "X-RateLimit-Remaining": "30"},
            [Allowance("GET issue/* a second", 100, 30, refill=100)],
        ),
        (
            {
                **DATE,
                "X-RateLimit-Limit": "65000",
                "X-RateLimit-Remaining": "9",
                "X-RateLimit-Reset": "2026-11-16T10:00Z",
            },
            [Allowance("requests or points", 65_000, 9, ends_in=3600)],
        ),
        (
            {"X-RateLimit-Limit": "65000", "X-RateLimit-Remaining": "9", "X-RateLimit-Reset": "soon"},
            [Allowance("requests or points", 65_000, 9)],
        ),
        (
            {
                "X-RateLimit-Limit": "50",
                "X-RateLimit-Remaining": "7",
                "X-RateLimit-FillRate": "10",
                "X-RateLimit-Interval-Seconds": "5",
            },
            [Allowance("requests", 50, 7, refill=2)],
        ),
        (
            {
                "X-RateLimit-Limit": "0",
                "X-RateLimit-Remaining": "0",
                "X-RateLimit-FillRate": "0",
                "X-RateLimit-Interval-Seconds": "0",
            },
            [],
        ),
        (
            {
                "RateLimit-Policy": '"jira-burst-based";q=100;w=1, "global-app-quota";q=65000;w=3600',
                "RateLimit": '"global-app-quota";r=11000;t=600,"jira-burst-based";r=40',
            },
            [
                Allowance("jira-burst-based", 100, 40, refill=100),
                Allowance("global-app-quota", 65_000, 11_000, ends_in=600),
            ],
        ),
        ({"RateLimit-Policy": '"global-app-quota";q=65000;w=3600'}, []),
        (
            {
                "Beta-RateLimit-Policy": '"global-app-quota";q=65000;w=3600',
                "Beta-RateLimit": '"global-app-quota";r=1;t=600',
                "Beta-X-RateLimit-Limit": "10",
                "Beta-X-RateLimit-Remaining": "0",
                "Beta-Retry-After": "600",
            },
            [],
        ),
        ({"RateLimit-Policy": '"' + "x" * 5000, "RateLimit": ";;;===\x00"}, []),
    ],
    ids=[
        "none",
        "half",
        "words",
        "negative",
        "a second of an endpoint",
        "a window",
        "a window of unknown end",
        "Data Center",
        "Data Center of zeros",
        "structured",
        "structured, plenty left",
        "not enforced",
        "garbage",
    ],
)
def test_what_jira_says_is_left(headers: dict[str, str], expected: list[Allowance]) -> None:
    assert quotas_in(httpx.Headers(headers), "GET issue/10023") == expected


# --- Over real HTTP ------------------------------------------------------------------------------


@pytest.fixture
def box() -> Iterator[Sandbox]:
    sandbox = Sandbox(generate(60, 3))
    sandbox.start()
    yield sandbox
    sandbox.stop()


def test_linear_slows_down_at_the_share_and_not_before() -> None:
    workspace = LinearWorkspace()
    try:
        asked = workspace.connector()
        asked.pull()
        assert workspace.naps == [], "a run with plenty left is not slowed down"
        workspace.do(lambda space: setattr(space, "quota", (30.0, 3e6)))
        with capture_logs() as logs:
            for _ in range(9):
                if not workspace.naps:
                    asked.pull()
        assert max(workspace.naps) <= 3600, "below the share it waits for what comes back"
        said = [one for one in logs if "slowing down" in one["event"]]
        assert said[0]["quota"] == "requests"
        assert said[0]["left"] <= 6
    finally:
        workspace.close()


@pytest.mark.parametrize("paced", [True, False])
def test_data_center_is_slowed_down_before_it_refuses(
    box: Sandbox, paced: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With real waits: as fast as the bucket refills, and not one request is refused; unpaced, some are."""
    box.world.jira.limits.per_user = UserLimit(size=20, fill=30, interval=1)
    tracker = JiraTracker(
        kind="jira", deployment="data_center", url="https://acme", scope=JiraScope(projects=("WEB", "OPS"))
    )
    credentials = Credentials(token=SecretStr("sandbox-dc-pat"), url=f"{box.url}/jira-dc")
    # Unpaced, sixteen threads at once may find the bucket empty many times running.
    throttle = Throttle(RetryPolicy(attempts=100, base=0.05), reserved_share=0.2)
    if not paced:
        monkeypatch.setattr(throttle, "record", lambda *_: None)
    asked = JiraConnector("jira", tracker, credentials, "acme", throttle=throttle)
    try:
        with capture_logs() as logs:
            asked.pull()
    finally:
        asked.close()
    refused = [one for one in logs if one["event"] == "waiting before the next attempt"]
    assert bool(refused) is not paced


def test_cloud_stops_clearly_when_the_hour_of_points_is_spent_to_the_share(box: Sandbox) -> None:
    waits = Waits()
    asked = connector(f"{box.url}/jira", waits=waits)
    try:
        asked.pull()
        assert waits == []
        box.world.jira.limits.points_per_hour = 1000
        for _ in range(40):
            if not waits:
                asked.pull()
        assert 0 < waits[0] <= 3600, "what is left of the hour is for people"
    finally:
        asked.close()

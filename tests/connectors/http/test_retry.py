"""What may be tried again, after how long, and when to give up."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connectors.errors import BadReply, CredentialError, RateLimited, TrackerError, Transient, Unreachable
from connectors.http.retry import RetryPolicy


class Calls:
    """A call that fails with the given errors in turn and then answers; keeps what it was made to wait."""

    def __init__(self, *errors: TrackerError) -> None:
        self.errors = list(errors)
        self.made = 0
        self.waits: list[float] = []

    def __call__(self) -> str:
        self.made += 1
        if self.errors:
            raise self.errors.pop(0)
        return "answer"

    def policy(
        self, attempts: int = 5, base: float = 1.0, cap: float = 30.0, budget: float = 300.0
    ) -> RetryPolicy:
        return RetryPolicy(attempts, base, cap, budget, sleep=self.waits.append)


def unreachable(retry_after: float | None = None) -> TrackerError:
    return Unreachable("jira", "no answer", retry_after=retry_after)


def limited(retry_after: float | None = None) -> TrackerError:
    return RateLimited("jira", "wait", retry_after=retry_after)


@pytest.mark.parametrize("fault", [unreachable, limited, lambda: Transient("jira", "conflict")])
def test_a_repeatable_call_is_repeated_after_a_passing_fault(fault: Callable[[], TrackerError]) -> None:
    call = Calls(fault(), fault())
    assert call.policy().call(call, repeatable=True) == "answer"
    assert call.made == 3
    assert len(call.waits) == 2


def test_a_call_that_may_have_landed_is_not_repeated_blindly() -> None:
    call = Calls(unreachable())
    with pytest.raises(Unreachable):
        call.policy().call(call, repeatable=False)
    assert call.made == 1


def test_a_call_that_certainly_did_not_land_is_repeated() -> None:
    call = Calls(limited(2.0))
    assert call.policy().call(call, repeatable=False) == "answer"
    assert call.waits == [2.0]


@pytest.mark.parametrize("error", [CredentialError("jira", "revoked"), BadReply("jira", "HTML")])
def test_lasting_faults_are_never_repeated(error: TrackerError) -> None:
    call = Calls(error)
    with pytest.raises(type(error)):
        call.policy().call(call, repeatable=True)
    assert call.made == 1
    assert call.waits == []


def test_gives_up_with_the_last_error_after_the_attempts() -> None:
    call = Calls(*[unreachable() for _ in range(9)])
    with pytest.raises(Unreachable):
        call.policy(attempts=4).call(call, repeatable=True)
    assert call.made == 4


def test_own_waits_double_up_to_the_cap() -> None:
    call = Calls(*[unreachable() for _ in range(5)])
    call.policy(attempts=6, base=1.0, cap=4.0).call(call, repeatable=True)
    for wait, plain in zip(call.waits, [1, 2, 4, 4, 4], strict=True):
        assert 0.7 * plain <= wait <= 1.3 * plain


@pytest.mark.parametrize("told", [1.5, 47.0, 250.0])
def test_a_wait_that_is_told_is_kept_in_full(told: float) -> None:
    call = Calls(limited(told))
    call.policy().call(call, repeatable=True)
    assert call.waits == [told]


def test_a_told_zero_still_waits_a_little() -> None:
    call = Calls(limited(0.0))
    call.policy().call(call, repeatable=True)
    assert 0 < call.waits[0] <= 1.0


def test_a_wait_beyond_the_budget_ends_the_call_at_once() -> None:
    call = Calls(limited(3600.0))
    with pytest.raises(RateLimited) as caught:
        call.policy(budget=300.0).call(call, repeatable=True)
    assert caught.value.retry_after == 3600.0
    assert call.waits == []


def test_the_budget_counts_all_waits_together() -> None:
    call = Calls(*[limited(60.0) for _ in range(9)])
    with pytest.raises(RateLimited):
        call.policy(attempts=10, budget=150.0).call(call, repeatable=True)
    assert call.waits == [60.0, 60.0]

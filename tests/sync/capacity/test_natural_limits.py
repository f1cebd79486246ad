"""Natural limits and chances, against figures worked by hand."""

from __future__ import annotations

import pytest

from sync.capacity.natural_limits import chance_of, natural_limits


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        # Ranges of 2, 2, 2, 2, 2, 2, 2: 11 ± 5.32.
        ([10, 12, 10, 12, 10, 12, 10, 12], (11, 5.68, 16.32)),
        ([5] * 8, (5, 5, 5)),
        # 2 ± 2.66 × 4 has no lower limit below zero.
        ([0, 4, 0, 4, 0, 4, 0, 4], (2, 0, 12.64)),
    ],
)
def test_limits_are_mean_and_mean_moving_range(
    values: list[float], expected: tuple[float, float, float]
) -> None:
    found = natural_limits(values)
    assert found is not None
    assert (found.mean, found.low, found.high) == pytest.approx(expected)


def test_a_value_on_a_limit_is_within() -> None:
    found = natural_limits([5.0] * 8)
    assert found is not None
    assert [found.side(one) for one in (4, 5, 6)] == [-1, 0, 1]


def test_seven_values_give_no_limits() -> None:
    assert natural_limits([1.0] * 7) is None


@pytest.mark.parametrize(
    ("hits", "whole", "share", "expected"),
    [(0, 5, 0.5, 1.0), (5, 5, 0.5, 1 / 32), (4, 5, 0.5, 6 / 32), (1, 9, 0.0, 0.0), (0, 9, 0.0, 1.0), (3, 9, 1.0, 1.0)],
)  # fmt: skip
def test_chances_are_binomial(hits: int, whole: int, share: float, expected: float) -> None:
    assert chance_of(hits, whole, share) == pytest.approx(expected)

"""What the policy lets be written is one function's word: what is planned, what `check` asks for, what setup provides for."""

from __future__ import annotations

from typing import Any

import pytest

from config.policy import Policy
from connectors.model import Comment, KeyResultMark, Marks
from sync.marks.policy import apply_policy, marks_of
from tests.support.builders import item

EVERY = Marks(
    (KeyResultMark("KR1", "One", 50, "on_track", "https://okrs.example.com/kr/KR1"),),
    "aligned",
    ("okr-aligned",),
    Comment("progress", ()),
)


@pytest.mark.parametrize("comments", [True, False])
@pytest.mark.parametrize("mode", ["off", "observe", "label", "full"])
@pytest.mark.parametrize("marks", [("key_results", "labels", "comment"), ("key_results",), ("comment",)])
def test_what_is_kept_is_what_is_said(mode: str, marks: tuple[str, ...], comments: bool) -> None:
    given: dict[str, Any] = {"mode": mode, "marks": marks, "comments": comments}
    policy = Policy.model_validate(given)
    kept = apply_policy(item("WEB-1"), EVERY, policy)
    assert marks_of(policy) == {name for name in ("key_results", "labels", "comment") if getattr(kept, name)}

"""Names that are near to one that is not there."""

from __future__ import annotations

from sync.signals.declared.names import CLOSE, Names


def test_of_names_that_share_as_much_the_same_are_close_in_every_process() -> None:
    words = [letter * 2 for letter in "abcdefghijklmnop"]
    assert Names(reversed(words)).close(" ".join(words)) == words[:CLOSE]


def test_who_shares_more_is_closer() -> None:
    assert Names(["onboarding", "boarding pass", "billing"]).close("onbording")[0] == "onboarding"

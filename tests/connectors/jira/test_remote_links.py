"""Remote links of other apps, whatever they put into them, hide neither ours nor each other."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from connectors.jira.api import replies

GOOD = {"globalId": "truenorth=acme&keyResult=KR1", "object": {"url": "https://okr.example/KR1"}}


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"object": None},
        {"object": "https://x.example"},
        {"object": {"url": None, "title": "Page"}},
        {"object": {"url": 7}},
        {"globalId": 7, "object": []},
        {"globalId": None, "object": {"icon": {}}},
    ],
    ids=str,
)
def test_an_odd_link_hides_no_other(odd: dict[str, Any]) -> None:
    first, second = replies.REMOTE_LINKS.decode(msgspec.json.encode([odd, GOOD]))
    assert (first.id, first.url) == ("", "")
    assert (second.id, second.url) == (GOOD["globalId"], "https://okr.example/KR1")

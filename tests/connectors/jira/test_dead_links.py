"""A link that an older version led nowhere gets a page with the next edit; another address alone is no reason to send a link."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.jira.marks.remote_links import digest, link_body, plan_links
from connectors.model import KeyResultMark, Marks, Stamp

MARK = KeyResultMark(
    "KR1", "One", 40, "on_track", "https://acme.example/issues/?jql=x", goal="", basis_id="b"
)


@pytest.mark.parametrize(
    ("before", "sent"),
    [("https://truenorth.invalid/acme/kr/KR1", ["KR1"]), ("https://acme.example/browse/WEB-1", [])],
    ids=["nowhere", "another page"],
)
def test_what_is_sent(before: str, sent: list[str]) -> None:
    was = replace(MARK, url=before)
    stamp = Stamp("acme", (was,), links=(("KR1", digest(link_body(was, "acme"))),))
    assert list(plan_links(Marks(key_results=(MARK,)), stamp, "acme").send) == sent

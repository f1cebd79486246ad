"""What people change in the declaration is on every ticket that says it after the next run, on each kind of site."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import Cli
from tests.support.company_site import SITES, Site, company


@pytest.fixture(params=SITES)
def site(
    request: pytest.FixtureRequest, run: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Site]:
    with company(str(request.param), run, monkeypatch, tmp_path / "company") as made:
        yield made


@pytest.mark.timeout(600)
def test_every_part_of_a_declaration_reaches_the_tickets(site: Site) -> None:
    """On a metric in one line, so that each edit is one; on Jira that of the slow dashboard is written as the API's is."""
    name, file, carrier = (
        ("TRUST-KR3", "trust.yaml", "Faster API")
        if site.kind == "linear"
        else ("GROWTH-KR3", "growth.yaml", "WEB-2")
    )
    if site.kind != "linear":
        site.edit(
            file,
            r"measure:\n +kind: metric\n +start: 31\n +target: 10\n +unit: min\n +checkins: \[[^\]]*\]",
            "measure: {kind: metric, start: 480, target: 250, unit: ms, checkins: [{on: 2026-11-09, value: 465}]}",
        )
        # It comes to share the tickets of another one.
        site.edit(file, r"- \{key: WEB-2\}", "- {key: WEB-2}\n          - {label: onboarding}")
        site.sync()
    tickets = set(site.lines(name))
    assert carrier in tickets
    assert len(tickets) > 1
    for edited, pattern, after, on_links, in_comment in (
        (file, "target: 250", "target: 255", "480 → 255 ms", "from 480 to 255 ms"),
        (file, "start: 480", "start: 481", "481 → 255 ms", "from 481 to 255 ms"),
        (file, "unit: ms", "unit: s", "481 → 255 s", "465 on 9 Nov, from 481 to 255 s"),
        (file, r"owner: \S+", "owner: noor", "481 → 255 s", "noor"),
        ("truenorth.yaml", "end: 2026-12-31", "end: 2026-12-30", "due 30 Dec 2026", "due 30 Dec"),
        (file, r"kind: metric, start: 481, target: 255", "kind: keep, below: 255", "≤ 255 s", "at most 255 s · due 30 Dec"),
    ):  # fmt: skip
        site.edit(edited, pattern, after)
        assert "Nothing to write" not in site.sync(), after
        lines = site.lines(name)
        assert set(lines) == tickets
        for key, said in lines.items():
            assert any(on_links in text for text in said), (key, said)
        # Rich text comes in pieces, with blanks between them.
        comments = ["".join(text.split()) for text in lines[carrier]]
        assert any("".join(in_comment.split()) in text for text in comments), (after, comments)
        assert site.is_quiet(), after
        site.check()
    site.undo_leaves_nothing()

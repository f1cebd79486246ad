"""What a person did, what the next plan says, what the ticket shows after, what is left after undo.

A row of the table is one act; it is tried on Jira Cloud, Jira Data Center and Linear, over HTTP, or says why it does
not exist there. All rows of a site are played side by side, each on a ticket of its own, once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.support.acts import rows_copies, rows_goals, rows_marks, rows_renames, verdict
from tests.support.acts.deeds import GOALS
from tests.support.acts.elsewhere import ELSEWHERE
from tests.support.acts.play import Play, Story
from tests.support.acts.seen import SITES, Site
from tests.support.acts.table import LAST_PHASE, Row

ROOT = Path(__file__).parents[2]
ROWS: tuple[Row, ...] = (*rows_goals.ROWS, *rows_marks.ROWS, *rows_copies.ROWS, *rows_renames.ROWS)
CASES = [(row, site) for row in ROWS for site in row.sites]
WORLDS = list(dict.fromkeys((site, row.world) for site in SITES for row in ROWS if site in row.sites))

pytestmark = pytest.mark.timeout(300)
"""The first test of a site plays all of its rows."""

Stories = Callable[[Site, str], Story]

every_row = pytest.mark.parametrize(("row", "site"), CASES, ids=[f"{site}: {row.act}" for row, site in CASES])


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Stories:
    @cache
    def story(site: Site, world: str) -> Story:
        rows = [row for row in ROWS if row.world == world and site in row.sites]
        return Play(site, rows, GOALS, tmp_path_factory.mktemp(f"{site}-{world}")).run()

    return story


@every_row
def test_what_the_plan_says(row: Row, site: Site, stories: Stories) -> None:
    assert list(verdict.plan(row, site, stories(site, row.world))) == []


@every_row
def test_what_the_ticket_shows_after(row: Row, site: Site, stories: Stories) -> None:
    assert list(verdict.shown(row, site, stories(site, row.world))) == []


@every_row
def test_another_run_writes_nothing(row: Row, site: Site, stories: Stories) -> None:
    assert list(verdict.quiet(row, site, stories(site, row.world))) == []


@every_row
def test_what_is_left_after_undo(row: Row, site: Site, stories: Stories) -> None:
    assert list(verdict.left(row, site, stories(site, row.world))) == []


@pytest.mark.parametrize(("site", "world"), WORLDS)
class TestAWholeWorld:
    def test_every_run_ends_well_and_quiet_ones_send_no_write(
        self, site: Site, world: str, stories: Stories
    ) -> None:
        story: Story = stories(site, world)
        assert [(what, ran.code, ran.err[-600:]) for what, ran in story.ran if ran.code] == []
        assert [phase.writes for phase in story.phases] == [[]] * len(story.phases)

    def test_nothing_of_ours_is_left(self, site: Site, world: str, stories: Stories) -> None:
        story: Story = stories(site, world)
        keys = story.keys[LAST_PHASE - 1]
        kept = {
            one
            for row in ROWS
            if row.act in keys
            for keep in row.keeps
            for one in (keep, f"{keys[row.act]}: {keep}")
        }
        assert [one for one in story.ours if one not in kept] == []

    def test_what_nobody_acted_on_is_as_without_us(self, site: Site, world: str, stories: Stories) -> None:
        story: Story = stories(site, world)
        names = {*story.elsewhere, *story.elsewhere_without}
        assert [one for one in names if story.elsewhere.get(one) != story.elsewhere_without.get(one)] == []


def test_every_act_has_one_row_which_says_what_happens_on_each_kind_of_site() -> None:
    assert [act for act, count in Counter(row.act for row in ROWS).items() if count > 1] == []
    silent = [row.act for row in ROWS for site in SITES if not row.words.get(site)]
    assert silent == []


def test_the_table_and_the_page_about_marks_do_not_drift_apart() -> None:
    """Each row of the page's tables of acts names rows here, or a test elsewhere; each name here is a row there."""
    promised = acts_in((ROOT / "docs" / "marks.md").read_text(encoding="utf-8"))
    tried = {cell for row in ROWS for cell in row.marks} | set(ELSEWHERE)
    assert promised - tried == set(), "no row of the table has `marks` with this"
    assert tried - promised == set(), "docs/marks.md has no row that begins so"
    for where in ELSEWHERE.values():
        path, _, name = where.partition("::")
        assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), where


def acts_in(page: str) -> set[str]:
    """The first cells of the tables that say what becomes of acts."""
    tables = re.findall(
        r"^\| What (?:happens|the person does) [^\n]*\n\|[-| ]+\n((?:\|.*\n)+)", page, re.MULTILINE
    )
    assert len(tables) == 2
    return {line.split("|")[1].strip() for table in tables for line in table.splitlines()}

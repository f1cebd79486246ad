"""What a person did, what the next plan says, what the ticket shows after, what is left after undo.

A row of the table is one act; it is tried on Jira Cloud, Jira Data Center and Linear, over HTTP, or says why it does
not exist there. All rows of a site are played side by side, each on a ticket of its own, once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
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
WORLDS = list(dict.fromkeys((site, row.world) for site in SITES for row in ROWS if site in row.sites))

VERDICTS: dict[str, Callable[[Row, Site, Story], Iterator[str]]] = {
    "what the plan says": verdict.plan,
    "what the ticket shows after": verdict.shown,
    "another run": verdict.quiet,
    "what is left after undo": verdict.left,
}
pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize(("site", "world"), WORLDS)
def test_every_act_in_a_world_ends_as_its_row_says(site: Site, world: str, tmp_path: Path) -> None:
    """All of it in one test: a world is played once, by whichever worker comes to it."""
    rows = [row for row in ROWS if row.world == world and site in row.sites]
    story = Play(site, rows, GOALS, tmp_path).run()
    wrong = [
        f"{row.act}: {what}: {fault}"
        for what, verdicts in VERDICTS.items()
        for row in rows
        for fault in verdicts(row, site, story)
    ]
    assert "\n".join((*wrong, *of_the_whole(rows, story))) == ""


def of_the_whole(rows: list[Row], story: Story) -> Iterator[str]:
    """What is wrong with the world beside its rows."""
    yield from (f"{what!r} ended with {ran.code}: {ran.err[-600:]}" for what, ran in story.ran if ran.code)
    yield from (f"a run with nothing to write sent {one}" for phase in story.phases for one in phase.writes)
    keys = story.keys[LAST_PHASE - 1]
    kept = {
        one
        for row in rows
        if row.act in keys
        for keep in row.keeps
        for one in (keep, f"{keys[row.act]}: {keep}")
    }
    yield from (f"of ours is left: {one}" for one in story.ours if one not in kept)
    yield from (
        f"{one} is {story.elsewhere.get(one)}, and without us {story.elsewhere_without.get(one)}"
        for one in {*story.elsewhere, *story.elsewhere_without}
        if story.elsewhere.get(one) != story.elsewhere_without.get(one)
    )


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

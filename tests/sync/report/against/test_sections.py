"""A comparison fits into one comment, whatever stands in it."""

from __future__ import annotations

import pytest

from sync.against.comparison import Comparison, KeyResultChange, ObjectiveChange, Standing, TicketChange
from sync.cli.render.markdown import to_markdown
from sync.report.against.data import document
from sync.report.against.sections import MOST, sections
from tests.support.builders import NOW, item

MANY = 500


def flooded(letter: str) -> Comparison:
    """More of everything than fits, with names as long as they may be and longer."""
    long, sentence = letter * 255, letter * 3000
    ids = tuple(f"{'K' * 60}{number}" for number in range(MANY))
    here = Standing(25, "on_track", 1, 2, 3)
    there = Standing(15, "off_track", 1, 900_000_000, 3)
    fates = {"orphaned": 5, "relinked": 41, "linked": 7, "released": 9}
    return Comparison(
        at=NOW,
        changed=True,
        key_results=tuple(KeyResultChange(one, long, "O", "changed", here, there, fates) for one in ids),  # type: ignore[arg-type]
        objectives=tuple(ObjectiveChange(one, long, "changed", 1, 2) for one in ids),
        tickets=tuple(
            TicketChange(item(f"WEB-{nr}", title=long, kind="Story"), "orphaned", ids, ids)
            for nr in range(MANY)
        ),
        fates={"orphaned": MANY},
        aligned=(1, 2),
        orphans=(3, 4),
        writes=5,
        findings=(sentence,) * MANY,
        resolved=1,
        gaps=(sentence,) * MANY,
    )


@pytest.mark.parametrize("letter", ["x", "|", "<", "&amp;", "*", "`", "😀", "@a "])
def test_markdown_is_never_longer_than_a_comment_may_be(letter: str) -> None:
    shown = list(sections(flooded(letter), letter * 500))
    text = "".join(to_markdown(one) + "\n" for one in shown)
    assert len(text) <= 60_000
    assert all(len(one.rows) == MOST for one in shown if one.rows)
    assert "480 further tickets" in text


def test_a_restricted_title_stays_out_of_every_format() -> None:
    secret = item("WEB-1", title="Buying Initech", private=True)
    quiet = Comparison(
        NOW,
        True,
        (),
        (),
        (TicketChange(secret, "linked", (), ("KR1",)),),
        {"linked": 1},
        (0, 1),
        (1, 0),
        1,
        (),
        0,
        (),
    )
    text = "".join(map(to_markdown, sections(quiet, "main")))
    assert "Initech" not in text + str(document(quiet, "main"))
    assert "1 ticket newly linked" in text
    assert "WEB-1" in text

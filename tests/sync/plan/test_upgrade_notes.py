"""The first plans after an upgrade say how many items change that an older version marked; no others do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.model import NOTHING, KeyResultMark, Marks, Stamp
from connectors.stamp import from_property, to_property
from sync.memory import Memory, RunRecord
from sync.plan.guards import likely_cause
from sync.plan.plan import RULES, Edit, changes_of, make_plan
from sync.plan.upgrade import SUMMARY, upgrade_notes
from tests.support.builders import NOW, item, work, workspace
from tests.support.deciding import decide

WANTED = Marks((KeyResultMark("KR1", "One", 40, "on_track", ""),), "aligned", ("okr-aligned",))
OLD, NEW = Stamp("acme"), Stamp("acme", rules=RULES)
BEFORE = RunRecord(7, "sync", NOW, "done", "abc", {"written": 3})
AFTER = replace(BEFORE, summary={SUMMARY: RULES})


def edit(key: str, stamp: Stamp | None) -> Edit:
    shown = replace(WANTED, key_results=(replace(WANTED.key_results[0], percent=10),), stamp=stamp)
    one = item(key, shown=shown if stamp else NOTHING)
    return Edit(one, WANTED, changes_of(one, WANTED))


@pytest.mark.parametrize(
    ("stamps", "last", "count"),
    [
        pytest.param([OLD, OLD, NEW, None], BEFORE, "2 items change because", id="those that it marked"),
        pytest.param([OLD], BEFORE, "1 item changes because", id="one"),
        pytest.param([OLD], None, "1 item changes because", id="a store that was lost"),
        pytest.param([replace(OLD, copied=True)], BEFORE, "", id="a copy"),
        pytest.param([NEW, None], BEFORE, "", id="none"),
        pytest.param([OLD], AFTER, "", id="a sync by today's rules went through"),
        pytest.param([], BEFORE, "", id="an empty plan"),
    ],
)
def test_what_an_older_version_marked_is_counted(
    stamps: list[Stamp | None], last: RunRecord | None, count: str
) -> None:
    edits = [edit(f"WEB-{number}", stamp) for number, stamp in enumerate(stamps, 1)]
    notes = list(upgrade_notes(edits, Memory(last_sync=last)))
    assert [note.startswith(count) for note in notes] == ([True] if count else [])


def test_the_guard_names_the_upgrade_as_the_likely_cause() -> None:
    edits = [edit("WEB-1", OLD), edit("WEB-2", OLD), edit("WEB-3", None)]
    assert "An older version marked 2 of them" in likely_cause(Memory(last_sync=BEFORE), edits)
    assert likely_cause(Memory(last_sync=AFTER), edits) == ""
    assert likely_cause(Memory(last_sync=BEFORE), [edit("WEB-1", OLD), edit("WEB-2", None)]) == ""


def test_a_plan_gives_its_rules_to_the_stamp() -> None:
    declared = workspace(work("KR1", {"key": "WEB-1"}))
    (planned,) = decide([item("WEB-1")], declared)[2].edits
    assert planned.wanted.rules == RULES
    assert make_plan([planned.item], {planned.item.ref: NOTHING}, declared).empty


@pytest.mark.parametrize(("rules", "read"), [(3, 3), ("many", 0), (None, 0)])
def test_a_stamp_tells_its_rules_and_nothing_that_people_put_there_spoils_it(
    rules: object, read: int
) -> None:
    spoilt = to_property(Stamp("acme", labels=("okr-aligned",), rules=5)) | {"rules": rules}
    found = from_property(spoilt)
    assert found is not None
    assert (found.labels, found.rules) == (("okr-aligned",), read)
    assert "rules" not in to_property(Stamp("acme"))

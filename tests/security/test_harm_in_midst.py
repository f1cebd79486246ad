"""Trackers that turn hostile in the midst of a run: while they are read page by page, asked, and written to.

Whatever they do, the command ends within its deadline and ten seconds, in little memory, with an exit code that says
what happened, and gives its lease back; what it began, the next run finishes.
"""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.faults import FaultName
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.jobs.sandbox import environment, examples
from tests.support.attacks import attack, warm_up
from tests.support.cli import AS_OF
from tests.support.fault_run import TOKENS

DEADLINE_MINUTES = 0.2
AT_ONCE = 5

LINEAR, EDITS, BULK = "POST /linear/graphql", "PUT /jira/rest/api/3/issue", "bulk/issues/fields"
COMMENT = "POST /jira/rest/api/3/issue/[^/]+/comment"
NEVER: dict[str, Any] = {"seconds": 600}
DRIP: dict[str, Any] = {"bytes": 1, "seconds": 1.0}

ATTACKS: tuple[tuple[str, str, FaultName, dict[str, Any], set[int]], ...] = (
    # name, match, kind, options, exit codes that may come of it
    ("a page of Jira's never comes", "bulkfetch", "latency", NEVER, {3}),
    ("a page of Jira's drips", "bulkfetch", "drip", DRIP, {3}),
    ("a page of Jira's is a bomb", "bulkfetch", "bomb", {"megabytes": 400}, {1}),
    ("a page of Jira's is huge", "bulkfetch", "huge", {"megabytes": 80}, {1}),
    ("Jira's projects drip", "/project/", "drip", DRIP, {3}),
    ("a page of Linear's never comes", LINEAR, "latency", {**NEVER, "operation": "Issues"}, {3}),
    ("a page of Linear's drips", LINEAR, "drip", {**DRIP, "operation": "Issues"}, {3}),
    ("a page of Linear's is a bomb", LINEAR, "bomb", {"megabytes": 400, "operation": "Issues"}, {1}),
    ("Linear's clock is a hundred years off", LINEAR, "clock_skew", {"seconds": 1e9}, {0, 3}),
    ("Jira's comments are never answered", COMMENT, "latency", NEVER, {3}),
    ("Jira's bulk edits drip", BULK, "drip", DRIP, {3}),
    ("Jira's edits are bombs", EDITS, "bomb", {"megabytes": 400}, {3}),
    ("Jira's edits wait for years", EDITS, "rate_limit", {"retry_after": "9" * 40}, {3}),
    ("Jira's edits wait until year 9999", EDITS, "rate_limit", {"retry_after": "Fri, 31 Dec 9999 23:59:59 GMT"}, {3}),
    ("Linear's writes are never answered", LINEAR, "latency", {**NEVER, "operation_kind": "mutation"}, {3}),
    ("Linear's writes drip", LINEAR, "drip", {**DRIP, "operation_kind": "mutation"}, {3}),
    ("Linear's writes are huge", LINEAR, "huge", {"megabytes": 60, "operation_kind": "mutation"}, {3}),
    ("Linear's writes are bombs", LINEAR, "bomb", {"megabytes": 400, "operation_kind": "mutation"}, {3}),
)  # fmt: skip


def attacked(
    folder: Path, match: str, kind: FaultName, options: dict[str, Any], codes: set[int]
) -> list[str]:
    """A first sync under the attack, and the next one without; what is wrong with how they ended."""
    folder.mkdir()
    shutil.copytree(examples(), folder / "okrs")
    file = folder / "okrs" / "truenorth.yaml"
    declared = file.read_text(encoding="utf-8")
    assert "\npolicy:\n" in declared
    timed = declared.replace("\npolicy:\n", f"\npolicy:\n  deadline_minutes: {DEADLINE_MINUTES}\n")
    file.write_text(timed, encoding="utf-8")
    with Sandbox(generate(items=50, seed=5)) as box:
        variables = {**environment(box), "TRUENORTH_CONFIG": str(folder / "okrs")}
        rule = box.fault(match, kind, **options)
        found = attack(folder, variables, "sync", *AS_OF, "--first-run")
        faults = found.faults(codes, DEADLINE_MINUTES, TOKENS)
        if not rule.hits:
            faults.append("no request was broken")
        box.clear_faults()
        file.write_text(declared, encoding="utf-8")
        again = attack(folder, variables, "sync", *AS_OF, "--first-run")
    return faults + ([f"the next run ends with {again.ran.code}"] if again.ran.code else [])


@pytest.mark.long
@pytest.mark.parametrize("tracker", ["Jira", "Linear"])
def test_no_tracker_harms_a_run_that_is_under_way(tracker: str, tmp_path: Path) -> None:
    warm_up()
    rows = [row for row in ATTACKS if tracker in row[0]]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        wrong = pool.map(lambda at: attacked(tmp_path / str(at), *rows[at][1:]), range(len(rows)))
        found = {row[0]: faults for row, faults in zip(rows, wrong, strict=True) if faults}
    assert found == {}

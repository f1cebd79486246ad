"""The kinds of trackers are known in one place: `config.trackers` declares them, `connectors.registry` makes them."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.trackers import KINDS, MEASURE_LANGUAGES, RULE_LANGUAGES, MeasureQuery, RuleQueries, kind_of

ROOT = Path(__file__).parents[1]
ALLOWED = {"config/trackers.py", "connectors/registry.py"}
OWN_FOLDERS = ("connectors/jira/", "connectors/linear/", "connectors/sandbox/")
EXCUSED = {
    "config/okrs.py": "a pace of a key result is called linear",
    "sync/explain/key_result.py": "a pace of a key result is called linear",
    "sync/jobs/sandbox.py": "the demo's example company has one tracker of each kind, and no image holds it",
}


def kinds_named(source: str) -> Iterator[str]:
    """Kinds of trackers that the code names: in texts that are nothing else, in identifiers, in imports."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Constant(value="jira" | "linear" as name):
                yield name
            case ast.Name(id=name) | ast.Attribute(attr=name) if name.startswith(("Jira", "Linear")):
                yield name
            case ast.ImportFrom(module=str(name)) | ast.alias(name=name) if name.startswith(
                ("connectors.jira", "connectors.linear", "Jira", "Linear")
            ):
                yield name


def test_only_two_files_name_a_kind_of_tracker() -> None:
    files = [
        file for floor in ("config", "connectors", "sync") for file in sorted((ROOT / floor).rglob("*.py"))
    ]
    paths = {str(file.relative_to(ROOT)): file for file in files}
    naming = {
        path
        for path, file in paths.items()
        if not path.startswith(OWN_FOLDERS) and any(kinds_named(file.read_text(encoding="utf-8")))
    }
    assert naming == ALLOWED | EXCUSED.keys()


@pytest.mark.parametrize(
    "source",
    [
        'kind = "jira"',
        "isinstance(tracker, JiraTracker)",
        "config.trackers.LinearTracker",
        "from connectors.linear import LinearConnector",
        "def f():\n    import connectors.jira.api.client",
    ],
)
def test_the_checker_sees_a_kind(source: str) -> None:
    assert list(kinds_named(source))


def test_every_query_language_has_its_kind() -> None:
    assert set(RULE_LANGUAGES) == RuleQueries.model_fields.keys()
    assert set(MEASURE_LANGUAGES) == MeasureQuery.model_fields.keys() <= set(RULE_LANGUAGES)
    assert sorted(language for kind in KINDS for language in kind.languages) == sorted(RULE_LANGUAGES)
    assert [kind_of(language) for language in RULE_LANGUAGES] == [KINDS[0], KINDS[0], KINDS[1], KINDS[1]]


# --- A third kind --------------------------------------------------------------------------------

KIND = '''
class MemoryScope(ConfigModel):
    areas: tuple[NonEmpty, ...] = Field(min_length=1)


class MemoryTracker(TrackerBase):
    """A tracker in memory."""

    title = "Memory"

    kind: Literal["memory"]
    url: HttpUrl = "https://memory.example"
    scope: MemoryScope
    policy: TrackerPolicy = TrackerPolicy()


Tracker = Annotated[JiraTracker | LinearTracker | MemoryTracker, Field(discriminator="kind")]
'''
MAKER = """
        case MemoryTracker():
            from connectors.memory import tracker as memory

            return memory
"""
CONNECTOR = '''
"""A tracker that lives as long as the process."""

from tests.support.builders import epic, item
from tests.support.fake_tracker import FakeTracker

tracker = FakeTracker.of("jira", [epic("WEB-1"), item("WEB-2", "WEB-1"), item("WEB-3", "WEB-1", category="done")])
'''
OKRS = """
workspace: acme
trackers:
  jira: {kind: memory, scope: {areas: [WEB]}}
cycles:
  2026-Q4: {start: 2026-10-01, end: 2026-12-31}
objectives:
  - id: GROW
    title: Grow
    cycle: 2026-Q4
    key_results:
      - {id: KR1, title: One, measure: {kind: work}, links: [{key: WEB-1}]}
"""
COMMANDS = """
import json, sys
from sync.cli import app

codes = []
for arguments in (["validate"], ["check"], ["setup"], ["plan", "--exit-code"], ["sync", "--first-run"], ["sync"],
                  ["status"], ["undo", "--all", "--apply"]):
    sys.argv = ["truenorth", *arguments]
    try:
        app.main()
        codes.append(0)
    except SystemExit as end:
        codes.append(end.code or 0)
    from connectors.memory import tracker
    codes[-1] = [codes[-1], len(tracker.writes)]
print(json.dumps({"codes": codes, "loaded": [one for one in ("jira", "connectors.linear") if one in sys.modules]}))
"""


def test_a_third_kind_needs_no_other_file(tmp_path: Path) -> None:
    """The product without its two kinds, and one more in those two files: it is pulled, planned, written, undone."""
    ignored = shutil.ignore_patterns("__pycache__", "jira", "linear", "sandbox")
    for floor in ("config", "connectors", "sync"):
        shutil.copytree(ROOT / floor, tmp_path / floor, ignore=ignored)
    _edit(tmp_path / "config/trackers.py", "\nKINDS: ", f"{KIND}\nKINDS: ")
    _edit(tmp_path / "connectors/registry.py", "\n        case Linear", f"{MAKER}        case Linear")
    _edit(
        tmp_path / "connectors/registry.py", "LinearTracker, Tracker", "LinearTracker, MemoryTracker, Tracker"
    )
    (tmp_path / "connectors/memory.py").write_text(CONNECTOR, encoding="utf-8")
    (tmp_path / "truenorth.yaml").write_text(OKRS, encoding="utf-8")
    env = {name: value for name, value in os.environ.items() if not name.startswith("TRUENORTH_")}
    env |= {"TRUENORTH_JIRA_TOKEN": "memory-token", "TRUENORTH_JIRA_ORIGIN": "https://memory.example"}
    env |= {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    ran = subprocess.run(  # noqa: S603  our own code
        [sys.executable, "-c", COMMANDS], capture_output=True, text=True, check=False, cwd=tmp_path, env=env
    )
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout.splitlines()[-1])
    nothing, first, undone = 0, 2, 4
    assert told == {
        "codes": [
            [0, nothing], [0, nothing], [0, nothing], [10, nothing], [0, first], [0, first], [0, first], [0, undone]
        ],
        "loaded": [],
    }, ran.stdout + ran.stderr  # fmt: skip


def _edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    file.write_text(text.replace(old, new), encoding="utf-8")

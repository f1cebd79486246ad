"""From OKR files of an older format to those of this one: shown as a change that can be applied, and nothing is written."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.load import fingerprint, load
from config.loading.migrations import CURRENT, migration
from config.messages import ENGLISH, REMOVED, RENAMED
from tests.support.cli import Cli

DECLARED = """\
# Ours.
workspace: acme
trackers: {jira: {kind: jira, url: "https://acme.example", scope: {projects: [WEB]}}}
cycles: {2026-Q4: {start: 2026-10-01, end: 2026-12-31}}
objectives:
  - {id: O, title: One, cycle: 2026-Q4, key_results: [{id: KR, title: Two, measure: {kind: work}}]}
"""
OLD = """\
words:
  en:  # for our people
    'update.risk.behind': "{points} behind"   # short
    decimal: ","
    orphan.age.days: |
      so many
      days
    orphan.since.begun: hello
  de: {progress.since.done: "{count} fertig", orphan.since.begun: hallo}
"""
NEW = """\
words:
  en:  # for our people
    'update.risk.behind.other': "{points} behind"   # short
    orphan.age.days: |
      so many
      days
    orphan.since.begun: hello
  de: {progress.since.done.other: "{count} fertig", orphan.since.begun: hallo}
"""


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_bytes(text.encode())
    return folder


def test_what_is_called_otherwise_now_is_there_and_what_is_gone_is_not() -> None:
    assert set(RENAMED.values()) <= set(ENGLISH)
    assert not (RENAMED.keys() | REMOVED.keys()) & ENGLISH.keys()


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_each_old_key_is_changed_at_its_place_and_nothing_else_is(tmp_path: Path, end: str) -> None:
    old = {"all": DECLARED.replace("\n", end), "words": OLD.replace("\n", end)}
    found = migration(written(tmp_path, **old))
    assert {Path(name).stem: after for name, (_, after) in found.files.items()} == {
        "all": DECLARED.replace("# Ours.\n", "# Ours.\nversion: 1\n").replace("\n", end),
        "words": NEW.replace("\n", end),
    }
    (by_hand,) = found.by_hand
    assert by_hand.endswith(
        'words.yaml:5:5: "orphan.age.days" is gone: nothing says it any more; change it by hand.'
    )
    assert (tmp_path / "words.yaml").read_bytes() == old["words"].encode()


def test_the_shown_change_is_taken_by_patch_and_leaves_nothing_to_change(
    tmp_path: Path, run: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "okrs").mkdir()
    lines = [line for line in OLD.splitlines(keepends=True) if "days" not in line and "so many" not in line]
    written(tmp_path / "okrs", all=DECLARED.rstrip("\n"), words="".join(lines))
    monkeypatch.chdir(tmp_path)
    refused = run("validate", "--config", "okrs")
    assert (refused.code, "remove it: numbers are written as the language does" in refused.err) == (2, True)
    shown = run("validate", "--config", "okrs", "--diff")
    assert shown.code == 0
    told = json.loads(run("validate", "--config", "okrs", "--diff", "--format", "json").out)
    assert (told["version"], told["diff"], told["by_hand"]) == (CURRENT, shown.out, [])
    if shutil.which("patch") is None:
        pytest.skip("patch is not installed")
    subprocess.run(["patch", "-p0", "--quiet"], input=shown.out, text=True, check=True)  # noqa: S607
    assert run("validate", "--config", "okrs").code == 0
    assert "of version 1" in run("validate", "--config", "okrs", "--diff").out


def test_what_has_its_new_name_too_or_nothing_beside_it_is_for_people(tmp_path: Path) -> None:
    both = 'words:\n  en:\n    update.risk.behind: "a"\n    update.risk.behind.other: "b"\n  de:\n    decimal: "x"\n'
    found = migration(written(tmp_path, all="version: 1\n" + DECLARED, words=both))
    assert (found.files, len(found.by_hand)) == ({}, 2)


def test_a_version_that_is_spelt_out_means_the_same(tmp_path: Path) -> None:
    without = fingerprint(load(written(tmp_path, all=DECLARED)))
    assert fingerprint(load(written(tmp_path, all="version: 1\n" + DECLARED))) == without


@pytest.mark.parametrize("version", ["2", "99"])
def test_a_newer_version_is_one_problem_with_the_way_out(tmp_path: Path, version: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, all=f"version: {version}\nnews: 3\n{DECLARED}"))
    (problem,) = caught.value.problems
    assert (problem.line, problem.column) == (1, 10)
    assert "is of a newer Truenorth, and this one reads version 1" in problem.message
    assert migration(tmp_path).files == {}


def test_an_older_version_that_never_was_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="invalid value the number 0"):
        load(written(tmp_path, all=f"version: 0\n{DECLARED}"))


def test_old_names_that_do_no_harm_are_advice(tmp_path: Path, run: Cli) -> None:
    old = 'words:\n  en:\n    update.risk.behind: "{points} behind"\n'
    ran = run("validate", "--config", str(written(tmp_path, all=DECLARED, words=old)))
    assert ran.code == 0
    assert (
        '"update.risk.behind" is called "update.risk.behind.other" now; see `truenorth validate --diff`.'
        in ran.words
    )

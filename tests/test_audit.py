"""The audit of dependencies, by runs of a program that stands in for pip-audit."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
RETRIES = (
    "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='advisories.example', port=443): "
    "Max retries exceeded with url: /v1/query"
)


def run(
    folder: Path, code: int, out: str = "", err: str = "", arguments: Sequence[str] = ()
) -> tuple[int, str, list[str]]:
    """The audit with a stand-in that ends so: its exit code, what it told, and what it asked."""
    (folder / "pip-audit").write_text(
        f"#!{sys.executable}\nimport sys\n"
        f"open({str(folder / 'asked')!r}, 'a').write(' '.join(sys.argv[1:]) + '\\n')\n"
        f"sys.stdout.write({out!r}); sys.stderr.write({err!r}); sys.exit({code})\n"
    )
    (folder / "pip-audit").chmod(0o755)
    # An interpreter in a folder without the real one.
    (folder / "python").symlink_to(sys.executable)
    done = subprocess.run(  # noqa: S603  our own script
        [folder / "python", ROOT / ".ci" / "audit.py", *arguments],
        cwd=ROOT,
        env={**os.environ, "PATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    asked = folder / "asked"
    return (
        done.returncode,
        done.stdout + done.stderr,
        asked.read_text().splitlines() if asked.exists() else [],
    )


def test_every_lock_is_audited_by_its_hashes(tmp_path: Path) -> None:
    code, told, asked = run(tmp_path, 0)
    assert code == 0
    assert [line.rpartition(" ")[2] for line in asked] == sorted(
        (one.name for one in ROOT.glob("requirements*.txt")), key=lambda name: ("-" in name, name)
    )
    assert all("--require-hashes" in line and "--disable-pip" in line for line in asked)
    assert told.count("no known vulnerability") == 4


@pytest.mark.parametrize(
    ("code", "out", "err", "ends", "said"),
    [
        (1, "evil 1.0 PYSEC-1", "Found 1 known vulnerability in 1 package\n", 1, "known vulnerabilities"),
        (1, "evil 1.0 PYSEC-1", "Found 12 known vulnerabilities in 2 packages\n", 1, "known vulnerabilities"),
        (1, "evil 1.0 PYSEC-1", f"Found 1 known vulnerability in 1 package\n{RETRIES}\n", 1, "known vulnerabilities"),
        (1, "", f"Traceback (most recent call last):\n  …\n{RETRIES}\n", 0, "NOT AUDITED"),
        (1, "", "ERROR: Could not connect to OSV's vulnerability feed\n", 0, "NOT AUDITED"),
        (1, "", "requests.exceptions.HTTPError: 503 Server Error: Service Unavailable\n", 0, "NOT AUDITED"),
        (1, "", "ERROR: requirement x is not hashed\n", 1, "the audit itself failed"),
        (1, "", "  raise ConnectionError(x)\nKeyError: 'vulns'\n", 1, "the audit itself failed"),
        (2, "", "", 1, "the audit itself failed"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said_and_what_is_found_fails(
    tmp_path: Path, code: int, out: str, err: str, ends: int, said: str
) -> None:
    ended, told, _ = run(tmp_path, code, out, err)
    assert ended == ends, told
    assert len(re.findall(f"requirements.*: {said}", told)) == 4
    assert out in told


def test_on_a_schedule_not_being_able_to_ask_is_a_failure(tmp_path: Path) -> None:
    ended, told, asked = run(tmp_path, 1, "", f"Traceback\n{RETRIES}\n", ["--must-ask"])
    assert (ended, told.count("NOT AUDITED"), len(asked)) == (1, 4, 4)


WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def test_what_is_locked_is_audited_every_week_and_when_a_lock_changes() -> None:
    (audit,) = [one for one in WORKFLOWS if one.name == "audit.yml"]
    declared = YAML(typ="safe").load(audit)
    assert re.fullmatch(r"\d+ \d+ \* \* [0-6]", declared["on"]["schedule"][0]["cron"])
    for event in ("push", "pull_request"):
        patterns = declared["on"][event]["paths"]
        assert all(
            any(fnmatch(lock.name, one) for one in patterns) for lock in ROOT.glob("requirements*.txt")
        )
    assert "make audit AUDIT=--must-ask" in audit.read_text(encoding="utf-8")


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda one: one.name)
def test_a_workflow_may_do_little_and_names_what_there_is(workflow: Path) -> None:
    declared = YAML(typ="safe").load(workflow)
    assert declared["permissions"] == {"contents": "read"}
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    steps = [step for job in declared["jobs"].values() for step in job["steps"]]
    for target in re.findall(r"make ([a-z-]+)", " ".join(step.get("run", "") for step in steps)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for action in (step["uses"] for step in steps if "uses" in step):
        # A tag can be moved; a commit cannot.
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action), action


def test_without_the_program_it_fails(tmp_path: Path) -> None:
    (tmp_path / "python").symlink_to(sys.executable)
    done = subprocess.run(  # noqa: S603  our own script
        [tmp_path / "python", ROOT / ".ci" / "audit.py"],
        cwd=ROOT,
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "make setup" in done.stderr

"""Asks the OSV service for advisories on everything that the locks name.

    python .ci/audit.py [--must-ask] [LOCK…]

Exit codes: 0 nothing known, or the service could not be reached, which is said; 1 an advisory stands, or the audit itself
failed. A build must not hang on somebody else's service, and must not pass over what it said. The audit on a schedule has
nothing else to do: with --must-ask, a service that cannot be reached is a failure.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from enum import Enum
from pathlib import Path

LOCKS = ("requirements.txt", "requirements-build.txt", "requirements-dev.txt", "requirements-docs.txt")
MUST_ASK = "--must-ask"
COMMAND = (
    "pip-audit",
    "--disable-pip",
    "--require-hashes",
    "--vulnerability-service",
    "osv",
    "--progress-spinner",
    "off",
)
"""The versions stand in the locks: nothing is resolved, downloaded or run."""

_FOUND = re.compile(r"^Found \d+ known vulnerabilit", re.MULTILINE)
_AWAY = re.compile(
    r"Max retries exceeded|(Connection|Proxy|SSL)Error|(Connect|Read)Timeout|Could not connect|\b50\d Server Error"
)


class Verdict(Enum):
    """What an audit came to."""

    CLEAN = "no known vulnerability"
    VULNERABLE = "known vulnerabilities, see above"
    AWAY = "NOT AUDITED: the advisory service cannot be reached from here"
    BROKEN = "the audit itself failed, see above"


def verdict(code: int, told: str) -> Verdict:
    """From pip-audit's exit code and its standard error. What it found comes before what it could not reach."""
    if code == 0:
        return Verdict.CLEAN
    if _FOUND.search(told):
        return Verdict.VULNERABLE
    # A traceback ends with its cause; before it stand lines of code, which prove nothing.
    last = told.strip().rpartition("\n")[2]
    return Verdict.AWAY if _AWAY.search(last) else Verdict.BROKEN


def audit(lock: str) -> Verdict:
    """Audit one lock; what pip-audit told is shown, unless it could not ask."""
    beside = Path(sys.executable).parent / COMMAND[0]
    program = str(beside) if beside.exists() else COMMAND[0]
    try:
        done = subprocess.run(  # noqa: S603  our own command
            [program, *COMMAND[1:], "-r", lock], capture_output=True, text=True, check=False, timeout=600
        )
    except FileNotFoundError:
        sys.stderr.write("pip-audit is not installed: run `make setup`\n")
        return Verdict.BROKEN
    except subprocess.TimeoutExpired:
        return Verdict.AWAY
    found = verdict(done.returncode, done.stderr)
    if found in (Verdict.VULNERABLE, Verdict.BROKEN):
        sys.stdout.write(done.stdout + done.stderr)
    return found


def main(locks: Sequence[str]) -> int:
    """Audit all; the exit code."""
    failures = {Verdict.VULNERABLE, Verdict.BROKEN} | ({Verdict.AWAY} if MUST_ASK in locks else set())
    found = {lock: audit(lock) for lock in [one for one in locks if one != MUST_ASK] or LOCKS}
    for lock, one in found.items():
        sys.stdout.write(f"{lock}: {one.value}\n")
    return int(any(one in failures for one in found.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

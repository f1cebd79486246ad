"""Prints what the changelog says of the version that a tag names, after a look at whether everything names that version.

    python .ci/release_notes.py v1.2.3

Exit codes: 0 printed; 1 the tag is of another version than pyproject.toml, or the changelog has no dated section of it.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


class Unfit(Exception):
    """The tag cannot be released; the text says why, and what to do."""


def notes(tag: str, version: str, changelog: str) -> str:
    """The section of the changelog for a tag, without its heading. Raises Unfit."""
    if tag != f"v{version}":
        raise Unfit(
            f"the tag is {tag}, and pyproject.toml says {version}: tag v{version}, or change the version"
        )
    sections = re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]
    heading = re.compile(rf"\[?{re.escape(version)}\]? - \d{{4}}-\d\d-\d\d$")
    found = [one for one in sections if heading.match(one.partition("\n")[0].strip())]
    if not found:
        raise Unfit(
            f"CHANGELOG.md has no section for it: give what is unreleased the heading `## [{version}] - DAY`"
        )
    text = found[0].partition("\n")[2].strip()
    if not text:
        raise Unfit(f"the section of {version} in CHANGELOG.md is empty")
    # Links to files lead nowhere from a release's page; their words remain.
    return re.sub(r"\[([^\]]+)\]\((?!https?:)[^)]*\)", r"\1", text)


def main(tag: str) -> int:
    """Print them; the exit code."""
    version: str = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    try:
        told = notes(tag, version, (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    except Unfit as error:
        sys.stderr.write(f"{tag} cannot be released: {error}.\n")
        return 1
    sys.stdout.write(f"{told}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

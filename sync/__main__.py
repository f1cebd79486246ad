"""What `truenorth` and `python -m sync` start: a look at whose packages these are, then the command line."""

from __future__ import annotations

import os
import sys

from sync.installation import PACKAGES, REMEDY, strangers


def main() -> None:
    """Entry point. Where another package stands in for one of ours, that is said in a line, and ends with 1."""
    if found := strangers():
        sys.stderr.writelines(f"truenorth: {one}\n" for one in found)
        sys.exit(1)
    # What is declared is judged by our own rules, so no plugin is looked for among all that is installed.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        from sync.cli.app import main as command_line
    except ImportError as error:
        # Ours by its place, with files of another package in it: what was installed last has overwritten the other.
        package = (error.name or "").split(".")[0]
        if package not in PACKAGES:
            raise
        sys.stderr.write(
            f"truenorth: cannot load `{error.name}`: another package has overwritten parts of `{package}`. {REMEDY}\n"
        )
        sys.exit(1)
    command_line()


if __name__ == "__main__":
    main()

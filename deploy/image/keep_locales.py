"""Takes out of Babel, in the image that is being built, the locale data of languages that nobody declared.

    python keep_locales.py [LANGUAGE…]

The languages that Truenorth ships stay, with all their regions and with what those inherit from, and so do those that are
named, such as `de` or `pt_BR`. A name for which there is no data ends the build.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = "root"
"""What every locale inherits from."""


def kept(languages: Iterable[str], known: Iterable[str], parents: Mapping[str, str]) -> set[str]:
    """The locales to keep of those that are `known`. `parents`: which inherit from another one than their name says.

    Raises ValueError where one of the languages is not known.
    """
    names = set(known)
    asked = {one.replace("-", "_") for one in languages}
    if missing := sorted(asked - names):
        raise ValueError(f"there is no locale data for {', '.join(missing)}")
    families = {one.split("_")[0] for one in asked}
    found = {one for one in names if one.split("_")[0] in families} | {ROOT}
    # What a kept one inherits from, and what that does.
    while more := {parents[one] for one in found if one in parents} & names - found:
        found |= more
    return found


def main(languages: list[str]) -> None:
    """Take the others out of the installed package."""
    from babel import localedata
    from babel.core import get_global

    from config.messages import FORMATS

    wanted = [*(one["locale"] for one in FORMATS.values()), *languages]
    known = localedata.locale_identifiers()
    keep = kept(wanted, known, get_global("parent_exceptions"))
    folder = Path(localedata.__file__).parent / "locale-data"
    for name in set(known) - keep:
        (folder / f"{name}.dat").unlink()
    sys.stdout.write(f"kept {len(keep)} of {len(known) + 1} locales\n")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except ValueError as error:
        sys.exit(f"keep_locales: {error}")

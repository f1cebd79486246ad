#!/bin/sh
# python-dateutil 2.9.0.post0 (PyPI), CPython 3.11: a column of days in the order of Paris, 11, 12, 13 and 14 November 2026, each
# parsed by `dateutil.parser.parse`. One would expect one order for the whole column, or an error at the 13th, which is no month.
# Each cell is judged by itself: the first two become 11 November and 11 December, the others 13 and 14 November, and nothing is said. The
# latest day of the column is then a day in December that nobody wrote. `dayfirst=True` reads all four, but has to be known before.
#
# Output seen:
#   11/11/2026 -> 2026-11-11
#   12/11/2026 -> 2026-12-11
#   13/11/2026 -> 2026-11-13
#   14/11/2026 -> 2026-11-14
#   latest: 2026-12-11
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/python" -m pip install --quiet --disable-pip-version-check python-dateutil==2.9.0.post0
"$place/env/bin/python" - <<'PY'
from dateutil import parser

column = [f"{day}/11/2026" for day in (11, 12, 13, 14)]
days = [parser.parse(cell).date() for cell in column]
for cell, day in zip(column, days, strict=True):
    print(cell, "->", day)
print("latest:", max(days))
PY

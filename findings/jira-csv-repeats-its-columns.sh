#!/bin/sh
# Jira's CSV export gives a field with several values one column for each of them, all with the same name ("Sprint",
# "Labels", "Comment"). Three common readers do three things with valid rows of it (pandas 3.1.1, polars 2.1.0, the csv
# module of CPython 3.11):
# - csv.DictReader keeps the last column of a name, which is empty for all items that do not have the most values: the only
#   label of an item is gone, without a word.
# - pandas and polars keep all, each under invented names that differ: `Labels.1` here, `Labels_duplicated_0` there.
# So code that asks for "Labels" reads nothing, or the first value only, and never an error.
#
# Output seen:
#   csv.DictReader: WEB-1 has no label, WEB-2 has backend
#   pandas: Key, Labels, Labels.1
#   polars: Key, Labels, Labels_duplicated_0
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/python" -m pip install --quiet --disable-pip-version-check pandas==3.1.1 polars==2.1.0
cat > "$place/ask.py" <<'PY'
import csv
import io

import pandas
import polars

EXPORT = "Key,Labels,Labels\nWEB-1,onboarding,\nWEB-2,onboarding,backend\n"

rows = [f"{row['Key']} has {row['Labels'] or 'no label'}" for row in csv.DictReader(io.StringIO(EXPORT))]
print("csv.DictReader:", ", ".join(rows))
print("pandas:", ", ".join(pandas.read_csv(io.StringIO(EXPORT)).columns))
print("polars:", ", ".join(polars.read_csv(io.StringIO(EXPORT)).columns))
PY
"$place/env/bin/python" "$place/ask.py" > "$place/seen"
cat "$place/seen"
diff - "$place/seen" <<'SEEN' || { echo "changed: repeated columns are read in another way" >&2; exit 1; }
csv.DictReader: WEB-1 has no label, WEB-2 has backend
pandas: Key, Labels, Labels.1
polars: Key, Labels, Labels_duplicated_0
SEEN

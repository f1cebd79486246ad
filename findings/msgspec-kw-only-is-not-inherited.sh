#!/bin/sh
# msgspec 0.22.0 (PyPI), CPython 3.11. Options of a Struct pass to its subclasses: `rename`, `frozen`, `tag`, `gc` set on a base
# hold below it, so a base class "for everything on the wire" is the usual pattern. `kw_only=True` alone does not: it holds for
# the fields of the class that says it. A subclass of a base with `rename="camel", kw_only=True` renames its fields, and takes
# them by position; and where such a subclass has an optional field, its own subclass cannot add a required one.
#
# Output seen:
#   renamed: b'{"projectKey":"WEB"}'
#   by position: Project(project_key='WEB')
#   a required field below an optional one: TypeError
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/python" -m pip install --quiet --disable-pip-version-check msgspec==0.22.0
cat > "$place/ask.py" <<'PY'
import msgspec


class Reply(msgspec.Struct, rename="camel", kw_only=True):
    pass


class Project(Reply):
    project_key: str


class Named(Reply):
    name: str = ""


print("renamed:", msgspec.json.encode(Project(project_key="WEB")))
print("by position:", Project("WEB"))
try:
    class Status(Named):
        category: str
    print("a required field below an optional one: allowed")
except TypeError as error:
    print("a required field below an optional one:", type(error).__name__)
PY
"$place/env/bin/python" "$place/ask.py" > "$place/seen"
cat "$place/seen"
diff - "$place/seen" <<'SEEN' || { echo "changed: kw_only passes to subclasses now" >&2; exit 1; }
renamed: b'{"projectKey":"WEB"}'
by position: Project(project_key='WEB')
a required field below an optional one: TypeError
SEEN

#!/bin/sh
# structlog 25.4.0 beside rich 14.1.0, CPython 3.11: `import structlog` alone loads rich's console, tables and syntax
# highlighting, also in a program that prints JSON and never uses the development renderer. One would expect an
# optional dependency to be loaded where it is asked for. Two consequences: a command line pays for rich at start-up
# whatever it prints, and a test that asks `"rich" in sys.modules` cannot tell whether one's own code imports it.
# Without rich installed, the same import loads nothing of it.
#
# Output seen:
#   with rich: rich.console rich.table rich.traceback loaded
#   without rich: none loaded
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
ask='import sys, structlog
names = [name for name in ("rich.console", "rich.table", "rich.traceback") if name in sys.modules]
print(*(names or ["none"]), "loaded")'
for kind in with without; do
  python3 -m venv "$place/$kind"
  packages="structlog==25.4.0"
  [ "$kind" = without ] || packages="$packages rich==14.1.0"
  # shellcheck disable=SC2086  two words
  "$place/$kind/bin/python" -m pip install --quiet --disable-pip-version-check $packages
  printf '%s rich: ' "$kind"
  "$place/$kind/bin/python" -c "$ask"
done > "$place/seen"
cat "$place/seen"
printf 'with rich: rich.console rich.table rich.traceback loaded\nwithout rich: none loaded\n' | diff - "$place/seen" || {
  echo "changed: structlog no longer loads rich as it did" >&2
  exit 1
}

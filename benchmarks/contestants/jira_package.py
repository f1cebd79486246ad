"""One read by the `jira` package, page by page as JSON: `python benchmarks/contestants/jira_package.py URL`.

The fastest way that the package offers: no `Issue` objects, only the fields that are needed. Prints one line of JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from typing import Any

import jira

from benchmarks.prototype_pull import FIELDS


def main() -> None:
    options: dict[str, Any] = {"rest_api_version": "3"}
    client = jira.JIRA(
        sys.argv[1], options=options, basic_auth=("truenorth@acme.example", "a-token-of-the-benchmark")
    )
    begun, spent = time.perf_counter(), time.process_time()
    found: list[Any] = []
    token: str | None = None
    while True:
        page: Any = client.enhanced_search_issues(
            "project in (APP, OPS, WEB)",
            nextPageToken=token,
            maxResults=100,
            fields=list(FIELDS),
            json_result=True,
        )
        found += page["issues"]
        token = page.get("nextPageToken")
        if token is None:
            break
    told = {
        "issues": len(found),
        "seconds": time.perf_counter() - begun,
        "cpu": time.process_time() - spent,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()

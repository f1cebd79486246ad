"""The least that a first pull of a Jira Cloud project can be: ids, then the issues by hundreds, 16 in flight, nothing else.

    python benchmarks/prototype_pull.py URL [--in-flight 16]

Asynchronous, on httpx and msgspec, without retries, credentials, limits, checks, stamps or work items: what it costs is what the
libraries cost. Ids first, by 5,000, one page after the other; then all issues, each reply decoded into typed rows that are kept. Its
latency bound is (id pages + issue pages / in flight) turns. Prints one line of JSON; `benchmarks/pull_jira.py` runs it as a peer.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
import time

import httpx
import msgspec

FIELDS = [
    "summary",
    "status",
    "issuetype",
    "project",
    "created",
    "updated",
    "parent",
    "labels",
    "priority",
    "assignee",
    "duedate",
    "timeoriginalestimate",
    "resolution",
    "resolutiondate",
    "statuscategorychangedate",
    "issuelinks",
    "components",
    "security",
    "customfield_10014",
    "customfield_10011",
    "customfield_10016",
]


class Named(msgspec.Struct):
    name: str = ""
    id: str = ""
    key: str = ""


class Fields(msgspec.Struct):
    summary: str
    status: Named
    issuetype: Named
    project: Named
    created: str
    updated: str
    parent: Named | None = None
    labels: list[str] = []
    priority: Named | None = None


class Issue(msgspec.Struct):
    id: str
    key: str
    fields: Fields


class Page(msgspec.Struct):
    issues: list[Issue]


class Id(msgspec.Struct):
    id: str


class Ids(msgspec.Struct, rename="camel"):
    issues: list[Id]
    next_page_token: str | None = None


IDS, PAGE = msgspec.json.Decoder(Ids), msgspec.json.Decoder(Page)


async def pull(url: str, in_flight: int) -> list[Issue]:
    """Every issue of the site."""
    limits = httpx.Limits(max_connections=in_flight, max_keepalive_connections=in_flight)
    found: list[Issue] = []
    async with httpx.AsyncClient(base_url=f"{url}/rest/api/3/", limits=limits, timeout=60) as client:
        ids: list[str] = []
        token: str | None = None
        while True:
            body = {"jql": "project in (APP, OPS, WEB)", "maxResults": 5000, "fields": ["id"]}
            asked = body if token is None else body | {"nextPageToken": token}
            page = IDS.decode((await client.post("search/jql", json=asked)).content)
            ids += [one.id for one in page.issues]
            token = page.next_page_token
            if token is None:
                break
        parts = iter([ids[start : start + 100] for start in range(0, len(ids), 100)])

        async def work() -> None:
            for part in parts:
                body = {"issueIdsOrKeys": part, "fields": FIELDS}
                found.extend(PAGE.decode((await client.post("issue/bulkfetch", json=body)).content).issues)

        await asyncio.gather(*(work() for _ in range(in_flight)))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("url")
    parser.add_argument("--in-flight", type=int, default=16)
    given = parser.parse_args()
    begun, spent = time.perf_counter(), time.process_time()
    found = asyncio.run(pull(given.url, given.in_flight))
    told = {
        "issues": len(found),
        "seconds": time.perf_counter() - begun,
        "cpu": time.process_time() - spent,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()

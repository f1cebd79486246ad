"""The sites of a simulated fleet, their budgets, and every number that goes into the simulation with its source.

Used by `simulate_fleet.py`. Pure.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

HOUR, DAY = 3600.0, 86400.0
Kind = Literal["jira", "linear"]
Credential = Literal["token", "app", "app tier 2"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number, and where it comes from."""

    value: float
    unit: str
    source: str


CONTRACT = "contracts, sections on rate limits"
P: dict[str, Parameter] = {
    "page_jira": Parameter(100, "issues a request", "connectors/jira/api/bulk_read.py, ISSUE_PAGE"),
    "ids_jira": Parameter(5000, "ids a request", "connectors/jira/api/bulk_read.py, ID_PAGE"),
    "page_linear": Parameter(250, "issues a request", "connectors/linear/api/queries.py, Operation.page"),
    "latency_read": Parameter(0.15, "s a page", "benchmarks/servers/loopback.py; assumed for real sites"),
    "latency_write": Parameter(0.12, "s a write", "the same"),
    "reads_in_flight": Parameter(16, "requests a site", "connectors/http/throttle.py, SHARED_IN_FLIGHT"),
    "writes_in_flight": Parameter(8, "requests a site", "ADR 49"),
    "people": Parameter(0.2, "share of each quota", "ADR 17"),
    "burst_jira": Parameter(100, "requests/s a site and endpoint", CONTRACT),
    "points_app": Parameter(65_000, "points/h over all sites of an app, tier 1", CONTRACT),
    "points_site": Parameter(100_000, "points/h a site, tier 2, Standard, without its 10 a user", CONTRACT),
    "points_issue": Parameter(1.01, "points an issue read by hundreds", CONTRACT),
    "requests_linear": Parameter(2_500, "requests/h a key", CONTRACT),
    "complexity_linear": Parameter(2_000_000, "points/h an app; keys 3,000,000", CONTRACT),
    "complexity_page": Parameter(
        4_700, "points a page of 250 issues", "X-Complexity of the sandbox for the query of a pull"
    ),
    "cpu_read": Parameter(72e-6, "s an item", "0.72 s for 10,000 issues (first pull, Jira)"),
    "cpu_part": Parameter(
        0.35,
        "s a partition",
        "assumed: CPU of a drill of 40 partitions over that of one process, less the starts after kills",
    ),
    "cpu_decide": Parameter(
        266e-6, "s an item", "26.6 s for 100,000 items with 500 rules, before its own speed-up"
    ),
    "cpu_store": Parameter(
        200e-6,
        "s an item",
        "assumed: half of what a whole first plan of 100,000 items took beside reading and deciding",
    ),
    "cpu_write": Parameter(2.7e-3, "s an edit", "0.8 s for 300 issues (benchmarks/writes.py)"),
    "memory_item": Parameter(
        7.3e3, "bytes an item in the closing job", "732 MB for 100,000 items (whole first plan)"
    ),
    "part_bytes": Parameter(
        1.1e3, "bytes an item in a part, before compression", "connectors.jira.parts on sandbox worlds"
    ),
    "wire_bytes": Parameter(7.5e3, "bytes an issue on the wire", "75 MB for 10,000 issues"),
    "edits_first": Parameter(
        0.35, "edits an item in a first sync", "35,000 of 100,000 in benchmarks/pipeline.py"
    ),
    "requests_edit_jira": Parameter(
        1.12, "requests an edit", "324 requests for 300 items with field and comment, edits together by 100"
    ),
    "requests_edit_linear": Parameter(
        0.0705, "requests an edit", "141 requests for a first write of 2,000 items; a change takes 80"
    ),
    "changed_day": Parameter(0.02, "share of items that change in a day", "assumed"),
    "edits_day": Parameter(
        0.01, "edits an item and day", "assumed: half of what changes moves a percent by a step"
    ),
    "run_requests": Parameter(
        6, "requests of an unchanged run and tracker", "target of the incremental reading"
    ),
    "run_cpu": Parameter(1.0, "s CPU of an unchanged run", "the same"),
    "sweep_hours_jira": Parameter(6, "h", "sweep_hours, Jira Cloud"),
    "partition": Parameter(25_000, "items a project or team", "assumed"),
}
"""Every number that goes in."""


def p(name: str) -> float:
    """The value of a parameter."""
    return P[name].value


@dataclass(slots=True)
class Site:
    """One site. `read_rate`, `write_rate`: items and edits a second that its budgets let through."""

    name: str
    kind: Kind
    items: int
    read_rate: float
    write_rate: float
    limit: str
    partitions: int = 0
    busy_until: float = 0.0
    left: int = 0
    ended: float = 0.0
    first_edit: float = 0.0

    @property
    def edits(self) -> float:
        """Edits of its first sync."""
        return self.items * p("edits_first")

    @property
    def cpu(self) -> float:
        """CPU seconds of its first sync."""
        each = p("cpu_read") + p("cpu_store") + p("cpu_decide")
        return self.items * each + self.edits * p("cpu_write") + 2 * self.partitions * p("cpu_part")

    @property
    def bound(self) -> float:
        """Seconds that it takes at least, with all cores for itself: what its budgets let through, then one core that decides."""
        return self.items / self.read_rate + self.items * p("cpu_decide") + self.edits / self.write_rate


def rates(kind: Kind, credential: Credential, apps: float) -> tuple[float, float, str]:
    """Items and edits a second of a site, and what limits reading. `apps`: its share of the app's points, 0..1."""
    free = 1 - p("people")
    if kind == "linear":
        by = {
            "latency": 8 * p("page_linear") / p("latency_read"),
            "requests an hour": free * p("requests_linear") / HOUR * p("page_linear"),
            "complexity an hour": free
            * p("complexity_linear")
            / HOUR
            / p("complexity_page")
            * p("page_linear"),
        }
        writes = free * p("requests_linear") / HOUR / p("requests_edit_linear")
        limit = min(by, key=lambda one: by[one])
        return by[limit], writes, limit
    page = p("page_jira") / (1 + p("page_jira") / p("ids_jira"))
    by = {
        "requests in flight": p("reads_in_flight") / p("latency_read") * page,
        "burst a second": free * p("burst_jira") * page,
    }
    writes = min(p("writes_in_flight") / p("latency_write"), free * p("burst_jira")) / p("requests_edit_jira")
    if credential != "token":
        quota = p("points_site") if credential == "app tier 2" else p("points_app") * apps
        by["points an hour"] = free * quota / HOUR / p("points_issue")
        writes = min(writes, free * quota / HOUR / p("requests_edit_jira"))
    limit = min(by, key=lambda one: by[one])
    return by[limit], writes, limit


def fleet(count: int, items: int, credential: Credential, seed: int) -> list[Site]:
    """Sites of very different sizes, as customers are: a Pareto tail, three of four on Jira."""
    chance = random.Random(seed)  # noqa: S311
    weights = [chance.paretovariate(1.2) for _ in range(count)]
    largest = 0.1 * sum(weights)
    weights = [min(one, largest) for one in weights]
    sizes = [max(1000, round(items * one / sum(weights))) for one in weights]
    kinds: list[Kind] = ["linear" if number % 4 == 3 else "jira" for number in range(count)]
    # Linear's workspaces are those of smaller companies.
    order = sorted(sizes)
    small = iter(order[: kinds.count("linear")])
    rest = order[kinds.count("linear") :]
    chance.shuffle(rest)
    large = iter(rest)
    found = []
    on_jira = sum(rest)
    for number, kind in enumerate(kinds):
        size = next(small) if kind == "linear" else next(large)
        read, write, limit = rates(kind, credential, size / on_jira if kind == "jira" else 1.0)
        found.append(
            Site(f"{kind}-{number}", kind, size, read, write, limit, max(1, round(size / p("partition"))))
        )
    return found

"""What a fleet of 100 sites and 50 million items would take: time to the first full sync, what a day costs, and what limits.

    python benchmarks/simulate_fleet.py [--sites 100] [--items 50000000] [--seed 1] [--json FILE] [--smoke]

A discrete-event simulation, on quotas as the contracts have them and on costs as they were measured in this repository; each parameter
names its source. Nothing is asked of a network. Beside each simulated time stands a bound in closed form, which the simulation must
not go below and, where one resource limits, must come near: where it does not, the program ends with 1.

Stages of a site: its partitions are read (requests through the site's own budget, then CPU on a worker's core), one closing job decides on
one core, its partitions are written. Workers take whatever is due first.
"""

from __future__ import annotations

import argparse
import heapq
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.fleet_sites import DAY, HOUR, Credential, P, Site, fleet, p

# --- The simulation --------------------------------------------------------------------------


@dataclass(order=True, slots=True)
class _Event:
    at: float
    number: int
    do: Callable[[], None] = field(compare=False)


class Simulation:
    """Sites and cores. A job waits for its site's budget without holding a core; with a core it runs to its end."""

    def __init__(self, sites: Sequence[Site], cores: int) -> None:
        self.now = 0.0
        self.busy = 0.0
        self._sites = sites
        self._free = cores
        self._cores = cores
        self._events: list[_Event] = []
        self._ready: list[tuple[float, int, float, Callable[[], None]]] = []
        self._count = 0

    def run(self) -> float:
        """Seconds until the last site is done."""
        for site in self._sites:
            site.left = site.partitions
            for _ in range(site.partitions):
                self._through(site, site.items / site.partitions / site.read_rate, self._read(site))
        while self._events:
            event = heapq.heappop(self._events)
            self.now = event.at
            event.do()
        return max(site.ended for site in self._sites)

    @property
    def utilisation(self) -> float:
        """Share of the cores' time that was used, 0..1."""
        return self.busy / (self.now * self._cores) if self.now else 0.0

    def _through(self, site: Site, seconds: float, then: Callable[[], None]) -> None:
        """The site's budget serves one after another."""
        site.busy_until = max(site.busy_until, self.now) + seconds
        self._at(site.busy_until, then)

    def _read(self, site: Site) -> Callable[[], None]:
        cpu = site.items / site.partitions * (p("cpu_read") + p("cpu_store")) + p("cpu_part")
        return lambda: self._compute(cpu, lambda: self._is_read(site))

    def _is_read(self, site: Site) -> None:
        site.left -= 1
        if site.left == 0:
            self._compute(site.items * p("cpu_decide"), lambda: self._decided(site))

    def _decided(self, site: Site) -> None:
        site.first_edit = self.now
        site.left = site.partitions
        each = site.edits / site.partitions
        for _ in range(site.partitions):
            self._through(site, each / site.write_rate, self._wrote(site, each))

    def _wrote(self, site: Site, edits: float) -> Callable[[], None]:
        cpu = edits * p("cpu_write") + p("cpu_part")
        return lambda: self._compute(cpu, lambda: self._is_written(site))

    def _is_written(self, site: Site) -> None:
        site.left -= 1
        if site.left == 0:
            site.ended = self.now

    def _compute(self, seconds: float, then: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._ready, (self.now, self._count, seconds, then))
        self._start()

    def _start(self) -> None:
        while self._free and self._ready:
            _, _, seconds, then = heapq.heappop(self._ready)
            self._free -= 1
            self.busy += seconds
            self._at(self.now + seconds, self._done(then))

    def _done(self, then: Callable[[], None]) -> Callable[[], None]:
        def end() -> None:
            self._free += 1
            then()
            self._start()

        return end

    def _at(self, when: float, do: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._events, _Event(when, self._count, do))


@dataclass(frozen=True, slots=True)
class Row:
    """A first full sync of the fleet."""

    credential: str
    cores: int
    hours: float
    bound_hours: float
    ratio: float
    median_hours: float
    p90_hours: float
    cpu_hours: float
    utilisation: float
    limited_by: str


def bound_of(sites: Sequence[Site], cores: int) -> tuple[float, str]:
    """Seconds that nothing can be faster than, and what says so: the slowest site alone, or all CPU on all cores."""
    slowest = max(sites, key=lambda one: one.bound)
    by_site = slowest.bound
    by_cores = sum(one.cpu for one in sites) / cores
    if by_cores > by_site:
        return by_cores, "cores"
    parts = {
        f"reading ({slowest.limit})": slowest.items / slowest.read_rate,
        "one core that decides": slowest.items * p("cpu_decide"),
        "writing (requests in flight or quota)": slowest.edits / slowest.write_rate,
    }
    return (
        by_site,
        f"{slowest.kind} site of {slowest.items:,} items: {max(parts, key=lambda one: parts[one])}",
    )


def first_sync(count: int, items: int, credential: Credential, cores: int, seed: int) -> Row:
    """Simulate it. Raises AssertionError where it contradicts its bound."""
    sites = fleet(count, items, credential, seed)
    simulation = Simulation(sites, cores)
    seconds = simulation.run()
    bound, why = bound_of(sites, cores)
    ends = sorted(one.ended for one in sites)
    ratio = seconds / bound
    if not 0.999 <= ratio <= 2.0:
        raise AssertionError(f"{credential}, {cores} cores: {seconds:.0f} s, and the bound is {bound:.0f} s")
    return Row(
        credential,
        cores,
        round(seconds / HOUR, 2),
        round(bound / HOUR, 2),
        round(ratio, 3),
        round(ends[len(ends) // 2] / HOUR, 2),
        round(ends[len(ends) * 9 // 10] / HOUR, 2),
        round(simulation.busy / HOUR, 1),
        round(simulation.utilisation, 3),
        why,
    )


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day of the fleet, every site asked at an interval. Shares are of what the tightest site may use, people's part left."""

    minutes: int
    full_reads: float
    requests: int
    cpu_hours: float
    cores: float
    points_share_app: float
    points_share_site: float
    complexity_share: float
    limited_by: str


def day(count: int, items: int, minutes: int, full_reads: float, seed: int) -> DayRow:
    """What a day costs: unchanged runs, what changed, sweeps, and so many full reads."""
    sites = fleet(count, items, "token", seed)
    runs, free = DAY / 60 / minutes, 1 - p("people")
    requests = cpu = points = 0.0
    tightest_points = tightest_complexity = 0.0
    for one in sites:
        changed, edits = one.items * p("changed_day"), one.items * p("edits_day")
        page = p("page_jira") if one.kind == "jira" else p("page_linear")
        reads = runs * p("run_requests") + changed / page + full_reads * one.items / page
        sweeps = (
            DAY / HOUR / p("sweep_hours_jira") * one.items / p("ids_jira")
            if one.kind == "jira"
            else one.items / 250
        )
        each = p("requests_edit_jira") if one.kind == "jira" else p("requests_edit_linear")
        requests += reads + sweeps + edits * each
        cpu += runs * p("run_cpu") + changed * p("cpu_read") + edits * p("cpu_write")
        cpu += full_reads * one.items * (p("cpu_read") + p("cpu_store") + p("cpu_decide"))
        # A run that finds changes decides anew; most of a day's runs do on a large site.
        cpu += min(runs, changed) * one.items * p("cpu_decide")
        if one.kind == "jira":
            # A sweep reads ids alone; each counts as an issue that was read, as far as is documented.
            swept = DAY / HOUR / p("sweep_hours_jira") * one.items
            spent = reads + changed + full_reads * one.items + swept + edits * each
            points += spent
            tightest_points = max(tightest_points, spent / (free * p("points_site") * 24))
        else:
            spent = (runs * p("run_requests") * 0.05 + changed / page + full_reads * one.items / page) * p(
                "complexity_page"
            )
            tightest_complexity = max(tightest_complexity, spent / (free * p("complexity_linear") * 24))
    shares = {
        "points of one app over all sites": points / (free * p("points_app") * 24),
        "points of the largest site": tightest_points,
        "complexity of the largest workspace": tightest_complexity,
    }
    worst = max(shares, key=lambda one: shares[one])
    return DayRow(
        minutes,
        full_reads,
        round(requests),
        round(cpu / HOUR, 1),
        round(cpu / DAY, 2),
        round(shares["points of one app over all sites"], 3),
        round(shares["points of the largest site"], 3),
        round(shares["complexity of the largest workspace"], 3),
        worst if shares[worst] > 1 else "nothing",
    )


def table(rows: Sequence[object]) -> Iterator[str]:
    """The rows, aligned."""
    found = [asdict(one) for one in rows]  # type: ignore[call-overload]
    names = list(found[0])
    cells = [
        names,
        *(
            [f"{one[name]:,}" if isinstance(one[name], int | float) else str(one[name]) for name in names]
            for one in found
        ),
    ]
    widths = [max(len(row[at]) for row in cells) for at in range(len(names))]
    for row in cells:
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()


def main() -> int:
    """Print the simulated fleet; 1 where the simulation contradicts its bounds."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sites", type=int, default=100)
    parser.add_argument("--items", type=int, default=50_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--smoke", action="store_true", help="10 sites, 1,000,000 items")
    given = parser.parse_args()
    if given.smoke:
        given.sites, given.items = 10, 1_000_000
    credentials: tuple[Credential, ...] = ("token", "app tier 2", "app")
    try:
        rows = [
            first_sync(given.sites, given.items, credential, cores, given.seed)
            for credential in credentials
            for cores in (4, 16, 64)
        ]
    except AssertionError as error:
        sys.stderr.write(f"the simulation contradicts its bound: {error}\n")
        return 1
    days = [
        day(given.sites, given.items, minutes, full, given.seed)
        for minutes in (10, 60, 360)
        for full in (1.0, 1 / 7)
    ]
    sizes = sorted(one.items for one in fleet(given.sites, given.items, "token", given.seed))
    out = [
        f"{given.sites} sites, {sum(sizes):,} items: median {sizes[len(sizes) // 2]:,}, largest {sizes[-1]:,}",
        f"closing job of the largest site: {sizes[-1] * p('memory_item') / 1e9:.1f} GB",
        f"parts in the database: {sum(sizes) * p('part_bytes') / 1e9:.0f} GB, to be compressed; on the wire: {sum(sizes) * p('wire_bytes') / 1e12:.2f} TB",
        "",
        "first full sync",
        *table(rows),
        "",
        "a day",
        *table(days),
        "",
        "parameters",
        *(f"{name:22} {one.value:>14,.6g}  {one.unit}  [{one.source}]" for name, one in P.items()),
    ]
    sys.stdout.write("\n".join(out) + "\n")
    if given.json:
        found = {"first": [asdict(one) for one in rows], "day": [asdict(one) for one in days]}
        given.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Which part of the unaligned work is shown: by team, by project, by age. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from config.errors import nearest
from connectors.model import Ref, WorkItem
from sync.decide import Decision
from sync.plan.undo import SelectionError
from sync.signals.findings.finding import Finding
from sync.signals.orphans import Orphan, Signals


@dataclass(frozen=True, slots=True)
class WorkFilter:
    """Unaligned work of these teams and projects, created more than so many days ago; nothing given takes everything.

    - `teams`: keys of Linear teams; of Jira, where items tell no team, keys of projects.
    - `projects`: keys of Jira projects, names of Linear projects. Names are compared without case.
    """

    teams: frozenset[str] = frozenset()
    projects: frozenset[str] = frozenset()
    older_than: int | None = None

    @property
    def words(self) -> str:
        """What is left, as people type it; "" for everything."""
        parts = [f"--team {one}" for one in sorted(self.teams)]
        parts += [f"--project {one}" for one in sorted(self.projects)]
        parts += [f"--older-than {self.older_than}d"] if self.older_than is not None else []
        return " ".join(parts)

    def part_of(self, run: Decision) -> Decision:
        """The run with the signals that are left of it: what is shown of them says the same everywhere.

        A piece is topmost where what is above it is left out. Findings are left that have an item of those teams and
        projects; their age counts for nothing. Raises SelectionError for a team or project that nothing read is in.
        """
        if not self.words:
            return run
        items, signals, now = run.alignment.items, run.signals, run.scorecard.as_of
        self._check(items.values())

        def takes(ref: Ref) -> bool:
            item = items[ref]
            is_old = self.older_than is None or (now - item.created).days > self.older_than
            return is_old and self._is_there(item)

        orphans = {ref: one for ref, one in signals.orphans.items() if takes(ref)}
        part = Signals(
            {ref: _lifted(one, orphans) for ref, one in orphans.items()},
            tuple(one for one in signals.findings if self._concerns(one, run)),
            {ref: one for ref, one in signals.in_grace.items() if takes(ref)},
            {ref: one for ref, one in signals.planned.items() if takes(ref)},
            frozenset(filter(takes, signals.not_started)),
        )
        return replace(run, narrowed=part)

    def _concerns(self, one: Finding, run: Decision) -> bool:
        if not self.teams and not self.projects:
            return True
        return any(self._is_there(run.alignment.items[ref]) for ref in one.items)

    def _is_there(self, item: WorkItem) -> bool:
        return (not self.teams or _is_one_of(item.team or item.project, self.teams)) and (
            not self.projects or _is_one_of(item.project, self.projects)
        )

    def _check(self, items: Iterable[WorkItem]) -> None:
        items = tuple(items)
        teams = {one.team or one.project for one in items} - {None}
        projects = {one.project for one in items} - {None}
        for what, asked, known in (("team", self.teams, teams), ("project", self.projects, projects)):
            for name in _unknown(asked, {one for one in known if one}):
                near = nearest(name, sorted(one for one in known if one))
                hint = f"; did you mean {near}?" if near else ""
                raise SelectionError(f"no item that was read is in {what} {name}{hint}")


EVERYTHING = WorkFilter()


def _lifted(one: Orphan, left: dict[Ref, Orphan]) -> Orphan:
    return one if one.above is None or one.above in left else replace(one, above=None, top=True)


def _is_one_of(name: str | None, asked: frozenset[str]) -> bool:
    return name is not None and name.casefold() in {one.casefold() for one in asked}


def _unknown(asked: Iterable[str], known: set[str]) -> Iterator[str]:
    folded = {one.casefold() for one in known}
    yield from (one for one in sorted(asked) if one.casefold() not in folded)

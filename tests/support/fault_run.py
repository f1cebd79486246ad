"""A sync under a fault, and the five things that must hold after it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import World
from tests.support import loopback
from tests.support.cli import AS_OF, Cli, Ran

TOKENS = ("sandbox-jira-token", "sandbox-linear-token")


def comments_of_ours(world: World) -> dict[str, int]:
    """How many comments of ours each ticket has, by its key or name."""
    bodies_of = {
        one.key: [json.dumps(c.body) for c in one.comments.values()] for one in world.jira.issues.values()
    }
    bodies_of |= {one.identifier: [c.body for c in one.comments] for one in world.linear.issues.values()}
    bodies_of |= {one.name: [c.body for c in one.comments] for one in world.linear.projects.values()}
    return {key: sum("Truenorth" in body for body in bodies) for key, bodies in bodies_of.items()}


def marked(box: Sandbox) -> set[str]:
    """The items that bear anything of ours, as a row of the journal names them."""
    site, linear = box.world.jira, box.world.linear
    found = {f"jira {one.id}" for one in site.issues.values() if "truenorth" in one.properties}
    return found | {
        f"linear {one.issue.id}" for one in linear.attachments.values() if "truenorth=" in one.url
    }


class FaultRun:
    """What came of a sync under a fault, and what must hold afterwards."""

    def __init__(self, box: Sandbox, run: Cli, stored: Callable[[], str] | None = None) -> None:
        """`stored` tells all that is in a store that is no file."""
        self._box, self._call, self._stored = box, run, stored
        self._before = self._dump()
        self._outputs: list[str] = []

    def run(self, *arguments: str) -> Ran:
        ran = self._call(*arguments)
        self._outputs += [ran.out, ran.err]
        return ran

    def sync(self) -> Ran:
        return self.run("sync", *AS_OF, "--first-run")

    def holds(self) -> None:
        """The five invariants, once the fault is gone."""
        self._box.clear_faults()
        rerun = self.sync()
        assert rerun.code == 0, rerun.out[-1500:] + rerun.err
        assert self.run("plan", *AS_OF, "--exit-code").code == 0
        assert [key for key, count in self.comments().items() if count > 1] == []
        assert any(self.comments().values())
        assert self.run("undo", "--all", "--apply").code == 0
        assert self._dump() == self._before
        self._is_silent()

    def comments(self) -> dict[str, int]:
        return comments_of_ours(self._box.world)

    def _dump(self) -> bytes:
        dumped = loopback.get(f"{self._box.url}/__world").content
        return re.sub(rb'"2026-11-16T09:[^"]*"', b'"now"', dumped)

    def _is_silent(self) -> None:
        files = [file.read_bytes().decode("latin-1") for file in Path().rglob("*") if file.is_file()]
        files += [self._stored()] if self._stored else []
        assert files
        for text in (*self._outputs, *files):
            assert not any(token in text for token in TOKENS)
            assert "Traceback" not in text

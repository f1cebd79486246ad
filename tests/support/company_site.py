"""The example company on one kind of site: synced by command, and read as a person reads it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.jira.http import SERVER_TOKEN
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.jobs.sandbox import environment, examples
from tests.support import loopback
from tests.support.cli import AS_OF, Cli, writes
from tests.support.ticket_percents import (
    as_text,
    disagreeing,
    jira_lines,
    jira_percents,
    linear_lines,
    linear_percents,
)

SITES = ("cloud", "data_center", "linear")


class Site:
    """The example company on one kind of site, as it is synced and read."""

    def __init__(self, sandbox: Sandbox, kind: str, run: Cli, folder: Path) -> None:
        self.sandbox, self.kind, self._run, self._folder = sandbox, kind, run, folder
        self.acts: list[str] = []
        self._before = loopback.get(f"{sandbox.url}/__world").content

    def edit(self, file: str, pattern: str, after: str) -> None:
        path = self._folder / file
        text, count = re.subn(pattern, after, path.read_text())
        assert count == 1, (file, pattern)
        path.write_text(text)

    def sync(self) -> str:
        ran = self._run("sync", *AS_OF, "--first-run", "--format", "json")
        assert ran.code == 0, f"{ran.out[-1500:]}{ran.err}\nafter {self.acts}"
        return ran.out

    def set_up(self) -> None:
        ran = self._run("setup", "--apply")
        assert ran.code == 0, ran.out[-1500:] + ran.err

    def is_quiet(self) -> bool:
        self.sandbox.forget_requests()
        self.sync()
        return not writes(self.sandbox) and not [
            one for one in self.sandbox.requests if one.operation == "mutation"
        ]

    def lines(self, name: str) -> dict[str, list[str]]:
        """What each ticket says of a key result, on links and in comments."""
        found: dict[str, list[str]] = {}
        lines = (
            linear_lines(self.sandbox)
            if self.kind == "linear"
            else jira_lines(self.sandbox, self.linked(), is_server=self.kind == "data_center")
        )
        for key, of, text in lines:
            if of == name:
                found.setdefault(key, []).append(text)
        return found

    def undo_leaves_nothing(self) -> None:
        """Undo, where nobody else did anything to the world."""
        ran = self._run("undo", "--all", "--apply")
        assert ran.code == 0, ran.out[-1500:] + ran.err
        assert loopback.get(f"{self.sandbox.url}/__world").content == self._before

    def linked(self) -> list[str]:
        """Keys of the Jira issues, or Linear issues, that show a key result."""
        if self.kind == "linear":
            return sorted(
                key
                for key, found in linear_percents(self.sandbox)
                if found and re.fullmatch(r"[A-Z]+-\d+", key)
            )
        issues = self.sandbox.world.jira.issues.values()
        return sorted(one.key for one in issues if one.properties.get("truenorth", {}).get("key_results"))

    def check(self) -> set[str]:
        """That no ticket contradicts itself; the places that were seen."""
        places: set[str] = set()
        for key, found, first in self.read():
            assert disagreeing(found) == {}, f"{key}: {as_text(found)} after {self.acts}"
            assert len(set(first.values())) <= 1, f"{key}: the health of another key result, {first}"
            places |= {place for said in found.values() for place in said}
        return places

    def read(self) -> Iterator[tuple[str, Any, dict[str, str]]]:
        if self.kind == "linear":
            yield from ((key, found, {}) for key, found in linear_percents(self.sandbox))
            return
        for key in self.linked():
            yield key, *jira_percents(self.sandbox, key, is_server=self.kind == "data_center")


@contextmanager
def company(kind: str, run: Cli, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[Site]:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(examples(), folder / "okrs")
    with Sandbox(generate(items=60, seed=3)) as sandbox, monkeypatch.context() as patch:
        for name, value in environment(sandbox).items():
            patch.setenv(name, value)
        patch.setenv("TRUENORTH_CONFIG", str(folder / "okrs"))
        patch.setenv("TRUENORTH_STORE", f"sqlite:///{folder}/store.db")
        site = Site(sandbox, kind, run, folder / "okrs")
        site.edit("truenorth.yaml", "share: 0.3", "share: 1")
        if kind == "data_center":
            site.edit("truenorth.yaml", "kind: jira,", "kind: jira, deployment: data_center,")
            patch.delenv("TRUENORTH_JIRA_EMAIL")
            patch.setenv("TRUENORTH_JIRA_URL", f"{sandbox.url}/jira-dc")
            patch.setenv("TRUENORTH_JIRA_TOKEN", SERVER_TOKEN)
        site.sync()
        yield site

"""The demonstration: the service against a sandbox of both trackers, with the example company."""

from __future__ import annotations

import importlib.resources
import shlex
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from config.load import load
from config.settings import Credentials
from config.workspace import Workspace
from connectors.model import WorkItem
from sync.files.private import write_private
from sync.installation import requirements
from sync.jobs.reporter import Reporter
from sync.jobs.session import Session, session_for
from sync.jobs.sync import Synced, synchronise
from sync.plan.overrides import Overrides

if TYPE_CHECKING:
    from connectors.sandbox.server import Sandbox
    from connectors.sandbox.world import World

JIRA_EMAIL = "truenorth@acme.example"
JIRA_TOKEN = "sandbox-jira-token"  # noqa: S105  the sandbox's own, known to everybody
LINEAR_TOKEN = "sandbox-linear-token"  # noqa: S105  likewise


class SandboxError(Exception):
    """The sandbox cannot serve."""


class SandboxMissing(Exception):
    """The sandbox is no part of this installation; the text says what to type."""


def examples() -> Path:
    """The folder of the example company."""
    return Path(str(importlib.resources.files("config") / "examples"))


def _missing(module: str) -> str:
    """What to type where the sandbox, or a package that it needs, is not installed."""
    said = f"the sandbox is not part of this installation ({module} is missing)."
    needed = requirements("sandbox")
    if module.startswith("connectors.") or not needed:
        # As in the image, whose wheel is built without it.
        return f"{said} In a checkout of Truenorth, type: make demo"
    packages = " ".join(shlex.quote(one) for one in needed)
    return f"{said} To add it, type: {shlex.quote(sys.executable)} -m pip install {packages}"


@contextmanager
def serving_sandbox(
    items: int,
    seed: int,
    port: int,
    truth: Path | None = None,
    *,
    flow: bool = False,
    signals: Path | None = None,
) -> Iterator[Sandbox]:
    """A sandbox that serves on loopback, and the file of right answers. `signals`: a folder for the cases of warning signals
    that are then planted, and for the OKR files under which they come true. Raises SandboxMissing or SandboxError.
    """
    try:
        from connectors.sandbox.server import Sandbox
        from connectors.sandbox.world import generate
    except ImportError as error:
        raise SandboxMissing(_missing(error.name or "")) from error
    world = generate(items=items, seed=seed, flow=flow, signals=signals is not None)
    if truth is not None:
        _write_truth(world, truth)
    if signals is not None:
        _write_signals(world, signals)
    sandbox = Sandbox(world, port=port)
    try:
        sandbox.start()
    except OSError as error:
        message = f"the sandbox cannot listen on port {port}: {error.strerror}. Choose another port, or 0 for any free one."
        raise SandboxError(message) from error
    try:
        yield sandbox
    finally:
        sandbox.stop()


def _write_truth(world: World, file: Path) -> None:
    try:
        write_private(file, world.truth.written())
    except OSError as error:
        raise SandboxError(f"the truth cannot be written to {file}: {error.strerror}.") from error


def _write_signals(world: World, folder: Path) -> None:
    from connectors.sandbox.flow.planted_goals import planted_goals

    planted = world.add_signals()
    texts = {file.name: file.read_text(encoding="utf-8") for file in examples().glob("*.yaml")}
    goals, cases = folder / "okrs", folder / "signals.json"
    try:
        goals.mkdir(parents=True, exist_ok=True)
        for name, text in planted_goals(texts, planted).items():
            write_private(goals / name, [text.encode()])
        write_private(cases, [planted.written()])
    except OSError as error:
        raise SandboxError(f"the planted signals cannot be written to {folder}: {error.strerror}.") from error


def environment(sandbox: Sandbox) -> dict[str, str]:
    """The variables with which any command works on the sandbox."""
    return {
        "TRUENORTH_CONFIG": str(examples()),
        "TRUENORTH_JIRA_URL": f"{sandbox.url}/jira",
        "TRUENORTH_JIRA_EMAIL": JIRA_EMAIL,
        "TRUENORTH_JIRA_TOKEN": JIRA_TOKEN,
        "TRUENORTH_LINEAR_URL": f"{sandbox.url}/linear/graphql",
        "TRUENORTH_LINEAR_TOKEN": LINEAR_TOKEN,
    }


@contextmanager
def sandbox_session(sandbox: Sandbox, workspace: Workspace | None = None) -> Iterator[Session]:
    """A session on the sandbox with the example company and a store that is thrown away."""
    env = environment(sandbox)
    keys = {
        "jira": Credentials(token=SecretStr(JIRA_TOKEN), email=JIRA_EMAIL, url=env["TRUENORTH_JIRA_URL"]),
        "linear": Credentials(token=SecretStr(LINEAR_TOKEN), email=None, url=env["TRUENORTH_LINEAR_URL"]),
    }
    with tempfile.TemporaryDirectory(prefix="truenorth-") as folder:
        store = f"sqlite:///{folder}/truenorth.db"
        with session_for(workspace or load(examples()), keys, store) as session:
            yield session


def demonstrate(sandbox: Sandbox, reporter: Reporter) -> tuple[Synced, Synced]:
    """Run the service twice against a serving sandbox; the second run, which reports nothing, must find nothing to write."""
    with sandbox_session(sandbox) as session:
        first = synchronise(session, sandbox.world.clock.now(), reporter, Overrides(first_run=True))
        second = synchronise(session, sandbox.world.clock.now(), Reporter())
    return first, second


def ticket_pages(sandbox: Sandbox, first: Synced) -> list[str]:
    """Where to look: the address patterns, and a written ticket of each tracker and kind of mark."""
    lines = [
        f"Jira tickets:   {sandbox.url}/jira/browse/KEY",
        f"Linear tickets: {sandbox.url}/linear/issue/KEY",
    ]
    seen: set[tuple[str, str]] = set()
    for edit in first.run.plan.edits:
        comment = edit.wanted.comment
        kind = comment.purpose if comment else "key result" if edit.wanted.key_results else ""
        if not kind or (edit.item.ref.tracker, kind) in seen:
            continue
        seen.add((edit.item.ref.tracker, kind))
        what = f"with our {kind} comment" if comment else "with its key result"
        lines.append(f"  {edit.item.key:<10} {what}: {page_of(sandbox, edit.item)}")
    return lines


def page_of(sandbox: Sandbox, item: WorkItem) -> str:
    """The sandbox's page of an item."""
    if item.ref.tracker == "jira":
        return item.url
    if item.level == "project":
        return f"{sandbox.url}/linear/project/{item.ref.id}"
    return f"{sandbox.url}/linear/issue/{item.key}"

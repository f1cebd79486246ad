"""The demonstration: the service against a sandbox of both trackers, with the example company."""

from __future__ import annotations

import importlib.resources
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
from sync.cli.output import Output
from sync.jobs.session import Session, session_for
from sync.jobs.sync import Synced, synchronise

if TYPE_CHECKING:
    from connectors.sandbox.server import Sandbox
    from connectors.sandbox.world import World

JIRA_EMAIL = "truenorth@acme.example"
JIRA_TOKEN = "sandbox-jira-token"  # noqa: S105  the sandbox's own, known to everybody
LINEAR_TOKEN = "sandbox-linear-token"  # noqa: S105  likewise

_MOST = 12


class SandboxError(Exception):
    """The sandbox is not installed, or cannot serve."""


def examples() -> Path:
    """The folder of the example company."""
    return Path(str(importlib.resources.files("config") / "examples"))


@contextmanager
def serving_sandbox(items: int, seed: int, port: int, truth: Path | None = None) -> Iterator[Sandbox]:
    """A sandbox that serves on loopback, and the file of right answers. Raises SandboxError when it cannot."""
    try:
        from connectors.sandbox.server import Sandbox
        from connectors.sandbox.world import generate
    except ImportError as error:
        message = f"the sandbox needs {error.name}, which is not installed. Install truenorth[sandbox]."
        raise SandboxError(message) from error
    world = generate(items=items, seed=seed)
    if truth is not None:
        _write_truth(world, truth)
    sandbox = Sandbox(world, port=port)
    try:
        sandbox.start()
    except OSError as error:
        message = f"the sandbox cannot listen on port {port}: {error.strerror}. Give another --port, or 0."
        raise SandboxError(message) from error
    try:
        yield sandbox
    finally:
        sandbox.stop()


def _write_truth(world: World, file: Path) -> None:
    try:
        with file.open("wb") as out:
            out.writelines(world.truth.written())
    except OSError as error:
        raise SandboxError(f"the truth cannot be written to {file}: {error.strerror}.") from error


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


def demonstrate(sandbox: Sandbox, output: Output) -> tuple[Synced, Synced]:
    """Run the service twice against a serving sandbox; the second run must find nothing to write."""
    output.say(f"Sandbox: a Jira site and a Linear workspace at {sandbox.url}", strong=True)
    with sandbox_session(sandbox) as session:
        output.say(f"Goals: {examples()}")
        first = synchronise(session, sandbox.world.clock.now(), output, ["--first-run"], _MOST)
        output.say()
        output.say("And once more, on the world that was just written to:", strong=True)
        silent = Output(output.style, silent=True)
        second = synchronise(session, sandbox.world.clock.now(), silent)
    left = len(second.run.plan.edits)
    sentence = "nothing is left to write." if not left else f"{left} items would still be written to."
    output.say(f"Read {len(second.run.observation.items)} items again: {sentence}")
    output.data(second_run={"items": left, "plan": second.run.plan.digest})
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

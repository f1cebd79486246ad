"""The whole pretend company in one value: its Jira site, its Linear workspace, its clock."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.sandbox.company import Clock
from connectors.sandbox.jira.generate import generate_jira
from connectors.sandbox.jira.state import JiraSite
from connectors.sandbox.linear.generate import generate_linear
from connectors.sandbox.linear.state import LinearSpace

FEWEST = 50


@dataclass
class World:
    """What the sandbox serves. It changes as requests come in; only the server's thread may touch it."""

    seed: int
    clock: Clock
    jira: JiraSite
    linear: LinearSpace


def generate(items: int = 300, seed: int = 1) -> World:
    """A world of about `items` work items, three fifths of them in Jira; equal seeds give equal worlds.

    Raises ValueError below 50 items: the example company needs that many to be itself.
    """
    if items < FEWEST:
        raise ValueError(f"a world has at least {FEWEST} items, not {items}")
    clock = Clock()
    in_jira = items * 3 // 5
    return World(
        seed=seed,
        clock=clock,
        jira=generate_jira(in_jira, seed, clock),
        linear=generate_linear(items - in_jira, seed, clock),
    )

"""The whole pretend company in one value: its Jira site, its Linear workspace, its clock."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

from connectors.sandbox.company import Clock
from connectors.sandbox.flow.believable import fill_jira, fill_linear
from connectors.sandbox.jira.generate import planted_jira
from connectors.sandbox.jira.state import JiraSite
from connectors.sandbox.linear.generate import planted_linear
from connectors.sandbox.linear.state import LinearSpace
from connectors.sandbox.pairs import Pair, plant_pairs
from connectors.sandbox.planted_answers import ItemKey, Planted, merged
from connectors.sandbox.truth import Truth

FEWEST = 50
LARGE = 20_000
"""Items from which the collector of cycles is kept from walking all of the world time and again."""


@dataclass
class World:
    """What the sandbox serves. It changes as requests come in; only the server's thread may touch it.

    `planted` is what the generators wrote down, by tracker and id; `pairs` is the work that both trackers know. `flow`: whether it
    has a past of assignees, flags, health and dated links.
    """

    seed: int
    clock: Clock
    jira: JiraSite
    linear: LinearSpace
    items: int
    planted: Planted[ItemKey] = field(default_factory=Planted, repr=False)
    pairs: tuple[Pair, ...] = field(default=(), repr=False)
    flow: bool = False

    @cached_property
    def truth(self) -> Truth:
        """The right answers; to be asked before anything is written to the world."""
        return Truth(self.jira, self.linear, self.planted, self.pairs)

    def add_flow(self) -> None:
        """Give it that past, once; to be done before anything is written to the world."""
        if not self.flow:
            self.flow = True
            fill_jira(self.jira, self.seed)
            fill_linear(self.linear, self.seed)


def generate(items: int = 300, seed: int = 1, *, flow: bool = False) -> World:
    """A world of about `items` work items, three fifths of them in Jira, and the pairs that both trackers know.

    Equal seeds give equal worlds. `flow`: see `World`; nothing else of the world depends on it, but when items were last changed.

    Raises ValueError below 50 items: the example company needs that many to be itself.
    """
    if items < FEWEST:
        raise ValueError(f"a world has at least {FEWEST} items, not {items}")
    clock = Clock()
    in_jira = items * 3 // 5
    with _no_collection(items):
        jira, in_jira_planted = planted_jira(in_jira, seed, clock)
        linear, in_linear_planted = planted_linear(items - in_jira, seed, clock)
        planted = merged(jira=in_jira_planted, linear=in_linear_planted)
        pairs = plant_pairs(jira, linear, seed, planted)
    world = World(seed=seed, clock=clock, jira=jira, linear=linear, items=items, planted=planted, pairs=pairs)
    if flow:
        world.add_flow()
    return world


@contextmanager
def _no_collection(items: int) -> Iterator[None]:
    """Make a large world without collections of cycles, and leave it out of later ones: it lasts."""
    if items < LARGE or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()

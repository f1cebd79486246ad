"""How good suggestions are: links of sandbox worlds are hidden, and suggestions must find them again.

    python benchmarks/suggestions.py [--items 900] [--seeds 1 2 3] [--hidden 0.2]

Once with descriptions and once without, with the requests that reading them took. `--vague 0.33` gives a third of
the titles that are asked about words that say nothing, as people do.

Hidden are links of open and closed work alike. What made a link is taken from the item: labels that any rule
names, claims, its parent, and its Linear project. Links by the type of an item cannot be hidden so, and are left
out, as are sub-tasks, whose titles repeat their parent's. The world's own unaligned work shows how
often a suggestion comes where none should.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from config.load import load
from config.workspace import Workspace
from connectors.base import HasDescriptions
from connectors.model import Ref, WorkItem
from connectors.sandbox.company import NOW
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from connectors.text.keywords import Keywords
from sync.align import suggestions as suggesting
from sync.align.alignment import Alignment, ItemAlignment, align
from sync.collect.pull import pull
from sync.jobs.sandbox import examples, sandbox_session
from sync.observation import ItemKeywords

NOTHING = (suggesting.Suggestion("", -1.0, ()),)
VAGUE = ("Follow-up", "Part 2", "Spike", "Leftovers from the review", "Quick fix", "As discussed")
STEPS = (0.0, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)


@dataclass(frozen=True, slots=True)
class Hidden:
    """A world with links hidden, and what they were."""

    alignment: Alignment
    right: dict[Ref, frozenset[str]]
    without: frozenset[Ref]


@dataclass(slots=True)
class Tally:
    """What was found, by the score below which nothing is said."""

    first: Counter[float] = field(default_factory=Counter)
    third: Counter[float] = field(default_factory=Counter)
    wrongly: Counter[float] = field(default_factory=Counter)
    said: Counter[float] = field(default_factory=Counter)
    cpu: float = 0.0

    def add(self, world: Hidden, workspace: Workspace, keywords: ItemKeywords) -> None:
        """Ask for suggestions in a world."""
        begin = time.process_time()
        found = defaultdict(lambda: NOTHING, suggesting.suggest(world.alignment, workspace, keywords))
        self.cpu += time.process_time() - begin
        for step in STEPS:
            for ref, right in world.right.items():
                loud = found[ref] if found[ref][0].score >= step else ()
                self.said[step] += bool(loud)
                self.first[step] += any(one.key_result in right for one in loud[:1])
                self.third[step] += any(one.key_result in right for one in loud)
            self.wrongly[step] += sum(found[ref][0].score >= step for ref in world.without)

    def show(self, title: str, hidden: int, without: int, silent_below: float) -> None:
        """Print a table."""
        out = sys.stdout.write
        out(f"\n{title}; {self.cpu:.2f} s CPU\n")
        out("below    top-1    top-3   of those said, top-1   silent where nothing is served\n")
        for step in STEPS:
            mark = "  <- the threshold" if step == silent_below else ""
            precise = self.first[step] / self.said[step] if self.said[step] else 0.0
            out(
                f"{step:>5.2f} {self.first[step] / hidden:>8.1%} {self.third[step] / hidden:>8.1%} "
                f"{precise:>22.1%} {1 - self.wrongly[step] / without:>32.1%}{mark}\n"
            )


@dataclass(frozen=True, slots=True)
class World:
    """A world as the connectors read it, the keywords of all descriptions, and what reading these took."""

    items: tuple[WorkItem, ...]
    keywords: ItemKeywords
    requests: int


def pulled(items: int, seed: int, workspace: Workspace) -> World:
    """Read a world."""
    with Sandbox(generate(items, seed)) as sandbox, sandbox_session(sandbox, workspace) as session:
        found = pull(workspace, session.connectors, NOW).items
        sandbox.forget_requests()
        keywords: dict[Ref, Keywords] = {}
        for name, connector in session.connectors.items():
            if isinstance(connector, HasDescriptions):
                keywords |= connector.keywords([one for one in found if one.ref.tracker == name])
        return World(found, keywords, len(sandbox.requests))


def hide(items: Iterable[WorkItem], workspace: Workspace, share: float, seed: int) -> Hidden:
    """Hide the links of a share of the aligned work."""
    straight = align(items, workspace)
    rules = [rule for _, key_result in workspace.key_results() for rule in key_result.links]
    labels = {rule.label.casefold() for rule in rules if rule.label}
    can = [ref for ref, one in straight.placements.items() if _can_be_hidden(straight.items[ref], one)]
    source = random.Random(seed)  # noqa: S311  a seeded choice
    chosen = set(source.sample(can, int(share * len(can))))
    alignment = align((_bare(one, chosen, labels) for one in straight.items.values()), workspace)
    hidden = {
        ref: frozenset(link.key_result for link in straight.placements[ref].links)
        for ref in chosen
        if alignment.placements[ref].state == "unaligned"
    }
    without = frozenset(
        ref
        for ref, one in straight.placements.items()
        if one.state == "unaligned" and straight.items[ref].is_open and alignment.placements[ref] == one
    )
    return Hidden(alignment, hidden, without)


def vague(world: Hidden, share: float, seed: int) -> Hidden:
    """The world with a share of the titles that are asked about saying nothing."""
    source = random.Random(seed)  # noqa: S311  a seeded choice
    asked = sorted({*world.right, *world.without})
    items = dict(world.alignment.items)
    for ref in source.sample(asked, int(share * len(asked))):
        items[ref] = replace(items[ref], title=source.choice(VAGUE))
    return replace(world, alignment=replace(world.alignment, items=items))


def _can_be_hidden(item: WorkItem, placement: ItemAlignment) -> bool:
    by_type = any("type " in link.because.rule for link in placement.links)
    return placement.state == "aligned" and item.level in ("issue", "epic") and not by_type


def _bare(item: WorkItem, chosen: Collection[Ref], labels: Collection[str]) -> WorkItem:
    if item.ref not in chosen:
        return item
    return replace(
        item,
        category="todo",
        claims=(),
        labels=tuple(label for label in item.labels if label.casefold() not in labels),
        parent=None,
        project=None if item.ref.tracker == "linear" else item.project,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=900)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--hidden", type=float, default=0.2)
    parser.add_argument("--vague", type=float, default=0.0)
    given = parser.parse_args()
    workspace = load(examples())
    # Ask for everything once, and lay the thresholds on afterwards.
    silent_below, suggesting.THRESHOLD = suggesting.THRESHOLD, 0.0
    usual = Counter[str]()
    with_them, without_them = Tally(), Tally()
    all_hidden = all_without = described = items = requests = 0
    for seed in given.seeds:
        read = pulled(given.items, seed, workspace)
        world = vague(hide(read.items, workspace, given.hidden, seed), given.vague, seed)
        asked = {*world.right, *world.without}
        keywords = {ref: words for ref, words in read.keywords.items() if ref in asked}
        with_them.add(world, workspace, keywords)
        without_them.add(world, workspace, {})
        all_hidden += len(world.right)
        all_without += len(world.without)
        described += len(keywords)
        items += len(read.items)
        requests += read.requests
        usual.update(name for names in world.right.values() for name in names)
    guess = max(usual.values()) / all_hidden
    out = sys.stdout.write
    out(
        f"{all_hidden} hidden links, {all_without} items that serve nothing; {described} of both are described\n"
    )
    out(f"descriptions of all {items} items: {requests} requests\n")
    out(f"always the most frequent key result: top-1 {guess:.1%}\n")
    with_them.show("with descriptions", all_hidden, all_without, silent_below)
    without_them.show("without descriptions", all_hidden, all_without, silent_below)


if __name__ == "__main__":
    main()

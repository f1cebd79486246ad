"""How good suggestions are: links of sandbox worlds are hidden, and suggestions must find them again.

    python benchmarks/suggestions.py [--items 900] [--seeds 1 2 3] [--hidden 0.2]

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
from dataclasses import dataclass, replace

from config.load import load
from config.workspace import Workspace
from connectors.model import Ref, WorkItem
from connectors.sandbox.company import NOW
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync import suggest as suggesting
from sync.align import Alignment, Placement, align
from sync.demo import examples, sandbox_session
from sync.pipeline import pull

NOTHING = (suggesting.Suggestion("", -1.0, ()),)
STEPS = (0.0, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)


@dataclass(frozen=True, slots=True)
class Hidden:
    """A world with links hidden, and what they were."""

    alignment: Alignment
    right: dict[Ref, frozenset[str]]
    without: frozenset[Ref]


def pulled(items: int, seed: int, workspace: Workspace) -> tuple[WorkItem, ...]:
    """The items of a world as the connectors read them."""
    with Sandbox(generate(items, seed)) as sandbox, sandbox_session(sandbox, workspace) as session:
        return pull(workspace, session.connectors, NOW).items


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


def _can_be_hidden(item: WorkItem, placement: Placement) -> bool:
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
    given = parser.parse_args()
    workspace = load(examples())
    # Ask for everything once, and lay the thresholds on afterwards.
    silent_below, suggesting.THRESHOLD = suggesting.THRESHOLD, 0.0
    first, third, wrongly, usual = Counter[float](), Counter[float](), Counter[float](), Counter[str]()
    said = Counter[float]()
    all_hidden = all_without = 0
    cpu = 0.0
    for seed in given.seeds:
        world = hide(pulled(given.items, seed, workspace), workspace, given.hidden, seed)
        begin = time.process_time()
        found = defaultdict(lambda: NOTHING, suggesting.suggest(world.alignment, workspace))
        cpu += time.process_time() - begin
        all_hidden += len(world.right)
        all_without += len(world.without)
        usual.update(name for names in world.right.values() for name in names)
        for step in STEPS:
            for ref, right in world.right.items():
                loud = found[ref] if found[ref][0].score >= step else ()
                said[step] += bool(loud)
                first[step] += any(one.key_result in right for one in loud[:1])
                third[step] += any(one.key_result in right for one in loud)
            wrongly[step] += sum(found[ref][0].score >= step for ref in world.without)
    guess = max(usual.values()) / all_hidden
    out = sys.stdout.write
    out(f"{all_hidden} hidden links, {all_without} items that serve nothing; {cpu:.2f} s CPU\n")
    out(f"always the most frequent key result: top-1 {guess:.1%}\n")
    out("below    top-1    top-3   of those said, top-1   silent where nothing is served\n")
    for step in STEPS:
        mark = "  <- the threshold" if step == silent_below else ""
        precise = first[step] / said[step] if said[step] else 0.0
        out(
            f"{step:>5.2f} {first[step] / all_hidden:>8.1%} {third[step] / all_hidden:>8.1%} "
            f"{precise:>22.1%} {1 - wrongly[step] / all_without:>32.1%}{mark}\n"
        )


if __name__ == "__main__":
    main()

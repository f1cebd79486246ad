"""What the places of an impact map are called, and how their effort is said. Pure."""

from __future__ import annotations

from config.text.texts import Texts
from connectors.model import Health
from sync.impact_map.values import Effort, Node, Unit


def name_of(node: Node, texts: Texts) -> str:
    """The id, key or words of a place; of a branch, of what is in no epic or project, and of what is folded, what that is."""
    match node.kind:
        case "branch":
            return texts.text(f"report_map.branch.{node.name}")
        case "loose":
            return texts.text("report_map.loose")
        case "more":
            return texts.counted(f"report_map.more.{node.layer}", node.folded)
        case _:
            return node.name


def label_of(node: Node, texts: Texts) -> str:
    """The name with the title, on one line."""
    name = name_of(node, texts)
    return f"{name} · {node.title}" if node.title else name


def effort_words(effort: Effort, unit: Unit, texts: Texts) -> str:
    """Such as "54 points, 42 % done"; that there is no work."""
    done = done_percent(effort)
    if done is None:
        return texts.text("report_map.no_work")
    amount = texts.plural(f"report_map.{unit}", effort.amount, count=amount_words(effort, texts))
    return texts.text("report_map.effort", amount=amount, done=texts.figures.percent(done))


def amount_words(effort: Effort, texts: Texts) -> str:
    """The number alone."""
    return texts.figures.measured(effort.amount)


def done_percent(effort: Effort) -> int | None:
    """Whole percent, rounded down; 100 only when all is done."""
    share = effort.share_done
    return None if share is None else min(int(100 * share + 1e-9), 99 if share < 1 - 1e-9 else 100)


def health_words(health: Health | None, texts: Texts) -> str:
    """In plain words; nothing beside the goals."""
    return "" if health is None else texts.text(f"health.{health}")

"""What the next cycle takes over, as YAML to paste into the OKR files and as plain data. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from config.text.characters import escape_unseen
from config.text.redaction import redactor, shown
from sync.explain.next_cycle import Carried, NextCycle

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_.][A-Za-z0-9]+)*")
_WORDS = frozenset(["true", "false", "yes", "no", "on", "off", "null", "y", "n"])
"""What YAML takes for something else than text, in whatever case."""


def as_yaml(carried: NextCycle, as_of: datetime) -> str:
    """One file for the folder of the OKR files, or to paste into the single one; notes on it as comments."""
    lines = [
        f"# {carried.name}, carried over from {carried.before} as of {as_of:%Y-%m-%d}. Review it: titles and targets are the old",
        "# ones. `continues` lets work that claims the old key result claim the new one.",
    ]
    if carried.runs_until is not None:
        lines += [
            f"# {carried.before} runs until {carried.runs_until}: values, and what is left out as done, can change until then.",
        ]
    if carried.is_guessed:
        cycle = f"{{start: {carried.cycle.start}, end: {carried.cycle.end}}}"
        lines += [
            "cycles:",
            f"  {_scalar(carried.name)}: {cycle}  # guessed from {_comment(carried.before)}",
        ]
    lines += [f"# Left out: {_comment(name)} ({_comment(why)})." for name, why in carried.left_out]
    if carried.objectives:
        lines.append("objectives:")
        for one in carried.objectives:
            lines += _objective(one)
    else:
        lines.append("# Nothing to carry over.")
    return "\n".join(lines) + "\n"


def data(carried: NextCycle) -> dict[str, Any]:
    """The same for programs."""
    return {
        "from": carried.before,
        "to": carried.name,
        "runs_until": carried.runs_until.isoformat() if carried.runs_until else None,
        "cycle": {
            "start": carried.cycle.start.isoformat(),
            "end": carried.cycle.end.isoformat(),
            "declared": not carried.is_guessed,
        },
        "objectives": [
            {
                **_plain(one.declared),
                "key_results": [_plain(part.declared) for part in one.parts],
            }
            for one in carried.objectives
        ],
        "notes": {part.id: list(part.notes) for one in carried.objectives for part in (one, *one.parts)},
        "left_out": [{"id": name, "why": why} for name, why in carried.left_out],
    }


def _objective(one: Carried) -> Iterator[str]:
    yield from _entry(one, "  ", ("id", "title", "cycle", "owner", "parent"))
    yield "    key_results:"
    for part in one.parts:
        yield from _entry(part, "      ", ("id", "continues", "title", "owner"))


def _entry(one: Carried, indent: str, first: Sequence[str]) -> Iterator[str]:
    """An entry of a list, its notes above it: the keys that are read first, then the others as declared."""
    yield from (f"{indent}# {_comment(note)}" for note in one.notes)
    names = [*(name for name in first if name in one.declared), *(n for n in one.declared if n not in first)]
    for place, name in enumerate(names):
        lead = f"{indent}- " if place == 0 else f"{indent}  "
        value = one.declared[name]
        if name == "links":
            yield f"{lead}links:"
            yield from (f"{indent}    - {_flow(rule)}" for rule in value)
        else:
            yield f"{lead}{name}: {_flow(value)}"


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        kind_first = sorted(value.items(), key=lambda one: one[0] != "kind")
        return "{" + ", ".join(f"{_key(str(key))}: {_flow(one)}" for key, one in kind_first) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int | float | date):
        return str(value)
    return "null" if value is None else _scalar(str(value))


def _key(text: str) -> str:
    # As the examples write it: keys of ours are no words that YAML 1.2 takes for anything else.
    return text if text in ("on", "not") else _scalar(text)


def _scalar(text: str) -> str:
    text = redactor.text(text)
    if _PLAIN.fullmatch(text) and text.casefold() not in _WORDS:
        return text
    return escape_unseen(json.dumps(text, ensure_ascii=False), lambda char: f"\\U{ord(char):08x}")


def _comment(text: str) -> str:
    return " ".join(shown(text).split())


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value

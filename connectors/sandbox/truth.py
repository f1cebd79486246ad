"""The right answers about a generated world: what each item serves, where each key result stands, who is warned.

They come from what the generators planted (`planted_answers.py`) and from plain counting, another way than the
service takes: words are handed down from parent to child in order of creation, and no rule is ever evaluated.
They are those of the example company at the moment `company.NOW`, before anybody wrote to the world.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

import msgspec

from connectors.sandbox.company import NOW
from connectors.sandbox.jira.state import JiraSite
from connectors.sandbox.linear.entities import Issue
from connectors.sandbox.linear.state import LinearSpace
from connectors.sandbox.pairs import Pair
from connectors.sandbox.planted_answers import ItemKey, Planted, PlantedAnswer
from connectors.sandbox.truth_counting import Piece, Points, Tree
from connectors.sandbox.truth_rows import Row, rows_of

ItemState = Literal["aligned", "exempt", "unaligned", "out_of_scope"]

METRICS: dict[str, tuple[int, float]] = {
    "GROWTH-KR1": (54, 29.1),
    "GROWTH-KR3": (19, 27),
    "TRUST-KR3": (6, 465),
}
"""Percent and value of the latest check-ins: 7.1 of 13 points, 4 of 21 minutes, 15 of 230 milliseconds."""
QUERIES: dict[str, tuple[int, int]] = {"TRUST-KR1": (14, 2), "SPEED-KR2": (30, 5)}
"""Start and target of what is counted by a query."""
WORK: dict[str, float | None] = {"GROWTH-KR2": 1, "SPEED-KR1": 2, "TRUST-KR2": None}
"""Points of work without an estimate; None where work is counted, not weighed."""
KEY_RESULTS = tuple(sorted({*METRICS, *QUERIES, *WORK}))
GRACE = timedelta(days=7)
"""How long work may serve no key result before it is warned."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item and its right alignment. `key_results` are empty unless it is aligned; `warned`: it serves none, and is
    accused of it.
    """

    tracker: str
    id: str
    key: str
    state: ItemState
    key_results: tuple[tuple[str, Fraction], ...] = ()
    category: str | None = None
    warned: bool = False


@dataclass(frozen=True, slots=True)
class KeyResultAnswer:
    """Where a key result stands. `value` is in its own unit, done work for work; None without data.

    `finished_before`: of one made of work, how many pieces were finished before its cycle and are left out.
    """

    value: float | None
    percent: int | None
    finished_before: int | None = None


class Truth:
    """The right answers about a world as it was generated.

    `planted`: of both trackers, by tracker and id; `pairs`: work that both know, of which a mirrored one counts once.
    """

    def __init__(
        self, jira: JiraSite, linear: LinearSpace, planted: Planted[ItemKey], pairs: Iterable[Pair] = ()
    ) -> None:
        self._uncounted = {pair.uncounted for pair in pairs}
        self._jira = jira
        self._linear = linear
        self._planted = planted

    def items(self) -> Iterator[Item]:
        """Every item of both trackers."""
        warned = self._warned()
        for row, answer in zip(self.rows, self._answers, strict=True):
            yield _item(row, answer, warned=row.key in warned)

    def key_results(self) -> dict[str, KeyResultAnswer]:
        """Every key result of the example company."""
        found = {name: KeyResultAnswer(value, percent) for name, (percent, value) in METRICS.items()}
        counts = {"TRUST-KR1": _open_bugs(self._jira), "SPEED-KR2": _flaky_tests(self._linear)}
        for name, (start, target) in QUERIES.items():
            progress = Fraction(counts[name] - start, target - start)
            found[name] = KeyResultAnswer(
                float(counts[name]), _percent(min(Fraction(1), max(Fraction(0), progress)))
            )
        found |= {name: self._work(name) for name in WORK}
        return dict(sorted(found.items()))

    def points(self) -> Points:
        """Where all points of the world are; they add up to what the generators wrote down as they planted them."""
        return self.tree.points()

    @property
    def planted_points(self) -> Fraction:
        """All points that the generators planted."""
        return self._planted.points

    def planted_on_purpose(self, kind: str) -> list[ItemKey]:
        """The items that were planted as one of this kind; of some kinds a small world has none."""
        return self._planted.on_purpose.get(kind, [])

    def written(self) -> Iterator[bytes]:
        """All of it as one JSON text, piece by piece, one item a line."""
        head = {
            "as_of": NOW,
            "key_results": {name: _shown(one) for name, one in self.key_results().items()},
            "points": {"planted": float(self._planted.points)}
            | {name: float(getattr(self.points(), name)) for name in Points.__dataclass_fields__},
        }
        yield b"{" + b",\n".join(
            msgspec.json.encode(name) + b":" + msgspec.json.encode(value) for name, value in head.items()
        )
        yield b',\n"items":['
        between = b"\n"
        for item in self.items():
            yield between + msgspec.json.encode(_plain(item))
            between = b",\n"
        yield b"\n]}\n"

    @cached_property
    def rows(self) -> list[Row]:
        """What is counted, parents before what hangs below."""
        return list(rows_of(self._jira, self._linear))

    @cached_property
    def tree(self) -> Tree:
        """The pieces of work that there are."""
        serves = {
            row.key: {name: share for name, share in answer.serves if name in WORK}
            for row, answer in zip(self.rows, self._answers, strict=True)
        }
        by_points = [name for name, missing in WORK.items() if missing is not None]
        return Tree(self.rows, self._planted.finished, serves, by_points, self._uncounted)

    @cached_property
    def _answers(self) -> list[PlantedAnswer]:
        """What each row serves: by itself, or handed down. Parents are older, so they come first."""
        words: dict[ItemKey | None, tuple[PlantedAnswer, ...]] = {}
        others: dict[ItemKey | None, tuple[PlantedAnswer, ...]] = {}
        found = []
        for row in self.rows:
            own = self._planted.answers.get(row.key, ())
            above, further = words.get(row.parent, ()), others.get(row.parent, ())
            places = tuple(one for one in own if one.source == "place")
            carried = tuple(one for one in own if one.source != "place")
            # A word from above stands before the place where work lives, and after all that it carries itself.
            found.append(_settled((*carried, *above, *places, *further)))
            words[row.key] = (*(one for one in own if one.holds_below), *above)
            others[row.key] = (*(one for one in own if not one.holds_below), *further)
        return found

    def _warned(self) -> set[ItemKey]:
        """What serves nothing and is accused of it: it is in progress, or something below it is, for longer than its grace."""
        since = self.tree.in_progress_since(lambda row: self._planted.begun.get(row.key, row.created))
        return {
            row.key
            for row, answer in zip(self.rows, self._answers, strict=True)
            if not answer.is_decided and row.is_live and row.is_open and row.key not in self._uncounted
            if row.key in since and NOW - since[row.key] >= GRACE
        }

    def _work(self, name: str) -> KeyResultAnswer:
        missing = WORK[name]
        serves = {
            row.key: share
            for row, answer in zip(self.rows, self._answers, strict=True)
            for served, share in answer.serves
            if served == name
        }
        pieces = self.tree.counted() if missing is None else self.tree.weighed()
        mine = [piece for piece in pieces if piece.row.key in serves]
        kept = [piece for piece in mine if not piece.was_before]

        def weight(some: list[Piece]) -> Fraction:
            return sum((serves[one.row.key] * _points(one, missing) for one in some), Fraction(0))

        finished = [piece for piece in kept if piece.is_done]
        return _work_answer(weight(finished), weight(kept), len(finished), len(kept), len(mine) - len(kept))


def _settled(said: Iterable[PlantedAnswer]) -> PlantedAnswer:
    """What comes of answers, the strongest first.

    The first one for anything made of work says it for all of these; what only watches work takes nothing, so each of
    these has the first one that names it. A claim is said of all, and an exemption ends the matter.
    """
    serves: dict[str, Fraction] = {}
    for answer in said:
        if answer.exempt is not None:
            return PlantedAnswer(tuple(serves.items())) if serves else answer
        has_work = any(name in WORK for name in serves)
        serves |= {
            name: share
            for name, share in answer.serves
            if name not in serves and not (name in WORK and has_work)
        }
        if answer.is_last or answer.source == "claim":
            break
    return PlantedAnswer(tuple(serves.items()))


def _points(piece: Piece, missing: float | None) -> Fraction:
    if missing is None:
        return Fraction(1)
    return Fraction(missing) if piece.points is None else piece.points


def _work_answer(done: Fraction, whole: Fraction, finished: int, pieces: int, before: int) -> KeyResultAnswer:
    if not pieces:
        return KeyResultAnswer(None, None, before)
    percent = _percent(done / whole if whole else Fraction(finished, pieces))
    return KeyResultAnswer(float(done), percent if finished == pieces else min(percent, 99), before)


def _percent(part: Fraction) -> int:
    return math.floor(part * 100)


def _item(row: Row, answer: PlantedAnswer, *, warned: bool) -> Item:
    if not row.in_scope:
        return Item(*row.key, row.name, "out_of_scope")
    if answer.serves:
        return Item(*row.key, row.name, "aligned", tuple(sorted(answer.serves)))
    if answer.exempt is not None:
        return Item(*row.key, row.name, "exempt", category=answer.exempt)
    return Item(*row.key, row.name, "unaligned", warned=warned)


def _shown(answer: KeyResultAnswer) -> dict[str, Any]:
    shown: dict[str, Any] = {"value": answer.value, "percent": answer.percent}
    return shown if answer.finished_before is None else shown | {"finished_before": answer.finished_before}


def _plain(item: Item) -> dict[str, Any]:
    shown: dict[str, Any] = {"tracker": item.tracker, "id": item.id, "key": item.key, "state": item.state}
    if item.key_results:
        shown["key_results"] = {name: str(share) for name, share in item.key_results}
    if item.warned:
        shown["warned"] = True
    return shown | ({"category": item.category} if item.category else {})


def _open_bugs(site: JiraSite) -> int:
    """Open bugs of operations of the highest priority."""
    return sum(
        issue.type.name == "Bug"
        and issue.priority.name == "Highest"
        and issue.project.key == "OPS"
        and issue.status.category != "done"
        for issue in site.issues.values()
    )


def _flaky_tests(space: LinearSpace) -> int:
    """Open issues with the label for flaky tests, wherever they are."""
    return sum(map(_is_open_flake, space.issues.values()))


def _is_open_flake(issue: Issue) -> bool:
    return (
        issue.completed_at is None
        and issue.canceled_at is None
        and issue.archived_at is None
        and any(label.name == "flaky-test" for label in issue.labels)
    )

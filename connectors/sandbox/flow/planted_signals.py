"""Plants a case of each warning signal in both trackers, and writes down which, about what, on which tickets.

A case comes true with the OKR files of `planted_goals.py`, at the moment at which the world begins. Not planted: what needs a
second reading (`drift`, `lost_work`), what no tracker would let people do (`parent_cycle`, `link_cycle`), what hangs on two trackers
or on rights (`mirrors_differ`, `ambiguous_key`, `shared_name`, `unseen_parent`), and `missing_cycle`, while which nobody is accused
of orphaned work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from connectors.sandbox.flow.planted_makers import JiraMaker, Life, LinearMaker, Made, Maker
from connectors.sandbox.jira.state import JiraSite
from connectors.sandbox.linear.state import LinearSpace

PACE_WEEKS, PACE, COMMITTED = 12, 2, 50
"""Of the quiet teams: in how many weeks they finished how much, none in the last one; and what they have still to do."""

DECLARED = (
    ("overdue_check_in", "key_result", "OVERDUE-KR1", ""),
    ("unserved_key_result", "key_result", "UNSERVED-KR1", ""),
    ("unserved_key_result", "key_result", "NAMED-KR1", ""),
    ("unset_waiting", "key_result", "FLOW-KR1", ""),
    ("unmatched_rule", "declaration", "", "planted-nothing"),
)
"""Cases that stand in the OKR files alone: signal, kind and id of the subject, and a word that its message has."""


RESTING = ("CREEP", "HEAVY", "MOVED", "PROMISE", "RIVAL", "STARVED", "TORN")
"""Key results whose work is planted for something else, and that did not move all the same."""


@dataclass(frozen=True, slots=True)
class SignalCase:
    """A signal that must fire: about which subject, with at least these tickets as evidence.

    `kind` and `subject`: as `truenorth signals --format json` has them. `says`: a word of the message, where the subject has no id.
    """

    signal: str
    kind: str
    subject: str
    items: tuple[Made, ...] = ()
    says: str = ""


@dataclass(slots=True)
class PlantedSignals:
    """All cases, and the keys that the OKR files must name: of items claimed against a rule, and former ones of moved items."""

    cases: list[SignalCase] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)

    def written(self) -> bytes:
        """The cases as JSON."""
        rows: list[dict[str, Any]] = [
            {
                "signal": one.signal,
                "subject": {"kind": one.kind, "id": one.subject or None},
                "items": [
                    {"tracker": made.item[0], "id": made.item[1], "key": made.key} for made in one.items
                ],
                "says": one.says or None,
            }
            for one in self.cases
        ]
        return msgspec.json.format(msgspec.json.encode(rows), indent=2) + b"\n"


def plant_signals(jira: JiraSite, linear: LinearSpace) -> PlantedSignals:
    """Put all cases into both trackers; they have their past of assignees, flags and health already."""
    planted = PlantedSignals(
        [SignalCase(id_, kind, subject, says=says) for id_, kind, subject, says in DECLARED]
    )
    planted.cases += [SignalCase("stalled_key_result", "key_result", f"{name}-KR1") for name in RESTING]
    makers: tuple[Maker, ...] = (JiraMaker(jira), LinearMaker(linear))
    for maker in makers:
        planted.cases += _about_teams(maker)
        planted.cases += _about_key_results(maker)
        planted.cases += _contradictions(maker, planted)
    return planted


def _about_teams(maker: Maker) -> Iterator[SignalCase]:
    def team(signal: str, items: Iterable[Made] = ()) -> SignalCase:
        return SignalCase(signal, "team", maker.team, tuple(items))

    for days in (7 * week + 3 for week in range(1, PACE_WEEKS + 1)):
        for _ in range(PACE):
            maker.work("planted-pace", life=Life(days + 20, days + 6, days))
    to_do = [maker.work("planted-pace") for _ in range(COMMITTED)]
    yield team("over_committed_team", to_do)
    begun = maker.work("planted-pace", life=Life(30, 2))
    yield team("throughput_outside_limits", [begun])
    old = maker.work(life=Life(900, 800))
    yield team("aging_work", [old])
    yield team("orphaned_work", [old])
    yield team("nobody_assigned", [maker.work(life=Life(10, 3, has_somebody=False)) for _ in range(12)])
    yield team("urgent_orphan", [maker.work(life=Life(10, 2, urgency="urgent"))])
    waits, blocker = maker.work("planted-pace"), maker.work(elsewhere=True)
    maker.block(blocker, waits, 40)
    yield team("blocked_by_other_team", [waits, blocker])
    torn = maker.work("planted-torn", life=Life(30, 3))
    yield team("claimed_by_several", [torn])
    yield SignalCase("two_objectives", "items", "", (torn,))


def _about_key_results(maker: Maker) -> Iterator[SignalCase]:
    def about(signal: str, subject: str, *items: Made) -> SignalCase:
        return SignalCase(signal, "objective" if subject == "STARVED" else "key_result", subject, items)

    yield about("stalled_key_result", "STALLED-KR1", *(maker.work("planted-stalled") for _ in range(2)))
    for _ in range(3):
        maker.work("planted-creep")
    yield about("scope_creep", "CREEP-KR1", *(maker.work("planted-creep", life=Life(0.1)) for _ in range(2)))
    maker.work("planted-promise")
    yield about("word_against_numbers", "PROMISE-KR1", maker.good_word("planted-promise"))
    yield about("starved_objective", "STARVED", *(maker.work("planted-starved") for _ in range(2)))
    low = maker.work("planted-heavy", life=Life(urgency="low"))
    yield about("low_priority_heavy", "HEAVY-KR1", low)
    done = maker.work("planted-finished", life=Life(90, 80, 70), elsewhere=True)
    yield about("finished_before", "FINISHED-KR1", done)
    for days in (20, 25, 30):
        maker.work("planted-output", life=Life(60, days + 5, days), elsewhere=True)
    yield about("output_without_outcome", "OUTPUT-KR1")
    yield about("closed_key_result", "CLOSED-KR1", maker.work("kr:CLOSED-KR1"))


def _contradictions(maker: Maker, planted: PlantedSignals) -> Iterator[SignalCase]:
    def of(signal: str, *items: Made) -> SignalCase:
        return SignalCase(signal, "items", "", items)

    yield of("dangling_claim", maker.work("kr:PLANTED-NONE"))
    ended = maker.work(life=Life(60, 50, 40))
    yield of("done_over_open", ended, maker.work(below=ended))
    given_up = maker.work(life=Life(60, 50, 40, dropped=True))
    yield of("dropped_over_open", given_up, maker.work(below=given_up))
    named = maker.work("kr:RIVAL-KR1")
    planted.named.append(named.key)
    yield of("claim_against_rule", named)
    above = maker.work("planted-pace")
    yield of("against_parent", above, maker.work("planted-rival", below=above))
    many = maker.work("planted-stalled", "planted-creep", "planted-promise", "planted-pace")
    yield of("too_many_key_results", many)
    yield of("over_budget", *(maker.work("planted-upkeep", life=Life(30, 3)) for _ in range(4)))
    moved, former = maker.move(maker.work())
    planted.moved.append(former)
    yield of("moved_key", moved)

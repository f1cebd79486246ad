"""Large maps fold: the most effort stays by name, and nothing is lost."""

from __future__ import annotations

import math

from sync.impact_map.fold import MOST_KEY_RESULTS, fold
from sync.impact_map.values import ImpactMap
from tests.support.builders import epic, item, work, workspace
from tests.support.maps import large_world, lines, map_of


def many(key_results: int, epics: int) -> ImpactMap:
    """Key results of one objective, each with epics of 1, 2, 3 ... points."""
    space, items = large_world(key_results, epics)
    rows = [one for objective in space.objectives for one in objective.key_results]
    rows.sort(key=lambda one: int(one.id[2:]))
    whole = space.objectives[0].model_copy(update={"id": "O", "key_results": tuple(rows)})
    return map_of(space.model_copy(update={"objectives": (whole,)}), *items)


def test_a_small_map_stays_as_it_is() -> None:
    small = many(2, 3)
    assert fold(small) is small


def test_of_each_key_result_the_largest_stay_and_the_rest_is_counted() -> None:
    found = fold(many(1, 10), each=3)
    assert lines(found) == [
        "O 55",
        "  KR0 55",
        "    WEB-10 10",
        "    WEB-9 9",
        "    WEB-8 8",
        "    7 more 28",
    ]


def test_what_would_be_folded_alone_stays() -> None:
    assert lines(fold(many(1, 4), each=3))[2:] == ["    WEB-4 4", "    WEB-3 3", "    WEB-2 2", "    WEB-1 1"]


def test_each_key_result_shows_fewer_while_all_are_too_many() -> None:
    found = fold(many(10, 9), places=30)
    assert len(found.of_layer("deliverable")) == 30
    assert lines(found)[1:5] == ["  KR0 45", "    WEB-9 9", "    WEB-8 8", "    7 more 28"]


def test_no_effort_is_lost_where_key_results_are_folded_too() -> None:
    whole = many(MOST_KEY_RESULTS + 20, 3)
    found = fold(whole)
    leaving = {one.id: math.fsum(band.effort.amount for band in found.after(one)) for one in found.nodes}
    assert [leaving[one.id] for one in found.of_layer("goal")] == [whole.effort.amount]
    more = [one for one in found.of_layer("key_result") if one.kind == "more"]
    assert [(one.folded, one.effort.amount) for one in more] == [(20, 120)]
    for one in found.of_layer("key_result"):
        assert one.kind == "more" or leaving[one.id] == one.effort.amount
    there = {one.id for one in found.nodes}
    assert all(one.source in there and one.target in there for one in found.bands)


def test_an_epic_of_a_folded_key_result_stays_with_what_serves_the_others() -> None:
    space = workspace(
        *(work(f"KR{nr}", {"label": f"kr{nr}"}) for nr in range(MOST_KEY_RESULTS + 2)),
    )
    items = [item(f"WEB-{nr + 10}", "WEB-1", labels=(f"kr{nr}",)) for nr in range(MOST_KEY_RESULTS + 2)]
    found = fold(map_of(space, epic("WEB-1"), *items))
    (shared, *_) = found.of_layer("deliverable")
    assert (shared.name, shared.effort.amount) == ("WEB-1", MOST_KEY_RESULTS)

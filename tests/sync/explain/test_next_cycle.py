"""What the next cycle takes over: every kind of measure, ids, days and parents, as YAML that is valid beside the old files."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from config.load import ConfigError, load
from config.workspace import Workspace
from sync.decide import decide
from sync.explain.next_cycle import NextCycle, NoSuchCycleError, next_cycle
from sync.memory import Memory
from sync.observation import FieldValues, Observation
from sync.report.roll_over import as_yaml, data
from tests.support.builders import NOW, item, observed

HEAD = """\
workspace: acme
site: https://okrs.example
trackers:
  jira: {kind: jira, url: "https://acme.example", scope: {projects: [WEB]}}
  linear: {kind: linear, scope: {teams: [ENG]}}
cycles:
  2026-Q4: {start: 2026-10-01, end: 2026-12-31}
  FY27: {start: 2026-07-01, end: 2027-06-30}
"""
OBJECTIVE = """\
  - id: SPEED
    title: "Ship in days: not weeks"
    cycle: 2026-Q4
    owner: ann@acme.example
    roll_up: minimum
    grading: aspirational
    key_results:
"""
KINDS = {
    "work": "{kind: work, weigh: points, target: 40, started: 0.5}",
    "weighed work": "{kind: work, weigh: label, weights: {P1: 3, on: 2}, default_estimate: 2}",
    "baseline": "{kind: work, baseline: 2026-10-15}",
    "milestones": "{kind: milestones, weights: {WEB-1: 3}}",
    "metric": '{kind: metric, start: 22, target: 35, unit: "%", stale_days: 30, phases: [{by: 2026-11-15, target: 30}], checkins: [{on: 2026-10-14, value: 24.5}, {on: 2026-11-02, value: 27, note: "new: page"}]}',
    "file": "{kind: metric, start: 22, target: 35, file: {path: a.csv, at: value, day: date}}",
    "endpoint": '{kind: keep, below: 250, http: {url: "https://x.example/q?a=1#b", at: data.0, token: TRUENORTH_SOURCE_X}, checkins: [{on: 2026-10-14, value: 24.5}]}',
    "band": "{kind: keep, below: 5, above: 1}",
    "binary": "{kind: binary, done: 2026-12-24}",
    "jql": """{kind: query, start: 30, target: 5, jql: 'project = WEB AND summary ~ "a: b # c"'}""",
    "filter": "{kind: query, start: 30, target: 5, filter: {labels: {name: {eq: 'flaky'}}, state: {type: {nin: [completed, canceled]}}}}",
    "ratio": "{kind: query, start: 9, target: 5, of: sum, field: points, jql: project = WEB, over: {jql: project = WEB}}",
    "flow": "{kind: flow, of: efficiency, start: 10, target: 50, waiting: [In Review], since: start}",
    "project": '{kind: project, project: "Onboarding v2"}',
    "composite": "{kind: composite, of: {SPEED-KR0: 2}}",
}
ALSO = "      - {id: SPEED-KR0, title: Other, measure: {kind: binary}}\n"


def key_result(measure: str, **more: str) -> str:
    lines = [
        f"      - id: {more.pop('id', 'SPEED-KR1')}",
        "        title: One",
        f"        measure: {measure}",
    ]
    return "\n".join([*lines, *(f"        {name}: {value}" for name, value in more.items())]) + "\n"


def carried(
    folder: Path, objectives: str, to: str = "2027-Q1", frm: str = "2026-Q4"
) -> tuple[NextCycle, Workspace]:
    (folder / "old.yaml").write_text(f"{HEAD}objectives:\n{objectives}", encoding="utf-8")
    declared = load(folder)
    ids = [kr.id for _, kr in declared.key_results()]
    found: Observation = observed(
        item("WEB-1", category="doing", estimate=4),
        counts={name: 12 for id_ in ids for name in (id_, f"{id_}/over")},
        field_values={name: FieldValues((3.0,)) for id_ in ids for name in (id_, f"{id_}/over")},
    )
    run = decide(found, Memory(), declared, NOW)
    return next_cycle(frm, to, run, declared), declared


def pasted(folder: Path, found: NextCycle) -> Workspace:
    """The declaration with what is printed beside it."""
    text = as_yaml(found, NOW)
    (folder / "new.yaml").write_text(text, encoding="utf-8")
    try:
        return load(folder)
    except ConfigError as error:
        raise AssertionError(f"{text}\n{error}") from None


def new_one(declared: Workspace, id_: str = "SPEED-KR1-2027-Q1") -> Any:
    return next(kr for _, kr in declared.key_results() if kr.id == id_)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_measure_is_valid_beside_the_old_one(tmp_path: Path, kind: str) -> None:
    found, _ = carried(tmp_path, OBJECTIVE + ALSO + key_result(KINDS[kind], pace="back_loaded", weight="2"))
    declared = pasted(tmp_path, found)
    new, old = new_one(declared), new_one(declared, "SPEED-KR1")
    assert (new.continues, new.title, new.pace, new.weight) == ("SPEED-KR1", "One", "back_loaded", 2)
    assert new.measure.kind == old.measure.kind
    (objective,) = (one for one in declared.objectives if one.cycle == "2027-Q1")
    assert (objective.id, objective.owner, objective.roll_up, objective.grading) == (
        "SPEED-2027-Q1",
        "ann@acme.example",
        "minimum",
        "aspirational",
    )
    printed = data(found)
    assert [one["id"] for one in printed["objectives"][0]["key_results"]] == ["SPEED-KR0-2027-Q1", new.id]
    assert printed["cycle"] == {"start": "2027-01-01", "end": "2027-03-31", "declared": False}


@pytest.mark.parametrize(("end", "runs"), [("2026-11-16", True), ("2026-11-15", False)])
def test_while_the_old_cycle_runs_it_says_that_values_can_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str, runs: bool
) -> None:
    assert f"{NOW:%Y-%m-%d}" == "2026-11-16"
    monkeypatch.setitem(globals(), "HEAD", HEAD.replace("2026-12-31", end))
    found, _ = carried(tmp_path, OBJECTIVE + key_result(KINDS["binary"]))
    assert (f"# 2026-Q4 runs until {end}: values" in as_yaml(found, NOW)) is runs
    assert data(found)["runs_until"] == (end if runs else None)


def test_what_is_dated_in_the_old_cycle_stays_there(tmp_path: Path) -> None:
    found, _ = carried(
        tmp_path,
        OBJECTIVE
        + key_result(
            KINDS["metric"],
            override="{percent: 60, until: 2026-12-01}",
            links="[{label: a, effective: {until: 2026-11-30}}, {label: b, share: 0.6, not: {type: Bug}}]",
        )
        + key_result(KINDS["baseline"], id="SPEED-KR2")
        + key_result(KINDS["binary"], id="SPEED-KR3"),
    )
    text, declared = as_yaml(found, NOW), pasted(tmp_path, found)
    new = new_one(declared)
    assert (new.measure.start, new.measure.target, new.measure.phases, new.override) == (27, 35, (), None)
    assert [(one.on, one.value) for one in new.measure.checkins] == [(date(2026, 11, 2), 27)]
    assert [str(rule) for rule in new.links] == [
        str(rule) for rule in new_one(declared, "SPEED-KR1").links[1:]
    ]
    assert (new_one(declared, "SPEED-KR2-2027-Q1").measure.baseline) is None
    assert (new_one(declared, "SPEED-KR3-2027-Q1").measure.done) is None
    for note in (
        "# starts at the last value, 27",
        "# left out: phases",
        "# left out: baseline",
        "# left out: the percent by hand, 60 % until 2026-12-01",
        "# left out: a rule that applied until 2026-11-30",
    ):
        assert note in text


def test_the_rest_of_a_fixed_target_is_carried_over(tmp_path: Path) -> None:
    objectives = OBJECTIVE + key_result(KINDS["work"], links="[{label: a}, {key: WEB-1}]")
    found, _ = carried(tmp_path, objectives)
    assert new_one(pasted(tmp_path, found)).measure.target == 38


def test_what_is_done_or_closed_stays_behind(tmp_path: Path) -> None:
    done = "{kind: binary, done: 2026-11-01}"
    found, _ = carried(
        tmp_path,
        OBJECTIVE
        + key_result(done)
        + key_result("{kind: binary}", id="SPEED-KR2", closed="2026-11-10")
        + key_result(KINDS["band"], id="SPEED-KR3")
        + key_result("{kind: composite, of: {SPEED-KR1: 1}}", id="SPEED-KR4"),
    )
    assert found.objectives == ()
    assert dict(found.left_out) == {
        "SPEED-KR1": "done",
        "SPEED-KR2": "closed on 2026-11-10",
        "SPEED-KR3": "nothing else of its objective is carried over",
        "SPEED-KR4": "done",
    }
    assert "# Nothing to carry over." in as_yaml(found, NOW)
    assert YAML(typ="safe").load(as_yaml(found, NOW)) == {
        "cycles": {"2027-Q1": {"start": date(2027, 1, 1), "end": date(2027, 3, 31)}}
    }


def test_what_is_carried_over_already_is_not_again(tmp_path: Path) -> None:
    first, _ = carried(tmp_path, OBJECTIVE + key_result("{kind: binary}"))
    old = (tmp_path / "old.yaml").read_text()
    (tmp_path / "new.yaml").write_text(as_yaml(first, NOW), encoding="utf-8")
    again, _ = carried(tmp_path, old.split("objectives:\n")[1])
    assert (again.objectives, again.left_out) == (
        (),
        (("SPEED-KR1", "SPEED-KR1-2027-Q1 continues it already"),),
    )


@pytest.mark.parametrize(
    ("id_", "frm", "to", "new"),
    [
        ("SPEED-KR1", "2026-Q4", "2027-Q1", "SPEED-KR1-2027-Q1"),
        ("SPEED-KR1-2026-Q4", "2026-Q4", "2027-Q1", "SPEED-KR1-2027-Q1"),
        ("Q4-SPEED-KR1", "2026-Q4", "2027-Q1", "Q1-SPEED-KR1"),
        ("K" * 60, "2026-Q4", "2027-Q1", "K" * 56 + "-2027-Q1"),
        ("SEQ4", "2026-Q4", "2027-Q1", "SEQ4-2027-Q1"),
        ("KR1", "2026-Q4", "Winter 2027", "KR1-Winter-2027"),
        ("kr-fy27-1", "FY27", "FY28", "kr-FY28-1"),
    ],
)
def test_ids_name_the_new_cycle(tmp_path: Path, id_: str, frm: str, to: str, new: str) -> None:
    objective = OBJECTIVE.replace("cycle: 2026-Q4", f"cycle: {frm}")
    found, _ = carried(tmp_path, objective + key_result("{kind: binary}", id=id_), to, frm)
    assert [part.id for one in found.objectives for part in one.parts] == [new]
    pasted(tmp_path, found)


@pytest.mark.parametrize(
    ("frm", "to", "days"),
    [
        ("2026-Q4", "2027-Q1", ("2027-01-01", "2027-03-31")),
        ("2026-Q4", "2027-Q3", ("2027-07-01", "2027-09-30")),
        ("2026-Q4", "next", ("2027-01-01", "2027-03-31")),
        ("FY27", "FY28", ("2027-07-01", "2028-06-30")),
    ],
)
def test_days_are_guessed_from_names_and_length(
    tmp_path: Path, frm: str, to: str, days: tuple[str, str]
) -> None:
    objective = OBJECTIVE.replace("cycle: 2026-Q4", f"cycle: {frm}")
    found, _ = carried(tmp_path, objective + key_result("{kind: binary}"), to, frm)
    assert (str(found.cycle.start), str(found.cycle.end)) == days


@pytest.mark.parametrize("to", ["2026-Q3", "2026-Q4", "FY27"])
def test_an_earlier_cycle_is_refused(tmp_path: Path, to: str) -> None:
    with pytest.raises(NoSuchCycleError, match="name a later cycle"):
        carried(tmp_path, OBJECTIVE + key_result("{kind: binary}"), to)


def test_parents_are_followed_into_the_next_cycle(tmp_path: Path) -> None:
    above = OBJECTIVE.replace("SPEED", "YEAR").replace("2026-Q4", "FY27") + key_result(
        "{kind: binary}", id="YEAR-KR1"
    )
    middle = OBJECTIVE.replace("    owner", "    parent: YEAR\n    owner") + key_result("{kind: binary}")
    below = OBJECTIVE.replace("SPEED", "TEAM").replace("    owner", "    parent: SPEED\n    owner")
    below += key_result("{kind: binary}", id="TEAM-KR1")
    found, _ = carried(tmp_path, above + middle + below)
    parents = {one.id: one.parent for one in pasted(tmp_path, found).objectives}
    assert (parents["SPEED-2027-Q1"], parents["TEAM-2027-Q1"]) == ("YEAR", "SPEED-2027-Q1")


def test_what_is_at_its_target_stays_behind(tmp_path: Path) -> None:
    reached = "{kind: query, start: 30, target: 12, jql: project = WEB}"
    found, _ = carried(
        tmp_path, OBJECTIVE + key_result(reached) + key_result("{kind: binary}", id="SPEED-KR2")
    )
    assert dict(found.left_out) == {"SPEED-KR1": "at target"}
    assert [part.id for one in found.objectives for part in one.parts] == ["SPEED-KR2-2027-Q1"]


@pytest.mark.parametrize(
    ("start", "target", "begins", "note"),
    [
        (30, 5, 12, "# starts at the last value, 12\n"),
        (5, 30, 12, "# starts at the last value, 12\n"),
        (11, 5, 11, "# starts as before: the last value, 12, is not between start and target\n"),
        (20, 30, 20, "# starts as before: the last value, 12, is not between start and target\n"),
    ],
    ids=["falls", "grows", "worse than it began", "worse than it began, and grows"],
)
def test_it_starts_at_the_last_value_only_on_the_way_to_its_target(
    tmp_path: Path, start: int, target: int, begins: int, note: str
) -> None:
    measure = f"{{kind: query, start: {start}, target: {target}, jql: project = WEB}}"
    found, _ = carried(tmp_path, OBJECTIVE + key_result(measure))
    assert new_one(pasted(tmp_path, found)).measure.start == begins
    assert note in as_yaml(found, NOW)

"""What setup made stays what it is when people rename it: nothing is made twice, and everything goes again."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connectors.made_names import signature
from connectors.sandbox.server import Sandbox
from sync.jobs.sandbox import examples
from tests.support import loopback
from tests.support.cli import AS_OF, Cli
from tests.support.sandbox_jira_client import Jira

SIGNED = signature("acme")
FIELDS = ["KR health", "Alignment", "Objective"]
VIEWS = ["Unaligned work", "Work by key result", "At-risk key results", "Dangling links"]


def told(run: Cli, *more: str) -> dict[str, Any]:
    ran = run("setup", "--format", "json", *more)
    plans: dict[str, Any] = json.loads(ran.out)["setup"]
    return plans


def verbs(plan: dict[str, Any]) -> list[str]:
    return [f"{one['verb']} {one['kind']} {one['name']}" for one in plan["actions"]]


def other_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUENORTH_STORE", "sqlite:///other.db")


def world(sandbox: Sandbox) -> Any:
    return loopback.get(f"{sandbox.url}/__world").json()


def rename_fields(sandbox: Sandbox) -> None:
    fields = sandbox.world.jira.fields
    for id_, one in list(fields.items()):
        if one.description.endswith(SIGNED):
            fields[id_] = replace(one, name=f"My {one.name}")


def rename_shared(sandbox: Sandbox) -> None:
    """New names for filters, dashboards and gadgets; one gets the name that another had."""
    jira = sandbox.world.jira
    filters = sorted(jira.filters.values(), key=lambda one: one.id)
    first = filters[0].name
    for one in (filters[0], *filters[2:]):
        one.name = f"My {one.name}"
    filters[1].name = first
    for board in jira.dashboards.values():
        board.name = "Goals"
        for gadget in board.gadgets.values():
            gadget.title = f"My {gadget.title}"


def rename_in_linear(sandbox: Sandbox) -> None:
    space = sandbox.world.linear
    views = sorted(space.custom_views.values(), key=lambda one: one.name)
    views[0].name, views[1].name = views[1].name, views[0].name
    for one in views[2:]:
        one.name = f"My {one.name}"
    for label in space.labels.values():
        if (label.description or "").endswith(SIGNED):
            label.name = f"My {label.name}"


def count(sandbox: Sandbox) -> tuple[int, ...]:
    jira, linear = sandbox.world.jira, sandbox.world.linear
    return (
        len(jira.fields),
        len(jira.filters),
        len(jira.dashboards),
        sum(len(board.gadgets) for board in jira.dashboards.values()),
        len(linear.custom_views),
        len(linear.labels),
    )


LOST = pytest.mark.parametrize("lost", [False, True], ids=["store kept", "store lost"])


@LOST
def test_renamed_things_are_renamed_back_and_never_doubled(
    run: Cli, pointed: Sandbox, monkeypatch: pytest.MonkeyPatch, lost: bool
) -> None:
    assert run("setup", "--apply").code == 0
    before, had = world(pointed), count(pointed)
    for rename in (rename_fields, rename_shared, rename_in_linear):
        pointed.call(lambda rename=rename: rename(pointed))  # type: ignore[misc]
    if lost:
        other_store(monkeypatch)
    ran = run("setup")
    assert "change field KR health (currently named My KR health)" in ran.words
    assert "create" not in ran.out.replace("created", "")
    plans = told(run, "--apply")
    assert {one.split()[0] for plan in plans.values() for one in verbs(plan)} == {"change"}
    assert count(pointed) == had
    assert [one["actions"] for one in told(run).values()] == [[], []]
    after = world(pointed)
    for kind in ("fields", "filters", "dashboards"):
        assert names(after["jira"][kind]) == names(before["jira"][kind]), kind


def names(rows: Any) -> list[str]:
    rows = rows.values() if isinstance(rows, dict) else rows
    return sorted(str(row["name"]) for row in rows)


@LOST
def test_renamed_things_go_with_the_rest(
    run: Cli, pointed: Sandbox, monkeypatch: pytest.MonkeyPatch, lost: bool
) -> None:
    had = count(pointed)
    assert run("setup", "--apply").code == 0
    assert run("sync", "--first-run", *AS_OF).code == 0
    for rename in (rename_fields, rename_shared, rename_in_linear):
        pointed.call(lambda rename=rename: rename(pointed))  # type: ignore[misc]
    assert run("undo", "--all", "--apply").code == 0
    if lost:
        other_store(monkeypatch)
    assert run("setup", "--remove", "--apply").code == 0
    jira = pointed.world.jira
    assert (len(jira.fields) - len(jira.trashed_fields), *count(pointed)[1:]) == had
    assert [one["actions"] for one in told(run, "--remove").values()] == [[], []]


@LOST
def test_a_label_group_of_people_is_used_and_not_doubled_where_they_rename_it(
    run: Cli, pointed: Sandbox, monkeypatch: pytest.MonkeyPatch, lost: bool
) -> None:
    space = pointed.world.linear
    assert run("setup", "--apply").code == 0
    (group,) = [one for one in space.labels.values() if one.is_group and one.name == "Key result"]
    assert not (group.description or "").endswith(SIGNED)
    had = count(pointed)
    pointed.call(lambda: setattr(group, "name", "Our goals"))
    if lost:
        other_store(monkeypatch)
    assert told(run)["linear"]["actions"] == []
    assert run("setup", "--apply").code == 0
    assert (count(pointed), group.name) == (had, "Our goals")


@LOST
def test_a_field_that_an_older_version_made_is_found_by_its_type(
    run: Cli, pointed: Sandbox, monkeypatch: pytest.MonkeyPatch, lost: bool
) -> None:
    assert run("setup", "--apply").code == 0
    fields = pointed.world.jira.fields

    def age() -> None:
        for id_, one in list(fields.items()):
            if one.description.endswith(SIGNED):
                fields[id_] = replace(
                    one, description=SIGNED, name="Health of goals" if one.name == "KR health" else one.name
                )

    pointed.call(age)
    if lost:
        other_store(monkeypatch)
    # The descriptions alone are no reason to write.
    assert verbs(told(run, "--apply")["jira"]) == ["change field KR health"]
    assert told(run)["jira"]["actions"] == []


def test_a_field_of_a_person_is_used_and_neither_renamed_nor_removed(run: Cli, pointed: Sandbox) -> None:
    fields = pointed.world.jira.fields
    theirs = next(one for one in fields.values() if one.name == "Key result")
    assert run("setup", "--apply").code == 0
    pointed.call(lambda: fields.__setitem__(theirs.id, replace(theirs, name="Goal")))
    # It is no longer what its name said, and it never was ours: setup makes one.
    assert "create field Key result" in verbs(told(run)["jira"])
    assert run("setup", "--remove", "--apply").code == 0
    assert fields[theirs.id].name == "Goal"
    assert theirs.id not in pointed.world.jira.trashed_fields


@LOST
def test_options_that_setup_added_to_a_field_of_a_person_go_again_whatever_it_is_called(
    run: Cli, pointed: Sandbox, lost: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Jira(pointed) as client:
        kind = "com.atlassian.jira.plugin.system.customfieldtypes:"
        body = {"name": "Alignment", "type": f"{kind}select", "searcherKey": f"{kind}multiselectsearcher"}
        theirs = client.post("field", json=body).json()["id"]
    jira = pointed.world.jira
    assert run("setup", "--apply").code == 0
    context = next(one for one in jira.contexts.values() if one.field_id == theirs)
    assert {one.value for one in context.options.values()} == {"Aligned", "Orphaned", "Exempt"}
    pointed.call(lambda: jira.fields.__setitem__(theirs, replace(jira.fields[theirs], name="Direction")))
    if lost:
        other_store(monkeypatch)
    assert run("setup", "--remove", "--apply").code == 0
    # Options have no descriptions: without the store nothing proves whose they are.
    assert bool(context.options) is lost


def test_what_people_copied_from_ours_stays_theirs(run: Cli, pointed: Sandbox) -> None:
    assert run("setup", "--apply").code == 0
    jira, linear = pointed.world.jira, pointed.world.linear
    original = next(one for one in jira.filters.values() if one.name == "Unaligned work")
    view = next(one for one in linear.custom_views.values() if one.name == "Unaligned work")

    def copy() -> None:
        number = max(jira.filters) + 1
        jira.filters[number] = replace(original, id=number, name="Copy of Unaligned work")
        linear.custom_views["copy"] = replace(view, id="copy", name="Unaligned work")

    pointed.call(copy)
    assert [one["actions"] for one in told(run).values()] == [[], []]
    ran = run("setup", "--remove", "--apply")
    assert "filter Copy of Unaligned work: somebody copied it from a filter that setup made" in ran.words
    assert [one.name for one in jira.filters.values()] == ["Copy of Unaligned work"]
    assert list(linear.custom_views) == ["copy"]


def test_what_an_older_version_remembered_is_read(
    run: Cli, pointed: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It kept whole ids of the fields on screens, options without their fields, and nothing of what they were for."""
    monkeypatch.setenv("TRUENORTH_STORE", f"sqlite:///{tmp_path / 'old.db'}")
    assert run("setup", "--apply").code == 0
    with sqlite3.connect(tmp_path / "old.db") as store:
        rows = store.execute("SELECT name, id FROM provisions").fetchall()
        for name, id_ in rows:
            old = id_.rpartition("/")[2] if name.startswith("option ") else id_
            if name.startswith("screens "):
                old = ",".join(f"customfield_{one}" for one in id_.split(","))
            store.execute("UPDATE provisions SET id = ? WHERE name = ?", (old, name))
        store.execute("DELETE FROM provisions WHERE name LIKE 'for %'")
    assert all(len(id_) <= 64 for _, id_ in rows)
    assert [one["actions"] for one in told(run).values()] == [[], []]
    assert run("setup", "--remove", "--apply").code == 0
    assert not pointed.world.jira.filters


def ours(sandbox: Sandbox, name: str) -> str:
    return next(one.id for one in sandbox.world.jira.fields.values() if one.name == name)


def test_sync_goes_on_to_use_a_renamed_field_by_its_id(run: Cli, pointed: Sandbox) -> None:
    assert run("setup", "--apply").code == 0
    assert run("sync", "--first-run", *AS_OF).code == 0
    health = ours(pointed, "KR health")
    issues = pointed.world.jira.issues
    filled = {one.key: one.custom[health].value for one in issues.values() if one.custom.get(health)}
    assert filled
    pointed.call(lambda: rename_fields(pointed))
    pointed.forget_requests()
    ran = run("sync", "--full", *AS_OF)
    assert ran.code == 0
    said = ran.words
    assert f'The field "KR health" is named "My KR health" now and is used by its id ({health})' in said
    assert not [one for one in pointed.requests if one.method == "PUT"]
    some = next(one for one in issues.values() if one.key in filled)

    def empty() -> None:
        some.custom.pop(health)
        some.updated = pointed.world.clock.now()

    pointed.call(empty)
    assert run("sync", *AS_OF).code == 0
    assert some.custom[health].value == filled[some.key]
    assert run("undo", "--all", "--apply").code == 0
    assert not [one.key for one in issues.values() if one.custom.get(health)]


def test_without_its_store_sync_says_which_field_it_misses(
    run: Cli, pointed: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("setup", "--apply").code == 0
    assert run("sync", "--first-run", *AS_OF).code == 0
    health = ours(pointed, "KR health")
    pointed.call(lambda: rename_fields(pointed))
    other_store(monkeypatch)
    said = " ".join(run("plan", *AS_OF).out.split())
    assert f'Tickets hold values of Truenorth in the field "My KR health" ({health})' in said
    assert run("setup", "--apply").code == 0
    assert "Tickets hold values" not in run("plan", *AS_OF).out


# --- Data Center ---------------------------------------------------------------------------------


@LOST
def test_a_renamed_field_of_a_data_center_is_used_by_its_id_and_said(
    run: Cli, server: Sandbox, monkeypatch: pytest.MonkeyPatch, lost: bool
) -> None:
    before = world(server)["jira"]
    assert run("setup", "--apply").code == 0
    had = count(server)
    server.call(lambda: rename_fields(server))
    server.call(lambda: rename_shared(server))
    if lost:
        other_store(monkeypatch)
    plan = told(run, "--apply")["jira"]
    assert {one.split()[0] for one in verbs(plan)} == {"change"}
    assert {one.split()[1] for one in verbs(plan)} == {"filter"}
    why = {one["what"]: one["why"] for one in plan["problems"]}
    for name in FIELDS:
        assert (
            f"currently named My {name}, and the Data Center API cannot rename fields" in why[f"field {name}"]
        )
    assert count(server) == had
    assert told(run)["jira"]["actions"] == []
    assert f"is used by its id ({ours(server, 'My Objective')})" in " ".join(run("plan").out.split())
    assert run("setup", "--remove", "--apply").code == 0
    assert world(server)["jira"] == before


# --- Later ---------------------------------------------------------------------------------------


@pytest.fixture
def company(pointed: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A copy of the example company's folder, to be edited."""
    folder = tmp_path / "okrs"
    shutil.copytree(examples(), folder)
    assert pointed.url
    monkeypatch.setenv("TRUENORTH_CONFIG", str(folder))
    return folder


def notes(run: Cli) -> list[str]:
    ran = run("plan", "--format", "json", *AS_OF)
    assert ran.code == 0, ran.err
    found: list[str] = json.loads(ran.out)["plan"]["notes"]
    return [one for one in found if "will list" not in one]


def edit(file: Path, before: str, after: str) -> Callable[[], None]:
    text = file.read_text(encoding="utf-8")
    assert text.count(before) == 1, before
    file.write_text(text.replace(before, after), encoding="utf-8")

    def back() -> None:
        file.write_text(text, encoding="utf-8")

    return back


APPLY = "`truenorth setup --apply`"


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        (
            "truenorth.yaml",
            "projects: [WEB, OPS]",
            "projects: [WEB, OPS, STRAT]",
            [
                f"jira: the views are older than the scope (new: project STRAT); {APPLY} brings them up to date."
            ],
        ),
        (
            "truenorth.yaml",
            "teams: [ENG, MOB]",
            "teams: [ENG]",
            [f"linear: the views are older than the scope (gone: team MOB); {APPLY} brings them up to date."],
        ),
        (
            "truenorth.yaml",
            "aligned: okr-aligned,",
            "aligned: okr-linked, at_risk: okr-late,",
            [
                f"{one}: the views are older than policy.labels (new: at_risk; changed: aligned); {APPLY} brings them up to date."
                for one in ("jira", "linear")
            ],
        ),
        (
            "growth.yaml",
            "      - id: GROWTH-KR1\n",
            "      - {id: GROWTH-KR9, title: More of it, measure: {kind: binary}}\n      - id: GROWTH-KR1\n",
            [f"linear: setup has labels of key results to bring up to date (new: GROWTH-KR9): run {APPLY}."],
        ),
        (
            "growth.yaml",
            "title: Activation from 22 % to 35 %",
            "title: Activation from 22 % to 36 %",
            [
                f"linear: setup has labels of key results to bring up to date (changed: GROWTH-KR1): run {APPLY}."
            ],
        ),
    ],
    ids=["project", "team", "labels", "key result", "title"],
)
def test_what_was_declared_since_setup_is_said_until_setup_ran(
    run: Cli, pointed: Sandbox, company: Path, file: str, before: str, after: str, said: list[str]
) -> None:
    assert notes(run) == []
    assert run("setup", "--apply").code == 0
    assert notes(run) == []
    asked = requests(run, pointed)
    back = edit(company / file, before, after)
    assert notes(run) == said
    back()
    assert notes(run) == []
    # The first read of changes after setup is told once more of what that made.
    assert requests(run, pointed) <= asked
    edit(company / file, before, after)
    assert run("setup").code == 0
    assert notes(run) == said, "a plan of setup changes nothing"
    assert run("setup", "--apply").code == 0
    assert notes(run) == []
    assert [one["actions"] for one in told(run).values()] == [[], []]
    assert run("setup", "--remove", "--apply").code == 0
    edit(company / file, after, before)
    assert notes(run) == []


def requests(run: Cli, sandbox: Sandbox) -> int:
    sandbox.forget_requests()
    assert notes(run) == []
    return len(sandbox.requests)


@pytest.mark.usefixtures("pointed")
def test_of_a_store_that_knows_no_setup_nothing_is_said(
    run: Cli, company: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("setup", "--apply").code == 0
    other_store(monkeypatch)
    edit(company / "truenorth.yaml", "projects: [WEB, OPS]", "projects: [WEB, OPS, STRAT]")
    assert notes(run) == []

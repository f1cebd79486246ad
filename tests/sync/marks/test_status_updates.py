"""Status updates on Linear's projects and initiatives: when there is news, what it says, and what people make of it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.model import NOTHING, Fact, Ref, Update, WorkItem
from connectors.sandbox.linear.state import LinearSpace
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.align.alignment import align
from sync.jobs.sandbox import environment, examples
from sync.marks.desired import desired_marks
from sync.marks.facts import Figures, figures_in, health_fact, percent_fact, title_fact
from sync.marks.status_updates import PostedUpdate, is_news
from sync.measure import measure
from sync.signals.orphans import find_signals
from tests.support import loopback
from tests.support.builders import NOW, item, metric, observed, ref, work, workspace
from tests.support.cli import Cli, writes
from tests.support.plain_text import to_plain
from tests.support.user_actions import LinearTicket

# --- Whether there is news -----------------------------------------------------------------------

SAID: tuple[Fact, ...] = (("KR1 percent", 40), ("KR1 health", "on_track"))


@pytest.mark.parametrize(
    ("health", "facts", "expected"),
    [
        ("on_track", SAID, False),
        ("on_track", (("KR1 percent", 44), ("KR1 health", "on_track")), False),
        ("on_track", (("KR1 percent", 36), ("KR1 health", "on_track")), False),
        ("on_track", (("KR1 percent", 45), ("KR1 health", "on_track")), True),
        ("on_track", (("KR1 percent", 35), ("KR1 health", "on_track")), True),
        ("at_risk", (("KR1 percent", 40), ("KR1 health", "at_risk")), True),
        ("on_track", (("KR1 percent", 40), ("KR1 health", "done")), True),
        ("on_track", (*SAID, ("KR2 percent", 40), ("KR2 health", "on_track")), True),
        ("on_track", (("KR2 percent", 40), ("KR2 health", "on_track")), True),
    ],
)
def test_news(health: Any, facts: tuple[Fact, ...], expected: bool) -> None:
    assert is_news(PostedUpdate(date(2026, 11, 1), "on_track", SAID), health, facts, 5) is expected


def test_what_older_versions_called_done_at_its_target_is_no_news_as_on_track() -> None:
    def facts(health: str, percent: int = 100) -> tuple[Fact, ...]:
        return ("KR1 percent", percent), ("KR1 health", health)

    before = PostedUpdate(date(2026, 11, 1), "on_track", facts("done"))
    assert not is_news(before, "on_track", facts("on_track"), 5)
    assert is_news(before, "on_track", facts("on_track", 94), 5)
    later = PostedUpdate(date(2026, 11, 1), "on_track", facts("on_track"))
    assert is_news(later, "on_track", facts("done"), 5), "the cycle is over"


@pytest.mark.parametrize("percent", [0, 100])
def test_the_ends_are_always_news(percent: int) -> None:
    before = (("KR1 percent", abs(percent - 1)), ("KR1 health", "on_track"))
    after = (("KR1 percent", percent), ("KR1 health", "on_track"))
    assert is_news(PostedUpdate(date(2026, 11, 1), "on_track", before), "on_track", after, 5)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (SAID, {"KR1": Figures(40, "on_track")}),
        ((percent_fact("KR1", None), health_fact("KR1", "no_data")), {"KR1": Figures(None, "no_data")}),
        ((title_fact("KR1", "100 percent of it"), *SAID), {"KR1": Figures(40, "on_track")}),
        ((("words", "fr"), ("percent", 3)), {}),
        ((("KR1 percent", "40"), ("KR1 health", 4)), {"KR1": Figures()}),
    ],
)
def test_what_facts_state_is_read_back(facts: tuple[Fact, ...], expected: dict[str, Figures]) -> None:
    assert figures_in(facts) == expected


TODAY = NOW.date()
LINKED = work("KR1", {"tracker": "linear", "project": "launch", "level": "project"})
ON: dict[str, Any] = {"updates": {"every_days": 7, "step": 5}}


def project(**changes: Any) -> WorkItem:
    values = {
        "level": "project",
        "kind": "Project",
        "project": "launch",
        "writable": frozenset({"key_results", "comment", "update"}),
    }
    return item("launch", changes.pop("parent", None), **{**values, **changes})


def leaf(n: int, category: str = "todo", **changes: Any) -> WorkItem:
    return item(f"eng-{n}", "launch", category=category, **changes)


def decided(
    *items: WorkItem,
    policy: dict[str, Any] | None = None,
    told: dict[Ref, PostedUpdate] | None = None,
    **declared: Any,
) -> Update | None:
    space = workspace(
        *declared.pop("key_results", (LINKED,)), policy=ON if policy is None else policy, **declared
    )
    alignment = align(items, space, today=NOW.date())
    card = measure(alignment, observed(), space, NOW)
    signals = find_signals(alignment, card, observed(), space, NOW)
    wanted = desired_marks(alignment, card, signals, space, last_updates=told or {})
    first = items[0]
    return wanted.get(first.ref, first.shown).update


def shown(days: int, percent: int = 50, health: Any = "on_track") -> WorkItem:
    facts: tuple[Fact, ...] = (("KR1 percent", percent), ("KR1 health", health))
    on = TODAY - timedelta(days=days)
    return project(shown=replace(NOTHING, update=Update(health, on, facts)))


HALF = (leaf(1, "done"), leaf(2))
"""50 % where 51 % is expected."""


def test_what_is_linked_gets_an_update() -> None:
    update = decided(project(), *HALF)
    assert update is not None
    assert (update.health, update.on) == ("on_track", TODAY)
    assert update.facts == (("KR1 percent", 50), ("KR1 health", "on_track"))
    assert update.page == "https://okrs.example/kr/KR1"


@pytest.mark.parametrize(
    "policy",
    [
        {},
        {**ON, "mode": "label"},
        {**ON, "mode": "observe"},
        {"updates": {"levels": ["initiative"]}},
        {**ON, "grace_days": 90},
    ],
    ids=["not declared", "mode label", "mode observe", "another level", "too young"],
)
def test_the_policy_keeps_it_silent(policy: dict[str, Any]) -> None:
    assert decided(project(), *HALF, policy=policy) is None
    before = shown(30, 10)
    assert decided(before, *HALF, policy=policy) == before.shown.update, "what was told stays told"


Q3, Q4, YEAR = (
    {"start": "2026-08-01", "end": "2026-11-10"},
    {"start": "2026-11-11", "end": "2027-02-15"},
    {"start": "2026-07-01", "end": "2027-06-30"},
)


@pytest.mark.parametrize(
    ("cycles", "told"),
    [
        ({"old": Q3}, None),
        ({"old": Q3, "new": YEAR}, None),
        ({"old": Q3, "new": Q4}, {"NEW"}),
        ({"old": Q4, "new": {"start": "2027-02-16", "end": "2027-05-31"}}, {"OLD"}),
        ({"old": Q4, "new": YEAR}, {"OLD", "NEW"}),
    ],
    ids=["it rests", "it rests beside the year", "the next one runs", "the next one is to come", "both run"],
)
@pytest.mark.parametrize("in_scope", [True, False], ids=["in scope", "above the scope"])
def test_updates_tell_of_running_cycles_and_rest_between_two(
    cycles: dict[str, Any], told: set[str] | None, in_scope: bool
) -> None:
    if not in_scope and cycles == {"old": Q3, "new": YEAR}:
        told = {"NEW"}  # what is above the scope has no marks beside which anything could rest
    objectives = [
        {"id": name, "title": name, "cycle": name, "key_results": [{**LINKED, "id": name.upper()}]}
        for name in cycles
    ]
    one = project() if in_scope else project(in_scope=False, writable=frozenset({"update"}))
    update = decided(one, *HALF, objectives=objectives, cycles=cycles, key_results=())
    found = None if update is None else {name.split(" ")[0] for name, _ in update.facts}
    assert found == told


@pytest.mark.parametrize(
    "one",
    [
        project(category="done"),
        project(in_scope=False, writable=frozenset()),
        project(writable=frozenset({"key_results"})),
        project(project="other"),
    ],
    ids=["closed", "not ours to write", "archived", "linked to nothing"],
)
def test_nothing_is_posted_on(one: WorkItem) -> None:
    assert decided(one, *HALF) is None


def test_only_its_own_link_counts_not_one_from_above() -> None:
    above = work("KR1", {"tracker": "linear", "level": "initiative", "key": "vision"})
    top = item("vision", level="initiative", in_scope=False, writable=frozenset({"update"}))
    below = project(parent="vision")
    assert decided(below, top, *HALF, key_results=(above,)) is None
    assert decided(top, below, *HALF, key_results=(above,)) is not None


@pytest.mark.parametrize(
    ("days", "percent", "health", "posted"),
    [
        (0, 10, "off_track", False),
        (6, 10, "off_track", False),
        (7, 10, "off_track", True),
        (7, 46, "on_track", False),
        (70, 54, "on_track", False),
        (7, 45, "on_track", True),
        (7, 50, "at_risk", True),
    ],
)
def test_interval_and_step(days: int, percent: int, health: Any, posted: bool) -> None:
    before = shown(days, percent, health)
    update = decided(before, *HALF)
    assert update is not None
    assert (update.on == TODAY) is (posted or days == 0)
    assert (update is before.shown.update) is not posted


def test_what_the_store_remembers_holds_where_the_tracker_shows_nothing() -> None:
    def told(days: int, percent: int) -> dict[Ref, PostedUpdate]:
        facts = (("KR1 percent", percent), ("KR1 health", "on_track"))
        return {ref("launch"): PostedUpdate(TODAY - timedelta(days=days), "on_track", facts)}

    assert decided(project(), *HALF, told=told(3, 10)) is None
    assert decided(project(), *HALF, told=told(30, 50)) is None
    assert decided(project(), *HALF, told=told(7, 40)) is not None


@pytest.mark.parametrize(("days", "posted"), [(0, False), (6, False), (7, True)])
def test_a_persons_update_is_given_its_time(days: int, posted: bool) -> None:
    one = replace(shown(30, 10), last_update_by_others=NOW - timedelta(days=days))
    update = decided(one, *HALF)
    assert (update != one.shown.update) is posted


def test_the_gravest_health_and_nothing_without_data() -> None:
    also = metric(
        "KR2",
        0,
        100,
        ("2026-11-10", 0),
        links=[{"tracker": "linear", "project": "launch", "level": "project"}],
    )
    unknown = metric("KR3", 0, 100, links=[{"tracker": "linear", "project": "launch", "level": "project"}])
    update = decided(project(), *HALF, key_results=(LINKED, also, unknown))
    assert update is not None
    assert update.health == "off_track"
    assert [name for name, _ in update.facts] == ["KR1 percent", "KR1 health", "KR2 percent", "KR2 health"]
    assert decided(project(), *HALF, key_results=(unknown,)) is None


def test_it_says_what_moved_and_what_is_at_risk_in_english_and_french() -> None:
    hidden = item("sec-1", team="SEC", private=True)
    waits = leaf(3, blocked_by=(ref("eng-2"),))
    secret = leaf(4, blocked_by=(ref("sec-1"),))
    items = (shown(7, 50), leaf(1, "done"), leaf(2), waits, secret, hidden)
    update = decided(*items)
    assert update is not None
    assert update.doc is not None
    text = to_plain(update.doc)
    assert "KR1 · Result KR1" in text
    assert "Since 9 Nov: 50 % → 25 %; on track → off track" in text
    assert "At risk: 25 points behind pace; eng-3 by eng-2" in text
    assert "sec-1" not in text
    update = decided(*items, policy={**ON, "language": "fr"})
    assert update is not None
    assert update.doc is not None
    text = to_plain(update.doc)
    assert "Depuis le 9 nov.\u00a0: 50\u00a0% → 25\u00a0%\u00a0; en bonne voie → en retard" in text
    assert update.foot.startswith("Publié par Truenorth")
    own = {"en": {"update.risk": "Careful"}}
    update = decided(*items, words=own)
    assert update is not None
    assert update.doc is not None
    assert "Careful: 25" in to_plain(update.doc)


# --- Over HTTP -----------------------------------------------------------------------------------

ITEMS, SEED = 120, 3


class Company:
    """The example company with updates on, whose growth serves an initiative too."""

    def __init__(self, sandbox: Sandbox, run: Cli, folder: Path) -> None:
        self.sandbox, self.run, self._folder = sandbox, run, folder
        self.declare(
            "truenorth.yaml",
            "  guards: {share: 0.3",
            # With the backlog no warning falls due between the days of a test.
            "  warn: all\n  updates: {every_days: 7, step: 5}\n  guards: {share: 0.3",
        )

    def declare(self, file: str, before: str, after: str) -> None:
        path = self._folder / file
        text = path.read_text()
        assert text.count(before) == 1, before
        path.write_text(text.replace(before, after))

    def sync(self, day: str = "2026-11-16", *more: str) -> str:
        ran = self.run("sync", "--as-of", f"{day}T09:00Z", "--first-run", *more)
        assert ran.code == 0, ran.out[-1500:] + ran.err
        return ran.out

    def is_quiet(self, day: str = "2026-11-16") -> bool:
        self.sandbox.forget_requests()
        self.sync(day)
        mutations = [one for one in self.sandbox.requests if one.operation == "mutation"]
        return not writes(self.sandbox) and not mutations

    def place(self, name: str) -> LinearTicket:
        return LinearTicket(self.sandbox, name)

    @property
    def linear(self) -> LinearSpace:
        return self.sandbox.world.linear


def dump(sandbox: Sandbox) -> str:
    """The world without what lies in the archive of updates, which is where Linear puts what is deleted."""
    told = loopback.get(f"{sandbox.url}/__world").text
    rows = (
        re.sub(r"[\],]*$", "", row)
        for row in told.split("\n")
        if not ('"is_diff_hidden"' in row and '"archived_at":null' not in row)
    )
    return re.sub(r'"2026-11-16T09:[^"]*"', '"now"', "\n".join(rows))


@pytest.fixture
def company(run: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Company]:
    folder = tmp_path / "okrs"
    shutil.copytree(examples(), folder)
    with Sandbox(generate(items=ITEMS, seed=SEED)) as sandbox:
        for name, value in environment(sandbox).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("TRUENORTH_CONFIG", str(folder))
        yield Company(sandbox, run, folder)


ONBOARDING, LATENCY = "Onboarding v2", "Faster API"
"""Ann's colleagues told of the first on 9 November, of the second on the 12th."""


def test_one_update_is_shown_in_the_plan_posted_and_not_repeated(company: Company) -> None:
    out = company.sync("2026-11-16", "--format", "markdown")
    assert "post a status update: off track, GROWTH-KR2 18 %" in out
    (update,) = company.place(ONBOARDING).our_updates()
    assert update["health"] == "offTrack"
    assert "18 %" in update["body"]
    assert company.place(LATENCY).our_updates() == [], "a person's own of four days ago has its time"
    assert company.is_quiet()
    assert company.is_quiet("2026-11-18")
    log = company.run("log", "--format", "markdown").out
    assert "status update of 2026-11-16 (off track)" in log


def test_a_person_waits_for_nothing_and_we_wait_for_them(company: Company) -> None:
    company.sync()
    company.sync("2026-11-19")
    assert len(company.place(LATENCY).our_updates()) == 1
    company.place(LATENCY).post_update("We have a plan.", "onTrack")
    assert company.is_quiet("2026-11-19")
    assert company.place(LATENCY).updates()[-1]["health"] == "onTrack"


def test_news_after_the_interval_is_another_update_that_says_what_moved(company: Company) -> None:
    company.sync()
    company.sync("2026-11-19")
    company.declare("trust.yaml", "value: 465", "value: 365")
    company.sync("2026-11-20")
    assert len(company.place(LATENCY).our_updates()) == 1, "not within a week"
    company.sync("2026-11-26")
    first, second = company.place(LATENCY).our_updates()
    assert "6 % → 50 %" in second["body"]
    assert re.search(r"Since \d+ Nov", second["body"])
    assert first["id"] != second["id"]
    assert company.is_quiet("2026-11-26")
    assert company.run("undo", "--all", "--apply").code == 0
    assert company.place(LATENCY).our_updates() == []


@pytest.mark.parametrize("for_good", [False, True], ids=["to the archive", "for good"])
def test_one_that_a_person_deletes_stays_deleted(company: Company, for_good: bool) -> None:
    company.sync()
    place = company.place(ONBOARDING)
    (update,) = place.our_updates()
    place.drop_updates()
    if for_good:

        def purge() -> None:
            row = company.linear.status_updates.pop(update["id"])
            company.linear.deleted_ids.add(row.id)
            assert row.project is not None
            row.project.project_updates.remove(row)

        company.sandbox.call(purge)
    assert company.is_quiet()
    assert company.is_quiet("2026-11-17")
    assert place.our_updates() == []


def test_one_that_a_person_edits_is_theirs(company: Company) -> None:
    company.sync()
    place = company.place(ONBOARDING)
    place.write_over_update("Truenorth is right, but this is how I say it.")
    assert company.is_quiet()
    assert company.is_quiet("2026-11-18")
    assert company.run("undo", "--all", "--apply").code == 0
    (update,) = place.our_updates()
    assert "how I say it" in update["body"]


def test_undo_takes_every_update_of_ours_and_no_persons(company: Company) -> None:
    company.sync()
    company.place(LATENCY).post_update("I think Truenorth is right.", "offTrack")
    assert company.run("undo", "--all", "--apply").code == 0
    again = company.run("undo", "--all")
    assert "No Truenorth marks found." in again.out
    with Sandbox(generate(items=ITEMS, seed=SEED)) as twin:
        LinearTicket(twin, LATENCY).post_update("I think Truenorth is right.", "offTrack")
        assert dump(company.sandbox) == dump(twin)
    assert company.linear.status_updates


def test_a_lost_store_repeats_nothing(company: Company, tmp_path: Path) -> None:
    company.sync()
    for file in tmp_path.glob("**/*.db*"):
        file.unlink()
    assert company.is_quiet()
    assert len(company.place(ONBOARDING).our_updates()) == 1


def test_an_initiative_that_a_rule_links(company: Company) -> None:
    company.declare(
        "growth.yaml",
        "- {key: WEB-2}",
        "- {key: WEB-2}\n          - {tracker: linear, level: initiative, key: Self-serve growth}",
    )
    out = company.sync()
    assert re.search(r"Self-serve growth\s+post a status update", out)
    place = company.place("Self-serve growth")
    (update,) = place.our_updates()
    assert "GROWTH" in update["body"]
    assert company.is_quiet()
    assert company.run("undo", "--all", "--apply").code == 0
    assert place.our_updates() == []
    with Sandbox(generate(items=ITEMS, seed=SEED)) as twin:
        assert dump(company.sandbox) == dump(twin)


def test_quiet_hours_hold_updates_back(company: Company) -> None:
    company.declare(
        "truenorth.yaml", "  step: 5 ", '  quiet_hours: {begin: "08:00", end: "12:00"}\n  step: 5 '
    )
    company.sync()
    assert company.place(ONBOARDING).our_updates() == []


@pytest.mark.parametrize("set_up", [True, False])
def test_the_guard_names_setup_as_the_cause_where_it_is(company: Company, set_up: bool) -> None:
    company.sync()
    company.declare("truenorth.yaml", "guards: {share: 0.3, floor: 50", "guards: {share: 0.1, floor: 5")
    if set_up:
        assert company.run("setup", "--apply").code == 0
    else:
        company.declare("truenorth.yaml", "aligned: okr-aligned", "aligned: okr-good")
    ran = company.run("sync", "--as-of", "2026-11-16T09:00Z", "--format", "json")
    assert ran.code == 4
    (stop,) = [one for one in json.loads(ran.out)["guards"] if one["guard"] == "mass-change"]
    assert ("`truenorth setup` ran since the last write" in stop["message"]) is set_up
    assert stop["flag"].startswith("--accept-plan ")


def test_jira_has_none(company: Company) -> None:
    company.declare(
        "truenorth.yaml",
        "scope: {projects: [WEB, OPS]}}",
        "scope: {projects: [WEB, OPS]}, policy: {updates: {}}}",
    )
    ran = company.run("validate")
    assert ran.code == 2
    assert re.search(r"truenorth\.yaml:\d+:\d+: .*Jira has no status updates", ran.out + ran.err)

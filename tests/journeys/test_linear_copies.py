"""What people copy, put on by hand, rename or delete of our labels on Linear: what the next run does, and what is left.

Over HTTP with the commands that users type. At the end of each, undo and the removal of setup leave nothing of ours.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from config.settings import Credentials
from config.trackers import LinearScope, LinearTracker
from connectors.linear import LinearConnector
from connectors.model import NOTHING
from connectors.sandbox.linear.entities import Issue
from connectors.sandbox.linear.state import TOKEN
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.jobs.sandbox import environment, examples
from tests.support import loopback
from tests.support.cli import AS_OF, Cli, Ran
from tests.support.linear_workspace import EVERYTHING, ORPHAN
from tests.support.user_actions import LinearTicket
from tests.support.writing import write_one

ITEMS, SEED = 120, 3
UNDECLARED = "NEXT-KR1"
"""A child of the group `Key result` that a person makes."""
CHILD, OTHER = "GROWTH-KR2", "TRUST-KR2 · Every service fails over by itself"
BY_HAND = frozenset({"okr-aligned", "okr-orphaned"})
"""Where the group says it, these are not there unless a person makes them, whose they are then."""
JIRA = '  jira: {kind: jira, url: "https://acme.atlassian.net", scope: {projects: [WEB, OPS]}}\n'
QUERY = """measure:
          kind: query
          start: 14
          target: 2
          jql: 'project = OPS AND issuetype = Bug AND priority = Highest AND statusCategory != Done'
"""
LABELS = "labels"
by_labels = pytest.mark.parametrize("company", [LABELS], indirect=True)
OURS = frozenset({"okr-aligned", "okr-orphaned", "okr-dangling", "aligned", "orphaned", "exempt"})


class Company:
    """The example company after setup and a first sync, with Linear alone."""

    def __init__(self, sandbox: Sandbox, run: Cli, folder: Path) -> None:
        self.sandbox, self.run, self._folder = sandbox, run, folder
        # Copies are not started: where the backlog is warned about, they are warned after their grace.
        self.declare("truenorth.yaml", "  grace_days: 7 ", "  warn: all\n  grace_days: 7 ")
        self.declare("truenorth.yaml", JIRA, "")
        self.declare("trust.yaml", QUERY, "measure: {kind: work}\n")

    def ticket(self, key: str) -> LinearTicket:
        return LinearTicket(self.sandbox, key)

    def sync(self) -> Ran:
        ran = self.run("sync", *AS_OF, "--first-run")
        assert ran.code == 0, ran.out[-1500:] + ran.err
        return ran

    def set_up(self, *arguments: str) -> Ran:
        ran = self.run("setup", "--apply", *arguments)
        assert ran.code == 0, ran.out[-1500:] + ran.err
        return ran

    def writes(self) -> int:
        """How many mutations the next run sends."""
        self.sandbox.forget_requests()
        self.sync()
        return sum(one.operation == "mutation" for one in self.sandbox.requests)

    def declare(self, file: str, before: str, after: str) -> None:
        path = self._folder / file
        text = path.read_text()
        assert text.count(before) == 1, f"{before!r} is {text.count(before)} times in {file}"
        path.write_text(text.replace(before, after))

    def call_aligned(self, name: str) -> None:
        """The operator gives the label of aligned work another name."""
        self.declare("truenorth.yaml", "aligned: okr-aligned", f"aligned: {name}")

    def copy(self, key: str, *, attachments: bool = False) -> LinearTicket:
        """Ann copies an issue."""
        given = {"key": key, "attachments": attachments}
        reply = loopback.post(f"{self.sandbox.url}/__copy", json=given)
        assert reply.is_success, reply.text
        return self.ticket(reply.json()["key"])

    def add_claim(self, name: str) -> None:
        """An admin adds a child to the group `Key result`."""
        (group,) = (one for one in self.sandbox.world.linear.labels.values() if one.name == "Key result")
        query = "mutation M($input: IssueLabelCreateInput!) { issueLabelCreate(input: $input) { success } }"
        self.ticket("")._ask(query, as_us=True, input={"name": name, "parentId": group.id})

    def rename(self, name: str, new: str) -> None:
        """An admin renames a label, or a group."""
        self._label(name, new)

    def _label(self, name: str, new: str | None) -> None:
        found = [one for one in self.sandbox.world.linear.labels.values() if one.name == name]
        (label,) = found
        call = "issueLabelUpdate(id: $id, input: {name: $name})" if new else "issueLabelDelete(id: $id)"
        given = {"id": label.id, **({"name": new} if new else {})}
        head = "($id: String!, $name: String!)" if new else "($id: String!)"
        self.ticket("")._ask(f"mutation M{head} {{ {call} {{ success }} }}", as_us=True, **given)

    def delete(self, name: str) -> None:
        """An admin deletes a label: from all issues too."""
        self._label(name, None)

    def bearing(self, name: str) -> int:
        """How many issues bear a label of this name."""
        issues = self.sandbox.world.linear.issues.values()
        return sum(any(one.name == name for one in issue.labels) for issue in issues)

    @property
    def label_names(self) -> set[str]:
        """Of all labels of the organisation."""
        return {one.name for one in self.sandbox.world.linear.labels.values()}

    def move(self, key: str, project: str | None, team: str | None = None) -> None:
        """Ann takes an issue out of its project, or into another team."""
        given = {
            "projectId": project,
            **({"teamId": self.sandbox.world.linear.team(team).id} if team else {}),
        }
        query = "mutation M($id: String!, $input: IssueUpdateInput!) { issueUpdate(id: $id, input: $input) { success } }"
        self.ticket("")._ask(query, id=key, input=given)

    def bare_issues(self) -> list[Issue]:
        """Issues of the teams in scope on which nothing of ours stands."""
        issues = self.sandbox.world.linear.issues.values()
        return [
            one
            for one in issues
            if one.team.key in ("ENG", "MOB")
            and one.archived_at is None
            and not any(label.name in OURS for label in one.labels)
            and not any("truenorth=" in card.url for card in one.attachments)
        ]

    def forget_ids(self) -> None:
        """The stamps become those of the version before."""

        def forget() -> None:
            for card in self.sandbox.world.linear.attachments.values():
                if text := card.metadata.get("truenorth"):
                    stamp = json.loads(text)
                    stamp.pop("label_ids", None)
                    stamp.pop("item", None)
                    card.metadata["truenorth"] = json.dumps(stamp)

        self.sandbox.call(forget)

    def undo(self) -> None:
        ran = self.run("undo", "--all", "--apply")
        assert ran.code == 0, ran.out[-1500:] + ran.err

    def leaves_nothing(self, *, but: frozenset[str] = frozenset()) -> None:
        """After undo and the removal of setup: the labels of the company are those that it had, on the issues that had them."""
        self.undo()
        ran = self.run("setup", "--remove", "--apply")
        assert ran.code == 0, ran.out[-1500:] + ran.err
        with Sandbox(generate(items=ITEMS, seed=SEED)) as twin:
            ours, theirs = self.sandbox.world.linear, twin.world.linear
            assert {one.name for one in ours.labels.values()} - but == {
                one.name for one in theirs.labels.values()
            }
            for id_, issue in ours.issues.items():
                before = {one.id for one in theirs.issues[id_].labels} if id_ in theirs.issues else None
                labels = {one.id: one.name for one in issue.labels}
                if before is not None:
                    assert set(labels) == before, issue.identifier
                assert not set(labels.values()) & OURS, issue.identifier
                assert before is not None or CHILD not in labels.values(), issue.identifier
            attached = [one.url for one in ours.attachments.values() if "truenorth=" in one.url]
            assert attached == []


@pytest.fixture
def company(
    request: pytest.FixtureRequest, run: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Company]:
    """After setup; with the param LABELS an admin took the group of alignments away again, so that labels say them."""
    folder = tmp_path / "okrs"
    shutil.copytree(examples(), folder)
    with Sandbox(generate(items=ITEMS, seed=SEED)) as sandbox:
        for name, value in environment(sandbox).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("TRUENORTH_CONFIG", str(folder))
        made = Company(sandbox, run, folder)
        made.declare("truenorth.yaml", "guards: {share: 0.3", "guards: {share: 1")
        made.set_up()
        if getattr(request, "param", None) == LABELS:
            for name in ("aligned", "orphaned", "exempt", "Alignment"):
                made.delete(name)
        made.sync()
        yield made


@pytest.fixture
def linked(company: Company) -> LinearTicket:
    """An open issue that shows GROWTH-KR2, by its project."""
    keys = [
        one.identifier
        for one in company.sandbox.world.linear.issues.values()
        if one.project
        and one.project.name == "Onboarding v2"
        and one.state.type == "started"
        and one.archived_at is None
        # A copy of what is attached to a Jira issue is linked by that.
        and not any(attached.source_type == "jira" for attached in one.attachments)
    ]
    found = next(one for one in map(company.ticket, sorted(keys)) if set(one.shown) == {CHILD})
    assert CHILD in found.labels
    assert len({"aligned", "okr-aligned"} & found.labels) == 1, "it says its alignment once"
    return found


@pytest.fixture
def orphan(company: Company) -> LinearTicket:
    """Work in progress that serves nothing, and has nothing above or below it."""
    keys = [
        one.identifier
        for one in company.sandbox.world.linear.issues.values()
        if one.state.type == "started" and not (one.project or one.parent or one.children)
    ]
    found = next(one for one in map(company.ticket, sorted(keys)) if "orphaned" in one.labels)
    assert found.ours == set(), "it says its alignment once"
    assert len(found.comments) == 1
    return found


# --- Copies ------------------------------------------------------------------------------------------


def test_a_copy_is_taken_over_and_follows_the_rules(company: Company, linked: LinearTicket) -> None:
    copy = company.copy(linked.key)
    assert (copy.labels, copy.shown) == (linked.labels, {})
    company.sync()
    assert (copy.labels, copy.shown) == (linked.labels, linked.shown)
    assert "by a rule for where it lives" in company.run("explain", copy.key).out, "a copy is no claim"
    assert company.writes() == 0
    company.move(copy.key, None)
    company.sync()
    assert (copy.labels & {CHILD, "aligned", "okr-aligned"}, copy.shown) == (set(), {})
    company.leaves_nothing()


@pytest.mark.parametrize("attachments", [False, True])
def test_a_copy_that_no_rule_links_is_taken_off(
    company: Company, linked: LinearTicket, attachments: bool
) -> None:
    copy = company.copy(linked.key, attachments=attachments)
    company.move(copy.key, None)
    assert CHILD in copy.labels
    plan = company.run("plan", *AS_OF).out
    assert copy.key in plan
    company.sync()
    assert (copy.labels & {CHILD, "aligned", "okr-aligned"}, copy.shown) == (set(), {})
    assert linked.shown != {}
    assert company.writes() == 0
    company.leaves_nothing()


@pytest.mark.parametrize("attachments", [False, True])
def test_a_copy_that_was_closed_before_the_next_run_shows_nothing_of_ours(
    company: Company, linked: LinearTicket, attachments: bool
) -> None:
    copy = company.copy(linked.key, attachments=attachments)
    copy.close()
    company.sync()
    assert (copy.labels & {CHILD, "aligned", "okr-aligned"}, copy.shown) == (set(), {})
    assert company.writes() == 0
    company.leaves_nothing()


def test_a_copy_of_an_orphan_is_no_orphan_before_its_time_and_may_be_claimed(
    company: Company, orphan: LinearTicket
) -> None:
    young, claimed = company.copy(orphan.key), company.copy(orphan.key)
    claimed.swap("", OTHER)
    company.sync()
    assert (young.ours, young.labels & {"orphaned"}) == (set(), set())
    assert set(claimed.shown) == {"TRUST-KR2"}
    assert OTHER in claimed.labels, "beside a warning a key result is somebody's word"
    assert company.writes() == 0
    company.undo()
    assert claimed.labels & {OTHER, *OURS} == {OTHER}


@pytest.mark.parametrize("attachments", [False, True])
def test_copies_that_no_run_has_seen_are_undone_as_well(
    company: Company, linked: LinearTicket, orphan: LinearTicket, attachments: bool
) -> None:
    for one in (linked, orphan):
        company.copy(one.key, attachments=attachments)
    closed = company.copy(linked.key, attachments=attachments)
    closed.close()
    away = company.copy(linked.key, attachments=attachments)
    company.move(away.key, None, team="PEO")
    company.leaves_nothing()


def test_a_copy_of_claimed_work_is_claimed_where_its_attachments_prove_it(
    company: Company, linked: LinearTicket
) -> None:
    linked.swap(CHILD, OTHER)
    company.sync()
    assert set(linked.shown) == {"TRUST-KR2"}
    proven, bare = company.copy(linked.key, attachments=True), company.copy(linked.key)
    company.sync()
    assert (set(proven.shown), proven.labels) == ({"TRUST-KR2"}, linked.labels)
    # Without them nothing tells a person's child from ours, so the rule counts.
    assert (set(bare.shown), {CHILD, OTHER} & bare.labels) == ({CHILD}, {CHILD})
    assert company.writes() == 0
    company.undo()
    assert [one.labels & {CHILD, OTHER, *OURS} for one in (proven, bare, linked)] == [{OTHER}, set(), {OTHER}]


def test_beside_a_label_that_does_not_say_aligned_a_child_stays_a_claim(company: Company) -> None:
    company.add_claim(UNDECLARED)
    young = next(one for one in company.bare_issues() if one.state.type in ("unstarted", "backlog"))
    claimed, warned = company.ticket(young.identifier), company.copy(young.identifier)
    claimed.label(UNDECLARED)
    company.sync()
    copy = company.copy(claimed.key)
    warned.label(UNDECLARED)
    warned.label("okr-orphaned")
    company.sync()
    for one in (claimed, copy, warned):
        assert one.labels & {UNDECLARED, *OURS} == {UNDECLARED, "okr-dangling"}
    assert company.writes() == 0
    company.undo()
    assert [one.labels & {UNDECLARED, *OURS} for one in (claimed, copy, warned)] == [{UNDECLARED}] * 3


def test_labels_whose_attachment_somebody_deleted_are_no_claim(
    company: Company, linked: LinearTicket
) -> None:
    linked.drop_traces()
    company.move(linked.key, None)
    company.sync()
    assert (linked.labels & {CHILD, "aligned", "okr-aligned"}, linked.shown) == (set(), {})
    assert company.writes() == 0
    company.undo()
    assert not linked.labels & OURS


def test_an_orphan_whose_attachment_somebody_deleted_is_undone_with_its_comment(
    company: Company, orphan: LinearTicket
) -> None:
    orphan.drop_traces()
    company.leaves_nothing()
    assert orphan.comments == []


# --- Another workspace ---------------------------------------------------------------------------------


def test_undo_ends_beside_a_workspace_that_shares_the_organisation(company: Company) -> None:
    """The other one warns of an issue in a team that both have in scope, and links one in another team."""
    scope = LinearTracker(kind="linear", scope=LinearScope(teams=("ENG", "PEO")))
    url = f"{company.sandbox.url}/linear/graphql"
    here = next(one for one in company.bare_issues() if one.team.key == "ENG")
    company.move(company.copy(here.identifier).key, None, team="PEO")
    other = LinearConnector("linear", scope, Credentials(token=SecretStr(TOKEN), url=url), "other")
    items = {one.ref.id: one for one in other.pull().items}
    away = next(one for one in items.values() if one.key.startswith("PEO-") and one.writable)
    assert write_one(other, items[here.id], ORPHAN).outcome == "written"
    assert write_one(other, away, EVERYTHING).outcome == "written"
    told = company.run("undo", "--all", "--format", "json")
    assert [one["key"] for one in json.loads(told.out)["refusals"]] == [here.identifier]
    company.undo()
    assert "okr-aligned" in company.label_names, "theirs bears it"
    linked = next(one for one in other.pull().items if one.ref == away.ref)
    assert write_one(other, linked, NOTHING).outcome == "written"
    other.close()
    told = company.run("undo", "--all", "--format", "json")
    assert json.loads(told.out)["notes"] == [], "nobody was renamed"
    company.undo()
    assert "okr-aligned" not in company.label_names
    assert company.ticket(here.identifier).ours == {"okr-orphaned"}
    ran = company.run("undo", "--all", "--apply")
    assert (ran.code, "nothing was removed" in ran.err) == (0, False)


# --- By hand -----------------------------------------------------------------------------------------


def test_a_second_alignment_by_hand_goes(
    company: Company, linked: LinearTicket, orphan: LinearTicket
) -> None:
    linked.label("okr-orphaned")
    orphan.label("okr-aligned")
    orphan.swap("orphaned", "aligned")
    company.sync()
    assert (linked.ours, orphan.ours) == (set(), set())
    assert ("aligned" in linked.labels, "orphaned" in orphan.labels) == (True, True)
    assert company.writes() == 0
    company.leaves_nothing(but=BY_HAND)


def test_a_label_of_ours_by_hand_goes_where_it_is_wrong(company: Company) -> None:
    bare = [one for one in company.bare_issues() if one.state.type in ("unstarted", "completed")]
    by_type = {one.state.type: company.ticket(one.identifier) for one in bare}
    assert len(by_type) == 2
    for ticket in by_type.values():
        ticket.label("okr-orphaned")
    company.sync()
    assert [one.ours for one in by_type.values()] == [set(), set()]
    assert company.writes() == 0
    for ticket in by_type.values():
        ticket.label("okr-aligned")
    company.leaves_nothing(but=BY_HAND)


def test_closed_work_keeps_what_it_showed_and_no_more(company: Company, linked: LinearTicket) -> None:
    linked.close()
    linked.label("okr-orphaned")
    company.sync()
    assert (linked.ours, linked.labels & OURS, set(linked.shown)) == (set(), {"aligned"}, {CHILD})
    assert company.writes() == 0


# --- Renamed -----------------------------------------------------------------------------------------


@pytest.fixture(params=[True, False], ids=["recorded", "older stamps"])
def stamps_know_ids(request: pytest.FixtureRequest, company: Company) -> bool:
    if not request.param:
        company.forget_ids()
    return bool(request.param)


@by_labels
@pytest.mark.usefixtures("stamps_know_ids")
def test_a_renamed_label_is_followed_and_nothing_is_written(company: Company) -> None:
    many = company.bearing("okr-aligned")
    company.rename("okr-aligned", "goal-linked")
    ran = company.run("plan", *AS_OF)
    assert 'Label okr-aligned is called "goal-linked" now' in ran.out + ran.err
    assert company.writes() == 0
    assert (company.bearing("goal-linked"), company.bearing("okr-aligned")) == (many, 0)
    company.leaves_nothing()


@by_labels
@pytest.mark.usefixtures("stamps_know_ids")
def test_the_policy_may_follow_the_new_name(company: Company) -> None:
    company.rename("okr-aligned", "goal-linked")
    company.call_aligned("goal-linked")
    assert company.writes() == 0
    assert company.bearing("okr-aligned") == 0
    company.leaves_nothing()


@by_labels
@pytest.mark.usefixtures("stamps_know_ids")
def test_new_work_gets_the_renamed_label(company: Company, linked: LinearTicket) -> None:
    company.rename("okr-aligned", "goal-linked")
    copy = company.copy(linked.key)
    for name in ("goal-linked", CHILD):
        copy.unlabel(name)
    company.sync()
    assert {"goal-linked", CHILD} <= copy.labels
    assert company.bearing("okr-aligned") == 0
    assert company.writes() == 0
    company.leaves_nothing()


@by_labels
def test_a_new_name_in_the_policy_is_a_relabelling_that_the_plan_shows(company: Company) -> None:
    many = company.bearing("okr-aligned")
    company.call_aligned("goal-linked")
    assert "goal-linked" in company.run("plan", *AS_OF).out
    company.sync()
    assert company.bearing("goal-linked") >= many - 1
    assert company.writes() == 0
    company.leaves_nothing()


@by_labels
def test_both_a_new_name_in_linear_and_another_in_the_policy(company: Company) -> None:
    company.rename("okr-aligned", "linear-name")
    company.call_aligned("yaml-name")
    company.sync()
    assert company.writes() == 0
    company.leaves_nothing()


@by_labels
def test_a_renamed_label_beside_a_new_one_of_its_name_is_replaced(company: Company) -> None:
    many = company.bearing("okr-aligned")
    company.rename("okr-aligned", "goal-linked")
    company.ticket("ENG-16").label("okr-aligned")
    assert "and there is another okr-aligned" in company.run("plan", *AS_OF).words
    company.sync()
    assert company.bearing("goal-linked") < many / 4, "closed work is left as it was"
    assert company.bearing("okr-aligned") + company.bearing("goal-linked") == many
    assert company.writes() == 0
    company.leaves_nothing(but=frozenset({"okr-aligned"}))
    assert company.bearing("okr-aligned") == 0, "Ann made it, so it stays, on no issue"


@by_labels
def test_a_deleted_label_is_made_again(company: Company, linked: LinearTicket) -> None:
    company.delete("okr-aligned")
    assert linked.ours == set()
    company.sync()
    assert linked.ours == {"okr-aligned"}
    assert company.writes() == 0
    company.leaves_nothing()


def test_renamed_groups_are_followed(company: Company, linked: LinearTicket, orphan: LinearTicket) -> None:
    company.rename("Key result", "Goals")
    company.rename("Alignment", "Truenorth")
    assert company.writes() == 0
    orphan.label(OTHER)
    company.sync()
    assert set(orphan.shown) == {"TRUST-KR2"}, "a claim in the renamed group counts"
    assert linked.shown.keys() == {CHILD}
    copy = company.copy(linked.key)
    company.sync()
    assert {CHILD, "aligned"} <= copy.labels
    company.undo()
    assert orphan.labels & {OTHER, *OURS} == {OTHER}


def test_a_renamed_child_is_followed(company: Company, linked: LinearTicket, orphan: LinearTicket) -> None:
    company.rename("aligned", "on course")
    company.rename(CHILD, "First week")
    assert company.writes() == 0
    orphan.label("First week")
    company.sync()
    assert set(orphan.shown) == {CHILD}
    assert {"on course", "First week"} <= linked.labels

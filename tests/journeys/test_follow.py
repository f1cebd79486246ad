"""Marks follow the world, and leave alone what people do: each row of docs/marks.md, on both trackers, over HTTP.

What people do is done by Ann, with her own credential. At the end of each, undo must leave the world in which she
did the same and Truenorth never was.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.jobs.sandbox import environment, examples
from tests.support import loopback
from tests.support.cli import AS_OF, Cli, writes
from tests.support.user_actions import JiraTicket, LinearTicket, Ticket

ITEMS, SEED = 120, 3
Act = Callable[[Sandbox], object]


class Company:
    """The example company on one tracker: its configuration as a file to edit, and tickets by their part in it."""

    def __init__(self, sandbox: Sandbox, run: Cli, folder: Path, kind: str) -> None:
        self.sandbox, self._run, self._folder, self.kind = sandbox, run, folder, kind
        self.done: list[Act] = []

    def ticket(self, key: str, of: Sandbox | None = None) -> Ticket:
        return (JiraTicket if self.kind == "jira" else LinearTicket)(of or self.sandbox, key)

    def set_up(self, *arguments: str) -> None:
        ran = self._run("setup", "--apply", *arguments)
        assert ran.code == 0, ran.out[-1500:] + ran.err

    def sync(self) -> None:
        ran = self._run("sync", *AS_OF, "--first-run")
        assert ran.code == 0, ran.out[-1500:] + ran.err

    def is_quiet(self) -> bool:
        """Whether another run writes nothing."""
        self.sandbox.forget_requests()
        self.sync()
        mutations = [one for one in self.sandbox.requests if one.operation == "mutation"]
        return not writes(self.sandbox) and not mutations

    def declare(self, file: str, before: str, after: str) -> None:
        """Replace a text in the configuration."""
        path = self._folder / file
        text = path.read_text()
        assert text.count(before) == 1, f"{before!r} is {text.count(before)} times in {file}"
        path.write_text(text.replace(before, after))

    def act(self, key: str, deed: Callable[[Ticket], object]) -> None:
        """Ann does something, which stays whatever Truenorth does."""
        self.done.append(lambda sandbox: deed(self.ticket(key, sandbox)))
        self.done[-1](self.sandbox)

    def explained(self, key: str) -> str:
        return self._run("explain", key).out

    def undo_leaves_what_people_did(self) -> None:
        ran = self._run("undo", "--all", "--apply")
        assert ran.code == 0, ran.out[-1500:] + ran.err
        with Sandbox(generate(items=ITEMS, seed=SEED)) as twin:
            for deed in self.done:
                deed(twin)
            assert dump(self.sandbox) == dump(twin)


def dump(sandbox: Sandbox) -> bytes:
    """The world, without the moments at which people acted: the sandbox's clock began at nine."""
    told = loopback.get(f"{sandbox.url}/__world").content
    return re.sub(rb'"2026-11-16T09:[^"]*"', b'"now"', told)


@pytest.fixture(params=["jira", "linear"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def company(kind: str, run: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Company]:
    """After a first sync."""
    folder = tmp_path / "okrs"
    shutil.copytree(examples(), folder)
    with Sandbox(generate(items=ITEMS, seed=SEED)) as sandbox:
        for name, value in environment(sandbox).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("TRUENORTH_CONFIG", str(folder))
        made = Company(sandbox, run, folder, kind)
        made.sync()
        yield made


@pytest.fixture
def carrier(company: Company) -> Ticket:
    """It carries a metric key result itself: GROWTH-KR3 at 19 % on Jira, TRUST-KR3 at 6 % on Linear."""
    return company.ticket({"jira": "WEB-2", "linear": "Faster API"}[company.kind])


@pytest.fixture
def orphan(company: Company) -> Ticket:
    """Warned by label and comment."""
    found = company.ticket({"jira": "WEB-27", "linear": "ENG-16"}[company.kind])
    assert (found.ours, len(found.comments)) == ({"okr-orphaned"}, 1)
    return found


@pytest.fixture
def linked(company: Company) -> Ticket:
    """An open issue below an epic or project that carries GROWTH-KR2."""
    keys = {
        "jira": [one.key for one in company.sandbox.world.jira.issues.values()
                 if one.parent is not None and one.status.category != "done"
                 and company.sandbox.world.jira.issues[one.parent].key == "WEB-1"],
        "linear": [one.identifier for one in company.sandbox.world.linear.issues.values()
                   if one.project and one.project.name == "Onboarding v2" and one.state.type == "started"
                   and one.archived_at is None],
    }[company.kind]  # fmt: skip
    found = (company.ticket(key) for key in sorted(keys))
    return next(one for one in found if set(one.shown) == {"GROWTH-KR2"})


def test_a_key_result_gets_another_title(company: Company, carrier: Ticket) -> None:
    (id_,) = carrier.shown
    before = {"GROWTH-KR3": "Median time to first dashboard under 10 minutes",
              "TRUST-KR3": "p95 latency of the API under 250 ms"}[id_]  # fmt: skip
    company.declare(
        {"GROWTH-KR3": "growth.yaml", "TRUST-KR3": "trust.yaml"}[id_], before, "Fast enough to love"
    )
    company.sync()
    assert "Fast enough to love" in carrier.shown[id_]
    (comment,) = carrier.comments
    assert "Fast enough to love" in comment
    assert before not in comment
    assert company.is_quiet()
    company.undo_leaves_what_people_did()


@pytest.mark.parametrize(("kind", "file", "before", "little", "much", "said"), [
    ("jira", "growth.yaml", "{on: 2026-11-10, value: 27}", "{on: 2026-11-10, value: 26.5}",
     "{on: 2026-11-10, value: 20}", "52 %"),
    ("linear", "trust.yaml", "value: 465", "value: 460", "value: 365", "50 %"),
])  # fmt: skip
def test_a_percent_moves(
    company: Company, carrier: Ticket, file: str, before: str, little: str, much: str, said: str
) -> None:
    company.declare(file, before, little)
    assert company.is_quiet(), "less than the step is no news"
    company.declare(file, little, much)
    company.sync()
    (comment,) = carrier.comments
    assert said in comment
    assert company.is_quiet()
    company.undo_leaves_what_people_did()


def test_a_key_result_leaves_the_configuration(company: Company, carrier: Ticket) -> None:
    assert len(carrier.shown) == 1
    rule = {"jira": "- {key: WEB-2}", "linear": "- {tracker: linear, project: Faster API}"}[company.kind]
    company.declare({"jira": "growth.yaml", "linear": "trust.yaml"}[company.kind], rule, "- {key: WEB-99999}")
    company.sync()
    assert carrier.shown == {}
    assert all("serves no key result" in comment for comment in carrier.comments)
    assert carrier.ours <= {"okr-orphaned"}
    assert company.is_quiet()
    company.undo_leaves_what_people_did()


def test_a_claim_links_it_anew(company: Company, linked: Ticket) -> None:
    company.act(linked.key, lambda it: it.label("kr:TRUST-KR2"))
    company.sync()
    assert set(linked.shown) == {"TRUST-KR2"}
    assert linked.ours == {"okr-aligned"}
    assert company.is_quiet()
    company.act(linked.key, lambda it: it.unlabel("kr:TRUST-KR2"))
    company.sync()
    assert set(linked.shown) == {"GROWTH-KR2"}
    company.undo_leaves_what_people_did()


def test_an_orphan_is_linked(company: Company, orphan: Ticket) -> None:
    company.act(orphan.key, lambda it: it.label("kr:TRUST-KR2"))
    company.sync()
    assert (orphan.ours, orphan.comments) == ({"okr-aligned"}, [])
    assert set(orphan.shown) == {"TRUST-KR2"}
    assert company.is_quiet()
    company.undo_leaves_what_people_did()


def test_an_orphan_is_exempted(company: Company, orphan: Ticket) -> None:
    company.act(orphan.key, lambda it: it.label("ktlo"))
    company.sync()
    assert (orphan.ours, orphan.comments, orphan.shown) == (set(), [], {})
    assert company.is_quiet()
    company.undo_leaves_what_people_did()


def test_an_orphan_is_closed(company: Company, orphan: Ticket) -> None:
    company.act(orphan.key, lambda it: it.close())
    company.sync()
    assert (orphan.ours, orphan.comments) == (set(), [])
    assert company.is_quiet()
    company.undo_leaves_what_people_did()


def test_linked_work_is_closed(company: Company, linked: Ticket) -> None:
    shown = linked.shown
    company.act(linked.key, lambda it: it.close())
    company.sync()
    assert (linked.ours, linked.shown) == ({"okr-aligned"}, shown)
    assert company.is_quiet()
    company.undo_leaves_what_people_did()


def test_a_person_deletes_our_comment(company: Company, orphan: Ticket) -> None:
    orphan.drop_comments()
    assert orphan.comments == []
    company.sync()
    assert len(orphan.comments) == 1
    assert company.is_quiet()
    company.undo_leaves_what_people_did()


@pytest.mark.parametrize("kind", ["jira"])
def test_a_person_edits_our_comment_on_jira(company: Company, orphan: Ticket) -> None:
    assert isinstance(orphan, JiraTicket)
    orphan.write_over_comment("Truenorth is right, but this one stays.")
    company.sync()
    assert company.is_quiet()
    orphan.label("kr:TRUST-KR2")
    company.sync()
    (comment,) = orphan.comments
    assert "this one stays" in comment
    assert company.is_quiet()
    assert company._run("undo", "--all", "--apply").code == 0
    (comment,) = orphan.comments
    assert "this one stays" in comment


@pytest.mark.parametrize("kind", ["linear"])
def test_linear_lets_nobody_edit_our_comment(company: Company, orphan: Ticket) -> None:
    assert isinstance(orphan, LinearTicket)
    assert "Forbidden" in orphan.write_over_comment("Mine now.")
    assert company.is_quiet()


@pytest.mark.parametrize("kind", ["jira"])
@pytest.mark.parametrize(("name", "value"), [("KR progress", 99), ("Key result", None)])
def test_a_person_edits_our_field(company: Company, linked: Ticket, name: str, value: object) -> None:
    assert isinstance(linked, JiraTicket)
    before = linked.fields[name]
    assert before is not None
    linked.set_field(name, value)
    company.sync()
    assert linked.fields[name] == before
    assert company.is_quiet()
    company.undo_leaves_what_people_did()


@pytest.mark.parametrize("kind", ["jira"])
def test_a_person_claims_in_our_field(company: Company, linked: Ticket) -> None:
    assert isinstance(linked, JiraTicket)
    linked.set_field("Key result", "TRUST-KR2")
    company.sync()
    assert linked.fields["Key result"] == "TRUST-KR2"
    assert set(linked.shown) == {"TRUST-KR2"}
    assert company.is_quiet()
    assert company._run("undo", "--all", "--apply").code == 0
    assert linked.fields["Key result"] == "TRUST-KR2", "what a person wrote stays"


@pytest.mark.parametrize("kind", ["linear"])
def test_a_person_deletes_our_attachment(company: Company, linked: Ticket) -> None:
    assert isinstance(linked, LinearTicket)
    before = linked.shown
    linked.drop_traces()
    assert linked.shown == {}
    company.sync()
    assert linked.shown == before
    assert company.is_quiet()
    company.undo_leaves_what_people_did()


def test_a_person_puts_own_labels(company: Company, linked: Ticket) -> None:
    company.act(linked.key, lambda it: it.label("Frontend"))
    assert company.is_quiet()
    assert {"Frontend", "okr-aligned"} <= linked.labels
    company.undo_leaves_what_people_did()
    assert "Frontend" in linked.labels


def test_a_person_takes_our_label_off(company: Company, orphan: Ticket) -> None:
    orphan.unlabel("okr-orphaned")
    assert orphan.ours == set()
    company.sync()
    assert orphan.ours == {"okr-orphaned"}
    assert len(orphan.comments) == 1
    assert company.is_quiet()
    company.undo_leaves_what_people_did()


# --- The label groups of Linear, once setup has made them -------------------------------------------


CHILD, OTHER = "GROWTH-KR2", "TRUST-KR2 · Every service fails over by itself"
"""The company had a child for the first before setup, and it keeps its name."""


@pytest.fixture
def grouped(company: Company) -> Company:
    company.set_up()
    # New marks on everything are a mass change, which the guard would rightly stop.
    company.declare("truenorth.yaml", "guards: {share: 0.3", "guards: {share: 1")
    company.sync()
    assert company.is_quiet()
    return company


linear_only = pytest.mark.parametrize("kind", ["linear"])


@linear_only
def test_groups_tell_the_key_result_and_the_alignment(
    grouped: Company, linked: Ticket, orphan: Ticket
) -> None:
    assert {CHILD, "aligned", "okr-aligned"} <= linked.labels
    assert "orphaned" in orphan.labels
    assert "by a matching rule" in grouped.explained(linked.key), "our own label is no claim"
    orphan.label("ktlo")
    grouped.sync()
    assert not {"orphaned", "aligned"} & orphan.labels
    orphan.unlabel("ktlo")
    grouped.sync()
    assert "orphaned" in orphan.labels
    assert grouped.is_quiet()


@linear_only
def test_a_person_chooses_another_key_result_of_the_group(grouped: Company, linked: Ticket) -> None:
    assert isinstance(linked, LinearTicket)
    linked.swap(CHILD, OTHER)
    grouped.sync()
    assert set(linked.shown) == {"TRUST-KR2"}
    assert OTHER in linked.labels
    assert CHILD not in linked.labels
    assert grouped.is_quiet()
    assert grouped._run("undo", "--all", "--apply").code == 0
    assert linked.labels & {CHILD, OTHER, "aligned", "okr-aligned"} == {OTHER}


@linear_only
def test_a_person_takes_a_label_of_the_group_off(grouped: Company, linked: Ticket) -> None:
    linked.unlabel(CHILD)
    grouped.sync()
    assert CHILD in linked.labels
    assert grouped.is_quiet()


@linear_only
def test_the_label_of_a_renamed_key_result_follows_setup(grouped: Company) -> None:
    issues = grouped.sandbox.world.linear.issues.values()
    found = [
        one.identifier for one in issues if any(label.name.startswith("SPEED-KR1") for label in one.labels)
    ]
    ticket = grouped.ticket(found[0])
    grouped.declare("speed.yaml", "Every merge is deployed within the hour", "Merged is live")
    grouped.sync()
    assert "SPEED-KR1 · Every merge is deployed within the hour" in ticket.labels
    grouped.set_up()
    assert "SPEED-KR1 · Merged is live" in ticket.labels
    assert grouped.is_quiet()


@linear_only
def test_nothing_is_left_of_the_groups(grouped: Company) -> None:
    assert grouped._run("undo", "--all", "--apply").code == 0
    assert grouped._run("setup", "--remove", "--apply").code == 0
    with Sandbox(generate(items=ITEMS, seed=SEED)) as twin:
        ours, theirs = grouped.sandbox.world.linear, twin.world.linear
        assert set(ours.labels) == set(theirs.labels)
        assert {id_: sorted(one.id for one in issue.labels) for id_, issue in ours.issues.items()} == {
            id_: sorted(one.id for one in issue.labels) for id_, issue in theirs.issues.items()
        }

"""What attachments that came along with a copy prove: by table, and over HTTP where another workspace wrote them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from connectors.linear.api.wire import AttachmentNode
from connectors.linear.marks.records import find_in_attachments, metadata_for, note_address
from connectors.model import NOTHING, Marks, Stamp
from connectors.sandbox.linear.copies import copy_issue
from connectors.sandbox.linear.entities import Issue
from tests.support.linear_workspace import EVERYTHING, ORPHAN, OWNER, LinearWorkspace, ours, write
from tests.support.writing import write_one

MOMENT = datetime(2026, 11, 16, tzinfo=UTC)
OTHER = "other"
HERE, ELSEWHERE, OLDER = "i1", "i2", ""
"""Items that stamps name; one of the first version names none."""


def note(owner: str, item: str, *children: str) -> AttachmentNode:
    stamp = Stamp(owner, alignment="aligned", children=children, item=item)
    return AttachmentNode(
        f"{owner}-{item}",
        note_address(owner, "https://linear.app/acme/issue/ENG-1/title"),
        metadata_for(owner, None, stamp),
        MOMENT,
    )


@pytest.mark.parametrize(
    ("nodes", "is_of_others", "proof", "theirs"),
    [
        ([note(OWNER, HERE, "a1", "k2")], False, ("a1", "k2"), set()),
        ([note(OWNER, ELSEWHERE, "a1")], False, ("a1",), set()),
        ([note(OWNER, ELSEWHERE, "a1", "k2"), note(OWNER, HERE, "a1")], False, ("a1",), set()),
        ([note(OTHER, HERE, "k9")], True, None, {"k9"}),
        ([note(OTHER, OLDER, "k9")], True, None, {"k9"}),
        ([note(OTHER, ELSEWHERE, "k9")], False, None, {"k9"}),
        ([note(OTHER, ELSEWHERE, "k9"), note(OWNER, HERE, "a1")], False, ("a1",), {"k9"}),
        # Theirs by now, whatever of ours came along.
        ([note(OTHER, HERE, "k9"), note(OWNER, ELSEWHERE, "a1")], True, ("a1",), {"k9"}),
        ([], False, None, set()),
    ],
    ids=["own", "copied", "copied and own", "theirs", "theirs, older", "theirs, copied", "theirs, copied, and own",
         "theirs and copied", "none"],
)  # fmt: skip
def test_what_records_prove(
    nodes: list[AttachmentNode], is_of_others: bool, proof: tuple[str, ...] | None, theirs: set[str]
) -> None:
    for found in (
        find_in_attachments(nodes, HERE, OWNER),
        find_in_attachments(reversed(nodes), HERE, OWNER),
    ):
        assert found.is_of_others == is_of_others
        assert (found.proof.children if found.proof else None) == proof
        assert found.their_labels == theirs


@pytest.fixture
def workspace() -> Iterator[LinearWorkspace]:
    one = LinearWorkspace(120)
    yield one
    one.close()


def copy(workspace: LinearWorkspace, issue: Issue) -> Issue:
    """A person's copy of the issue with its attachments."""
    made: list[Issue] = []
    person = next(one for one in workspace.space.users.values() if one.name == "Ann Lee")
    workspace.do(lambda space: made.append(copy_issue(space, person, issue, attachments=True)))
    return made[0]


@pytest.mark.parametrize("wanted", [EVERYTHING, ORPHAN], ids=["aligned", "orphan"])
def test_a_copy_of_another_workspaces_issue_is_nobodys(workspace: LinearWorkspace, wanted: Marks) -> None:
    issue = workspace.an_open_issue()
    write(workspace, issue.identifier, EVERYTHING, owner=OTHER)
    made = copy(workspace, issue)
    theirs = sorted(card.id for card in made.attachments)
    assert workspace.item(issue.identifier).shown.stamp is not None, "the original is theirs"
    assert workspace.item(made.identifier).shown == NOTHING
    assert workspace.item(made.identifier).shown.stamp is None
    assert write(workspace, made.identifier, wanted).shown == wanted
    assert write(workspace, made.identifier, NOTHING).shown == NOTHING
    assert sorted(card.id for card in made.attachments) == theirs, "their text stays"
    # As is their label, where we never put it on and our policy names none.
    assert ("okr-aligned" in {one.name for one in made.labels}) == (wanted == ORPHAN)


def test_what_they_signed_since_is_theirs_and_no_run_tries_it_again(workspace: LinearWorkspace) -> None:
    issue = workspace.an_open_issue()
    write(workspace, issue.identifier, EVERYTHING)
    made = copy(workspace, issue)
    write(workspace, made.identifier, ORPHAN, owner=OTHER)
    item = workspace.item(made.identifier)
    assert item.shown.stamp is not None
    assert (item.shown.stamp.owner, item.shown.stamp.copied) == (OTHER, False)
    assert item.shown == NOTHING, "so no plan has it"
    receipt = write_one(workspace.connector(), item, EVERYTHING)
    assert (receipt.outcome, len(ours(made))) == ("skipped", 3)

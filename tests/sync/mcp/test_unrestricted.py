"""What may leave through an assistant: no row about restricted work, no name of it in a sentence, nobody who works on anything."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sync.mcp.unrestricted import Restricted, cut
from tests.support.builders import item

SECRET = replace(item("SEC-1", title="Buy the rival", private=True), former_keys=("OLD-9",))
HIDDEN = Restricted.among([SECRET, item("WEB-12"), item("SEC-12", title="Paint the wall")])


def row(key: str, **more: Any) -> dict[str, Any]:
    return {"tracker": "jira", "key": key, **more}


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ([row("SEC-1"), row("SEC-12")], [row("SEC-12")]),
        ([{"restricted": True}, {"restricted": False}], [{"restricted": False}]),
        ([row("SEC-1", tracker="linear")], [row("(restricted)", tracker="linear")]),
        ([{"tracker": "jira", "id": SECRET.ref.id}], []),
        ([{"item": row("SEC-1"), "days": 3}, {"item": row("WEB-12")}], [{"item": row("WEB-12")}]),
        ([{"item": row("WEB-12"), "blocker": row("SEC-1")}], []),
        ([{"item": "SEC-1", "stage": "Doing"}], []),
        ([{"items": ["WEB-12", "SEC-1"], "trackers": ["jira", "jira"], "kind": "finding"}], []),
        ([{"items": [row("SEC-1")], "id": "aging_work"}], []),
        (
            [{"items": [row("SEC-1"), row("WEB-12")], "id": "aging_work"}],
            [{"items": [row("WEB-12")], "id": "aging_work"}],
        ),
        ([{"items": [], "id": "missing_cycle"}], [{"items": [], "id": "missing_cycle"}]),
        (["SEC-1", "OLD-9", "jira:SEC-1", "WEB-12"], ["WEB-12"]),
    ],
    ids=[
        "a row", "marked", "the key on another tracker", "by id", "a ticket in a row", "its blocker", "by name",
        "a finding", "all evidence", "a part of the evidence", "no evidence", "lists of keys",
    ],
)  # fmt: skip
def test_rows_about_restricted_work_go(told: list[Any], left: list[Any]) -> None:
    assert HIDDEN.without({"rows": told}) == {"rows": left}


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("SEC-1 waits for WEB-12", "(restricted) waits for WEB-12"),
        ("sec-1, SEC-12 and OLD-9.", "(restricted), SEC-12 and (restricted)."),
        ("reopen “Buy the rival”", "reopen “(restricted)”"),
        ("https://jira.example/browse/SEC-1", "https://jira.example/browse/(restricted)"),
        ("XSEC-1 and SEC-1-2", "XSEC-1 and SEC-1-2"),
    ],
)
def test_sentences_do_not_name_it(said: str, heard: str) -> None:
    assert HIDDEN.without({"message": {"text": said}}) == {"message": {"text": heard}}


def test_where_nothing_is_restricted_all_stays_but_people() -> None:
    told = {"orphans": [row("WEB-12", assignee="Ada Lovelace", title="Fix")], "share": 0.5, "as_of": None}
    assert Restricted.among([item("WEB-12")]).without(told) == {
        "orphans": [row("WEB-12", assignee=None, title="Fix")], "share": 0.5, "as_of": None
    }  # fmt: skip


def test_long_lists_are_cut_and_say_so() -> None:
    document: dict[str, Any] = {
        "a": [{"n": n} for n in range(101)],
        "b": [{"c": ["x"] * n, "key_results": [{}] * 60} for n in (1, 23)],
        "days": list(range(101)),
    }
    shorter = cut(document, 100)
    assert shorter == {**document, "a": document["a"][:100], "b": [document["b"][0], {**document["b"][1], "c": ["x"] * 20}],
        "cut": [{"list": "a", "entries": 101, "shown": 100}, {"list": "b[].c", "entries": 23, "shown": 20}],
    }  # fmt: skip
    assert [len(one["c"]) for one in cut(document, 2)["b"]] == [1, 10]
    assert cut(document, 115) == document

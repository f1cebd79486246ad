"""Our JQL parser against Atlassian's own, npm `@atlaskit/jql-ast`: what is a query, and what it says.

`accepted.txt` and `refused.txt` hold one query a line. Which fields and values exist is another matter, and
tested with the sandbox.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from config.trackers import NativeQuery
from connectors.jira.api.bulk_read import jql_text
from connectors.jira.api.fields import ALIGNMENT_NAME, HEALTH_NAME
from connectors.jira.api.transport import ExchangeAdapter
from connectors.jira.setup.filter_queries import filters_wanted
from connectors.model import CLAIM_NAME
from connectors.sandbox.jira.jql import Query, parse
from connectors.sandbox.jira.jql_shape import structure
from connectors.sandbox.jira.jql_tokens import JqlError
from connectors.sandbox.jira.jql_words import RESERVED_WORDS
from connectors.setup import Need
from tests.support.clients import node
from tests.support.jira_site import running as site_running
from tests.support.rich_text import TITLES, odd_titles

SPACES = " \t\n\r\f\v\x1f\x85\u00a0\u00ad\u2003\u2028\u202f\u200b\u3000\ufeff"
ALL_FIELDS = {name: jql_text(name) for name in (CLAIM_NAME, HEALTH_NAME, ALIGNMENT_NAME)}
HERE = Path(__file__).parent


def table(name: str) -> list[str]:
    return (HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def verdicts(queries: list[str], folder: Path) -> list[dict[str, Any]]:
    """What Atlassian's parser makes of each query."""
    asked = folder / "queries.json"
    asked.write_text(json.dumps(queries), encoding="utf-8")
    found: list[dict[str, Any]] = json.loads(node.run("oracle.mjs", str(asked)))
    assert len(found) == len(queries)
    return found


def understood(text: str) -> Query | None:
    try:
        return parse(text)
    except JqlError:
        return None


def test_both_parsers_accept_and_refuse_what_the_table_says(tmp_path: Path) -> None:
    accepted, refused = [*table("accepted"), "", "  ", "project = WEB\norder by key"], table("refused")
    expected = dict.fromkeys(accepted, True) | dict.fromkeys(refused, False)
    assert len(expected) == len(accepted) + len(refused) >= 300, "a query stands twice"
    theirs = dict(zip(expected, verdicts(list(expected), tmp_path), strict=True))
    assert {text: one["accepted"] for text, one in theirs.items()} == expected
    assert {text: understood(text) is not None for text in expected} == expected


def test_both_parsers_part_words_at_the_same_spaces(tmp_path: Path) -> None:
    around = ["project ={}WEB", "project{}= WEB", "project = WEB{}and type = Epic", "{}project = WEB",
              'project = "Web{}shop"', "labels = a{}b"]  # fmt: skip
    queries = [text.replace("{}", blank) for blank in SPACES for text in around]
    theirs = dict(zip(queries, verdicts(queries, tmp_path), strict=True))
    assert {text: understood(text) is not None for text in queries} == {
        text: one["accepted"] for text, one in theirs.items()
    }


def test_both_parsers_refuse_the_same_bare_words(tmp_path: Path) -> None:
    # On the vendor's page of reserved words, yet let through by its editor; we refuse them.
    strict = {"all", "are", "at", "it"}
    words = sorted({*RESERVED_WORDS - strict, "was", "changed", "during", "a", "the", "onboarding", "kr"})
    queries = [
        text for word in words for text in (f"labels = {word}", f"{word.upper()} = x", f'x = "{word}"')
    ]
    theirs = dict(zip(queries, verdicts(queries, tmp_path), strict=True))
    assert {text: understood(text) is not None for text in queries} == {
        text: one["accepted"] for text, one in theirs.items()
    }


def test_both_parsers_understand_the_same_by_an_accepted_query(tmp_path: Path) -> None:
    # Theirs is an editor's tree: it leaves most escapes as they stand, and keeps a list within a list.
    queries = [text for text in table("accepted") if "\\" not in text and "issue.property" not in text]
    for text, one in zip(queries, verdicts(queries, tmp_path), strict=True):
        found = structure(parse(text))
        assert _bare(found.get("where")) == _bare(one["shape"].get("where")), text
        order = [
            (entry["field"]["name"], entry["direction"] == "desc")
            for entry in found.get("orderBy", {}).get("fields", ())
        ]
        assert order == [(_name(o["field"]), o["descending"]) for o in one["shape"].get("order", ())], text


def test_what_the_connector_asks_is_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    send = ExchangeAdapter.send

    def noting(adapter: ExchangeAdapter, request: requests.PreparedRequest, **more: Any) -> requests.Response:
        sent = json.loads(request.body) if isinstance(request.body, (str, bytes)) else None
        if isinstance(sent, dict) and "jql" in sent:
            asked.append(sent["jql"])
        return send(adapter, request, **more)

    monkeypatch.setattr(ExchangeAdapter, "send", noting)
    with site_running() as site:
        site.truenorth.pull()
        site.truenorth.count(
            NativeQuery("jql", "project = OPS AND issuetype = Bug AND statusCategory != Done")
        )
    assert len(asked) >= 2
    assert [one["errors"] for one in verdicts(asked, tmp_path)] == [[]] * len(asked)


def test_a_value_is_quoted_so_that_it_stays_one_value(tmp_path: Path) -> None:
    values = [
        "plain",
        "two words",
        'a "quote"',
        "back\\slash",
        "end\\",
        "it's",
        "a) or (b",
        "order by",
        "ä漢",
        '\\"',
    ]
    queries = [f"labels = {jql_text(value)}" for value in values]
    assert [one["errors"] for one in verdicts(queries, tmp_path)] == [[]] * len(queries)
    understood_as = [structure(parse(query))["where"]["operand"]["value"] for query in queries]
    assert understood_as == values


def test_what_we_write_for_people_is_a_query_whatever_things_are_called(tmp_path: Path) -> None:
    # Beside the shared filters: what stands in a rule's query or a scope is quoted by the same two functions.
    names = [" ".join(title.split()) for title in [*TITLES, *odd_titles(300)] if title.split()]
    queries = [
        query
        for name in names
        for query in filters_wanted(Need("acme", {}, name, name, name), [name, "WEB"], ALL_FIELDS).values()
        if query is not None
    ]
    found = verdicts(queries, tmp_path)
    assert len(found) == 4 * len(names)
    assert [one["errors"] for one in found if one["errors"]] == []
    assert [query for query in queries if understood(query) is None] == []
    projects = [structure(parse(query))["where"]["clauses"][0]["operand"]["values"] for query in queries[::4]]
    assert [one[0]["value"] for one in projects] == names


def _name(text: str) -> str:
    return "".join(text.split()).lower() if text.lower().startswith("cf") else text


def _bare(node: Any) -> Any:
    """A tree as both give it: texts of fields bare, lists flat, without predicates."""
    match node:
        case {"clauses": parts, "operator": operator}:
            return {"clauses": [_bare(part) for part in parts], "operator": operator}
        case {"field": field, "operator": operator}:
            name = field["name"] if isinstance(field, dict) else field
            return {"field": _name(name), "operator": operator, "operand": _flat(node.get("operand"))}
    return node


def _flat(operand: Any) -> Any:
    match operand:
        case {"values": values}:
            return [
                one for value in values for one in (_flat(value) if "values" in value else [_flat(value)])
            ]
        case {"value": value}:
            return value
    return operand

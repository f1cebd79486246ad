"""Each link of a report is run on the trackers: it finds what its figure says, no more and no less."""

from __future__ import annotations

import base64
import json
import re
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from config.text.texts import ENGLISH_TEXTS
from connectors.sandbox.jira.http import SERVER_TOKEN
from connectors.sandbox.server import Sandbox
from sync.jobs.last_read import latest_run
from sync.jobs.report.links import links_of
from sync.jobs.report.write import report_source
from sync.jobs.reporter import Reporter
from sync.jobs.session import open_session
from tests.support.cli import Cli
from tests.support.small_company import KINDS, Kind, Ticket, lead

NOW = ("--as-of", "2026-11-16T09:00Z")


def _on(day: int, month: int = 10) -> datetime:
    return datetime(2026, month, day, 9, tzinfo=UTC)


TICKETS = (
    Ticket([("doing", _on(5))], 3, below=(Ticket([("doing", _on(6))]),)),
    Ticket([("doing", _on(7))], project="OPS"),
    Ticket([("doing", _on(14, 11))]),
    Ticket(),
    Ticket([("doing", _on(8))], label="onboarding"),
    Ticket([("doing", _on(8)), ("done", _on(20))], label="onboarding"),
    Ticket([("doing", _on(9)), ("dropped", _on(20))]),
)
KEY_RESULTS = ("{id: K1, title: Onboarding, measure: {kind: work}, links: [{label: onboarding}]}",)


class Tracker:
    """What a person finds who opens an address."""

    def __init__(self, kind: Kind, sandbox: Sandbox) -> None:
        self._kind = kind
        self._url = sandbox.url

    def finds(self, address: str) -> set[str]:
        """Ids of the items."""
        if self._kind == "linear":
            return self._view(address)
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(address).query)
        return self._search(query["jql"][0])

    def _search(self, jql: str) -> set[str]:
        if self._kind == "cloud":
            basic = base64.b64encode(b"truenorth@acme.example:sandbox-jira-token").decode()
            place, sign = "jira/rest/api/3/search/jql", f"Basic {basic}"
        else:
            place, sign = "jira-dc/rest/api/2/search", f"Bearer {SERVER_TOKEN}"
        found = self._ask(place, sign, {"jql": jql, "maxResults": 1000, "fields": ["id"]})
        return {one["id"] for one in found["issues"]}

    def _view(self, address: str) -> set[str]:
        asked = "query ($id: String!) { customView(id: $id) { issues { nodes { id } } projects { nodes { id } } } }"
        slug = address.rpartition("/")[2]
        body = {"query": asked, "variables": {"id": slug}}
        found = self._ask("linear/graphql", "sandbox-linear-token", body)["data"]["customView"]
        return {one["id"] for some in (found["issues"], found["projects"]) for one in some["nodes"]}

    def _ask(self, place: str, sign: str, body: dict[str, Any]) -> Any:
        headers = {"authorization": sign, "content-type": "application/json"}
        request = urllib.request.Request(f"{self._url}/{place}", json.dumps(body).encode(), headers)  # noqa: S310  loopback
        with urllib.request.urlopen(request, timeout=30) as reply:  # noqa: S310
            return json.load(reply)


def figures(node: Any) -> Iterator[tuple[str, int]]:
    """Each link to a tracker in the JSON of a report, with the number that stands beside it."""
    if isinstance(node, list):
        for one in node:
            yield from figures(one)
    if not isinstance(node, dict):
        return
    if isinstance(node.get("values"), dict) and isinstance(node.get("links"), dict):
        for name, address in node["links"].items():
            if isinstance(node["values"][name], int | float) and _is_list(address):
                yield address, node["values"][name]
    elif isinstance(node.get("address"), str) and _is_list(node["address"]):
        found = re.match(r"\d+", node["text"])
        assert found, node
        yield node["address"], int(found[0])
    for one in node.values():
        yield from figures(one)


def _is_list(address: str) -> bool:
    return "?jql=" in address or "/view/" in address


@pytest.mark.needs_server
@pytest.mark.parametrize("kind", KINDS)
def test_every_link_finds_what_its_figure_says(
    kind: Kind, run: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with lead(kind, TICKETS, KEY_RESULTS, monkeypatch, tmp_path) as sandbox:
        file = tmp_path / "lead.yaml"
        file.write_text(file.read_text(encoding="utf-8") + "flow: {}\n", encoding="utf-8")
        tracker = Tracker(kind, sandbox)
        for words in (("setup", "--apply"), ("sync", "--first-run", *NOW), ("report", "--out", "report")):
            ran = run(*words)
            assert ran.code == 0, (words, ran.out, ran.err)
        told = json.loads(Path("report/report.json").read_text(encoding="utf-8"))
        found = list(figures(told))
        assert len(found) >= (2 if kind == "linear" else 8), found
        assert [(address, len(tracker.finds(address))) for address, _ in found] == found
        _sets_of_items(tracker, kind)


def _sets_of_items(tracker: Tracker, kind: Kind) -> None:
    """Whatever some items have in common, a link to them finds these and no others."""
    with open_session(Settings()) as session:
        run = latest_run(session, Reporter())
        links, items = links_of(report_source(session, run, ENGLISH_TEXTS)), run.alignment.items
    orphans = list(run.signals.orphans)
    aligned = [ref for ref, one in run.alignment.placements.items() if one.state == "aligned"]
    sets = {
        "orphans": orphans,
        "topmost orphans": [ref for ref, one in run.signals.orphans.items() if one.top],
        "all but one": orphans[1:],
        "of a team": [ref for ref in orphans if items[ref].project == items[orphans[0]].project],
        "aligned": aligned,
        "open and aligned": [ref for ref in aligned if items[ref].is_open],
        "everything": [ref for ref, one in items.items() if one.in_scope],
    }
    linked = {}
    for name, refs in sets.items():
        for link in links.of(refs):
            found = tracker.finds(link.href)
            assert found <= {one.id for one in refs}, name
            assert link.text.startswith(f"{len(found)} item"), name
            linked[name] = link.href
        page = links.page_of(refs)
        assert not page or tracker.finds(page) == {one.id for one in refs}, name
    if kind == "linear":
        assert linked.keys() >= {"orphans", "open and aligned"}
    else:
        assert linked.keys() == sets.keys()
        by_label = {name for name, href in linked.items() if "labels" in href}
        assert by_label >= {"orphans", "topmost orphans", "of a team"}

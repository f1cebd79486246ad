"""Two Jira sites whose tickets have equal keys, and equal numbers: each is told apart wherever a key is shown or taken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.jobs.sandbox import JIRA_EMAIL, JIRA_TOKEN
from tests.support.cli import AS_OF, Cli, Ran

GOALS = """
workspace: acme
trackers:
  jira: {{kind: jira, url: "https://acme.atlassian.net", scope: {{projects: [WEB, OPS]}}}}
  jira-eu: {{kind: jira, url: "https://acme-eu.atlassian.net", scope: {{projects: [OPS]}}}}
cycles: {{2026-Q4: {{start: 2026-10-01, end: 2026-12-31}}}}
policy: {{guards: {{floor: 500, project_floor: 500, removed_floor: 500}}}}
objectives:
  - id: TRUST
    title: Customers trust us
    cycle: 2026-Q4
    key_results:
      - {{id: TRUST-A, title: Less waiting, measure: {{kind: work}}, links: [{links}]}}
"""
ANY, EU, TRACKER = "{key: OPS-1}", "{key: 'jira-eu:OPS-1'}", "{tracker: jira-eu, key: OPS-1}"


class Sites:
    """Two sites of one world, and goals for them."""

    def __init__(self, here: Sandbox, europe: Sandbox, folder: Path) -> None:
        self.here, self.europe, self._folder = here, europe, folder

    def declare(self, links: str) -> None:
        (self._folder / "truenorth.yaml").write_text(GOALS.format(links=links))

    def a_parent(self) -> str:
        """The key of what stands above OPS-1."""
        jira = self.europe.world.jira
        above = jira.issues[jira.keys["OPS-1"]].parent
        assert above is not None
        return jira.issues[above].key

    def marked(self) -> tuple[set[str], set[str]]:
        """The tickets that bear our stamp, here and in Europe."""
        here, europe = (
            {one.key for one in box.world.jira.issues.values() if "truenorth" in one.properties}
            for box in (self.here, self.europe)
        )
        return here, europe


@pytest.fixture
def sites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sites]:
    with Sandbox(generate(items=50, seed=4)) as here, Sandbox(generate(items=50, seed=4)) as europe:
        for name, box in (("JIRA", here), ("JIRA_EU", europe)):
            monkeypatch.setenv(f"TRUENORTH_{name}_URL", f"{box.url}/jira")
            monkeypatch.setenv(f"TRUENORTH_{name}_EMAIL", JIRA_EMAIL)
            monkeypatch.setenv(f"TRUENORTH_{name}_TOKEN", JIRA_TOKEN)
        made = Sites(here, europe, tmp_path)
        made.declare(EU)
        yield made


@pytest.fixture
def synced(sites: Sites, run: Cli) -> Sites:
    ran = run("sync", *AS_OF, "--first-run")
    assert ran.code == 0, ran.out + ran.err
    return sites


def said(ran: Ran) -> str:
    return " ".join((ran.out + ran.err).split())


def test_the_plan_and_findings_name_the_tracker_where_a_key_means_two(sites: Sites, run: Cli) -> None:
    for style in ("text", "markdown"):
        planned = run("plan", *AS_OF, "--format", style).out.replace("\\", "")
        assert "jira-eu:OPS-1 " in planned
        assert "jira:OPS-2 " in planned
        assert "jira:WEB-" not in planned, "a key that is alone stands alone"
    changes = json.loads(run("plan", *AS_OF, "--format", "json").out)["plan"]["changes"]
    assert {one["tracker"] for one in changes if one["key"] == "OPS-2"} == {"jira", "jira-eu"}
    assert sites


@pytest.mark.parametrize("link", [EU, TRACKER, "{under: 'JIRA-EU:PARENT'}", "{parent: 'jira-eu:PARENT'}"])
def test_a_rule_says_which(sites: Sites, run: Cli, link: str) -> None:
    sites.declare(link.replace("PARENT", sites.a_parent()))
    planned = json.loads(run("plan", *AS_OF, "--format", "json").out)
    linked = [one for one in planned["plan"]["changes"] if one["mark"] == "key_results" and one["after"]]
    assert {one["tracker"] for one in linked} == {"jira-eu"}
    assert "ambiguous_key" not in {one["kind"] for one in planned["findings"]}


@pytest.mark.parametrize(
    "goals",
    [ANY, "{under: OPS-1}", "{any: [{key: OPS-1}, {label: x}]}"],
)
def test_a_rule_that_means_two_is_a_finding(sites: Sites, run: Cli, goals: str) -> None:
    sites.declare(goals)
    told = run("orphans", "--fresh", *AS_OF, "--format", "markdown").out.replace("\\", "")
    assert "means jira:OPS-1 and jira-eu:OPS-1" in told
    found = json.loads(run("orphans", "--fresh", *AS_OF, "--format", "json").out)["findings"]
    (one,) = [one for one in found if one["kind"] == "ambiguous_key"]
    assert (one["items"], one["trackers"]) == (["OPS-1", "OPS-1"], ["jira", "jira-eu"])


def test_explain_asks_which_and_takes_either(synced: Sites, run: Cli) -> None:
    assert synced
    ran = run("explain", "OPS-1")
    assert ran.code == 2
    assert "OPS-1 means 2 items: jira-eu:OPS-1 and jira:OPS-1" in said(ran)
    told = json.loads(run("explain", "jira-eu:ops-1", "--format", "json").out)
    assert (told["tracker"], told["verdict"]) == ("jira-eu", "aligned")
    other = run("explain", "jira:OPS-1")
    assert other.code == 0
    assert "jira:OPS-1 " in other.out
    assert run("explain", "linear:OPS-1").code == 2, "a prefix counts where it is a tracker's name"
    assert run("explain", "WEB-1").code == 0


def test_log_shows_the_writes_to_one_ticket(synced: Sites, run: Cli) -> None:
    assert synced
    ran = run("log", "--item", "OPS-1")
    assert (ran.code, "jira-eu:OPS-1 and jira:OPS-1" in said(ran)) == (2, True)
    rows = json.loads(run("log", "--item", "jira-eu:OPS-1", "--format", "json").out)["log"]
    assert {(one["tracker"], one["key"]) for one in rows} == {("jira-eu", "OPS-1")}
    number = rows[0]["item"]
    whole = json.loads(run("log", "--format", "json").out)["log"]
    assert ("jira", number) in {(one["tracker"], one["item"]) for one in whole}, "the number means two, too"
    assert "jira-eu:OPS-1" in run("log", "--item", "jira-eu:OPS-1").out


def test_undo_takes_one_ticket(synced: Sites, run: Cli) -> None:
    here, europe = synced.marked()
    ran = run("undo", "--item", "OPS-1", "--apply")
    assert (ran.code, "jira-eu:OPS-1 and jira:OPS-1" in said(ran)) == (2, True)
    assert synced.marked() == (here, europe)
    shown = run("undo", "--item", "OPS-1", "--tracker", "jira-eu")
    assert (shown.code, "removed from 1 item" in said(shown)) == (0, True)
    assert "jira-eu:OPS-1" in shown.out
    assert run("undo", "--item", "jira-eu:OPS-1", "--apply").code == 0
    assert synced.marked() == (here, europe - {"OPS-1"})
    again = run("undo", "--item", "jira-eu:OPS-1", "--apply")
    assert (again.code, "No Truenorth marks found under jira-eu:OPS-1" in said(again)) == (0, True)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("--all", "--item", "WEB-1"), "--all means everything"),
        (("--all", "--tracker", "jira"), "--all means everything"),
        (("--item", "WEB-1", "--tracker", "jira-eu"), "WEB-1 is in project WEB of jira"),
        (("--item", "WEB-1", "--project", "OPS"), "which the other options leave out"),
        (("--item", "jira:OPS-1", "--tracker", "jira-eu"), "which the other options leave out"),
        (("--project", "WEB", "--tracker", "jira-eu"), "which the other options leave out"),
        (("--item", "WEB-1111"), "WEB-1111 not found among the items that were read; did you mean WEB-11?"),
        (("--project", "WEBB"), "did you mean WEB?"),
        (("--tracker", "jira-ue"), 'did you mean "jira-eu"?'),
    ],
)
def test_what_cannot_be_meant_is_refused(synced: Sites, run: Cli, given: tuple[str, ...], says: str) -> None:
    before = synced.marked()
    ran = run("undo", *given, "--apply")
    assert ran.code == 2, ran.out + ran.err
    assert says in said(ran)
    assert synced.marked() == before


def test_filters_narrow(synced: Sites, run: Cli) -> None:
    here, europe = synced.marked()
    assert {"OPS-1", "OPS-2"} <= europe
    ran = run(
        "undo", "--project", "OPS", "--tracker", "jira", "--item", "OPS-2", "--item", "OPS-5", "--apply"
    )
    assert ran.code == 0, ran.out + ran.err
    assert synced.marked() == (here - {"OPS-2", "OPS-5"}, europe)

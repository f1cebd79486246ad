"""What a plan calls written is what the tickets show, whatever people left in the fields, labels and properties.

Two sites with equal goals: on one people fill what Truenorth computes, put its labels on and take them off, copy texts and
stamps, before the first run and after it. Then both must show the same, read by nobody of ours; the next run is quiet, and
after undo nothing of ours is left. People's words are no part of this: they may change what is shown.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from connectors.sandbox.jira.fields import Option
from connectors.sandbox.jira.http import SERVER_TOKEN
from connectors.sandbox.jira.state import Issue, JiraSite
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.jobs.sandbox import environment
from tests.support import loopback
from tests.support.cli import AS_OF, Cli, Ran

ITEMS, SEED = 50, 3
GOALS = """
workspace: acme
trackers: {{jira: {{kind: jira, {more}url: "https://acme.atlassian.net", scope: {{projects: [WEB, OPS]}}}}}}
cycles: {{2026-Q4: {{start: 2026-10-01, end: 2026-12-31}}}}
policy: {{guards: {{share: 1, project_share: 1, removed_share: 1}}, grace_days: 30, warn: all}}
objectives:
  - id: A
    title: New teams reach value
    cycle: 2026-Q4
    key_results:
      - {{id: A-1, title: Onboarding is live, measure: {{kind: work}}, links: [{{key: WEB-1}}]}}
      - {{id: A-2, title: "Fast, and simple", measure: {{kind: binary}}, links: [{{key: WEB-1}}, {{key: OPS-1}}]}}
"""
NAMES = ("Key result", "KR progress", "KR health", "Alignment", "Objective")
OPTIONS = {
    "KR health": ("On track", "At risk", "Off track", "Done", "No data"),
    "Alignment": ("Aligned", "Orphaned", "Exempt"),
}
OURS = ("okr-aligned", "okr-orphaned", "okr-dangling")
Shown = dict[str, Any]
Act = tuple[int, str, Any]

values = st.one_of(
    st.tuples(st.just("KR progress"), st.sampled_from((None, 0.0, 24.0, 24.5, 100.0, 250.0, -1.0))),
    *(st.tuples(st.just(name), st.sampled_from((None, *options))) for name, options in OPTIONS.items()),
    st.tuples(st.just("Objective"), st.sampled_from((None, "Mine", "New teams reach value"))),
    st.tuples(st.just("label"), st.sampled_from((*OURS, "OKR-Orphaned"))),
)
texts = st.tuples(
    st.just("Key result"),
    st.sampled_from(("A-1 · Onboarding is live", "GONE-7 · Was once", "A-2 · Fast, and simple; also A-1")),
)
taken = st.one_of(
    st.tuples(st.just("unlabel"), st.sampled_from(OURS)),
    st.tuples(st.just("stamp"), st.sampled_from(("deleted", "spoiled", "copied"))),
)


def acts(*kinds: st.SearchStrategy[tuple[str, Any]]) -> st.SearchStrategy[list[Act]]:
    act = st.tuples(st.integers(0, 10_000), st.one_of(*kinds)).map(lambda one: (one[0], *one[1]))
    return st.lists(act, min_size=10, max_size=40)


class Company:
    """Goals, a site, and the command line in a folder of its own."""

    def __init__(self, kind: str, box: Sandbox, folder: Path, run: Cli, patch: pytest.MonkeyPatch) -> None:
        self.box, self._run, self._patch, self._folder = box, run, patch, folder
        self.server = kind == "data_center"
        folder.mkdir()
        more = "deployment: data_center, " if self.server else ""
        (folder / "okrs.yaml").write_text(GOALS.format(more=more))
        assert self.run("setup", "--apply").code in (0, 3)
        box.call(self._administer)

    def run(self, *arguments: str) -> Ran:
        given = environment(self.box) | {"TRUENORTH_CONFIG": str(self._folder / "okrs.yaml")}
        given["TRUENORTH_STORE"] = f"sqlite:///{self._folder}/truenorth.db"
        if self.server:
            given |= {"TRUENORTH_JIRA_URL": f"{self.box.url}/jira-dc", "TRUENORTH_JIRA_TOKEN": SERVER_TOKEN}
            del given["TRUENORTH_JIRA_EMAIL"]
            self._patch.delenv("TRUENORTH_JIRA_EMAIL", raising=False)
        for name, value in given.items():
            self._patch.setenv(name, value)
        return self._run(*arguments)

    def sync(self) -> None:
        ran = self.run("sync", *AS_OF, "--first-run")
        assert ran.code == 0, ran.out[-2000:] + ran.err

    @property
    def site(self) -> JiraSite:
        return self.box.world.jira

    def ids(self) -> dict[str, str]:
        return {one.name: id_ for id_, one in self.site.fields.items() if one.name in NAMES}

    def _administer(self) -> None:
        """What no API of Data Center does: an administrator adds the options."""
        for name, options in OPTIONS.items():
            for context in self.site.contexts.values():
                if context.field_id == self.ids()[name] and not context.options:
                    added = [Option(self.site.next_id(), one) for one in options]
                    context.options = {one.id: one for one in added}

    def issues(self) -> list[Issue]:
        return [one for one in self.site.issues.values() if one.project.key in ("WEB", "OPS")]

    def do(self, done: list[Act]) -> set[str]:
        """People act; keys of the issues on which they left a sign of ours."""
        signs: set[str] = set()
        for at, what, value in done:
            issues = self.issues()
            issue = issues[at % len(issues)]
            self.box.call(partial(self._act, issue, what, value))
            if what not in ("KR progress", "KR health", "Alignment", "Objective"):
                signs.add(issue.key)
        return signs

    def _act(self, issue: Issue, what: str, value: Any) -> None:
        if what != "stamp":
            # Of its hidden properties an issue's `updated` tells nothing.
            issue.updated = self.site.clock.now()
        match what:
            case "label":
                issue.labels = [*issue.labels, *({value} - {*issue.labels})]
            case "unlabel":
                issue.labels = [one for one in issue.labels if one != value]
            case "stamp" if value == "deleted":
                issue.properties.pop("truenorth", None)
            case "stamp" if value == "spoiled" and "truenorth" in issue.properties:
                issue.properties["truenorth"] = {"v": 1, "owner": 7}
            case "stamp":
                stamps = [one for one in self.issues() if "truenorth" in one.properties and one is not issue]
                if stamps and "truenorth" not in issue.properties:
                    issue.properties["truenorth"] = copy.deepcopy(stamps[-1].properties["truenorth"])
            case "Key result" if issue.custom.get(self.ids()[what]):
                pass  # somebody's claim, which is not written over
            case _:
                issue.custom[self.ids()[what]] = (
                    self._option(what, value) if what in OPTIONS and value else value
                )

    def _option(self, name: str, value: str) -> Option:
        contexts = [one for one in self.site.contexts.values() if one.field_id == self.ids()[name]]
        return next(one for context in contexts for one in context.options.values() if one.value == value)

    def shown(self) -> dict[str, Shown]:
        """What anybody reads on the tickets."""
        ids, found = self.ids(), {}
        for issue in self.issues():
            url = f"{self.box.url}/jira/rest/api/3/issue/{issue.id}"
            fields = loopback.get(url, auth=("ann.lee@acme.example", "sandbox-person-token")).json()["fields"]
            one = {name: fields.get(ids[name]) for name in NAMES}
            one = {name: value["value"] if isinstance(value, dict) else value for name, value in one.items()}
            one["labels"] = {label for label in fields["labels"] if label.lower() in OURS}
            one["is open"] = fields["status"]["statusCategory"]["key"] != "done"
            found[issue.key] = one
        return found

    def marked(self) -> set[str]:
        return {one.key for one in self.issues() if "truenorth" in one.properties}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Path]]:
    count = iter(range(10_000))
    base = tmp_path_factory.mktemp("companies")
    yield lambda: base / str(next(count))
    shutil.rmtree(base, ignore_errors=True)


_UNTOUCHED: dict[str, tuple[dict[str, Shown], set[str]]] = {}


def untouched(kind: str, make: Callable[[Sandbox], Company]) -> tuple[dict[str, Shown], set[str]]:
    """What the tickets show on the site on which nobody did anything."""
    if kind not in _UNTOUCHED:
        with Sandbox(generate(ITEMS, SEED)) as box:
            company = make(box)
            company.sync()
            _UNTOUCHED[kind] = company.shown(), company.marked()
    return _UNTOUCHED[kind]


@pytest.mark.parametrize("kind", ["cloud", pytest.param("data_center", marks=pytest.mark.long)])
@given(before=acts(values, texts), after=acts(values, taken))
@settings(
    max_examples=3,
    phases=[Phase.generate],
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    database=None,
)
def test_tickets_show_what_the_plan_said(
    kind: str,
    run: Cli,
    monkeypatch: pytest.MonkeyPatch,
    folders: Callable[[], Path],
    before: list[Act],
    after: list[Act],
) -> None:
    def make(box: Sandbox) -> Company:
        return Company(kind, box, folders(), run, monkeypatch)

    wanted, marked = untouched(kind, make)
    assert marked
    assert {", ".join(sorted(one["labels"])) for one in wanted.values()} >= {"okr-aligned", "okr-orphaned"}
    with Sandbox(generate(ITEMS, SEED)) as box:
        company = make(box)
        claimed = {key: one["Key result"] for key, one in company.shown().items()}
        signs: set[str] = set()
        for people in (before, after):
            signs |= company.do(people)
            there = company.shown()
            planned = msgspec.json.decode(company.run("plan", *AS_OF, "--format", "json").out)
            company.sync()
            shown = company.shown()
            for key, one in shown.items():
                if key in marked:
                    assert one == wanted[key], key
                elif key not in signs:
                    assert one == there[key], f"{key} gets no marks, so people's values stay"
                elif one["is open"]:
                    assert (one["labels"], one["Key result"]) == (set(), claimed[key]), key
                assert len(one["labels"] & {"okr-aligned", "okr-orphaned"}) < 2 or key not in marked
            as_said(planned, shown)
            box.forget_requests()
            company.sync()
            assert [one.path for one in box.requests if one.method in ("PUT", "DELETE")] == []
        assert company.run("undo", "--all", "--apply").code == 0
        for key, one in company.shown().items():
            issue = company.site.issues[company.site.keys[key]]
            assert "truenorth" not in issue.properties, key
            assert (one["labels"], one["Key result"]) == (set(), claimed[key]), key
            assert not [link for link in issue.remote_links if (link.global_id or "").startswith("truenorth")]
            assert not [note for note in issue.comments.values() if "truenorth" in note.properties]
            if key in marked:
                assert {one[name] for name in NAMES[1:]} == {None}, key


def as_said(planned: Any, shown: dict[str, Shown]) -> None:
    """Each change of the plan stands on its ticket."""
    for change in planned["plan"]["changes"]:
        there, says = shown[change["key"]], change["after"]
        match change["mark"]:
            case "labels":
                assert there["labels"] == set(says), change
            case "alignment":
                assert there["Alignment"] == (says.capitalize() if says else None), change
            case "key_results":
                assert there["KR progress"] == (says[0]["percent"] if says else None), change
                assert (there["Key result"] or "").startswith(says[0]["id"] if says else ""), change

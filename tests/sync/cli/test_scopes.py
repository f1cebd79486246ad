"""`check` with exit 0 means that `plan` and `sync` can go: every subset of scopes and permissions that matters, as a table.

Typed commands against the sandbox over HTTP. Where a row has all that is needed, three syncs are tried: the first, one
that edits every comment (another language), and one that removes them. What no read tells, `check` says it cannot tell,
and then the first write stops the tracker, by name, with nothing half-written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, combinations
from pathlib import Path

import pytest

from connectors.sandbox.jira.gateway import BASE, OAUTH_TOKEN, READ, SCOPED_TOKEN, USER, WRITE
from connectors.sandbox.jira.http import SERVER_TOKEN, SERVICE_TOKEN
from connectors.sandbox.linear.state import APP_TOKEN, TOKEN
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support import loopback
from tests.support.cli import AS_OF, Cli, Ran

EMAIL = "truenorth@acme.example"
UNTOLD = "only known at the first write"


@pytest.fixture(scope="module")
def small() -> Iterator[Sandbox]:
    with Sandbox(generate(50, seed=1)) as running:
        yield running


@dataclass(frozen=True)
class Row:
    """A credential, what was taken from its account, and how the configuration uses it.

    - `told`: what `check` has to say, its exit code being 1 then; () where it has to be 0.
    - `untold`: the scope that only the first write misses.
    - `plans`: whether `plan` can go all the same: permissions to write are not needed for it.
    """

    name: str
    site: str
    token: str
    email: str | None = None
    taken: tuple[str, ...] = ()
    use: str = "plain"
    told: tuple[str, ...] = ()
    untold: str = ""
    plans: bool = True
    policy: str = ""
    stages: tuple[str, ...] = field(default=("en", "fr", "none"))


# --- Jira: permissions of the account -------------------------------------------------------------

CLOUD, SERVER, GATEWAY = ("/jira", SERVICE_TOKEN, EMAIL), ("/jira-dc", SERVER_TOKEN, None), (BASE, "", None)
PERMISSIONS = {
    "BROWSE_PROJECTS": "Browse Projects",
    "EDIT_ISSUES": "Edit Issues",
    "ADD_COMMENTS": "Add Comments",
    "EDIT_OWN_COMMENTS": "Edit Own Comments",
    "DELETE_OWN_COMMENTS": "Delete Own Comments",
}
DISPENSABLE = (
    "LINK_ISSUES",
    "BULK_CHANGE",
    "CREATE_SHARED_OBJECTS",
    "ADMINISTER",
    "ADMINISTER_PROJECTS",
    "CREATE_ISSUES",
    "ASSIGN_ISSUES",
    "TRANSITION_ISSUES",
    "EDIT_ALL_COMMENTS",
    "DELETE_ALL_COMMENTS",
)
"""What a sync does without, one by one and all together."""
TAKEN: tuple[tuple[str, ...], ...] = (
    (),
    *((one,) for one in PERMISSIONS),
    ("ADD_COMMENTS", "EDIT_OWN_COMMENTS"),
    ("EDIT_ISSUES", "DELETE_OWN_COMMENTS"),
    tuple(PERMISSIONS),
    ("LINK_ISSUES",),
    ("BULK_CHANGE",),
    DISPENSABLE,
)


def of_permissions() -> Iterator[Row]:
    full = f"{OAUTH_TOKEN}:{READ},{USER},{WRITE}"
    for kind, (site, token, email) in {"cloud": CLOUD, "gateway": GATEWAY, "server": SERVER}.items():
        # Behind the gateway the permissions are the same: one of each kind.
        for taken in TAKEN if kind != "gateway" else (*TAKEN[:3], DISPENSABLE):
            lacking = [name for one, name in PERMISSIONS.items() if one in taken]
            if "BROWSE_PROJECTS" in taken:
                # Whoever may not see a project is told of no other permission in it.
                lacking = ["Browse Projects"]
            yield Row(
                f"{kind}, without {'+'.join(taken) if len(taken) < 3 else len(taken)}",
                site,
                token or full,
                email,
                taken,
                told=tuple(lacking),
                plans="BROWSE_PROJECTS" not in taken,
                # What writes nothing of its own is tried with one sync, all of it together with three.
                stages=("en",) if len(taken) == 1 and taken[0] in DISPENSABLE else ("en", "fr", "none"),
            )


def of_policies() -> Iterator[Row]:
    """What a policy does not write needs no permission."""
    comments = tuple(one for one in PERMISSIONS if one.endswith("_COMMENTS"))
    everything = tuple(one for one in PERMISSIONS if one != "BROWSE_PROJECTS")
    yield Row("no comments", *CLOUD, comments, policy="comments: false, ", stages=("none",))
    yield Row("labels only", *CLOUD, comments, policy="mode: label, ", stages=("en",))
    yield Row("observed", *CLOUD, everything, policy="mode: observe, ", stages=("en",))
    reading = f"{SCOPED_TOKEN}:{READ},{USER}"
    yield Row("observed, gateway", BASE, reading, None, everything, policy="mode: observe, ", stages=("en",))


# --- Jira: scopes of the token --------------------------------------------------------------------


def subsets(of: Iterable[str]) -> Iterator[tuple[str, ...]]:
    some = tuple(of)
    return chain.from_iterable(combinations(some, size) for size in range(len(some) + 1))


def of_jira_scopes() -> Iterator[Row]:
    for kind, email in ((OAUTH_TOKEN, None), (SCOPED_TOKEN, None), (SCOPED_TOKEN, EMAIL)):
        for scopes in subsets((READ, USER, WRITE)):
            lacking = [one for one in (USER, READ) if one not in scopes][:1]
            blind = WRITE not in scopes and not lacking and kind == SCOPED_TOKEN
            if WRITE not in scopes and not lacking and not blind:
                lacking = [WRITE]
            yield Row(
                f"{kind.split('-')[2]}{' with e-mail' if email else ''}, {len(scopes)} of {'+'.join(scopes) or 'none'}",
                BASE,
                f"{kind}:{','.join(scopes)}",
                email,
                told=tuple(lacking),
                untold=WRITE if blind else "",
                plans=READ in scopes and USER in scopes,
                stages=("en",),
            )


# --- Linear ---------------------------------------------------------------------------------------

EXTRA = ("write", "comments:create", "issues:create", "initiative:read", "initiative:write")
LINEAR_SETS = (
    EXTRA,
    *(tuple(one for one in EXTRA if one != less) for less in EXTRA),
    (),
    ("write",),
    ("comments:create", "issues:create"),
    ("initiative:read",),
    ("write", "initiative:read"),
    ("write", "initiative:write"),
    ("write", "initiative:read", "customer:read", "customer:write", "app:assignable", "timeSchedule:write"),
)


def of_linear_scopes() -> Iterator[Row]:
    for kind, token in (("key", TOKEN), ("app", APP_TOKEN)):
        for use in ("plain", "rule", "named", "updates"):
            for scopes in LINEAR_SETS:
                if kind == "key" and (use in ("rule", "named") or "customer:read" in scopes):
                    continue
                # A key has the same scopes: every other set, those that the other use leaves out.
                if kind == "key" and LINEAR_SETS.index(scopes) % 2 != (use == "updates"):
                    continue
                reads = not {"initiative:read", "initiative:write"}.isdisjoint(scopes)
                lacking = () if reads or use == "plain" else ("initiative:",)
                untold = ""
                if not lacking and "write" not in scopes:
                    untold = "write"
                elif not lacking and use == "updates" and "initiative:write" not in scopes:
                    untold = "initiative:write"
                yield Row(
                    f"{kind}, {use}, {'+'.join(scopes) or 'read'}",
                    "/linear/graphql",
                    f"{token}:{','.join(('read', *scopes))}",
                    use=use,
                    told=lacking,
                    untold=untold,
                    plans=not lacking,
                    stages=("en",),
                )


# --- The table ------------------------------------------------------------------------------------

RULES = {
    "plain": '{tracker: linear, project: "Faster API"}',
    "rule": '{initiative: "Self-serve growth"}',
    "named": '{under: "Self-serve growth"}',
    "updates": '{tracker: linear, project: "Faster API"}, {initiative: "Fast and safe"}, {key: "Fast and safe"}',
}
UPDATES = "updates: {levels: [project, initiative]}, "


def declare(row: Row, stage: str, scope: str = "") -> None:
    linear = row.site.startswith("/linear")
    deployment = "deployment: data_center, " if row.site == "/jira-dc" else ""
    tracker = (
        "linear: {kind: linear, scope: {teams: [ENG]}}"
        if linear
        else f'jira: {{kind: jira, {deployment}url: "https://acme.example", scope: {{projects: [{scope or "WEB"}]}}}}'
    )
    links = RULES[row.use] if linear else "{key: WEB-1}, {label: onboarding}"
    comments = {
        "en": "",
        "fr": "language: fr, ",
        "none": "" if "comments" in row.policy else "comments: false, ",
    }[stage]
    Path("truenorth.yaml").write_text(
        f"""workspace: acme
trackers: {{{tracker}}}
cycles: {{2026-Q4: {{start: 2026-10-01, end: 2026-12-31}}}}
policy: {{{row.policy}{comments}{UPDATES if row.use == "updates" else ""}guards: {{floor: 9999, project_floor: 9999, removed_floor: 9999}}}}
objectives:
  - {{id: O, title: Objective, cycle: 2026-Q4, key_results: [{{id: KR1, title: One, measure: {{kind: work}}, links: [{links}]}}]}}
""",
        encoding="utf-8",
    )


def point(row: Row, sandbox: Sandbox, patch: pytest.MonkeyPatch, token: str) -> None:
    name = "LINEAR" if row.site.startswith("/linear") else "JIRA"
    patch.setenv("TRUENORTH_CONFIG", "truenorth.yaml")
    patch.setenv(f"TRUENORTH_{name}_URL", f"{sandbox.url}{row.site}")
    patch.setenv(f"TRUENORTH_{name}_TOKEN", token)
    if row.email is not None:
        patch.setenv(f"TRUENORTH_{name}_EMAIL", row.email)


def grant_all(row: Row) -> str:
    """The same kind of token with every scope."""
    kind, colon, _ = row.token.partition(":")
    every = (*EXTRA, "read") if row.site.startswith("/linear") else (READ, USER, WRITE)
    return f"{kind}:{','.join(every)}" if colon else row.token


def problems_in(ran: Ran) -> list[str]:
    told = json.loads(ran.out)
    return [
        f"{one['about']}: {one['found']} {one['remedy']}"
        for some in told["checks"].values()
        for one in some
        if one["verdict"] == "wrong"
    ]


def synced(run: Cli) -> tuple[bool, Ran]:
    """Whether a sync wrote everything, as its exit code and its receipts say."""
    ran = run("sync", *AS_OF, "--first-run", "--format", "json")
    told = json.loads(ran.out).get("applied") or {}
    return ran.code == 0 and not told.get("failed") and not told.get("skipped"), ran


ROWS = [*of_permissions(), *of_policies(), *of_jira_scopes(), *of_linear_scopes()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_check_with_exit_0_means_that_plan_and_sync_can_go(
    small: Sandbox,
    run: Cli,
    monkeypatch: pytest.MonkeyPatch,
    no_waits: None,  # noqa: ARG001
    row: Row,
) -> None:
    small.reset()
    small.call(lambda: small.world.jira.permissions.take(EMAIL, *row.taken))
    point(row, small, monkeypatch, row.token)
    declare(row, row.stages[0])
    before = loopback.get(f"{small.url}/__world").content
    check = run("check", "--format", "json")
    assert loopback.get(f"{small.url}/__world").content == before
    assert "Traceback" not in check.err
    assert check.code == (1 if row.told else 0), check.out
    problems = problems_in(check)
    for words in row.told:
        assert any(words in one for one in problems), problems
    if row.untold:
        assert UNTOLD in check.out
    plan = run("plan", *AS_OF)
    assert plan.code == (0 if row.plans else 1), plan.err
    went: list[bool] = []
    last = plan
    for stage in row.stages:
        declare(row, stage)
        ok, last = synced(run)
        went.append(ok)
        if not ok:
            break
    if not row.told and not row.untold:
        assert all(went), last.out
        assert run("plan", *AS_OF, "--exit-code").code == 0
        return
    assert not all(went)
    if not row.untold:
        return
    # What only the first write tells stops the tracker at once, says what to grant, and leaves nothing half-written.
    assert last.code == 1
    assert (
        f"lacks the scope {row.untold}" in last.err + last.out
        or f"Grant the token {row.untold}" in last.err + last.out
    )
    if row.untold in ("write", WRITE):
        assert loopback.get(f"{small.url}/__world").content == before
    point(row, small, monkeypatch, grant_all(row))
    assert synced(run)[0]
    assert run("plan", *AS_OF, "--exit-code").code == 0

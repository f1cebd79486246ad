"""Setup of a site's webhook: signed where the site can, else on a path that nobody can guess."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, cast

import pytest
from pydantic import SecretStr

from config.hooks.hook import Hook
from connectors.errors import PermissionDenied
from connectors.jira.api.client import JiraClient
from connectors.jira.api.errors import Rejected
from connectors.jira.setup.hooks import EVENTS, HookSetup
from connectors.setup import Action, Need, SetupProblem

HOOK = Hook("jira", SecretStr("0123456789abcdef"), "https://okr.acme.example", "TRUENORTH_JIRA_HOOK_SECRET")
NEED = Need("acme", {}, None, None, None, hook=HOOK)
KNOWN = {"webhook issues": "7", "at webhook issues": HOOK.fingerprint}
ROW = {
    "self": "https://acme.example/rest/webhooks/1.0/webhook/7",
    "name": "Changes for OKRs. Provided by truenorth setup for acme.",
    "url": HOOK.signed_url,
    "events": list(EVENTS),
    "filters": {"issue-related-events-section": 'project in ("WEB")'},
    "enabled": True,
    "isSigned": True,
}
THEIRS = ROW | {"self": "https://acme.example/rest/webhooks/1.0/webhook/8", "name": "Deployments"}


class Site:
    """A site that keeps webhooks; `signs`: True, False, or None where it does not know `secret`. Lists what it was sent."""

    name = "jira"

    def __init__(
        self, *rows: dict[str, Any], signs: bool | None = True, api: str = "https://acme.example"
    ) -> None:
        self.rows, self.signs, self.api = list(rows), signs, api
        self.sent: list[tuple[str, str, Any]] = []
        self.refuses: Exception | None = None

    def call(self, method: str, path: str, _reply: Any, *, body: Any = None, base: str, **_: Any) -> Any:
        assert base == f"{self.api}/rest/"
        self.sent.append((method, path, body))
        if self.refuses is not None:
            raise self.refuses
        if method == "GET":
            return self.rows
        if "secret" in body and self.signs is None:
            raise Rejected("jira", "that", 400, "Unrecognized field", {})
        return {"self": f"{base}{path.removesuffix('/7')}/7"} | ({"isSigned": True} if self.signs else {})

    def send(self, method: str, path: str, *, base: str) -> None:
        assert base == f"{self.api}/rest/"
        self.sent.append((method, path, None))
        if self.refuses is not None:
            raise self.refuses

    @property
    def setup(self) -> HookSetup:
        return HookSetup(cast(JiraClient, self), ("WEB",))


def planned(
    site: Site, need: Need = NEED, made: dict[str, str] | None = None, *, may: bool = True
) -> tuple[list[str], list[SetupProblem]]:
    problems: list[SetupProblem] = []
    steps = site.setup.plan(need, made or {}, problems, {}, may=may)
    return [f"{one.verb} {one.id}: {one.reason}" for one in steps], problems


def created(site: Site) -> Action:
    return next(iter(site.setup.plan(NEED, {}, [], {}, may=True)))


@pytest.mark.parametrize(
    ("signs", "urls"),
    [
        (True, [HOOK.signed_url]),
        (False, [HOOK.signed_url, HOOK.unsigned_url]),
        (None, [HOOK.signed_url, HOOK.unsigned_url]),
    ],
    ids=["signs", "takes the secret and does not sign", "knows no secret"],
)
def test_it_is_signed_where_the_site_can(signs: bool | None, urls: list[str]) -> None:
    site = Site(signs=signs)
    setup, action = site.setup, created(site)
    site.sent.clear()
    assert setup.carry(action) == "7"
    assert [body["url"] for _, _, body in site.sent] == urls
    assert "secret" not in site.sent[-1][2] or signs
    assert setup.places == {"at webhook issues": HOOK.fingerprint}


def test_one_as_it_should_be_is_left_alone() -> None:
    assert planned(Site(THEIRS, ROW), made=KNOWN) == ([], [])
    unsigned = {name: value for name, value in ROW.items() if name != "isSigned"}
    assert planned(Site(unsigned | {"url": HOOK.unsigned_url})) == ([], []), "without a store too"


@pytest.mark.parametrize(
    ("row", "made", "reason"),
    [
        ({"enabled": False}, KNOWN, "disabled"),
        ({"url": HOOK.unsigned_url}, KNOWN, "another address or secret"),
        ({"isSigned": False}, KNOWN, "another address or secret"),
        ({"events": ["jira:issue_updated"]}, KNOWN, "other events"),
        ({"filters": {}}, KNOWN, "other projects"),
        ({}, KNOWN | {"at webhook issues": "0"}, "another secret"),
        ({"name": "Renamed", "enabled": False}, KNOWN, "disabled"),
    ],
)
def test_a_difference_is_mended(row: dict[str, Any], made: dict[str, str], reason: str) -> None:
    assert planned(Site(THEIRS, ROW | row), made=made)[0] == [f"change 7: {reason}"]


def test_without_an_address_or_a_secret_nothing_is_asked() -> None:
    for hook in (None, dataclasses.replace(HOOK, address="")):
        site = Site()
        assert planned(site, dataclasses.replace(NEED, hook=hook)) == ([], [])
        assert site.sent == []


@pytest.mark.parametrize("may", [True, False])
def test_who_may_not_is_told_what_an_administrator_does(may: bool) -> None:
    site = Site(api="https://api.atlassian.com/ex/jira/1" if may else "https://acme.example")
    steps, (problem,) = planned(site, may=may)
    assert (steps, site.sent) == ([], [])
    assert "gateway" in problem.why if may else "Administer Jira" in problem.why
    assert HOOK.signed_url in problem.remedy
    assert "TRUENORTH_JIRA_HOOK_SECRET" in problem.remedy


def gone(site: Site, made: dict[str, str]) -> Iterator[Any]:
    problems: list[SetupProblem] = []
    yield [(one.verb, one.id) for one in site.setup.removal(NEED, made, problems)]
    yield [one.why for one in problems]


def test_exactly_ours_are_removed() -> None:
    renamed = ROW | {"name": "Renamed"}
    assert list(gone(Site(THEIRS, ROW), {})) == [[("remove", "7")], []]
    assert list(gone(Site(THEIRS, renamed), KNOWN)) == [[("remove", "7")], []]
    assert list(gone(Site(THEIRS, renamed), {})) == [[], []]


def test_who_may_not_look_hears_of_one_that_is_known() -> None:
    site = Site(ROW)
    site.refuses = PermissionDenied("jira", "no", "")
    assert list(gone(site, {})) == [[], []]
    assert list(gone(site, KNOWN)) == [[], ['removal needs the global permission "Administer Jira"']]


@pytest.mark.parametrize("status", [404, 400])
def test_one_that_is_gone_already_is_gone(status: int) -> None:
    site = Site(ROW)
    (action,) = site.setup.removal(NEED, {}, [])
    site.refuses = Rejected("jira", "that", status, "", {})
    if status == 404:
        assert site.setup.carry(action) is None
    else:
        with pytest.raises(Rejected):
            site.setup.carry(action)


@pytest.mark.parametrize(
    "refusal", [PermissionDenied("jira", "no."), Rejected("jira", "that", 404, "null for uri", {})]
)
def test_where_webhooks_cannot_be_listed_somebody_is_asked_and_all_else_goes_on(refusal: Exception) -> None:
    site = Site(ROW)
    site.refuses = refusal
    steps, problems = planned(site)
    assert steps == []
    (problem,) = problems
    assert "does not let this account list its webhooks" in problem.why
    assert HOOK.signed_url in problem.remedy

"""What releases of Data Center answer differently while a site is set up; the rest is tried on the sandbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

import pytest

from connectors.errors import TrackerError
from connectors.jira.api.client import JiraClient
from connectors.jira.api.deployment import SiteApi
from connectors.jira.api.errors import Rejected
from connectors.jira.setup.cloud_fields import FIELDS, creation
from connectors.jira.setup.server_fields import ServerFields
from connectors.jira.setup.server_filters import ServerFilters
from connectors.made_names import signature
from connectors.setup import Action, Need, SetupProblem

NEED = Need("acme", {}, "okr-aligned", "okr-orphaned", "okr-dangling")
IDS = {name: f"customfield_{n}" for n, name in enumerate(FIELDS, 10_101)}
SCREENS: list[dict[str, Any]] = [
    {"id": 1, "name": "Default Screen"},
    {"id": 7, "name": "WEB: Scrum Default Issue Screen"},
]
Answer = Callable[[Any], Any]


def refused(status: int) -> Answer:
    def answer(_body: Any) -> Any:
        raise Rejected("jira", "that", status, "", {})

    return answer


class Site:
    """Answers by method and path, and remembers what was asked; what it does not know it refuses with 404."""

    name = "jira"

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, Any]] = []

    def call(self, method: str, path: str, type_: Any, *, body: Any = None, **_: Any) -> Any:
        assert type_ is not None
        call = f"{method} {path}"
        self.asked.append((call, body))
        answer = self.answers.get(call, refused(404))
        return answer(body) if callable(answer) else answer

    def send(self, method: str, path: str) -> None:
        self.call(method, path, object)

    def newest(self, _jql: str) -> str | None:
        return None


def fields_of(site: Site) -> ServerFields:
    return ServerFields(cast(JiraClient, site), cast(SiteApi, site))


@pytest.mark.parametrize(
    ("listed", "placed"),
    [
        (SCREENS, "WEB: Scrum Default Issue Screen"),
        ({"values": SCREENS, "isLast": True}, "WEB: Scrum Default Issue Screen"),
        ({"total": 2, "screens": SCREENS}, "WEB: Scrum Default Issue Screen"),
        ({"total": 0}, "Default Screen"),
        (refused(404), "Default Screen"),
    ],
)
def test_the_list_of_screens_in_each_release(listed: Any, placed: str) -> None:
    empty: dict[str, Any] = {f"GET screens/{n}/tabs": [{"id": 70 + n}] for n in (1, 7)}
    empty |= {f"GET screens/{n}/tabs/{70 + n}/fields": [{"id": "summary"}] for n in (1, 7)}
    site = Site({"GET screens": listed, **empty})
    problems: list[SetupProblem] = []
    steps = list(fields_of(site).plan(IDS, NEED, {"WEB": None}, problems))
    assert [one.name for one in steps] == [f"{placed}: {name}" for name in FIELDS]
    assert problems == []


def test_other_refusals_of_the_list_are_not_swallowed() -> None:
    site = Site({"GET screens": refused(400)})
    with pytest.raises(Rejected):
        list(fields_of(site).plan(IDS, NEED, {"WEB": None}, []))


def test_a_field_on_a_later_tab_is_there() -> None:
    rows = {
        "GET screens": [],
        "GET screens/1/tabs": [{"id": 5}, {"id": 6}],
        "GET screens/1/tabs/5/fields": [{"id": "summary"}],
        "GET screens/1/tabs/6/fields": [{"id": id_} for id_ in IDS.values()],
    }
    site = Site(rows)
    problems: list[SetupProblem] = []
    # Without an open issue nothing says that the screen is another one.
    assert list(fields_of(site).plan(IDS, NEED, {"WEB": None}, problems)) == []
    assert problems == []
    assert list(fields_of(site).plan(IDS, NEED, {"WEB": {"summary": {}}}, problems)) == []
    assert [one.what for one in problems] == ["screens of WEB"]


def test_a_screen_of_two_projects_is_planned_once() -> None:
    site = Site({"GET screens": [], "GET screens/1/tabs": [{"id": 5}], "GET screens/1/tabs/5/fields": []})
    steps = list(fields_of(site).plan(IDS, NEED, {"WEB": None, "OPS": None}, []))
    assert len(steps) == len(FIELDS)
    assert [call for call, _ in site.asked].count("GET screens/1/tabs") == 1


def test_a_release_that_deletes_no_fields_leaves_them_to_the_administrator() -> None:
    problems: list[SetupProblem] = []
    made = {"screen Default Screen: Alignment": "screens/1/tabs/5/fields/customfield_1"}
    (step,) = fields_of(Site({})).removal(NEED, made, problems)
    assert (step.verb, step.what, step.id) == ("remove", "screen Default Screen: Alignment", made[step.what])
    assert "Custom fields" in problems[0].remedy
    # People were quicker: the field is off that screen already.
    assert fields_of(Site({})).carry(step, made) is None


def test_a_field_that_the_site_keeps_is_said_to_be_kept() -> None:
    kept = {"notDeletedCustomFields": {"customfield_1": "it is locked"}, "deletedCustomFields": []}
    site = fields_of(Site({"DELETE customFields": kept}))
    with pytest.raises(TrackerError, match="Alignment was not deleted: it is locked"):
        site.carry(Action("field", "Alignment", "remove", "", "customfield_1"), {})


def test_the_fields_with_our_words_are_removed_whatever_people_call_them() -> None:
    ours = signature("acme")
    rows = {"values": [
        {"name": "Alignment", "numericId": 1, "description": ours},
        {"name": "Alignment of the stars", "numericId": 2, "description": ours},
        {"name": "Alignment", "numericId": 3, "description": "A person's"},
        {"name": "Alignment", "numericId": 4, "description": None},
    ]}  # fmt: skip
    steps = fields_of(Site({"GET customFields": rows})).removal(NEED, {}, [])
    assert {(one.name, one.id) for one in steps} == {
        ("Alignment", "customfield_1"),
        ("Alignment of the stars", "customfield_2"),
    }


def only_knows(word: str) -> Answer:
    return lambda body: [{"type": "loggedin"}] if body["type"] == word else refused(400)(body)


@pytest.mark.parametrize("word", ["authenticated", "loggedin"])
def test_sharing_by_either_word(word: str) -> None:
    row = {"id": "7", "name": "Unaligned work"}
    site = Site({"POST filter": row, "POST filter/7/permission": only_knows(word)})
    step = Action("filter", "Unaligned work", "create", "there is none", None, {"name": "Unaligned work"})
    assert ServerFilters(cast(JiraClient, site)).carry(step) == "7"
    assert site.asked[0] == ("POST filter", {"name": "Unaligned work", "favourite": True})


def test_what_cannot_be_shared_is_an_error() -> None:
    site = Site({"POST filter": {"id": "7"}, "POST filter/7/permission": refused(400)})
    step = Action("filter", "Unaligned work", "create", "there is none", None, {"name": "Unaligned work"})
    with pytest.raises(Rejected):
        ServerFilters(cast(JiraClient, site)).carry(step)


def test_a_filter_that_is_shared_with_some_is_left_so() -> None:
    row = {"id": "7", "sharePermissions": [{"type": "group"}]}
    site = Site({"PUT filter/7": row})
    ServerFilters(cast(JiraClient, site)).carry(Action("filter", "Unaligned work", "change", "", "7", {}))
    assert [call for call, _ in site.asked] == ["PUT filter/7"]


def test_a_field_is_made_with_a_searcher_and_our_words() -> None:
    step = creation("KR health", NEED)
    site = Site({"POST field": {"id": "customfield_9"}})
    assert fields_of(site).carry(step, {}) == "customfield_9"
    (_, body) = site.asked[0]
    assert body["description"] == f"KR health. {signature('acme')}"
    assert body["searcherKey"].endswith(":multiselectsearcher")

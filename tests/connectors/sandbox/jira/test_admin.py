"""An administrator's work: custom fields, their contexts and options, screens, and what that lets one edit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.support.sandbox_jira_client import ANN, SERVICE, Jira, paragraph, running

PLUGIN = "com.atlassian.jira.plugin.system.customfieldtypes"


@pytest.fixture
def jira() -> Iterator[Jira]:
    with running(100) as client:
        yield client


def make(jira: Jira, name: str, kind: str, searcher: str | None) -> str:
    """The id of a new custom field."""
    body: dict[str, Any] = {"name": name, "type": f"{PLUGIN}:{kind}"}
    body |= {"searcherKey": f"{PLUGIN}:{searcher}"} if searcher else {}
    reply = jira.post("field", json=body)
    assert reply.status_code == 201, reply.text
    number: str = reply.json()["id"]
    return number


def put_everywhere(jira: Jira, field: str, *projects: int) -> None:
    body = {
        "fields": [{"type": "FIELD_ID", "identifier": field}],
        "associationContexts": [{"type": "PROJECT_ID", "identifier": n} for n in projects or (10000,)],
    }
    reply = jira.put("field/association", json=body)
    assert reply.status_code == 204, reply.text


def options(jira: Jira, field: str, *values: str) -> list[dict[str, Any]]:
    context = jira.get(f"field/{field}/context").json()["values"][0]["id"]
    body = {"options": [{"value": value} for value in values]}
    reply = jira.post(f"field/{field}/context/{context}/option", json=body)
    assert reply.status_code == 200, reply.text
    found: list[dict[str, Any]] = reply.json()["options"]
    return found


def edit(jira: Jira, field: str, value: Any, key: str = "WEB-1") -> dict[str, Any] | None:
    """What is wrong with the value; None when it was taken."""
    reply = jira.put(f"issue/{key}", json={"fields": {field: value}})
    assert reply.status_code in (204, 400), reply.text
    return reply.json()["errors"] if reply.status_code == 400 else None


def value(jira: Jira, field: str, key: str = "WEB-1") -> Any:
    return jira.issue(key)["fields"][field]


def test_a_new_field_is_there_at_once_but_on_no_screen(jira: Jira) -> None:
    field = make(jira, "Confidence", "float", "exactnumber")
    assert value(jira, field) is None
    assert edit(jira, field, 3) == {
        field: f"Field '{field}' cannot be set. It is not on the appropriate screen, or unknown."
    }
    put_everywhere(jira, field)
    assert edit(jira, field, 3) is None
    assert value(jira, field) == 3.0
    number = field.removeprefix("customfield_")
    for jql in ("Confidence = 3", f"cf[{number}] >= 2.5", "confidence is not EMPTY"):
        assert jira.keys(jql) == ["WEB-1"], jql
    item = jira.get("issue/WEB-1/changelog").json()["values"][-1]["items"][0]
    assert (item["field"], item["fieldId"], item["toString"]) == ("Confidence", field, "3.0")


def test_names_need_not_be_unique_and_jql_asks_all_of_that_name(jira: Jira) -> None:
    fields = [make(jira, "Key result", "textfield", "textsearcher") for _ in range(2)]
    assert len({*fields}) == 2
    put_everywhere(jira, fields[1])
    edit(jira, fields[1], "ZEBRA-KR1")
    assert jira.keys('"Key result" ~ "ZEBRA-KR1"') == ["WEB-1"]
    named = [entry["id"] for entry in jira.get("field").json() if entry["name"] == "Key result"]
    assert named == ["customfield_10101", *fields]


def test_a_field_without_a_searcher_is_unknown_to_jql(jira: Jira) -> None:
    make(jira, "Silent", "textfield", None)
    assert jira.search(jql="Silent is EMPTY").status_code == 400


@pytest.mark.parametrize(
    ("kind", "searcher"),
    [("nonsense", None), ("float", "textsearcher"), ("url", "textsearcher")],
    ids=["no-type", "number-as-text", "url-as-text"],
)
def test_a_wrong_type_or_searcher_is_refused(jira: Jira, kind: str, searcher: str | None) -> None:
    body = {"name": "X", "type": f"{PLUGIN}:{kind}"}
    body |= {"searcherKey": f"{PLUGIN}:{searcher}"} if searcher else {}
    assert jira.post("field", json=body).status_code == 400


def test_values_are_checked_by_type_and_read_back_in_jiras_shapes(jira: Jira) -> None:
    good: dict[str, list[tuple[Any, Any]]] = {
        "textarea": [(paragraph("why"), paragraph("why"))],
        "labels": [(["a", "b", "a"], ["a", "b"])],
        "url": [("https://okr.example/kr", "https://okr.example/kr")],
        "datepicker": [("2026-12-31", "2026-12-31")],
        "textfield": [("x" * 255, "x" * 255), ("", None)],
    }
    bad: dict[str, list[Any]] = {
        "textarea": ["plain", {"type": "paragraph"}],
        "labels": [["a b"], "a", ["x" * 256]],
        "url": ["no scheme", 5],
        "datepicker": ["31.12.2026", "2026-12-31T00:00:00"],
        "textfield": ["x" * 256, 5],
    }
    for kind, pairs in good.items():
        field = make(jira, kind, kind, None)
        put_everywhere(jira, field)
        for wrong in bad[kind]:
            assert edit(jira, field, wrong), (kind, wrong)
            assert value(jira, field) is None
        for given, expected in pairs:
            assert edit(jira, field, given) is None, (kind, given)
            assert value(jira, field) == expected
        assert edit(jira, field, None) is None
        assert value(jira, field) is None


def test_a_choice_is_one_of_the_options_by_value_or_id(jira: Jira) -> None:
    field = make(jira, "Health", "select", "multiselectsearcher")
    put_everywhere(jira, field)
    green, red = options(jira, field, "Green", "Red")
    assert edit(jira, field, {"value": "Blue"})
    assert edit(jira, field, "Green")
    assert edit(jira, field, {"value": "Green"}) is None
    shown = value(jira, field)
    assert (shown["value"], shown["id"]) == ("Green", green["id"])
    assert edit(jira, field, {"id": red["id"]}) is None
    assert jira.keys("Health = Red") == ["WEB-1"]
    assert jira.keys(f"Health in (Green, {red['id']})") == ["WEB-1"]
    assert jira.search(jql="Health = Blue").status_code == 400
    context = jira.get(f"field/{field}/context").json()["values"][0]["id"]
    renamed = jira.put(
        f"field/{field}/context/{context}/option",
        json={
            "options": [{"id": red["id"], "value": "At risk"}, {"id": green["id"], "value": "Green"}],
        },
    )
    assert [one["value"] for one in renamed.json()["options"]] == ["At risk"]
    assert value(jira, field)["value"] == "At risk"
    gone = jira.put(
        f"field/{field}/context/{context}/option",
        json={"options": [{"id": green["id"], "value": "Fine"}, {"id": "1", "value": "?"}]},
    )
    assert gone.status_code == 404
    assert [one["value"] for one in jira.get(f"field/{field}/context/{context}/option").json()["values"]] == [
        "Green",
        "At risk",
    ]


def test_several_choices_can_be_added_and_removed(jira: Jira) -> None:
    field = make(jira, "Quarters", "multiselect", "multiselectsearcher")
    put_everywhere(jira, field)
    options(jira, field, "Q1", "Q2", "Q3")
    assert edit(jira, field, [{"value": "Q1"}, {"value": "Q2"}]) is None
    verbs = [{"add": {"value": "Q3"}}, {"remove": {"value": "Q1"}}]
    assert jira.put("issue/WEB-1", json={"update": {field: verbs}}).status_code == 204
    assert [one["value"] for one in value(jira, field)] == ["Q2", "Q3"]
    assert jira.keys("Quarters = Q3") == ["WEB-1"]
    assert jira.keys("Quarters = Q1") == []


def test_a_thousand_options_at_once_and_none_twice(jira: Jira) -> None:
    field = make(jira, "Wide", "select", None)
    assert len(options(jira, field, *map(str, range(1000)))) == 1000
    context = jira.get(f"field/{field}/context").json()["values"][0]["id"]
    path = f"field/{field}/context/{context}/option"
    for values in (["7"], ["x", "x"], [f"n{n}" for n in range(1001)], []):
        body = {"options": [{"value": one} for one in values]}
        assert jira.post(path, json=body).status_code == 400, len(values)
    assert jira.get(path).json()["total"] == 1000


def test_a_context_says_where_a_field_is(jira: Jira) -> None:
    field = make(jira, "Only epics", "textfield", "textsearcher")
    (everywhere,) = jira.get(f"field/{field}/context").json()["values"]
    assert (everywhere["isGlobalContext"], everywhere["isAnyIssueType"]) == (True, True)
    assert jira.post(f"field/{field}/context", json={"name": "Another"}).status_code == 400
    assert jira.delete(f"field/{field}/context/{everywhere['id']}").status_code == 204
    assert field not in jira.issue("WEB-1")["fields"]
    body = {"name": "Epics of WEB", "projectIds": ["10000"], "issueTypeIds": ["10000"]}
    assert jira.post(f"field/{field}/context", json=body).status_code == 201
    assert jira.post(f"field/{field}/context", json=body).status_code == 400
    epic, task = (jira.keys(f"project = WEB and type {sign} Epic")[0] for sign in ("=", "!="))
    assert field in jira.issue(epic)["fields"]
    assert field not in jira.issue(task)["fields"]
    unknown = {"name": "x", "projectIds": ["99"]}
    assert jira.post(f"field/{field}/context", json=unknown).status_code == 404


def test_team_managed_projects_are_out_of_reach(jira: Jira) -> None:
    field = make(jira, "Everywhere", "textfield", "textsearcher")
    key = jira.keys("project = HR")[0]
    assert field not in jira.issue(key)["fields"]
    assert edit(jira, field, "x", key)
    body = {
        "fields": [{"type": "FIELD_ID", "identifier": field}],
        "associationContexts": [{"type": "PROJECT_ID", "identifier": 10003}],
    }
    assert jira.put("field/association", json=body).status_code == 404
    assert jira.post(f"field/{field}/context", json={"name": "x", "projectIds": ["10003"]}).status_code == 404
    assert "HR" not in str(jira.get("screens").json())


def test_screens_decide_what_can_be_edited(jira: Jira) -> None:
    field = make(jira, "On screen", "textfield", "textsearcher")
    screens = {row["name"]: row["id"] for row in jira.get("screens").json()["values"]}
    screen = next(number for name, number in screens.items() if name.startswith("WEB"))
    tab = jira.get(f"screens/{screen}/tabs").json()[0]["id"]
    path = f"screens/{screen}/tabs/{tab}/fields"
    assert jira.post(path, json={"fieldId": "customfield_99999"}).status_code == 404
    assert jira.post(path, json={"fieldId": field}).json() == {"id": field, "name": "On screen"}
    assert jira.post(path, json={"fieldId": field}).status_code == 400
    assert edit(jira, field, "x") is None
    assert edit(jira, field, "x", jira.keys("project = OPS")[0])
    assert jira.delete(f"{path}/{field}").status_code == 204
    assert edit(jira, field, "y")
    assert value(jira, field) == "x"
    assert jira.delete(f"{path}/labels").status_code == 204
    assert edit(jira, "labels", ["x"])


def test_the_default_screen_takes_a_field_once(jira: Jira) -> None:
    field = make(jira, "Default", "textfield", "textsearcher")
    assert jira.post(f"screens/addToDefault/{field}").status_code == 200
    assert jira.post(f"screens/addToDefault/{field}").status_code == 404
    assert edit(jira, field, "x", jira.keys("project = STRAT")[0]) is None
    # Software projects have screens of their own.
    assert edit(jira, field, "x")


def test_editmeta_tells_what_can_be_set_and_how(jira: Jira) -> None:
    field = make(jira, "Health", "select", "multiselectsearcher")
    put_everywhere(jira, field)
    options(jira, field, "Green", "Red")
    meta = jira.get("issue/WEB-1/editmeta").json()["fields"]
    assert meta[field]["operations"] == ["set"]
    assert [one["value"] for one in meta[field]["allowedValues"]] == ["Green", "Red"]
    assert meta["labels"]["operations"] == ["add", "set", "remove"]
    assert meta["customfield_10101"]["schema"]["type"] == "string"
    assert "customfield_10016" not in meta  # estimates of other projects
    assert jira.get("issue/WEB-1/editmeta?overrideScreenSecurity=true").status_code == 403
    jira.sandbox.call(lambda: jira.site.permissions.take(SERVICE[0], "EDIT_ISSUES"))
    assert jira.get("issue/WEB-1/editmeta").json() == {"fields": {}}


def test_the_search_of_fields_pages_by_fifty(jira: Jira) -> None:
    for number in range(45):
        make(jira, f"Field {number:02}", "textfield", None)
    first = jira.get("field/search", params={"maxResults": 500, "type": "custom"}).json()
    assert (len(first["values"]), first["maxResults"], first["isLast"]) == (50, 50, False)
    rest = jira.get("field/search", params={"startAt": 50, "type": "custom"}).json()
    assert (len(rest["values"]), rest["isLast"]) == (first["total"] - 50, True)
    found = jira.get("field/search", params={"query": "field 3", "expand": "key,contextsCount"}).json()
    assert [row["name"] for row in found["values"]] == [f"Field {n}" for n in range(30, 40)]
    assert {row["contextsCount"] for row in found["values"]} == {1}


def test_a_field_goes_to_the_trash_and_comes_back_with_its_values(jira: Jira) -> None:
    field = make(jira, "Passing", "textfield", "textsearcher")
    put_everywhere(jira, field)
    edit(jira, field, "x")
    assert jira.post(f"field/{field}/trash").status_code == 200
    assert field not in jira.issue("WEB-1")["fields"]
    assert field not in [entry["id"] for entry in jira.get("field").json()]
    assert edit(jira, field, "y")
    assert jira.post(f"field/{field}/restore").status_code == 200
    assert value(jira, field) == "x"
    reply = jira.delete(f"field/{field}")
    assert reply.status_code == 303
    jira.sandbox.call(lambda: jira.sandbox.world.clock.advance(timedelta(minutes=1)))
    assert jira.get(reply.headers["Location"]).json()["status"] == "COMPLETE"
    assert field not in jira.site.fields
    assert jira.site.issues[jira.site.keys["WEB-1"]].custom.get(field) is None


CALLS = [
    ("GET", "field/customfield_10101/context", 403),
    ("POST", "field/customfield_10101/context", 403),
    ("GET", "screens", 403),
    ("GET", "screens/1/tabs", 403),
    ("POST", "screens/addToDefault/customfield_10101", 403),
    ("PUT", "field/association", 403),
    ("PUT", "field/customfield_10101", 403),
    ("POST", "field", 400),
    ("GET", "issue/limit/report", 403),
]


@pytest.mark.parametrize(("method", "path", "status"), CALLS, ids=[f"{m} {p}" for m, p, _ in CALLS])
def test_only_administrators_administer(jira: Jira, method: str, path: str, status: int) -> None:
    body = {"name": "x", "type": f"{PLUGIN}:float"} if path == "field" else {}
    with jira.acting_as(ANN) as ann:
        assert ann.request(method, path, json=body).status_code == status
    with jira.acting_as(None) as nobody:
        assert nobody.request(method, path, json=body).status_code == 401


def test_on_version_two_a_paragraph_is_wiki_markup(jira: Jira) -> None:
    field = make(jira, "Why", "textarea", "textsearcher")
    put_everywhere(jira, field)
    address = f"{jira.sandbox.url}/jira/rest/api/2/issue/WEB-1"
    assert jira.put(address, json={"fields": {field: "so *that*"}}).status_code == 204
    assert jira.get(address).json()["fields"][field] == "so *that*"
    assert value(jira, field)["type"] == "doc"
    assert jira.keys('Why ~ "that"') == ["WEB-1"]

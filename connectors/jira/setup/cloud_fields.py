"""Setup of a site's custom fields: the fields, their options, and the screens of the projects in scope.

Wire facts: contracts/jira.md, section 5.3. Removed fields go to the site's trash, where an administrator can
restore them with their values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from config.messages import DEFAULT
from config.names import folded
from config.text.texts import Texts
from connectors.jira.api import replies
from connectors.jira.api.client import JiraClient
from connectors.jira.api.fields import (
    ALIGNMENT_NAME,
    ALIGNMENT_OPTIONS,
    HEALTH_NAME,
    HEALTH_OPTIONS,
    OBJECTIVE_NAME,
    PROGRESS_NAME,
)
from connectors.jira.api.paging import Row, listed
from connectors.jira.marks.names import field_called, field_names, option_called, option_on
from connectors.jira.remedies import allowed
from connectors.jira.setup.filter_queries import quoted
from connectors.made_names import described, is_ours
from connectors.model import CLAIM_NAME
from connectors.setup import Action, Identified, Need, SetupProblem, find_made

PLUGIN = "com.atlassian.jira.plugin.system.customfieldtypes:"
FIELDS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    CLAIM_NAME: ("textfield", "textsearcher", ()),
    PROGRESS_NAME: ("float", "exactnumber", ()),
    HEALTH_NAME: ("select", "multiselectsearcher", tuple(HEALTH_OPTIONS.values())),
    ALIGNMENT_NAME: ("select", "multiselectsearcher", tuple(ALIGNMENT_OPTIONS.values())),
    OBJECTIVE_NAME: ("textfield", "textsearcher", ()),
}
"""Name of a field to its type, its searcher and its options."""
PREFIX = "customfield_"


class FieldSetup:
    """Custom fields of one site. `options`: what can be chosen in selects of ours, as the last plan found it or leaves it."""

    def __init__(self, client: JiraClient) -> None:
        self._client = client
        self.options: set[str] = set()

    def found(
        self, need: Need, made: Mapping[str, str], problems: list[SetupProblem]
    ) -> dict[str, Row | None]:
        """See `usable`."""
        return usable(self._fields(), need, made, problems)

    def plan(
        self,
        fields: Mapping[str, Row | None],
        need: Need,
        made: Mapping[str, str],
        projects: Mapping[str, str],
    ) -> Iterator[Action]:
        """What the fields lack. `projects` is key to id of those that screens reach."""
        ids, renamed = ids_of(fields), ours_renamed(fields, need)
        for name, id_ in ids.items():
            called = field_called(name, need.texts)
            if id_ is None:
                yield creation(name, need)
            elif name in renamed:
                body = {"name": called, "description": described(name, need.owner, need.texts)}
                yield Action("field", name, "change", f"currently named {renamed[name]}", id_, body, called)
            if FIELDS[name][2]:
                is_made = id_ is None or f"field {name}" in ours_among(fields, need)
                yield from self._lacking(name, id_, need, made, is_made=is_made)
        yield from self._screens(ids, made, projects, need)

    def _lacking(
        self, name: str, id_: str | None, need: Need, made: Mapping[str, str], *, is_made: bool
    ) -> Iterator[Action]:
        """Options of ours that a field lacks, and those of setup that stand there in another language. `is_made`: setup made the
        field, and so all options of ours in it; in the fields of others people may have made them, and they stay as they are.
        """
        there = self._options(id_) if id_ else {}
        for option in FIELDS[name][2]:
            value, found = option_called(option, need.texts), option_on(option, there, need.texts)
            is_renamed = found not in (None, value) and (is_made or f"option {name}: {option}" in made)
            self.options.add(value if found is None or is_renamed else found)
            what, shown = f"{name}: {option}", f"{field_called(name, need.texts)}: {value}"
            if found is None:
                body = {"field": name, "value": value}
                yield Action("option", what, "create", "does not exist", id_, body, shown)
            elif is_renamed:
                body = {"field": str(id_), "value": value}
                yield Action("option", what, "change", f"currently named {found}", there[found], body, shown)

    def look(self, fields: Mapping[str, Row | None], projects: Iterable[str], texts: Texts) -> None:
        """Learn the options as far as the newest open issues tell them to an account that may not administer, where they may be
        in another language."""
        ids = {row["id"] for name, row in fields.items() if row is not None and FIELDS[name][2]}
        metas = [self._meta(key) for key in projects] if ids and texts.language != DEFAULT else []
        self.options = {text for meta in metas for id_ in ids for text in allowed(meta.get(id_))}

    def _screens(
        self,
        fields: Mapping[str, str | None],
        made: Mapping[str, str],
        projects: Mapping[str, str],
        need: Need,
    ) -> Iterator[Action]:
        """The fields that no screen of a project has.

        Jira tells what the screen of an issue has, by editmeta, but for what a field configuration hides; so
        what the store remembers to have been put there counts as there while it is on any screen.
        """
        off = {id_ for id_ in fields.values() if id_ and not listed(self._client, f"field/{id_}/screens")}
        for key, project in projects.items():
            settable = self._settable(key)
            there = (settable | set(_placed(made.get(f"screens {key}", "")))) - off
            lacking = {name: id_ for name, id_ in fields.items() if id_ is None or id_ not in there}
            if lacking:
                names = ", ".join(field_called(name, need.texts) for name in lacking)
                reason = f"its screens are missing {names}"
                body = {"fields": lacking, "project": project}
                yield Action("screens", key, "change", reason, None, body)

    def _settable(self, key: str) -> set[str]:
        """Ids of the fields that can be set on the newest open issue of a project; none without an issue."""
        return set(self._meta(key))

    def _meta(self, key: str) -> Mapping[str, Any]:
        """What can be set on the newest open issue of a project; nothing without an issue."""
        jql = f"project = {quoted(key)} AND statusCategory != Done ORDER BY created DESC"
        body = {"jql": jql, "maxResults": 1, "fields": ["id"]}
        page = self._client.call("POST", "search/jql", replies.SEARCH_PAGE, body=body)
        if not page.issues:
            return {}
        return self._client.call("GET", f"issue/{page.issues[0].id}/editmeta", replies.EDIT_META).fields

    def removal(self, need: Need, made: Mapping[str, str]) -> Iterator[Action]:
        """Our fields, and our options in the fields of others."""
        for row in self._fields():
            if is_ours(row.get("description"), need.owner):
                yield Action("field", row["name"], "remove", "created by setup", row["id"])
                continue
            for what, known in made.items():
                field, _, id_ = known.rpartition("/")
                # Older stores keep the option alone: then the field is the one that has its name.
                of_it = row["id"] == field if field else what.startswith(f"option {row['name']}: ")
                if what.startswith("option ") and of_it:
                    name, body = what.removeprefix("option "), {"field": row["id"]}
                    yield Action("option", name, "remove", "created by setup", id_, body)

    def carry(self, action: Action, made: Mapping[str, str]) -> str | None:
        """Do one action; see `Provisioner.carry`."""
        if action.verb == "remove":
            self._remove(action)
            return None
        if action.kind == "field":
            body = dict(action.body)
            if action.id is not None:
                self._client.send("PUT", f"field/{action.id}", body=body)
                return action.id
            row = self._client.call("POST", "field", replies.ROW, body=body, repeatable=False)
            return str(row["id"])
        if action.kind == "screens":
            return self._put_on_screens(action, made)
        if action.verb == "change":
            return self._rename_option(action)
        field = action.id or made[f"field {action.body['field']}"]
        path = f"field/{field}/context/{self._contexts(field)[0]['id']}/option"
        options = {"options": [{"value": action.body["value"], "disabled": False}]}
        reply = self._client.call("POST", path, replies.ROW, body=options, repeatable=False)
        return f"{field}/{reply['options'][0]['id']}"

    def _rename_option(self, action: Action) -> str:
        """Issues keep the option that they have, under its new name."""
        field = action.body["field"]
        path = f"field/{field}/context/{self._contexts(field)[0]['id']}/option"
        options = {"options": [{"id": action.id, "value": action.body["value"]}]}
        self._client.call("PUT", path, replies.ROW, body=options)
        return f"{field}/{action.id}"

    def _put_on_screens(self, action: Action, made: Mapping[str, str]) -> str:
        """Ids of all fields that we have put on the project's screens so far."""
        ids = [id_ or made[f"field {name}"] for name, id_ in action.body["fields"].items()]
        asked: Row = {
            "fields": [{"type": "FIELD_ID", "identifier": one} for one in ids],
            "associationContexts": [{"type": "PROJECT_ID", "identifier": int(action.body["project"])}],
        }
        self._client.send("PUT", "field/association", body=asked)
        placed = {*ids, *_placed(made.get(action.what, ""))}
        return ",".join(sorted(one.removeprefix(PREFIX) for one in placed))

    def _remove(self, action: Action) -> None:
        if action.kind == "field":
            self._client.send("POST", f"field/{action.id}/trash")
            return
        field = action.body["field"]
        for context in self._contexts(field):
            path = f"field/{field}/context/{context['id']}/option"
            if any(str(row["id"]) == action.id for row in listed(self._client, path)):
                self._client.send("DELETE", f"{path}/{action.id}")

    def _fields(self) -> list[Row]:
        return listed(self._client, "field/search", type="custom")

    def _contexts(self, field: str) -> list[Row]:
        return listed(self._client, f"field/{field}/context")

    def _options(self, field: str) -> dict[str, str]:
        """Text to id."""
        paths = [f"field/{field}/context/{one['id']}/option" for one in self._contexts(field)[:1]]
        return {row["value"]: str(row["id"]) for path in paths for row in listed(self._client, path)}


def _placed(kept: str) -> list[str]:
    """Ids of the fields on a project's screens, of which the store keeps the numbers."""
    return [PREFIX + one.removeprefix(PREFIX) for one in kept.split(",") if one]


def usable(
    rows: Sequence[Row], need: Need, made: Mapping[str, str], problems: list[SetupProblem]
) -> dict[str, Row | None]:
    """Name to row of the fields that can be used, found as `find_made` does; None where one has to be made. Names
    that stand for something of another type are left out, aloud."""
    found: dict[str, Row | None] = {}
    for name in FIELDS:
        known = made.get(f"field {name}")
        fitting = [row for row in rows if _has_type(row, name)]
        row = find_made(fitting, _identify, known, name, need, FIELDS)
        names = field_names(name, need.texts)
        row = row or next((one for one in fitting for given in names if _is_called(one, given)), None)
        if row is None and any(one["name"] in names for one in rows):
            why = "a field with this name has another type"
            problems.append(
                SetupProblem(
                    f"field {field_called(name, need.texts)}",
                    why,
                    "Rename the field; setup then creates its own.",
                )
            )
            continue
        found[name] = row
    return found | _left_over(rows, found, need)


def _left_over(rows: Iterable[Row], found: Mapping[str, Row | None], need: Need) -> dict[str, Row | None]:
    """Fields of ours that were made before descriptions said which one they are, and renamed since: where one is
    missing and one of its type is left, it is that one."""
    used = {row["id"] for row in found.values() if row is not None}
    left = [
        row
        for row in rows
        if row["id"] not in used and is_ours(row.get("description"), need.owner)
    ]  # fmt: skip
    matched: dict[str, Row | None] = {}
    for kind in {one[0] for one in FIELDS.values()}:
        missing = [name for name, row in found.items() if row is None and FIELDS[name][0] == kind]
        fitting = [row for row in left if _type_of(row) == PLUGIN + kind]
        if len(missing) == len(fitting) == 1:
            matched[missing[0]] = fitting[0]
    return matched


def ids_of(fields: Mapping[str, Row | None]) -> dict[str, str | None]:
    """The ids of fields, by our names for them."""
    return {name: str(row["id"]) if row else None for name, row in fields.items()}


def ours_among(fields: Mapping[str, Row | None], need: Need) -> dict[str, str]:
    """The ids of those that setup made, by what the store calls them."""
    return {
        f"field {name}": str(row["id"])
        for name, row in fields.items()
        if row is not None and is_ours(row.get("description"), need.owner)
    }


def named_otherwise(fields: Mapping[str, Row | None], need: Need) -> set[str]:
    """Those of the fields, whoever made them, that have another name than the language gives them."""
    return {
        name
        for name, row in fields.items()
        if row is not None and not _is_called(row, field_called(name, need.texts))
    }


def ours_renamed(fields: Mapping[str, Row | None], need: Need) -> dict[str, str]:
    """What those of our fields are called that have another name than the language gives them. Where the description is not
    told, the name tells."""
    return {
        name: str(row["name"])
        for name, row in fields.items()
        if row is not None
        and name in named_otherwise(fields, need)
        and ("description" not in row or is_ours(row["description"], need.owner))
    }


def _identify(row: Row) -> Identified:
    return Identified(str(row["id"]), row["name"], row.get("description"))


def _is_called(row: Row, name: str) -> bool:
    """Whether it has the name, in any language that the site gives names in."""
    return folded(name) in (folded(row["name"]), folded(row.get("untranslatedName") or ""))


def _has_type(row: Row, name: str) -> bool:
    return _type_of(row) == PLUGIN + FIELDS[name][0]


def _type_of(row: Row) -> str:
    return str(row.get("schema", {}).get("custom"))


def creation(name: str, need: Need) -> Action:
    """The step that makes one of the `FIELDS`."""
    kind, searcher, _ = FIELDS[name]
    body = {
        "name": field_called(name, need.texts),
        "type": PLUGIN + kind,
        "searcherKey": PLUGIN + searcher,
        "description": described(name, need.owner, need.texts),
    }
    return Action("field", name, "create", "does not exist", None, body, field_called(name, need.texts))

"""The same site in the shapes of Data Center's REST v2: users by name, no hierarchy levels, epic links by key."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.company import DIRECTORY, Person
from connectors.sandbox.jira.fields import SPRINT, Field
from connectors.sandbox.jira.layout import shown_fields
from connectors.sandbox.jira.show import ABSENT, Show
from connectors.sandbox.jira.state import (
    EPIC_LINK,
    EPIC_NAME,
    Comment,
    History,
    Issue,
    IssueType,
    Project,
)
from connectors.sandbox.jira.wiki import to_wiki

EPIC_NAME_FIELD = Field(
    EPIC_NAME,
    "Epic Name",
    "string",
    {"type": "string", "custom": "com.pyxis.greenhopper.jira:gh-epic-label", "customId": 10011},
    ("cf[10011]", "Epic Name"),
)
PARENT_LINK = "customfield_10018"
PARENT_LINK_FIELD = Field(
    PARENT_LINK,
    "Übergeordnete Verknüpfung",
    "string",
    {"type": "any", "custom": "com.atlassian.jpo:jpo-custom-field-parent", "customId": 10018},
    ("cf[10018]", "Übergeordnete Verknüpfung"),
)
"""Of Advanced Roadmaps: what stands above an epic. Its name is that of the language in which the app was installed."""
_CLOUD_ONLY = frozenset({"statusCategory", "statuscategorychangedate"})
_KEYS = {person: f"JIRAUSER{10_100 + number}" for number, person in enumerate(DIRECTORY.values())}


def name_of(person: Person) -> str:
    """The user name of a person."""
    return person.email.partition("@")[0]


def user_key(person: Person) -> str:
    """The key of a person's account, which stays when the name changes."""
    return _KEYS[person]


class ServerShow(Show):
    """Shows the site as Data Center does."""

    heeds_language = False
    expands = "operations,versionedRepresentations,editmeta,changelog,renderedFields"

    def user(self, person: Person | None) -> dict[str, Any] | None:
        if person is None:
            return None
        return {
            "self": f"{self.rest}/user?username={name_of(person)}",
            "name": name_of(person),
            "key": user_key(person),
            "emailAddress": person.email,
            "avatarUrls": {},
            "displayName": person.name,
            "active": True,
            "timeZone": self.site.zone_of(person).key,
        }

    def project(self, project: Project) -> dict[str, Any]:
        return _without(super().project(project), "simplified")

    def whole_project(self, project: Project) -> dict[str, Any]:
        return _without(super().whole_project(project), "simplified", "style", "isPrivate", "properties")

    def type(self, kind: IssueType) -> dict[str, Any]:
        return _without(super().type(kind), "hierarchyLevel")

    def as_given(self, name: str) -> dict[str, str]:  # noqa: ARG002
        """Nothing: one language is all that it tells."""
        return {}

    def text(self, document: dict[str, Any] | None) -> dict[str, Any] | str | None:
        """Wiki markup: what came as markup is given back as it came."""
        return None if document is None else to_wiki(document)

    def field(self, issue: Issue, name: str) -> Any:
        """The value of one field: `parent` on sub-tasks only, the epic by its key in `Epic Link`."""
        if name in _CLOUD_ONLY or (name == "parent" and not issue.type.is_subtask):
            return ABSENT
        if name == EPIC_LINK:
            return (
                self._epic(issue)
                if EPIC_LINK in shown_fields(self.site, issue.project, issue.type)
                else ABSENT
            )
        if name == EPIC_NAME:
            return issue.custom.get(EPIC_NAME) or issue.summary if issue.type.level == 1 else ABSENT
        if name == PARENT_LINK:
            return self._linked_parent(issue)
        if name == SPRINT.id and isinstance(sprints := issue.custom.get(name), list):
            return [sprint.as_text for sprint in sprints]
        return super().field(issue, name)

    def _linked_parent(self, issue: Issue) -> str | None:
        """The key of an initiative, as text; also of a hidden one. Empty on whatever hangs on an epic, or on nothing."""
        above = self.site.issues.get(issue.parent) if issue.parent is not None else None
        return above.key if above is not None and above.type.level > 1 else None

    def _epic(self, issue: Issue) -> str | None:
        own: str | None = issue.custom.get(EPIC_LINK)
        if own is not None:
            return own
        # The key stands there also where the epic is hidden.
        above = self.site.issues.get(issue.parent) if issue.parent is not None else None
        return above.key if above is not None and above.type.level == 1 else None

    def comment(self, issue: Issue, comment: Comment, *, properties: bool) -> dict[str, Any]:
        return _without(super().comment(issue, comment, properties=properties), "jsdPublic")

    def history(self, entry: History) -> dict[str, Any]:
        """Without field ids, and people by the keys of their accounts."""
        shown = super().history(entry)
        keys = {person.account_id: user_key(person) for person in DIRECTORY.values()}
        for item in shown["items"]:
            item.pop("fieldId", None)
            item |= {end: keys.get(item[end], item[end]) for end in ("from", "to")}
        return shown

    def changelog(self, issue: Issue, *, alone: bool = False) -> dict[str, Any]:
        """The whole history, oldest first, or the first part of it."""
        rows, peculiar = self.histories(issue), self.site.peculiar
        shown = rows if alone and peculiar.whole_alone else rows[: peculiar.most_histories]
        return {"startAt": 0, "maxResults": len(shown), "total": len(rows), "histories": shown}

    def described(self, entry: Field) -> dict[str, Any]:
        return _without(super().described(entry), "key")


def _without(shown: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if name not in names}

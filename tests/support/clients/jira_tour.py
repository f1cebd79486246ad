"""A walk through a Jira site with the `jira` package's own methods, which know nothing of the sandbox.

By hand, against a running sandbox: `python -m tests.support.clients.jira_tour http://127.0.0.1:PORT/jira`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from jira import JIRA, Issue, JIRAError

EMAIL = "truenorth@acme.example"
TOKEN = "sandbox-jira-token"


@dataclass
class Tour:
    """What the walk came across, step by step; `version` is that of the REST API, as the package takes it."""

    url: str
    version: str = "2"
    seen: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.jira = JIRA(
            self.url,
            basic_auth=(EMAIL, TOKEN),
            options={"rest_api_version": self.version},
            max_retries=0,
            timeout=20,
        )

    def text(self, words: str) -> Any:
        """A text as this version of the API takes it."""
        if self.version == "2":
            return words
        paragraph = {"type": "paragraph", "content": [{"type": "text", "text": words}]}
        return {"type": "doc", "version": 1, "content": [paragraph]}

    def words(self, body: Any) -> str:
        """The text of a one-paragraph body as this version of the API gives it."""
        if self.version == "2":
            return str(body)
        # The package wraps nested JSON into attribute holders.
        return str(body.content[0].content[0].text)

    def walk(self) -> Iterator[str]:
        """Take every step; gives the name of each one done."""
        for step in (
            self.site,
            self.lists,
            self.search,
            self.issue,
            self.move_on,
            self.comments,
            self.properties,
            self.remote_links,
            self.links,
            self.people,
            self.filters,
            self.removal,
        ):
            step()
            yield step.__name__

    def site(self) -> None:
        info = self.jira.server_info()
        self.seen["deployment"] = info["deploymentType"]
        self.seen["me"] = self.jira.myself()["emailAddress"]
        self.seen["account"] = self.jira.current_user("accountId")

    def lists(self) -> None:
        fields = {entry["name"]: entry["id"] for entry in self.jira.fields()}
        self.seen["field"] = fields["Key result"]
        self.seen["projects"] = [project.key for project in self.jira.projects()]
        project = self.jira.project("WEB")
        self.seen["project types"] = [kind.name for kind in project.issueTypes]
        self.seen["types"] = [kind.name for kind in self.jira.issue_types()]
        self.seen["priorities"] = [entry.name for entry in self.jira.priorities()]
        self.seen["resolutions"] = [entry.name for entry in self.jira.resolutions()]
        self.seen["status"] = self.jira.status("Done").statusCategory.key

    def search(self) -> None:
        jql = "project = WEB ORDER BY key ASC"
        page = self.jira.enhanced_search_issues(jql, maxResults=10, fields="summary,status")
        self.seen["page"] = [issue.key for issue in page]
        self.seen["summary of the first"] = page[0].fields.summary
        following = self.jira.enhanced_search_issues(jql, page.nextPageToken, 10, fields="summary")
        self.seen["next page"] = [issue.key for issue in following]
        every = self.jira.enhanced_search_issues(jql, maxResults=0, fields="summary")
        self.seen["all"] = [issue.key for issue in every]
        raw = self.jira.enhanced_search_issues(jql, maxResults=3, json_result=True, use_post=True)
        self.seen["raw"] = [issue["key"] for issue in raw["issues"]]
        self.seen["count"] = self.jira.approximate_issue_count("project = WEB")
        named = self.jira.enhanced_search_issues(jql, maxResults=1, fields=["Key result", "labels"])
        self.seen["field by name"] = self.seen["field"] in named[0].raw["fields"]

    def issue(self) -> None:
        made = self.jira.create_issue(
            project="WEB",
            issuetype="Story",
            summary="Made by the package",
            description=self.text("Why we do this"),
            labels=["first"],
        )
        self.made = made
        self.seen["created"] = (made.key, made.fields.summary, list(made.fields.labels))
        self.seen["description"] = self.words(made.fields.description)
        made.update(notify=False, summary="Renamed", labels=[{"set": ["first", "second"]}])
        self.seen["renamed"] = (made.fields.summary, sorted(made.fields.labels))
        made.add_field_value("labels", "third")
        made.update(fields={self.seen["field"]: "GROWTH-KR1"}, update={"labels": [{"remove": "first"}]})
        self.seen["labels"] = sorted(made.fields.labels)
        self.seen["key result"] = getattr(self.jira.issue(made.key).fields, self.seen["field"])
        try:
            made.update(fields={"labels": ["two words"]})
        except JIRAError as error:
            self.seen["refused"] = (error.status_code, error.text)

    def move_on(self) -> None:
        offered = {entry["name"]: entry["id"] for entry in self.jira.transitions(self.made)}
        self.seen["transitions"] = sorted(offered)
        self.jira.transition_issue(self.made, "Done", comment=self.text("Off it goes"))
        self.made.update(update={"comment": [{"add": {"body": self.text("And edited")}}]})
        self.made = self.jira.issue(self.made.key, expand="changelog")
        resolution = self.made.fields.resolution
        self.seen["moved on"] = (self.made.fields.status.name, resolution and resolution.name)
        histories = self.made.changelog.histories
        self.seen["history"] = [item.field for entry in histories for item in entry.items]

    def comments(self) -> None:
        comment = self.jira.add_comment(self.made, self.text("One remark"))
        comment.update(body=self.text("One remark, edited"))
        self.jira.add_comment(self.made, self.text("Another"))
        listed = self.jira.comments(self.made)
        self.seen["comments"] = [self.words(entry.body) for entry in listed]
        self.seen["author"] = self.jira.comment(self.made, comment.id).author.displayName
        listed[-1].delete()
        self.seen["comments left"] = [entry.id == comment.id for entry in self.jira.comments(self.made.key)]

    def properties(self) -> None:
        # Another issue: Jira takes only so many writes to one in a short time.
        self.target = self.jira.create_issue(project="WEB", issuetype="Task", summary="Written to a lot")
        self.jira.add_issue_property(self.target, "tour", {"step": 1})
        self.jira.add_issue_property(self.target, "tour", {"step": 2, "deep": [1, {"a": None}]})
        found = self.jira.issue_property(self.target, "tour")
        self.seen["property"] = found.raw["value"]
        self.seen["properties"] = [entry.key for entry in self.jira.issue_properties(self.target)]
        found.delete()
        self.seen["properties left"] = [entry.key for entry in self.jira.issue_properties(self.target)]

    def remote_links(self) -> None:
        shown = {"url": "https://okr.acme.example/GROWTH-KR1", "title": "GROWTH-KR1"}
        for title in ("GROWTH-KR1", "GROWTH-KR1 at 40 %"):
            self.jira.add_remote_link(self.target.key, shown | {"title": title}, globalId="kr=GROWTH-KR1&a b")
        other = self.jira.add_simple_link(self.target.key, shown | {"title": "Another"})
        listed = self.jira.remote_links(self.target)
        self.seen["remote links"] = [link.object.title for link in listed]
        link = self.jira.remote_link(self.target, str(other.id))
        link.update(shown | {"title": "Another one"}, globalId="another")
        self.seen["remote link"] = (link.object.title, link.globalId)
        self.jira.delete_remote_link(self.target.key, global_id="kr=GROWTH-KR1&a b")
        self.jira.delete_remote_link(self.target.key, internal_id=str(other.id))
        self.seen["remote links left"] = self.jira.remote_links(self.target)

    def links(self) -> None:
        other = self.seen["page"][0]
        self.seen["link types"] = [kind.name for kind in self.jira.issue_link_types()]
        self.jira.create_issue_link("Blocks", self.target.key, other)
        (link,) = self.jira.issue(self.target.key).fields.issuelinks
        self.seen["link"] = (link.type.outward, link.outwardIssue.key == other)
        whole = self.jira.issue_link(link.id)
        self.seen["whole link"] = (whole.inwardIssue.key, whole.outwardIssue.key) == (self.target.key, other)
        self.jira.delete_issue_link(link.id)
        self.seen["links left"] = self.jira.issue(self.target.key).fields.issuelinks

    def people(self) -> None:
        (ann,) = self.jira.search_users(query="ann.lee")
        self.seen["found"] = ann.displayName
        self.seen["user"] = self.jira.user(ann.accountId).displayName
        assignable = self.jira.search_assignable_users_for_issues(query="ann", issueKey=self.target.key)
        self.seen["assignable"] = "Ann Lee" in [person.displayName for person in assignable]
        self.jira.assign_issue(self.target.key, "ann.lee@acme.example")
        assignee = self.jira.issue(self.target.key).fields.assignee
        self.seen["assignee"] = assignee and assignee.displayName
        self.jira.assign_issue(self.target.key, None)
        self.seen["unassigned"] = self.jira.issue(self.target.key).fields.assignee

    def filters(self) -> None:
        made = self.jira.create_filter(
            f"Unaligned work, version {self.version}", "Work that serves no key result", "project = WEB", True
        )
        self.seen["filter"] = (made.name, made.jql)
        self.seen["favourites"] = made.id in [entry.id for entry in self.jira.favourite_filters()]
        changed = self.jira.update_filter(made.id, jql="project = WEB AND labels = second")
        self.seen["changed filter"] = (changed.name, changed.jql)
        again = self.jira.filter(made.id)
        self.seen["filter again"] = again.jql
        found = self.jira.enhanced_search_issues(f"filter = {made.id}", fields="summary")
        self.seen["found by filter"] = [issue.key for issue in found]
        again.delete()

    def removal(self) -> None:
        key = self.made.key
        parent = self.jira.create_issue(project="WEB", issuetype="Task", summary="With a part")
        part: Issue = self.jira.create_issue(
            project="WEB", issuetype="Sub-task", summary="The part", parent={"key": parent.key}
        )
        self.seen["part of"] = part.fields.parent.key == parent.key
        parent.delete(deleteSubtasks=True)  # type: ignore[no-untyped-call]
        self.made.delete()  # type: ignore[no-untyped-call]
        for gone in (key, parent.key, part.key):
            try:
                self.jira.issue(gone)
            except JIRAError as error:
                self.seen.setdefault("gone", []).append(error.status_code)


def main(url: str) -> None:
    """Walk with both versions of the API, and say so."""
    for version in ("2", "3"):
        for step in Tour(url, version).walk():
            sys.stdout.write(f"version {version}: {step}\n")


if __name__ == "__main__":
    main(sys.argv[1])

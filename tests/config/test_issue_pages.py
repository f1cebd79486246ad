"""Which key the address of an issue's page names, and which address is none of the site's."""

from __future__ import annotations

import pytest

from config.issue_pages import IssuePages
from config.trackers import JiraScope, JiraTracker

SCOPE = JiraScope(projects=("WEB",))
CLOUD = "https://acme.atlassian.net"
SERVER = "https://jira.acme.com:8443/jira"


def pages(url: str) -> IssuePages:
    found = JiraTracker(kind="jira", url=url, scope=SCOPE).issue_pages
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("site", "address", "key"),
    [
        (CLOUD, "https://acme.atlassian.net/browse/WEB-17", "WEB-17"),
        (CLOUD + "/", "https://ACME.atlassian.net:443/browse/web-17/", "WEB-17"),
        (CLOUD, "http://acme.atlassian.net./browse/WEB-17?focusedCommentId=1#c", "WEB-17"),
        (CLOUD, "https://acme.atlassian.net/jira/software/c/projects/WEB/issues/WEB-17", "WEB-17"),
        (
            CLOUD,
            "https://acme.atlassian.net/jira/software/projects/WEB/boards/3?selectedIssue=WEB-17",
            "WEB-17",
        ),
        (SERVER, "https://jira.acme.com:8443/jira/browse/A_B2-1", "A_B2-1"),
        (SERVER, "https://jira.acme.com:8443/jira/projects/WEB/issues/WEB-17?filter=allopenissues", "WEB-17"),
        # Another site, another context path, another port, no issue.
        (CLOUD, "https://acme.atlassian.net.evil.example/browse/WEB-17", None),
        (CLOUD, "https://evil.example/?acme.atlassian.net/browse/WEB-17", None),
        (CLOUD, "https://acme.atlassian.net@evil.example/browse/WEB-17", None),
        (CLOUD, "https://acme.atlassian.net/wiki/spaces/WEB/pages/17", None),
        (CLOUD, "https://acme.atlassian.net/browse/WEB", None),
        (CLOUD, "https://acme.atlassian.net/browse/WEB-17abc", None),
        (CLOUD, "ftp://acme.atlassian.net/browse/WEB-17", None),
        (CLOUD, "https://[broken/browse/WEB-17", None),
        (CLOUD, "", None),
        (SERVER, "https://jira.acme.com:8443/browse/WEB-17", None),
        (SERVER, "https://jira.acme.com:8443/jira2/browse/WEB-17", None),
        (SERVER, "https://jira.acme.com/jira/browse/WEB-17", None),
    ],
)
def test_the_key_is_read_off_the_pages_of_the_site_alone(site: str, address: str, key: str | None) -> None:
    assert pages(site).key_at(address) == key


@pytest.mark.parametrize(
    ("site", "place"),
    [
        (CLOUD, "acme.atlassian.net/"),
        (SERVER, "jira.acme.com:8443/jira/"),
        (SERVER + "/", "jira.acme.com:8443/jira/"),
    ],
)
def test_every_address_of_the_site_holds_its_place(site: str, place: str) -> None:
    assert pages(site).place == place


def test_behind_the_gateway_nobody_knows_the_pages() -> None:
    gateway = "https://api.atlassian.com/ex/jira/5a7d0c1e"
    assert JiraTracker(kind="jira", url=gateway, scope=SCOPE).issue_pages is None

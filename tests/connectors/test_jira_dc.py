def test_histories_are_those_of_the_cloud(site: Site) -> None:
    cloud = connector(f"{site.sandbox.url}/jira")
    items = [item for item in site.truenorth.pull().items if item.level == "issue"]
    site.sandbox.call(lambda: setattr(site.jira.limits, "server_page", 9))
    try:
        assert site.truenorth.histories(items) == cloud.histories(items) != {}
    finally:
        cloud.close()


def test_issues_by_id_without_marks(site: Site) -> None:
    item = site.item("WEB-1")
    found = site.truenorth.fetch([item.ref.id, "999999999"])
    assert [one.key for one in found] == ["WEB-1"]

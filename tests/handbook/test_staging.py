"""From pages of the repository to pages of the site: places, links, lists."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from handbook.staging import BrokenLinkError, apart, place_of, relinked, stage


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("README.md", "index.md"),
        ("SECURITY.md", "security.md"),
        ("docs/marks.md", "marks.md"),
        ("docs/adr/README.md", "adr/index.md"),
        ("docs/images/a.png", "images/a.png"),
        ("deploy/grafana/board.json", "files/deploy/grafana/board.json"),
    ],
)
def test_every_file_has_a_place(path: str, place: str) -> None:
    assert str(place_of(PurePosixPath(path))) == place


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in (
        "README.md",
        "SECURITY.md",
        "CHANGELOG.md",
        "docs/a.md",
        "docs/adr/README.md",
        "docs/adr/0001-x.md",
    ):
        file = tmp_path / "repository" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("# Page\n", encoding="utf-8")
    board = tmp_path / "repository" / "deploy" / "kubernetes" / "job.yaml"
    board.parent.mkdir(parents=True)
    board.write_text("kind: CronJob\n", encoding="utf-8")
    return tmp_path / "repository"


@pytest.mark.parametrize(
    ("page", "link", "moved"),
    [
        ("README.md", "[a](docs/a.md#x)", "[a](a.md#x)"),
        ("README.md", '<img src="docs/a.md">', '<img src="a.md">'),
        ("docs/a.md", "[r](../README.md#y) [s](../SECURITY.md)", "[r](index.md#y) [s](security.md)"),
        ("docs/a.md", "[d](adr/README.md) [d](adr)", "[d](adr/index.md) [d](adr/index.md)"),
        ("docs/adr/0001-x.md", "[a](../a.md)", "[a](../a.md)"),
        ("docs/a.md", "[j](../deploy/kubernetes/job.yaml)", "[j](files/deploy/kubernetes/job.yaml)"),
        ("docs/a.md", "[k](../deploy/kubernetes/)", "[k](files/deploy/kubernetes/index.md)"),
        ("docs/a.md", "[w](https://example.com/x.md) [h](#here) [m](mailto:a@b.example)", None),
        ("docs/a.md", "```md\n[no](nowhere.md)\n```", None),
    ],
)
def test_links_follow_the_pages(root: Path, page: str, link: str, moved: str | None) -> None:
    assert relinked(link, PurePosixPath(page), root)[0] == (moved or link)


@pytest.mark.parametrize("target", ["nowhere.md", "../../outside.md", "../docs/images/none.png"])
def test_a_link_that_leads_nowhere_is_told_with_its_page(root: Path, target: str) -> None:
    with pytest.raises(BrokenLinkError, match=r"docs/a\.md: .* leads nowhere"):
        relinked(f"[x]({target})", PurePosixPath("docs/a.md"), root)


def test_what_pages_link_to_comes_along_and_old_pages_go(root: Path, tmp_path: Path) -> None:
    (root / "docs" / "a.md").write_text("[k](../deploy/kubernetes)\n", encoding="utf-8")
    site = tmp_path / "pages"
    (site / "old.md").parent.mkdir()
    (site / "old.md").touch()
    stage(root, site)
    assert not (site / "old.md").exists()
    assert (site / "files/deploy/kubernetes/job.yaml").read_text() == "kind: CronJob\n"
    assert "[`job.yaml`](job.yaml)" in (site / "files/deploy/kubernetes/index.md").read_text()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Rules:\n- one\n- two\n", "Rules:\n\n- one\n- two\n"),
        ("Rules:\n1. one\n2. two\n", "Rules:\n\n1. one\n2. two\n"),
        ("- one\n  goes on\n- two\n", None),
        ("```sh\nls\n- x\n```\n", None),
        ("Rules:\n\n- one\n", None),
    ],
)
def test_a_list_right_below_a_sentence_stays_a_list(before: str, after: str | None) -> None:
    assert apart(before) == (after or before)

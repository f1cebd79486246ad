"""The report as a user types it: folders, exit codes, and what refreshes it. Trackers in memory; its pages are driven in tests/sync/report/html."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sync.cli.exit_codes import Exit
from tests.support.cli import AS_OF, Cli
from tests.support.fake_company import Company, Prepared, guarded, prepare, silent_cli


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    with pytest.MonkeyPatch.context() as patch:
        return prepare(tmp_path_factory.mktemp("prepared"), silent_cli(patch), patch)


@pytest.fixture
def company(prepared: Prepared, tmp_path: Path, run: Cli, monkeypatch: pytest.MonkeyPatch) -> Company:
    return prepared.company(tmp_path, run, monkeypatch)


def test_it_is_written_once_in_the_language_that_is_asked_for(company: Company) -> None:
    ran, told = company.json("report", "--out", "site", "--language", "fr")
    assert ran.code == Exit.DONE, ran.err
    assert told["report"]["language"] == "fr"
    assert told["report"]["written"] > 3
    site = Path("site")
    assert '<html lang="fr">' in (site / "index.html").read_text(encoding="utf-8")
    assert json.loads((site / "report.json").read_bytes())["as_of"] == told["as_of"]
    assert (site / "items.csv").read_bytes().startswith(b"\xef\xbb\xbftracker,key,")
    again = company.run("report", "--out", "site", "--language", "fr")
    assert (again.code, again.words) == (Exit.DONE, "Report in site/index.html: nothing changed.")


def test_a_folder_of_somebody_elses_is_refused_before_anything_is_read(company: Company) -> None:
    Path("thesis").mkdir()
    Path("thesis/draft.tex").write_text("years of work")
    for command in (("report", "--out", "thesis", "--fresh", *AS_OF), ("sync", "--report", "thesis", *AS_OF)):
        ran = company.run(*command)
        assert (ran.code, ran.out) == (Exit.USAGE, "")
        assert ran.err.startswith(
            "truenorth: thesis holds files that are not of a report, such as draft.tex;"
        )
    assert company.trackers["jira"].writes == []
    assert [one.name for one in Path("thesis").iterdir()] == ["draft.tex"]


def test_a_folder_that_cannot_be_made_fails(company: Company) -> None:
    Path("file").write_text("x")
    ran = company.run("report", "--out", "file/site")
    assert ran.code == Exit.FAILED
    assert ran.err.startswith("truenorth: file/site: Not a directory")


def test_a_sync_refreshes_it_with_one_line_or_none(company: Company) -> None:
    ran = company.run("sync", *AS_OF, "--report", "site")
    assert ran.code == Exit.DONE, ran.err
    assert "Report in site/index.html: " in ran.words
    quiet = company.run("sync", *AS_OF, "--report", "site", "--quiet")
    assert quiet.code == Exit.DONE
    assert quiet.out.count("\n") == 1
    assert company.run("report", "--out", "other").code == Exit.DONE
    assert Path("other/report.json").read_bytes() == Path("site/report.json").read_bytes()


def test_a_sync_that_a_guard_stops_leaves_it_as_it_is(company: Company) -> None:
    company.run("report", "--out", "site")
    before = {one: one.read_bytes() for one in Path("site").rglob("*") if one.is_file()}
    guarded(company)
    ran = company.run("sync", *AS_OF, "--report", "site")
    assert ran.code == Exit.STOPPED
    assert "The report in site is as it was." in ran.words
    assert {one: one.read_bytes() for one in Path("site").rglob("*") if one.is_file()} == before

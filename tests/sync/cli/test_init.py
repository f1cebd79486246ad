"""`truenorth init` as a user types it: against both trackers, one of them, a Data Center, an empty site, and none."""

from __future__ import annotations

import io
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.load import load
from config.trackers import JiraTracker
from connectors.sandbox.jira.gateway import BASE as GATEWAY
from connectors.sandbox.jira.gateway import SCOPED_TOKEN
from connectors.sandbox.jira.http import SERVER_TOKEN
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.cli.commands import okr_files
from sync.jobs.okr_files.draft import Draft, draft
from sync.jobs.sandbox import environment
from sync.starter.proposal import Proposal
from tests.support.cli import AS_OF, Cli, writes
from tests.support.empty_company import company

FILE = Path("truenorth.yaml")


@pytest.fixture(scope="module")
def site() -> Iterator[Sandbox]:
    """Served once: nothing here writes to it."""
    with Sandbox(generate(items=120, seed=3)) as running:
        yield running


@pytest.fixture(autouse=True)
def _no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONFIG", "JIRA_URL", "JIRA_EMAIL", "JIRA_TOKEN", "LINEAR_URL", "LINEAR_TOKEN"):
        monkeypatch.delenv(f"TRUENORTH_{name}", raising=False)


def point(
    monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox, *, jira: str = "cloud", linear: bool = True
) -> None:
    """Set the credentials that are at hand."""
    for name, value in environment(sandbox).items():
        if name != "TRUENORTH_CONFIG" and (jira if "JIRA" in name else linear):
            monkeypatch.setenv(name, value)
    if jira == "data_center":
        monkeypatch.delenv("TRUENORTH_JIRA_EMAIL")
        monkeypatch.setenv("TRUENORTH_JIRA_URL", f"{sandbox.url}/jira-dc")
        monkeypatch.setenv("TRUENORTH_JIRA_TOKEN", SERVER_TOKEN)


def test_check_and_plan_follow_without_an_edit(
    run: Cli, site: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    point(monkeypatch, site)
    before = len(site.requests)
    made = run("init", *AS_OF)
    assert (made.code, made.err) == (0, "Looking at jira …\nLooking at linear …\n")
    assert "Wrote truenorth.yaml." in made.out
    asked = Counter(one.path.rpartition("/")[2] for one in site.requests[before:])
    assert sum(asked.values()) <= 20, asked
    assert writes(site) == []
    text = FILE.read_text(encoding="utf-8")
    assert not any(
        secret in text for secret in ("sandbox-jira-token", "sandbox-linear-token", "truenorth@acme.example")
    )
    assert list(load(FILE).cycles) == ["2026-Q4", "2027-Q1"]
    assert run("check").code == 0
    planned = json.loads(run("plan", "--format", "json", *AS_OF).out)
    assert planned["guards"][0]["guard"] == "first-run"


def test_json_says_what_was_found(run: Cli, site: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    point(monkeypatch, site)
    found = json.loads(run("init", "--format", "json", *AS_OF).out)
    assert (found["file"], found["written"], found["valid"], found["lacking"]) == (
        "truenorth.yaml",
        True,
        True,
        [],
    )
    assert found["next"] == ["truenorth check", "truenorth plan"]
    jira, linear = found["trackers"]["jira"], found["trackers"]["linear"]
    # Counted here by what the sandbox holds.
    world = site.world
    open_ = Counter(one.project.key for one in world.jira.issues.values() if one.status.category != "done")
    assert {one["key"]: one["open_items"] for one in jira["places"]} == {
        one["key"]: open_[one["key"]] for one in jira["places"]
    }
    assert {one["key"] for one in jira["places"]} >= {"WEB", "OPS"}
    assert jira["estimate_fields"] == ["Story Points", "Story point estimate"]
    assert jira["own_fields"] == ["Key result", "KR progress"]
    assert jira["estimates"]["unit"] == "points"
    assert {one["scale"] for one in linear["places"]} == {"fibonacci", "exponential", ""}
    assert found["cycles"]["2027-Q1"] == ["2027-01-01", "2027-03-31"]
    assert found["exempt"]["types"] == ["Bug"]
    assert {one["kind"] for one in found["examples"]} == {"epic", "project"}


def test_credentials_may_be_files(
    run: Cli, site: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for name, value in environment(site).items():
        if "LINEAR" in name:
            (secrets / name.lower()).write_text(value, encoding="utf-8")
    monkeypatch.setenv("TRUENORTH_SECRETS_DIR", str(secrets))
    assert run("init", *AS_OF).code == 0
    assert list(load(FILE).trackers) == ["linear"]


@pytest.mark.parametrize("kind", ["cloud", "data_center"])
def test_jira_alone(run: Cli, site: Sandbox, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    point(monkeypatch, site, jira=kind, linear=False)
    assert run("init", *AS_OF).code == 0
    (tracker,) = load(FILE).trackers.values()
    assert isinstance(tracker, JiraTracker)
    assert (tracker.deployment, tracker.scope.projects[0]) == (kind, "WEB")
    assert next(one.links[0].key for _, one in load(FILE).key_results()) == "WEB-1"
    assert run("check").code == 0


def test_a_data_center_is_found_out_with_an_email_at_hand(
    run: Cli, site: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    point(monkeypatch, site, jira="data_center", linear=False)
    monkeypatch.setenv("TRUENORTH_JIRA_EMAIL", "truenorth@acme.example")
    assert run("init", *AS_OF).code == 0
    (tracker,) = load(FILE).trackers.values()
    assert isinstance(tracker, JiraTracker)
    assert tracker.deployment == "data_center"


def test_behind_the_gateway_the_address_of_the_pages_is_declared(
    run: Cli, site: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    point(monkeypatch, site, linear=False)
    monkeypatch.delenv("TRUENORTH_JIRA_EMAIL")
    monkeypatch.setenv("TRUENORTH_JIRA_URL", f"{site.url}{GATEWAY}")
    monkeypatch.setenv("TRUENORTH_JIRA_TOKEN", f"{SCOPED_TOKEN}:read:jira-work,read:jira-user")
    # This gateway does not tell it; Atlassian's does, or people say it.
    assert "Missing: jira: the address at which people see the site" in run("init", *AS_OF).out
    assert run("init", "--force", "--jira-url", f"{site.url}/jira", *AS_OF).code == 0
    (tracker,) = load(FILE).trackers.values()
    assert isinstance(tracker, JiraTracker)
    assert (tracker.deployment, tracker.url) == ("cloud", f"{site.url}/jira")
    assert run("plan", *AS_OF).code == 0


def test_linear_alone_to_stdout(
    run: Cli, site: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    point(monkeypatch, site, jira="")
    for asked in (("--print",), ("-",)):
        made = run("init", *asked, *AS_OF)
        assert made.code == 0
        path = tmp_path / "given.yaml"
        path.write_text(made.out, encoding="utf-8")
        assert list(load(path).trackers) == ["linear"]
        assert "Linear: signed in as Truenorth" in made.err
        assert not FILE.exists()


def test_the_origin_of_the_credential_is_address_enough(
    run: Cli, site: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    point(monkeypatch, site, linear=False)
    monkeypatch.delenv("TRUENORTH_JIRA_URL")
    monkeypatch.setenv("TRUENORTH_JIRA_ORIGIN", site.url)
    assert "no Jira site found" in run("init", *AS_OF).err
    assert run("init", "--jira-url", f"{site.url}/jira", *AS_OF).code == 0
    assert run("check").code == 0


def test_flags_say_what_is_wanted(run: Cli, site: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    point(monkeypatch, site)
    flags = (
        "--project",
        "ops,web",
        "--team",
        "MOB",
        "--link",
        "ops-1",
        "--workspace",
        "mine",
        "--time-zone",
        "Asia/Tokyo",
    )
    assert run("init", "okrs.yaml", *flags, *AS_OF).code == 0
    found = load(Path("okrs.yaml"))
    assert (found.workspace, found.time_zone) == ("mine", "Asia/Tokyo")
    assert {name: one.scope_keys for name, one in found.trackers.items()} == {
        "jira": ("OPS", "WEB"),
        "linear": ("MOB",),
    }
    assert [one.links[0].key for _, one in found.key_results()] == ["OPS-1"]


@pytest.mark.parametrize("places", [True, False], ids=["no work", "no places"])
def test_an_empty_site_gives_a_valid_file_and_what_is_missing(
    run: Cli, monkeypatch: pytest.MonkeyPatch, places: bool
) -> None:
    with Sandbox(company(places=places)) as sandbox:
        point(monkeypatch, sandbox)
        made = run("init", *AS_OF)
        assert made.code == 0
        missing = [line for line in made.out.splitlines() if line.startswith("Missing: ")]
        assert [line.split(":")[1].strip() for line in missing] == [
            "jira",
            "linear",
            "the example key result is done or not, and no work is linked to it.",
        ]
        assert run("validate").code == 0
        if places:
            assert run("check").code == 0
            assert run("plan", *AS_OF).code == 0
        else:
            assert made.out.endswith("make it again:\n  truenorth init --force\n")


# --- What goes wrong -----------------------------------------------------------------------------


@pytest.mark.usefixtures("no_waits")
@pytest.mark.parametrize(
    ("changes", "arguments", "said"),
    [
        pytest.param({"JIRA_TOKEN": "", "JIRA_EMAIL": "", "LINEAR_TOKEN": ""}, (), "no credentials found: for Jira cloud set TRUENORTH_JIRA_URL, TRUENORTH_JIRA_EMAIL and TRUENORTH_JIRA_TOKEN; for Jira data center set TRUENORTH_JIRA_URL and TRUENORTH_JIRA_TOKEN; for Linear set TRUENORTH_LINEAR_TOKEN; or", id="none"),
        pytest.param({"JIRA_EMAIL": ""}, (), "has a token but no e-mail address; set TRUENORTH_JIRA_EMAIL", id="half"),
        pytest.param({"JIRA_TOKEN": ""}, (), "has no token; set TRUENORTH_JIRA_TOKEN", id="other half"),
        pytest.param({"JIRA_URL": ""}, (), "Set TRUENORTH_JIRA_URL, or add --jira-url with the address", id="no address"),
        pytest.param({}, ("--jira-url", "https://other.example"), "--jira-url is not the address in TRUENORTH_JIRA_URL.", id="two addresses"),
        pytest.param({"JIRA_URL": ""}, ("--jira-url", "http://jira.acme.example"), "the URL is not encrypted; use https", id="not encrypted"),
        pytest.param({"JIRA_URL": ""}, ("--jira-url", "acme"), "is not a valid URL; write it as https://host/path", id="no URL"),
        pytest.param({}, ("okrs",), "okrs does not end in .yaml. Name a file such as okrs/truenorth.yaml", id="no suffix"),
        pytest.param({"JIRA_TOKEN": "not-the-token"}, (), "jira: Jira rejected the credential", id="refused by Jira"),
        pytest.param({"LINEAR_TOKEN": "not-the-token"}, (), "linear: Linear rejected the credential", id="refused by Linear"),
        pytest.param({"JIRA_URL": "http://127.0.0.1:9/jira"}, (), "Check the URL and the network. Nothing was written.", id="unreachable"),
        pytest.param({"JIRA_ORIGIN": "https://acme.atlassian.net"}, (), "TRUENORTH_JIRA_ORIGIN declares https://acme.atlassian.net; no request was made", id="another origin"),
        pytest.param({}, ("--project", "NOPE"), "project NOPE does not exist", id="no such project"),
        pytest.param({}, ("--team", "NOPE"), "team NOPE does not exist, or the credential cannot see it. Visible teams: ENG, MOB, PEO.", id="no such team"),
        pytest.param({"LINEAR_TOKEN": ""}, ("--team", "ENG"), "--team needs the credentials of linear", id="a team without Linear"),
        pytest.param({}, ("--link", "WEB-9999"), '"WEB-9999" is no open epic or project in scope; did you mean "WEB-', id="no such link"),
        pytest.param({}, ("--tracker", "github"), '"github" is no tracker to begin with; use jira or linear.', id="no such tracker"),
        pytest.param({}, ("--workspace", "a b"), '"a b" is no name for an installation.', id="no name"),
        pytest.param({}, ("--time-zone", "Paris"), '"Paris" is not a time zone.', id="no zone"),
        pytest.param({}, ("none/okrs.yaml",), "the folder none does not exist.", id="no folder"),
        pytest.param({}, ("okrs.yaml", "--config", "other.yaml"), "name the file once", id="two files"),
    ],
)  # fmt: skip
def test_what_goes_wrong_ends_with_2_and_says_what_to_do(
    run: Cli, site: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
    changes: dict[str, str], arguments: tuple[str, ...], said: str,
) -> None:  # fmt: skip
    point(monkeypatch, site)
    for name, value in changes.items():
        monkeypatch.setenv(f"TRUENORTH_{name}", value)
    ended = run("init", *arguments, *AS_OF)
    assert ended.code == 2
    assert said in ended.err
    assert "Traceback" not in ended.err
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_stays(
    run: Cli, site: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    point(monkeypatch, site)
    FILE.write_text("mine", encoding="utf-8")
    FILE.chmod(0o640)
    before = len(site.requests)
    ended = run("init", *AS_OF)
    assert (ended.code, FILE.read_text(encoding="utf-8"), len(site.requests)) == (2, "mine", before)
    assert "replace it with --force" in ended.err
    (tmp_path / "other.yaml").write_text("mine", encoding="utf-8")
    assert "has OKR files already, such as other.yaml" in run("init", str(tmp_path), *AS_OF).err
    assert run("init", "--force", *AS_OF).code == 0
    assert load(FILE).workspace == "acme"
    assert FILE.stat().st_mode & 0o777 == 0o640


def test_a_file_that_comes_meanwhile_stays(run: Cli, site: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    point(monkeypatch, site, jira="")

    def slow(proposal: Proposal, path: Path) -> Draft:
        FILE.write_text("theirs", encoding="utf-8")
        return draft(proposal, path)

    monkeypatch.setattr(okr_files, "draft", slow)
    ended = run("init", *AS_OF)
    assert (ended.code, FILE.read_text(encoding="utf-8")) == (2, "theirs")
    assert [one.name for one in Path.cwd().iterdir()] == ["truenorth.yaml"]


# --- On a terminal -------------------------------------------------------------------------------


def answered(run: Cli, monkeypatch: pytest.MonkeyPatch, *answers: str) -> tuple[int, str]:
    """What came of the questions, each answered by a line."""
    monkeypatch.setattr(okr_files, "can_ask", lambda: True)
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{one}\n" for one in answers)))
    ended = run("init", *AS_OF)
    return ended.code, ended.err


def test_it_asks_on_a_terminal_and_asks_again(
    run: Cli, site: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    point(monkeypatch, site)
    code, err = answered(run, monkeypatch, "nope", "web, OPS", "", "99", "2", "mine", "Mars", "UTC", "y")
    assert code == 0, err
    assert "Not among them: nope." in err
    assert "Not among them: 99." in err
    assert "Use an IANA name" in err
    found = load(FILE)
    assert (found.workspace, found.time_zone) == ("mine", "UTC")
    assert found.trackers["jira"].scope_keys == ("WEB", "OPS")
    assert found.trackers["linear"].scope_keys == ("ENG", "MOB")
    assert len(list(found.key_results())) == 1


@pytest.mark.parametrize(
    "answers", [("",), ("", "", "1", "", "", "n"), ("", "", "1", "", "")], ids=["end", "no", "end at last"]
)
def test_who_leaves_half_way_leaves_nothing(
    run: Cli, site: Sandbox, monkeypatch: pytest.MonkeyPatch, answers: tuple[str, ...], tmp_path: Path
) -> None:
    point(monkeypatch, site)
    code, err = answered(run, monkeypatch, *answers)
    assert code == 130
    assert err.endswith("truenorth: interrupted; nothing was written\n")
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []

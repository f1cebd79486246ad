"""Settings and credentials come from the environment or a secrets folder, and never show themselves."""

from __future__ import annotations

import dataclasses
import os
import traceback
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.settings import (
    Credentials,
    MissingCredential,
    NamedSecret,
    Settings,
    SettingsError,
    credentials,
    named_secret,
    source_origins,
)
from config.trackers import JiraScope, JiraTracker, LinearScope, LinearTracker

TOKEN = "planted-token-4711"
JIRA = JiraTracker(kind="jira", url="https://acme.example", scope=JiraScope(projects=("WEB",)))
SERVER = JIRA.model_copy(update={"deployment": "data_center"})
LINEAR = LinearTracker(kind="linear", scope=LinearScope(teams=("ENG",)))


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith("TRUENORTH_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("CI", raising=False)


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "secrets"
    folder.mkdir()
    monkeypatch.setenv("TRUENORTH_SECRETS_DIR", str(folder))
    return folder


def test_defaults() -> None:
    settings = Settings()
    assert settings.config == Path("truenorth.yaml")
    assert settings.store == "sqlite:///.truenorth/truenorth.db"
    assert (settings.log_level, settings.log_format) == ("info", "auto")


def test_variables_win_over_defaults_and_empty_ones_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUENORTH_CONFIG", "okrs")
    monkeypatch.setenv("TRUENORTH_STORE", "")
    monkeypatch.setenv("TRUENORTH_LOG_LEVEL", "DEBUG")
    monkeypatch.setenv("TRUENORTH_LOG_FORMAT", "json")
    settings = Settings()
    assert settings.config == Path("okrs")
    assert settings.store.startswith("sqlite:")
    assert (settings.log_level, settings.log_format) == ("debug", "json")


def test_wrong_settings_are_told_together_in_plain_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUENORTH_LOG_LEVEL", "warnin")
    monkeypatch.setenv("TRUENORTH_LOG_FORMAT", "xml")
    monkeypatch.setenv("TRUENORTH_SECRETS_DIR", "/nowhere/at/all")
    with pytest.raises(SettingsError) as caught:
        Settings()
    assert str(caught.value).splitlines() == [
        'TRUENORTH_LOG_FORMAT: invalid value "xml"; use one of: auto, json, console',
        'TRUENORTH_LOG_LEVEL: invalid value "warnin"; did you mean "warning"?',
        (
            "TRUENORTH_SECRETS_DIR: the folder /nowhere/at/all does not exist or is not a folder; "
            "create it, or unset the variable"
        ),
    ]


def test_the_store_address_has_no_line_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUENORTH_STORE", "sqlite:///okrs.db\n")
    assert Settings().store == "sqlite:///okrs.db"


def test_the_store_address_may_hold_a_password_and_so_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUENORTH_STORE", f"postgresql://ann:{TOKEN}@db/okrs")
    assert TOKEN not in repr(Settings())


@pytest.mark.parametrize(
    ("tracker", "variable"),
    [
        ("linear", "TRUENORTH_LINEAR_TOKEN"),
        ("linear-eu", "TRUENORTH_LINEAR_EU_TOKEN"),
        ("Linear.2_x", "TRUENORTH_LINEAR_2_X_TOKEN"),
    ],
)
def test_the_variable_follows_the_tracker_name(
    monkeypatch: pytest.MonkeyPatch, tracker: str, variable: str
) -> None:
    monkeypatch.setenv(variable, TOKEN)
    found = credentials(tracker, LINEAR, Settings())
    assert (found.token.get_secret_value(), found.email, found.url) == (TOKEN, None, None)


@pytest.mark.parametrize("case", [str.upper, str.lower])
def test_files_in_the_secrets_folder(secrets: Path, case: object) -> None:
    assert callable(case)
    (secrets / case("TRUENORTH_JIRA_TOKEN")).write_text(TOKEN + "\n")
    (secrets / case("TRUENORTH_JIRA_EMAIL")).write_text("bot@acme.example\r\n")
    (secrets / case("TRUENORTH_JIRA_URL")).write_text("https://proxy.acme.example/jira\n")
    found = credentials("jira", JIRA, Settings())
    assert found.token.get_secret_value() == TOKEN
    assert (found.email, found.url) == ("bot@acme.example", "https://proxy.acme.example/jira")


@pytest.mark.parametrize(
    ("variable", "file", "expected"),
    [
        ("from-variable", "from-file", "from-variable"),
        ("", "from-file", "from-file"),
        ("  \n", "from-file", "from-file"),
        (None, "from-file", "from-file"),
        ("from-variable", "", "from-variable"),
    ],
)
def test_the_environment_wins_over_the_file(
    secrets: Path, monkeypatch: pytest.MonkeyPatch, variable: str | None, file: str, expected: str
) -> None:
    if variable is not None:
        monkeypatch.setenv("TRUENORTH_LINEAR_TOKEN", variable)
    (secrets / "TRUENORTH_LINEAR_TOKEN").write_text(file)
    assert credentials("linear", LINEAR, Settings()).token.get_secret_value() == expected


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {},
            (
                'TRUENORTH_JIRA_EU_TOKEN: tracker "jira-eu" (jira) has no token; '
                "set TRUENORTH_JIRA_EU_TOKEN and TRUENORTH_JIRA_EU_EMAIL, or add files of those names to FOLDER"
            ),
        ),
        (
            {"TRUENORTH_JIRA_EU_TOKEN": TOKEN},
            (
                'TRUENORTH_JIRA_EU_EMAIL: tracker "jira-eu" (jira) has a token but no e-mail address; '
                "set TRUENORTH_JIRA_EU_EMAIL, or add a file of that name to FOLDER; a token without one, as of a service "
                "account or OAuth, works only through Atlassian's gateway: for that set TRUENORTH_JIRA_EU_URL to "
                "https://api.atlassian.com/ex/jira/CLOUD-ID"
            ),
        ),
        (
            {"TRUENORTH_JIRA_EU_EMAIL": "bot@acme.example"},
            (
                'TRUENORTH_JIRA_EU_TOKEN: tracker "jira-eu" (jira) has no token; '
                "set TRUENORTH_JIRA_EU_TOKEN, or add a file of that name to FOLDER"
            ),
        ),
    ],
)
def test_what_is_missing_is_named(
    secrets: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], said: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(MissingCredential) as caught:
        credentials("jira-eu", JIRA, Settings())
    assert str(caught.value).replace(str(secrets), "FOLDER") == said
    assert isinstance(caught.value, ConfigError)


@pytest.mark.parametrize(
    ("url", "accepted"),
    [
        ("https://acme.atlassian.net", True),
        ("http://127.0.0.1:8765/jira", True),
        ("http://127.8.8.8/jira", True),
        ("http://localhost:8765/jira", True),
        ("http://[::1]:8765/jira", True),
        ("http://acme.atlassian.net", False),
        ("http://127.0.0.1.evil.example", False),
        ("http://localhost.evil.example", False),
        ("https://ann:pw@acme.example", False),
        ("ftp://acme.example", False),
        ("https://", False),
        ("http://[::1", False),
        ("https://acme.example:port", False),
    ],
)
def test_a_credential_travels_encrypted_or_stays_on_this_machine(
    monkeypatch: pytest.MonkeyPatch, url: str, accepted: bool
) -> None:
    monkeypatch.setenv("TRUENORTH_LINEAR_TOKEN", TOKEN)
    monkeypatch.setenv("TRUENORTH_LINEAR_URL", url)
    if accepted:
        assert credentials("linear", LINEAR, Settings()).url == url
        return
    with pytest.raises(SettingsError, match=r"^TRUENORTH_LINEAR_URL: ") as caught:
        credentials("linear", LINEAR, Settings())
    assert url not in str(caught.value).replace("https://host/path", "")


def test_a_token_is_never_shown(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUENORTH_LINEAR_TOKEN", TOKEN)
    found = credentials("linear", LINEAR, Settings())
    assert TOKEN not in f"{found!r} {found} {dataclasses.asdict(found)}"
    assert isinstance(found, Credentials)
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.email = "other@acme.example"  # type: ignore[misc]

    bad = [
        f"{TOKEN}\nsecond".encode(),
        f"{TOKEN} x".encode(),
        TOKEN.encode() + b"\xff",
        b"x" * 70_000 + TOKEN.encode(),
    ]
    monkeypatch.delenv("TRUENORTH_LINEAR_TOKEN")
    for content in bad:
        (secrets / "TRUENORTH_LINEAR_TOKEN").write_bytes(content)
        with pytest.raises(SettingsError) as caught:
            credentials("linear", LINEAR, Settings())
        shown = "".join(traceback.format_exception(caught.value))
        assert "TRUENORTH_LINEAR_TOKEN" in shown
        assert TOKEN not in shown
        assert "\\xff" not in shown


def test_each_kind_says_what_one_signs_in_with(secrets: Path) -> None:
    assert [one.credential for one in (JIRA, SERVER, LINEAR)] == [("token", "email"), ("token",), ("token",)]
    (secrets / "TRUENORTH_JIRA_TOKEN").write_text(TOKEN)
    assert credentials("jira", SERVER, Settings()).email is None
    with pytest.raises(MissingCredential, match="TRUENORTH_JIRA_EMAIL"):
        credentials("jira", JIRA, Settings())


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://acme.atlassian.net", "trackers.jira.url"),
        ("https://acme.jira.com/jira", "trackers.jira.url"),
        ("https://api.atlassian.com/ex/jira/1", "TRUENORTH_JIRA_URL"),
        ("https://jira.acme.com/jira", ""),
        ("https://atlassian.net.acme.com", ""),
    ],
)
def test_a_data_center_at_an_address_of_the_cloud_is_refused(
    secrets: Path, monkeypatch: pytest.MonkeyPatch, url: str, place: str
) -> None:
    (secrets / "TRUENORTH_JIRA_TOKEN").write_text(TOKEN)
    tracker = SERVER.model_copy(update={"url": url})
    if place.startswith("TRUENORTH"):
        monkeypatch.setenv(place, url)
    if not place:
        assert credentials("jira", tracker, Settings()).email is None
        return
    with pytest.raises(
        SettingsError, match=rf"^{place}: is the address of a Jira Cloud site.* remove `deployment"
    ):
        credentials("jira", tracker, Settings())


GATEWAY = "https://api.atlassian.com/ex/jira/1324a887-45db-1bf4-1e99-ef0ff456d421"


@pytest.mark.parametrize("declared", ["variable", "yaml"])
@pytest.mark.parametrize("email", [None, "bot@acme.example"])
def test_behind_the_gateway_a_token_does_without_an_address(
    secrets: Path, monkeypatch: pytest.MonkeyPatch, declared: str, email: str | None
) -> None:
    (secrets / "TRUENORTH_JIRA_TOKEN").write_text(TOKEN)
    tracker = JIRA.model_copy(update={"url": GATEWAY}) if declared == "yaml" else JIRA
    if declared == "variable":
        monkeypatch.setenv("TRUENORTH_JIRA_URL", GATEWAY)
    if email is not None:
        monkeypatch.setenv("TRUENORTH_JIRA_EMAIL", email)
    found = credentials("jira", tracker, Settings())
    assert (found.email, found.token.get_secret_value()) == (email, TOKEN)


# --- Where a secret may go -----------------------------------------------------------------------

METRICS = "TRUENORTH_SOURCE_METRICS"


def test_a_named_secret_and_its_origin_come_from_the_environment_or_the_folder(
    secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert named_secret(METRICS, Settings()) == NamedSecret(METRICS)
    (secrets / METRICS).write_text(TOKEN)
    monkeypatch.setenv(f"{METRICS}_ORIGIN", "https://Metrics.example:443/")
    found = named_secret(METRICS, Settings())
    assert found.value is not None
    assert (found.value.get_secret_value(), str(found.origin)) == (TOKEN, "https://metrics.example")
    assert TOKEN not in repr(found)
    assert named_secret("TRUENORTH_SINK_REPORTS", Settings()).value is None


@pytest.mark.parametrize(
    "variable", ["TRUENORTH_LINEAR_TOKEN", "TRUENORTH_STORE", f"{METRICS}_ORIGIN", "PATH", ""]
)
def test_no_other_variable_can_be_read_as_a_named_secret(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv("TRUENORTH_LINEAR_TOKEN", TOKEN)
    with pytest.raises(ValueError, match=f"^{variable}$"):
        named_secret(variable, Settings())


@pytest.mark.parametrize(
    ("value", "origins"),
    [
        ("", []),
        ("https://a.example", ["https://a.example"]),
        (" https://a.example,https://B.example:8443\n http://localhost:9090/ ,", ["http://localhost:9090", "https://a.example", "https://b.example:8443"]),
    ],
)  # fmt: skip
def test_origins_of_sources_without_a_secret(
    monkeypatch: pytest.MonkeyPatch, value: str, origins: list[str]
) -> None:
    monkeypatch.setenv("TRUENORTH_SOURCE_ORIGINS", value)
    assert sorted(str(one) for one in source_origins(Settings())) == origins


@pytest.mark.parametrize(
    ("given", "declared"),
    [
        ({}, None),
        ({"ORIGIN": "https://acme.example"}, "https://acme.example"),
        ({"URL": "https://acme.example/jira"}, "https://acme.example"),
        ({"ORIGIN": "https://acme.example", "URL": "https://other.example"}, "https://acme.example"),
    ],
)
def test_the_environment_declares_where_a_credential_may_go(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], declared: str | None
) -> None:
    for name, value in {"TOKEN": TOKEN, "EMAIL": "bot@acme.example", **given}.items():
        monkeypatch.setenv(f"TRUENORTH_JIRA_{name}", value)
    found = credentials("jira", JIRA, Settings()).declared
    assert (None if found is None else str(found)) == declared
    monkeypatch.setenv("CI", "true")
    if declared is None:
        with pytest.raises(MissingCredential, match=r"^TRUENORTH_JIRA_ORIGIN: .* which CI jobs need"):
            credentials("jira", JIRA, Settings())
    else:
        assert credentials("jira", JIRA, Settings()).declared == found


def test_linear_has_one_api_which_nobody_need_declare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUENORTH_LINEAR_TOKEN", TOKEN)
    monkeypatch.setenv("CI", "true")
    assert credentials("linear", LINEAR, Settings()).declared is None


def test_two_origins_for_one_secret_are_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{METRICS}_ORIGIN", "https://a.example https://b.example")
    with pytest.raises(SettingsError, match=f"^{METRICS}_ORIGIN: declares more than one origin; keep one"):
        named_secret(METRICS, Settings())

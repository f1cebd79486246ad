"""Where a brief may go: the environment alone says it, and no output shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import SettingsError
from config.posting.webhooks import webhook, webhook_variable
from config.settings import Settings
from config.text.redaction import REDACTED, redactor

SLACK = "https://hooks.slack.com/services/T0001/B0002/abcdefghij0123456789abcd"
TEAMS = (
    "https://acme.webhook.office.com/webhookb2/0123456789abcdef0123@acme/IncomingWebhook/fedcba98765432100123"
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(secrets_dir=tmp_path)


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("default", "TRUENORTH_BRIEF_URL"),
        ("team-a", "TRUENORTH_BRIEF_TEAM_A_URL"),
        ("Team_A", "TRUENORTH_BRIEF_TEAM_A_URL"),
    ],
)
def test_a_place_has_a_variable_of_its_own(name: str, variable: str) -> None:
    assert webhook_variable(name) == variable


def test_it_is_known_by_its_host_or_by_what_is_said(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUENORTH_BRIEF_URL", SLACK)
    assert webhook("default", settings).service == "slack"
    monkeypatch.setenv("TRUENORTH_BRIEF_URL", TEAMS.replace("@acme", ""))
    assert webhook("default", settings).service == "teams"
    monkeypatch.setenv("TRUENORTH_BRIEF_KIND", "Slack")
    assert webhook("default", settings).service == "slack"
    monkeypatch.setenv("TRUENORTH_BRIEF_KIND", "teems")
    with pytest.raises(SettingsError, match="teams"):
        webhook("default", settings)


def test_a_file_in_the_secrets_folder_is_as_good(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "TRUENORTH_BRIEF_TEAM_URL").write_text(f"{SLACK}\n", encoding="utf-8")
    assert webhook("team", settings).url.get_secret_value() == SLACK


@pytest.mark.parametrize(
    ("url", "why"),
    [
        (None, "is not set"),
        ("http://hooks.slack.com/services/T0001/B0002/abcdefghij0123456789", "not encrypted"),
        ("https://somebody:secret-word@hooks.example/services/abcdefghij", "user name or password"),
        ("https://hooks.example/a b c d e f", "invalid character"),
        ("ftp://hooks.example/abcdefghij0123456789", "not a valid URL"),
        ("zq", "shorter than"),
    ],
    ids=["missing", "plain http", "a password", "a blank", "another scheme", "too short"],
)
def test_what_is_no_place_for_a_secret_is_refused_without_quoting_it(
    url: str | None, why: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    if url is not None:
        monkeypatch.setenv("TRUENORTH_BRIEF_X_URL", url)
    with pytest.raises(SettingsError) as caught:
        webhook("x", settings)
    said = str(caught.value.problems[0])
    assert why in said
    assert "TRUENORTH_BRIEF_X_URL" in said
    assert url is None or url not in said


def test_a_name_that_is_none_is_refused(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="name of a place"):
        webhook("../x", settings)


def test_neither_the_address_nor_its_secret_part_is_shown(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUENORTH_BRIEF_URL", f"{SLACK}?sig=0a1b2c3d4e5f60718293")
    place = webhook("default", settings)
    assert SLACK not in repr(place)
    assert redactor.text(f"posting to {SLACK}?sig=0a1b2c3d4e5f60718293 now") == f"posting to {REDACTED} now"
    assert "abcdefghij0123456789abcd" not in redactor.text(
        "POST /services/T0001/B0002/abcdefghij0123456789abcd"
    )
    assert "0a1b2c3d4e5f60718293" not in redactor.text("sig is 0a1b2c3d4e5f60718293.")
    assert redactor.text("services of the hooks") == "services of the hooks"


def test_it_is_known_as_a_secret_before_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUENORTH_BRIEF_OPS_URL", "https://chat.example/hooks/zyxwvutsrq9876543210")
    Settings()
    assert redactor.text("see https://chat.example/hooks/zyxwvutsrq9876543210") == f"see {REDACTED}"

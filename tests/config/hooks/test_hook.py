"""The secrets of webhooks, and where they are received."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.hooks.declared import ADDRESS, hook_variable, hooks_of
from config.settings import Settings, SettingsError
from config.text.redaction import redactor

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUENORTH_JIRA_EU_HOOK_SECRET", SECRET)
    monkeypatch.setenv(ADDRESS, "https://okr.acme.example/")


def test_only_trackers_with_a_secret_have_one() -> None:
    assert hook_variable("jira-eu") == "TRUENORTH_JIRA_EU_HOOK_SECRET"
    found = hooks_of(("jira-eu", "linear"), Settings())
    assert list(found) == ["jira-eu"]
    assert found["jira-eu"].signed_url == "https://okr.acme.example/hooks/jira-eu"


def test_the_unsigned_path_tells_nothing_and_is_kept_out_of_what_is_shown() -> None:
    hook = hooks_of(("jira-eu",), Settings())["jira-eu"]
    other = hooks_of(("jira.eu",), Settings())["jira.eu"]
    assert hook.unsigned_url == f"{hook.signed_url}/{hook.token}"
    assert len({hook.token, other.token, hook.fingerprint, other.fingerprint}) == 4
    assert len(hook.token) == 40
    assert SECRET not in hook.unsigned_url + repr(hook)
    assert hook.token not in redactor.text(f"POST {hook.unsigned_url}")


def test_a_secret_comes_from_a_file_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("TRUENORTH_JIRA_EU_HOOK_SECRET")
    monkeypatch.setenv("TRUENORTH_SECRETS_DIR", str(tmp_path))
    (tmp_path / "TRUENORTH_JIRA_EU_HOOK_SECRET").write_text(f"{SECRET[::-1]}\n")
    settings = Settings()
    assert SECRET[::-1] not in redactor.text(f"secret {SECRET[::-1]}")
    assert hooks_of(("jira-eu",), settings)["jira-eu"].secret.get_secret_value() == SECRET[::-1]


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("TRUENORTH_JIRA_EU_HOOK_SECRET", "fifteen letters", "is shorter than 16 characters"),
        (ADDRESS, "http://okr.acme.example", "the URL is not encrypted"),
        (ADDRESS, "https://ada:pw@okr.acme.example", "user name or password"),
        (ADDRESS, "https://okr.acme.example/?x=1", "query or a fragment"),
    ],
)
def test_what_cannot_work_is_refused(
    variable: str, value: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=message) as refused:
        hooks_of(("jira-eu",), Settings())
    assert variable in str(refused.value)
    assert value not in str(refused.value)


def test_without_an_address_there_is_no_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ADDRESS)
    hook = hooks_of(("jira-eu",), Settings())["jira-eu"]
    assert (hook.signed_url, hook.unsigned_url) == ("", "")

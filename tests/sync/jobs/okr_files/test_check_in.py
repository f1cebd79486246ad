"""Check-ins: what is taken, what is refused, and that nothing but the line changes in the file."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from config.load import load
from config.measures import BinaryMeasure, KeepMeasure, MetricMeasure
from sync.jobs.okr_files import check_in as module
from sync.jobs.okr_files.check_in import CheckedIn, Given, check_in
from sync.jobs.okr_files.errors import OkrFileError

NOW = datetime(2026, 11, 29, 23, 30, tzinfo=UTC)
"""In Paris it is the 30th."""

TEXT = """\
# Our goals.
time_zone: Europe/Paris
trackers: {jira: {kind: jira, url: "https://acme.example", scope: {projects: [WEB]}}}
cycles: {2026-Q4: {start: 2026-10-01, end: 2026-12-31}}
objectives:
  - id: O
    title: "Größer: ja"   # as it is
    cycle: 2026-Q4
    key_results:
      - id: O-METRIC
        title: Activation
        measure: {kind: metric, start: 22, target: 35, unit: "%", checkins: [{on: 2026-10-14, value: 24.5}, {on: 2026-11-16, value: 29}]}
      - id: O-KEEP
        title: Errors
        measure:
          kind: keep
          below: 5   # a day
      - id: O-BINARY
        title: Launch
        measure: {kind: binary}   # done or not
      - id: O-DONE
        title: Launched
        measure: {kind: binary, done: 2026-11-02}
      - id: O-WORK
        title: Work
        measure: {kind: work}
      - id: O-FILE
        title: From a file
        closed: 2026-11-20
        measure: {kind: metric, start: 0, target: 9, file: {path: a.csv}}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "truenorth.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def checked(file: Path, key_result: str, value: str, on: str | None = None, **more: object) -> CheckedIn:
    note = more.pop("note", None)
    given = Given(
        key_result, value, date.fromisoformat(on) if on else None, note if isinstance(note, str) else None
    )
    return check_in(file, given, NOW, write=True, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("key_result", "value", "on", "old", "new"),
    [
        ("O-METRIC", "31", None, "value: 29}]", "value: 29}, {on: 2026-11-30, value: 31}]"),
        ("o-metric", "31 %", "2026-11-01", ", {on: 2026-11-16", ", {on: 2026-11-01, value: 31}, {on: 2026-11-16"),
        ("O-METRIC", "−1.50", "2026-10-01", "[{on: 2026-10-14", "[{on: 2026-10-01, value: -1.50}, {on: 2026-10-14"),
        ("O-METRIC", "+1.2e3", None, "value: 29}]", "value: 29}, {on: 2026-11-30, value: 1200}]"),
        ("O-KEEP", "3", None, "below: 5   # a day\n", "below: 5   # a day\n          checkins:\n            - {on: 2026-11-30, value: 3}\n"),
        ("O-BINARY", "done", None, "{kind: binary}   # done", "{kind: binary, done: 2026-11-30}   # done"),
        ("O-BINARY", "Yes", "2026-11-01", "{kind: binary}   # done", "{kind: binary, done: 2026-11-01}   # done"),
    ],
)  # fmt: skip
def test_the_line_goes_where_it_belongs(
    file: Path, key_result: str, value: str, on: str | None, old: str, new: str
) -> None:
    made = checked(file, key_result, value, on)
    assert made.written
    line = file.read_text(encoding="utf-8").splitlines()[made.place.line - 1][made.place.column - 1 :]
    assert line.startswith(made.line.removeprefix("- "))
    assert file.read_text(encoding="utf-8") == TEXT.replace(old, new)


def test_the_declaration_has_it(file: Path) -> None:
    checked(file, "O-METRIC", "31", note='new: "page" #1')
    checked(file, "O-KEEP", "3")
    checked(file, "O-BINARY", "done")
    found = {one.id: one.measure for _, one in load(file).key_results()}
    metric, keep, binary = found["O-METRIC"], found["O-KEEP"], found["O-BINARY"]
    assert isinstance(metric, MetricMeasure)
    assert isinstance(keep, KeepMeasure)
    assert isinstance(binary, BinaryMeasure)
    assert [(one.on.day, one.value, one.note) for one in metric.checkins] == [
        (14, 24.5, None), (16, 29, None), (30, 31, 'new: "page" #1')
    ]  # fmt: skip
    assert [(one.on, one.value) for one in keep.checkins] == [(date(2026, 11, 30), 3)]
    assert binary.done == date(2026, 11, 30)


def test_without_being_asked_to_it_writes_nothing(file: Path) -> None:
    made = check_in(file, Given("O-METRIC", "31"), NOW)
    assert (made.line, made.under, made.written) == (
        "- {on: 2026-11-30, value: 31}",
        "measure.checkins",
        False,
    )
    assert str(made.place) == f"{file}:12:18"
    assert file.read_text(encoding="utf-8") == TEXT


@pytest.mark.parametrize(
    ("key_result", "value", "on", "why"),
    [
        ("O-METRC", "3", None, 'unknown key result "O-METRC"; did you mean "O-METRIC"?'),
        ("O", "3", None, "O is an objective. Check in on one of its key results: O-METRIC, "),
        ("O-WORK", "3", None, "O-WORK takes no check-ins: its measure is `kind: work`"),
        ("O-METRIC", "3", "2026-12-01", "2026-12-01 is in the future"),
        ("O-METRIC", "30", "2026-11-16", "O-METRIC has a check-in of 2026-11-16 already, with the value 29. To replace it, add --replace."),
        ("O-METRIC", "2,5", None, '"2,5" is not a number; write it as 24.5, with a point and without signs between thousands (the unit is %)'),
        ("O-METRIC", "true", None, '"true" is not a number'),
        ("O-METRIC", "nan", None, '"nan" is not a number'),
        ("O-METRIC", "1_000", None, '"1_000" is not a number'),
        ("O-METRIC", "", None, '"" is not a number'),
        ("O-BINARY", "3", None, 'O-BINARY is done or not (`kind: binary`), so "3" is no value of it. On the day, report: done'),
        ("O-BINARY", "no", None, "O-BINARY is not done as long as `done` is not in its measure"),
        ("O-DONE", "done", None, "O-DONE is done since 2026-11-02. To set another day, add --replace."),
    ],
)  # fmt: skip
def test_what_is_refused(file: Path, key_result: str, value: str, on: str | None, why: str) -> None:
    with pytest.raises(OkrFileError) as refused:
        checked(file, key_result, value, on)
    assert str(refused.value).startswith(why)
    assert file.read_text(encoding="utf-8") == TEXT


def test_a_note_on_what_is_done_or_not_is_refused(file: Path) -> None:
    with pytest.raises(OkrFileError, match="takes no note"):
        checked(file, "O-BINARY", "done", note="at last")


def test_a_day_long_after_the_cycle_is_refused(file: Path) -> None:
    with pytest.raises(
        OkrFileError, match="2027-05-01 is long after the end of cycle 2026-Q4 on 2026-12-31; check the year"
    ):
        check_in(file, Given("O-KEEP", "1", date(2027, 5, 1)), datetime(2027, 6, 1, tzinfo=UTC), write=True)


@pytest.mark.parametrize(
    ("key_result", "value", "on", "now", "note"),
    [
        ("O-METRIC", "30", "2026-11-01", NOW, "The check-in of 2026-11-16 is later, so O-METRIC goes on showing that one."),
        ("O-KEEP", "3", "2026-09-30", NOW, "2026-09-30 is before the start of cycle 2026-Q4 on 2026-10-01."),
        ("O-KEEP", "3", "2027-01-05", datetime(2027, 1, 6, tzinfo=UTC), "2027-01-05 is after the end of cycle 2026-Q4 on 2026-12-31."),
        ("O-FILE", "3", None, NOW, "O-FILE was closed on 2026-11-20: it keeps its last reading from before."),
        ("O-FILE", "3", "2026-11-19", NOW, "O-FILE reads its value from a file, too; of both, the later day counts."),
    ],
)  # fmt: skip
def test_what_people_should_know_is_said(
    file: Path, key_result: str, value: str, on: str | None, now: datetime, note: str
) -> None:
    made = check_in(file, Given(key_result, value, date.fromisoformat(on) if on else None), now)
    assert note in made.notes


def test_the_same_again_changes_nothing(file: Path) -> None:
    assert checked(file, "O-METRIC", "29.0 %", "2026-11-16").state == "same"
    assert checked(file, "O-DONE", "done", "2026-11-02").state == "same"
    assert file.read_text(encoding="utf-8") == TEXT


def test_another_value_of_a_day_replaces_it_where_that_is_said(file: Path) -> None:
    made = checked(file, "O-METRIC", "30", "2026-11-16", replace_value=True, note="corrected")
    assert made.state == "replaces"
    assert file.read_text(encoding="utf-8") == TEXT.replace("value: 29}", "value: 30, note: corrected}")
    checked(file, "O-DONE", "done", "2026-11-03", replace_value=True)
    assert "done: 2026-11-03" in file.read_text(encoding="utf-8")


def test_the_right_file_of_a_folder_is_written_and_no_other(tmp_path: Path) -> None:
    head, _, tail = TEXT.partition("objectives:\n")
    (tmp_path / "a.yaml").write_text(f"# a\n{head}", encoding="utf-8")
    first = "objectives:\n  - {id: A, title: A, cycle: 2026-Q4, key_results: [{id: A1, title: A, measure: {kind: keep, below: 1}}]}\n"
    (tmp_path / "b.yaml").write_text(first, encoding="utf-8")
    (tmp_path / "c.yaml").write_text(f"objectives:\n{tail}", encoding="utf-8")
    made = checked(tmp_path, "O-METRIC", "31")
    assert made.place.file == str(tmp_path / "c.yaml")
    assert "{on: 2026-11-30, value: 31}" in (tmp_path / "c.yaml").read_text(encoding="utf-8")
    assert (tmp_path / "b.yaml").read_text(encoding="utf-8") == first
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.yaml", "b.yaml", "c.yaml"]


def test_a_mode_a_mark_of_windows_and_a_link_stay(file: Path, tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode()
    file.write_bytes(content)
    file.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(file)
    checked(link, "O-KEEP", "3")
    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640
    old, new = (
        b"# a day\r\n",
        b"# a day\r\n          checkins:\r\n            - {on: 2026-11-30, value: 3}\r\n",
    )
    assert file.read_bytes() == content.replace(old, new)


def test_an_edit_that_would_change_more_is_not_written(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(text: str, *_: object) -> str:
        return text.replace("start: 22", "start: 21").replace(
            "value: 29}]", "value: 29}, {on: 2026-11-30, value: 31}]"
        )

    monkeypatch.setattr(module, "add_to_list", careless)
    with pytest.raises(OkrFileError, match="more than the check-in would change"):
        checked(file, "O-METRIC", "31")
    monkeypatch.setattr(module, "add_to_list", lambda text, *_: text + "]")
    with pytest.raises(OkrFileError, match="the file would not be valid"):
        checked(file, "O-METRIC", "31")
    assert file.read_text(encoding="utf-8") == TEXT


def test_what_cannot_be_edited_says_the_line_to_add_by_hand(file: Path) -> None:
    text = TEXT.replace("measure: {kind: metric, start: 22", "measure: &m {kind: metric, start: 22")
    text = text.replace("measure: {kind: metric, start: 0, target: 9, file: {path: a.csv}}", "measure: *m")
    file.write_text(text, encoding="utf-8")
    with pytest.raises(OkrFileError) as refused:
        checked(file, "O-METRIC", "31")
    assert "alias" in str(refused.value)
    assert str(refused.value).endswith(f"at {file}:12:18: - {{on: 2026-11-30, value: 31}}")
    assert file.read_text(encoding="utf-8") == text


def test_a_disk_that_cannot_be_written_to_is_said(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OkrFileError, match=r"cannot be written: no space left on device\. Add it by hand"):
        checked(file, "O-KEEP", "3")
    assert file.read_text(encoding="utf-8") == TEXT
    assert [one.name for one in file.parent.iterdir()] == ["truenorth.yaml"]

"""A declaration loads, or says what is wrong with it and where."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.checks.workspace import check
from config.load import ConfigError, advice, fingerprint, load
from config.policy import Policy
from config.workspace import Workspace
from tests.support.declarations import GOOD, problems_of, written

EXAMPLES = Path(__file__).parents[3] / "config" / "examples"


TOO_MUCH = "the file has more than 20,000 lines, commas, colons and brackets before this"


def test_the_sound_declaration_of_this_table_loads(tmp_path: Path) -> None:
    workspace = load(written(tmp_path, GOOD))
    assert [key_result.id for _, key_result in workspace.key_results()] == ["KR1", "KR2"]


@pytest.mark.parametrize(
    ("content", "where", "message"),
    [
        (b"", "1:1", "the file is empty"),
        (b"# nothing\n", "1:1", "the file is empty"),
        (b"- a\n", "1:1", "the file is not a mapping"),
        (b"hello", "1:1", "the file is not a mapping"),
        (b"workspace: acme\ntitle: \xe9\n", "2:8", "the file is not UTF-8"),
        (b"\xff\xfea\x00", "1:1", "the file is not UTF-8"),
        (b"#" * 1_000_001, "1:1", "the file is larger than 1 MB"),
        (b"a: b\n" * 20_000, "10001:2", TOO_MUCH),
        (b"workspace: [" + b"1," * 30_000 + b"]", "1:40010", TOO_MUCH),
        (b"a: " + b"[" * 5000, "1:43", "is nested more than 40 levels deep"),
        (b"[" * 5000, "1:41", "is nested more than 40 levels deep"),
        (b"a: 'x", "1:4", "missing closing quote"),
    ],
)
def test_what_is_no_declaration_at_all(tmp_path: Path, content: bytes, where: str, message: str) -> None:
    file = tmp_path / "truenorth.yaml"
    file.write_bytes(content)
    problem = problems_of(file)[0]
    assert (f"{problem.line}:{problem.column}", problem.message) == (where, message)


def test_an_alias_of_what_it_stands_in_is_stopped(tmp_path: Path) -> None:
    told = [
        (problem.line, problem.column, problem.message)
        for problem in problems_of(written(tmp_path, GOOD.replace("policy:", "policy: &a\n  health: *a")))
    ]
    assert told == [(19, 9, "the aliases expand to too many values")]


def test_aliases_that_multiply_are_stopped(tmp_path: Path) -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{nr}: &a{nr} [{', '.join([f'*a{nr - 1}'] * 10)}]" for nr in range(1, 12)]
    found = problems_of(written(tmp_path, "\n".join(levels)))
    assert [problem.message for problem in found].count("the aliases expand to too many values") == 1


def test_an_alias_is_followed(tmp_path: Path) -> None:
    text = GOOD.replace("title: One", "title: &t One").replace("title: Two", "title: *t")
    titles = [key_result.title for _, key_result in load(written(tmp_path, text)).key_results()]
    assert titles == ["One", "One"]


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    file = tmp_path / "t.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert load(file).workspace == "acme"


def test_a_path_that_is_not_there() -> None:
    (problem,) = problems_of(Path("nowhere/truenorth.yaml"))
    assert str(problem) == (
        "nowhere/truenorth.yaml:1:1: no such file or folder; "
        "set --config or TRUENORTH_CONFIG to the file or folder, or type `truenorth init` to begin with one"
    )


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    file = written(tmp_path, GOOD)
    file.chmod(0)
    if os.access(file, os.R_OK):
        pytest.skip("this user may read everything")
    assert problems_of(file)[0].message == "cannot be read: permission denied"


def test_a_folder_in_the_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "trap.yaml").mkdir()
    (problem,) = problems_of(tmp_path)
    where, hint = tmp_path / "trap.yaml", "use a regular file in the folder"
    assert str(problem) == f"{where}:1:1: cannot be read: it is a folder, not a file; {hint}"


# --- folders ---


def test_a_folder_is_laid_together(tmp_path: Path) -> None:
    head, tail = GOOD.split("objectives:\n")
    goals, policy = tail.split("policy:\n")
    written(tmp_path, head + "policy: {step: 3}\nexempt:\n", "a.yaml")
    written(tmp_path, "objectives:\n" + goals, "b.yml")
    written(tmp_path, "policy:\n" + policy, "c.yaml")
    second = goals.replace("GROWTH", "SPEED").replace("KR1", "KR3").replace("KR2", "KR4")
    written(tmp_path, "exempt: [{name: ktlo, labels: [ktlo]}]\nobjectives:\n" + second, "d.yaml")
    written(tmp_path, "not: [yaml", ".hidden.yaml")
    written(tmp_path, "not: [yaml", "notes.txt")
    workspace = load(tmp_path)
    assert [objective.id for objective in workspace.objectives] == ["GROWTH", "SPEED"]
    assert (workspace.policy.step, workspace.policy.grace_days) == (3, 7)
    assert [rule.name for rule in workspace.exempt] == ["ktlo"]


@pytest.mark.parametrize(
    ("more", "line", "message"),
    [
        ("workspace: other", 1, '"workspace" is declared in two files'),
        (
            "cycles:\n  2026-Q4: {start: 2026-10-01, end: 2026-12-31}",
            2,
            '"2026-Q4" is declared under "cycles" in two files',
        ),
        ("trackers:\n  jira: {kind: linear}", 2, '"jira" is declared under "trackers" in two files'),
        ("policy: {grace_days: 3}", 1, '"grace_days" is declared under "policy" in two files'),
        ("objectives: {}", 1, "expected a list, as in the other files"),
        ("policy: []", 1, "expected a mapping, as in the other files"),
    ],
)
def test_a_folder_says_a_thing_once(tmp_path: Path, more: str, line: int, message: str) -> None:
    written(tmp_path, GOOD, "a.yaml")
    written(tmp_path, more, "b.yaml")
    (problem,) = problems_of(tmp_path)
    assert (problem.file, problem.line, problem.message) == (str(tmp_path / "b.yaml"), line, message)
    assert message.startswith("expected") or str(tmp_path / "a.yaml") in problem.hint


def test_an_objective_in_two_files_names_both(tmp_path: Path) -> None:
    written(tmp_path, GOOD, "a.yaml")
    objective = GOOD[GOOD.index("objectives:") : GOOD.index("policy:")]
    written(tmp_path, objective.replace("KR1", "KR3").replace("KR2", "KR4"), "b.yaml")
    (problem,) = problems_of(tmp_path)
    assert str(problem) == (
        f'{tmp_path / "b.yaml"}:2:9: duplicate objective id "GROWTH"; first declared at {tmp_path / "a.yaml"}:8:9'
    )


def test_faults_in_several_files_come_together(tmp_path: Path) -> None:
    for file in EXAMPLES.glob("*.yaml"):
        shutil.copy(file, tmp_path)
    written(tmp_path, "exempt: [", "broken.yaml")
    speed = tmp_path / "speed.yaml"
    speed.write_text(
        speed.read_text().replace("cycle: 2026-Q4", "cycle: 2026-Q1").replace("team: ENG", "taem: ENG")
    )
    told = [(Path(problem.file).name, problem.line) for problem in problems_of(tmp_path)]
    assert told == [("broken.yaml", 1), ("speed.yaml", 25)]


def test_an_empty_folder_says_what_belongs_into_it(tmp_path: Path) -> None:
    assert [str(problem) for problem in problems_of(tmp_path)] == [
        f"{tmp_path}:1:1: the folder contains no YAML files; add a *.yaml file"
    ]


# --- fingerprint and advice ---


def test_the_fingerprint_follows_the_meaning_and_not_the_layout(tmp_path: Path) -> None:
    one = load(written(tmp_path, GOOD))
    same = load(written(tmp_path, "# a note\n" + GOOD.replace("grace_days: 7", "grace_days:   0x7")))
    other = load(written(tmp_path, GOOD.replace("target: 3", "target: 4")))
    assert fingerprint(one) == fingerprint(same) != fingerprint(other)


def test_the_fingerprint_holds_nothing_that_only_a_newer_version_can_declare(tmp_path: Path) -> None:
    class Later(Policy):
        patience: int = 3

    class LaterWorkspace(Workspace):
        policy: Later = Later()

    declared = load(written(tmp_path, GOOD))
    content = declared.model_dump(exclude_unset=True, by_alias=True)
    upgraded = LaterWorkspace.model_validate(content)
    assert fingerprint(upgraded) == fingerprint(declared)
    content["policy"] = {**content.get("policy", {}), "patience": 4}
    assert fingerprint(LaterWorkspace.model_validate(content)) != fingerprint(declared)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("grace_days: 7", "", id="one"),
        pytest.param(
            "grace_days: 7", "grace_days: 7\n  mode: full\n  guards: {share: 0.3}", id="more of them"
        ),
    ],
)
def test_a_default_may_be_spelt_out(tmp_path: Path, before: str, after: str) -> None:
    assert before in GOOD
    spelt = load(written(tmp_path, GOOD.replace(before, after)))
    assert fingerprint(spelt) == fingerprint(load(written(tmp_path, GOOD)))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("grace_days: 7", "grace_days: 8"),
        ("grace_days: 7", "grace_days: 7\n  updates: {}"),
        ("grace_days: 7", "grace_days: 7\n  labels: {aligned: null}"),
        ("grace_days: 7", "grace_days: 7\n  marks: [labels]"),
        ("grace_days: 7", "grace_days: 7\n  comments: false"),
        ("label: onboarding, project: WEB", "label: onboarding, project: WEB, inherit: false"),
    ],
    ids=["a number", "an empty section", "null", "a list", "false", "in a rule"],
)
def test_no_two_meanings_have_one_fingerprint(tmp_path: Path, before: str, after: str) -> None:
    assert before in GOOD
    other = load(written(tmp_path, GOOD.replace(before, after)))
    assert fingerprint(other) != fingerprint(load(written(tmp_path, GOOD)))


def test_advice(tmp_path: Path) -> None:
    text = GOOD.replace("label: onboarding, project: WEB", "tracker: jira, project: WEBB, label: OKR-aligned")
    text = text.replace(", checkins: [{on: 2026-10-14, value: 2}]", "")
    assert advice(load(written(tmp_path, text))) == (
        'Key result "KR1" has no check-ins, file or http: it will show no data.',
        'Key result "KR2" links by label "OKR-aligned", which Truenorth sets itself, so the rule never matches.',
        (
            'Key result "KR2" links to project "WEBB", which is outside every scope: only ancestors can match. '
            'Did you mean "WEB"?'
        ),
    )


@pytest.mark.parametrize(
    ("measure", "wants_links"),
    [
        ("{kind: work}", True),
        ("{kind: milestones}", True),
        ("{kind: flow, of: throughput, start: 1, target: 2}", True),
        ("{kind: binary}", False),
        ("{kind: query, jql: a, start: 1, target: 2}", False),
        ("{kind: project, project: P}", False),
        ("{kind: composite, of: {KR1: 1}}", False),
    ],
)
def test_links_are_missed_only_where_the_measure_is_made_of_them(
    measure: str, wants_links: bool, tmp_path: Path
) -> None:
    text = GOOD.replace("{kind: work, weigh: points}", measure)
    text = text.replace("        links: [{label: onboarding, project: WEB}]\n", "")
    found = [one for one in advice(load(written(tmp_path, text))) if "no links" in one]
    assert bool(found) is wants_links


def test_an_exemption_by_a_label_of_our_own_never_matches(tmp_path: Path) -> None:
    lists = "exempt: [{name: upkeep, labels: [ktlo, OKR-Orphaned], any: [{all: [{label: okr-aligned}]}]}]"
    text = "\n".join(line for line in GOOD.splitlines() if not line.startswith("exempt:"))
    assert [one for one in advice(load(written(tmp_path, f"{text}\n{lists}\n"))) if "Exemption" in one] == [
        f'Exemption "upkeep" lists label "{label}", which Truenorth sets itself, so it never matches.'
        for label in ("OKR-Orphaned", "okr-aligned")
    ]


def test_the_example_company_needs_no_advice() -> None:
    workspace = load(EXAMPLES)
    assert advice(workspace) == ()
    assert list(check(workspace)) == []
    assert [objective.id for objective in workspace.objectives] == ["GROWTH", "SPEED", "TRUST"]


# --- nothing but ConfigError ---

WHOLE = "\n".join(file.read_text(encoding="utf-8") for file in sorted(EXAMPLES.glob("t*.yaml"))[::-1])
ODD = st.sampled_from(
    [*"{}[],:#&*!|>'\"%@`-?~\t\n\0 ", "- ", ": ", "<<: ", "&a ", "*a", "!!", ".nan", "1e999", "\U0001f600"]
)


@settings(max_examples=75, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(st.tuples(st.integers(0, len(WHOLE)), st.integers(0, 12), ODD), min_size=1, max_size=6))
def test_a_mangled_declaration_loads_or_raises_config_error(
    tmp_path: Path, edits: list[tuple[int, int, str]]
) -> None:
    text = WHOLE
    for at, length, odd in edits:
        text = text[:at] + odd + text[at + length :]
    file = written(tmp_path, text)
    try:
        workspace = load(file)
    except ConfigError as raised:
        problems = raised.problems
    else:
        # What loads must survive being looked at.
        assert len(fingerprint(workspace)) == 12
        assert not list(check(workspace))
        return
    assert problems
    assert all(one.file == str(file) and one.line > 0 and one.column > 0 for one in problems)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
)
def test_bytes_of_any_kind_raise_config_error(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "any.yaml"
    file.write_bytes(content)
    assert problems_of(file)

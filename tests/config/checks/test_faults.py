"""Every fault is told at its place, in plain words, and together with the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.declarations import GOOD, problems_of, written

# (what stands in GOOD, what stands there instead, line:column of the problem, its text)
BAD = [
    # keys
    ("target: 3", "traget: 3", "14:43", '"traget" is not known here; did you mean "target"?'),
    ("title: Two", "titel: Two", "16:9", '"titel" is not known here; did you mean "title"?'),
    ("policy:", "polcy:", "19:1", '"polcy" is not known here; did you mean "policy"?'),
    ("grace_days: 7", "grace: 7", "20:3", '"grace" is not known here; did you mean "grace_days"?'),
    (
        "policy:",
        "zzz:",
        "19:1",
        '"zzz" is not known here; known are workspace, site, time_zone, trackers, cycles, objectives, exempt, groups, policy, words',
    ),
    (
        "workspace: acme",
        "workspace: a\nworkspace: b",
        "2:1",
        '"workspace" stands here twice; the first is at F:1:1',
    ),
    (
        "title: Two",
        "title: Two\n        title: 2",
        "17:9",
        '"title" stands here twice; the first is at F:16:9',
    ),
    ("        title: Two\n", "", "15:9", '"title" is missing; the result in one line'),
    ("  grace_days", "  <<: {step: 3}\n  grace_days", "20:3", '"<<" is not supported; write the keys out'),
    ("  grace_days", "  [a]: 3\n  grace_days", "20:3", "a key must be a plain text"),
    (
        "  jira: {",
        "  jira: {token: s3cret, ",
        "3:10",
        '"token" is not known here; credentials never stand in YAML: set TRUENORTH_JIRA_TOKEN and TRUENORTH_JIRA_EMAIL',
    ),
    # kinds and choices
    ("kind: metric", "kind: metrc", "14:25", '"metrc" is not a kind of measure; did you mean "metric"?'),
    ("kind: linear", "kind: gitlab", "4:18", '"gitlab" is not a kind of tracker; use one of jira, linear'),
    (
        "kind: metric, ",
        "",
        "14:18",
        '"kind" is missing; use one of metric, keep, binary, work, milestones, flow, project, composite, query',
    ),
    ("weigh: points", "weigh: point", "17:38", '"point" is not possible here; did you mean "points"?'),
    ("label: onboarding", "level: epics", "18:25", '"epics" is not possible here; did you mean "epic"?'),
    # types
    ("title: One", "title: 12", "13:16", "text is expected here, not the number 12; put it in quotes"),
    ("title: One", "title:", "13:9", "text is expected here, not nothing"),
    ("title: One", "title: [a]", "13:16", "text is expected here, not a list"),
    ("title: One", "title: ''", "13:16", "the text is empty"),
    ("title: One", f"title: {'x' * 201}", "13:16", "the text is longer than 200 characters"),
    (
        "cycle: 2026-Q4",
        "cycle: 2026",
        "10:12",
        "text is expected here, not the number 2026; put it in quotes",
    ),
    ("[WEB, OPS]", "WEB", "3:75", 'a list is expected here, not "WEB"; write it in square brackets'),
    ("[WEB, OPS]", "[]", "3:75", "at least one entry is needed here"),
    ("{kind: work, weigh: points}", "work", "17:18", 'a mapping is expected here, not "work"'),
    ("start: 1,", "start: abc,", "14:40", 'a number is expected here, not "abc"'),
    ("start: 1,", "start: true,", "14:40", "a number is expected here, not true"),
    ("start: 1,", "start: .nan,", "14:40", "a number is expected here, not the number nan"),
    ("start: 1,", "start: .inf,", "14:40", "a number is expected here, not the number inf"),
    ("grace_days: 7", "grace_days: 1.5", "20:15", "a whole number is expected here, not the number 1.5"),
    ("grace_days: 7", "comments: maybe", "20:13", 'true or false is expected here, not "maybe"'),
    ("2026-10-14", "soon", "14:70", 'a day such as 2026-10-01 is expected here, not "soon"'),
    ("2026-10-14", "2026-13-14", "14:70", 'a day such as 2026-10-01 is expected here, not "2026-13-14"'),
    ("2026-10-14", "20261014", "14:70", "a day such as 2026-10-01 is expected here, not the number 20261014"),
    # values
    ("grace_days: 7", "grace_days: 400", "20:15", "must be at most 365, not 400"),
    ("links: [{", "links: [{share: 0, ", "18:25", "must be more than 0, not 0"),
    ("start: 1,", "start: 3,", "14:18", "start and target are both 3: there is no progress to measure"),
    ("2026-12-31", "2026-09-30", "6:12", "the cycle ends on 2026-09-30, before it starts on 2026-10-01"),
    ("workspace: acme", "time_zone: Paris", "1:12", "'Paris' is not a time zone of the IANA database"),
    (
        "workspace: acme",
        "workspace: a b",
        "1:12",
        (
            '"a b" is not usable as a name; '
            "use letters, digits, dot, dash and underscore, 64 at most, a letter or digit first"
        ),
    ),
    (
        "  jira: {",
        "  ji ra: {",
        "3:3",
        (
            '"ji ra" is not usable as a name; '
            "use letters, digits, dot, dash and underscore, 64 at most, a letter or digit first"
        ),
    ),
    ("https://acme", "acme", "3:27", "this is not an address; write it as https://host/path"),
    (
        "{label: onboarding, project: WEB}",
        "{tracker: jira}",
        "18:17",
        "the rule would match every item: give at least one condition, such as key, label, project, team, type, level",
    ),
    (
        "value: 2}]",
        "value: 2}, {on: 2026-10-14, value: 3}]",
        "14:64",
        "two check-ins on 2026-10-14: keep one value a day",
    ),
    (
        "grace_days: 7",
        "labels: {aligned: a b}",
        "20:21",
        '"a b" holds a space; trackers allow none in a label',
    ),
    # across
    ("id: KR2", "id: kr1", "15:13", 'key result "kr1" is declared twice (as "KR1"); the first is at F:12:13'),
    ("cycle: 2026-Q4", "cycle: 2026-Q5", "10:12", 'there is no cycle "2026-Q5"; did you mean "2026-Q4"?'),
    ("project: WEB", "tracker: jra", "18:46", 'there is no tracker "jra"; did you mean "jira"?'),
    (
        "https://acme",
        "http://acme",
        "3:27",
        "the address is not encrypted; use https (http is taken for this very machine only)",
    ),
    (
        "https://acme",
        "https://ann:s3cret@acme",
        "3:27",
        "the address holds a user name or password; take it out; credentials come separately",
    ),
    (
        "grace_days: 7",
        "health: {at_risk: 30}",
        "20:11",
        "at_risk (30) is more than off_track (25); a key result is at risk before it is off track",
    ),
    (
        "grace_days: 7",
        "labels: {aligned: a, orphaned: A}",
        "20:34",
        'the labels of aligned and orphaned work are both "A"; nobody could tell them apart',
    ),
    (
        "grace_days: 7",
        "labels: {aligned: kr:a}",
        "20:21",
        'the label "kr:a" would be read as a claim on a key result; let it not begin with "kr:"',
    ),
    (
        "2026-10-14",
        "2036-10-14",
        "14:70",
        "2036-10-14 lies long after the cycle 2026-Q4, which ends on 2026-12-31; check the year",
    ),
    (
        "kind: work, weigh: points",
        "kind: query, start: 3, target: 0, jql: a, tracker: linear",
        "17:70",
        'tracker "linear" cannot answer jql; these can: jira',
    ),
    (
        "kind: work, weigh: points",
        "kind: query, start: 3, target: 0, jql: a, tracker: jita",
        "17:70",
        'there is no tracker "jita"; did you mean "jira"?',
    ),
    (
        "  linear: {kind: linear, scope: {teams: [ENG]}}",
        (
            "  jira-eu: {kind: jira, url: 'https://eu.example', scope: {projects: [A]}}\n"
            "  jira_eu: {kind: jira, url: 'https://ue.example', scope: {projects: [A]}}"
        ),
        "5:3",
        (
            'trackers "jira-eu" and "jira_eu" would read the same variables; the first is at F:4:3; '
            "TRUENORTH_JIRA_EU_TOKEN cannot serve both; rename one"
        ),
    ),
    (
        "  linear: {kind: linear, scope: {teams: [ENG]}}",
        "  two: {kind: jira, url: 'https://acme.atlassian.net/', scope: {projects: [web]}}",
        "4:76",
        'project "web" of this site is in scope twice; the first is at F:3:76; every item must have one reader',
    ),
    (
        "links: [{label: onboarding, project: WEB}]",
        "links: [{label: a, share: 0.7}, {label: A, share: 0.7}]",
        "18:59",
        "the shares of this rule add up to 1.4, more than 1; the first is at F:18:35",
    ),
    (
        "{label: onboarding, project: WEB}",
        "{not: {lable: x}}",
        "18:24",
        '"lable" is not known here; did you mean "label"?',
    ),
    (
        "{label: onboarding, project: WEB}",
        "{any: [{label: x}, {type: 3}]}",
        "18:43",
        "text is expected here, not the number 3; put it in quotes",
    ),
    (
        "{label: onboarding, project: WEB}",
        "{label: x, not: {}}",
        "18:33",
        "the rule would match every item: give at least one condition, such as key, label, project, team, type, level",
    ),
    (
        "{label: onboarding, project: WEB}",
        "{jql: a, saved_filter: 1}",
        "18:17",
        "jql and saved_filter ask different questions: put them under all or any",
    ),
    (
        "{label: onboarding, project: WEB}",
        "{all: [{jql: a, tracker: linear}]}",
        "18:42",
        'tracker "linear" cannot answer jql; these can: jira',
    ),
    (
        "{label: onboarding, project: WEB}",
        "{label: x, created: {since: 2026-02-01, until: 2026-01-01}}",
        "18:37",
        "the span ends on 2026-01-01, before it begins on 2026-02-01",
    ),
    ("{label: onboarding, project: WEB}", "{label: x, effective: {}}", "18:39", "give since, until, or both"),
    (
        "{label: onboarding, project: WEB}",
        "{not: {tracker: lineer, label: x}}",
        "18:33",
        'there is no tracker "lineer"; did you mean "linear"?',
    ),
    (
        "{label: onboarding, project: WEB}",
        "{group: platform}",
        "18:25",
        'there is no group "platform" under groups; declare it',
    ),
    # measures
    (
        "start: 1,",
        "start: 1, phases: [{by: 2027-02-01, target: 2}],",
        "14:57",
        "2027-02-01 lies outside the cycle 2026-Q4, 2026-10-01 to 2026-12-31; check the year",
    ),
    (
        "kind: work, weigh: points",
        "kind: composite, of: {KR9: 1}",
        "17:41",
        'there is no key result "KR9"; did you mean "KR1"?',
    ),
    (
        "kind: work, weigh: points",
        "kind: composite, of: {KR2: 1}",
        "17:40",
        "KR2 is made of itself, by way of others; break the circle",
    ),
    (
        "cycle: 2026-Q4",
        "cycle: 2026-Q4\n    parent: GROWTH",
        "11:13",
        '"GROWTH" stands above itself, by way of others; break the circle',
    ),
    # YAML itself
    ("  grace_days", "\tgrace_days", "20:1", "a tab stands in the indentation; YAML wants spaces"),
    (
        "title: One",
        "title: One: two",
        "13:19",
        'a ":" is not possible here; check the indentation, or put it in quotes',
    ),
    (
        "title: One",
        "title: *one",
        "13:16",
        "this alias has no anchor; set it with & before, or put the text in quotes",
    ),
    ("title: One", "title: 'One", "13:16", "the text ends inside quotes; close them"),
    ("title: One", "title: @x", "13:16", '"@" cannot stand here; put the text in quotes'),
    ("title: One", "title: !!python/x One", "13:16", 'the tag "python/x" is not supported; leave it out'),
    ("title: One", "title: \x07", "13:16", "holds a character that YAML does not allow"),
    (
        "start: 1,",
        "start: !!int abc,",
        "14:40",
        '"abc" is not a number of usable size; put it in quotes if it is text',
    ),
    (
        "start: 1,",
        f"start: {'9' * 30},",
        "14:40",
        f'"{"9" * 30}" is not a number of usable size; put it in quotes if it is text',
    ),
    ("policy:", "---\npolicy:", "19:1", "a second document begins here; keep one document a file"),
]


@pytest.mark.parametrize(("old", "new", "where", "text"), BAD, ids=[f"{row[1][:40]!r}" for row in BAD])
def test_a_fault_is_told_at_its_place(tmp_path: Path, old: str, new: str, where: str, text: str) -> None:
    assert old in GOOD
    file = written(tmp_path, GOOD.replace(old, new, 1))
    told = [str(problem).replace(str(file), "F") for problem in problems_of(file)]
    assert told == [f"F:{where}: {text}"]


def test_secrets_in_yaml_are_not_repeated(tmp_path: Path) -> None:
    for bad in (
        GOOD.replace("  jira: {", "  jira: {token: s3cret, "),
        GOOD.replace("https://acme", "https://ann:s3cret@acme"),
        GOOD.replace("https://acme", "ann:s3cret@acme"),
    ):
        assert "s3cret" not in "\n".join(map(str, problems_of(written(tmp_path, bad))))


def test_several_faults_come_in_one_go_in_order_of_place(tmp_path: Path) -> None:
    text = (
        GOOD.replace("kind: linear", "kind: liner")  # type
        .replace("workspace: acme", "workspace: acme\nworkspace: b")  # duplicate key
        .replace("cycle: 2026-Q4", "cycle: 2026-Q3")  # unknown reference
        .replace("target: 3", "traget: 3")  # unknown key
        .replace("id: KR2", "id: KR2\n        weight: heavy")  # type, on what can go alone
        .replace("project: WEB", "tracker: jra")  # unknown reference beside it
    )
    told = [(problem.line, problem.message) for problem in problems_of(written(tmp_path, text))]
    assert told == [
        (2, '"workspace" stands here twice'),
        (5, '"liner" is not a kind of tracker'),
        (11, 'there is no cycle "2026-Q3"'),
        (15, '"traget" is not known here'),
        (17, 'a number is expected here, not "heavy"'),
        (20, 'there is no tracker "jra"'),
    ]


def test_a_faulty_tracker_is_still_a_declared_name(tmp_path: Path) -> None:
    query = "{kind: query, start: 3, target: 0, jql: a}"
    text = GOOD.replace("https://acme", "acme").replace("{kind: work, weigh: points}", query)
    told = [
        problem.message
        for problem in problems_of(written(tmp_path, text.replace("project: WEB", "tracker: jira")))
    ]
    assert told == ["this is not an address"]

"""Every fault is told at its place, in plain words, and together with the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.declarations import GOOD, problems_of, written

# (what stands in GOOD, what stands there instead, line:column of the problem, its text)
BAD = [
    # keys
    ("target: 3", "traget: 3", "14:43", 'unknown key "traget"; did you mean "target"?'),
    ("title: Two", "titel: Two", "16:9", 'unknown key "titel"; did you mean "title"?'),
    ("policy:", "polcy:", "19:1", 'unknown key "polcy"; did you mean "policy"?'),
    ("grace_days: 7", "grace: 7", "20:3", 'unknown key "grace"; did you mean "grace_days"?'),
    (
        "policy:",
        "zzz:",
        "19:1",
        'unknown key "zzz"; use one of: workspace, site, time_zone, trackers, cycles, objectives, exempt, groups, calendar, policy, flow, signals and 2 more',
    ),
    (
        "workspace: acme",
        "workspace: a\nworkspace: b",
        "2:1",
        'duplicate key "workspace"; first declared at F:1:1',
    ),
    (
        "title: Two",
        "title: Two\n        title: 2",
        "17:9",
        'duplicate key "title"; first declared at F:16:9',
    ),
    ("        title: Two\n", "", "15:9", 'missing key "title"; add it: title in one line'),
    ("  grace_days", "  <<: {step: 3}\n  grace_days", "20:3", '"<<" is not supported; write out the keys'),
    ("  grace_days", "  [a]: 3\n  grace_days", "20:3", "a key must be plain text"),
    (
        "  jira: {",
        "  jira: {token: s3cret, ",
        "3:10",
        'unknown key "token"; do not put credentials in YAML: set TRUENORTH_JIRA_TOKEN and TRUENORTH_JIRA_EMAIL',
    ),
    # kinds and choices
    ("kind: metric", "kind: metrc", "14:25", 'unknown measure kind "metrc"; did you mean "metric"?'),
    ("kind: linear", "kind: gitlab", "4:18", 'unknown tracker kind "gitlab"; use one of: jira, linear'),
    (
        "kind: metric, ",
        "",
        "14:18",
        'missing key "kind"; use one of: metric, keep, binary, work, milestones, flow, project, composite, query',
    ),
    ("weigh: points", "weigh: point", "17:38", 'invalid value "point"; did you mean "points"?'),
    ("label: onboarding", "level: epics", "18:25", 'invalid value "epics"; did you mean "epic"?'),
    (
        "grace_days: 7",
        'quiet_hours: {begin: "19:00", end: "19:00"}',
        "20:16",
        "the quiet hours begin and end at 19:00, so there are none; set two different times, or leave quiet_hours out",
    ),
    # written anew by a tool of YAML 1.1
    (
        "{on: 2026-10-14",
        "{true: 2026-10-14",
        "14:66",
        'unknown key "true"; did you mean "on"? Another YAML tool has rewritten it: write "on" with its quotes',
    ),
    (
        "grace_days: 7",
        "mode: false",
        "20:9",
        'invalid value false; did you mean "off"? Another YAML tool has rewritten it: write "off" with its quotes',
    ),
    # types
    ("title: One", "title: 12", "13:16", "expected text, got the number 12; put it in quotes"),
    ("title: One", "title:", "13:9", "expected text, got no value"),
    ("title: One", "title: [a]", "13:16", "expected text, got a list"),
    ("title: One", "title: ''", "13:16", "must not be empty"),
    ("title: One", f"title: {'x' * 201}", "13:16", "must be at most 200 characters long"),
    (
        "cycle: 2026-Q4",
        "cycle: 2026",
        "10:12",
        "expected text, got the number 2026; put it in quotes",
    ),
    ("[WEB, OPS]", "WEB", "3:75", 'expected a list, got "WEB"; put it in square brackets'),
    ("[WEB, OPS]", "[]", "3:75", "expected at least one entry"),
    ("{kind: work, weigh: points}", "work", "17:18", 'expected a mapping, got "work"'),
    ("start: 1,", "start: abc,", "14:40", 'expected a number, got "abc"'),
    ("start: 1,", "start: true,", "14:40", "expected a number, got true"),
    ("start: 1,", "start: .nan,", "14:40", "expected a number, got the number nan"),
    ("start: 1,", "start: .inf,", "14:40", "expected a number, got the number inf"),
    ("grace_days: 7", "grace_days: 1.5", "20:15", "expected a whole number, got the number 1.5"),
    ("grace_days: 7", "comments: maybe", "20:13", 'expected true or false, got "maybe"'),
    ("2026-10-14", "soon", "14:70", 'expected a date such as 2026-10-01, got "soon"'),
    ("2026-10-14", "2026-13-14", "14:70", 'expected a date such as 2026-10-01, got "2026-13-14"'),
    ("2026-10-14", "20261014", "14:70", "expected a date such as 2026-10-01, got the number 20261014"),
    # values
    ("grace_days: 7", "grace_days: 400", "20:15", "must be at most 365, not 400"),
    ("links: [{", "links: [{share: 0, ", "18:25", "must be greater than 0, not 0"),
    ("start: 1,", "start: 3,", "14:18", "start and target are both 3; set different values"),
    ("2026-12-31", "2026-09-30", "6:12", "the cycle ends (2026-09-30) before it starts (2026-10-01)"),
    (
        "workspace: acme",
        "time_zone: Paris",
        "1:12",
        'unknown time zone "Paris"; use an IANA name such as Europe/Paris',
    ),
    (
        "workspace: acme",
        "workspace: a b",
        "1:12",
        (
            '"a b" is not a valid name; '
            "use at most 64 letters, digits, dots, dashes and underscores, starting with a letter or digit"
        ),
    ),
    (
        "  jira: {",
        "  ji ra: {",
        "3:3",
        (
            '"ji ra" is not a valid name; '
            "use at most 64 letters, digits, dots, dashes and underscores, starting with a letter or digit"
        ),
    ),
    ("https://acme", "acme", "3:27", "this is not a valid URL; write it as https://host/path"),
    (
        "{label: onboarding, project: WEB}",
        "{tracker: jira}",
        "18:17",
        "the rule would match every item; add a condition such as key, label, project, team, type or level",
    ),
    (
        "value: 2}]",
        "value: 2}, {on: 2026-10-14, value: 3}]",
        "14:64",
        "two check-ins on 2026-10-14; keep one value per day",
    ),
    (
        "grace_days: 7",
        "labels: {aligned: a b}",
        "20:21",
        '"a b" contains a space; labels cannot contain spaces',
    ),
    # across
    (
        "id: KR2",
        "id: kr1",
        "15:13",
        'duplicate key result id "kr1" ("KR1" differs only in case); first declared at F:12:13',
    ),
    ("cycle: 2026-Q4", "cycle: 2026-Q5", "10:12", 'unknown cycle "2026-Q5"; did you mean "2026-Q4"?'),
    ("project: WEB", "tracker: jra", "18:46", 'unknown tracker "jra"; did you mean "jira"?'),
    (
        "https://acme",
        "http://acme",
        "3:27",
        "the URL is not encrypted; use https (http is allowed for localhost only)",
    ),
    (
        "https://acme",
        "https://ann:s3cret@acme",
        "3:27",
        "the URL contains a user name or password; remove it; credentials come from the environment",
    ),
    (
        "grace_days: 7",
        "health: {at_risk: 30}",
        "20:11",
        "at_risk (30) is greater than off_track (25); set at_risk to at most off_track",
    ),
    (
        "grace_days: 7",
        "labels: {aligned: a, orphaned: A}",
        "20:34",
        'the labels for aligned and orphaned work are both "A"; use a different label for each',
    ),
    (
        "grace_days: 7",
        "labels: {aligned: kr:a}",
        "20:21",
        'the label "kr:a" would claim a key result; use one that does not start with "kr:"',
    ),
    (
        "2026-10-14",
        "2036-10-14",
        "14:70",
        '2036-10-14 is long after the end of cycle "2026-Q4" on 2026-12-31; check the year',
    ),
    (
        "kind: work, weigh: points",
        "kind: query, start: 3, target: 0, jql: a, tracker: linear",
        "17:70",
        'tracker "linear" does not support jql; use one of: jira',
    ),
    (
        "kind: work, weigh: points",
        "kind: query, start: 3, target: 0, jql: a, tracker: jita",
        "17:70",
        'unknown tracker "jita"; did you mean "jira"?',
    ),
    (
        "  linear: {kind: linear, scope: {teams: [ENG]}}",
        (
            "  jira-eu: {kind: jira, url: 'https://eu.example', scope: {projects: [A]}}\n"
            "  jira_eu: {kind: jira, url: 'https://ue.example', scope: {projects: [A]}}"
        ),
        "5:3",
        (
            'trackers "jira-eu" and "jira_eu" read the same environment variables; first declared at F:4:3; '
            "rename one of them: both read TRUENORTH_JIRA_EU_TOKEN"
        ),
    ),
    (
        "  linear: {kind: linear, scope: {teams: [ENG]}}",
        "  two: {kind: jira, url: 'https://acme.atlassian.net/', scope: {projects: [web]}}",
        "4:76",
        'project "web" of this site is in scope twice; first declared at F:3:76; remove one of them',
    ),
    (
        "        title: Two\n",
        "        title: Two\n        continues: kr1\n",
        "17:20",
        '"KR1" is of cycle "2026-Q4", which does not begin before "2026-Q4"; name a key result of an earlier cycle',
    ),
    (
        "links: [{label: onboarding, project: WEB}]",
        "links: [{label: a, share: 0.7}, {label: A, share: 0.7}]",
        "18:59",
        "the shares of this rule add up to 1.4, which is more than 1; first declared at F:18:35",
    ),
    (
        "{label: onboarding, project: WEB}",
        "{not: {lable: x}}",
        "18:24",
        'unknown key "lable"; did you mean "label"?',
    ),
    (
        "{label: onboarding, project: WEB}",
        "{any: [{label: x}, {type: 3}]}",
        "18:43",
        "expected text, got the number 3; put it in quotes",
    ),
    (
        "{label: onboarding, project: WEB}",
        "{label: x, not: {}}",
        "18:33",
        "the rule would match every item; add a condition such as key, label, project, team, type or level",
    ),
    (
        "{label: onboarding, project: WEB}",
        "{jql: a, saved_filter: 1}",
        "18:17",
        "jql and saved_filter cannot be combined in one rule; put them under all or any",
    ),
    (
        "{label: onboarding, project: WEB}",
        "{all: [{jql: a, tracker: linear}]}",
        "18:42",
        'tracker "linear" does not support jql; use one of: jira',
    ),
    (
        "{label: onboarding, project: WEB}",
        "{label: x, created: {since: 2026-02-01, until: 2026-01-01}}",
        "18:37",
        "until (2026-01-01) is before since (2026-02-01)",
    ),
    (
        "{label: onboarding, project: WEB}",
        "{label: x, effective: {}}",
        "18:39",
        "missing since or until; set one or both",
    ),
    (
        "{label: onboarding, project: WEB}",
        "{not: {tracker: lineer, label: x}}",
        "18:33",
        'unknown tracker "lineer"; did you mean "linear"?',
    ),
    (
        "{label: onboarding, project: WEB}",
        "{group: platform}",
        "18:25",
        'unknown group "platform"; declare it under groups',
    ),
    # measures
    (
        "start: 1,",
        "start: 1, phases: [{by: 2027-02-01, target: 2}],",
        "14:57",
        '2027-02-01 is outside cycle "2026-Q4", 2026-10-01 to 2026-12-31; check the year',
    ),
    (
        "kind: work, weigh: points",
        "kind: composite, of: {KR9: 1}",
        "17:41",
        'unknown key result "KR9"; did you mean "KR1"?',
    ),
    (
        "kind: work, weigh: points",
        "kind: composite, of: {KR2: 1}",
        "17:40",
        '"KR2" depends on itself through other key results; remove the circular reference',
    ),
    (
        "cycle: 2026-Q4",
        "cycle: 2026-Q4\n    parent: GROWTH",
        "11:13",
        '"GROWTH" is its own ancestor through other objectives; remove the circular reference',
    ),
    # since
    (
        "kind: work, weigh: points",
        "kind: work, since: 2027-01-01",
        "17:38",
        '2027-01-01 is after the end of cycle "2026-Q4" on 2026-12-31, so no work would count; check the year',
    ),
    (
        "kind: work, weigh: points",
        "kind: milestones, since: quarter",
        "17:44",
        'expected cycle, ever or a date such as 2026-10-01, got "quarter"',
    ),
    (
        "kind: work, weigh: points",
        "kind: work, since: 2026",
        "17:38",
        "expected cycle, ever or a date such as 2026-10-01, got 2026",
    ),
    (
        "kind: work, weigh: points",
        "kind: work, since: 1900-01-01",
        "17:38",
        "expected a date between 1970 and 2199",
    ),
    (
        "kind: work, weigh: points",
        "kind: flow, of: lead_time, start: 9, target: 3, since: cycle",
        "17:74",
        (
            "since of a flow measure is creation or start, when the clock of `of: efficiency` starts; which finished work "
            "counts is set by window_days, whatever the cycle"
        ),
    ),
    (
        "kind: work, weigh: points",
        "kind: flow, of: lead_time, start: 9, target: 3, since: 2026-10-01",
        "17:74",
        (
            "since of a flow measure is creation or start, when the clock of `of: efficiency` starts; which finished work "
            "counts is set by window_days, whatever the cycle"
        ),
    ),
    (
        "kind: work, weigh: points",
        "kind: composite, of: {KR1: 1}, since: ever",
        "17:50",
        'unknown key "since"; leave it out: set since on the key results that it is made of',
    ),
    (
        "kind: work, weigh: points",
        "kind: project, project: Onboarding, since: ever",
        "17:55",
        (
            "unknown key \"since\"; leave it out: the progress is Linear's own, of all the project's work; to count what was "
            "finished in the cycle, use kind: work"
        ),
    ),
    # YAML itself
    ("  grace_days", "\tgrace_days", "20:1", "tab in the indentation; use spaces"),
    (
        "title: One",
        "title: One: two",
        "13:19",
        'unexpected ":"; check the indentation, or put the text in quotes',
    ),
    (
        "title: One",
        "title: *one",
        "13:16",
        "unknown alias; define it with & first, or put the text in quotes",
    ),
    ("title: One", "title: 'One", "13:16", "missing closing quote; close the quotes"),
    ("title: One", "title: @x", "13:16", '"@" cannot start a value; put the text in quotes'),
    ("title: One", "title: !!python/x One", "13:16", 'the tag "python/x" is not supported; remove it'),
    ("title: One", "title: \x07", "13:16", "contains a character that YAML does not allow"),
    (
        "start: 1,",
        "start: !!int abc,",
        "14:40",
        '"abc" is not a valid number; put it in quotes if it is text',
    ),
    (
        "start: 1,",
        f"start: {'9' * 30},",
        "14:40",
        f'"{"9" * 30}" is not a valid number; put it in quotes if it is text',
    ),
    ("policy:", "---\npolicy:", "19:1", "unexpected second document; put one document in each file"),
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
        (2, 'duplicate key "workspace"'),
        (5, 'unknown tracker kind "liner"'),
        (11, 'unknown cycle "2026-Q3"'),
        (15, 'unknown key "traget"'),
        (17, 'expected a number, got "heavy"'),
        (20, 'unknown tracker "jra"'),
    ]


def test_a_faulty_tracker_is_still_a_declared_name(tmp_path: Path) -> None:
    query = "{kind: query, start: 3, target: 0, jql: a}"
    text = GOOD.replace("https://acme", "acme").replace("{kind: work, weigh: points}", query)
    told = [
        problem.message
        for problem in problems_of(written(tmp_path, text.replace("project: WEB", "tracker: jira")))
    ]
    assert told == ["this is not a valid URL"]

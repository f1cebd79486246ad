"""Blanks in JQL that only look like one are told at their place, before Jira reads them as letters."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import load
from tests.support.declarations import GOOD, problems_of, written

LINK = "links: [{label: onboarding, project: WEB}]"
MEASURE = "measure: {kind: work, weigh: points}"
QUERY = "measure: {kind: query, start: 9, target: 1, jql: %s}"
OPENED = "replace it with a space, or write \\u%s if it belongs to a quoted name"


@pytest.mark.parametrize(
    ("stands", "instead", "name", "code"),
    [
        (LINK, "links: [{jql: 'project = WEB\u00a0AND type = Bug'}]", "no-break space", "00a0"),
        (LINK, "links: [{jql: 'project = \"Web\u00a0shop\"'}]", "no-break space", "00a0"),
        (LINK, "links: [{jql: project =\u202fWEB}]", "narrow no-break space", "202f"),
        (LINK, "links: [{all: [{not: {jql: a = b\u200b}}]}]", "zero width space", "200b"),
        (LINK, "links: [{jql: 'ü = ä and\u2003é = è'}]", "em space", "2003"),
        (LINK, 'links: [{jql: "a =\\u00a0b"}]', "no-break space", "00a0"),
        (LINK, "links:\n          - jql: |\n              project = WEB\n              AND\u00a0type = Bug",
         "no-break space", "00a0"),
        (LINK, "links:\n          - jql: >-\n              project = WEB\u3000OR a = b", "ideographic space", "3000"),
        (MEASURE, QUERY % "'project = WEB\u00a0AND type = Bug'", "no-break space", "00a0"),
        (MEASURE, QUERY % "'a = b', over: {jql: 'a\u00a0= b'}", "no-break space", "00a0"),
        ("policy:", "exempt:\n  - name: x\n    any: [{jql: \"a\u00a0= b\"}]\npolicy:", "no-break space", "00a0"),
    ],
)  # fmt: skip
def test_a_blank_that_is_a_letter_to_jira(
    stands: str, instead: str, name: str, code: str, tmp_path: Path
) -> None:
    text = GOOD.replace(stands, instead)
    before = text.partition(chr(int(code, 16)))[0]
    escaped = before == text
    at = (18, 23) if escaped else (before.count("\n") + 1, len(before) - before.rfind("\n"))
    path = written(tmp_path, text)
    message = f"{name} (U+{code.upper()}) in JQL, which Jira reads as a letter"
    assert [((one.line, one.column), one.message, one.hint) for one in problems_of(path)] == [
        (at, message, OPENED % code)
    ]


@pytest.mark.parametrize(
    "jql",
    [
        '"project = WEB AND\tlabels = é"',
        r"'project = \"Web\u00a0shop\"'",
        "'labels = \"日本\"'",
        "'\u00a0a = b\u00a0'",
    ],
)
def test_what_parts_words_or_is_meant(jql: str, tmp_path: Path) -> None:
    load(written(tmp_path, GOOD.replace(LINK, f"links: [{{jql: {jql}}}]")))


def test_elsewhere_a_no_break_space_is_a_letter_of_a_name(tmp_path: Path) -> None:
    load(
        written(
            tmp_path, GOOD.replace("title: One", "title: 12\u00a0%").replace("onboarding", "on\u00a0board")
        )
    )

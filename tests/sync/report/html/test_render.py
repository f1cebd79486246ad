"""What a page is made of, without a browser: escaping, addresses, the policy, choices, how cells are sorted."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from markupsafe import Markup

from config.text.texts import Texts
from sync.report.html.choosing import Choosing
from sync.report.html.data import page_data
from sync.report.html.page import (
    Cell,
    Chart,
    Choice,
    Column,
    Drawing,
    Fact,
    Facts,
    Kind,
    Link,
    Page,
    Raw,
    Row,
    Section,
    Table,
    Text,
)
from sync.report.html.render import Frame, address, render

EVIL = "<script>alert(1)</script>\"'"
TEAM, GOAL = Choice("team", "jira/WEB"), Choice("objective", "GROWTH")


def page(*blocks: Table | Text | Facts | Chart, title: str = "T", lead: str = "") -> Page:
    return Page(title, (Section("s", title, (lead,), blocks),))


def html(one: Page, language: str = "en") -> str:
    return render(one, Frame("now"), Choosing(one.sections, {"GROWTH": "Grow"}), Texts(language))


def table(*cells: Cell, kind: Kind = "text", choices: frozenset[Choice] = frozenset()) -> Table:
    columns = tuple(Column(f"c{place}", f"C{place}", kind) for place in range(len(cells)))
    return Table("t", "Table", columns, (Row(cells, choices),))


def test_every_text_is_escaped() -> None:
    cell = Cell(EVIL, EVIL, href=EVIL)
    made = html(
        page(
            Table(
                EVIL,
                EVIL,
                (Column(EVIL, EVIL),),
                (Row((cell,), frozenset((Choice("team", EVIL),))),),
                EVIL,
                (Link(EVIL, EVIL),),
            ),
            Facts((Fact(EVIL, EVIL, cell, EVIL, (Link(EVIL, EVIL),)),)),
            Text(((EVIL, Link(EVIL, EVIL)),), listed=True, title=EVIL),
            Chart(EVIL, EVIL, EVIL, (Drawing(None, Markup("<svg></svg>"), table(cell)),)),
            title=EVIL,
            lead=EVIL,
        )
    )
    assert "<script>alert" not in made
    assert made.count("<script>") == 1
    # Nor does any of it end an attribute.
    assert not re.search(r'="[^"<>]*<script', made)


@pytest.mark.parametrize(
    ("href", "is_one"),
    [
        ("https://acme.example/browse/WEB-1", True),
        ("http://127.0.0.1:8080/x", True),
        ("#flow", True),
        ("kr/GROWTH-KR1/index.html", True),
        ("../../index.html#flow", True),
        ("items.csv", True),
        ("", False),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("java\tscript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        ("data:text/html,x", False),
        ("//elsewhere.example", False),
        ("vbscript:x", False),
        ("file:///etc/passwd", False),
    ],
)
def test_only_addresses_of_the_web_and_of_the_report_are_links(href: str, is_one: bool) -> None:
    assert address(href) == (href if is_one else "")
    made = html(page(table(Cell("words", "words", href=href))))
    assert ("words</a>" in made) is is_one
    assert "<td>" in made
    assert "words" in made


def test_the_policy_lets_our_style_and_script_through_and_nothing_else() -> None:
    made = html(page())
    found = re.search(r'Content-Security-Policy" content="([^"]*)"', made)
    assert found is not None
    policy = found[1].replace("&#39;", "'")
    parts = dict(one.strip().split(" ", 1) for one in policy.split(";"))
    assert parts["default-src"] == "'none'"
    assert set(parts) == {"default-src", "style-src", "script-src", "img-src", "base-uri", "form-action"}
    for kind, name in (("style", "style-src"), ("script", "script-src")):
        (text,) = re.findall(rf"<{kind}>(.*?)</{kind}>", made, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert parts[name] == f"'sha256-{digest}'"
    assert not re.search(r"\sstyle=|\son\w+=", made.partition("<body>")[2].partition("<script>")[0])


def test_no_texts_of_a_page_are_left_in_english() -> None:
    made = html(page(table(Cell("x", "x"), choices=frozenset((TEAM, GOAL)))), "fr")
    assert '<html lang="fr">' in made
    assert "Aller au contenu" in made
    assert "Skip to" not in made


@pytest.mark.parametrize(
    ("text", "value", "kind", "expected"),
    [
        ("12", 12, "number", "<td>12"),
        ("12 %", 0.12, "number", '<td data-v="0.12">12 %'),
        ("1,200", 1200, "number", '<td data-v="1200">1,200'),
        ("", None, "number", '<td data-v="">–'),
        ("hidden", None, "number", '<td data-v="">hidden'),
        ("not known", "not known", "number", '<td data-v="">not known'),
        ("yes", True, "number", '<td data-v="1">yes'),
        ("16 Nov", "2026-11-16", "day", '<td data-v="20261116">16 Nov'),
        ("16 Nov, 9:00", "2026-11-16T09:00:00+00:00", "day", '<td data-v="20261116">16 Nov, 9:00'),
        ("", None, "day", '<td data-v="">–'),
        ("words", "words", "text", "<td>words"),
        ("", None, "text", '<td data-v="">–'),
        ("not known", None, "text", "<td>not known"),
    ],
)
def test_a_cell_is_sorted_by_its_value(text: str, value: Raw, kind: Kind, expected: str) -> None:
    assert f"{expected}\n" in html(page(table(Cell(text, value), kind=kind)))


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (("text", "text"), ""),
        (("text", "number", "day"), ' class="from-2"'),
        (("number",), ' class="from-1"'),
        (("text", "number", "text", "day"), ' class="n-2 n-4"'),
    ],
)
def test_numbers_and_days_stand_on_the_right(kinds: tuple[Kind, ...], expected: str) -> None:
    columns = tuple(Column(f"c{place}", "C", kind) for place, kind in enumerate(kinds))
    one = Table("t", "T", columns, (Row(tuple(Cell("more than a key or a status", "x") for _ in kinds)),))
    made = html(page(one))
    assert f'aria-labelledby="s-t"{expected}>' in made
    for name in re.findall(r"[a-z]+-\d+", expected):
        assert f".{name} :nth-child(" in made


def test_choices_are_offered_once_with_teams_told_apart() -> None:
    other = Choice("team", "linear/WEB")
    ops = Choice("team", "jira/OPS")
    rows = tuple(Row((Cell("x", "x"),), frozenset((one, GOAL))) for one in (TEAM, other, ops))
    chart = Chart(
        "c", "C", "", (Drawing(Choice("objective", "NEW"), Markup("<svg></svg>"), table(Cell("x", "x"))),)
    )
    sections = page(Table("t", "T", (Column("c", "C"),), rows), chart).sections
    choosing = Choosing(sections, {"GROWTH": "Grow"})
    assert choosing.options("team") == [("t1", "jira: WEB"), ("t2", "linear: WEB"), ("t3", "OPS")]
    assert choosing.options("objective") == [("o1", "GROWTH: Grow"), ("o2", "NEW")]
    assert choosing.rows(frozenset((other, GOAL))) == ' data-for="o1 t2"'
    assert choosing.rows(frozenset()) == ""
    assert not Choosing((), {}).any
    assert "<select" not in html(page())


def test_the_data_are_the_values_with_their_links() -> None:
    cell = Cell("31 %", 0.31, href="https://acme.example/x", tone="good")
    one = page(
        table(cell, choices=frozenset((TEAM, GOAL))),
        Facts((Fact("f", "Fact", Cell("3", 3), "note", (Link("3 in jira", "https://acme.example/q"),)),)),
        Text((("see ", Link("it", "#x"), "."),)),
        lead="lead",
    )
    assert page_data(one) == {
        "title": "T",
        "sections": {
            "s": {
                "title": "T",
                "lead": "lead",
                "blocks": [
                    {
                        "kind": "table",
                        "id": "t",
                        "title": "Table",
                        "columns": [{"id": "c0", "title": "C0", "kind": "text"}],
                        "rows": [
                            {
                                "values": {"c0": 0.31},
                                "links": {"c0": "https://acme.example/x"},
                                "for": [{"objective": "GROWTH"}, {"team": "jira/WEB"}],
                            }
                        ],
                        "note": None,
                        "links": [],
                    },
                    {
                        "kind": "facts",
                        "facts": {
                            "f": {
                                "title": "Fact",
                                "value": 3,
                                "text": "3",
                                "note": "note",
                                "link": None,
                                "links": [{"text": "3 in jira", "address": "https://acme.example/q"}],
                            }
                        },
                    },
                    {"kind": "text", "title": None, "paragraphs": ["see it."]},
                ],
            }
        },
    }

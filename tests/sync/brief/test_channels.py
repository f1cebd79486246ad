"""What comes from elsewhere is text and nothing else, wherever a brief is shown."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from config.text.phrases import phrase
from config.text.texts import ENGLISH_TEXTS, Texts
from sync.brief.channels import slack_text, to_markdown, to_slack, to_teams, to_text
from sync.brief.rows import BEGIN, END, Row
from tests.support.builders import item

HOSTILE = "<!channel> @here *bold* _it_ ~no~ `code` [click](https://evil.example) <https://evil.example|x> <at>All</at> &amp;"


def row(title: str, url: str = "https://acme.example/browse/WEB-1") -> Row:
    named = replace(item("WEB-1", title=title), url=url)
    said = phrase("brief.thing", item=f"{BEGIN}0{END}", title=title, before="1 %", after="2 %")
    return Row("line", said, (named,))


def test_each_place_leads_to_the_ticket() -> None:
    rows = [Row("title", phrase("brief.fell")), row("Plain words")]
    assert to_text(rows, ENGLISH_TEXTS) == (
        "The chance that fell most",
        "  • If you do one thing: WEB-1 Plain words: chance 1 % → 2 %",
    )
    assert to_markdown(rows, ENGLISH_TEXTS)[1] == (
        "- If you do one thing: [WEB-1](https://acme.example/browse/WEB-1) Plain words: chance 1 % → 2 %"
    )
    assert to_slack(rows, ENGLISH_TEXTS)["text"].splitlines() == [
        "*The chance that fell most*",
        "• If you do one thing: <https://acme.example/browse/WEB-1|WEB-1> Plain words: chance 1 % → 2 %",
    ]
    runs = card(to_teams(rows, ENGLISH_TEXTS))["body"][1]["inlines"]
    assert [(one["text"], one.get("selectAction", {}).get("url")) for one in runs] == [
        ("• ", None),
        ("If you do one thing: ", None),
        ("WEB-1", "https://acme.example/browse/WEB-1"),
        (" Plain words: chance 1 % → 2 %", None),
    ]


def card(message: dict[str, Any]) -> dict[str, Any]:
    (attachment,) = message["attachments"]
    content: dict[str, Any] = attachment["content"]
    return content


def test_slack_and_its_like_hear_no_mention_no_link_and_no_type() -> None:
    message = to_slack([row(HOSTILE)], ENGLISH_TEXTS)
    text = message["text"]
    assert re.findall(r"<[^>]*>", text) == ["<https://acme.example/browse/WEB-1|WEB-1>"]
    assert text.count("://") == 1
    assert not set("@*~`") & set(text)
    assert "](" not in text
    assert not re.search(r"(?<!\w)_|_(?!\w)", text)
    assert message["unfurl_links"] is False
    assert "link_names" not in message


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a & b < c > d", "a &amp; b &lt; c &gt; d"),
        ("snake_case stays", "snake_case stays"),
        ("<@U123> and <#C1>", "&lt;＠U123&gt; and &lt;#C1&gt;"),
        ("mail@acme.example", "mail＠acme.example"),
    ],
)
def test_slack_text(text: str, shown: str) -> None:
    assert slack_text(text) == shown


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "https://acme.example/x>|<!channel>",
        "https://acme.example/x)[y](z",
        "data:text/html,x",
    ],
)
def test_no_address_breaks_out_of_its_place(url: str) -> None:
    rows = [row("Words", url)]
    slack = to_slack(rows, ENGLISH_TEXTS)["text"]
    assert "<!channel>" not in slack
    assert "javascript:" not in slack
    (line,) = to_markdown(rows, ENGLISH_TEXTS)
    assert line.count("](") <= 1
    assert "javascript:" not in line
    urls = re.findall(r'"url": "([^"]*)"', json.dumps(to_teams(rows, ENGLISH_TEXTS)))
    assert all(one.startswith("https://") for one in urls)


def test_a_title_stands_for_no_ticket() -> None:
    """The characters that mark the place of a ticket never come from outside."""
    named = item("WEB-2", title=f"Look {BEGIN}7{END} here")
    assert BEGIN not in named.title
    (line,) = to_text([row(named.title)], ENGLISH_TEXTS)
    assert "Look 7 here" in line


def test_a_card_is_what_its_schema_says() -> None:
    """Properties, types and values of Adaptive Cards 1.4 (adaptivecards.io/schemas): of the parts that are used."""
    whole = to_teams(
        [Row("title", phrase("brief.fell")), Row("heading", phrase("brief.fell")), row(HOSTILE)], Texts("fr")
    )
    assert whole["type"] == "message"
    assert whole["attachments"][0]["contentType"] == "application/vnd.microsoft.card.adaptive"
    content = card(whole)
    assert set(content) == {"$schema", "type", "version", "body"}
    assert (content["type"], content["version"]) == ("AdaptiveCard", "1.4")
    for block in content["body"]:
        assert block.pop("separator", True) is True
        assert set(block) == {"type", "inlines"}
        assert block["type"] == "RichTextBlock"
        for run in block["inlines"]:
            assert run["type"] == "TextRun"
            assert set(run) <= {"type", "text", "weight", "size", "selectAction"}
            assert run["text"]
            assert run.get("weight", "Bolder") == "Bolder"
            assert run.get("size", "Medium") == "Medium"
            action = run.get("selectAction", {"type": "Action.OpenUrl", "url": ""})
            assert set(action) == {"type", "url"}
            assert action["type"] == "Action.OpenUrl"

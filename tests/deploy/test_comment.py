"""One comment of a pull request is kept up to date: `deploy/review/comment.py`."""

from __future__ import annotations

import json
import re
import runpy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.support.deployments import DEPLOY

SCRIPT = runpy.run_path(str(DEPLOY / "review" / "comment.py"), run_name="comment")
MARK = "<!-- truenorth:against -->"
BODY = f"{MARK}\n## What would change\n\nGROW-1 25 % → 15 %\n"
TOKEN = "planted-token-of-the-job"
BOT = "github-actions[bot]"


def comment(number: int, body: str | None, author: str = BOT) -> dict[str, Any]:
    return {"id": number, "body": body, "user": {"login": author}}


@pytest.mark.parametrize(
    ("comments", "expected"),
    [
        ([], None),
        ([comment(1, BODY)], 1),
        ([comment(1, "Looks good"), comment(2, BODY), comment(3, BODY)], 2),
        # Whoever quotes our comment keeps their own.
        ([comment(1, f"> {BODY}", "mallory"), comment(2, BODY)], 2),
        ([comment(1, BODY, "mallory")], None),
        ([comment(1, None)], None),
    ],
    ids=["none", "ours", "the oldest", "a quotation", "somebody else's", "empty"],
)
def test_which_comment_is_edited(comments: list[Mapping[str, Any]], expected: int | None) -> None:
    found = SCRIPT["earlier"](comments, MARK, BOT)
    assert (found and found["id"]) == expected


def test_on_gitlab_the_author_is_known_by_id() -> None:
    note = {"id": 7, "body": BODY, "author": {"id": 12, "username": "bot"}}
    assert SCRIPT["earlier"]([note], MARK, 12) == note
    assert SCRIPT["earlier"]([note], MARK, 13) is None


class Server:
    """A GitHub and a GitLab with one request to review, which have these comments."""

    def __init__(self, host: str, others: int = 0, refuses: int = 0) -> None:
        self.host, self.refuses = host, refuses
        self.comments = [
            {"id": one, "body": "Ship it"} | self.written_by("ann") for one in range(1, others + 1)
        ]
        self.asked: list[str] = []

    def written_by(self, who: str) -> dict[str, Any]:
        if self.host == "github":
            return {"user": {"login": BOT if who == "ours" else who, "id": 1}}
        return {"author": {"id": 12 if who == "ours" else 1, "username": who}}

    def answer(self, request: Request) -> Response:
        self.asked.append(request.method)
        assert TOKEN in (request.headers.get("Authorization", "") + request.headers.get("PRIVATE-TOKEN", ""))
        if request.path.endswith("/user"):
            return self._json({"id": 12})
        if request.method == "GET":
            at, size = (int(request.args[name]) for name in ("page", "per_page"))
            return self._json(self.comments[(at - 1) * size : at * size])
        if self.refuses:
            return Response(status=self.refuses, headers={"Location": "http://127.0.0.1:1/"})
        body = json.loads(request.data)["body"]
        if request.method == "POST":
            number = len(self.comments) + 1
            self.comments.append({"id": number, "body": body} | self.written_by("ours"))
        else:
            (one,) = [one for one in self.comments if request.path.endswith(f"/{one['id']}")]
            one["body"] = body
        return self._json({})

    @staticmethod
    def _json(value: object) -> Response:
        return Response(json.dumps(value), content_type="application/json")


@pytest.fixture
def body(tmp_path: Path) -> Path:
    file = tmp_path / "review.md"
    file.write_text(BODY, encoding="utf-8")
    return file


def environment(httpserver: HTTPServer) -> dict[str, str]:
    api = httpserver.url_for("/api").rstrip("/")
    return {
        "GITHUB_TOKEN": TOKEN,
        "GITHUB_REPOSITORY": "acme/okrs",
        "PULL_REQUEST": "3",
        "GITHUB_API_URL": api,
        "GITLAB_TOKEN": TOKEN,
        "CI_API_V4_URL": api,
        "CI_PROJECT_ID": "9",
        "CI_MERGE_REQUEST_IID": "3",
    }


def served(httpserver: HTTPServer, server: Server) -> Server:
    httpserver.expect_request(re.compile("/api/.*")).respond_with_handler(server.answer)
    return server


@pytest.mark.parametrize(("host", "edit"), [("github", "PATCH"), ("gitlab", "PUT")])
def test_the_comment_is_made_once_and_then_kept_up_to_date(
    host: str, edit: str, httpserver: HTTPServer, body: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = served(httpserver, Server(host, others=130))
    for said, text in [("created", BODY), ("unchanged", BODY), ("updated", BODY.replace("15 %", "12 %"))]:
        body.write_text(text, encoding="utf-8")
        assert SCRIPT["main"]([host, str(body)], environment(httpserver)) == 0
        assert capsys.readouterr().out == f"Comment {said}.\n"
    assert [one for one in server.asked if one != "GET"] == ["POST", edit]
    assert len(server.comments) == 131
    assert server.comments[-1]["body"] == BODY.replace("15 %", "12 %")


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [(403, 0, "the token may not write"), (500, 1, "HTTP 500"), (307, 1, "HTTP 307")],
    ids=["a fork", "an error", "a redirection"],
)
def test_what_the_server_refuses_is_said_without_the_token(
    status: int, code: int, said: str, httpserver: HTTPServer, body: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    served(httpserver, Server("github", refuses=status))
    assert SCRIPT["main"](["github", str(body)], environment(httpserver)) == code
    told = "".join(capsys.readouterr())
    assert said in told
    assert TOKEN not in told


@pytest.mark.parametrize(
    ("arguments", "text", "said"),
    [
        (["github"], BODY, "github|gitlab FILE"),
        (["bitbucket", "FILE"], BODY, "github|gitlab FILE"),
        (["github", "FILE"], "No mark", "has no mark"),
        (["github", "FILE"], BODY, "set GITHUB_TOKEN, GITHUB_REPOSITORY, PULL_REQUEST"),
        (["gitlab", "FILE"], BODY, "set GITLAB_TOKEN, CI_API_V4_URL"),
        (["github", "FILE.none"], BODY, "cannot be read"),
    ],
    ids=[
        "no file",
        "another server",
        "no mark",
        "no variables",
        "none on GitLab",
        "a file that is not there",
    ],
)
def test_wrong_usage_is_said_in_one_line(
    arguments: list[str], text: str, said: str, body: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body.write_text(text, encoding="utf-8")
    given = [one.replace("FILE", str(body)) for one in arguments]
    assert SCRIPT["main"](given, {}) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line

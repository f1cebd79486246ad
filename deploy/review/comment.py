"""Keeps one comment of a pull request or merge request up to date: `python3 comment.py github|gitlab FILE`.

FILE is what `truenorth plan --against … --format markdown` printed. It holds a mark, `<!-- truenorth… -->`, by which the comment of the
run before is found; only a comment of the same author is edited, whatever others write into theirs. Where that comment says the same
already, nothing is sent. Needs Python 3.11 and nothing else.

From the environment, on GitHub: GITHUB_TOKEN (may write pull requests), GITHUB_REPOSITORY, PULL_REQUEST (its number), GITHUB_API_URL, and
COMMENT_AUTHOR, by default `github-actions[bot]`. On GitLab: GITLAB_TOKEN (a project access token with the scope `api`), CI_API_V4_URL,
CI_PROJECT_ID, CI_MERGE_REQUEST_IID.

Exit codes: 0 done, also where the token may not comment, as on GitHub for a pull request from a fork (a warning says so) · 1 the server
did not do it · 2 wrong usage.
"""

from __future__ import annotations

import json
import os
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

MARK = re.compile(r"<!-- truenorth[^>\n]*-->")
PAGE = 100
"""Comments asked for at once; both servers give at most as many."""
SECONDS = 30


class NotDone(Exception):
    """The server did not do it; says what to do. `forbidden`: the token may not."""

    def __init__(self, message: str, *, forbidden: bool = False) -> None:
        super().__init__(message)
        self.forbidden = forbidden


class WrongUsage(Exception):
    """Something that was not given, or cannot be used."""


@dataclass(frozen=True, slots=True)
class Thread:
    """Where the comments of one request are made, listed (`{page}`) and edited (`{id}`), by which method."""

    comments: str
    listed: str
    comment: str
    edit: str
    headers: Mapping[str, str]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A token goes to the address that the CI system names, and to no other."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


def mark_of(body: str) -> str:
    """The mark by which the comment is found again. Raises WrongUsage without one."""
    found = MARK.search(body)
    if found is None:
        raise WrongUsage(
            "the file has no mark <!-- truenorth… -->; write it with `plan --against --format markdown`"
        )
    return found[0]


def earlier(comments: Sequence[Mapping[str, Any]], mark: str, author: object) -> Mapping[str, Any] | None:
    """The oldest comment of the author with the mark; a mark in somebody else's comment is a quotation."""
    for one in comments:
        written_by = one.get("user") or one.get("author") or {}
        if mark in (one.get("body") or "") and author in (written_by.get("login"), written_by.get("id")):
            return one
    return None


def ask(method: str, url: str, headers: Mapping[str, str], body: str | None = None) -> Any:
    """The JSON that the server answers. Raises NotDone."""
    sent = None if body is None else json.dumps({"body": body}).encode()
    told = {**headers, "Content-Type": "application/json"}
    request = urllib.request.Request(url, sent, told, method=method)  # noqa: S310  the CI system's address
    try:
        with _OPENER.open(request, timeout=SECONDS) as reply:
            return json.load(reply)
    except urllib.error.HTTPError as error:
        with error:
            raise NotDone(
                f"{method} {url} was answered with HTTP {error.code}; check what the token may do",
                forbidden=error.code == 403 and method != "GET",
            ) from None
    except (OSError, ValueError) as error:
        raise NotDone(f"{method} {url} failed: {error}") from None


def all_comments(thread: Thread) -> list[Mapping[str, Any]]:
    """Every comment, oldest first."""
    return [one for page in _pages(thread) for one in page]


def _pages(thread: Thread) -> Iterator[list[Mapping[str, Any]]]:
    for number in range(1, 101):
        page = ask("GET", thread.listed.format(page=number), thread.headers)
        yield page
        if len(page) < PAGE:
            return


def keep_up(thread: Thread, body: str, author: object) -> str:
    """Make the comment say `body`; says what was done: created, updated, or unchanged. Raises NotDone and WrongUsage."""
    there = earlier(all_comments(thread), mark_of(body), author)
    if there is None:
        ask("POST", thread.comments, thread.headers, body)
        return "created"
    # Servers take away white space at the end, and may turn line ends.
    if there["body"].replace("\r\n", "\n").strip() == body.strip():
        return "unchanged"
    ask(thread.edit, thread.comment.format(id=there["id"]), thread.headers, body)
    return "updated"


def on_github(env: Mapping[str, str]) -> tuple[Thread, object]:
    """Where GitHub keeps the comments of the pull request, and whose comment is ours."""
    token, repository, number = _required(env, "GITHUB_TOKEN", "GITHUB_REPOSITORY", "PULL_REQUEST")
    base = f"{env.get('GITHUB_API_URL') or 'https://api.github.com'}/repos/{repository}/issues"
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    comments = f"{base}/{number}/comments"
    listed = f"{comments}?per_page={PAGE}&page={{page}}"
    thread = Thread(comments, listed, f"{base}/comments/{{id}}", "PATCH", headers)
    return thread, env.get("COMMENT_AUTHOR") or "github-actions[bot]"


def on_gitlab(env: Mapping[str, str]) -> tuple[Thread, object]:
    """Where GitLab keeps the notes of the merge request, and the id of the token's own user. Raises NotDone."""
    token, api, project, number = _required(
        env, "GITLAB_TOKEN", "CI_API_V4_URL", "CI_PROJECT_ID", "CI_MERGE_REQUEST_IID"
    )
    headers = {"PRIVATE-TOKEN": token}
    base = f"{api}/projects/{project}/merge_requests/{number}/notes"
    listed = f"{base}?order_by=created_at&sort=asc&per_page={PAGE}&page={{page}}"
    author = ask("GET", f"{api}/user", headers)["id"]
    return Thread(base, listed, f"{base}/{{id}}", "PUT", headers), author


def _required(env: Mapping[str, str], *names: str) -> list[str]:
    if absent := [name for name in names if not env.get(name)]:
        raise WrongUsage(f"set {', '.join(absent)}")
    return [env[name] for name in names]


SERVERS = {"github": on_github, "gitlab": on_gitlab}


def main(arguments: Sequence[str], env: Mapping[str, str]) -> int:
    """Read the file, keep the comment, and say in one line what was done."""
    try:
        if len(arguments) != 2 or arguments[0] not in SERVERS:
            raise WrongUsage("python3 comment.py github|gitlab FILE")
        body = Path(arguments[1]).read_text(encoding="utf-8")
        mark_of(body)
        thread, author = SERVERS[arguments[0]](env)
        sys.stdout.write(f"Comment {keep_up(thread, body, author)}.\n")
    except WrongUsage as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"{arguments[1]} cannot be read: {error.strerror}\n")
        return 2
    except NotDone as error:
        if error.forbidden:
            sys.stdout.write(f"::warning::No comment: the token may not write one. {error}\n")
            return 0
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _run() -> NoReturn:
    sys.exit(main(sys.argv[1:], os.environ))


if __name__ == "__main__":
    _run()

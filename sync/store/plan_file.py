"""Plans in files: what somebody read and agreed to is what is written, and nothing else.

A plan file holds titles and values of work, and no secret. It has two identities. The digest is that of the plan, and
the same for a plan that is made again: guards are overridden by it. The hash of the content covers all that the file
holds, byte by byte, so all that would be written; the store knows it of every plan that it saved. Whoever edits a file can compute
both anew, but not make the store know it, nor a text that its facts do not give.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from msgspec.json import Decoder, Encoder

from config.load import fingerprint
from config.loading.regular_files import NotReadable, read_regular
from config.wording import counted
from config.workspace import Workspace
from connectors.model import Comment, Marks, Update, WorkItem
from sync.files.private import write_private
from sync.marks.messages import Messages, messages_for
from sync.marks.wording import NoText, update_with_text, with_text
from sync.plan.guards import NOUNS, GuardViolation
from sync.plan.plan import Edit, Plan, changes_of, digest_of
from sync.plan.project_views import ProjectView

FORMAT = 3
MOST_BYTES = 512 * 1024 * 1024
_AGAIN = "Create a new plan with `truenorth plan --out`."


class PlanError(Exception):
    """The file is no plan that can be applied; the text says why and what to do."""


class _Edit(msgspec.Struct):
    item: WorkItem
    wanted: Marks


class _Stop(msgspec.Struct):
    """A guard as this format spells it: `flag` is an option of the command line, and behind it the guard's subject."""

    guard: str
    message: str
    flag: str
    samples: tuple[str, ...] = ()


class _View(msgspec.Struct):
    tracker: str
    id: str
    projects: tuple[str, ...]
    before: str


_FLAGS = {"first-run": "--first-run", "shrunken-pull": "--accept-shrink"}
_OTHER_FLAG = "--accept-plan"


class _File(msgspec.Struct):
    truenorth_plan: int
    made: datetime
    configuration: str
    digest: str
    content: str
    edits: list[_Edit]
    views: list[_View]
    stops: list[_Stop]


class _Version(msgspec.Struct):
    """What a file of any version says."""

    truenorth_plan: int


_FILES = Decoder(_File)
_VERSIONS = Decoder(_Version)
_ENCODER = Encoder(order="deterministic")


@dataclass(frozen=True, slots=True)
class Saved:
    """A plan as it is saved: when it was made, which guards it tripped, and the hash of the file's whole content."""

    plan: Plan
    made: datetime
    stops: tuple[GuardViolation, ...]
    content: str


def save(
    path: Path, plan: Plan, stops: Iterable[GuardViolation], workspace: Workspace, now: datetime
) -> Saved:
    """Write the plan to a file that is private to its user, whole or not at all. Raises PlanError."""
    file = _File(
        truenorth_plan=FORMAT,
        made=now,
        configuration=fingerprint(workspace),
        digest=plan.digest,
        content="",
        edits=[_Edit(edit.item, edit.wanted) for edit in plan.edits],
        views=[_View(view.tracker, view.id, view.projects, view.before) for view in plan.views],
        stops=[_written(stop) for stop in stops],
    )
    text = msgspec.json.format(_ENCODER.encode(file), indent=1) + b"\n"
    content = _content_hash(text, "")
    try:
        write_private(path, (_with_content(text, "", content),))
    except OSError as error:
        raise PlanError(f"cannot write the plan to {path}: {error.strerror}.") from None
    return Saved(plan, now, tuple(stops), content)


def load(path: Path, workspace: Workspace, now: datetime) -> Saved:
    """The plan in a file.

    Raises PlanError when it is no plan, was changed, was made from another configuration or with other texts, says
    anything that its facts do not give, lies in the future, or is older than `policy.guards.plan_hours`.
    """
    text, file = _read_file(path)
    edits = tuple(Edit(one.item, one.wanted, changes_of(one.item, one.wanted)) for one in file.edits)
    views = tuple(ProjectView(one.tracker, one.id, one.projects, one.before) for one in file.views)
    if digest_of(edits, views) != file.digest or _content_hash(text, file.content) != file.content:
        raise PlanError(f"{path} was modified after it was created: its digest does not match. {_AGAIN}")
    if file.configuration != fingerprint(workspace):
        raise PlanError(
            f"{path} was created from another configuration ({file.configuration}, now {fingerprint(workspace)}). "
            f"{_AGAIN}"
        )
    _check_time(path, file.made, workspace, now)
    _check_texts(path, edits, workspace)
    plan = Plan(edits, (), file.digest, views=views)
    return Saved(plan, file.made, tuple(_read(one) for one in file.stops), file.content)


def _read_file(path: Path) -> tuple[bytes, _File]:
    try:
        # A pipe would hold the command up for ever.
        text = read_regular(path, MOST_BYTES + 1)
        if len(text) > MOST_BYTES:
            raise PlanError(f"{path} is too large to be a plan.")
        # Another version may have other fields: what is different there is no fault of whoever applies it.
        if _VERSIONS.decode(text).truenorth_plan != FORMAT:
            raise PlanError(f"{path} was created by another version of Truenorth. {_AGAIN}")
        return text, _FILES.decode(text)
    except NotReadable as error:
        raise PlanError(f"cannot read {path}: {error}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PlanError(f"{path} is not a plan written by `truenorth plan --out`: {error}.") from None


def _content_hash(text: bytes, content: str) -> str:
    """Of all that the file holds but the hash itself, in 32 hexadecimal digits: too many for anybody to find two
    files with the same."""
    return hashlib.sha256(_with_content(text, content, "")).hexdigest()[:32]


def _with_content(text: bytes, old: str, new: str) -> bytes:
    """The text with another hash in it. Within strings quotes are escaped, so this stands nowhere else."""
    return text.replace(f'"content": "{old}"'.encode(), f'"content": "{new}"'.encode(), 1)


def _check_time(path: Path, made: datetime, workspace: Workspace, now: datetime) -> None:
    limit = timedelta(hours=workspace.policy.guards.plan_hours)
    if made > now:
        raise PlanError(
            f"{path} is from the future: it was created at {_minute(made)}, and now it is {_minute(now)}. "
            f"Correct the clock of this machine or of the one that created it. {_AGAIN}"
        )
    if now - made > limit:
        raise PlanError(
            f"{path} was created at {_minute(made)} and expired after {counted(workspace.policy.guards.plan_hours, 'hour')}. {_AGAIN}"
        )


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _check_texts(path: Path, edits: Sequence[Edit], workspace: Workspace) -> None:
    """Raises PlanError unless every text is the one that its facts and details give."""
    messages = {name: messages_for(workspace, name) for name in workspace.trackers}
    for change in (change for edit in edits for change in edit.changes):
        if not isinstance(change.after, Comment | Update):
            continue
        texts = messages.get(change.item.tracker)
        if texts is None:
            raise PlanError(f"{path} is for a tracker that is not declared: {change.item.tracker}. {_AGAIN}")
        if change.after.wording != texts.wording:
            raise PlanError(
                f"{path} was created with other texts ({change.after.wording}, now {texts.wording}). {_AGAIN}"
            )
        if not _is_what_facts_give(change.after, texts):
            raise PlanError(
                f"{path} was modified after it was created: the text of the {NOUNS[change.mark]} on {change.key} "
                f"is not what its facts give. {_AGAIN}"
            )


def _is_what_facts_give(text: Comment | Update, messages: Messages) -> bool:
    try:
        if isinstance(text, Comment):
            return text.doc == with_text(text, messages).doc
        given = update_with_text(text, messages)
        return (text.doc, text.foot, text.page) == (given.doc, given.foot, given.page)
    except NoText:
        return False


def _written(stop: GuardViolation) -> _Stop:
    flag = f"{_FLAGS.get(stop.guard, _OTHER_FLAG)} {stop.subject}".rstrip()
    return _Stop(stop.guard, stop.message, flag, stop.samples)


def _read(one: _Stop) -> GuardViolation:
    return GuardViolation(one.guard, one.message, one.flag.partition(" ")[2], one.samples)

"""What a tracker should offer beside its items: fields, filters, label groups, views. Values, and the one
interface of setup; no I/O.

What we make says so: its description says which one it is, and ends with `signature`. A thing is known by the id
that the store keeps, then by its description, and only then by its name, so that one which people renamed is
neither lost nor made again: setup renames it back. Where a tracker gives it no description (options, screens,
gadgets), the id that the store keeps is the only proof, and without it the thing is taken for a person's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from config.text.texts import ENGLISH_TEXTS, Texts
from connectors.made_names import called, described_as, is_ours, names_of

if TYPE_CHECKING:
    from config.hooks.hook import Hook

Verb = Literal["create", "change", "remove"]
_Row = TypeVar("_Row")

UNALIGNED = "Unaligned work"
BELOW = "Below unaligned work"
BY_KEY_RESULT = "Work by key result"
AT_RISK = "At-risk key results"
DANGLING = "Dangling links"
PROJECTS = "Unaligned projects"
VIEWS = (UNALIGNED, BELOW, BY_KEY_RESULT, AT_RISK, DANGLING, PROJECTS)
DASHBOARD = "OKR alignment"
HOOK = "Changes for OKRs"
"""Name of the webhooks that setup makes, as trackers list them."""

PLACES = "at "
"""How the store's names begin of what addresses need beside the ids of things."""


@dataclass(frozen=True, slots=True)
class Need:
    """What the declared goals ask of a tracker.

    - `owner`: id of the workspace, which signs what is made.
    - `key_results`: id to title, in order of declaration.
    - `aligned`, `orphaned`, `below`, `dangling`, `at_risk`: labels of the policy, None where it has none.
    - `marks`: those that the policy has written on this tracker.
    - `orphaned_projects`: ids of the projects that are orphaned, where projects are items; None while that is not known.
    - `lists_projects`: whether the policy has the alignment of projects written on this tracker.
    - `texts`: those in which things are named and described.
    - `hook`: how the tracker is to tell the service of changes; None where the environment says nothing of that.
    - `label_ids`: where labels have ids, the id that most stamps give each label of the policy, for those that people renamed.
    """

    owner: str
    key_results: Mapping[str, str]
    aligned: str | None
    orphaned: str | None
    dangling: str | None
    at_risk: str | None = None
    below: str | None = None
    marks: frozenset[str] = frozenset(("key_results", "labels", "comment"))
    orphaned_projects: tuple[str, ...] | None = None
    label_ids: Mapping[str, str] = field(default_factory=dict)
    lists_projects: bool = True
    texts: Texts = ENGLISH_TEXTS
    hook: Hook | None = None

    @property
    def wants_hook(self) -> bool:
        """Whether setup is to see that the tracker has its webhook."""
        return self.hook is not None and bool(self.hook.address)


@dataclass(frozen=True, slots=True)
class Action:
    """One step. `name` is the English name of the thing, by which the store knows it, `called` what people see on the tracker;
    `id` is its id where it is there already; `body` is what its tracker needs."""

    kind: str
    name: str
    verb: Verb
    reason: str
    id: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    called: str = ""

    @property
    def title(self) -> str:
        """What people see on the tracker."""
        return self.called or self.name

    @property
    def shown(self) -> str:
        """Kind and name as people read it."""
        return f"{self.kind} {self.title}"

    @property
    def what(self) -> str:
        """Kind and name: how the store knows it."""
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class SetupProblem:
    """Something that setup will not do, why, and who can mend it. `fills`: once that is done, the next sync fills a field on
    every ticket with marks.
    """

    what: str
    why: str
    remedy: str
    fills: bool = False


@dataclass(frozen=True, slots=True)
class Provisioning:
    """What there is to do, in order, and what cannot be done. `found`: ids of what setup made and that is there, by
    `Action.what`, for the store to remember.
    """

    actions: tuple[Action, ...]
    problems: tuple[SetupProblem, ...] = ()
    found: Mapping[str, str] = field(default_factory=dict)


class Provisioner(Protocol):
    """Setup of one tracker. `made` is what the store remembers: ids by `Action.what`."""

    def plan(self, need: Need, made: Mapping[str, str]) -> Provisioning:
        """The difference between what is there and what is needed; reads only. Raises TrackerError."""
        ...

    def removal(self, need: Need, made: Mapping[str, str]) -> Provisioning:
        """What takes away exactly what setup made; reads only. Raises TrackerError."""
        ...

    def hooks(self, need: Need, made: Mapping[str, str]) -> Provisioning:
        """The part of `removal` that takes away webhooks; reads only. Raises TrackerError."""
        ...

    def carry(self, action: Action, made: Mapping[str, str]) -> str | None:
        """Do one action; the id of what is there after it, None after a removal. Raises TrackerError."""
        ...

    def address(self, what: str, made: Mapping[str, str]) -> str:
        """Where people find one of the things in `made`, named as there: a part, such as a gadget, with its whole. "" where that
        is not known. Sends nothing: what it needs beside ids are the `places` that the store kept.
        """
        ...

    def places(self) -> Mapping[str, str]:
        """What `plan` and `carry` learned that addresses need beside ids, for the store to keep beside them, at most 64
        characters each; the names begin with `PLACES`.
        """
        ...


def copies(
    rows: Iterable[_Row],
    identify: Callable[[_Row], Identified],
    kind: str,
    made: Mapping[str, str],
    need: Need,
) -> list[_Row]:
    """Those of the rows that people copied, description and all, from one that setup made: only that one is ours."""
    same: dict[str, list[_Row]] = {}
    for row in rows:
        if what := described_as(identify(row).description, need.owner, need.texts):
            same.setdefault(what, []).append(row)
    found: list[_Row] = []
    for what, some in same.items():
        ours = find_made(some, identify, made.get(f"{kind} {what}"), what, need)
        found += [row for row in some if ours is not None and row is not ours]
    return found


def copied(kind: str, name: str) -> SetupProblem:
    """Of such a copy, when everything of ours goes."""
    why = f"somebody copied it from a {kind} that setup made, so it stays"
    return SetupProblem(f"{kind} {name}", why, "Delete it if nobody needs it.")


def empty_views(kind: str, need: Need) -> Iterator[SetupProblem]:
    """The views that show nothing because the policy has their marks not written on this tracker."""
    by_label = {
        UNALIGNED: need.orphaned,
        BELOW: need.below,
        BY_KEY_RESULT: need.aligned,
        DANGLING: need.dangling,
        AT_RISK: need.at_risk,
    }
    if "labels" not in need.marks:
        names = [
            name
            for name in by_label
            if (name != AT_RISK or need.at_risk or "key_results" not in need.marks)
            and (name != BELOW or need.below)  # without its label, setup does not make it
        ]
        why = "show nothing: the policy writes no labels here"
        remedy = "Nothing to do if that is meant; else see policy.mode and policy.marks."
        yield SetupProblem(f"{kind}s {', '.join(called(one, need.texts) for one in names)}", why, remedy)
    elif "key_results" not in need.marks and need.at_risk is None:
        why = "shows nothing: the policy writes labels here, and no key results"
        yield SetupProblem(
            f"{kind} {called(AT_RISK, need.texts)}", why, "Set policy.labels.at_risk, then run setup again."
        )


@dataclass(frozen=True, slots=True)
class Identified:
    """How something on a tracker can be known."""

    id: str
    name: str
    description: str | None


def find_made(
    rows: Iterable[_Row],
    identify: Callable[[_Row], Identified],
    known: str | None,
    what: str,
    need: Need,
    others: Collection[str] = (),
    has_name: Callable[[str], bool] | None = None,
) -> _Row | None:
    """The row that is `what`: by the known id, by its description, by its name; ours before others of that name.

    `others`: what else there is of its kind: a row that says to be one of these is not this one, whatever its name.
    `has_name`: whether a name is that of the thing; by default one that it has in the language, or in English.
    """
    names = names_of(what, need.texts)
    fits = has_name or (lambda name: name in names)
    best: tuple[int, _Row] | None = None
    for row in rows:
        one = identify(row)
        says = described_as(one.description, need.owner, need.texts)
        if one.id == known:
            rank = 0
        elif says == what:
            rank = 1 if fits(one.name) else 2
        elif fits(one.name) and says not in others:
            rank = 3 if is_ours(one.description, need.owner) else 4
        else:
            continue
        if best is None or rank < best[0]:
            best = rank, row
    return best[1] if best else None

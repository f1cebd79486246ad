"""What a row of the table is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.acts.seen import SITES, Goals, Shows, Site
from tests.support.acts.tickets import Subject

Deed = Callable[[Any], "Subject | None"]
"""What a person does to a ticket, in a world with Truenorth and in one without; a ticket that comes of it is looked at
from then on."""

Text = str | Mapping[Site, str]
Left = Callable[[dict[str, Any]], dict[str, Any]]
"""What is left on a ticket after undo, from what would be there without Truenorth."""

LAST_PHASE = 2
ON_JIRA: tuple[Site, ...] = ("cloud", "server")


@dataclass(frozen=True)
class Absent:
    """Why there is no such act on a kind of site."""

    why: str


@dataclass(frozen=True)
class Ticket:
    """How Ann opened it, weeks before or just now: with these labels, begun or not.

    `named` is the key result whose rule names it by its key, `below` the one whose rule names its parent. `project` is one
    of Linear that is there; on Jira it is a new epic.
    """

    shows: Shows
    labels: tuple[str, ...] = ()
    named: str | None = None
    started: bool = True
    project: str | None = None
    below: str | None = None
    is_new: bool = False


@dataclass(frozen=True)
class Step:
    """One thing that happens between two runs: a deed, another declaration, or both.

    `plan`: what the next plan says in the ticket's line; None: the ticket is not in it. `notes`: what its notes say.
    `shows`: what the ticket shows after the sync; `tells` and `silent_on`: words on it, and words that are gone.
    `sets_up`: `setup` runs again before. `late`: where the tracker tells nothing of it, so that a run notices it that
    reads all, once a day or with `--full` (the last two tables of docs/marks.md); there `plan` is what that one says.
    """

    shows: Shows | Mapping[Site, Shows]
    plan: tuple[Text, ...] | None
    deed: Deed | None = None
    declares: Callable[[Goals], Goals] | None = None
    notes: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()
    silent_on: tuple[str, ...] = ()
    sets_up: bool = False
    late: tuple[Site, ...] = ()

    def shown_at(self, site: Site) -> Shows:
        return self.shows if isinstance(self.shows, Shows) else self.shows[site]

    def said_at(self, site: Site) -> list[str] | None:
        """The texts of the plan there."""
        if self.plan is None:
            return None
        texts = (one if isinstance(one, str) else one.get(site) for one in self.plan)
        return [one for one in texts if one is not None]


def as_without_us(without: dict[str, Any]) -> dict[str, Any]:
    """Undo leaves the ticket as if Truenorth had never been there."""
    return without


def with_label(name: str) -> Left:
    """As without us, and with a child of a group that they chose. In the twin, where setup never made it, there was none."""

    def left(without: dict[str, Any]) -> dict[str, Any]:
        return without | {"labels": sorted([*without["labels"], name])}

    return left


def emptied(*fields: str) -> Left:
    """As without us, but for fields that Truenorth computes: what a person had put there is gone with ours."""

    def left(without: dict[str, Any]) -> dict[str, Any]:
        return without | {
            "fields": {name: value for name, value in without["fields"].items() if name not in fields}
        }

    return left


@dataclass(frozen=True)
class Row:
    """One act. `words`: what happens, for each kind of site, or why the act does not exist there.

    `first` happens before Truenorth's first write, of which `plan_first` is said in the ticket's line and `notes_first`
    in the notes; `steps` come one by one after it. `marks`: the first cells of the rows
    of docs/marks.md that promise it. `keeps`: what looks ours and may stay, since a person's word made it theirs. `world`
    keeps acts that reach every ticket away from the others.
    """

    act: str
    ticket: Ticket
    steps: tuple[Step, ...]
    words: Mapping[Site, str | Absent]
    first: Deed | None = None
    plan_first: tuple[str, ...] = ()
    notes_first: tuple[str, ...] = ()
    left: Left = as_without_us
    marks: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    world: str = "shared"

    @property
    def sites(self) -> list[Site]:
        """Where the act exists."""
        return [site for site in SITES if not isinstance(self.words[site], Absent)]

    def is_late(self, number: int, site: Site) -> bool:
        """Whether the tracker does not tell of the step with this number."""
        return 0 <= number < len(self.steps) and site in self.steps[number].late


def everywhere(words: str) -> dict[Site, str | Absent]:
    return dict.fromkeys(SITES, words)


def as_on_jira(*texts: str) -> tuple[Text, ...]:
    """Texts of a plan that only Jira's has, where the same act has less to it on Linear."""
    return tuple({"cloud": one, "server": one} for one in texts)


def on_jira(words: str, *, linear: str) -> dict[Site, str | Absent]:
    """The act is Jira's alone; `linear` says why."""
    return {"cloud": words, "server": words, "linear": Absent(linear)}


def on_linear(words: str, *, jira: str) -> dict[Site, str | Absent]:
    """The act is Linear's alone; `jira` says why."""
    return {"cloud": Absent(jira), "server": Absent(jira), "linear": words}

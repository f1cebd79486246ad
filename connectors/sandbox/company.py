"""The company that both sandbox trackers belong to: its people, its clock, its way of naming work.

Everything is seeded by text, never by `hash()`, so equal seeds give equal worlds in every process.
"""

from __future__ import annotations

import random
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day

from connectors.sandbox import request_effects

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
"""The moment at which every world starts, a Monday morning; demos so never depend on today's date."""


@dataclass
class Clock:
    """The world's clock: `NOW` when it is made, running on with real elapsed time.

    `offset` is added to it, and may be moved at will to let days pass; `speed` is how many of its seconds
    pass in a real one.
    """

    offset: timedelta = timedelta()
    speed: float = 1.0
    _born: float = field(default_factory=time.monotonic, repr=False)

    def now(self) -> datetime:
        """The world's present moment, in UTC, as a fault may shift it for the request being served."""
        return self._true_now() + request_effects.skew.get()

    def advance(self, by: timedelta) -> None:
        """Let `by` pass at once."""
        self.offset += by

    def set(self, moment: datetime) -> None:
        """Make it `moment` now. Raises ValueError without a time zone."""
        if moment.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        self.offset += moment - self._true_now()

    def run_at(self, speed: float) -> None:
        """From now on `speed` of its seconds pass in a real one; 0 stops it. Raises ValueError below 0."""
        if not 0 <= speed < float("inf"):
            raise ValueError("speed is 0 or more")
        self.offset, self._born, self.speed = self._true_now() - NOW, time.monotonic(), speed

    def _true_now(self) -> datetime:
        return NOW + self.offset + timedelta(seconds=(time.monotonic() - self._born) * self.speed)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the directory. `team` is one of web, operations, engineering, mobile, people."""

    name: str
    email: str
    account_id: str
    linear_id: str
    team: str


_UUID_FIXED = 4 << 76 | 2 << 62
_UUID_FREE = ~(0xF << 76 | 0x3 << 62)
"""Bits of version 4 and variant 1 (RFC 9562), and the others."""


def rng(seed: int, *scope: object) -> random.Random:
    """A generator of its own for each scope, so that adding work in one place moves nothing in another."""
    return random.Random("/".join(map(str, ("truenorth", seed, *scope))))


def uuid4_from(source: random.Random) -> str:
    """A UUID with the version 4 and variant bits set, drawn from `source`."""
    text = f"{source.getrandbits(128) & _UUID_FREE | _UUID_FIXED:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _person(name: str, team: str, *, local: str | None = None) -> Person:
    source = rng(0, "person", name)
    address = f"{local or name.lower().replace(' ', '.')}@acme.example"
    return Person(name, address, f"712020:{uuid4_from(source)}", uuid4_from(source), team)


PEOPLE: tuple[Person, ...] = (
    _person("Ann Lee", "web"),
    _person("Bilal Haddad", "web"),
    _person("Chiara Rossi", "web"),
    _person("Dmitri Volkov", "web"),
    _person("Esther Okafor", "operations"),
    _person("Felix Brandt", "operations"),
    _person("Grace Kim", "operations"),
    _person("Hugo Martins", "operations"),
    _person("Ines Duarte", "engineering"),
    _person("Jonas Lindqvist", "engineering"),
    _person("Kavya Nair", "engineering"),
    _person("Liam O'Brien", "engineering", local="liam.obrien"),
    _person("Mei Tanaka", "mobile"),
    _person("Noé Girard", "mobile", local="noe.girard"),
    _person("Olga Nowak", "mobile"),
    _person("Priya Shah", "people"),
)

SERVICE = _person("Truenorth", "people", local="truenorth")
"""The account under which Truenorth itself works in both trackers."""

DIRECTORY: dict[str, Person] = {person.email: person for person in (*PEOPLE, SERVICE)}
"""Everybody who can sign in, by e-mail address."""


def team_of(team: str) -> tuple[Person, ...]:
    """The people of one team."""
    return tuple(person for person in PEOPLE if person.team == team)


def work_moment(source: random.Random, day: date) -> datetime:
    """A moment within working hours (07:00-17:00 UTC) of `day`, never after `NOW`.

    A weekend day gives the Friday before it.
    """
    day = min(day, NOW.date())
    day -= timedelta(days=max(0, day.weekday() - 4))
    seconds = source.randrange(10 * 3600)
    moment = datetime.combine(day, time_of_day(7), UTC) + timedelta(
        seconds=seconds, milliseconds=source.randrange(1000)
    )
    if moment < NOW:
        return moment
    return datetime.combine(day, time_of_day(7), UTC) + timedelta(
        seconds=seconds % 7000, milliseconds=source.randrange(1000)
    )


_DAY = 86_400
_OPENS, _CLOSES = 7 * 3600, 17 * 3600
_THURSDAY = 3
"""Weekday of the first day of Unix time, Monday being 0."""


def at_work(source: random.Random, first: float, last: float) -> float:
    """A moment between the two, within working hours where these leave any; all in seconds of Unix time.

    It falls on a weekday between 07:00 and 17:00 UTC. A weekend, or a moment that would come too early or
    too late for the span, moves to the nearest working time in it; a `first` out of hours stays itself.
    """
    moment = first + (last - first) * source.random()
    day = int(moment // _DAY)
    day -= max(0, (day + _THURSDAY) % 7 - 4)
    opens, share = day * _DAY + _OPENS, source.random()
    if opens > first and opens + (_CLOSES - _OPENS) <= last:
        return opens + int(share * (_CLOSES - _OPENS) * 1000) / 1000
    low = max(first, opens)
    high = min(last, opens + _CLOSES - _OPENS) if low == opens else min(last, _closing(first))
    return low + int(share * (high - low) * 1000) / 1000 if high > low else first


def _closing(moment: float) -> float:
    return moment // _DAY * _DAY + _CLOSES


def from_unix(seconds: float) -> datetime:
    """The moment, in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


_ANY = ("Make", "Rework", "Simplify", "Document", "Measure", "Tidy up", "Review", "Prepare")

THEMES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "onboarding": (
        ("Build", "Design", "Translate", "Shorten", "Test", "Instrument", "Polish", "Add"),
        (
            "the sign-up form",
            "the workspace wizard",
            "the invitation e-mail",
            "the empty state of the project list",
            "single sign-on in the first session",
            "the import of existing boards",
            "the guided tour",
            "the checklist for new admins",
            "the welcome screen",
            "sample data for new teams",
        ),
    ),
    "dashboard": (
        ("Build", "Speed up", "Cache", "Redesign", "Preload", "Add"),
        (
            "the default dashboard",
            "the template gallery",
            "the chart picker",
            "the query behind the first chart",
            "the sharing dialog",
            "the date filter",
            "the metrics catalogue",
        ),
    ),
    "failover": (
        ("Automate", "Rehearse", "Monitor", "Document", "Replace", "Test"),
        (
            "the failover of the billing database",
            "the failover of the search cluster",
            "the health checks of the gateway",
            "the switch of DNS between regions",
            "the replication lag alarm",
            "the restore from last night's backup",
            "the leader election of the scheduler",
        ),
    ),
    "deploy": (
        ("Cut", "Automate", "Parallelise", "Add", "Move", "Cache"),
        (
            "the build of the web image",
            "the canary stage",
            "the rollback of a bad release",
            "the database migrations out of the release",
            "the smoke tests after a deploy",
            "the approval step for small changes",
            "the merge queue",
        ),
    ),
    "api": (
        ("Cache", "Index", "Batch", "Profile", "Compress", "Rewrite"),
        (
            "the permission check in the list endpoint",
            "the serialisation of large boards",
            "the N+1 query in comments",
            "the connection pool of the read replica",
            "the search endpoint",
            "the rate limiter",
            "the webhook fan-out",
        ),
    ),
    "mobile": (
        ("Build", "Fix", "Redesign", "Add", "Port"),
        (
            "offline mode for boards",
            "push notifications on Android",
            "the share sheet on iOS",
            "the login with a passkey",
            "dark mode in the editor",
            "deep links from e-mails",
        ),
    ),
    "bug": (
        ("Fix", "Find out why", "Repair", "Reproduce"),
        (
            "the gateway answers 502 under load",
            "the nightly report comes out empty",
            "alerts arrive twice",
            "the queue consumer stops after a reconnect",
            "a full disk takes the cache node down",
            "certificates are not renewed on the edge",
            "the status page lags behind by an hour",
        ),
    ),
    "flaky": (
        ("Stabilise", "Quarantine", "Rewrite", "Speed up"),
        (
            "the checkout browser test",
            "the permissions integration test",
            "the time zone test of the calendar",
            "the upload test on slow disks",
            "the test of parallel edits",
        ),
    ),
    "ktlo": (
        ("Upgrade", "Rotate", "Renew", "Archive", "Patch"),
        (
            "PostgreSQL to the next minor version",
            "the log retention",
            "the wildcard certificate",
            "the base images",
            "the keys of the mail provider",
            "old feature flags",
        ),
    ),
    "security": (
        ("Patch", "Audit", "Restrict", "Rotate"),
        (
            "the XML parser of the importer",
            "access to the admin console",
            "third-party scripts on the login page",
            "the tokens of departed staff",
            "the headers of uploaded files",
        ),
    ),
    "people": (
        ("Plan", "Review", "Update", "Organise"),
        ("the interview guide", "the salary bands", "the summer party", "the handbook", "first-day laptops"),
    ),
    "other": (
        _ANY,
        (
            "the billing settings page",
            "the new pricing table",
            "the partner directory",
            "the export to spreadsheets",
            "the avatar picker",
            "the release notes page",
            "the colour tokens",
            "the admin audit log",
        ),
    ),
}

MESSY_TITLES: tuple[str, ...] = (
    'Escape </script><script>alert("hi")</script> in the preview',
    "**Bold** _claims_ in [release notes](javascript:alert(1)) & more",
    "🚀 Launch banner shows tofu 🦖 instead of emoji",
    "דף הכניסה נשבר בעברית (login page, right to left)",
    '=HYPERLINK("http://evil.example","click") shows up as a link in the CSV export',
    "@channel {panel} ~~struck~~ | a | table | in a title",
)
"""Titles that show whether text is escaped; both trackers carry each of them."""


def title(source: random.Random, theme: str) -> str:
    """A believable title; an unknown theme gives one about nothing in particular."""
    verbs, things = THEMES.get(theme, THEMES["other"])
    verb, thing = source.choice(verbs), source.choice(things)
    colon = ":" if verb in ("Fix", "Repair", "Reproduce") and theme == "bug" else ""
    # A large world says the same things over and over: each of them is kept once.
    return sys.intern(f"{verb}{colon} {thing}")

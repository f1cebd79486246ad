"""One percent of one key result on a ticket, after every sync, over HTTP, on each kind of site; read as a person reads.

Values move by little and by much, people take labels off and edit fields, key results get other titles and owners, and
tickets come to serve two of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.cli import Cli
from tests.support.company_site import SITES, Site, company
from tests.support.user_actions import JiraTicket, LinearTicket

VALUES = {
    "GROWTH-KR3": ("growth.yaml", r"(\{on: 2026-11-10, value: )[\d.]+", (31, 10)),
    "GROWTH-KR1": ("growth.yaml", r"(\{on: 2026-11-16, value: )[\d.]+", (22, 35)),
    "TRUST-KR3": ("trust.yaml", r"(\{on: 2026-11-09, value: )[\d.]+", (480, 250)),
}
"""File, place and range of the values that people report."""


# --- What happens ---------------------------------------------------------------------------------

Act = Callable[[Site], str]


def reported(name: str, share: float) -> Act:
    """Somebody reports a value."""

    def act(site: Site) -> str:
        file, pattern, (start, target) = VALUES[name]
        site.edit(file, pattern, rf"\g<1>{round(start + (target - start) * share, 2)}")
        return f"{name} at {share}"

    return act


def owned(by: str) -> Act:
    def act(site: Site) -> str:
        site.edit("growth.yaml", r"owner: \S+", f"owner: {by}")
        return f"owner {by}"

    return act


def claimed(at: int, name: str) -> Act:
    """Somebody lets a ticket serve two key results."""

    def act(site: Site) -> str:
        key = site.linked()[at % len(site.linked())]
        for label in (f"kr:{name}", "kr:GROWTH-KR2"):
            _label(site, key, label)
        return f"{key} claims {name} and GROWTH-KR2"

    return act


def _label(site: Site, key: str, label: str) -> None:
    if site.kind == "linear":
        LinearTicket(site.sandbox, key).label(label)
        return
    JiraTicket(site.sandbox, key).label(label)


def unlabelled(at: int) -> Act:
    """Somebody takes our label off, so that the ticket is written to whatever moved."""

    def act(site: Site) -> str:
        key = site.linked()[at % len(site.linked())]
        kind = LinearTicket if site.kind == "linear" else JiraTicket
        kind(site.sandbox, key).unlabel("okr-aligned")
        return f"{key} loses its label"

    return act


def typed(at: int, percent: int) -> Act:
    """Somebody types another percent into our field; Linear has none."""

    def act(site: Site) -> str:
        if site.kind == "linear":
            return "nothing"
        key = site.linked()[at % len(site.linked())]
        JiraTicket(site.sandbox, key).set_field("KR progress", percent)
        return f"{key} is given {percent}"

    return act


NAMES = st.sampled_from(sorted(VALUES))
ACTS: st.SearchStrategy[Act] = st.one_of(
    st.builds(reported, NAMES, st.sampled_from([n / 50 for n in range(51)])),
    st.builds(owned, st.sampled_from(("ines@acme.example", "noor@acme.example"))),
    st.builds(claimed, st.integers(0, 40), NAMES),
    st.builds(unlabelled, st.integers(0, 40)),
    st.builds(typed, st.integers(0, 40), st.integers(0, 100)),
)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", SITES)
def test_a_ticket_never_states_two_percents(
    kind: str, run: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    places: set[str] = set()

    @settings(
        max_examples=2,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(st.lists(ACTS, min_size=2, max_size=4), min_size=2, max_size=3))
    def played(days: list[list[Act]]) -> None:
        nonlocal places
        with company(kind, run, monkeypatch, tmp_path / "company") as site:
            places |= site.check()
            for acts in days:
                site.acts += [act(site) for act in acts]
                site.sync()
                places |= site.check()
                assert site.is_quiet(), f"after {site.acts}"

    played()
    assert places == ({"attachment", "link", "comment"} if kind == "linear" else {"field", "link", "comment"})


# --- Case by case ---------------------------------------------------------------------------------


@pytest.fixture(params=SITES)
def site(
    request: pytest.FixtureRequest, run: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Site]:
    with company(str(request.param), run, monkeypatch, tmp_path / "company") as made:
        yield made


METRIC = {
    "cloud": ("GROWTH-KR3", "WEB-2"),
    "data_center": ("GROWTH-KR3", "WEB-2"),
    "linear": ("TRUST-KR3", "Faster API"),
}


def percents_on(site: Site, key: str, name: str) -> set[int | None]:
    (found,) = (found for one, found, _ in site.read() if one == key)
    return set(found[name].values())


def test_a_small_step_waits_for_the_next_edit(site: Site) -> None:
    """Below the step nothing is written; what is written for another reason says today's percent, everywhere."""
    name, key = METRIC[site.kind]
    reported(name, 0.42)(site)
    site.sync()
    assert percents_on(site, key, name) == {42}
    reported(name, 0.45)(site)
    assert site.is_quiet()
    assert percents_on(site, key, name) == {42}
    site.edit(VALUES[name][0], r"(title: (?:Median time|p95 latency)[^\n]*)", r"\g<1>, always")
    site.sync()
    assert percents_on(site, key, name) == {45}
    assert site.is_quiet()


def test_todays_percent_typed_by_hand_reaches_the_link(site: Site) -> None:
    """Below the step nothing is written; a person who types today's percent makes the link say another one."""
    name, key = METRIC[site.kind][0], site.linked()[-1]
    _label(site, key, f"kr:{name}")
    reported(name, 0.42)(site)
    site.sync()
    reported(name, 0.45)(site)
    if site.kind == "linear":
        return  # it has no field to type into
    JiraTicket(site.sandbox, key).set_field("KR progress", 45)
    site.sync()
    assert percents_on(site, key, name) == {45}
    assert site.is_quiet()


def test_two_key_results_and_the_one_that_the_fields_follow(site: Site) -> None:
    """The fields follow the worst health, and another one when that changes."""
    name, _ = METRIC[site.kind]
    key = site.linked()[0]
    site.set_up()
    reported(name, 0.9)(site)
    for label in (f"kr:{name}", "kr:GROWTH-KR2"):
        _label(site, key, label)
    site.sync()
    assert first_on(site, key) == "GROWTH-KR2"
    reported(name, 0)(site)
    site.edit("growth.yaml", r"weight: 2", 'weight: 2\n        override: {percent: 90, until: "2026-12-01"}')
    site.sync()
    assert first_on(site, key) == name
    site.check()
    assert site.is_quiet()


def first_on(site: Site, key: str) -> str:
    """The key result that the ticket shows where it has room for one: in its field, or by its label of the group."""
    if site.kind == "linear":
        (child,) = (
            name for name in LinearTicket(site.sandbox, key).labels if re.match(r"[A-Z]+-KR\d+( ·|$)", name)
        )
        return child.split(" · ")[0]
    return re.split(r"[ ,;]", str(JiraTicket(site.sandbox, key).fields["Key result"]))[0]

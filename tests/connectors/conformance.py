"""What every tracker keeps to, as one class of tests: how to add a tracker.

1. `config/trackers.py`: a class for the kind, in `Tracker` and `KINDS`: its scope, its query languages, what one signs
   in with. 2. `connectors/registry.py`: a case that makes its connector. 3. A folder `connectors/KIND` with a class
   that has the methods of `connectors.base.Connector`, and of those further protocols there that it can keep.
4. In a test file, a subclass of `Conformance` whose fixture `site` gives a `Site` of it:

    class TestMyTracker(Conformance):
        @pytest.fixture
        def site(self) -> Iterator[Site]:
            with a_running_copy_of_it() as tracker:
                found = MySite(tracker)
                yield found
                found.close()

The site should be a real one over HTTP, or a sandbox that is strict where the real one is, holding a dozen open items
in scope that nobody has marked, with what people write: fields, labels, comments. All tests below then run on it, and
skip what needs an ability that the tracker does not have. They say what the pipeline relies on:

- a read is whole and repeatable, and what stands below an item names it;
- marks that were written are read back as equal, and writing what is shown sends nothing;
- removal takes exactly ours, and leaves everything of people's as it was, byte for byte;
- nobody else's marks are touched, and nothing that changed since it was read;
- one item's refusal is that item's receipt; a stopped write is finished by the next;
- what changed since a read, with what that read gave, is what a fresh read gives; an unchanged site costs a few requests;
- what is wrong with a site is one of our errors, and no secret stands in it.
"""

from __future__ import annotations

import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import ClassVar, Literal

import pytest

from config.trackers import NativeQuery
from connectors.base import (
    STOPPED,
    AnswersQueries,
    Connector,
    CreatesLabels,
    HasDescriptions,
    KeepsHistories,
    StopRequested,
    TellsPages,
    WriteRequest,
    never,
)
from connectors.changes import NeedsWholeRead, ReadsChanges
from connectors.errors import CredentialError, QueryError, ScopeError, TrackerError, Unreachable
from connectors.model import (
    ALL_MARKS,
    NOTHING,
    Comment,
    KeyResultMark,
    Mark,
    Marks,
    Receipt,
    Ref,
    Update,
    WorkItem,
)
from connectors.text.document import Doc, para
from tests.support.known_items import Known, differences

OWNER, RIVAL = "acme", "rival"
Wrong = Literal["credential", "address", "scope"]
Edit = Literal["title", "status", "parent", "deletion"]
MOST_REQUESTS = 6
"""Of a read of changes where nothing changed."""


class Site(ABC):
    """A running tracker to test a connector on."""

    secret: ClassVar[str]
    """The credential, which must not show itself."""

    missing: ClassVar[str]
    """A well-formed id that no item has."""

    queries: ClassVar[Mapping[NativeQuery, Callable[[WorkItem], bool]]] = {}
    """Native queries, and which items in scope each finds."""

    malformed: ClassVar[Sequence[NativeQuery]] = ()
    """Native queries that the tracker does not accept."""

    @abstractmethod
    def connect(self, owner: str = OWNER, wrong: Wrong | None = None) -> Connector:
        """A new connector; `wrong` names what of its declaration is no good. No wait of it takes real time."""

    @abstractmethod
    def state(self) -> object:
        """Everything on the site that people and programs see, but for times of change."""

    @abstractmethod
    def writes(self) -> int:
        """How many requests that change something were answered so far."""

    def edit(self, item: WorkItem, edit: Edit, other: WorkItem | None = None) -> None:
        """A person edits the item, a while after all that was done before, and a while passes: gives it the title "Another title", or another
        status, hangs it below `other`, or deletes it."""
        raise NotImplementedError

    def requests(self) -> int:
        """How many requests were answered so far."""
        raise NotImplementedError

    def close(self) -> None:  # noqa: B027  most have nothing to give back
        """Close what `connect` opened."""


class Conformance:
    """The tests; see the module."""

    @pytest.fixture
    def site(self) -> Iterator[Site]:
        raise NotImplementedError("a subclass gives the site")

    # --- Reading ---------------------------------------------------------------------------------

    def test_a_pull_is_whole_and_repeatable(self, site: Site) -> None:
        first, second = site.connect().pull(), site.connect().pull()
        assert first.items == second.items
        refs = [item.ref for item in first.items]
        assert len(refs) == len(set(refs)) > 0
        assert {ref.tracker for ref in refs} == {site.connect().name} == {first.tracker}
        assert any(item.in_scope for item in first.items)
        above = {item.parent for item in first.items if item.parent is not None}
        assert above
        assert above <= set(refs)
        assert {item.created.utcoffset() for item in first.items} == {first.as_of.utcoffset()}

    def test_reading_writes_nothing(self, site: Site) -> None:
        before = site.state()
        connector = site.connect()
        connector.pull()
        connector.owned_items(())
        list(connector.preflight(("okr-aligned",), ("project",)))
        assert (site.writes(), site.state()) == (0, before)

    def test_several_threads_read_the_same(self, site: Site) -> None:
        expected = site.connect().pull().items
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda _: site.connect().pull().items, range(4)))
        assert found == [expected] * 4

    def test_a_good_site_is_well(self, site: Site) -> None:
        checks = list(site.connect().preflight(("okr-aligned", "okr-orphaned"), ()))
        assert [one for one in checks if one.verdict == "wrong"] == []
        assert len(checks) > 0

    def test_closing_twice_is_closing_once(self, site: Site) -> None:
        connector = site.connect()
        connector.pull()
        connector.close()
        connector.close()

    # --- Abilities -------------------------------------------------------------------------------

    def test_native_queries_find_what_they_say(self, site: Site) -> None:
        connector = site.connect()
        if not isinstance(connector, AnswersQueries):
            pytest.skip("it answers no queries")
        items = {item.ref.id: item for item in connector.pull().items if item.in_scope}
        assert site.queries
        for query, fits in site.queries.items():
            expected = {id_ for id_, item in items.items() if fits(item)}
            assert 0 < len(expected) < len(items), query
            assert connector.find(query) & items.keys() == expected, query
            assert connector.count(query) > 0, query

    @pytest.mark.wrong_on_purpose("a query that breaks the tracker's own rules")
    def test_a_malformed_query_is_refused(self, site: Site) -> None:
        connector = site.connect()
        if not isinstance(connector, AnswersQueries):
            pytest.skip("it answers no queries")
        assert site.malformed
        for query in site.malformed:
            for ask in (connector.find, connector.count):
                with pytest.raises(QueryError):
                    ask(query)

    def test_items_are_fetched_by_their_ids_as_plain_facts(self, site: Site) -> None:
        connector = site.connect()
        if not isinstance(connector, AnswersQueries):
            pytest.skip("it answers no queries")
        some = [item for item in connector.pull().items if item.in_scope and item.level == "issue"][:5]
        found = {item.ref: item for item in connector.fetch([site.missing, *(one.ref.id for one in some)])}
        assert found.keys() == {item.ref for item in some}
        for item in some:
            told = found[item.ref]
            assert (told.key, told.title, told.category, told.shown) == (
                item.key,
                item.title,
                item.category,
                NOTHING,
            )
        assert connector.fetch(()) == ()

    def test_histories_have_no_gap(self, site: Site) -> None:
        connector = site.connect()
        if not isinstance(connector, KeepsHistories):
            pytest.skip("it keeps no histories")
        items = {item.ref: item for item in connector.pull().items if item.in_scope}
        found = connector.histories(tuple(items.values()))
        assert len(found) > 0
        assert found.keys() <= items.keys()
        for ref, history in found.items():
            spans = history.statuses
            assert (history.assignees, history.flags) == (None, ()), "who did it was not asked for"
            assert [one.end for one in spans[:-1]] == [after.begin for _, after in pairwise(spans)], items[
                ref
            ].key
            assert (spans[-1].end, spans[-1].status) == (None, items[ref].status), items[ref].key

    def test_whole_histories_tell_who_was_assigned_without_a_gap(self, site: Site) -> None:
        connector = site.connect()
        if not isinstance(connector, KeepsHistories):
            pytest.skip("it keeps no histories")
        items = {item.ref: item for item in connector.pull().items if item.in_scope}
        statuses = connector.histories(tuple(items.values()))
        found = connector.histories(tuple(items.values()), everything=True)
        assert {ref: one.statuses for ref, one in found.items()} == {
            ref: one.statuses for ref, one in statuses.items()
        }
        for ref, history in found.items():
            if history.assignees is None:
                continue
            spans, item = history.assignees, items[ref]
            assert [one.end for one in spans[:-1]] == [after.begin for _, after in pairwise(spans)], item.key
            assert spans[0].begin >= item.created, item.key
            assert (spans[-1].end, spans[-1].person) == (None, item.assignee_id), item.key
            assert all(one.end is None or one.begin < one.end for one in history.flags), item.key

    def test_keywords_are_of_the_items_that_were_asked_about(self, site: Site) -> None:
        connector = site.connect()
        if not isinstance(connector, HasDescriptions):
            pytest.skip("its items have no descriptions")
        items = connector.pull().items
        found = connector.keywords(items)
        some = sorted(found)[:3]
        assert some
        assert found.keys() <= {item.ref for item in items}
        assert connector.keywords([item for item in items if item.ref in some]) == {
            ref: found[ref] for ref in some
        }

    def test_pages_elsewhere_are_without_ours(self, site: Site) -> None:
        connector = site.connect()
        if not isinstance(connector, TellsPages):
            pytest.skip("its items have no pages elsewhere that only one read of each can tell")
        item = next(one for one in unmarked(connector) if "key_results" in one.writable)
        before = connector.pages_of(item)
        write(site, [(item, every_mark(item))])
        assert connector.pages_of(item) == before

    # --- Changes ---------------------------------------------------------------------------------

    def test_nothing_changed_costs_a_few_requests(self, site: Site) -> None:
        connector, known, bookmark = read_first(site)
        before = site.requests()
        changes = connector.changes(bookmark, known)
        assert site.requests() - before == changes.requests <= MOST_REQUESTS
        assert (changes.gone, changes.set_aside) == (frozenset(), ())
        known.take(changes)
        assert differences(known, site.connect().pull().items) == []
        assert changes.bookmark

    def test_a_changed_title_is_told_without_a_sweep(self, site: Site) -> None:
        connector, known, bookmark = read_first(site)
        item = with_parent(known)
        site.edit(item, "title")
        changes = connector.changes(bookmark, known)
        assert {one.ref: one.title for one in changes.items}[item.ref] == "Another title"
        known.take(changes)
        assert differences(known, site.connect().pull().items) == []

    @pytest.mark.parametrize("edit", ["title", "status", "parent", "deletion"])
    def test_what_is_known_and_what_changed_are_a_fresh_pull(self, site: Site, edit: Edit) -> None:
        connector, known, bookmark = read_first(site)
        item = with_parent(known)
        assert item.parent is not None
        above = known.by_id[item.parent.id]
        others = [
            one for one in known.by_id.values() if one.level == above.level and one.in_scope and one.is_open
        ]
        other = next(one for one in others if one.ref != above.ref and one.project == above.project)
        site.edit(item, edit, other)
        changes = connector.changes(bookmark, known, sweep=True)
        assert changes.swept
        assert (item.ref.id in changes.gone) is (edit == "deletion")
        known.take(changes)
        assert differences(known, site.connect().pull().items) == []
        later = connector.changes(changes.bookmark, known)
        known.take(later)
        assert differences(known, site.connect().pull().items) == []

    def test_a_bookmark_of_nothing_needs_a_whole_read(self, site: Site) -> None:
        connector, known, _ = read_first(site)
        with pytest.raises(NeedsWholeRead):
            connector.changes('{"version": 0}', known)

    # --- Writing ---------------------------------------------------------------------------------

    @pytest.mark.parametrize("mark", ALL_MARKS)
    def test_each_mark_is_read_back_as_it_was_written(self, site: Site, mark: Mark) -> None:
        before = site.state()
        item = next((one for one in unmarked(site.connect()) if mark in one.writable), None)
        if item is None:
            pytest.skip("none of its items can carry it")
        wanted = replace(NOTHING, **{mark: getattr(every_mark(item), mark)})
        assert write(site, [(item, wanted)]) == {item.ref: ("written", None)}
        assert read_back(site, [item]) == {item.ref: wanted}
        remove_all(site, [item])
        assert site.state() == before

    def test_all_marks_together_are_read_back_and_change(self, site: Site) -> None:
        items = of_each_kind(site.connect())
        for percent in (40, 55):
            fresh = fresh_items(site, items)
            wanted = {one.ref: every_mark(one, percent) for one in fresh}
            done = write(site, [(one, wanted[one.ref]) for one in fresh])
            assert set(done.values()) == {("written", None)}
            assert read_back(site, items) == wanted

    def test_what_bears_our_marks_is_known(self, site: Site) -> None:
        items = of_each_kind(site.connect())
        write(site, [(one, every_mark(one)) for one in items])
        ids = [one.ref.id for one in items]
        assert {one.ref for one in site.connect().owned_items(ids).items} == {one.ref for one in items}
        assert {one.ref for one in site.connect().owned_items(()).items} <= {one.ref for one in items}
        rival = site.connect(RIVAL).pull(owned_ids=ids)
        assert [one.key for one in rival.items if one.shown != NOTHING] == []

    def test_writing_what_is_shown_sends_nothing(self, site: Site) -> None:
        items = of_each_kind(site.connect())
        write(site, [(one, every_mark(one)) for one in items])
        before, fresh = site.writes(), fresh_items(site, items)
        receipts = list(in_batches(site.connect(), [(one, every_mark(one)) for one in fresh]))
        assert [(one.outcome, one.requests) for one in receipts] == [("written", 0)] * len(items)
        assert site.writes() == before

    def test_removal_takes_ours_and_leaves_what_is_peoples(self, site: Site) -> None:
        before = site.state()
        items = of_each_kind(site.connect())
        write(site, [(one, every_mark(one)) for one in items])
        assert site.state() != before
        remove_all(site, items)
        assert site.state() == before
        assert site.connect().owned_items([one.ref.id for one in items]).items == ()
        # An update that was taken back still counts as posted, so that it does not come back by itself.
        left = {ref: replace(shown, update=None) for ref, shown in read_back(site, items).items()}
        assert left == {one.ref: NOTHING for one in items}

    def test_an_item_by_itself_goes_the_way_of_many(self, site: Site) -> None:
        before = site.state()
        items = of_each_kind(site.connect())
        for one in items:
            assert write(site, [(one, every_mark(one))]) == {one.ref: ("written", None)}
        assert read_back(site, items) == {one.ref: every_mark(one) for one in items}
        for one in items:
            remove_all(site, [one])
        assert site.state() == before

    def test_another_owners_marks_are_not_touched(self, site: Site) -> None:
        items = of_each_kind(site.connect(RIVAL))
        stamped = [one for one in items if one.writable - {"update"}]
        write(site, [(one, replace(every_mark(one), update=None)) for one in stamped], owner=RIVAL)
        before = site.state()
        fresh = fresh_items(site, stamped)
        assert {one.shown.stamp.owner for one in fresh if one.shown.stamp} == {RIVAL}
        done = write(site, [(one, replace(every_mark(one, 70), update=None)) for one in fresh])
        assert {outcome for outcome, _ in done.values()} == {"skipped"}
        assert all(RIVAL in (error or "") for _, error in done.values())
        assert site.state() == before

    def test_one_refusal_does_not_stop_the_others(self, site: Site) -> None:
        first, second, *rest = of_each_kind(site.connect())
        gone = replace(first, ref=Ref(first.ref.tracker, site.missing), key="GONE-1")
        stale = replace(second, shown=replace(every_mark(second, 90), update=second.shown.update))
        requests = [(one, every_mark(one, 30)) for one in (gone, first, stale, *rest)]
        receipts = list(in_batches(site.connect(), requests))
        assert sorted(one.item for one in receipts) == sorted(item.ref for item, _ in requests)
        outcomes = {one.item: (one.outcome, bool(one.error)) for one in receipts}
        assert outcomes.pop(gone.ref) == outcomes.pop(stale.ref) == ("skipped", True)
        assert set(outcomes.values()) == {("written", False)}
        assert read_back(site, [second]) == {second.ref: NOTHING}

    @pytest.mark.parametrize("checks", [0, 1, 2, 5])
    def test_a_stopped_write_is_finished_by_the_next(self, site: Site, checks: int) -> None:
        before = site.state()
        items = of_each_kind(site.connect())
        asked = 0

        def stop() -> bool:
            nonlocal asked
            asked += 1
            return asked > checks

        receipts = list(in_batches(site.connect(), [(one, every_mark(one)) for one in items], stop))
        assert {one.item for one in receipts} <= {one.ref for one in items}
        assert {(one.outcome, one.error) for one in receipts} <= {("written", None), ("skipped", STOPPED)}
        if not checks:
            assert site.state() == before
        shown = read_back(site, items)
        done = {one.item for one in receipts if one.outcome == "written"}
        assert all(shown[one.ref] == every_mark(one) for one in items if one.ref in done)
        if checks % 2:
            remove_all(site, items)
            assert site.state() == before
            return
        write(site, [(one, every_mark(one)) for one in fresh_items(site, items)])
        assert read_back(site, items) == {one.ref: every_mark(one) for one in items}

    # --- What can be wrong -----------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("wrong", "kind"), [("credential", CredentialError), ("address", Unreachable), ("scope", ScopeError)]
    )
    def test_what_is_wrong_is_one_of_our_errors(
        self, site: Site, wrong: Wrong, kind: type[TrackerError]
    ) -> None:
        connector = site.connect(wrong=wrong)
        for read in (connector.pull, lambda: connector.owned_items(())):
            with pytest.raises(kind) as caught:
                read()
            shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
            assert site.secret not in shown
        checks = list(connector.preflight(("okr-aligned",), ()))
        assert any(one.verdict == "wrong" for one in checks)
        assert all(site.secret not in repr(one) for one in checks)
        connector.close()

    def test_no_secret_shows_itself(self, site: Site) -> None:
        connector = site.connect()
        pulled = connector.pull()
        assert site.secret not in f"{connector!r} {connector} {vars(connector)!r} {pulled!r}"


# --- What the tests do with a site ---------------------------------------------------------------


def read_first(site: Site) -> tuple[ReadsChanges, Known, str]:
    """A connector that read everything, what is known since, and where changes go on; skips for one that cannot tell changes."""
    connector = site.connect()
    if not isinstance(connector, ReadsChanges):
        pytest.skip("it does not tell what changed")
    pulled = connector.pull()
    assert pulled.bookmark
    return connector, Known(pulled.items), pulled.bookmark


def with_parent(known: Known) -> WorkItem:
    """An open issue in scope that hangs on another one of the scope, and on which nothing hangs."""
    above = {
        one.ref.id: known.by_id[one.parent.id]
        for one in known.by_id.values()
        if one.level in ("issue", "subtask")
        and one.in_scope
        and one.is_open
        and one.parent is not None
        and one.parent.id in known.by_id
        and not known.children([one.ref.id])
    }
    fitting = [id_ for id_, one in above.items() if one.in_scope and one.level in ("epic", "issue")]
    # In a small world it may be that closed ones alone hold open work.
    return known.by_id[min(fitting, key=lambda id_: not above[id_].is_open)]


def every_mark(item: WorkItem, percent: int = 40) -> Marks:
    """One of every mark that the item can carry."""
    result = KeyResultMark(
        "GROW-1",
        "It is live",
        percent,
        "on_track",
        "https://okrs.example/kr/GROW-1",
        "Teams grow",
        "2026-12-31",
    )
    says = Comment("progress", (("GROW-1", percent),), Doc((para(f"GROW-1 stands at {percent} %"),)))
    update = Update(
        "on_track",
        date(2026, 11, 16),
        (("GROW-1 percent", 40),),
        Doc((para("All is well"),)),
        "By us",
        result.url,
    )
    marks = Marks((result,), "aligned", ("okr-aligned",), says, update)
    return replace(marks, **{mark: getattr(NOTHING, mark) for mark in ALL_MARKS if mark not in item.writable})


def unmarked(connector: Connector) -> list[WorkItem]:
    """Open items that bear nothing of ours and that nobody claims for a key result."""
    items = connector.pull().items
    free = [one for one in items if one.writable and one.is_open and not one.claims and one.shown == NOTHING]
    return [one for one in free if one.shown.stamp is None]


def of_each_kind(connector: Connector) -> list[WorkItem]:
    """Six items of the kind that carries most, and one of each other kind: enough to share requests."""
    free = unmarked(connector)
    by_marks: dict[frozenset[Mark], list[WorkItem]] = {}
    for one in free:
        by_marks.setdefault(one.writable, []).append(one)
    most = max(by_marks, key=lambda marks: (len(by_marks[marks]), len(marks)))
    assert len(by_marks[most]) >= 6
    return [*by_marks[most][:6], *(found[0] for marks, found in by_marks.items() if marks != most)]


def in_batches(
    connector: Connector, requests: Sequence[WriteRequest], stop: StopRequested = never
) -> Iterator[Receipt]:
    """The receipts of requests that go in batches as large as the connector takes."""
    for start in range(0, len(requests), connector.batch):
        yield from connector.write_batch(requests[start : start + connector.batch], stop)


def write(
    site: Site, requests: Sequence[WriteRequest], owner: str = OWNER
) -> dict[Ref, tuple[str, str | None]]:
    """What became of each request, of which each has one receipt."""
    receipts = list(in_batches(site.connect(owner), requests))
    assert sorted(one.item for one in receipts) == sorted(item.ref for item, _ in requests)
    return {one.item: (one.outcome, one.error) for one in receipts}


def fresh_items(site: Site, items: Sequence[WorkItem]) -> list[WorkItem]:
    """The items as a new connector reads them, in the same order."""
    found = {one.ref: one for one in site.connect().pull(owned_ids=[one.ref.id for one in items]).items}
    return [found[one.ref] for one in items]


def read_back(site: Site, items: Sequence[WorkItem]) -> dict[Ref, Marks]:
    return {one.ref: one.shown for one in fresh_items(site, items)}


def remove_all(site: Site, items: Sequence[WorkItem]) -> None:
    """Undo: everything of ours on the items, and the labels that writing created and nothing bears any more."""
    connector = site.connect()
    wanted = {one.ref for one in items}
    owned = [one for one in connector.owned_items([ref.id for ref in wanted]).items if one.ref in wanted]
    for receipt in in_batches(connector, [(one, NOTHING) for one in owned]):
        assert (receipt.outcome, receipt.error) == ("written", None)
    if isinstance(connector, CreatesLabels):
        kept = [name for name in connector.created_labels() if not connector.delete_label(name)]
        assert connector.created_labels() == tuple(kept)

"""One issue in the course of being written, in steps that several issues take in rounds.

1. `begin`: a comment that has to go goes.
2. `put`: fields, labels and stamp in one edit. Or, in a batch, the stamp `in_between` first, which proves
   what was there and what is to come, and then a bulk edit.
3. `finish`: remote links, twins of the comment, and the comment.
4. `settle`, after a new comment: another writer may have put one since it was planned.
5. `final`: the stamp that says what now stands there, where it is not there already.

When nothing is to be left: `withdraw` for comments and links, `clear` for fields and labels, `unstamp` last.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace

from msgspec import UNSET

from connectors.errors import PermissionDenied
from connectors.jira.api.errors import Forbidden, Rejected
from connectors.jira.api.fields import SiteFields
from connectors.jira.api.issues import IssueApi, notify_users
from connectors.jira.api.wire import Issue
from connectors.jira.marks.comment import (
    REFUSED,
    CommentApi,
    EditedByPerson,
    OwnComment,
    OwnComments,
    single_out,
)
from connectors.jira.marks.computed_fields import recorded_texts
from connectors.jira.marks.issue_edit import FieldEdit, edit_for
from connectors.jira.marks.remote_links import REFUSED as REFUSED_LINK
from connectors.jira.marks.remote_links import digest as digest_of
from connectors.jira.marks.remote_links import global_id, our_prefix, plan_links
from connectors.jira.write.unsettable import learn_unsettable
from connectors.model import Comment, Marks, Stamp
from connectors.stamp import PROPERTY_KEY

EDITED = "a person edited Truenorth's comment, so it stays as it is"
PUBLIC = "customers would see Truenorth's comment, so its project stays without comments"
STAYS = (
    "its edit screen lacks fields in which values of Truenorth stand; add them to the screen of its project and type, "
    "and run it again"
)
UNSEEN = (
    "Jira keeps hidden values of Truenorth's fields on it, because its project does not have these fields; "
    "add them to its screens, or move it back, and run undo again"
)
"""Why a stamp stays on an issue from which all else was removed."""
UNCLEARED = "what was copied to it cannot all be taken off"
OFF_SCREEN = "cannot set the Key result fields on it; add them to the edit screen of its project and type"


class IssueWrite:
    """The way of one issue from what it shows, `now`, to what is wanted."""

    def __init__(
        self,
        api: IssueApi,
        comments: CommentApi,
        owner: str,
        issue: Issue,
        fields: SiteFields,
        now: Marks,
        comment_id: str | None,
        wanted: Marks,
    ) -> None:
        self._api = api
        self._comments = comments
        self._owner = owner
        self.issue = issue
        self._fields = fields
        self._shown = now.comment
        self.stamp = now.stamp
        self.comment_id = comment_id
        self._wanted = wanted
        self._twins = now.twins if not wanted.twins else ()
        self.has_new_comment = False
        self._is_copy = now.stamp is not None and now.stamp.copied
        self._differs = wanted.comment != now.comment
        self._fresh = self._differs and wanted.comment is not None and comment_id is None
        self._has_customers = issue.fields.project.has_customers
        self._links = plan_links(wanted, self.stamp, owner, fields.texts, is_done=issue.fields.is_done)
        self._linked = self._links.announced()
        self._edit = FieldEdit()
        self._announced: frozenset[tuple[str, str]] = frozenset()
        self._unsettable: set[str] = set()
        self._uncleared = ""
        self._wrote = False

    @property
    def bears_stamp(self) -> bool:
        """Whether there is a property to take away; copied marks can be without."""
        return self.stamp is not None and PROPERTY_KEY in self.issue.properties

    @property
    def place(self) -> Hashable:
        """What is found out of fields by trying is so for a project and type."""
        return self.issue.fields.project.id, self.issue.fields.issuetype.id

    @property
    def lesson(self) -> Hashable:
        """What `finish` may find out by trying, for its project: whether links are taken, who sees comments, who is notified."""
        comments = self._differs and self._wanted.comment is not None
        tries = bool(self._links.send), comments and self._has_customers, comments and bool(self.comment_id)
        return (self.issue.fields.project.id, *tries) if any(tries) else None

    @property
    def drops_comment(self) -> bool:
        """Whether `begin` looks for a comment that is to go; otherwise it sends nothing."""
        return self._wanted.comment is None and (self._differs or self.comment_id == "")

    # --- step by step ----------------------------------------------------------------------------

    def begin(self) -> None:
        """Delete our comment when none is wanted; announce one that is new.

        One may be there that nobody knows of: beside copied marks, or where an announced one was left alone.
        """
        if self.drops_comment:
            self._drop_comments()
        if self._fresh:
            self.comment_id = REFUSED if self._api.shows_comments_to_customers(self.issue) else ""

    def put(self) -> None:
        """Fields, labels and stamp in one request, without the fields that cannot be set."""
        while True:
            edit = self._edit = self.edit()
            stamp = self.final
            if edit.is_empty and stamp == self.stamp:
                return
            try:
                if edit.is_empty:
                    self._api.stamp(self.issue, stamp)
                else:
                    self._api.edit(self.issue, edit.body(), stamp)
            except Rejected as error:
                unsettable = error.fields.keys() & edit.fields.keys()
                if error.status != 400 or not unsettable:
                    raise
                learn_unsettable(self._api, self.issue, unsettable, self._fields)
            else:
                self.stamp, self._wrote = stamp, True
                return

    def edit(self) -> FieldEdit:
        """The edit of fields and labels that is left to be made."""
        learnt, stamp = self._api.options, self._without_refused(self.stamp)
        return edit_for(self.issue, self._wanted, stamp, self._fields, self._is_off_screen, learnt)

    def _without_refused(self, stamp: Stamp | None) -> Stamp | None:
        """The stamp without what a batch announced of fields that Jira refused since: that was never written."""
        if stamp is None or not self._announced:
            return stamp
        fields = (
            one for one in stamp.fields if one not in self._announced or not self._is_off_screen(one[0])
        )
        return replace(stamp, fields=tuple(fields))

    def in_between(self, edit: FieldEdit) -> Stamp:
        """A stamp under which both what stands there and what `edit` brings is ours.

        It still shows the old marks, so that an interrupted write is planned again.
        """
        before = replace(self.stamp or Stamp(self._owner), copied=False, item=self.issue.id)
        texts = dict.fromkeys((*before.fields, *sorted(edit.said.items())))
        self._announced |= frozenset(texts) - frozenset(before.fields)
        return replace(
            before,
            labels=tuple(sorted({*before.labels, *self._wanted.labels})),
            comment_id=self.comment_id,
            fields=tuple(texts),
            links=self._linked,
        )

    def edited(self, edit: FieldEdit, stamp: Stamp) -> None:
        """Take note that a batch has put `stamp` and made `edit`."""
        self._edit, self.stamp, self._wrote = edit, stamp, True

    def finish(self, known: dict[str, OwnComment] | None = None) -> str:
        """Links and comment; "" or why nothing could be written. `known`: comments just looked at."""
        self._write_links()
        self._drop_twins()
        comment = self._wanted.comment
        if comment is None or not self._differs:
            return "" if self._wrote or self._differs or not self._is_blocked() else OFF_SCREEN
        try:
            self.comment_id = self._write_comment(comment, known or {})
        except EditedByPerson:
            return "" if self._wrote else EDITED
        return PUBLIC if self.comment_id == REFUSED and not self._wrote else ""

    def settle(self, ours: OwnComments) -> None:
        """Of all our comments, just looked at, keep the one that every writer keeps."""
        self.comment_id, self._twins = single_out(ours, self.comment_id, has_customers=self._has_customers)
        self._drop_twins()

    @property
    def final(self) -> Stamp:
        """The stamp that says what stands there after the steps so far."""
        return Stamp(
            owner=self._owner,
            key_results=self._wanted.key_results,
            alignment=self._wanted.alignment,
            labels=self._wanted.labels,
            comment_id=self.comment_id,
            fields=tuple(sorted(self._edit.said.items())),
            links=self._linked,
            item=self.issue.id,
            rules=self._wanted.rules,
        )

    def close(self) -> None:
        """Put the final stamp, unless it is there."""
        if self.final != self.stamp:
            self._api.stamp(self.issue, self.final)

    # --- away ------------------------------------------------------------------------------------

    def withdraw(self, known: Mapping[str, OwnComment] | None) -> None:
        """Take comments and links away. `known`: all our comments, just looked at, or None."""
        if known is None:
            self._drop_comments()
        else:
            for id_, stated in known.items():
                if stated.edited_by_person:
                    self._comments.release(id_)
                else:
                    self._comments.delete(self.issue.id, id_, sure=True)
            self.comment_id, self._twins = None, ()
        self._drop_links()

    def clear(self) -> str:
        """Take fields and labels away. What cannot be cleared fails, since the stamp must outlive it.

        Copied marks may stand where nobody can edit, and no run could end that: they go as far as they can, and what is
        left is returned in words.
        """
        while True:
            edit = self.edit()
            if "labels" in self._unsettable:
                edit.add, edit.remove = [], []
            if edit.is_empty:
                return self._uncleared
            try:
                self._api.edit(self.issue, edit.body())
            except (Forbidden, Rejected) as error:
                if not self._is_copy or error.status not in (400, 403):
                    raise
                self._uncleared = f"{UNCLEARED}: {error}"
                blamed = error.fields.keys() if isinstance(error, Rejected) else set()
                fresh = (blamed & {*edit.fields, "labels"}) - self._unsettable
                if not fresh:
                    return self._uncleared
                # Known of this issue alone: a closed one may refuse what others of its type take.
                self._unsettable |= fresh
            else:
                return self._uncleared

    def unstamp(self) -> str:
        """Take the stamp away, when nothing is left that it proves; "" or what is left."""
        if left := self.unseen():
            return left
        self._api.unstamp(self.issue)
        return ""

    def unseen(self) -> str:
        """ "" or that values of ours outlast the removal: the issue has come to where nobody sees or clears them, or
        they cannot be edited."""
        fields, site = self.issue.fields, self._fields
        shown: dict[str | None, object] = {
            site.key_result: fields.key_result,
            site.progress: fields.kr_progress,
            site.health: fields.kr_health,
            site.alignment: fields.kr_alignment,
            site.objective: fields.kr_objective,
        }
        shown.update(site.renamed_in(fields))
        recorded = recorded_texts(self.stamp)
        hidden = any(name and value is UNSET and any(recorded.get(name, ())) for name, value in shown.items())
        if hidden:
            return UNSEEN
        return self._uncleared or (STAYS if any(self.edit().said.values()) else "")

    # --- links and comments ----------------------------------------------------------------------

    def _write_links(self) -> None:
        done = dict(self._links.kept)
        if self._is_copy:
            self._drop_stray_links()
        for id_, body in self._links.send.items():
            done[id_] = digest_of(body) if self._link(body) else REFUSED_LINK
        for id_ in self._links.gone:
            self._api.unlink(self.issue, global_id(self._owner, id_))
        self._linked = tuple(sorted(done.items()))

    def _drop_links(self) -> None:
        if self.stamp is None or self.stamp.copied:
            self._drop_stray_links()
            return
        for id_, said in self.stamp.links:
            if said != REFUSED_LINK:
                self._api.unlink(self.issue, global_id(self._owner, id_))

    def _drop_stray_links(self) -> None:
        """Those that no stamp tells of, but which are not to be written anyway: their ids say whose they are."""
        coming = {global_id(self._owner, id_) for id_ in self._links.send}
        for id_ in self._api.link_ids(self.issue, our_prefix(self._owner)):
            if id_ not in coming:
                self._api.unlink(self.issue, id_)

    def _link(self, body: dict[str, object]) -> bool:
        if self._api.is_unlinkable(self.issue):
            return False
        try:
            self._api.link(self.issue, body)
        except (PermissionDenied, Rejected):
            self._api.learn_unlinkable(self.issue)
            return False
        return True

    def _is_off_screen(self, field: str) -> bool:
        return field in self._unsettable or self._api.is_off_screen(self.issue, field)

    def _is_blocked(self) -> bool:
        return any(
            name and self._is_off_screen(name) for name in (self._fields.key_result, self._fields.progress)
        )

    def _write_comment(self, comment: Comment, known: dict[str, OwnComment]) -> str:
        """Update our comment, or one that landed unknown, or create it; its id. Raises EditedByPerson."""
        id_ = self.comment_id
        if id_ and id_ in known:
            if known[id_].edited_by_person:
                raise EditedByPerson
            self._update(id_, comment, sure=True)
            return id_
        if id_ and self._update(id_, comment):
            return id_
        landed = None
        if not self._fresh:
            landed = self._comments.adopt(self.issue.id, has_customers=self._has_customers)
        return landed if landed and self._update(landed, comment) else self._create(comment)

    def _create(self, comment: Comment) -> str:
        """Add the comment; its id, or REFUSED where customers would see it, and then none is left there.

        Whether they do is looked at once in a service project: what its first comment is, the others are too.
        """
        with self._api.first_comment(self.issue):
            if self._api.shows_comments_to_customers(self.issue):
                return REFUSED
            id_ = self._comments.create(self.issue.id, comment, has_customers=self._has_customers)
            if self._has_customers and not self._api.hides_comments(self.issue):
                if self._comments.is_public(self.issue.id, id_):
                    self._comments.delete(self.issue.id, id_)
                    self._api.learn_comments(self.issue, public=True)
                    return REFUSED
                self._api.learn_comments(self.issue, public=False)
        self.has_new_comment = True
        return id_

    def _update(self, id_: str, comment: Comment, *, sure: bool = False) -> bool:
        def send(notify: bool) -> bool:
            return self._comments.update(self.issue.id, id_, comment, notify_users(notify), sure=sure)

        return self._api.quietly(send)

    def _drop_comments(self) -> None:
        """Delete our comments; one that a person made theirs only loses our marker."""
        if self.comment_id is None:
            return
        for id_ in dict.fromkeys([*self._comments.ours_on([self.issue.id])[self.issue.id], self.comment_id]):
            if id_ and id_ != REFUSED:
                self._comments.drop(self.issue.id, id_)
        self.comment_id, self._twins = None, ()

    def _drop_twins(self) -> None:
        for twin in self._twins:
            self._comments.drop(self.issue.id, twin.id)
            self._wrote = True
        self._twins = ()

"""The workspace's issue labels: finding the one to put on an issue, making it where there is none."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.errors import PermissionDenied, Refused
from connectors.linear.api import queries
from connectors.linear.api.client import LinearClient
from connectors.linear.api.wire import LabelNode
from connectors.linear.marks.label_groups import LabelsById

DESCRIPTION = "Set and removed by Truenorth."


class LabelCatalog:
    """All issue labels, read once. Names are compared without case, as Linear does."""

    def __init__(self, client: LinearClient) -> None:
        self._client = client
        self._labels: dict[str, LabelNode] | None = None
        self._refused: dict[tuple[str, str], str] = {}

    def fill(self, labels: Iterable[LabelNode]) -> None:
        """Take labels that were just read."""
        self._labels = {label.id: label for label in labels}

    def forget(self) -> None:
        """Read the labels again before they are next needed."""
        self._labels = None

    def named(self, ids: Iterable[str]) -> dict[str, str]:
        """Names by id, of those ids that are known."""
        known = self._known()
        return {one: known[one].name for one in ids if one in known}

    @property
    def all(self) -> LabelsById:
        """All of them by id."""
        return self._known()

    def need(self, name: str, team: str) -> str:
        """Id of the label with this name that issues of the team can bear; made if there is none.

        Raises Refused or PermissionDenied, once found out without asking again.
        """
        found = self._find(name, team)
        if found is not None:
            return found
        if (name, team) in self._refused:
            raise Refused(self._client.tracker, self._refused[name, team])
        try:
            return self._make(name, team)
        except (Refused, PermissionDenied) as error:
            what = f'cannot create the label "{name}": {error.what}'
            self._refused[name, team] = what
            raise Refused(self._client.tracker, what) from error

    def created_labels(self) -> tuple[str, ...]:
        """Names of the labels that we made, sorted: those that still say so."""
        return tuple(sorted({label.name for label in self._ours()}))

    def delete_label(self, name: str) -> bool:
        """Delete the labels of this name that we made and no issue bears; False when one has to stay."""
        gone = True
        for label in self._ours():
            if label.name != name:
                continue
            only = {"labels": {"some": {"id": {"eq": label.id}}}}
            in_use = self._client.walk(queries.ISSUE_IDS, lambda reply: reply.issues, filter=only)
            if next(iter(in_use), None) is not None:
                gone = False
                continue
            if not self._client.execute(queries.LABEL_DELETE, id=label.id).done.success:
                raise Refused(self._client.tracker, "Linear did not confirm the write.")
            self._known().pop(label.id, None)
        return gone

    def _ours(self) -> list[LabelNode]:
        return [label for label in list(self._known().values()) if label.description == DESCRIPTION]

    def _known(self) -> dict[str, LabelNode]:
        if self._labels is None:
            self.fill(self._client.walk(queries.LABELS, lambda reply: reply.issue_labels))
        return self._labels or {}

    def _find(self, name: str, team: str) -> str | None:
        """A workspace label before one of the team; other teams' labels are refused on the issue."""
        fitting = [
            label
            for label in self._known().values()
            if label.name.casefold() == name.casefold()
            and not label.is_group
            and label.archived_at is None
            and label.retired_at is None
            and (label.team is None or label.team.id == team)
        ]
        best = min(fitting, key=lambda label: (label.team is not None, label.id), default=None)
        return best.id if best else None

    def _make(self, name: str, team: str) -> str:
        """A workspace label; where another team has the name already, a label of this team."""
        try:
            return self._create({"name": name, "description": DESCRIPTION})
        except Refused:
            # Made by somebody else meanwhile, or by our own request whose reply was lost.
            self.forget()
            found = self._find(name, team)
            if found is not None:
                return found
            if not any(label.name.casefold() == name.casefold() for label in self._known().values()):
                raise
        return self._create({"name": name, "description": DESCRIPTION, "teamId": team})

    def _create(self, given: dict[str, str]) -> str:
        made = self._client.execute(queries.LABEL_CREATE, input=given).done
        if not made.success:
            raise Refused(self._client.tracker, "Linear did not confirm the write.")
        self._known()[made.issue_label.id] = made.issue_label
        return made.issue_label.id

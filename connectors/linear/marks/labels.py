"""The workspace's issue labels: finding the one to put on an issue, making it where there is none."""

from __future__ import annotations

from config.text.texts import Texts
from connectors.errors import PermissionDenied, Refused
from connectors.linear.api import queries
from connectors.linear.api.client import LinearClient
from connectors.linear.api.wire import LabelNode
from connectors.linear.marks.own_labels import OwnLabels
from connectors.made_names import label_descriptions


def is_in_use(client: LinearClient, label: str) -> bool:
    """Whether any issue bears the label with this id, those in the archive included."""
    only = {"labels": {"some": {"id": {"eq": label}}}}
    bearing = client.walk(queries.ISSUE_IDS, lambda reply: reply.issues, filter=only)
    return next(iter(bearing), None) is not None


class LabelCatalog:
    """All issue labels, read once, and which of them are ours. Names are compared without case, as Linear does."""

    def __init__(self, client: LinearClient, own: OwnLabels) -> None:
        self._client = client
        self._own = own
        self._is_read = False
        self._refused: dict[tuple[str, str], str] = {}

    def fill(self, own: OwnLabels) -> None:
        """Take labels that were just read."""
        self._own, self._is_read = own, True

    def forget(self) -> None:
        """Read the labels again before they are next needed; what people renamed stays known."""
        self._is_read = False

    @property
    def own(self) -> OwnLabels:
        """All of them, and which are ours."""
        if not self._is_read:
            labels = self._client.walk(queries.LABELS, lambda reply: reply.issue_labels)
            self.fill(self._own.reread({label.id: label for label in labels}))
        return self._own

    @property
    def texts(self) -> Texts:
        """Those that are written here."""
        return self._own.texts

    @property
    def last(self) -> OwnLabels:
        """The same as last read, if ever."""
        return self._own

    def need(self, name: str, team: str) -> str:
        """Id of the label with this name that issues of the team can bear; made if there is none.

        Raises Refused or PermissionDenied, once found out without asking again.
        """
        found = self.own.find(name, team)
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
        """Delete the labels of this name that we made and no issue bears, archived ones included; False when one has to stay."""
        gone = True
        for label in self._ours():
            if label.name != name:
                continue
            if is_in_use(self._client, label.id):
                gone = False
                continue
            if not self._client.execute(queries.LABEL_DELETE, id=label.id).done.success:
                raise Refused(self._client.tracker, "Linear did not confirm the write.")
            self.fill(self.own.reread({id_: one for id_, one in self.own.labels.items() if id_ != label.id}))
        return gone

    def _ours(self) -> list[LabelNode]:
        made = label_descriptions()
        return [label for label in self.own.labels.values() if label.description in made]

    def _make(self, name: str, team: str) -> str:
        """A workspace label; where another team has the name already, a label of this team."""
        description = self.texts.text("setup.label")
        try:
            return self._create({"name": name, "description": description})
        except Refused:
            # Made by somebody else meanwhile, or by our own request whose reply was lost.
            self.forget()
            found = self.own.find(name, team)
            if found is not None:
                return found
            if not self.own.is_called(name):
                raise
        return self._create({"name": name, "description": description, "teamId": team})

    def _create(self, given: dict[str, str]) -> str:
        made = self._client.execute(queries.LABEL_CREATE, input=given).done
        if not made.success:
            raise Refused(self._client.tracker, "Linear did not confirm the write.")
        self.fill(self.own.reread({**self.own.labels, made.issue_label.id: made.issue_label}))
        return made.issue_label.id

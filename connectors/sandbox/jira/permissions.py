"""Who may do what on the site. Wire facts: the OpenAPI file, `GET /mypermissions` and `GET /permissions`."""

from __future__ import annotations

from dataclasses import dataclass, field

PERMISSIONS: dict[str, tuple[str, str]] = {
    "ADMINISTER": ("GLOBAL", "Administer Jira"),
    "BULK_CHANGE": ("GLOBAL", "Make bulk changes"),
    "CREATE_SHARED_OBJECTS": ("GLOBAL", "Share dashboards and filters"),
    "ADMINISTER_PROJECTS": ("PROJECT", "Administer Projects"),
    "BROWSE_PROJECTS": ("PROJECT", "Browse Projects"),
    "CREATE_ISSUES": ("PROJECT", "Create Issues"),
    "EDIT_ISSUES": ("PROJECT", "Edit Issues"),
    "DELETE_ISSUES": ("PROJECT", "Delete Issues"),
    "ASSIGN_ISSUES": ("PROJECT", "Assign Issues"),
    "LINK_ISSUES": ("PROJECT", "Link Issues"),
    "TRANSITION_ISSUES": ("PROJECT", "Transition Issues"),
    "ADD_COMMENTS": ("PROJECT", "Add Comments"),
    "EDIT_OWN_COMMENTS": ("PROJECT", "Edit Own Comments"),
    "EDIT_ALL_COMMENTS": ("PROJECT", "Edit All Comments"),
    "DELETE_OWN_COMMENTS": ("PROJECT", "Delete Own Comments"),
    "DELETE_ALL_COMMENTS": ("PROJECT", "Delete All Comments"),
}
"""Kind and name of each permission, by its key on the wire."""

ADMIN_ONLY = frozenset({"ADMINISTER", "ADMINISTER_PROJECTS"})
EDITORS_ONLY = frozenset({"EDIT_ALL_COMMENTS", "DELETE_ALL_COMMENTS"})


@dataclass
class Permissions:
    """What was taken from accounts, named by e-mail address: everywhere, or in the project of one id."""

    _taken: set[tuple[str, str, int | None]] = field(default_factory=set)

    def take(self, email: str, *names: str, project: int | None = None) -> None:
        """From now on the account lacks these. Raises KeyError for a permission that there is not."""
        self._taken |= {(email, _known(name), project) for name in names}

    def give(self, email: str, *names: str, project: int | None = None) -> None:
        """Give back what was taken with the same arguments."""
        self._taken -= {(email, _known(name), project) for name in names}

    def lacks(self, email: str, name: str, project: int | None = None) -> bool:
        """Whether it was taken."""
        return (email, name, None) in self._taken or (
            project is not None and (email, name, project) in self._taken
        )


def _known(name: str) -> str:
    if name not in PERMISSIONS:
        raise KeyError(name)
    return name

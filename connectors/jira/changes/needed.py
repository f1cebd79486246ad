"""Which of what is known is there no longer for anything: neither in scope nor above what is. Pure but for what is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from connectors.changes import KnownItems
from connectors.jira.changes.gathered import Gathered


def no_longer_needed(
    found: Gathered,
    known: KnownItems,
    outside: Collection[str],
    scope: Collection[str],
    gone: Collection[str],
) -> set[str]:
    """The ids of `gone`, and of what nothing hangs on any more, whether it was read now or is known.

    `outside`: ids of what was known out of scope; `scope`: ids of the projects in scope.
    """
    over = set(gone)
    here = {id_ for id_, issue in found.issues.items() if issue.fields.project.id not in scope}
    below: defaultdict[str, set[str]] = defaultdict(set)
    for id_, above in found.parents.items():
        below[above].add(id_)
    doubtful = here | {
        item.parent.id
        for id_, item in found.before.items()
        if item.parent and (id_ in over or (id_ in found.issues and found.parents.get(id_) != item.parent.id))
    } & set(outside)
    while doubtful:
        children: defaultdict[str, set[str]] = defaultdict(set)
        for item in known.children(doubtful):
            if item.parent and item.ref.id not in found.issues:
                children[item.parent.id].add(item.ref.id)
        bare = {id_ for id_ in doubtful - over if not (below[id_] | children[id_]) - over}
        if not bare:
            break
        over |= bare
        further = {found.parents[id_] for id_ in bare if id_ in found.parents}
        elder = known.items(bare - found.issues.keys())
        further |= {item.parent.id for item in elder.values() if item.parent}
        doubtful |= further & {*outside, *here}
    return over

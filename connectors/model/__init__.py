"""What a connector and the pipeline say to each other: work items, marks, changes, receipts.

Everything here is a frozen value without I/O. Trackers differ; these types do not.

Here text from outside enters, whoever read it: what is only shown (titles, statuses, facts, notes, errors) is without
secrets and without what cannot be seen from then on. Names that are compared or written back keep every character but
those of secrets; what prints them cleans them.
"""

from __future__ import annotations

from connectors.model.histories import AssigneeSpan, FlagSpan, History, StatusSpan
from connectors.model.items import (
    CLAIM_NAME,
    CLAIM_PREFIX,
    Category,
    GivenHealth,
    Identity,
    Mirror,
    Ref,
    WorkItem,
    claims_in,
)
from connectors.model.marks import (
    ALL_MARKS,
    MARKS,
    NOTHING,
    AlignmentState,
    Comment,
    CommentPurpose,
    Details,
    Fact,
    Health,
    KeyResultMark,
    Mark,
    Marks,
    Stamp,
    Twin,
    Update,
    UpdateHealth,
)
from connectors.model.pulls import KEY_RESULT_HERE, Change, Outcome, Owned, Pages, Pull, Receipt, SetAside

__all__ = [
    "ALL_MARKS",
    "CLAIM_NAME",
    "CLAIM_PREFIX",
    "KEY_RESULT_HERE",
    "MARKS",
    "NOTHING",
    "AlignmentState",
    "AssigneeSpan",
    "Category",
    "Change",
    "Comment",
    "CommentPurpose",
    "Details",
    "Fact",
    "FlagSpan",
    "GivenHealth",
    "Health",
    "History",
    "Identity",
    "KeyResultMark",
    "Mark",
    "Marks",
    "Mirror",
    "Outcome",
    "Owned",
    "Pages",
    "Pull",
    "Receipt",
    "Ref",
    "SetAside",
    "Stamp",
    "StatusSpan",
    "Twin",
    "Update",
    "UpdateHealth",
    "WorkItem",
    "claims_in",
]

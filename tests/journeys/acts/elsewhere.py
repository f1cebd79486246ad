"""Rows of docs/marks.md that are tried somewhere else: they need two stores, days, or a policy of their own."""

from __future__ import annotations

ELSEWHERE: dict[str, str] = {
    "Changes the record beside the comment (its hidden property, or the stamp), and not the comment": (
        "tests/security/test_plan_files.py::test_a_text_that_is_not_what_its_record_gives_is_put_right_once"
    ),
    "Two runs with separate stores comment at the same time (Jira)": (
        "tests/journeys/test_two_stores.py::test_two_stores_leave_one_comment_and_the_next_run_of_either_is_quiet"
    ),
    "Deletes a status update (Linear)": (
        "tests/sync/marks/test_status_updates.py::test_one_that_a_person_deletes_stays_deleted"
    ),
    "Edits a status update (Linear)": (
        "tests/sync/marks/test_status_updates.py::test_one_that_a_person_edits_is_theirs"
    ),
    "Posts a status update of their own (Linear)": (
        "tests/sync/marks/test_status_updates.py::test_a_person_waits_for_nothing_and_we_wait_for_them"
    ),
}
"""By the first cell of the row, the test."""

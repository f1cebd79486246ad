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
    "Its declaration changes: unit, start, target, kind of measure, due day, rule, page": (
        "tests/journeys/test_declaration.py::test_every_part_of_a_declaration_reaches_the_tickets"
    ),
    "It gets another owner": (
        "tests/journeys/test_declaration.py::test_every_part_of_a_declaration_reaches_the_tickets"
    ),
    "The objective gets another title": (
        "tests/journeys/test_declaration.py::test_every_part_of_a_declaration_reaches_the_tickets"
    ),
    "Another of its key results gets the worst health": (
        "tests/journeys/test_one_percent.py::test_two_key_results_and_the_one_that_the_fields_follow"
    ),
    "Copies a warned issue and chooses a child of `Key result`": (
        "tests/journeys/test_linear_copies.py::test_a_copy_of_an_orphan_is_no_orphan_before_its_time_and_may_be_claimed"
    ),
    "Renames it, and makes another of its name (Linear)": (
        "tests/journeys/test_linear_copies.py::test_a_renamed_label_beside_a_new_one_of_its_name_is_replaced"
    ),
    "Deletes a label of Truenorth's (Linear)": (
        "tests/journeys/test_linear_copies.py::test_a_deleted_label_is_made_again"
    ),
    "Key results change places in the declaration": (
        "tests/sync/plan/test_news.py::test_what_moves_below_the_step_is_no_news"
    ),
    "What is done of an epic's own part moves by the step or more, or to 0 or 100 %": (
        "tests/sync/plan/test_news.py::test_work_that_comes_and_goes_is_no_news_below_the_step"
    ),
    "Work below the epic comes to wait for other open work, or waits no more": (
        "tests/sync/marks/test_messages.py::test_what_comes_into_the_way_or_goes_is_news"
    ),
    "A value, a forecast, or what closing a ticket would bring, moves, and no percent by the step": (
        "tests/sync/plan/test_news.py::test_what_moves_below_the_step_is_no_news"
    ),
    "Truenorth is upgraded": ("tests/sync/plan/test_upgrade.py::test_an_upgrade_writes_nothing"),
    "A key result gets at risk or off track, or is so no more": (
        "tests/sync/marks/test_risk_label.py::test_it_goes_with_its_cause_and_with_the_work"
    ),
    "Copies a project with our links (Linear)": (
        "tests/connectors/linear/test_write_labels.py::test_a_link_copied_to_another_project_is_taken_over_or_off"
    ),
    "A cycle ends, and no next one of like length runs": (
        "tests/journeys/test_quarters.py::test_the_first_of_january_orphans_nothing"
    ),
    "The next cycle begins": "tests/journeys/test_quarters.py::test_the_roll_over_is_one_quiet_edit_a_ticket",
    "Only a cycle yet to come claims the work": (
        "tests/journeys/test_quarters.py::test_work_that_a_cycle_to_come_claims_is_planned"
    ),
    "A forecast's chance falls below `policy.health.chance`, or rises above it": (
        "tests/sync/forecast/test_health.py::test_the_raw_chance_below_the_threshold_makes_on_track_at_risk"
    ),
    "A key result that a warning offers is closed, or its cycle is over": (
        "tests/sync/plan/test_roll_over.py::test_warnings_offer_what_goes_on_by_one_quiet_edit"
    ),
    "The work in progress below a warned epic or project ends, and nothing else has begun there": (
        "tests/sync/signals/test_warned.py::test_a_warning_on_a_container_does_not_come_and_go_with_the_work_below_it"
    ),
}
"""By the first cell of the row, the test."""

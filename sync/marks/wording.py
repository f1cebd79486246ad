"""Texts from what is recorded of them, and whether a text is the one that its record gives. Pure.

A text is a function of facts, details and the version of the wording, and of nothing else. So a text in a file or
on a tracker can be judged by making it again, at the same version: another one may well have said it differently.
"""

from __future__ import annotations

from dataclasses import replace

import msgspec

from connectors.converter import Converter
from connectors.model import Comment, Update
from connectors.text.document import Doc, text_hash
from sync.marks.details import OrphanDetails, ProgressDetails, UpdateDetails
from sync.marks.facts import signals_in, stated_in
from sync.marks.messages import Messages
from sync.marks.texts.orphan import orphan_text
from sync.marks.texts.progress import progress_text
from sync.marks.texts.status_update import update_text

_PROGRESS = Converter(ProgressDetails)
_ORPHAN = Converter(OrphanDetails)
_UPDATES = Converter(UpdateDetails)


class NoText(ValueError):
    """Facts and details of which no text of ours can be made."""


def with_text(comment: Comment, messages: Messages) -> Comment:
    """The comment with the text that its facts and details give. Raises NoText."""
    return replace(comment, doc=_comment_text(comment, messages), wording=messages.wording)


def update_with_text(update: Update, messages: Messages) -> Update:
    """The status update with the text that its facts and details give, its last line included. Raises NoText."""
    try:
        details = _UPDATES.convert(update.details)
        doc = update_text(stated_in(update.facts), details, messages)
        page = details.key_results[0].url
    except (msgspec.ValidationError, ValueError, IndexError) as error:
        raise NoText(str(error)) from None
    return replace(update, doc=doc, foot=messages.text("update.foot"), page=page, wording=messages.wording)


def contradicts_record(comment: Comment, messages: Messages) -> bool:
    """Whether the text that we sent is not the one that the record beside it gives.

    False where that cannot be told: of a record without a hash, or of another version of the wording.
    """
    if not comment.text or comment.wording != messages.wording:
        return False
    try:
        return text_hash(_comment_text(comment, messages)) != comment.text
    except NoText:
        # Somebody spoilt the record: no text of ours goes with it.
        return True


def _comment_text(comment: Comment, messages: Messages) -> Doc:
    try:
        if comment.purpose == "orphan":
            return orphan_text(_ORPHAN.convert(comment.details), messages, signals_in(comment.facts))
        details = _PROGRESS.convert(comment.details)
        return progress_text(stated_in(comment.facts), details, messages, signals_in(comment.facts))
    except (msgspec.ValidationError, ValueError) as error:
        raise NoText(str(error)) from None

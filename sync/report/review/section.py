"""The review of a cycle as one section of blocks. Pure."""

from __future__ import annotations

from config.text.texts import Texts
from sync.report.html.page import Section
from sync.report.review.blocks import ResultBlocks
from sync.report.review.cells import HrefOf, day_words
from sync.report.review.conclusions import ConclusionBlocks
from sync.review.contents import Review


def review_section(review: Review, texts: Texts, href_of: HrefOf) -> Section:
    """The review, with links to the pages of key results."""
    cycle = review.cycle
    days = {"start": cycle.start, "end": cycle.end, "day": review.day}
    key = "review.lead.ended" if review.phase == "ended" else "review.lead.running"
    lead = texts.text(key, **{name: day_words(day, texts) for name, day in days.items()})
    blocks = (
        *ResultBlocks(review, texts, href_of).all(),
        *ConclusionBlocks(review, texts, href_of).all(),
    )
    return Section("review", texts.text("review.title", cycle=review.name), (lead,), blocks)

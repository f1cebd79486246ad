"""A text is made of its facts and details at a version of the wording, and of nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import msgspec
import pytest

from config.messages import ENGLISH, names_in
from connectors.model import Comment, Fact, Update
from connectors.stamp import comment_marker, from_comment_marker
from connectors.text.document import Panel, text_hash
from sync.marks.details import (
    Blocked,
    Claim,
    Foretold,
    Goal,
    Moved,
    Offer,
    OrphanDetails,
    Pace,
    Part,
    Previous,
    ProgressDetail,
    ProgressDetails,
    UpdateDetail,
    UpdateDetails,
    Wait,
)
from sync.marks.facts import stated_in
from sync.marks.messages import RENDERING, Messages
from sync.marks.texts.status_update import forecast_words
from sync.marks.wording import NoText, contradicts_record, update_with_text, with_text
from tests.support.plain_text import to_plain

ENGLISH_TEXTS = Messages("en", {})
BARE = Messages("en", {key: f"<{key}{''.join(f' {{{name}}}' for name in sorted(names_in(text)))}>"
                       for key, text in ENGLISH.items()})  # fmt: skip
"""Templates that name themselves, so that changing a wording changes nothing here."""

FACTS: tuple[Fact, ...] = (
    ("KR1 percent", 40),
    ("KR1 health", "at_risk"),
    ("KR1 title", "Result *one*"),
    ("KR2 percent", "none"),
    ("KR2 health", "no_data"),
    ("KR2 title", "Result two"),
)
PROGRESS = ProgressDetails(
    "2026-11-16",
    (
        ProgressDetail(
            "https://okrs.example/kr/KR1",
            value=29.5,
            target=35.0,
            unit="points",
            part=Part(3, 7, 6, 10, 5.5, 12.5, "points", after=60),
            waits=(Wait("WEB-3", "OPS-9", "2026-11-02"), Wait("WEB-4", "OPS-9")),
            more_waits=2,
            because="rule key WEB-1",
            goal=Goal("work", "2026-12-31", unit="points"),
            owner="growth",
            foretold=Foretold("2026-12-31", 62, 88, 16, least=20),
        ),
        ProgressDetail(
            "https://okrs.example/kr/KR2",
            goal=Goal("binary", "2026-12-31"),
            foretold=Foretold("2026-12-31", lack="history"),
        ),
    ),
)
ORPHAN = OrphanDetails(
    "begun",
    "2026-11-06",
    "2026-11-16",
    below=5,
    closest=(Offer("KR1", "Result one", ("wizard",), 12),),
    exempt=("ktlo", "on-call"),
)
DECLARED = OrphanDetails(
    "created", "2025-11-06", "2026-11-16", declared=(Offer("KR1", "Result one"),), more=3, owner="growth"
)
CLAIMED = OrphanDetails(
    "lost",
    "2026-11-06",
    "2026-11-16",
    claims=(Claim("KR9", "KR1", label=True), Claim("*KR12*"), Claim("KR3", over="2026-09-30")),
)
AT_TARGET = ProgressDetails(
    "2026-11-16",
    (
        ProgressDetail(
            "https://okrs.example/kr/KR1",
            value=35.0,
            value_on="2026-11-10",
            reached="2026-11-03",
            goal=Goal("metric", "2026-12-31", start=22.0, target=35.0, unit="%"),
            at_target=True,
        ),
    ),
    "project",
)
REACHED: tuple[Fact, ...] = (("KR1 percent", 100), ("KR1 health", "on_track"), ("KR1 title", "Result one"))
UPDATE = UpdateDetails(
    (
        UpdateDetail(
            "Result one",
            "https://okrs.example/kr/KR1",
            Pace(50),
            Previous("2026-11-09", 30, "on_track", Moved()),
            Blocked((("WEB-3", "OPS-9"),)),
            Foretold("2026-12-31", 62, 88, 3, 70),
        ),
    )
)


def progress(details: object = PROGRESS, facts: tuple[Fact, ...] = FACTS) -> Comment:
    return Comment("progress", facts, details=msgspec.to_builtins(details))


def orphan(details: OrphanDetails = ORPHAN) -> Comment:
    return Comment("orphan", (), details=msgspec.to_builtins(details))


def update(details: UpdateDetails = UPDATE) -> Update:
    return Update("at_risk", date(2026, 11, 16), FACTS[:2], details=msgspec.to_builtins(details))


def test_how_texts_are_put_together_has_a_version() -> None:
    """Where this fails: raise RENDERING, and put the new hashes here. Texts of before are then left as they are."""
    made = {
        "progress": with_text(progress(), BARE).doc,
        "orphan": with_text(orphan(), BARE).doc,
        "declared": with_text(orphan(DECLARED), BARE).doc,
        "claimed": with_text(orphan(CLAIMED), BARE).doc,
        "at target": with_text(progress(AT_TARGET, REACHED), BARE).doc,
        "update": update_with_text(update(), BARE).doc,
    }
    assert RENDERING == 4
    assert {name: text_hash(doc)[:8] for name, doc in made.items() if doc} == {
        "progress": "902850f4",
        "orphan": "cc52cc54",
        "declared": "0c71fcda",
        "claimed": "ab83252b",
        "at target": "a72d7b47",
        "update": "7b6ac86e",
    }


def observed(comment: Comment) -> Comment:
    """As it is read back from the record beside it."""
    found = from_comment_marker(msgspec.json.decode(msgspec.json.encode(comment_marker("me", comment))))
    assert found is not None
    return found[1]


@pytest.mark.parametrize("comment", [progress(), orphan(), orphan(DECLARED)])
def test_a_record_gives_the_text_that_was_sent(comment: Comment) -> None:
    sent = with_text(comment, ENGLISH_TEXTS)
    seen = observed(sent)
    assert seen == sent
    assert seen.doc is None
    assert with_text(seen, ENGLISH_TEXTS).doc == sent.doc
    assert not contradicts_record(seen, ENGLISH_TEXTS)


SAID = """\
KR1 · Result *one*  AT RISK
████░░░░░░ 40 % · 29.5 of 35 points · likely 62–88 % by 31 Dec, chance of 100 %: 16 % · owner: growth
This epic: 3 of 7 tickets done; 5.5 points left here, 12.5 in all. Closing it would bring 40 % → 60 %.
In the way: WEB-3 waits for OPS-9 since 2 Nov, WEB-4 waits for OPS-9, 2 more.
Linked by rule key WEB-1
KR2 · Result two  NO DATA
No data yet · due 31 Dec
data of 16 Nov · kept up to date by Truenorth; what you write beside it stays."""

SAID_IN_FRENCH = """\
KR1 · Result *one*  À RISQUE
████░░░░░░ 40~% · 29,5 sur 35 points · fin probable entre 62 et 88~% au 31 déc., 100~%~: 16~% de chances · responsable~: growth
Cette epic~: 3 sur 7 tickets terminés~; il reste 5,5 points ici, 12,5 en tout. La terminer ferait passer de 40~% à 60~%.
Ce qui bloque~: WEB-3 attend OPS-9 depuis le 2 nov., WEB-4 attend OPS-9, 2 de plus.
Lié par rule key WEB-1
KR2 · Result two  SANS DONNÉES
Pas encore de données · échéance 31 déc.
données du 16 nov. · tenu à jour par Truenorth~; ce que vous écrivez à côté reste."""


@pytest.mark.parametrize(("language", "said"), [("en", SAID), ("fr", SAID_IN_FRENCH)], ids=["en", "fr"])
def test_a_progress_comment_has_five_lines_for_a_key_result(language: str, said: str) -> None:
    doc = with_text(progress(), Messages(language, {})).doc
    assert doc is not None
    assert to_plain(doc).replace("\u00a0", "~").replace("\u202f", "~") == said
    assert all(len(panel.blocks) <= 5 for panel in doc.blocks if isinstance(panel, Panel))


def test_a_sentence_that_ends_with_a_day_has_one_full_stop() -> None:
    """Months are cut with a full stop in French: "2 nov."."""
    one = msgspec.structs.replace(
        PROGRESS.key_results[0], waits=(Wait("WEB-3", "OPS-9", "2026-11-02"),), more_waits=0
    )
    bare = OrphanDetails("created", "2026-11-02", "2026-11-16")
    for made in (progress(ProgressDetails("2026-11-16", (one,)), FACTS[:3]), orphan(bare)):
        doc = with_text(made, Messages("fr", {})).doc
        assert doc is not None
        assert "depuis le 2 nov.\n" in to_plain(doc)
        assert ".." not in to_plain(doc)


def test_a_value_that_was_reached_has_its_day_and_no_forecast() -> None:
    details = msgspec.structs.replace(
        AT_TARGET,
        key_results=(
            msgspec.structs.replace(AT_TARGET.key_results[0], foretold=Foretold("2026-12-31", 99, 100, 99)),
        ),
    )
    doc = with_text(progress(details, REACHED), ENGLISH_TEXTS).doc
    assert doc is not None
    assert to_plain(doc) == (
        "KR1 · Result one  AT TARGET\n"
        "██████████ 100 % · 35 on 10 Nov, from 22 to 35 % · reached on 3 Nov\n"
        "data of 16 Nov · kept up to date by Truenorth; what you write beside it stays."
    )


FORECASTS = [
    (Foretold("2026-12-31", 62, 88, 45), "62–88 % by 31 Dec, in four of five cases; chance of reaching 100 %: 45 %"),
    (Foretold("2026-12-31", 62, 88, 4, 70), "62–88 % by 31 Dec, in four of five cases; chance of reaching 70 %: < 5 %"),
    (Foretold("2026-12-31", 99, 99, 96), "99 % by 31 Dec, in four of five cases; chance of reaching 100 %: > 95 %"),
    (
        Foretold("2026-12-31", 62, 88, 5, least=20),
        "62–88 % by 31 Dec, in four of five cases; chance of reaching 100 %: 5 %, which is below 20 %, so it is at risk",
    ),
    (Foretold("2026-12-31", lack="history"), "not enough history for a forecast yet"),
    (Foretold("2026-12-31", lack="movement"), "no forecast, since nothing has moved lately"),
]  # fmt: skip


@pytest.mark.parametrize(("told", "words"), FORECASTS)
def test_a_forecast_is_said_in_plain_words(told: Foretold, words: str) -> None:
    assert forecast_words(told, ENGLISH_TEXTS) == words


def test_a_record_of_the_straight_line_is_still_read() -> None:
    """It is judged by its own version of the wording; what it says of the straight line is not said again."""
    old = msgspec.to_builtins(PROGRESS)
    old["key_results"][0]["pace"] = {"expected": 50, "forecast": 76, "due": "2026-12-31"}
    del old["key_results"][0]["foretold"]
    made = with_text(replace(progress(), details=old), ENGLISH_TEXTS)
    assert made.doc is not None
    assert "40 % · 29.5 of 35 points · due 31 Dec" in to_plain(made.doc)


SPOILT: dict[str, dict[str, Any]] = {
    "another text": {"text": "0" * 32},
    "another fact": {"facts": (("KR1 percent", 41), *FACTS[1:])},
    "facts of nothing": {"facts": ()},
    "a percent beyond all bars": {"facts": (("KR1 percent", 10**18), *FACTS[1:])},
    "a health that is none": {"facts": (FACTS[0], ("KR1 health", "splendid"), *FACTS[2:])},
    "no details": {"details": None},
    "details of another kind": {"details": [1, {"a": "b"}]},
    "details that were edited": {"details": msgspec.to_builtins(PROGRESS) | {"read": "yesterday"}},
    "details of fewer": {"details": msgspec.to_builtins(ProgressDetails("2026-11-16", PROGRESS.key_results[:1]))},
}  # fmt: skip


@pytest.mark.parametrize("what", SPOILT)
def test_a_spoilt_record_contradicts_its_text(what: str) -> None:
    sent = observed(with_text(progress(), ENGLISH_TEXTS))
    assert contradicts_record(replace(sent, **SPOILT[what]), ENGLISH_TEXTS)


def test_a_bar_is_never_drawn_beyond_its_end() -> None:
    with pytest.raises(ValueError, match="KR1"):
        stated_in((("KR1 percent", 10**18), FACTS[1]))


def test_what_another_version_or_an_older_truenorth_wrote_is_not_judged() -> None:
    sent = observed(replace(with_text(progress(), ENGLISH_TEXTS), doc=None, text="0" * 32))
    assert contradicts_record(sent, ENGLISH_TEXTS)
    assert not contradicts_record(sent, Messages("en", {"progress.kept": "Ours"}))
    assert not contradicts_record(sent, Messages("fr", {}))
    assert not contradicts_record(Comment("progress", FACTS), ENGLISH_TEXTS)


def test_of_a_record_too_long_to_be_kept_nothing_is_judged() -> None:
    long = msgspec.structs.replace(PROGRESS.key_results[0], because="x" * 20_000)
    sent = with_text(progress(ProgressDetails("2026-11-16", (long, long))), ENGLISH_TEXTS)
    seen = observed(sent)
    assert (seen.details, seen.text) == (None, "")
    assert not contradicts_record(seen, ENGLISH_TEXTS)
    assert len(msgspec.json.encode(comment_marker("me", sent))) < 32_768


@pytest.mark.parametrize("spoilt", [None, {"key_results": []}, {"key_results": 3}])
def test_no_update_is_made_of_nothing(spoilt: object) -> None:
    with pytest.raises(NoText):
        update_with_text(replace(update(), details=spoilt), ENGLISH_TEXTS)


def test_a_record_that_somebody_spoilt_is_still_ours() -> None:
    marker = comment_marker("me", with_text(orphan(), ENGLISH_TEXTS)) | {
        "text": 5,
        "wording": [],
        "details": 7,
    }
    found = from_comment_marker(marker)
    assert found is not None
    assert found[0] == "me"

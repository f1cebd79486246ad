"""What a delivery of a webhook is worth. Pure.

A delivery never decides anything: it only says that a look at the tracker is worth it now. So the worst that a forged or an
old one could do is to hasten a poll, and all but a false signature is answered 200: trackers repeat and disable what errs.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

Headers = Mapping[str, str]
"""Headers of a delivery; the names in lower case."""

_LONGEST_ID = 200
_MOST_ITEMS = 50


class Worth(StrEnum):
    """What to make of a delivery."""

    NEWS = "news"
    """Signed and fresh: these items changed."""
    HASTENS = "hastens"
    """Unsigned, aged or not to be read: only a reason to poll sooner."""
    FORGED = "forged"
    """Its signature is missing or false."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a delivery is worth.

    - `delivery`: the same in every repetition of it; "" where nothing tells.
    - `items`: ids of the items that it names, empty unless it is news.
    - `why`: why it is no news, in words that quote nothing of it.
    """

    worth: Worth
    delivery: str = ""
    items: tuple[str, ...] = ()
    why: str = ""


def is_signed(body: bytes, given: str, secret: str, method: str = "sha256") -> bool:
    """Whether `given` is the lower-case hex HMAC of the raw body; compared in constant time for its length."""
    expected = hmac.new(secret.encode(), body, method).hexdigest().encode()
    sent = given.encode("utf-8", "surrogatepass")
    return len(sent) == len(expected) and hmac.compare_digest(sent, expected)


def unsigned(body: bytes, delivery: str) -> Verdict:
    """Of a hook without a secret: whoever knows its path may hasten the poll, and nothing else."""
    return Verdict(Worth.HASTENS, identity(body, delivery), why="it is not signed")


def signed(
    body: bytes,
    delivery: str,
    now: datetime,
    *,
    sent: str,
    window: timedelta,
    items_of: Callable[[dict[str, object]], tuple[str, ...]],
) -> Verdict:
    """Of a delivery whose signature is right. `sent`: where its body has the time, which is good for a window around now."""
    name, said = identity(body, delivery), read(body)
    if said is None:
        return Verdict(Worth.HASTENS, name, why="it is no JSON object")
    if not is_fresh(said.get(sent), now, window):
        return Verdict(Worth.HASTENS, name, why="it is aged")
    return Verdict(Worth.NEWS, name, items_of(said))


def read(body: bytes) -> dict[str, object] | None:
    """The body as a JSON object; None where it is none."""
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def is_fresh(sent: object, now: datetime, window: timedelta) -> bool:
    """Whether a moment in ms since 1970 lies within the window around now; False for anything that is no moment."""
    if isinstance(sent, bool) or not isinstance(sent, int | float):
        return False
    here, width = now.timestamp() * 1000, window / timedelta(milliseconds=1)
    # Compared as it is: what is no number, or too large for one, is on neither side.
    return here - width <= sent <= here + width


def identity(body: bytes, delivery: str) -> str:
    """What is the same in every repetition: the id of the delivery, or without a usable one a digest of what it says."""
    return delivery if 0 < len(delivery) <= _LONGEST_ID else hashlib.sha256(body).hexdigest()


def ids(*given: object) -> tuple[str, ...]:
    """Those that can be ids of items, each once, at most 50."""
    found = (str(one) for one in given if isinstance(one, str | int) and not isinstance(one, bool))
    return tuple(dict.fromkeys(one for one in found if 0 < len(one) <= _LONGEST_ID))[:_MOST_ITEMS]

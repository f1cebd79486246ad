"""What is forecast of a key result, from how much, and for which days, in sentences. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from config.wording import agree, counted, percent
from sync.forecast.outlook import Lack, Outlook, chance_percent, chance_words, range_words
from sync.forecast.working_days import LEAST_FINISHINGS, WorkingDays
from sync.measure import Reading, to_percent

NO_FORECAST: Mapping[Lack, str] = {
    "history": "not enough history for a forecast yet",
    "movement": "no forecast, since nothing has moved lately",
}

_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def outlook_words(reading: Reading, outlook: Outlook) -> Iterator[str]:
    """Sentences on the forecast, its part in the health, how many working days are left and how those are known."""
    if reading.health == "done":
        return
    found = outlook.forecast
    if found is not None:
        yield (
            f"Forecast from the last {counted(round(found.weeks), 'working week')}: {end_words(outlook)} by {outlook.end} in four of five "
            f"cases, {percent(to_percent(found.middle))} in the middle; chance of reaching {goal_words(outlook)}: "
            f"{chance_words(chance_percent(found.chance))}."
        )
    elif outlook.lack:
        yield f"{NO_FORECAST[outlook.lack][:1].upper()}{NO_FORECAST[outlook.lack][1:]}."
    if reading.is_unlikely:
        yield f"By progress it would be on track; it is at risk because the {unlikely_words(outlook)}."
    left = counted(outlook.days_left, "working day")
    yield f"{left} left after today, until {outlook.end}. {_days_off(outlook.days)}"
    coming = _closed_ahead(outlook)
    if coming:
        yield f"Closed as declared: {', '.join(coming)}."


def end_words(outlook: Outlook) -> str:
    """The range in which four of five futures end."""
    assert outlook.forecast is not None  # noqa: S101  the caller's condition
    low, high = to_percent(outlook.forecast.low), to_percent(outlook.forecast.high)
    return range_words(low or 0, high or 0)


def goal_words(outlook: Outlook) -> str:
    """The percent that is success."""
    return percent(round(100 * outlook.goal))


def unlikely_words(outlook: Outlook) -> str:
    """Why a key result is at risk that is not behind."""
    chance = outlook.forecast.chance if outlook.forecast is not None else 0.0
    words = chance_words(chance_percent(chance))
    return f"chance of reaching {goal_words(outlook)} ({words}) is below policy.health.chance"


def _days_off(days: WorkingDays) -> str:
    names = [_NAMES[day] for day in sorted(days.weekend)]
    off = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    if days.basis == "declared":
        return f"Days off as declared: {off or 'none'}."
    if days.basis == "unknown":
        return (
            "No weekend is declared, and fewer than "
            f"{LEAST_FINISHINGS} finishings in 26 weeks tell none: every day of the week counts as worked."
        )
    total, on_them = sum(days.finishings.values()), sum(days.finishings.get(day, 0) for day in days.weekend)
    where = f" in {days.place}" if days.place else ""
    if not off:
        return f"No day off: each day of the week has 2 % or more of the {counted(total, 'finishing')}{where} of the last 26 weeks."
    return (
        f"Days off by the {counted(total, 'finishing')}{where} of the last 26 weeks, of which {on_them} "
        f"{agree(on_them, 'was', 'were')} on them: {off}."
    )


def _closed_ahead(outlook: Outlook) -> list[str]:
    """What is closed up to the end of the cycle, and is not over."""
    return [
        str(first) if first == last else f"{first} to {last}"
        for first, last in sorted(outlook.days.closed)
        if first <= outlook.end and last > outlook.today
    ]

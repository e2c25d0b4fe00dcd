"""Dates, times and durations: their texts, and years and months as a type."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import total_ordering
from typing import Any, TypeVar

_DATE = r"\d{4}-\d\d-\d\d"
_TIME = r"\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)?"
_IS_DATE = re.compile(_DATE, re.ASCII)
_IS_TIME = re.compile(_TIME, re.ASCII)
_IS_DATE_TIME = re.compile(f"{_DATE}T{_TIME}", re.ASCII)
_DAYS = re.compile(
    r"(-?)P(?:(\d{1,9})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?"
    r"(?:(\d{1,9}(?:\.\d{1,6})?)S)?)?",
    re.ASCII,
)
_MONTHS = re.compile(r"(-?)P(?:(\d{1,6})Y)?(?:(\d{1,7})M)?", re.ASCII)


@total_ordering
@dataclass(frozen=True, slots=True)
class Months:
    """A years and months duration, in months."""

    months: int

    def __lt__(self, other: Months) -> bool:
        return self.months < other.months

    def __str__(self) -> str:
        years, months = divmod(abs(self.months), 12)
        text = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
        return ("-" if self.months < 0 else "") + "P" + (text or "0M")


Read = TypeVar("Read")
Temporal = date | time | datetime | timedelta | Months


def read_date(text: str) -> date | None:
    """The date that an ISO text means, or None."""
    return _read(_IS_DATE, date.fromisoformat, text)


def read_time(text: str) -> time | None:
    """The time, with its offset where it has one, that an ISO text means, or None."""
    return _read(_IS_TIME, time.fromisoformat, text)


def read_date_time(text: str) -> datetime | None:
    """A date and time; a date alone is its midnight."""
    if _IS_DATE.fullmatch(text):
        text += "T00:00:00"
    return _read(_IS_DATE_TIME, datetime.fromisoformat, text)


def read_days(text: str) -> timedelta | None:
    """The days and time duration that an ISO text means, or None."""
    match = _DAYS.fullmatch(text)
    if not match or not any(match.groups()[1:]):
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups()[1:])
    try:
        length = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        return None
    return -length if match[1] else length


def read_months(text: str) -> Months | None:
    """The years and months duration that an ISO text means, or None."""
    match = _MONTHS.fullmatch(text)
    if not match or not any(match.groups()[1:]):
        return None
    months = 12 * int(match[2] or 0) + int(match[3] or 0)
    return Months(-months if match[1] else months)


def read_duration(text: str) -> timedelta | Months | None:
    """The duration, of either kind, that an ISO text means, or None."""
    months = read_months(text)
    return months if months is not None else read_days(text)


def read_any(text: str) -> Temporal | None:
    """What an @"…" literal means: whichever kind the text is of."""
    if _IS_DATE.fullmatch(text):
        return read_date(text)
    for read in (read_time, read_date_time, read_duration):
        found: Temporal | None = read(text)
        if found is not None:
            return found
    return None


def write_days(length: timedelta) -> str:
    """ISO 8601, as FEEL writes it: P1DT2H."""
    sign, length = ("-", -length) if length < timedelta(0) else ("", length)
    minutes, seconds = divmod(length.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    tail = f"{seconds}.{length.microseconds:06d}".rstrip("0").rstrip(".")
    if not length.microseconds:
        tail = str(seconds)
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    clock += f"{tail}S" if tail != "0" else ""
    days = f"{length.days}D" if length.days else ""
    text = days + (f"T{clock}" if clock else "")
    return f"{sign}P{text or 'T0S'}"


def add_months(start: date, months: int) -> date:
    """The same day of another month, or that month's last; a datetime keeps its time.

    Raises:
        ValueError: the year is not 1 to 9999.
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise ValueError("the year is out of range")
    last = calendar.monthrange(year, month + 1)[1]
    return start.replace(year=year, month=month + 1, day=min(start.day, last))


def part(value: Any, name: str) -> int | str | None:
    """``.year`` of a date, ``.hours`` of a duration: None where there is none."""
    if isinstance(value, Months):
        return _part_of_months(value, name)
    if isinstance(value, timedelta):
        return _part_of_days(value, name)
    if isinstance(value, date) and name in ("year", "month", "day"):
        return int(getattr(value, name))
    if isinstance(value, date) and name == "weekday":
        return value.isoweekday()
    if isinstance(value, time | datetime) and name in ("hour", "minute", "second"):
        return int(getattr(value, name))
    return None


def _part_of_months(value: Months, name: str) -> int | None:
    sign = -1 if value.months < 0 else 1
    years, months = divmod(abs(value.months), 12)
    return {"years": sign * years, "months": sign * months}.get(name)


def _part_of_days(value: timedelta, name: str) -> int | None:
    sign = -1 if value < timedelta(0) else 1
    length = abs(value)
    parts = {
        "days": length.days,
        "hours": length.seconds // 3600,
        "minutes": length.seconds // 60 % 60,
        "seconds": length.seconds % 60,
    }
    return sign * parts[name] if name in parts else None


def _read(
    shape: re.Pattern[str], read: Callable[[str], Read], text: str
) -> Read | None:
    if not shape.fullmatch(text):
        return None
    try:
        return read(text)
    except ValueError:
        return None

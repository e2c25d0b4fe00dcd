"""Functions of dates, times and durations, but clocks and named zones."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from . import temporal
from .declaring import declare, whole
from .run import Run
from .temporal import Months


@declare("date", "from:a, month:n?, day:n?")
def _date(_: Run, source: Any, month: Any = None, day: Any = None) -> date | None:
    if isinstance(source, Decimal) and month is not None and day is not None:
        return date(whole(source), whole(month), whole(day))
    if isinstance(source, datetime):
        return source.date()
    if isinstance(source, date):
        return source
    return temporal.read_date(source) if isinstance(source, str) else None


@declare("time", "from:a, minute:n?, second:n?")
def _time(_: Run, source: Any, minute: Any = None, second: Any = None) -> time | None:
    if isinstance(source, Decimal) and minute is not None and second is not None:
        return time(whole(source), whole(minute), whole(second))
    if isinstance(source, datetime):
        return source.timetz()
    if isinstance(source, time):
        return source
    return temporal.read_time(source) if isinstance(source, str) else None


@declare("date and time", "date:a, time:a?")
def _date_time(_: Run, day: Any, clock: Any = None) -> datetime | None:
    if isinstance(day, date) and isinstance(clock, time):
        only = day.date() if isinstance(day, datetime) else day
        return datetime.combine(only, clock)
    if clock is None and isinstance(day, str):
        return temporal.read_date_time(day)
    return day if clock is None and isinstance(day, datetime) else None


@declare("duration", "from:s")
def _duration(_: Run, text: str) -> Any:
    return temporal.read_duration(text)


@declare("years and months duration", "from:a, to:a")
def _months(_: Run, start: Any, end: Any) -> Months | None:
    if not (isinstance(start, date) and isinstance(end, date)):
        return None
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        months -= 1
    elif months < 0 and end.day > start.day:
        months += 1
    return Months(months)

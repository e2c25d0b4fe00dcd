"""Structured logs that hold ids, and never what was entered about a patient.

One line is one event: in production a JSON object, with the id of the request that it
belongs to, in the task too. An exception is told by its type and its frames; its
message stays out, since it may quote a name, a number, or a note.
"""

import sys
import traceback
from typing import Any

from structlog import contextvars, dev, processors, stdlib
from structlog.types import EventDict, Processor, WrappedLogger


def without_messages(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """An exception as type and frames: what it says could be a patient's."""
    info = event.pop("exc_info", None)
    if not info:
        return event
    error = info if isinstance(info, BaseException) else _current(info)
    if error is not None:
        event["exception"] = type(error).__name__
        event["frames"] = [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
        ]
    return event


def _current(info: Any) -> BaseException | None:
    found: BaseException | None
    found = info[1] if isinstance(info, tuple) else sys.exc_info()[1]
    return found


#: For lines of structlog and of the standard library alike.
SHARED: list[Processor] = [
    contextvars.merge_contextvars,
    stdlib.add_log_level,
    stdlib.add_logger_name,
    processors.TimeStamper(fmt="iso", utc=True),
    without_messages,
]


def logging_config(*, as_json: bool) -> dict[str, Any]:
    """Django's LOGGING: JSON lines to standard error, or lines for a terminal."""
    shown: Processor = (
        processors.JSONRenderer() if as_json else dev.ConsoleRenderer(colors=False)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": stdlib.ProcessorFormatter,
                "foreign_pre_chain": [*SHARED[:-1], _exc_info_of_record, SHARED[-1]],
                "processors": [stdlib.ProcessorFormatter.remove_processors_meta, shown],
            }
        },
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "line"}
        },
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "spine_cds": {"level": "INFO"},
            "treatments": {"level": "INFO"},
            "patients": {"level": "INFO"},
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            "django_structlog": {"level": "INFO" if as_json else "WARNING"},
            # Says that a worker is ready.
            "celery.apps.worker": {"level": "INFO"},
            # The sweep runs every two seconds; our own lines name their task.
            "django_structlog.celery": {"level": "WARNING"},
        },
    }


def _exc_info_of_record(
    logger: WrappedLogger, method: str, event: EventDict
) -> EventDict:
    """What the standard library keeps in the record, where the next step looks."""
    record = event.get("_record")
    if record is not None and record.exc_info:
        event["exc_info"] = record.exc_info
        record.exc_info = record.exc_text = None
    return event


#: What ``structlog.configure`` takes.
STRUCTLOG: dict[str, Any] = {
    "processors": [*SHARED, stdlib.ProcessorFormatter.wrap_for_formatter],
    "logger_factory": stdlib.LoggerFactory(),
    "wrapper_class": stdlib.BoundLogger,
    "cache_logger_on_first_use": True,
}

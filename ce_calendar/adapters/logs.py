"""Logs as JSON lines on stderr: ids and counts, never a token or a title, also at DEBUG and in tracebacks.

Everything goes through one handler: our structured entries and what libraries say. See `redaction` for what is
taken out. Records of libraries are cleaned when they are made, before any handler sees them: Reflex attaches its own
again whenever it misses it.
"""

import http.client
import logging
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any

import httplib2
import structlog
from structlog.typing import EventDict, WrappedLogger

from ce_calendar.adapters.redaction import redact, scrub
from ce_calendar.domain.errors import ProviderError

OURS = "ce_calendar"
HEARD_AT_DEBUG = {OURS, "google_auth_httplib2", "urllib3"}
"""Others print bodies, verifiers and rows at DEBUG (authlib, googleapiclient, httpcore): they begin at INFO."""
HEARD_FROM_WARNING = {"alembic", "apscheduler", "engineio", "socketio", "sqlalchemy", "websockets"}
"""These print packets, statements and frames at INFO, or a line for every tick and every probe."""

TOLD = "told"
"""Where a record carries its exception, cleaned."""


def configure_logging(level: str) -> None:
    """Set up logging for this process. Call again after a server that brings handlers of its own.

    Args:
        level: a level's name, in any case.

    Raises:
        ValueError: no such level.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_is_heard)
    handler.setFormatter(_formatter())
    root = logging.getLogger()
    root.setLevel(level.upper())
    root.handlers = [handler]
    logging.setLogRecordFactory(_cleaned_record)
    for logger in list(logging.Logger.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger):
            logger.handlers.clear()
            logger.propagate = True
    # When formatting fails, Python would print message and arguments as they are.
    logging.raiseExceptions = False
    logging.captureWarnings(capture=True)
    # These print whole requests, past logging.
    http.client.HTTPConnection.debuglevel = 0
    httplib2.debuglevel = 0
    _catch_the_uncaught()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            _quiet_arguments,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def _formatter() -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        processors=[
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            _shape_exception,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _redact_all,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )


def _cleaned_record(*args: Any, **kwargs: Any) -> logging.LogRecord:  # noqa: ANN401 - as logging hands them over
    """A record whose text any handler may print."""
    record = logging.LogRecord(*args, **kwargs)
    if isinstance(record.msg, dict):
        return record  # structlog's, and so ours: only our formatter can read it
    try:
        record.args = _without_texts(record.args)
        message = record.getMessage()
    except (TypeError, ValueError, KeyError):
        message = "[a message that does not fit its arguments]"
    record.msg, record.args, record.stack_info = scrub(message), None, None
    if record.exc_info and record.exc_info[1]:
        told = list(_told(record.exc_info[1], set()))
        record.exc_info, record.exc_text = None, "\n".join(told)
        record.__dict__[TOLD] = told
    return record


def _without_texts(arguments: Any) -> Any:  # noqa: ANN401 - a tuple, a mapping or None, as logging has them
    """Exceptions among a message's arguments give their kind alone."""
    if isinstance(arguments, Mapping):
        return {key: _kind(each) if isinstance(each, BaseException) else each for key, each in arguments.items()}
    return tuple(_kind(each) if isinstance(each, BaseException) else each for each in arguments or ())


def _quiet_arguments(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    if "positional_args" in event:
        event["positional_args"] = _without_texts(event["positional_args"])
    return event


def _is_heard(record: logging.LogRecord) -> bool:
    package = record.name.partition(".")[0]
    if package in HEARD_FROM_WARNING:
        return record.levelno >= logging.WARNING
    return record.levelno >= logging.INFO or package in HEARD_AT_DEBUG


def _redact_all(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {key: redact(value, key) for key, value in event.items()}


def _shape_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace an exception by its type and the places it came through: its text may hold a provider's words."""
    event.pop("stack_info", None)
    raised = event.pop("exc_info", None)
    if raised is True:
        raised = sys.exc_info()
    error = raised[1] if isinstance(raised, tuple) else raised
    told = list(_told(error, set())) if isinstance(error, BaseException) else event["_record"].__dict__.get(TOLD)
    if told:
        event["traceback"] = told
    return event


def _told(error: BaseException, seen: set[int]) -> Iterator[str]:
    """Causes first, as Python prints them; no message, no source line, no local."""
    if id(error) in seen:
        return
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _told(before, seen)
    yield _kind(error)
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} {frame.name}"
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _told(each, seen)


def _kind(error: BaseException) -> str:
    """The type, and the fixed word or number that some bring along."""
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    if isinstance(error, ProviderError):
        return f"{kind} {error.code}"
    if isinstance(error, OSError) and error.errno is not None:
        return f"{kind} errno {error.errno}"
    return kind


def _catch_the_uncaught() -> None:
    """What would be printed with its text goes through the log instead."""
    logger = logging.getLogger(OURS)

    def of_program(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        logger.critical("uncaught exception", exc_info=(kind, error, trace))

    def of_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            of_program(args.exc_type, args.exc_value, args.exc_traceback)

    sys.excepthook = of_program
    threading.excepthook = of_thread
    sys.unraisablehook = lambda args: logger.error("unraisable exception", exc_info=args.exc_value)

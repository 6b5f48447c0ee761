"""Logging is one for the whole process: tests that set it up put it back."""

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog


@contextmanager
def logging_put_back() -> Iterator[None]:
    """Whatever the block does to logging is undone."""
    root, factory, raising = logging.getLogger(), logging.getLogRecordFactory(), logging.raiseExceptions
    handlers, level = root.handlers[:], root.level
    loggers = [each for each in logging.Logger.manager.loggerDict.values() if isinstance(each, logging.Logger)]
    states = {each: (each.handlers[:], each.propagate) for each in loggers}
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
        logging.captureWarnings(capture=False)
        logging.raiseExceptions = raising
        logging.setLogRecordFactory(factory)
        root.handlers = handlers
        root.setLevel(level)
        for logger, (its_handlers, propagate) in states.items():
            logger.handlers, logger.propagate = its_handlers, propagate
        structlog.reset_defaults()

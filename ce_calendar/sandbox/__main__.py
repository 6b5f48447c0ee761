"""``python -m ce_calendar.sandbox``: start the Google sandbox."""

import argparse
import logging
import sys
from pathlib import Path

import structlog

from ce_calendar.sandbox.server import CannotStartError, run


def main() -> int:
    """Read the arguments and serve until told to stop; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m ce_calendar.sandbox",
        description="A Google (OAuth, Calendar v3) on this machine, for demos and tests. It is not Google.",
    )
    parser.add_argument("--port", type=int, default=9101, help="on 127.0.0.1; 0 takes a free one (default: 9101)")
    parser.add_argument("--state", type=Path, help="file that keeps accounts, events and tokens over a restart")
    parser.add_argument("--demo", action="store_true", help="begin with the demo accounts if there is no state yet")
    parser.add_argument("--no-validation", action="store_true", help="do not check against the discovery document")
    parser.add_argument("--log-level", default="warning", choices=["debug", "info", "warning", "error"])
    options = parser.parse_args()
    _set_up_logging(options.log_level)
    try:
        run(port=options.port, state=options.state, demo=options.demo, validation=not options.no_validation)
    except CannotStartError as problem:
        print(problem, file=sys.stderr)  # noqa: T201 - the one line a person who starts it must see
        return 2
    return 0


def _set_up_logging(level: str) -> None:
    number = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(level=number, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


if __name__ == "__main__":
    sys.exit(main())

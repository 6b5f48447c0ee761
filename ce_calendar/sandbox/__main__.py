"""``python -m ce_calendar.sandbox``: start the sandbox."""

import argparse
import logging
import sys
from pathlib import Path

import structlog

from ce_calendar.sandbox.server import Options, run
from ce_calendar.sandbox.state import CannotStartError

GOOGLE_PORT, MICROSOFT_PORT, MICROSOFT_PLAIN_PORT = 9101, 9102, 9103


def main() -> int:
    """Read the arguments and serve until told to stop; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m ce_calendar.sandbox",
        description="A Google (OAuth, Calendar v3) and a Microsoft (Entra, Graph) on this machine, for demos and "
        "tests. They are neither Google nor Microsoft.",
    )
    free = "0 takes a free one"
    # Whoever moves Google away wants to stand beside another sandbox, so Microsoft's ports move too.
    moved = "a free one if --port is not 9101"
    parser.add_argument("--port", type=int, default=GOOGLE_PORT, help=f"Google's; {free} (default: {GOOGLE_PORT})")
    parser.add_argument(
        "--microsoft-port", type=int, help=f"Microsoft's, over TLS; {free} (default: {MICROSOFT_PORT}, or {moved})"
    )
    parser.add_argument(
        "--microsoft-plain-port",
        type=int,
        help=f"Microsoft's for browsers, plain http; {free} (default: {MICROSOFT_PLAIN_PORT}, or {moved})",
    )
    parser.add_argument(
        "--microsoft-ca",
        type=Path,
        help="file to write the certificate of Microsoft's throw-away CA to (default: a temporary one, told on start)",
    )
    parser.add_argument("--state", type=Path, help="file that keeps accounts, events and tokens over a restart")
    parser.add_argument("--demo", action="store_true", help="begin with the demo accounts if there is no state yet")
    parser.add_argument("--no-validation", action="store_true", help="do not check against the discovery document")
    parser.add_argument("--no-quotas", action="store_true", help="begin, and begin anew, without Google's quotas")
    parser.add_argument("--log-level", default="warning", choices=["debug", "info", "warning", "error"])
    given = parser.parse_args()
    _set_up_logging(given.log_level)
    alone = given.port == GOOGLE_PORT
    options = Options(
        google_port=given.port,
        microsoft_port=_port(given.microsoft_port, MICROSOFT_PORT if alone else 0),
        microsoft_plain_port=_port(given.microsoft_plain_port, MICROSOFT_PLAIN_PORT if alone else 0),
        microsoft_ca=given.microsoft_ca,
        state=given.state,
        demo=given.demo,
        validation=not given.no_validation,
        quotas=not given.no_quotas,
    )
    try:
        run(options)
    except CannotStartError as problem:
        print(problem, file=sys.stderr)  # noqa: T201 - the one line a person who starts it must see
        return 2
    return 0


def _port(given: int | None, default: int) -> int:
    return default if given is None else given


def _set_up_logging(level: str) -> None:
    number = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(level=number, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    # These would write addresses and headers, and a channel's token with them.
    for chatty in ("httpx", "httpcore"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
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

"""What really comes out on stderr, at DEBUG, from us and from the libraries."""

import asyncio
import http.client
import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import httplib2
import pytest
import structlog
from sqlalchemy import create_engine, text

from ce_calendar.adapters.logs import configure_logging
from ce_calendar.domain.errors import NeedsReauth
from tests.support.logs import logging_put_back

TITLE = "Dinner with Bob"
TOKEN = "ya29.a0AfB_byC-Qm3x"

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def stderr(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    return stream


@pytest.fixture
def lines(stderr: io.StringIO) -> Iterator[Lines]:
    """Logging set up at DEBUG; gives the lines written since the last call, and puts everything back afterwards."""

    def read() -> list[dict[str, Any]]:
        written = [json.loads(line) for line in stderr.getvalue().splitlines()]
        stderr.seek(0)
        stderr.truncate()
        return written

    with logging_put_back():
        configure_logging("debug")
        yield read


def test_an_entry_of_ours_is_one_json_line_with_ids_and_counts(lines: Lines) -> None:
    structlog.get_logger("ce_calendar.jobs").info(
        "sync finished", connection_id="c1", created=3, skipped={"private": 2}
    )
    [line] = lines()
    assert line.pop("at").endswith("Z")
    assert line == {
        "event": "sync finished",
        "connection_id": "c1",
        "created": 3,
        "skipped": {"private": 2},
        "level": "info",
        "logger": "ce_calendar.jobs",
    }


def test_secrets_and_titles_are_hidden_wherever_they_stand(lines: Lines) -> None:
    logger = structlog.get_logger("ce_calendar").bind(refresh_token="short")
    logger.debug("after %s", KeyError(TITLE))
    logger.debug(
        "got %s for %s", TOKEN, "carla@clinic.example", title=TITLE, nested={"summary": TITLE}, seen=[ValueError(TITLE)]
    )
    logging.getLogger("ce_calendar.web").debug("Authorization: Bearer %s", TOKEN, extra={"title": TITLE})
    written = json.dumps(lines())
    for secret in (TOKEN, "short", "carla", "Bob"):
        assert secret not in written


def test_a_line_cannot_be_forged_by_what_is_logged(lines: Lines) -> None:
    logging.getLogger("ce_calendar").info("unknown path %s", '/x\n{"event": "audit", "action": "all is well"}')
    assert len(lines()) == 1


def test_libraries_go_through_the_same_door_at_debug(lines: Lines) -> None:
    logging.getLogger("urllib3.connectionpool").debug('%s "%s %s"', "https://oauth2", "POST", "/token?code=abc&state=x")
    logging.getLogger("google_auth_httplib2").debug("Making request: %s %s", "GET", "https://g/calendars/a%40b.example")
    logging.getLogger("some.client").info("HTTP Request: GET https://g/events?syncToken=CPDA")
    logging.getLogger("uvicorn.access").info('%s - "%s"', "10.0.0.1", "GET /oauth/google/callback?code=abc&state=x")
    assert [line["event"] for line in lines()] == [
        'https://oauth2 "POST /token?[hidden]"'.replace('[hidden]"', '[hidden]"'),
        "Making request: GET https://g/calendars/[email]",
        "HTTP Request: GET https://g/events?[hidden]",
        '10.0.0.1 - "GET /oauth/google/callback?[hidden]"',
    ]


@pytest.mark.parametrize(
    "name", ["authlib.integrations.base_client.sync_app", "googleapiclient.model", "httpcore.http11", "google.auth"]
)
def test_libraries_that_print_bodies_are_not_heard_below_info(lines: Lines, name: str) -> None:
    logger = logging.getLogger(name)
    logger.setLevel(logging.DEBUG)
    logger.debug("Content from bad request was: %r", TITLE)
    assert lines() == []


@pytest.mark.parametrize(
    "name",
    [
        "apscheduler.executors.default",
        "alembic.runtime.migration",
        "sqlalchemy.engine.Engine",
        "engineio.server",
        "socketio.server",
        "websockets.server",
    ],
)
def test_packets_statements_and_ticks_are_not_heard_below_warning(lines: Lines, name: str) -> None:
    logger = logging.getLogger(name)
    logger.setLevel(logging.DEBUG)
    logger.info("emitting event %s", TITLE)
    assert lines() == []
    logger.warning("slow")
    assert [line["event"] for line in lines()] == ["slow"]


def test_a_database_that_echoes_says_nothing(lines: Lines) -> None:
    logging.getLogger("sqlalchemy.engine").setLevel(logging.DEBUG)
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT :title"), {"title": TITLE}).scalar_one() == TITLE
    engine.dispose()
    logging.getLogger("sqlalchemy.engine").setLevel(logging.NOTSET)
    assert lines() == []


def test_handlers_that_a_server_brought_are_replaced(
    lines: Lines, stderr: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    logger, theirs = logging.getLogger("granian.access"), io.StringIO()
    logger.addHandler(logging.StreamHandler(theirs))
    logger.propagate = False
    monkeypatch.setattr(sys, "stderr", stderr)  # pytest has changed it back since the fixtures ran
    configure_logging("DEBUG")
    logger.info("GET /?code=abc")
    assert theirs.getvalue() == ""
    assert [line["event"] for line in lines()] == ["GET /?[hidden]"]


def test_handlers_attached_later_see_nothing_more(lines: Lines) -> None:
    logger, theirs = logging.getLogger("reflex.app"), io.StringIO()
    handler = logging.StreamHandler(theirs)
    logger.addHandler(handler)
    try:
        provider_fails()
    except ValueError as error:
        logger.exception("failed with %r", error)  # noqa: TRY401 - as libraries do
        logger.warning("retried after %(error)s", {"error": KeyError(*error.args)})
        logger.info("user %(email)s", {"email": "carla@clinic.example"}, stack_info=True)
    logger.removeHandler(handler)
    assert "provider_fails" in theirs.getvalue()
    for secret in ("Bob", "ya29", "carla"):
        assert secret not in theirs.getvalue()


def test_requests_are_not_printed_past_logging(lines: Lines) -> None:
    http.client.HTTPConnection.debuglevel = httplib2.debuglevel = 4
    configure_logging("DEBUG")
    assert (http.client.HTTPConnection.debuglevel, httplib2.debuglevel) == (0, 0)


# -- exceptions --------------------------------------------------------------------------------------------------


def provider_fails() -> None:
    secret = TOKEN  # a local that must not be printed
    raise ValueError(f"{TITLE} {secret}")


def translated() -> None:
    try:
        provider_fails()
    except ValueError as error:
        raise NeedsReauth("invalid_grant") from error


def test_an_exception_is_told_by_types_and_places_without_its_text(lines: Lines) -> None:
    try:
        translated()
    except NeedsReauth:
        structlog.get_logger("ce_calendar.jobs").exception("job failed", job="sync:c1")
    [line] = lines()
    assert (line["event"], line["job"], line["level"]) == ("job failed", "sync:c1", "error")
    written = line["traceback"]
    assert written[0] == "ValueError"
    assert any(place.endswith(" provider_fails") for place in written)
    assert "ce_calendar.domain.errors.NeedsReauth invalid_grant" in written
    assert "Bob" not in json.dumps(line)
    assert "ya29" not in json.dumps(line)


@pytest.mark.parametrize("form", ["exc_info=True", "exc_info=error", "tuple", "argument"])
def test_every_way_to_log_an_exception_is_safe(lines: Lines, form: str) -> None:
    logger = logging.getLogger("apscheduler.executors.default")
    try:
        provider_fails()
    except ValueError as error:
        if form == "exc_info=True":
            logger.exception("failed")
        elif form == "exc_info=error":
            logger.error("failed", exc_info=error)  # noqa: TRY400 - the form itself is what is tried
        elif form == "tuple":
            logger.error("failed", exc_info=(ValueError, error, error.__traceback__))  # noqa: TRY400 - as above
        else:
            structlog.get_logger("ce_calendar").error("failed", error=error, reason=repr(error))
    [line] = lines()
    assert "ya29" not in json.dumps(line)
    assert form == "argument" or line["traceback"][0] == "ValueError"


def test_exceptions_in_a_group_and_in_a_circle_are_told_once(lines: Lines) -> None:
    first, second = OSError(111, TITLE), KeyError(TITLE)
    first.__context__, second.__context__ = second, first
    logging.getLogger("ce_calendar").error("failed", exc_info=ExceptionGroup(TITLE, [first, second]))
    [line] = lines()
    assert line["traceback"] == ["ExceptionGroup", "KeyError", "ConnectionRefusedError errno 111"]


def test_an_uncaught_exception_of_a_thread_is_logged_without_its_text(lines: Lines) -> None:
    thread = threading.Thread(target=provider_fails)
    thread.start()
    thread.join()
    [line] = lines()
    assert (line["event"], line["level"]) == ("uncaught exception", "critical")
    assert "Bob" not in json.dumps(line)


def test_an_uncaught_exception_of_the_program_is_logged_without_its_text(lines: Lines) -> None:
    sys.excepthook(ValueError, ValueError(TITLE), None)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    [line] = lines()
    assert line["traceback"] == ["ValueError"]


def test_a_task_nobody_waited_for_is_logged_without_its_text(lines: Lines) -> None:
    async def forgotten() -> None:
        provider_fails()

    async def main() -> None:
        task = asyncio.create_task(forgotten(), name="x")
        await asyncio.sleep(0.01)
        del task

    asyncio.run(main())
    written = json.dumps(lines())
    assert "never retrieved" in written
    assert "Bob" not in written


def test_a_message_that_cannot_be_formatted_does_not_print_its_arguments(lines: Lines) -> None:
    logging.getLogger("ce_calendar").info("%d events", TITLE)
    assert [line["event"] for line in lines()] == ["[a message that does not fit its arguments]"]


def test_warnings_are_logged_too(lines: Lines) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("token=abc is old", stacklevel=1)
    [line] = lines()
    assert line["logger"] == "py.warnings"
    assert "abc" not in line["event"]


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="Unknown level"):
        configure_logging("loud")

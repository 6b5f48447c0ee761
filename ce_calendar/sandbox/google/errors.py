"""Google's way of saying no."""

from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse

_USAGE_LIMITS = {
    "accessNotConfigured",
    "rateLimitExceeded",
    "userRateLimitExceeded",
    "quotaExceeded",
    "dailyLimitExceeded",
}

_OF_CALENDAR = {
    "cannotChangeOrganizerOfInstance",
    "cannotChangeOwnAcl",
    "cannotChangeOwnPrimarySubscription",
    "cannotDeletePrimaryCalendar",
    "cannotModifyAclOfCalendarOwner",
    "cannotUseDefaultRemindersAndSpecifyOverride",
    "eventTypeRestriction",
    "forbiddenForNonOrganizer",
    "fullSyncRequired",
    "illegalAccessRoleForDefault",
    "malformedBirthdayEvent",
    "malformedFocusTimeEvent",
    "malformedOutOfOfficeEvent",
    "malformedWorkingLocationEvent",
    "participantIsNeitherOrganizerNorAttendee",
    "pushNotSupportedForRequestedResource",
    "requiredAccessLevel",
    "timeRangeEmpty",
    "timeRangeTooLong",
    "updatedMinTooLongAgo",
}
"""Reasons that only Calendar has; others, such as ``notFound``, it shares with all of Google's APIs."""

_LOCATIONS = {
    "conditionNotMet": ("header", "If-Match"),
    "fullSyncRequired": ("parameter", "syncToken"),
    "updatedMinTooLongAgo": ("parameter", "updatedMin"),
}
"""Where these reasons always are."""

_DEFAULT_REASONS = {
    400: "badRequest",
    401: "authError",
    403: "rateLimitExceeded",
    404: "notFound",
    405: "httpMethodNotAllowed",
    409: "duplicate",
    410: "fullSyncRequired",
    412: "conditionNotMet",
    413: "uploadTooLarge",
    429: "rateLimitExceeded",
}

_REALM = 'Bearer realm="https://accounts.google.com/"'


def domain_of(reason: str) -> str:
    """Return which part of Google a reason belongs to."""
    if reason in _USAGE_LIMITS:
        return "usageLimits"
    return "calendar" if reason in _OF_CALENDAR else "global"


class GoogleError(Exception):
    """A refusal in the form of the Calendar API."""

    def __init__(
        self, status: int, reason: str, message: str, *, location: str | None = None, header: bool = False
    ) -> None:
        """Say no.

        Args:
            status: of HTTP.
            reason: Google's word for why.
            message: a sentence; never what was sent, which may be somebody's title.
            location: the parameter it is about, if it is about one.
            header: whether the location is a header rather than a parameter.
        """
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message
        self.location_type = "header" if header else "parameter"
        self.location = location
        if location is None and reason in _LOCATIONS:
            self.location_type, self.location = _LOCATIONS[reason]

    def response(self) -> JSONResponse:
        """Return the answer a client of Google would see."""
        return JSONResponse(self.body(), status_code=self.status, headers=self.headers())

    def headers(self) -> dict[str, str]:
        """Return what Google says of it beside the body."""
        if self.status != HTTPStatus.UNAUTHORIZED:
            return {}
        return {"WWW-Authenticate": f'{_REALM}, error="invalid_token"'}

    def body(self) -> dict[str, Any]:
        """Return the JSON that says what was refused and why."""
        detail = {"domain": domain_of(self.reason), "reason": self.reason, "message": self.message}
        if self.location is not None:
            detail |= {"locationType": self.location_type, "location": self.location}
        return {"error": {"errors": [detail], "code": self.status, "message": self.message}}


class FrontDoorError(GoogleError):
    """A refusal of the servers in front of Calendar: it also has a ``status``, and words of its own above."""

    def __init__(self, refusal: GoogleError, status_name: str, message: str, challenge: str | None = None) -> None:
        """Dress a refusal as the front servers write it.

        Args:
            refusal: what is said in ``errors``.
            status_name: the name of the status in Google's RPC.
            message: what is said above ``errors``.
            challenge: of WWW-Authenticate.
        """
        super().__init__(
            refusal.status,
            refusal.reason,
            refusal.message,
            location=refusal.location,
            header=refusal.location_type == "header",
        )
        self._status_name = status_name
        self._above = message
        self._challenge = challenge

    def headers(self) -> dict[str, str]:
        """Return the challenge."""
        return {"WWW-Authenticate": f"{_REALM}{self._challenge}"} if self._challenge is not None else {}

    def body(self) -> dict[str, Any]:
        """Return the JSON that says what was refused and why."""
        error = super().body()["error"]
        return {"error": error | {"message": self._above, "status": self._status_name}}


_EXPECTED = (
    "Expected OAuth 2 access token, login cookie or other valid authentication credential. "
    "See https://developers.google.com/identity/sign-in/web/devconsole-project."
)


def login_required() -> GoogleError:
    """Return the refusal of a request without a token."""
    refusal = GoogleError(401, "required", "Login Required.", location="Authorization", header=True)
    above = f"Request is missing required authentication credential. {_EXPECTED}"
    return FrontDoorError(refusal, "UNAUTHENTICATED", above, "")


def invalid_credentials() -> GoogleError:
    """Return the refusal of a token that does not count."""
    refusal = GoogleError(401, "authError", "Invalid Credentials", location="Authorization", header=True)
    above = f"Request had invalid authentication credentials. {_EXPECTED}"
    return FrontDoorError(refusal, "UNAUTHENTICATED", above, ', error="invalid_token"')


def insufficient_scopes(wanted: frozenset[str]) -> GoogleError:
    """Return the refusal of a token that was given for something else."""
    refusal = GoogleError(403, "insufficientPermissions", "Insufficient Permission")
    challenge = f', error="insufficient_scope", scope="{" ".join(sorted(wanted))}"'
    above = "Request had insufficient authentication scopes."
    return FrontDoorError(refusal, "PERMISSION_DENIED", above, challenge)


def invalid_parameter(name: str, message: str) -> GoogleError:
    """Return the refusal of a parameter."""
    return GoogleError(400, "invalidParameter", message, location=name)


class OAuthError(Exception):
    """A refusal in the form of RFC 6749."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description

    def response(self) -> JSONResponse:
        """Return the answer a client of Google would see."""
        body = {"error": self.error, "error_description": self.description}
        return JSONResponse(body, status_code=self.status, headers={"Cache-Control": "no-store"})


def default_reason(status: int) -> str:
    """Return the reason Google usually gives with this status."""
    return _DEFAULT_REASONS.get(status, "backendError")

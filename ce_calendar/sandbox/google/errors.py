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

_DEFAULT_REASONS = {
    400: "badRequest",
    401: "authError",
    403: "rateLimitExceeded",
    404: "notFound",
    409: "duplicate",
    410: "fullSyncRequired",
    412: "conditionNotMet",
    429: "rateLimitExceeded",
}


class GoogleError(Exception):
    """A refusal in the form of the Calendar API."""

    def __init__(self, status: int, reason: str, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message
        self.retry_after = retry_after

    def response(self) -> JSONResponse:
        """Return the answer a client of Google would see."""
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        if self.status == HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = 'Bearer realm="https://accounts.google.com/", error="invalid_token"'
        return JSONResponse(self.body(), status_code=self.status, headers=headers)

    def body(self) -> dict[str, Any]:
        """Return the JSON that says what was refused and why."""
        domain = "usageLimits" if self.reason in _USAGE_LIMITS else "global"
        detail = {"domain": domain, "reason": self.reason, "message": self.message}
        return {"error": {"errors": [detail], "code": self.status, "message": self.message}}


class OAuthError(Exception):
    """A refusal in the form of RFC 6749."""

    def __init__(self, status: int, error: str, description: str, *, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description
        self.retry_after = retry_after

    def response(self) -> JSONResponse:
        """Return the answer a client of Google would see."""
        headers = {"Cache-Control": "no-store"}
        if self.retry_after is not None:
            headers["Retry-After"] = str(self.retry_after)
        body = {"error": self.error, "error_description": self.description}
        return JSONResponse(body, status_code=self.status, headers=headers)


def default_reason(status: int) -> str:
    """Return the reason Google usually gives with this status."""
    return _DEFAULT_REASONS.get(status, "backendError")

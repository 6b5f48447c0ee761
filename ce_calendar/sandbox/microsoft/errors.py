"""Microsoft's ways of saying no: Graph's and Entra's."""

import uuid
from datetime import datetime
from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse

_DEFAULT_CODES = {
    400: "ErrorInvalidRequest",
    401: "InvalidAuthenticationToken",
    403: "ErrorAccessDenied",
    404: "ErrorItemNotFound",
    409: "ErrorIrresolvableConflict",
    410: "syncStateNotFound",
    412: "ErrorIrresolvableConflict",
    429: "ApplicationThrottled",
    503: "serviceNotAvailable",
}

_SIGN_IN = {
    "invalid_grant": (50173, "The provided grant has expired due to it being revoked, a fresh auth token is needed."),
    "interaction_required": (
        50076,
        "Due to a configuration change made by your administrator, you must use multi-factor authentication.",
    ),
    "consent_required": (65001, "The user or administrator has not consented to use the application."),
    "login_required": (50058, "A silent sign-in request was sent but no user is signed in."),
    "invalid_client": (7000215, "Invalid client secret provided."),
    "unauthorized_client": (700016, "Application with this identifier was not found in the directory."),
    "invalid_request": (900144, "The request body must contain a required parameter."),
    "temporarily_unavailable": (90033, "A transient error has occurred. Please try again."),
}
"""Entra's code and words for each error name."""
_SUBERRORS = {"interaction_required": "basic_action", "consent_required": "consent_required"}


class GraphError(Exception):
    """A refusal in the form of Graph."""

    def __init__(self, status: int, code: str, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after

    def response(self, now: datetime, client_request_id: str | None) -> JSONResponse:
        """Return the answer a client of Graph would see."""
        request_id = str(uuid.uuid4())
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        headers |= {"request-id": request_id, "client-request-id": client_request_id or request_id}
        if self.status == HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = 'Bearer realm="", error="invalid_token"'
        inner = {
            "date": now.strftime("%Y-%m-%dT%H:%M:%S"),
            "request-id": request_id,
            "client-request-id": client_request_id or request_id,
        }
        body = {"error": {"code": self.code, "message": self.message, "innerError": inner}}
        return JSONResponse(body, status_code=self.status, headers=headers)


def default_code(status: int) -> str:
    """Return the code Graph usually gives with this status."""
    return _DEFAULT_CODES.get(status, "generalException")


class EntraError(Exception):
    """A refusal of Entra's token endpoint, with its AADSTS code."""

    def __init__(
        self,
        status: int,
        error: str,
        code: int,
        message: str,
        *,
        suberror: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error = error
        self.code = code
        self.message = message
        self.suberror = suberror

    @classmethod
    def named(cls, status: int, error: str) -> "EntraError":
        """Return the refusal with the code and words Entra usually has for this error."""
        code, message = _SIGN_IN.get(error, (90033, "The sandbox was told to refuse."))
        return cls(status, error, code, message, suberror=_SUBERRORS.get(error))

    def response(self, now: datetime) -> JSONResponse:
        """Return the answer MSAL would see."""
        trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
        stamp = now.strftime("%Y-%m-%d %H:%M:%SZ")
        body: dict[str, Any] = {
            "error": self.error,
            "error_description": f"AADSTS{self.code}: {self.message} Trace ID: {trace} "
            f"Correlation ID: {correlation} Timestamp: {stamp}",
            "error_codes": [self.code],
            "timestamp": stamp,
            "trace_id": trace,
            "correlation_id": correlation,
        }
        if self.suberror:
            body["suberror"] = self.suberror
        headers = {"Cache-Control": "no-store"}
        return JSONResponse(body, status_code=self.status, headers=headers)

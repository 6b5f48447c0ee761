"""Whether the application is alive, and whether it can work."""

from collections.abc import Callable

import structlog
from fastapi import APIRouter
from fastapi.responses import JSONResponse

logger = structlog.get_logger(__name__)


def health_router(check: Callable[[], str]) -> APIRouter:
    """`/healthz` and `/readyz`.

    Args:
        check: what keeps the application from working, in words that may be shown to anybody; empty if nothing does.
    """
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    def healthz() -> JSONResponse:
        """Alive: the process answers. Touches nothing."""
        return JSONResponse({"status": "alive"})

    # Not async: the check waits for the database, in a thread of FastAPI's.
    @router.get("/readyz")
    def readyz() -> JSONResponse:
        """Ready: the database can be reached and has the schema this version needs."""
        try:
            reason = check()
        except Exception:  # a probe must be answered, whatever a driver raises
            logger.exception("readiness check failed")
            reason = "The database cannot be reached."
        if reason:
            return JSONResponse({"status": "not ready", "reason": reason}, status_code=503)
        return JSONResponse({"status": "ready"})

    return router

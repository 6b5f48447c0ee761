"""Where a file of contacts is sent to. What it says is looked at and confirmed on the contacts screen."""

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect

from ce_calendar.domain.access import Actor
from ce_calendar.domain.contact_file import LARGEST_FILE
from ce_calendar.domain.errors import AccessDenied, Invalid, SignedOut
from ce_calendar.http.origin import foreign_form, is_foreign
from ce_calendar.services.accounts import SESSION_COOKIE
from ce_calendar.services.registry import get_services

IMPORT_PATH = "/ce/contacts/import"
HEADERS = {"Cache-Control": "no-store"}


def contacts_router(public_url: str) -> APIRouter:
    """`POST /ce/contacts/import`: the file is the body, as it is; the answer is JSON with an `id` or a `problem`.

    Args:
        public_url: where people reach the application; posts from pages elsewhere are refused.
    """
    base = public_url.rstrip("/")
    router = APIRouter(include_in_schema=False)

    def answer(status: int, **said: str) -> JSONResponse:
        return JSONResponse(said, status_code=status, headers=HEADERS)

    @router.post(IMPORT_PATH)
    async def receive(request: Request) -> Response:
        """Read a file and keep what it says for whoever sent it."""
        if is_foreign(request, base):
            return foreign_form()
        token = request.cookies.get(SESSION_COOKIE, "")
        try:
            # Before anything of the body is read.
            actor = await run_in_threadpool(_allowed, token)
            content = await _body(request)
            import_id = await run_in_threadpool(get_services().contact_import.begin, actor, content)
        except SignedOut as refusal:
            return answer(401, problem=str(refusal))
        except AccessDenied as refusal:
            return answer(403, problem=str(refusal))
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        except Invalid as refusal:
            # An answer like the other: browsers write down every status of failure as an error of the page's.
            return answer(200, problem=str(refusal))
        return answer(200, id=import_id)

    return router


def _allowed(token: str) -> Actor:
    """Who is signed in, if they may import.

    Raises:
        SignedOut: nobody.
        AccessDenied: they may not.
    """
    if not token:
        raise SignedOut
    services = get_services()
    actor = services.accounts.actor_for(token)
    services.contact_import.allow(actor)
    return actor


async def _body(request: Request) -> bytes:
    """The whole body, but no more than the service would read: one byte over it is enough for it to say no."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > LARGEST_FILE:
            break
    return bytes(content[: LARGEST_FILE + 1])

"""Reading the forms that come to authorization and token endpoints, whatever is in them."""

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

from ce_calendar.sandbox.grants import Grants


class NotAFormError(ValueError):
    """A body says it is a form and cannot be read as one."""


async def read_form(request: Request) -> FormData:
    """Return the form in a body, empty for a body of another kind; NotAFormError for one that is broken."""
    try:
        return await request.form()
    except (HTTPException, KeyError, ValueError) as unreadable:
        raise NotAFormError("not a form") from unreadable


def optional(form: FormData, name: str) -> str | None:
    """Return a field, None if there is none or a file in its place."""
    value = form.get(name)
    return value if isinstance(value, str) else None


async def whose(request: Request, grants: Grants) -> tuple[str | None, str | None]:
    """Return account and client of a request, as far as they can be known before it is looked at closer."""
    # Kept, so that a form that cannot be read is there for whoever refuses it.
    await request.body()
    try:
        form = await read_form(request) if request.method == "POST" else FormData()
    except NotAFormError:
        form = FormData()
    token = request.headers.get("authorization", "").rpartition(" ")[2]
    known = (token, *(optional(form, name) or "" for name in ("refresh_token", "code", "token")))
    email, client_id = grants.whose(known)
    return email, optional(form, "client_id") or request.query_params.get("client_id") or client_id

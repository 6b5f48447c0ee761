"""Reading the forms that come to authorization and token endpoints, whatever is in them."""

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request


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

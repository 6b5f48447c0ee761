"""Who may do what with a calendar: roles, and what a narrow scope leaves of them."""

from ce_calendar.sandbox.google.errors import GoogleError

ROLES = ("none", "freeBusyReader", "reader", "writerWithoutPrivateAccess", "writer", "owner")
"""From the least to the most."""
WRITERS = ("writer", "owner")
"""Those who see private events as they are."""

SCOPE_PREFIX = "https://www.googleapis.com/auth/"

_OWNED_ONLY = {"calendar.events.owned", "calendar.events.owned.readonly", "calendar.acls", "calendar.acls.readonly"}


def reaches(role: str, least: str) -> bool:
    """Whether a role allows at least what another does."""
    return ROLES.index(role) >= ROLES.index(least)


def most(*roles: str) -> str:
    """Return the role among these that allows the most."""
    return max(roles, key=ROLES.index, default="none")


def require(role: str, least: str) -> None:
    """Raise GoogleError for a role that is not enough: 404 for none at all, since who may not look cannot find."""
    if role == "none":
        raise GoogleError(404, "notFound", "Not Found")
    if not reaches(role, least):
        level = least.removesuffix("WithoutPrivateAccess")
        raise GoogleError(403, "requiredAccessLevel", f"You need to have {level} access to this calendar.")


def under_scope(scope: str, role: str, *, public: str, made_by_client: bool) -> str:
    """Return what a scope leaves of a role.

    Args:
        scope: one that the operation takes; whether it may read or write is settled by that.
        role: the account's own.
        public: what everybody may do with the calendar.
        made_by_client: whether the token's client made the calendar.
    """
    name = scope.removeprefix(SCOPE_PREFIX)
    if name in _OWNED_ONLY:
        return role if role == "owner" else "none"
    if name == "calendar.app.created":
        return role if made_by_client else "none"
    if name == "calendar.events.freebusy":
        return min(role, "freeBusyReader", key=ROLES.index)
    if name == "calendar.events.public.readonly":
        return min(public, "reader", key=ROLES.index)
    return role

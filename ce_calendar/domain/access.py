"""Who may do what: roles, permissions, and the one check every service makes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ce_calendar.domain.errors import AccessDenied


class Permission(StrEnum):
    """One thing a person may be allowed to do. The values are what sources and screens call them."""

    CALENDAR_VIEW = "ce.calendar.view"
    CALENDAR_CONNECT = "ce.calendar.connect"
    CALENDAR_SCHEDULE = "ce.calendar.schedule"
    CALENDAR_VIEW_ALL = "ce.calendar.view-all"
    ERP_VIEW = "erp.calendar.view"
    ERP_MANAGE = "erp.calendar.manage"
    ORG_MANAGE = "org.manage"
    ORG_USERS = "org.users"


class Role(StrEnum):
    """A named bundle of permissions."""

    ADMIN = "admin"
    STAFF = "staff"
    VIEWER = "viewer"
    DISPATCHER = "dispatcher"


GIVEN_BY_NAME = frozenset({Permission.CALENDAR_VIEW_ALL})
"""No role brings these: reading everybody's meetings is a decision about a person."""

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset(Permission) - GIVEN_BY_NAME,
    Role.STAFF: frozenset({Permission.CALENDAR_VIEW, Permission.CALENDAR_CONNECT, Permission.CALENDAR_SCHEDULE}),
    Role.VIEWER: frozenset({Permission.CALENDAR_VIEW}),
    Role.DISPATCHER: frozenset({Permission.ERP_VIEW, Permission.ERP_MANAGE}),
}


def permissions_of(roles: Iterable[Role], given: Iterable[Permission] = ()) -> frozenset[Permission]:
    """All permissions that come with these roles, and those given by name."""
    return frozenset(given).union(*(ROLE_PERMISSIONS[role] for role in roles))


@dataclass(frozen=True, slots=True)
class Actor:
    """The signed-in person on whose behalf something happens."""

    user_id: str
    organization_id: str
    session_id: str
    email: str
    name: str
    organization_name: str
    permissions: frozenset[Permission]
    zone: str
    """IANA name; days on the screens are this zone's days."""
    language: str
    """BCP 47 tag for dates, such as `en-GB`."""

    def may(self, permission: Permission) -> bool:
        """Whether the actor holds this permission."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Go on only with this permission.

        Raises:
            AccessDenied: the actor does not hold it.
        """
        if not self.may(permission):
            raise AccessDenied(permission)

"""What we ask a person for at Microsoft."""

from collections.abc import Iterable

CALENDARS = "Calendars.ReadWrite"
NEEDED_SCOPES = (CALENDARS, "User.Read")
"""What we cannot do without."""
SCOPES = (*NEEDED_SCOPES, "email")
"""MSAL adds `openid`, `profile` and `offline_access`, and refuses to be told so."""


def missing_of(needed: Iterable[str], granted: Iterable[str]) -> frozenset[str]:
    """Which are lacking. Entra writes scopes in any case, with or without the address of what they are for."""
    held = {scope.rpartition("/")[2].lower() for scope in granted}
    return frozenset(scope for scope in needed if scope.lower() not in held)

"""What can go wrong, in our own words.

Two families. `Refused` is an answer to a person: a service will not do what was asked, and says why in words
that may be shown. `ProviderError` is an answer of Google or Microsoft, translated once at the adapter's door.
"""

from datetime import datetime


class Refused(Exception):
    """A service will not do what was asked. Its text may be shown to the person who asked."""


class SignedOut(Refused):
    """Nobody is signed in, or the session has ended."""

    def __init__(self) -> None:
        super().__init__("Please sign in again.")


class AccessDenied(Refused):
    """The actor lacks a permission."""

    def __init__(self, permission: str) -> None:
        super().__init__("You do not have the permission for this. Ask an administrator of your organization.")
        self.permission = permission


class NotFound(Refused):
    """No such thing in the actor's organization. Says the same for what exists elsewhere."""

    def __init__(self, what: str) -> None:
        super().__init__(f"This {what} does not exist any more, or belongs to somebody else.")
        self.what = what


class Invalid(Refused):
    """Something entered cannot be taken."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field
        """Name of the form field the message is about; empty if it is about the whole."""


class TooManyAttempts(Refused):
    """Signing in was tried too often."""

    def __init__(self, retry_after_seconds: int) -> None:
        minutes = max(1, -(-retry_after_seconds // 60))
        unit = "minute" if minutes == 1 else "minutes"
        super().__init__(f"Too many attempts. Please wait {minutes} {unit} and try again.")
        self.retry_after_seconds = retry_after_seconds


class ConnectRefused(Refused):
    """Linking an account ended without a connection; nothing was stored."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        """A fixed word (`denied`, `state`, `scopes` …) that may travel in an address."""


class OtherAccount(ConnectRefused):
    """Signing in again ended with another account than the connection's."""

    def __init__(self, message: str, *, connection_id: str, chosen: str) -> None:
        super().__init__("account", message)
        self.connection_id = connection_id
        self.chosen = chosen
        """The account's address; told to the person who chose it, and to nobody else."""


class SyncAlreadyRunning(Refused):
    """Another run holds the connection's lease."""

    def __init__(self) -> None:
        super().__init__("This calendar is being synced right now.")


class AskedToWait(Refused):
    """The provider named a moment before which it does not want to be asked again."""

    def __init__(self, until: datetime, *, now: datetime) -> None:
        minutes = max(1, -(-int((until - now).total_seconds()) // 60))
        unit = "minute" if minutes == 1 else "minutes"
        super().__init__(f"The provider asked us to wait. It can be tried again in {minutes} {unit}.")
        self.until = until


class SyncFailed(Refused):
    """A sync that a person asked for ended without a result."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        """What the connection's `last_error` says."""


class Duplicate(Exception):
    """Storage has one of these already. The check lies with the database, since two may come at the same time."""


class VaultError(Exception):
    """A sealed secret does not open: wrong key, damaged, or copied from another row."""


class ProviderError(Exception):
    """A provider's answer that ends a call; subclasses say what to do about it. Carries no provider text."""

    def __init__(self, code: str = "provider_error") -> None:
        super().__init__(code)
        self.code = code
        """A short word of ours, or the provider's own reason word; never its message."""


class NeedsReauth(ProviderError):
    """Only the person can cure this, by signing in again (PROVIDERS: invalid_grant, 401 after a fresh token, scope)."""


class AccessTokenRejected(ProviderError):
    """401: the access token does not count any more; a fresh one may."""


class CursorExpired(ProviderError):
    """410: the sync cursor is dead. Ordinary: read everything once and compare."""


class CalendarGone(ProviderError):
    """404 for a calendar: deleted, or no longer shared with the account."""


class RateLimited(ProviderError):
    """429, or a 403 that means wait."""

    def __init__(self, code: str = "rate_limited", *, retry_at: datetime | None = None) -> None:
        super().__init__(code)
        self.retry_at = retry_at
        """When the provider said to come back (UTC), if it said so."""


class ProviderUnavailable(ProviderError):
    """Time-out, dropped connection, 5xx or an unreadable answer: try again later."""


class ProviderForbids(ProviderError):
    """A 403 that people must act on, such as an API that is not enabled."""


class CreationLimited(ProviderError):
    """Google makes no more calendars for this account for some hours (PROVIDERS §1). All else goes on."""

    def __init__(self, code: str = "creation_limited", *, retry_at: datetime | None = None) -> None:
        super().__init__(code)
        self.retry_at = retry_at
        """When the provider said to come back (UTC), if it said so."""


class Taken(ProviderError):
    """409: something with this id is there, or once was."""


class Missing(ProviderError):
    """404 or 410: what the call is about is not there."""


class Rejected(ProviderError):
    """400: the provider cannot take this content. Trying again changes nothing."""

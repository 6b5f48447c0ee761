"""Applications that were registered, as in the Google Cloud console; any other client id is good as it is."""

import hashlib
import hmac
import re
from dataclasses import asdict, dataclass, field
from typing import Any

from ce_calendar.sandbox.consent import is_web_address
from ce_calendar.sandbox.fields import BadInputError, Fields
from ce_calendar.sandbox.google.errors import GoogleError, OAuthError

Json = dict[str, Any]

TESTING = "testing"
_PUBLISHING = (TESTING, "production")
_GONE = {
    "disabled": ("disabled_client", "The OAuth client was disabled."),
    "deleted": ("deleted_client", "The OAuth client was deleted."),
    "unknown": ("invalid_client", "The OAuth client was not found."),
}
"""What Google says, as an error and in words, of a client in one of these states."""


@dataclass(slots=True)
class Client:
    """One registered application, with the project it belongs to."""

    client_id: str
    client_secret: str | None = None
    """Without one, any secret or none is good."""
    redirect_uris: list[str] = field(default_factory=list)
    """Without any, every web address is good."""
    publishing: str = "production"
    test_users: list[str] = field(default_factory=list)
    """Who may consent while the application is in testing."""
    enabled: bool = True
    """Whether the project has the Calendar API enabled."""
    state: str = "active"


class Clients:
    """All registered applications, by their ids."""

    def __init__(self) -> None:
        self._registered: dict[str, Client] = {}

    def register(self, fields: Fields) -> Client:
        """Register a client, or change one: what is left out stays as it was.

        Raises:
            BadInputError: names the field that cannot be used; nothing has changed then.
        """
        client_id = fields.text("client_id")
        old = self._registered.get(client_id) or Client(client_id)
        client = Client(
            client_id,
            client_secret=fields.text("client_secret", old.client_secret or "") or None,
            redirect_uris=fields.texts("redirect_uris", old.redirect_uris),
            publishing=fields.text("publishing", old.publishing),
            test_users=[email.lower() for email in fields.texts("test_users", old.test_users)],
            enabled=fields.flag("enabled", default=old.enabled),
            state=fields.text("state", old.state),
        )
        fields.done()
        if client.publishing not in _PUBLISHING:
            raise BadInputError(f"publishing: one of {', '.join(_PUBLISHING)} is needed.")
        if client.state not in ("active", *_GONE):
            raise BadInputError(f"state: one of active, {', '.join(_GONE)} is needed.")
        for uri in client.redirect_uris:
            if not is_web_address(uri):
                raise BadInputError(f"redirect_uris: {uri} is not a web address.")
        self._registered[client_id] = client
        return client

    def get(self, client_id: str) -> Client | None:
        """Return a registered client, None for any other."""
        return self._registered.get(client_id)

    def gone(self, client_id: str) -> tuple[str, str] | None:
        """Return error and words if this client is no longer, or None."""
        client = self._registered.get(client_id)
        return _GONE.get(client.state) if client else None

    def is_testing(self, client_id: str) -> bool:
        """Whether the application is not yet open to everybody."""
        client = self._registered.get(client_id)
        return client is not None and client.publishing == TESTING

    def lets_in(self, client_id: str, email: str) -> bool:
        """Whether this account may consent: any, unless the application is in testing."""
        client = self._registered.get(client_id)
        return client is None or client.publishing != TESTING or email in client.test_users

    def takes(self, client_id: str, redirect_uri: str) -> bool:
        """Whether the browser may be sent back there."""
        client = self._registered.get(client_id)
        return client is None or not client.redirect_uris or redirect_uri in client.redirect_uris

    def authenticate(self, client_id: str, secret: str | None) -> None:
        """Let a client pass at the token endpoint; OAuthError for one that is gone or brings a wrong secret."""
        gone = self.gone(client_id)
        if gone:
            raise OAuthError(401, *gone)
        client = self._registered.get(client_id)
        if client is None or client.client_secret is None:
            return
        if not secret:
            raise OAuthError(400, "invalid_request", "client_secret is missing.")
        if not hmac.compare_digest(secret.encode(), client.client_secret.encode()):
            raise OAuthError(401, "invalid_client", "The provided client secret is invalid.")

    def require_api(self, client_id: str) -> None:
        """Let a client's Calendar requests pass; GoogleError 403 while its project has the API disabled."""
        client = self._registered.get(client_id)
        if client is None or client.enabled:
            return
        project = project_number(client_id)
        page = f"https://console.developers.google.com/apis/api/calendar-json.googleapis.com/overview?project={project}"
        raise GoogleError(
            403,
            "accessNotConfigured",
            f"Google Calendar API has not been used in project {project} before or it is disabled. "
            f"Enable it by visiting {page} then retry. If you enabled this API recently, wait a few minutes for the "
            "action to propagate to our systems and retry.",
        )

    def to_json(self) -> list[Json]:
        """Return all registrations, for the state file and the control API."""
        return [asdict(client) for client in self._registered.values()]

    def load(self, data: list[Json]) -> None:
        """Take up what ``to_json`` returned."""
        self._registered = {raw["client_id"]: Client(**raw) for raw in data}


def project_number(client_id: str) -> str:
    """Return the number of a client's project: what its id begins with, or one made of the id."""
    found = re.match(r"(\d+)-", client_id)
    return found[1] if found else str(int(hashlib.sha256(client_id.encode()).hexdigest(), 16) % 10**12)

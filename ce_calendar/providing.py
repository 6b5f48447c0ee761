"""What stands for Google and Microsoft, as the settings say: OAuth clients, calendars, addresses."""

from collections.abc import Mapping, Sequence

from ce_calendar.adapters.google.calendar import GoogleMeetings
from ce_calendar.adapters.google.host import GoogleCalendarHost
from ce_calendar.adapters.google.oauth import SCOPES, GoogleAuthorizer, GoogleEndpoints
from ce_calendar.adapters.microsoft.calendar import MicrosoftMeetings
from ce_calendar.adapters.microsoft.oauth import MicrosoftAuthorizer
from ce_calendar.adapters.system import system_clock
from ce_calendar.domain.meetings.connections import ClientSource, OAuthClient, Provider
from ce_calendar.ports import Authorizer, MeetingProvider
from ce_calendar.ports.hosting import CalendarHost
from ce_calendar.services.consents import REDIRECT_PATHS
from ce_calendar.settings import Settings


def consent_pages(settings: Settings) -> list[str]:
    """Addresses that our connect forms lead to."""
    return [settings.google_auth_url, settings.microsoft_authority]


def redirect_paths(settings: Settings) -> Mapping[Provider, str]:
    """Where each provider is asked to send people back to."""
    return {**REDIRECT_PATHS, Provider.GOOGLE: settings.google_redirect_path}


def personal_clients(settings: Settings) -> list[tuple[Provider, Authorizer]]:
    """The OAuth clients in the settings, for personal calendars."""
    # Microsoft has no second client to fall back to: the same one is an organization's own and the others' shared one.
    microsoft = settings.microsoft_client_id
    return [
        *google_clients(settings, SCOPES),
        *(
            (Provider.MICROSOFT, _microsoft(settings, OAuthClient(microsoft, source)))
            for source in ClientSource
            if microsoft
        ),
    ]


def google_clients(settings: Settings, scopes: Sequence[str]) -> list[tuple[Provider, Authorizer]]:
    """Google's clients in the settings, asking for these scopes."""
    google = (
        (settings.google_tenant_client_id, settings.google_tenant_client_secret, ClientSource.TENANT),
        (settings.google_client_id, settings.google_client_secret, ClientSource.PLATFORM),
    )
    return [
        (
            Provider.GOOGLE,
            google_authorizer(settings, OAuthClient(client_id, source), secret.get_secret_value(), scopes),
        )
        for client_id, secret, source in google
        if client_id and secret.get_secret_value()
    ]


def google_authorizer(settings: Settings, client: OAuthClient, secret: str, scopes: Sequence[str]) -> GoogleAuthorizer:
    """Google's OAuth for one client."""
    return GoogleAuthorizer(
        client=client,
        client_secret=secret,
        scopes=scopes,
        clock=system_clock,
        endpoints=GoogleEndpoints(
            auth_url=settings.google_auth_url,
            token_url=settings.google_token_url,
            revoke_url=settings.google_revoke_url,
            userinfo_url=settings.google_userinfo_url,
        ),
        ca_bundle=_ca_bundle(settings),
    )


def _microsoft(settings: Settings, client: OAuthClient) -> MicrosoftAuthorizer:
    return MicrosoftAuthorizer(
        client=client,
        client_secret=settings.microsoft_client_secret.get_secret_value(),
        clock=system_clock,
        authority=settings.microsoft_authority,
        graph_url=settings.microsoft_graph_url,
        ca_bundle=_ca_bundle(settings),
    )


def meeting_providers(settings: Settings) -> dict[Provider, MeetingProvider]:
    """Where calendars are read."""
    return {
        Provider.GOOGLE: GoogleMeetings(
            clock=system_clock, api_url=settings.google_api_url, ca_bundle=_ca_bundle(settings)
        ),
        Provider.MICROSOFT: MicrosoftMeetings(
            clock=system_clock, graph_url=settings.microsoft_graph_url, ca_bundle=_ca_bundle(settings)
        ),
    }


def _ca_bundle(settings: Settings) -> str | None:
    return str(settings.ca_bundle) if settings.ca_bundle else None


def calendar_host(settings: Settings, *, timeout_seconds: float) -> CalendarHost:
    """Where employees' calendars lie; a call that takes longer than this counts as unanswered."""
    return GoogleCalendarHost(
        clock=system_clock,
        api_url=settings.google_api_url,
        ca_bundle=_ca_bundle(settings),
        timeout_seconds=timeout_seconds,
    )

"""Which OAuth client a new consent goes through, and which one issued a credential."""

from collections.abc import Iterator, Sequence

from ce_calendar.domain.meetings.connections import ClientSource, OAuthClient, Provider
from ce_calendar.ports import Authorizer, OpenUnitOfWork


class Clients:
    """The OAuth clients of this installation.

    An organization's own (tenant) client comes before the platform's, which all organizations share. A tenant client
    is for the organization the operator names, or for the only one there is. Only the client that issued a credential
    can refresh it, so clients that no new consent goes through any more still serve the connections they made.
    """

    def __init__(
        self,
        *,
        open_uow: OpenUnitOfWork,
        installed: Sequence[tuple[Provider, Authorizer]],
        tenant_organization: str = "",
    ) -> None:
        self._open_uow = open_uow
        self._installed = installed
        self._tenant_organization = tenant_organization

    def for_new(self, provider: Provider, organization_id: str) -> Authorizer | None:
        """What people of the organization are sent to the provider with; None if no client is set up for them."""
        is_tenant = self._is_tenant(organization_id)
        mine = [each for each in self._of(provider) if is_tenant or each.client.source is ClientSource.PLATFORM]
        return min(mine, key=_tenant_first, default=None)

    def client(self, provider: Provider, organization_id: str) -> OAuthClient | None:
        """The client of `for_new`."""
        authorizer = self.for_new(provider, organization_id)
        return authorizer.client if authorizer else None

    def that_issued(self, provider: Provider, client_id: str, *, organization_id: str) -> Authorizer | None:
        """The one whose client this is; None if the operator has taken it out of the settings."""
        matching = [each for each in self._of(provider) if each.client.client_id == client_id]
        if len(matching) > 1:
            # One client may be the organization's own and shared with the others at once.
            current = self.for_new(provider, organization_id)
            return current if current in matching else matching[0]
        return matching[0] if matching else None

    def any_of(self, provider: Provider, *, organization_id: str) -> Authorizer | None:  # noqa: ARG002 - as the port has it
        """Any client of the provider, for what needs none in particular; None if there is none at all."""
        return next(self._of(provider), None)

    def _of(self, provider: Provider) -> Iterator[Authorizer]:
        return (authorizer for each, authorizer in self._installed if each is provider)

    def _is_tenant(self, organization_id: str) -> bool:
        if all(authorizer.client.source is ClientSource.PLATFORM for _, authorizer in self._installed):
            return False
        with self._open_uow(reading=True) as uow:
            if self._tenant_organization:
                named = uow.organizations.by_slug(self._tenant_organization)
                return named is not None and named.id == organization_id
            return [each.id for each in uow.organizations.all()] == [organization_id]


def _tenant_first(authorizer: Authorizer) -> bool:
    return authorizer.client.source is not ClientSource.TENANT

"""What every consent needs, whoever the account is for: the way to the provider, and back with a credential."""

import hashlib
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

from ce_calendar.domain.access import Actor
from ce_calendar.domain.errors import ConnectRefused, ProviderError, ProviderUnavailable, RateLimited, VaultError
from ce_calendar.domain.meetings.connections import Credential, Provider, ProviderAccount
from ce_calendar.ports import (
    VERIFIER_PURPOSE,
    Authorizer,
    Clock,
    CredentialVault,
    FlowPurpose,
    OAuthFlow,
    OpenUnitOfWork,
    VaultEntry,
)
from ce_calendar.services.grants import GrantLeases, Pause, others_live_on

FLOW_LIFE = timedelta(minutes=10)
REDIRECT_PATHS = {provider: f"/oauth/{provider}/callback" for provider in Provider}
GOOGLE_RETURN_PATHS = (REDIRECT_PATHS[Provider.GOOGLE], "/api.php?cat=google", "/settings_task/google_calendar")
"""Where Google may send people back to: what an organization registered for an earlier system keeps working."""

_MARKS = {FlowPurpose.CONNECTION: "", FlowPurpose.CENTRAL: "central."}
"""How a state begins; no token of ours holds a dot."""

MESSAGES = {
    "denied": "You did not allow access, so nothing was linked.",
    "state": "This answer does not belong to a sign-in you started here. Please start again.",
    "expired": "This took too long. Please start again.",
    "scopes": "Access to the calendar was unticked. Please start again and leave everything ticked.",
    "unavailable": "The provider cannot be reached right now. Please try again in a few minutes.",
    "account": "That is another account than the one to sign in again. Please choose the same account.",
    "failed": "The provider did not complete the sign-in. Please start again.",
}


def purpose_of(state: str) -> FlowPurpose:
    """Whose screen an answer with this state belongs on.

    Decides about nothing else: what a consent was for, only its flow tells.
    """
    is_central = state.startswith(_MARKS[FlowPurpose.CENTRAL])
    return FlowPurpose.CENTRAL if is_central else FlowPurpose.CONNECTION


class Consents:
    """Consents under way."""

    def __init__(
        self,
        *,
        open_uow: OpenUnitOfWork,
        clock: Clock,
        vault: CredentialVault,
        public_url: str,
        redirect_paths: Mapping[Provider, str] = REDIRECT_PATHS,
        pause: Pause = time.sleep,
    ) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._vault = vault
        self._grants = GrantLeases(open_uow=open_uow, clock=clock, pause=pause)
        self._public_url = public_url.rstrip("/")
        self._redirect_paths = redirect_paths

    def redirect_uri(self, provider: Provider) -> str:
        """Where the provider sends people back to: the same at the start and at the exchange."""
        return self._public_url + self._redirect_paths[provider]

    def redirect_uris(self) -> Sequence[tuple[str, bool]]:
        """The addresses that answer Google, and whether each is the one we ask with."""
        used = self._redirect_paths[Provider.GOOGLE]
        return [(self._public_url + path, path == used) for path in GOOGLE_RETURN_PATHS]

    def start(
        self,
        actor: Actor,
        authorizer: Authorizer,
        *,
        purpose: FlowPurpose,
        provider: Provider,
        hint: str = "",
        connection_id: str = "",
    ) -> str:
        """Where to send the browser; what must be kept until it comes back is kept.

        Raises:
            ConnectRefused: the provider tells where its consent page is, and did not answer.
        """
        state = _MARKS[purpose] + secrets.token_urlsafe(32)
        try:
            begun = authorizer.begin(redirect_uri=self.redirect_uri(provider), state=state, login_hint=hint)
        except ProviderError as error:
            raise refusal(code_of(error)) from error
        now = self._clock()
        flow = OAuthFlow(
            id=uuid4().hex,
            organization_id=actor.organization_id,
            user_id=actor.user_id,
            session_id=actor.session_id,
            provider=provider,
            client_id=authorizer.client.client_id,
            state_hash=_hash(state),
            verifier_vault_ref=uuid4().hex,
            connection_id=connection_id or None,
            created_at=now,
            expires_at=now + FLOW_LIFE,
            purpose=purpose,
        )
        self._keep(flow, begun.proof)
        return begun.url

    def _keep(self, flow: OAuthFlow, verifier: str) -> None:
        sealed = self._vault.seal(
            verifier.encode(), organization_id=flow.organization_id, owner_id=flow.id, purpose=VERIFIER_PURPOSE
        )
        entry = VaultEntry(
            id=flow.verifier_vault_ref,
            organization_id=flow.organization_id,
            purpose=VERIFIER_PURPOSE,
            sealed=sealed,
            version=1,
        )
        with self._open_uow() as uow:
            uow.vault.add(entry, now=flow.created_at)
            uow.flows.add(flow)

    def take(self, actor: Actor, *, purpose: FlowPurpose, provider: Provider, state: str) -> tuple[OAuthFlow, str]:
        """The flow this state belongs to, and its verifier; neither can be had twice, whoever asks.

        Raises:
            ConnectRefused: unknown, used, late, another session's, or meant for something else.
        """
        with self._open_uow() as uow:
            flow = uow.flows.take(_hash(state)) if state else None
            entry = uow.vault.get(flow.verifier_vault_ref) if flow else None
            if flow:
                uow.vault.forget(flow.verifier_vault_ref)
        if flow is None or entry is None:
            raise refusal("state")
        ours = (actor.organization_id, actor.user_id, actor.session_id, provider, purpose)
        if (flow.organization_id, flow.user_id, flow.session_id, flow.provider, flow.purpose) != ours:
            raise refusal("state")
        if flow.expires_at <= self._clock():
            raise refusal("expired")
        try:
            verifier = self._vault.open(
                entry.sealed, organization_id=flow.organization_id, owner_id=flow.id, purpose=VERIFIER_PURPOSE
            )
        except VaultError as error:
            raise refusal("expired") from error  # its key was taken away meanwhile
        return flow, verifier.decode()

    def exchange(
        self, authorizer: Authorizer, *, provider: Provider, code: str, verifier: str
    ) -> tuple[Credential, ProviderAccount]:
        """Trade the code, and ask whose account it is.

        If the second part fails the grant is left as it is: not knowing whose it is, we cannot know whether
        somebody else lives on it.

        Raises:
            ConnectRefused: the provider would not, or could not.
        """
        try:
            credential = authorizer.exchange(code=code, proof=verifier, redirect_uri=self.redirect_uri(provider))
            return credential, authorizer.account(credential)
        except ProviderError as error:
            raise refusal(code_of(error)) from error

    @contextmanager
    def storing(
        self, authorizer: Authorizer, *, provider: Provider, credential: Credential, account: ProviderAccount
    ) -> Iterator[None]:
        """Store in the block, while nobody can revoke the grant.

        Raises:
            ConnectRefused: somebody does not let go of the grant, or has ended it.
        """
        with self._grants.hold(
            provider=provider, client_id=credential.client_id, subject_id=account.subject_id
        ) as is_held:
            if not is_held:
                raise refusal("unavailable")
            try:
                # A disconnect may have revoked the grant, and this credential with it, since we got it.
                authorizer.account(credential)
            except ProviderError as error:
                raise refusal(code_of(error)) from error
            yield

    def give_back(
        self, authorizer: Authorizer, *, provider: Provider, credential: Credential, account: ProviderAccount
    ) -> None:
        """End a grant nobody needs, unless somebody lives on it. Tried once: nothing of it is stored."""
        with self._grants.hold(
            provider=provider, client_id=credential.client_id, subject_id=account.subject_id
        ) as is_held:
            with self._open_uow() as uow:
                is_shared = others_live_on(uow, provider=provider, client_id=credential.client_id, account=account)
            if is_shared or not is_held:
                return
            try:
                authorizer.revoke(credential)
            except ProviderError:
                return


def examine(authorizer: Authorizer, credential: Credential) -> None:
    """Refuse a credential that would not do.

    Raises:
        ConnectRefused: a scope was unticked, or it cannot be refreshed.
    """
    if authorizer.missing_scopes(credential):
        raise refusal("scopes")
    if not credential.is_renewable:
        raise refusal("failed")


def refusal(code: str) -> ConnectRefused:
    """The refusal with this fixed word."""
    return ConnectRefused(code, MESSAGES[code])


def code_of(error: ProviderError) -> str:
    """The fixed word for a provider's trouble."""
    return "unavailable" if isinstance(error, ProviderUnavailable | RateLimited) else "failed"


def word_of(error: str) -> str:
    """The fixed word for what a provider says in the address."""
    return "denied" if error == "access_denied" else "failed"


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode("utf-8", "replace")).hexdigest()

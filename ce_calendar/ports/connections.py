"""Connections, the consents that lead to them, and what is told and set about them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from ce_calendar.domain.meetings.connections import ConnectedCalendar, Connection, Provider
from ce_calendar.domain.meetings.module import ModuleValues
from ce_calendar.domain.notices import Notice, NoticeKind

VERIFIER_PURPOSE = "oauth-verifier"
"""What the vault keeps for a consent under way, for as long as its flow."""


class FlowPurpose(StrEnum):
    """What a consent is for."""

    CONNECTION = "connection"
    """A person links an account of theirs."""
    CENTRAL = "central"
    """The account under which the employee calendars lie."""


@dataclass(frozen=True, slots=True)
class OAuthFlow:
    """A consent under way."""

    id: str
    organization_id: str
    user_id: str
    session_id: str
    provider: Provider
    client_id: str
    state_hash: str
    verifier_vault_ref: str
    connection_id: str | None
    created_at: datetime
    expires_at: datetime
    purpose: FlowPurpose = FlowPurpose.CONNECTION


class OAuthFlows(Protocol):
    """Consents under way; each can be taken once."""

    def add(self, flow: OAuthFlow) -> None: ...
    def take(self, state_hash: str) -> OAuthFlow | None:
        """Remove and return it: whoever comes second gets nothing."""

    def forget_expired(self, *, now: datetime) -> int:
        """Remove those nobody came back from, and every verifier whose flow is gone; returns how many flows."""


class Connections(Protocol):
    """Connections and the calendars of each."""

    def add(self, connection: Connection) -> None: ...
    def save(self, connection: Connection) -> None: ...
    def get(self, connection_id: str, *, organization_id: str | None = None) -> Connection | None: ...
    def lock(self, connection_id: str, *, organization_id: str | None = None) -> Connection | None:
        """Read it to change it: nobody else can until the transaction ends. `save` writes what was locked.

        Comes before any other lock of the transaction.
        """

    def lock_all(self, organization_id: str) -> None:
        """Lock every connection of an organization, where other locks come before `request_full_read`."""

    def by_account(
        self, *, organization_id: str, user_id: str, provider: Provider, subject_id: str
    ) -> Connection | None: ...
    def of_organization(self, organization_id: str) -> Sequence[Connection]: ...
    def due(self, *, now: datetime, limit: int, organization_id: str | None = None) -> Sequence[Connection]:
        """Those whose next sync is due, longest waiting first; neither paused ones nor those a person must cure."""

    def disconnecting(self) -> Sequence[Connection]: ...
    def with_grant(
        self, *, provider: Provider, client_id: str, subject_id: str, account_email: str
    ) -> Sequence[Connection]:
        """Every connection, in any organization, whose credential belongs to the same grant.

        The email finds those that an earlier system brought and the provider has not named yet.
        """

    def remove(self, connection_id: str) -> None:
        """Delete one that was never synced."""

    def pause_of_user(self, user_id: str) -> int: ...
    def request_full_read(self, *, now: datetime, organization_id: str, connection_id: str | None = None) -> int:
        """Raise `full_read_version` and make due at once, for one connection or all; returns how many.

        One that waits to be tried again after a failure is read in full then.
        """

    def lock_linked(self, organization_id: str) -> Sequence[Connection]:
        """All that people see as cards, read to change them; otherwise as `lock`."""

    def plan(self, moments: Mapping[str, datetime]) -> None:
        """Say when each is next due, by id."""

    def calendars(self, connection_id: str) -> Sequence[ConnectedCalendar]: ...
    def count_calendars(self, connection_ids: Collection[str]) -> Mapping[str, tuple[int, int]]:
        """By connection id: how many calendars are selected, and how many there are."""

    def save_calendars(self, calendars: Collection[ConnectedCalendar]) -> None: ...
    def remove_calendars(self, calendar_ids: Collection[str]) -> None: ...


class ModuleSettingsStore(Protocol):
    """What organizations set for their meetings."""

    def get(self, organization_id: str) -> ModuleValues:
        """Their values; the defaults for an organization that never chose."""

    def save(self, organization_id: str, values: ModuleValues, *, now: datetime) -> None: ...


class Notices(Protocol):
    """What people are told until they put it away."""

    def add(self, notice: Notice) -> None: ...
    def of_user(self, user_id: str, *, session_id: str, now: datetime) -> Sequence[Notice]:
        """What this person is told in this browser, oldest first; nothing that has expired."""

    def of_connection(self, connection_id: str, kind: NoticeKind) -> Sequence[Notice]: ...
    def set_facts(self, notice_id: str, facts: Mapping[str, str | int]) -> None: ...
    def remove(self, notice_id: str, *, user_id: str) -> int: ...
    def remove_of_connection(self, connection_id: str, *kinds: NoticeKind) -> int: ...
    def forget_expired(self, *, now: datetime) -> int: ...

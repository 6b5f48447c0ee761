"""Notification channels: who wants to hear of which resource, and what they have not been told yet.

Nothing here touches the network; ``deliveries`` sends what a channel owes.
"""

import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from ce_calendar.sandbox.clock import Clock
from ce_calendar.sandbox.google.errors import GoogleError

Json = dict[str, Any]

SYNC, EXISTS, NOT_EXISTS = "sync", "exists", "not_exists"
"""The states a message can tell of a resource."""

LARGEST_STEP = 1000
"""Message numbers rise, but not by one: a client that counts on it fails at Google."""

_FEW = 1000


@dataclass(slots=True)
class Message:
    """One notification that is still to be sent."""

    number: int
    state: str


@dataclass(slots=True)
class Channel:
    """One receiver's wish to hear of one resource, until it expires."""

    id: str
    client_id: str
    email: str
    """Of the account that watches."""
    resource: str
    """What is watched: ``events/<calendar>``, ``acl/<calendar>``, ``calendarList/<email>`` or ``settings/<email>``."""
    resource_uri: str
    address: str
    token: str | None
    expires: int
    """Seconds since 1970, on the sandbox's clock."""
    number: int = 0
    """Of the last message."""
    owed: list[Message] = field(default_factory=list)
    """Messages to be sent, the first one first."""
    sent: int = 0
    failed: int = 0
    last_status: int | None = None
    """What the receiver answered last; None if it was never reached."""
    ended: bool = False
    """Whether nothing more may be sent."""

    @property
    def resource_id(self) -> str:
        """The same for all channels that watch the same resource."""
        digest = hashlib.sha1(self.resource.encode("utf-8", "replace"), usedforsecurity=False).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def shown(self) -> Json:
        """Return the resource that answers a watch request."""
        resource: Json = {
            "kind": "api#channel",
            "id": self.id,
            "resourceId": self.resource_id,
            "resourceUri": self.resource_uri,
            "expiration": str(self.expires * 1000),
        }
        return resource if self.token is None else resource | {"token": self.token}

    def tell(self, state: str) -> None:
        """Owe a message; a change that nobody has been told of yet is told only once."""
        if self.owed and self.owed[-1].state == state:
            return
        self.number = 1 if state == SYNC else self.number + 1 + secrets.randbelow(LARGEST_STEP)
        self.owed.append(Message(self.number, state))

    def report(self) -> Json:
        """Return what the control API tells."""
        names = ("id", "resource", "address", "sent", "failed", "last_status")
        expiration = datetime.fromtimestamp(self.expires, UTC).isoformat().replace("+00:00", "Z")
        return {"account": self.email, "expiration": expiration} | {name: getattr(self, name) for name in names}


class Channels:
    """All channels that are open, by their id and by what they watch."""

    def __init__(self, clock: Clock, wake: Callable[[Channel], None]) -> None:
        """Begin without channels.

        Args:
            clock: the sandbox's.
            wake: called with a channel that owes a message.
        """
        self._clock = clock
        self._wake = wake
        self._by_id: dict[tuple[str, str], Channel] = {}
        self._by_resource: dict[str, dict[tuple[str, str], Channel]] = {}
        self._look_at = _FEW
        """With so many channels it is worth a look which of them have expired."""

    def open(self, channel: Channel) -> None:
        """Begin to tell of a resource, with a sync message first; GoogleError 400 if the id is in use."""
        known = self._by_id.get((channel.client_id, channel.id))
        if known is not None and not self._expired(known):
            raise GoogleError(400, "channelIdNotUnique", f"Channel id {channel.id} not unique")
        if known is not None:
            self._remove(known)
        if len(self._by_id) >= self._look_at:
            self._look_at = 2 * len(self.all()) + _FEW
        self._add(channel)
        channel.tell(SYNC)
        self._wake(channel)

    def stop(self, channel_id: str, resource_id: str, *, client_id: str, email: str) -> None:
        """End a channel; GoogleError 404 unless both ids are those of a channel of this client and account."""
        channel = self._by_id.get((client_id, channel_id))
        if channel is None or self._expired(channel) or (channel.resource_id, channel.email) != (resource_id, email):
            raise GoogleError(404, "notFound", f"Channel '{channel_id}' not found for project '{client_id}'")
        self._remove(channel)

    def changed(self, resource: str, *, state: str = EXISTS) -> None:
        """Tell everybody who watches a resource that it is no longer what it was, or no longer there."""
        for channel in list(self._by_resource.get(resource, {}).values()):
            if self._tell(channel, state) and state == NOT_EXISTS:
                # What is gone cannot change any more; the channel still says this much.
                self._forget(channel)

    def notify(self, email: str, resource: str | None) -> list[str]:
        """Send an account's channels a message although nothing changed, and return their ids."""
        chosen = [each for each in self.all() if each.email == email and resource in (None, each.resource)]
        for channel in chosen:
            self._tell(channel, EXISTS)
        return [channel.id for channel in chosen]

    def end(self, email: str, client_id: str | None = None) -> None:
        """End the channels of a grant that is over: of an account to one client, or to all."""
        for channel in self.all():
            if channel.email == email and client_id in (None, channel.client_id):
                self._remove(channel)

    def clear(self) -> None:
        """End them all."""
        for channel in self.all():
            self._remove(channel)

    def all(self) -> list[Channel]:
        """Return the channels that have not expired; the others are forgotten."""
        for channel in list(self._by_id.values()):
            if self._expired(channel):
                self._remove(channel)
        return list(self._by_id.values())

    def to_json(self) -> list[Json]:
        """Return the channels for the state file."""
        return [asdict(channel) for channel in self.all()]

    def load(self, data: list[Json]) -> None:
        """Take up what ``to_json`` returned; what was still owed goes out with the next change."""
        for raw in data:
            self._add(Channel(**{**raw, "owed": [Message(**message) for message in raw["owed"]]}))

    def _tell(self, channel: Channel, state: str) -> bool:
        """Let a channel owe a message; False if it has expired and is forgotten now."""
        if self._expired(channel):
            self._remove(channel)
            return False
        channel.tell(state)
        self._wake(channel)
        return True

    def _expired(self, channel: Channel) -> bool:
        return channel.expires <= self._clock.now().timestamp()

    def _add(self, channel: Channel) -> None:
        key = (channel.client_id, channel.id)
        self._by_id[key] = channel
        self._by_resource.setdefault(channel.resource, {})[key] = channel

    def _remove(self, channel: Channel) -> None:
        channel.ended = True
        channel.owed.clear()
        self._forget(channel)

    def _forget(self, channel: Channel) -> None:
        key = (channel.client_id, channel.id)
        del self._by_id[key]
        watchers = self._by_resource[channel.resource]
        del watchers[key]
        if not watchers:
            del self._by_resource[channel.resource]

"""What the connections page shows."""

from dataclasses import dataclass


@dataclass
class ConnectionRow:
    """A card."""

    id: str
    provider: str
    """`google` or `microsoft`."""
    account: str
    owner: str
    """`self` or `other`."""
    owner_name: str
    status: str
    """`syncing`, `paused`, `needs_reauth` or `retrying`."""
    reason: str
    """In plain words, why the last run failed; empty if it did not."""
    may_change: bool
    auto_sync: bool
    privacy: str
    is_running: bool
    progress: str
    """Counts of the run under way."""
    last_sync: str
    last_sync_exact: str
    last_run: str
    """What the last run did."""
    coming: str
    """How many meetings are ahead."""


@dataclass
class DisconnectQuestion:
    """What the confirmation says before an account is disconnected."""

    connection_id: str = ""
    account: str = ""
    coming: str = ""
    """What leaves the timeline, as the beginning of a sentence."""


@dataclass
class Notice:
    """What just came of connecting an account."""

    kind: str = ""
    """`good`, `bad`, or empty for no notice."""
    title: str = ""
    text: str = ""

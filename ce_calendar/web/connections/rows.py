"""What the connections page shows."""

from dataclasses import dataclass


@dataclass
class ConnectionRow:
    """A card, but for what changes by the minute."""

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
    """In plain words, why the last run failed, and who must act; empty if it did not."""
    may_change: bool
    may_withdraw: bool
    """May disconnect, pause, and show less."""
    may_sign_in: bool
    """Waits for the reader to sign in again."""
    is_waiting: bool
    """For the vault: it cannot be synced, paused or resumed before."""
    auto_sync: bool
    privacy: str
    calendars: str
    """How many of the account's calendars are read; empty if that is not the reader's to see."""
    coming: str
    """How many meetings are ahead."""


@dataclass
class Pulse:
    """What changes on a card while one looks at it."""

    last_sync: str = ""
    last_sync_exact: str = ""
    """Empty if it was never synced."""
    last_run: str = ""
    """What the last run did."""
    is_running: bool = False
    progress: str = ""
    """Counts of the run under way."""
    next_sync: str = ""
    """When it is read again by itself; empty if it is not."""
    wait: str = ""
    """When the provider lets itself be asked again; empty if it may be asked now."""


@dataclass
class Told:
    """Something the reader is told until they put it away."""

    id: str = ""
    """Empty for what came by the address."""
    tone: str = ""
    """`good`, `bad`, or `wait` while it is going on."""
    title: str = ""
    text: str = ""
    page: str = ""
    """Where to go on: `timeline`, `contacts`, or nothing."""
    outside: str = ""
    """An address at the provider, or nothing."""
    is_done: bool = False
    """Nothing more comes of it."""


@dataclass
class DisconnectQuestion:
    """What the confirmation says before an account is disconnected."""

    connection_id: str = ""
    provider: str = ""
    account: str = ""
    owner_name: str = ""
    """Empty if it is the reader's own."""
    coming: str = ""
    past: str = ""
    """What happens to past meetings while the box is not ticked."""
    past_deleted: str = ""
    """What happens to them if it is."""
    tick: str = ""
    """Beside the box; empty if there are no past meetings."""
    busy: str = ""


@dataclass
class CalendarRow:
    """A calendar that may be chosen."""

    id: str
    name: str
    details: str
    """Whose it is, what the account may do with it, how much of it is kept."""
    bar: str
    """`employee_calendar`, `times_only`, or empty."""
    is_locked: bool
    """Cannot be ticked."""


@dataclass
class Sample:
    """A meeting to try the privacy levels on."""

    is_example: bool = True
    title: str = ""
    when: str = ""
    place: str = ""
    contact: str = ""
    guests: str = ""
    is_title_kept: bool = True
    """False if the present level has left no title to show."""

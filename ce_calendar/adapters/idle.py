"""Stand-ins for commands that end at once: nobody is looking, and the running application does the work."""


class NobodyListens:
    """`ports.Announcer` of a process without open pages. They read again when the application next announces."""

    def announce(self, organization_id: str, topic: str) -> None:
        """Say it to nobody."""


class LeftForLater:
    """`ports.JobQueue` of a process that ends at once: the application's scheduler finds what is due."""

    def enqueue(self, name: str, key: str) -> None:
        """Leave it."""

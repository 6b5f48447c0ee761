"""The demo accounts in Outlook: the same team as at Google, around the present day."""

from ce_calendar.sandbox.microsoft.world import World

STAFF = "staff.demo@outlook.example"
ADMIN = "admin.demo@outlook.example"
HOME = "America/Chicago"


def fill(world: World) -> None:
    """Add the demo accounts, relative to the sandbox's present day."""
    world.add_account(STAFF, name="Sam Demo", time_zone=HOME)
    world.add_account(ADMIN, name="Alex Demo", time_zone=HOME)

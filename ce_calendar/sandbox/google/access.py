"""Who may do what with a calendar."""

ROLES = ("none", "freeBusyReader", "reader", "writerWithoutPrivateAccess", "writer", "owner")
"""From the least to the most."""
WRITERS = ("writer", "owner")


def reaches(role: str, least: str) -> bool:
    """Whether a role allows at least what another does."""
    return ROLES.index(role) >= ROLES.index(least)

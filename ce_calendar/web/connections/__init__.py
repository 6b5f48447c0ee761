"""Calendar connections: linked accounts, and how they fare."""

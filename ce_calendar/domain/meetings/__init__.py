"""Meetings: events, their identity, their privacy, and what a sync should do."""

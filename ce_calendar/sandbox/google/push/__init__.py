"""Notification channels, and the messages they are owed."""

"""The organization's tasks."""

"""The list of employees."""

"""Use cases of employee calendars."""

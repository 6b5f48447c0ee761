"""The settings of employee calendars: the central account, its OAuth client, the rules."""

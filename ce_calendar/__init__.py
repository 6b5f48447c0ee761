"""ce_calendar joins an organization's people to their calendars."""

"""Calendars in iCalendar's form (RFC 5545), taken into this Google: what ``POST /_sandbox/ics`` does."""

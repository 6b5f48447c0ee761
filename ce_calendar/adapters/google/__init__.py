"""Google Calendar behind the MeetingProvider port."""

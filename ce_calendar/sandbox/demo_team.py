"""What the demo accounts of both halves share: home, the people the team meets, one meeting in all calendars."""

from datetime import date, timedelta

HOME = "America/Chicago"

MARIA = "maria.lopez@riverside.example"
JAMES = "james.chen@riverside.example"
AISHA = "aisha.khan@harborclinic.example"
TOM = "tom.baker@greenvalley.example"
NINA = "nina.petrova@sunrisecare.example"
OMAR = "omar.haddad@bridgehealth.example"
ELENA = "elena.rossi@newpartner.example"
"""Meets the team, but is not yet one of the organization's contacts."""

GOOGLE_STAFF, GOOGLE_ADMIN = "staff.demo@gmail.example", "admin.demo@gmail.example"

SHARED_UID = "quarterly-partner-review@ce-demo.example"
"""The meeting that demo people have in their calendars, at Google and at Microsoft."""
SHARED_TITLE = "Quarterly partner review"
SHARED_PLACE = "Riverside Family Clinic, room 2"
SHARED_GUESTS = (GOOGLE_STAFF, GOOGLE_ADMIN, MARIA, JAMES)
SHARED_DAY, SHARED_HOUR, SHARED_HOURS = 9, 13, 1.5


def workday(today: date, day: int) -> date:
    """Return the day, moved out of a weekend: away from today, so that past stays past and coming stays coming."""
    found = today + timedelta(days=day)
    weekend = found.weekday() - 4
    if weekend <= 0:
        return found
    return found - timedelta(days=weekend) if day < 0 else found + timedelta(days=3 - weekend)

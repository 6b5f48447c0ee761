"""Random histories of meetings between three people: every copy says what its organizer's event says."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ce_calendar.sandbox.google.calendars import Calendar
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.events.invitations import Invitations
from ce_calendar.sandbox.google.events.listing import Listings
from ce_calendar.sandbox.google.world import World
from tests.unit.sandbox.test_histories import NOW, RULES, Follower, times

Json = dict[str, Any]

PEOPLE = ("ann@gmail.example", "ben@gmail.example", "cat@gmail.example")
SHARED = ("summary", "start", "end", "iCalUID", "originalStartTime")

who = st.sampled_from(PEOPLE)
guests = st.sets(who).map(sorted)
which = st.integers(0, 30)
days = st.integers(0, 24)
steps = st.one_of(
    st.tuples(st.just("invite"), who, which, st.tuples(guests, days, st.sampled_from(RULES))),
    st.tuples(st.just("guests"), who, which, guests),
    st.tuples(st.just("move"), who, which, days),
    st.tuples(st.just("rule"), who, which, st.sampled_from(RULES)),
    st.tuples(st.just("answer"), who, which, st.sampled_from(["accepted", "declined", "tentative"])),
    st.tuples(st.just("delete"), who, which, st.none()),
)


def entries(emails: list[str]) -> list[Json]:
    return [{"email": email} for email in emails]


def body_of(verb: str, current: Json, email: str, what: Any) -> Json:
    if verb == "guests":
        return {"attendees": entries(what)}
    if verb == "move":
        return times(what)
    if verb == "rule":
        return {"recurrence": what}
    own = {"responseStatus": what}
    return {"attendees": [guest | own if guest["email"] == email else guest for guest in current.get("attendees", [])]}


def take(world: World, step: tuple[str, str, int, Any]) -> None:
    """One act of one person, as the API carries it out."""
    verb, email, number, what = step
    calendar, carrier = world.calendars[email], Invitations(world)
    if verb == "invite":
        emails, day, rule = what
        body = {"summary": "Visit", "attendees": entries(emails), "recurrence": rule, **times(day)}
        carrier.written(calendar, None, calendar.insert(body, world.clock, "http://sandbox").resource)
        return
    shown = [*Follower(calendar, single_events=True).seen, *calendar.events]
    if not shown:
        return
    event_id = shown[number % len(shown)]
    if verb == "rule":
        event_id = event_id.partition("_")[0]
    before = calendar.get(event_id).resource
    former = carrier.family(calendar, before)
    if verb == "delete":
        calendar.cancel(event_id, world.clock)
        carrier.written(calendar, before, {**before, "status": "cancelled"}, former=former)
    elif before["status"] != "cancelled" and (verb in ("guests", "answer") or before["organizer"]["email"] == email):
        after = calendar.change(event_id, body_of(verb, before, email, what), world.clock).resource
        carrier.written(calendar, before, after, former=former)


def shown(calendar: Calendar) -> dict[str, Json]:
    return Follower(calendar, single_events=True).seen


def said(event: Json) -> Json:
    return {name: event.get(name) for name in SHARED}


def everything(calendar: Calendar) -> dict[str, Json]:
    """What a full listing shows, wherever a guest may have moved the own copy."""
    items, _ = Listings().page(
        calendar, {"singleEvents": True, "timeMax": "2027-06-01T00:00:00Z", "maxResults": 2500}, NOW
    )
    return {item.resource["id"]: item.resource for item in items}


@given(history=st.lists(steps, max_size=20))
@settings(max_examples=100, deadline=None)
def test_copies_say_what_the_organizers_event_says(history: list[tuple[str, str, int, Any]]) -> None:
    world = World()
    for email in PEOPLE:
        world.add_account(email)
    followers = {email: Follower(world.calendars[email], single_events=True) for email in PEOPLE}
    for step in history:
        try:
            take(world, step)
        except GoogleError as refusal:
            assert refusal.status in (404, 410)  # noqa: PT017 - refusals are part of a history
        for email, follower in followers.items():
            follower.follow()
            assert follower.seen == shown(world.calendars[email])
    held = {email: everything(world.calendars[email]) for email in PEOPLE}
    for home in PEOPLE:
        for event_id, event in held[home].items():
            if event["organizer"]["email"] != home:
                assert event_id in held[event["organizer"]["email"]], "a copy outlived its meeting"
                continue
            for guest in event.get("attendees", []):
                copy = held[guest["email"]].get(event_id)
                # Who declined may have deleted the copy.
                assert copy is not None or guest["responseStatus"] == "declined"
                assert copy is None or said(copy) == said(event)

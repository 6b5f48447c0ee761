"""The employees' calendars at Google, under the central account: making, sharing and filling them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ce_calendar.adapters.foreign import text_in
from ce_calendar.adapters.google.batch import Answer
from ce_calendar.adapters.google.client import GOOGLE_API_URL, LONGEST_CALENDAR_ID, TIMEOUT_SECONDS, GoogleClient
from ce_calendar.adapters.google.events import to_body
from ce_calendar.adapters.google.outcomes import creation_refused, outcome_of
from ce_calendar.adapters.whole import whole_refusal
from ce_calendar.domain.errors import ProviderUnavailable
from ce_calendar.domain.meetings.connections import Credential
from ce_calendar.ports import Clock
from ce_calendar.ports.hosting import (
    AddShare,
    CalendarFacts,
    Call,
    DeleteCalendar,
    DeleteEvent,
    FindShare,
    InsertEvent,
    Outcome,
    RemoveShare,
    UpdateCalendar,
    UpdateEvent,
)

CALENDARS_PER_PAGE = 250
MOST_AT_ONCE = 50

_NO_MAIL = "none"
"""To guests there are none of, but also never to anybody else."""


class GoogleCalendarHost:
    """`ports.hosting.CalendarHost` for Google. Safe to share between threads: each has its own connection."""

    most_at_once = MOST_AT_ONCE

    def __init__(
        self,
        *,
        clock: Clock,
        api_url: str = GOOGLE_API_URL,
        ca_bundle: str | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self._clock = clock
        self._client = GoogleClient(clock=clock, api_url=api_url, ca_bundle=ca_bundle, timeout_seconds=timeout_seconds)

    def close(self) -> None:
        """Close this thread's connection."""
        self._client.close()

    def check(self, credential: Credential) -> None:
        """Ask for the kind of the account's list of calendars, and nothing in it."""
        request = self._client.resource("calendarList").list(maxResults=1, fields="kind")
        self._client.execute(request, credential)

    def create_calendar(self, credential: Credential, facts: CalendarFacts) -> str:
        """Make a calendar; returns the provider's id. Asked twice it makes two.

        Raises:
            CreationLimited: no more calendars for some hours; all else goes on.
            ProviderUnavailable: it may have been made or not.
        """
        request = self._client.resource("calendars").insert(body=_facts(facts), fields="id")
        made = self._client.execute(request, credential, creation_refused)
        calendar_id = text_in(made, "id")
        if not 0 < len(calendar_id) <= LONGEST_CALENDAR_ID:
            raise ProviderUnavailable("unreadable_answer")
        return calendar_id

    def find_calendars(self, credential: Credential, markers: Collection[str]) -> Mapping[str, str]:
        """Read the account's own calendars, the hidden ones too."""

        def ask(page_token: str | None) -> Any:  # noqa: ANN401 - the library builds its requests at run time
            return self._client.resource("calendarList").list(
                maxResults=CALENDARS_PER_PAGE,
                minAccessRole="owner",
                showHidden=True,
                fields="nextPageToken,items(id,description)",
                pageToken=page_token,
            )

        items = [
            item
            for page in self._client.pages(credential, ask)
            for item in page["items"]
            if isinstance(item, dict) and 0 < len(text_in(item, "id")) <= LONGEST_CALENDAR_ID
        ]
        # In the same order each time, so that of two with one marker it is always the same one.
        described = sorted(((text_in(item, "id"), text_in(item, "description")) for item in items), reverse=True)
        return {marker: found for found, text in described for marker in markers if marker in text}

    def carry_out(self, credential: Credential, calls: Sequence[Call]) -> Sequence[Outcome]:
        """Send up to `most_at_once` calls in one request; see the port."""
        if len(calls) > self.most_at_once:
            raise ValueError(f"At most {self.most_at_once} calls at once.")
        answers = self._answers(credential, [self._request(call) for call in calls])
        now = self._clock()
        outcomes = [outcome_of(call, answer, now=now) for call, answer in zip(calls, answers, strict=True)]
        if refusal := whole_refusal(outcomes):
            raise refusal
        return outcomes

    def _answers(self, credential: Credential, requests: Sequence[Any]) -> Sequence[Answer | None]:
        match requests:
            case []:
                return []
            case [request]:
                return [self._client.send(request, credential)]
            case _:
                return self._client.send_batch(requests, credential)

    def _request(self, call: Call) -> Any:  # noqa: ANN401 - the library builds its requests at run time
        match call:
            case UpdateCalendar() | DeleteCalendar():
                return self._of_calendar(call)
            case AddShare() | FindShare() | RemoveShare():
                return self._of_share(call)
            case InsertEvent() | UpdateEvent() | DeleteEvent():
                return self._of_event(call)

    def _of_calendar(self, call: UpdateCalendar | DeleteCalendar) -> Any:  # noqa: ANN401 - as above
        calendars = self._client.resource("calendars")
        if isinstance(call, DeleteCalendar):
            return calendars.delete(calendarId=call.provider_calendar_id)
        return calendars.patch(calendarId=call.provider_calendar_id, body=_facts(call.facts), fields="id")

    def _of_share(self, call: AddShare | FindShare | RemoveShare) -> Any:  # noqa: ANN401 - as above
        acl = self._client.resource("acl")
        place = {"calendarId": call.provider_calendar_id}
        match call:
            case AddShare():
                rule = {"role": "reader", "scope": {"type": "user", "value": call.email}}
                # The one mail we ever let out: the invitation that the employee must accept.
                return acl.insert(**place, body=rule, sendNotifications=True, fields="id")
            case FindShare():
                return acl.get(**place, ruleId=f"user:{call.email}", fields="role")
            case RemoveShare():
                return acl.delete(**place, ruleId=f"user:{call.email}")

    def _of_event(self, call: InsertEvent | UpdateEvent | DeleteEvent) -> Any:  # noqa: ANN401 - as above
        events = self._client.resource("events")
        place = {"calendarId": call.provider_calendar_id, "sendUpdates": _NO_MAIL}
        match call:
            case InsertEvent():
                body = {"id": call.event_id, **to_body(call.event, task_id=call.task_id)}
                return events.insert(**place, body=body, fields="etag")
            case UpdateEvent():
                body = to_body(call.event, task_id=call.task_id)
                return events.update(**place, eventId=call.event_id, body=body, fields="etag")
            case DeleteEvent():
                return events.delete(**place, eventId=call.event_id)


def _facts(facts: CalendarFacts) -> dict[str, str]:
    return {"summary": facts.name, "timeZone": facts.zone, "description": facts.description}

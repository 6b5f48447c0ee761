"""The Calendar operations, one file for each resource of the API."""

from ce_calendar.sandbox.google.methods import (
    acl,
    calendar_list,
    calendars,
    channels,
    colors,
    events,
    freebusy,
    settings,
)
from ce_calendar.sandbox.google.methods.task import Handler

HANDLERS: dict[str, Handler] = {
    **acl.HANDLERS,
    **calendar_list.HANDLERS,
    **calendars.HANDLERS,
    **channels.HANDLERS,
    **colors.HANDLERS,
    **events.HANDLERS,
    **freebusy.HANDLERS,
    **settings.HANDLERS,
}

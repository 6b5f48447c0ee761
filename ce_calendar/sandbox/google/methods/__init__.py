"""The Calendar operations, one file for each resource of the API."""

from ce_calendar.sandbox.google.methods import calendar_list, channels, events, freebusy
from ce_calendar.sandbox.google.methods.task import Handler

HANDLERS: dict[str, Handler] = {
    **calendar_list.HANDLERS,
    **events.HANDLERS,
    **channels.HANDLERS,
    **freebusy.HANDLERS,
}

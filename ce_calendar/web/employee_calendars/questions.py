"""What is asked before something happens: what it comes to, in numbers."""

from ce_calendar.services.employees.central import LeavingEffects
from ce_calendar.services.employees.rules import SwitchEffects
from ce_calendar.web.counting import count_words
from ce_calendar.web.employee_calendars.rows import Question


def switch_question(effects: SwitchEffects, *, enabled: bool) -> Question:
    """What switching comes to; empty if it comes to nothing, and need not be asked."""
    if enabled and effects.has_account and effects.to_make:
        many = effects.to_make
        made = count_words(many, "calendar is", "calendars are")
        mails = count_words(many, "employee gets", "employees get")
        told = [
            f"{made} made in the connected account, and filled with open tasks.",
            f"{mails} an invitation by email from Google.",
        ]
        if effects.kept:
            told.append(f"{count_words(effects.kept, 'calendar', 'calendars')} that are there are brought up to date.")
        return Question("enable", "Switch the integration on?", told, "Switch on")
    if not enabled and effects.kept:
        told = [
            f"{count_words(effects.kept, 'calendar stays', 'calendars stay')} as they are, and shared.",
            "Changes of tasks and employees no longer reach them, until you switch on again.",
            "Nothing is deleted.",
        ]
        return Question("pause", "Pause the integration?", told, "Pause")
    return Question()


def leaving_question(effects: LeavingEffects) -> Question:
    """What disconnecting does."""
    calendars = count_words(effects.calendars, "calendar", "calendars")
    if not effects.can_delete:
        told = [
            "Google no longer accepts our sign-in, so nothing can be deleted there."
            + (f" {calendars} stay in the account as they are, and shared." if effects.calendars else ""),
            "To have them deleted, sign in again first; or delete them by hand in the account.",
            "The account is forgotten here. Employees stay bound, and get new calendars under the next account.",
        ]
        return Question("give_up", "Forget this account?", told, "Forget it")
    told = []
    if effects.calendars:
        events = count_words(effects.events, "event", "events")
        told = [
            f"{count_words(effects.calendars, 'calendar is', 'calendars are')} deleted at Google, with {events}.",
            f"{count_words(effects.shares, 'employee loses', 'employees lose')} the calendar they were invited to.",
        ]
    told += [
        "When that is done, our access to the account is withdrawn.",
        "Employees stay bound: they get new calendars, and new invitations, under the next account.",
    ]
    return Question("disconnect", "Disconnect this account?", told, "Disconnect")

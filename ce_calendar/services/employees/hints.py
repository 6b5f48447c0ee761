"""What an employee needs to know to see their calendar, as a text that can be sent to them."""

from dataclasses import dataclass

from ce_calendar.domain.employees.calendars import EmployeeCalendar
from ce_calendar.domain.employees.people import Employee


@dataclass(frozen=True, slots=True)
class Hints:
    """A message to an employee, not sent by us."""

    to: str
    """Their email; empty if there is none."""
    subject: str
    text: str


def hints_for(employee: Employee, *, calendar: EmployeeCalendar | None, organization_name: str, sender: str) -> Hints:
    """The message: accept the invitation, switch the calendar on in the app, iOS (seed 003, step 7, notes 4 and 5).

    Args:
        employee: to whom.
        calendar: theirs, if there is one.
        organization_name: who keeps it.
        sender: address of the central account, from which the invitation comes; empty if none is connected.
    """
    name = calendar.name if calendar is not None and calendar.name else employee.name
    origin = f" from {sender}" if sender else " from Google Calendar"
    address = f" (sent to {employee.email})" if employee.email else ""
    accept = (
        f"1. Accept the invitation: open the email{origin}{address} and choose “Add this calendar”. "
        "If you do not find it, look among spam."
    )
    switch_on = (
        "2. If you do not see the tasks in the Google Calendar app: open its menu, find the calendar in the list under "
        "your account and tick it. A new calendar can be connected and still be switched off there."
    )
    apple = "3. On an iPhone or iPad install the app “Google Calendar” and sign in with this account."
    about = (
        f"{organization_name} keeps a calendar with your tasks. It is called “{name}”. You can read it; only the "
        "dispatchers change it."
    )
    lines = [f"Hello {employee.name},", about, f"{accept}\n{switch_on}\n{apple}"]
    return Hints(employee.email, f"Your calendar of tasks at {organization_name}", "\n\n".join(lines) + "\n")

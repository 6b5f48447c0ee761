"""Employee calendars: which calendars, shares and events should exist, from employees, tasks and rules."""

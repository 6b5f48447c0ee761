"""Employees, tasks, their calendars and what we owe the central account, in the database."""

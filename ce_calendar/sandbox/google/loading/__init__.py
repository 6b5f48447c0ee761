"""What the control API loads: accounts, many events, .ics files."""

"""Google behind the ports: personal calendars are read, employees' calendars are kept, accounts are connected."""

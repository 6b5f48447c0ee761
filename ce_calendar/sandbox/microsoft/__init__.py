"""Microsoft's half of the sandbox: Entra and the calendars of Graph."""

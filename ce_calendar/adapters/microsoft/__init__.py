"""Microsoft: Entra for consent and tokens, Graph for calendars."""

"""Rules, on the standard library alone: no clock, no network, no database."""

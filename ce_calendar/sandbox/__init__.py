"""A Google and a Microsoft that run on this machine, for the demo, the tests and the benchmarks.

It stands alone: it imports nothing of ours and nothing of ours imports it. Start it with
``python -m ce_calendar.sandbox`` and talk HTTP to it; ``docs/sandbox.md`` says what it can do.
"""

"""Events: what a calendar holds, how it changes, and how it is told."""

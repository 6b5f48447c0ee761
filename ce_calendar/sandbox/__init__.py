"""A Google that runs on this machine, for the demo, the tests and the self-test."""

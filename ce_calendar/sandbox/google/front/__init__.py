"""What a request passes before its operation, and what becomes of the answer."""

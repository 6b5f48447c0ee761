"""One employee's card."""

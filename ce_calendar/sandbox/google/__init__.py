"""Google's side of the sandbox: OAuth and Calendar v3."""

"""HTTP routes: sign-in, OAuth callbacks, health."""

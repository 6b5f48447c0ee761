"""The screens, in Reflex."""

"""Pieces that several pages use. They take rows and options, and own no state."""

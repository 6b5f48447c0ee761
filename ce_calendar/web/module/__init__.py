"""The module's settings of the organization."""

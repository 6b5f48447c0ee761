"""Contacts: whom the organization works with."""

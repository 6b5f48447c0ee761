"""Sentences that would be untrue for some who read them, held to what is true for all."""

from ce_calendar.web.connections import page as connections
from ce_calendar.web.connections.alert import credential_alert
from ce_calendar.web.contacts.merge_dialog import merge_dialog, merge_offer


def test_who_may_only_look_is_not_invited_to_link_a_calendar() -> None:
    words = str(connections.page())
    assert "Linked personal calendars" in words
    assert "Link your personal calendar" not in words


def test_an_organizations_own_client_covers_no_account_that_was_linked_through_another() -> None:
    assert "linked before, through another client" in str(credential_alert())


def test_whose_address_is_here_already_has_no_new_address_to_give() -> None:
    words = str(merge_offer())
    assert "open the contact that is here already" in words
    assert "new address" not in words


def test_a_name_that_ends_with_a_period_ends_no_sentence_with_two() -> None:
    """As "Maria L." does."""
    assert "has all addresses of both." in str(merge_dialog())

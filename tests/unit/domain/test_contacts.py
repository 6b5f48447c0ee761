"""Which contacts may be one person, and what a file changes."""

from datetime import timedelta

import pytest

from ce_calendar.domain.contacts import Contact, merged, possible_doubles
from tests.builders import make_contact
from tests.conftest import NOON


def people(*names_and_companies: tuple[str, str]) -> list[Contact]:
    return [
        make_contact(contact_id=f"c{n}", name=name, company=company, created_at=NOON + timedelta(days=n))
        for n, (name, company) in enumerate(names_and_companies)
    ]


@pytest.mark.parametrize(
    ("found", "pairs"),
    [
        ([("Anna Abel", ""), ("Anna Abel", "")], [("c0", "c1")]),
        # the parts in another order, another case, without accents
        ([("Anna Abel", "Clinic"), ("ABEL, \u00c1nna", "clinic")], [("c0", "c1")]),
        # one of them without a company
        ([("Anna Abel", "Clinic"), ("Anna Abel", "")], [("c0", "c1")]),
        # two companies: two people of one name
        ([("Anna Abel", "Clinic"), ("Anna Abel", "School")], []),
        ([("Anna Abel", ""), ("Anna B. Abel", "")], []),
        # three alike are two pairs, so that each goes once
        ([("Anna Abel", ""), ("Anna Abel", ""), ("Anna Abel", "")], [("c0", "c1"), ("c0", "c2")]),
        # a third beside two of other companies
        ([("A B", "One"), ("A B", "Two"), ("A B", "Two")], [("c1", "c2")]),
        # signs alone are no name to compare
        ([("-", ""), ("...", "")], []),
        ([], []),
    ],
)
def test_the_same_name_may_be_one_person(found: list[tuple[str, str]], pairs: list[tuple[str, str]]) -> None:
    assert [(one.id, other.id) for one, other in possible_doubles(people(*found))] == pairs


def test_what_stays_has_all_addresses_once_and_in_order() -> None:
    kept = make_contact(email="b@x.example", other_emails=("c@x.example",))
    gone = make_contact(email="a@x.example", other_emails=("d@x.example",), name="Other")
    contact = merged(kept, gone)
    assert contact.emails == ("b@x.example", "a@x.example", "c@x.example", "d@x.example")
    assert (contact.id, contact.name) == (kept.id, kept.name)

"""Transactions that only read wait for nobody, and keep their promise."""

import pytest
from sqlalchemy.exc import DBAPIError

from ce_calendar.ports import OpenUnitOfWork
from tests.builders import make_organization


def test_a_reader_does_not_wait_for_a_writer(uow: OpenUnitOfWork) -> None:
    with uow() as writing:
        writing.organizations.add(make_organization(slug="first"))
        with uow(reading=True) as reading:
            assert reading.organizations.all() == []


def test_a_reader_cannot_write(uow: OpenUnitOfWork) -> None:
    with pytest.raises(DBAPIError), uow(reading=True) as reading:
        reading.organizations.add(make_organization(slug="first"))


def test_a_writer_after_a_reader_on_the_same_connection_writes(uow: OpenUnitOfWork) -> None:
    with uow(reading=True) as reading:
        assert reading.organizations.all() == []
    with uow() as writing:
        writing.organizations.add(make_organization(slug="first"))
    with uow(reading=True) as reading:
        assert [each.slug for each in reading.organizations.all()] == ["first"]

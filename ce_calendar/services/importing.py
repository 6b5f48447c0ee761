"""Connections of an earlier system, brought by the operator in a CSV file: all of its rows, or none."""

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from ce_calendar.domain.errors import Duplicate, Invalid, NotFound, Refused
from ce_calendar.domain.meetings.connections import ClientSource, Connection, Provider, Status, legacy_subject
from ce_calendar.domain.meetings.legacy import LegacyConnection
from ce_calendar.domain.meetings.privacy import PrivacyLevel
from ce_calendar.domain.people import User
from ce_calendar.ports import Clock, OpenUnitOfWork, UnitOfWork
from ce_calendar.services.audit import Audit
from ce_calendar.services.clients import Clients
from ce_calendar.services.entered import entered_email, entered_text

COLUMNS = ("user_email", "provider", "account", "access_token_encrypted", "refresh_token_encrypted", "client_id")
LARGEST_FILE = 32 * 1024 * 1024
MOST_ROWS = 50_000
LONGEST_TOKEN = 32_768
LONGEST_CLIENT_ID = 200

_CIPHERTEXT = re.compile(r"[\x21-\x7e]*")
_IN_THE_CLEAR = re.compile(r"ya29\.|[14]/[/0]|eyJ[\w-]*\.|[01]\.A|EwB|M\.[A-Z]\d")
"""How the tokens of Google and Microsoft begin."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be taken."""

    line: int
    """In the file, counted from 1; the header is the first."""
    reason: str
    """Names no value: columns may have been mixed up, and then any of them holds a token."""


class ImportRefused(Refused):
    """Some rows cannot be taken, so none was."""

    def __init__(self, rows: Sequence[BadRow]) -> None:
        super().__init__("Nothing was imported: some rows cannot be taken.")
        self.rows = rows


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did."""

    added: int
    known: int
    """Accounts that are here already, linked or brought earlier, also if their connection has ended since."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the file that is good in itself."""

    line: int
    user_email: str
    provider: Provider
    account: str
    access_token: str
    refresh_token: str
    client_id: str


class ConnectionImport:
    """The operator's door for connections. It has no actor: whoever runs the command owns the installation."""

    def __init__(self, *, open_uow: OpenUnitOfWork, clock: Clock, audit: Audit, clients: Clients) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._audit = audit
        self._clients = clients

    def take(self, content: bytes, *, organization_slug: str | None = None) -> ImportReport:
        """Bring in a file. The same file once more changes nothing.

        Args:
            content: of the file.
            organization_slug: take people of this organization alone; None for all.

        Raises:
            NotFound: no such organization.
            Invalid: the file as a whole cannot be used.
            ImportRefused: some of its rows cannot be taken; says which, and why.
        """
        rows, bad = _parsed(content)
        now = self._clock()
        try:
            with self._open_uow() as uow:
                people = _people(uow, organization_slug)
                bad += [
                    BadRow(row.line, "Nobody here signs in with this user_email.")
                    for row in rows
                    if row.user_email not in people
                ]
                if bad:
                    raise ImportRefused(sorted(bad, key=lambda each: each.line))
                known = uow.legacy.known_accounts({people[row.user_email].id for row in rows})
                new = [row for row in rows if (people[row.user_email].id, row.provider, row.account) not in known]
                brought = [self._brought(row, people[row.user_email], now) for row in new]
                uow.legacy.add(brought)
                self._trail(uow, brought)
        except Duplicate as error:
            raise Invalid("Somebody linked one of these accounts at this moment. Please run it again.") from error
        return ImportReport(added=len(new), known=len(rows) - len(new))

    def known_accounts(self, organization_slug: str) -> Collection[tuple[str, Provider, str]]:
        """Person's email, provider and account of everything that was ever linked or brought there.

        Raises:
            NotFound: no such organization.
        """
        with self._open_uow(reading=True) as uow:
            emails = {user.id: email for email, user in _people(uow, organization_slug).items()}
            known = uow.legacy.known_accounts(emails)
        return {(emails[user_id], provider, account) for user_id, provider, account in known}

    def _brought(self, row: _Row, user: User, now: datetime) -> LegacyConnection:
        connection = Connection(
            id=uuid4().hex,
            organization_id=user.organization_id,
            user_id=user.id,
            provider=row.provider,
            subject_id=legacy_subject(row.account),
            account_email=row.account,
            client_id=row.client_id,
            client_source=self._source(row, user),
            status=Status.PENDING,
            # Nobody watches over the calendars of who signs in no more.
            sync_enabled=user.disabled_at is None,
            privacy_level=PrivacyLevel.FULL,
            created_at=now,
        )
        return LegacyConnection(connection, access_token=row.access_token, refresh_token=row.refresh_token)

    def _source(self, row: _Row, user: User) -> ClientSource:
        """Whose client it is. One we do not know was the organization's own: the platform's are set up here."""
        issuer = self._clients.that_issued(row.provider, row.client_id, organization_id=user.organization_id)
        return issuer.client.source if issuer else ClientSource.TENANT

    def _trail(self, uow: UnitOfWork, brought: Sequence[LegacyConnection]) -> None:
        homes = [each.connection.organization_id for each in brought]
        for home in sorted(set(homes)):
            self._audit.done(None, "connection.import", uow=uow, organization_id=home, added=homes.count(home))


def _people(uow: UnitOfWork, organization_slug: str | None) -> Mapping[str, User]:
    """By email, of one organization or of all."""
    if organization_slug is None:
        homes = uow.organizations.all()
    else:
        home = uow.organizations.by_slug(organization_slug)
        if home is None:
            raise NotFound("organization")
        homes = [home]
    return {user.email: user for home in homes for user in uow.users.of_organization(home.id)}


# -- the file ------------------------------------------------------------------------------------------------------


def _parsed(content: bytes) -> tuple[list[_Row], list[BadRow]]:
    """Its rows, good and bad.

    Raises:
        Invalid: too large, not text, or without the columns.
    """
    if len(content) > LARGEST_FILE:
        raise Invalid(f"The file is larger than {LARGEST_FILE // 1024 // 1024} MB.")
    records = _records(_decoded(content))
    header = next(records, None)
    if header is None:
        raise Invalid(f"The file is empty. Its first line names the columns: {', '.join(COLUMNS)}.")
    columns = _columns(header[1])
    rows: list[_Row] = []
    bad: list[BadRow] = []
    lines: dict[tuple[str, Provider, str], int] = {}
    for count, (line, fields) in enumerate(records):
        if count >= MOST_ROWS:
            raise Invalid(f"The file has more than {MOST_ROWS:,} rows.")
        try:
            row = _row(line, columns, fields)
            first = lines.setdefault((row.user_email, row.provider, row.account), line)
            if first != line:
                raise Invalid(f"The same person, provider and account stand in line {first}.")  # noqa: TRY301 - told like any other
        except Invalid as problem:
            bad.append(BadRow(line, str(problem)))
        else:
            rows.append(row)
    return rows, bad


def _decoded(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Invalid(f"The file is not UTF-8 text (line {line}).") from error
    if "\0" in text:
        raise Invalid(f"The file is not text (line {text.count(chr(10), 0, text.index(chr(0))) + 1}).")
    return text


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Line and fields of each record that is not blank; a quoted field may hold line ends.

    Raises:
        Invalid: quotes that do not close, or a field without end.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    while True:
        try:
            fields = next(reader, None)
        except csv.Error as error:
            raise Invalid(f"The file is no CSV from line {line} on: look for a quote that does not close.") from error
        if fields is None:
            return
        if any(field.strip() for field in fields):
            yield line, [field.strip() for field in fields]
        line = reader.line_num + 1


def _columns(header: Sequence[str]) -> Sequence[str]:
    """The header, if it names each column once and no other.

    Raises:
        Invalid: it does not.
    """
    names = [name.lower() for name in header]
    missing = [name for name in COLUMNS if name not in names]
    doubled = [name for name in COLUMNS if names.count(name) > 1]
    strange = [str(place) for place, name in enumerate(names, start=1) if name not in COLUMNS]
    problems = [
        f"{words}: {', '.join(found)}"
        for words, found in (
            ("columns missing", missing),
            ("columns named twice", doubled),
            # By their place: without a header the first line holds tokens.
            ("columns that do not belong here, by their number", strange),
        )
        if found
    ]
    if problems:
        raise Invalid(f"The first line does not name the columns {', '.join(COLUMNS)}. " + "; ".join(problems) + ".")
    return names


def _row(line: int, columns: Sequence[str], fields: Sequence[str]) -> _Row:
    """A row that is good in itself.

    Raises:
        Invalid: it is not.
    """
    if len(fields) != len(columns):
        raise Invalid(f"There are {len(fields)} fields where {len(columns)} belong.")
    value = dict(zip(columns, fields, strict=True))
    access_token, refresh_token = (
        _ciphertext(value[column], column) for column in ("access_token_encrypted", "refresh_token_encrypted")
    )
    if not access_token and not refresh_token:
        raise Invalid("There is neither an access_token_encrypted nor a refresh_token_encrypted.")
    return _Row(
        line=line,
        user_email=_email(value, "user_email"),
        provider=_provider(value["provider"]),
        account=_email(value, "account"),
        access_token=access_token,
        refresh_token=refresh_token,
        client_id=_client_id(value["client_id"]),
    )


def _email(value: Mapping[str, str], column: str) -> str:
    try:
        return entered_email(value[column])
    except Invalid as error:
        raise Invalid(f"{column} is not an email address.") from error


def _provider(value: str) -> Provider:
    try:
        return Provider(value.lower())
    except ValueError as error:
        raise Invalid(f"provider is neither {' nor '.join(Provider)}.") from error


def _client_id(value: str) -> str:
    client_id = entered_text(value, field="client_id", label="client_id", limit=LONGEST_CLIENT_ID, required=True)
    if " " in client_id or not client_id.isascii():
        raise Invalid("client_id is not the id of a client.")
    return client_id


def _ciphertext(value: str, column: str) -> str:
    if len(value) > LONGEST_TOKEN:
        raise Invalid(f"{column} is longer than {LONGEST_TOKEN:,} characters.")
    if not _CIPHERTEXT.fullmatch(value):
        raise Invalid(f"{column} holds characters that no encrypted token has.")
    if _IN_THE_CLEAR.match(value):
        raise Invalid(f"{column} looks like a token in the clear. Only encrypted ones are taken; nothing was stored.")
    return value

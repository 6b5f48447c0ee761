"""What organizations set for their meetings, in the database."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session as Database

from ce_calendar.adapters.persistence.bulk import upsert
from ce_calendar.adapters.persistence.tables import MODULE_SETTINGS
from ce_calendar.domain.meetings.module import ModuleValues


class SqlModuleSettings:
    """`ports.ModuleSettingsStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, organization_id: str) -> ModuleValues:
        row = self._database.execute(
            select(MODULE_SETTINGS).where(MODULE_SETTINGS.c.organization_id == organization_id)
        ).first()
        if row is None:
            return ModuleValues()
        return ModuleValues(
            poll_minutes=row.poll_minutes,
            duration_minutes=row.duration_minutes,
            notification_minutes=row.notification_minutes,
        )

    def save(self, organization_id: str, values: ModuleValues, *, now: datetime) -> None:
        content = {**asdict(values), "changed_at": now}
        row = {"organization_id": organization_id, **content}
        upsert(self._database, MODULE_SETTINGS, [row], update=content.keys())

"""module settings.

Revision: 0002, after 0001, 2026-11-20 20:50:00.000000.
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ce_module_settings",
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("poll_minutes", sa.Integer(), nullable=False),
        sa.Column("duration_minutes", sa.Integer(), nullable=False),
        sa.Column("notification_minutes", sa.Integer(), nullable=False),
        sa.Column("changed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("poll_minutes BETWEEN 5 AND 60", name=op.f("ck_ce_module_settings_poll_minutes")),
        sa.CheckConstraint("duration_minutes BETWEEN 15 AND 480", name=op.f("ck_ce_module_settings_duration_minutes")),
        sa.CheckConstraint(
            "notification_minutes BETWEEN 5 AND 1440", name=op.f("ck_ce_module_settings_notification_minutes")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_ce_module_settings_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_ce_module_settings")),
    )


def downgrade() -> None:
    op.drop_table("ce_module_settings")

"""Calendars that were chosen, a provider's wish to wait, and notices.

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("ce_calendar_connections", schema=None) as batch_op:
        batch_op.add_column(sa.Column("calendars_chosen", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("wait_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    with op.batch_alter_table("ce_connected_calendars", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("owner", sqlmodel.sql.sqltypes.AutoString(length=320), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("is_employee_calendar", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "ce_notices",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("session_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=True),
        sa.Column("connection_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('connected', 'other_account', 'ending')", name=op.f("ck_ce_notices_kind")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_ce_notices_organization_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["ce_calendar_connections.id"],
            name=op.f("fk_ce_notices_connection_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ce_notices")),
    )
    with op.batch_alter_table("ce_notices", schema=None) as batch_op:
        for column in ("organization_id", "user_id", "connection_id", "expires_at"):
            batch_op.create_index(batch_op.f(f"ix_ce_notices_{column}"), [column], unique=False)


def downgrade() -> None:
    op.drop_table("ce_notices")
    with op.batch_alter_table("ce_connected_calendars", schema=None) as batch_op:
        batch_op.drop_column("is_employee_calendar")
        batch_op.drop_column("owner")
    with op.batch_alter_table("ce_calendar_connections", schema=None) as batch_op:
        batch_op.drop_column("wait_until")
        batch_op.drop_column("calendars_chosen")

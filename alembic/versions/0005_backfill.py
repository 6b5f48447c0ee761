"""Connections that wait for the vault, and how far each organization's way into it is.

Revision: 0005, after 0004.
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLE = "ce_calendar_connections"
STATUS_CHECK = "ck_ce_calendar_connections_status"
WITHOUT_PENDING = "status IN ('healthy', 'retrying', 'needs_reauth', 'disconnecting', 'disconnected')"
WITH_PENDING = "status IN ('pending', 'healthy', 'retrying', 'needs_reauth', 'disconnecting', 'disconnected')"


def upgrade() -> None:
    op.create_table(
        "ce_vault_backfills",
        sa.Column("organization_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("started_by", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=True),
        sa.Column("started_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("finished_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_ce_vault_backfills_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_ce_vault_backfills")),
    )
    _allow(WITH_PENDING)
    # Legacy columns that were filled by other means wait for the vault as well.
    op.execute(
        f"UPDATE {TABLE} SET status = 'pending' WHERE credential_vault_ref IS NULL"  # noqa: S608 - our own constant
        " AND status IN ('healthy', 'retrying', 'needs_reauth')"
        " AND (access_token_encrypted IS NOT NULL OR refresh_token_encrypted IS NOT NULL)"
    )


def downgrade() -> None:
    # The older version does not sync them either; what they hold stays.
    op.execute(f"UPDATE {TABLE} SET status = 'needs_reauth' WHERE status = 'pending'")  # noqa: S608 - our own constant
    _allow(WITHOUT_PENDING)
    op.drop_table("ce_vault_backfills")


def _allow(statuses: str) -> None:
    with op.batch_alter_table(TABLE) as batch_op:
        batch_op.drop_constraint(op.f(STATUS_CHECK), type_="check")
        batch_op.create_check_constraint(op.f(STATUS_CHECK), statuses)

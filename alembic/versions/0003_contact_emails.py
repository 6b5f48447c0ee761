"""Contacts with several addresses, and imports of contacts.

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ce_contact_emails",
        sa.Column("organization_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(length=320), nullable=False),
        sa.Column("contact_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_ce_contact_emails_organization_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["ce_contacts.id"], name=op.f("fk_ce_contact_emails_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("organization_id", "email", name=op.f("pk_ce_contact_emails")),
    )
    op.create_index(op.f("ix_ce_contact_emails_contact_id"), "ce_contact_emails", ["contact_id"], unique=False)
    # Every contact has at least the address it stands under.
    op.execute(
        "INSERT INTO ce_contact_emails (organization_id, email, contact_id) "
        "SELECT organization_id, email, id FROM ce_contacts"
    )
    op.create_table(
        "ce_contact_imports",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_ce_contact_imports_organization_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_ce_contact_imports_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ce_contact_imports")),
    )
    for column in ("organization_id", "user_id", "expires_at"):
        op.create_index(op.f(f"ix_ce_contact_imports_{column}"), "ce_contact_imports", [column], unique=False)


def downgrade() -> None:
    # Contacts keep the address they stand under; further ones are lost.
    op.drop_table("ce_contact_imports")
    op.drop_table("ce_contact_emails")

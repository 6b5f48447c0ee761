"""Employees, tasks, their calendars and what is owed for them; what a consent leads to; an employee's history.

Revision: 0007, after 0006.
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erp_calendar_rules",
        sa.Column("organization_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("zone", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("calendar_name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("event_title", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("event_description", sqlmodel.sql.sqltypes.AutoString(length=4000), nullable=False),
        sa.Column("duration_minutes", sa.Integer(), nullable=False),
        sa.Column("reminder_minutes", sa.JSON(), nullable=False),
        sa.Column("shows_departments", sa.Boolean(), nullable=False),
        sa.Column("first_import_days", sa.Integer(), nullable=False),
        sa.Column("on_email_change", sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
        sa.Column("pace_per_minute", sa.Integer(), nullable=False),
        sa.Column("last_task_number", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("changed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "on_email_change IN ('recreate', 'share_anew')", name=op.f("ck_erp_calendar_rules_on_email_change")
        ),
        sa.CheckConstraint("duration_minutes BETWEEN 5 AND 1440", name=op.f("ck_erp_calendar_rules_duration_minutes")),
        sa.CheckConstraint("first_import_days BETWEEN 0 AND 365", name=op.f("ck_erp_calendar_rules_first_import_days")),
        sa.CheckConstraint("pace_per_minute BETWEEN 10 AND 590", name=op.f("ck_erp_calendar_rules_pace_per_minute")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_erp_calendar_rules_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_erp_calendar_rules")),
    )
    op.create_table(
        "erp_central_accounts",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sqlmodel.sql.sqltypes.AutoString(length=255), nullable=False),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(length=320), nullable=False),
        sa.Column("client_id", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("client_source", sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
        sa.Column("consented_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("credential_vault_ref", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=True),
        sa.Column("refresh_expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("last_error", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("wait_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("creations_wait_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("creation_failures", sa.Integer(), nullable=False),
        sa.Column("checked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "client_source IN ('tenant', 'platform')", name=op.f("ck_erp_central_accounts_client_source")
        ),
        sa.CheckConstraint(
            "status IN ('healthy', 'needs_reauth', 'leaving')", name=op.f("ck_erp_central_accounts_status")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_erp_central_accounts_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erp_central_accounts")),
        sa.UniqueConstraint("organization_id", name=op.f("uq_erp_central_accounts_organization_id")),
    )
    op.create_table(
        "erp_central_clients",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("client_id", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("secret_vault_ref", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_erp_central_clients_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erp_central_clients")),
    )
    with op.batch_alter_table("erp_central_clients", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_erp_central_clients_organization_id"), ["organization_id"], unique=False)

    op.create_table(
        "erp_departments",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("folded_name", sqlmodel.sql.sqltypes.AutoString(length=400), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_erp_departments_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erp_departments")),
        sa.UniqueConstraint(
            "organization_id", "folded_name", name=op.f("uq_erp_departments_organization_id_folded_name")
        ),
    )
    op.create_table(
        "erp_employees",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(length=320), nullable=False),
        sa.Column("position", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("is_bound", sa.Boolean(), nullable=False),
        sa.Column("dismissed_on", sa.Date(), nullable=True),
        sa.Column("is_plan_owed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("search_text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_erp_employees_organization_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erp_employees")),
    )
    with op.batch_alter_table("erp_employees", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_erp_employees_organization_id"), ["organization_id"], unique=False)
        batch_op.create_index(
            "ix_erp_employees_plan_owed",
            ["organization_id", "id"],
            unique=False,
            sqlite_where=sa.text("is_plan_owed = 1"),
            postgresql_where=sa.text("is_plan_owed"),
        )

    op.create_table(
        "erp_task_statuses",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("folded_name", sqlmodel.sql.sqltypes.AutoString(length=400), nullable=False),
        sa.Column("role", sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
        sa.Column("color_id", sqlmodel.sql.sqltypes.AutoString(length=2), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("role IN ('not_completed', 'in_progress', 'done')", name=op.f("ck_erp_task_statuses_role")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_erp_task_statuses_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erp_task_statuses")),
        sa.UniqueConstraint(
            "organization_id", "folded_name", name=op.f("uq_erp_task_statuses_organization_id_folded_name")
        ),
    )
    op.create_table(
        "erp_department_members",
        sa.Column("employee_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("department_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["erp_departments.id"],
            name=op.f("fk_erp_department_members_department_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["employee_id"],
            ["erp_employees.id"],
            name=op.f("fk_erp_department_members_employee_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_erp_department_members_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("employee_id", "department_id", name=op.f("pk_erp_department_members")),
    )
    with op.batch_alter_table("erp_department_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_erp_department_members_department_id"), ["department_id"], unique=False)

    op.create_table(
        "erp_employee_calendars",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("employee_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("zone", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("shared_with", sqlmodel.sql.sqltypes.AutoString(length=320), nullable=False),
        sa.Column("shows_from", sa.Date(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
        sa.Column("provider_calendar_id", sqlmodel.sql.sqltypes.AutoString(length=320), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("problem", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("changed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'making', 'shared', 'failing', 'deleting', 'deleted')",
            name=op.f("ck_erp_employee_calendars_state"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["erp_central_accounts.id"],
            name=op.f("fk_erp_employee_calendars_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["employee_id"],
            ["erp_employees.id"],
            name=op.f("fk_erp_employee_calendars_employee_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_erp_employee_calendars_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erp_employee_calendars")),
        sa.UniqueConstraint("employee_id", "generation", name=op.f("uq_erp_employee_calendars_employee_id_generation")),
    )
    with op.batch_alter_table("erp_employee_calendars", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_erp_employee_calendars_account_id"), ["account_id"], unique=False)
        batch_op.create_index(
            "ix_erp_employee_calendars_organization_id_state", ["organization_id", "state"], unique=False
        )
        batch_op.create_index(
            "uq_erp_employee_calendars_current",
            ["employee_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('failing', 'making', 'shared', 'waiting')"),
            postgresql_where=sa.text("state IN ('failing', 'making', 'shared', 'waiting')"),
        )

    op.create_table(
        "erp_tasks",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("description", sqlmodel.sql.sqltypes.AutoString(length=5000), nullable=False),
        sa.Column("address", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
        sa.Column("customer", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("status_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("starts_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("duration_minutes", sa.Integer(), nullable=True),
        sa.Column("sorted_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("search_text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("changed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("day IS NULL OR starts_at IS NULL", name=op.f("ck_erp_tasks_one_date")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_erp_tasks_organization_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["status_id"],
            ["erp_task_statuses.id"],
            name=op.f("fk_erp_tasks_status_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erp_tasks")),
        sa.UniqueConstraint("organization_id", "number", name=op.f("uq_erp_tasks_organization_id_number")),
    )
    with op.batch_alter_table("erp_tasks", schema=None) as batch_op:
        batch_op.create_index(
            "ix_erp_tasks_organization_id_sorted_at",
            ["organization_id", "sorted_at", "number", "status_id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_erp_tasks_status_id"), ["status_id"], unique=False)

    op.create_table(
        "erp_task_departments",
        sa.Column("task_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("department_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["erp_departments.id"],
            name=op.f("fk_erp_task_departments_department_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_erp_task_departments_organization_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["erp_tasks.id"], name=op.f("fk_erp_task_departments_task_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("task_id", "department_id", name=op.f("pk_erp_task_departments")),
    )
    with op.batch_alter_table("erp_task_departments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_erp_task_departments_department_id"), ["department_id"], unique=False)

    op.create_table(
        "erp_task_employees",
        sa.Column("task_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("employee_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["employee_id"], ["erp_employees.id"], name=op.f("fk_erp_task_employees_employee_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_erp_task_employees_organization_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["erp_tasks.id"], name=op.f("fk_erp_task_employees_task_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("task_id", "employee_id", name=op.f("pk_erp_task_employees")),
    )
    with op.batch_alter_table("erp_task_employees", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_erp_task_employees_employee_id"), ["employee_id"], unique=False)

    op.create_table(
        "erp_task_events",
        sa.Column("calendar_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("task_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("content_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("was_written", sa.Boolean(), nullable=False),
        sa.Column("etag", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar_id"],
            ["erp_employee_calendars.id"],
            name=op.f("fk_erp_task_events_calendar_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_erp_task_events_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("calendar_id", "task_id", name=op.f("pk_erp_task_events")),
    )
    with op.batch_alter_table("erp_task_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_erp_task_events_task_id"), ["task_id"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("calendar_id", sa.String(length=32), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(length=400), nullable=False),
        sa.Column("act", sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(length=320), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("is_bulk", sa.Boolean(), nullable=False),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("is_uncertain", sa.Boolean(), nullable=False),
        sa.Column("next_try_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("last_error", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.CheckConstraint(
            "act IN ('calendar.create', 'calendar.update', 'calendar.delete', 'share.add', 'share.remove', 'event.put', 'event.delete')",
            name=op.f("ck_outbox_act"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["erp_central_accounts.id"], name=op.f("fk_outbox_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["erp_employee_calendars.id"], name=op.f("fk_outbox_calendar_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_outbox_organization_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("organization_id", "key", name=op.f("uq_outbox_organization_id_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_ready", ["account_id", "is_held", "act", "is_bulk", "id"], unique=False)
        batch_op.create_index("ix_outbox_next", ["account_id", "is_held", "next_try_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_calendar_id"), ["calendar_id"], unique=False)

    with op.batch_alter_table("audit_log", schema=None) as batch_op:
        batch_op.create_index(
            "ix_audit_log_organization_id_subject_id_at", ["organization_id", "subject_id", "at"], unique=False
        )

    with op.batch_alter_table("oauth_flows", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "purpose", sqlmodel.sql.sqltypes.AutoString(length=16), server_default="connection", nullable=False
            )
        )
        batch_op.create_check_constraint(op.f("ck_oauth_flows_purpose"), "purpose IN ('connection', 'central')")


def downgrade() -> None:
    for table in (
        "outbox",
        "erp_task_events",
        "erp_task_employees",
        "erp_task_departments",
        "erp_tasks",
        "erp_employee_calendars",
        "erp_department_members",
        "erp_task_statuses",
        "erp_employees",
        "erp_departments",
        "erp_central_clients",
        "erp_central_accounts",
        "erp_calendar_rules",
    ):
        op.drop_table(table)
    with op.batch_alter_table("audit_log", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_log_organization_id_subject_id_at")
    # A consent to a central account leads nowhere in the older version.
    op.execute("DELETE FROM oauth_flows WHERE purpose <> 'connection'")
    with op.batch_alter_table("oauth_flows", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_oauth_flows_purpose"), type_="check")
        batch_op.drop_column("purpose")

"""Improvement actions with their steps and the customers to be asked again; ratings of more than tickets, and requests for them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "improvement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("class_code", sa.String(length=60), nullable=True),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("risen", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by_id", sa.Integer(), nullable=True),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("conclusion", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state in ('open', 'done', 'watched', 'closed', 'dropped')", name=op.f("ck_improvement_known_state")
        ),
        sa.CheckConstraint(
            "(state in ('closed', 'dropped')) = (ended_at is not null)", name=op.f("ck_improvement_ended_if_over")
        ),
        sa.CheckConstraint(
            "state not in ('done', 'watched', 'closed') or effective_on is not null",
            name=op.f("ck_improvement_effective_if_done"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_improvement_by_id")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_improvement_department_id")),
        sa.ForeignKeyConstraint(["done_by_id"], ["person.id"], name=op.f("fk_improvement_done_by_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name=op.f("fk_improvement_ended_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_improvement_person_id")),
        sa.ForeignKeyConstraint(["verified_by_id"], ["person.id"], name=op.f("fk_improvement_verified_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_improvement")),
        sa.UniqueConstraint("number", name=op.f("uq_improvement_number")),
    )
    op.create_index("ix_improvement_due", "improvement", ["state", "due_on", "id"])
    op.create_index("ix_improvement_department", "improvement", ["department_id", "state", "due_on"])
    op.create_index("ix_improvement_person", "improvement", ["person_id", "state", "due_on"])
    op.create_index("ix_improvement_source", "improvement", ["source", "source_id"])
    op.create_table(
        "improvement_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("improvement_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["done_by_id"], ["person.id"], name=op.f("fk_improvement_step_done_by_id")),
        sa.ForeignKeyConstraint(["improvement_id"], ["improvement.id"], name=op.f("fk_improvement_step_improvement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_improvement_step")),
    )
    op.create_index("ix_improvement_step", "improvement_step", ["improvement_id", "due_on", "id"])
    op.create_table(
        "improvement_revisit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("improvement_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("tickets", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("means", sa.String(length=10), nullable=True),
        sa.Column("spoke_with", sa.String(length=60), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "recorded_at is null or outcome is not null", name=op.f("ck_improvement_revisit_outcome_if_recorded")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_improvement_revisit_by_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_improvement_revisit_customer_id")),
        sa.ForeignKeyConstraint(
            ["improvement_id"], ["improvement.id"], name=op.f("fk_improvement_revisit_improvement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_improvement_revisit")),
        sa.UniqueConstraint(
            "improvement_id", "customer_id", name=op.f("uq_improvement_revisit_improvement_id_customer_id")
        ),
    )
    op.create_index("ix_improvement_revisit_customer", "improvement_revisit", ["customer_id", "recorded_at"])
    for table in ("quality_signal", "attachment"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("improvement_id", sa.Integer(), nullable=True))
            batch.create_foreign_key(op.f(f"fk_{table}_improvement_id"), "improvement", ["improvement_id"], ["id"])
            batch.create_index(op.f(f"ix_{table}_improvement_id"), ["improvement_id"])
    _ratings()


def _ratings():
    with op.batch_alter_table("rating") as batch:
        batch.add_column(sa.Column("kind", sa.String(length=10), nullable=False, server_default="ticket"))
        for name in ("customer_id", "document_id", "owner_id", "manager_id", "department_id", "provider_id"):
            batch.add_column(sa.Column(name, sa.Integer(), nullable=True))
        batch.add_column(sa.Column("by_link", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.alter_column("ticket_id", existing_type=sa.Integer(), nullable=True)
        batch.alter_column("round", existing_type=sa.Integer(), nullable=True)
    of_ticket = "from ticket where ticket.id = rating.ticket_id"
    op.execute(f"update rating set customer_id = (select customer_id {of_ticket}), owner_id = (select owner_id {of_ticket})")
    op.execute(
        "update rating set manager_id = (select account_manager_id from customer where customer.id = rating.customer_id)"
    )
    lead = "from dispatch where dispatch.ticket_id = rating.ticket_id and is_lead and handed_back is null order by id desc limit 1"
    op.execute(f"update rating set department_id = (select department_id {lead}), provider_id = (select provider_id {lead})")
    with op.batch_alter_table("rating") as batch:
        batch.alter_column("kind", existing_type=sa.String(length=10), server_default=None)
        batch.alter_column("by_link", existing_type=sa.Boolean(), server_default=None)
        batch.alter_column("customer_id", existing_type=sa.Integer(), nullable=False)
        for name, table in RATED.items():
            batch.create_foreign_key(op.f(f"fk_rating_{name}"), table, [name], ["id"])
        batch.create_unique_constraint(op.f("uq_rating_document_id_by_id"), ["document_id", "by_id"])
        for name, rule in CHECKS.items():
            batch.create_check_constraint(op.f(f"ck_rating_{name}"), rule)
        for name, columns in INDEXES.items():
            batch.create_index(name, columns)
    with op.batch_alter_table("follow_up") as batch:
        batch.drop_index("ix_follow_up_ticket")
        batch.drop_constraint(op.f("fk_follow_up_ticket_id"), type_="foreignkey")
        batch.drop_column("ticket_id")
    op.create_table(
        "rating_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("skipped", sa.String(length=20), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(ticket_id is null) <> (document_id is null)", name=op.f("ck_rating_request_one_subject")
        ),
        sa.CheckConstraint("(skipped = '') = (link_id is not null)", name=op.f("ck_rating_request_link_if_asked")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_rating_request_document_id")),
        sa.ForeignKeyConstraint(["link_id"], ["secret_link.id"], name=op.f("fk_rating_request_link_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_rating_request_person_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_rating_request_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_request")),
        sa.UniqueConstraint("link_id", name=op.f("uq_rating_request_link_id")),
        sa.UniqueConstraint("person_id", "document_id", name=op.f("uq_rating_request_person_id_document_id")),
        sa.UniqueConstraint("person_id", "ticket_id", "round", name=op.f("uq_rating_request_person_id_ticket_id_round")),
    )
    op.create_index("ix_rating_request_person", "rating_request", ["person_id", "asked_at"])
    op.create_index("ix_rating_request_open", "rating_request", ["reminded_at", "answered_at", "asked_at"])


RATED = {
    "customer_id": "customer",
    "document_id": "document",
    "owner_id": "person",
    "manager_id": "person",
    "department_id": "department",
    "provider_id": "provider",
}
CHECKS = {
    "ticket_if_of_ticket": "(kind = 'ticket') = (ticket_id is not null and round is not null)",
    "document_if_of_report": "(kind = 'report') = (document_id is not null)",
    "manager_if_of_manager": "kind <> 'manager' or manager_id is not null",
}
INDEXES = {
    "ix_rating_customer": ["customer_id", "at"],
    "ix_rating_by": ["by_id", "kind", "at"],
    "ix_rating_owner": ["owner_id", "at"],
    "ix_rating_manager": ["manager_id", "at"],
    "ix_rating_department": ["department_id", "at"],
}


def _ratings_of_tickets_alone():
    op.drop_table("rating_request")
    op.execute("delete from secret_link where purpose = 'rating'")
    op.execute("delete from follow_up where rating_id in (select id from rating where kind <> 'ticket')")
    op.execute("delete from rating where kind <> 'ticket'")
    with op.batch_alter_table("follow_up") as batch:
        batch.add_column(sa.Column("ticket_id", sa.Integer(), nullable=True))
    op.execute("update follow_up set ticket_id = (select ticket_id from rating where rating.id = follow_up.rating_id)")
    with op.batch_alter_table("follow_up") as batch:
        batch.alter_column("ticket_id", existing_type=sa.Integer(), nullable=False)
        batch.create_foreign_key(op.f("fk_follow_up_ticket_id"), "ticket", ["ticket_id"], ["id"])
        batch.create_index("ix_follow_up_ticket", ["ticket_id"])
    with op.batch_alter_table("rating") as batch:
        for name in INDEXES:
            batch.drop_index(name)
        for name in CHECKS:
            batch.drop_constraint(op.f(f"ck_rating_{name}"), type_="check")
        batch.drop_constraint(op.f("uq_rating_document_id_by_id"), type_="unique")
        for name in RATED:
            batch.drop_constraint(op.f(f"fk_rating_{name}"), type_="foreignkey")
            batch.drop_column(name)
        batch.drop_column("kind")
        batch.drop_column("by_link")
        batch.alter_column("ticket_id", existing_type=sa.Integer(), nullable=False)
        batch.alter_column("round", existing_type=sa.Integer(), nullable=False)


def downgrade():
    _ratings_of_tickets_alone()
    for table in ("attachment", "quality_signal"):
        with op.batch_alter_table(table) as batch:
            batch.drop_index(op.f(f"ix_{table}_improvement_id"))
            batch.drop_constraint(op.f(f"fk_{table}_improvement_id"), type_="foreignkey")
            batch.drop_column("improvement_id")
    for table in ("improvement_revisit", "improvement_step", "improvement"):
        op.drop_table(table)

"""What a customer spends with us in a year is kept, for the coverage of surveys and for results weighted by sales."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "customer_sales",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Float(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_customer_sales_not_below_nothing")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_customer_sales_customer_id_customer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_sales")),
        sa.UniqueConstraint("customer_id", "year", name=op.f("uq_customer_sales_customer_id_year")),
    )
    with op.batch_alter_table("customer_sales") as table:
        table.create_index(op.f("ix_customer_sales_year"), ["year"])


def downgrade():
    op.drop_table("customer_sales")

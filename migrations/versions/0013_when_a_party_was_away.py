"""A department or provider that was closed and came back keeps from when to when it was away, so that months are counted by it."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

PARTIES = ("department", "provider")


def upgrade():
    for party in PARTIES:
        op.add_column(party, sa.Column("absences", sa.JSON(), nullable=False, server_default="[]"))
        with op.batch_alter_table(party) as table:
            table.alter_column("absences", server_default=None)


def downgrade():
    for party in PARTIES:
        with op.batch_alter_table(party) as table:
            table.drop_column("absences")

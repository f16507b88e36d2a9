"""The forum says address of a hotel and whom to ask in English too, and remembers which sessions somebody gave up."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NEW = (
    ("forum_event", "contact_en", sa.String(240), ""),
    ("forum_hotel", "address_en", sa.String(240), ""),
    ("forum_attendee", "left_sessions", sa.JSON(), "[]"),
)


def upgrade():
    for table, column, kind, begins in NEW:
        op.add_column(table, sa.Column(column, kind, nullable=False, server_default=begins))
        with op.batch_alter_table(table) as changed:
            changed.alter_column(column, server_default=None)


def downgrade():
    for table, column, *_ in reversed(NEW):
        with op.batch_alter_table(table) as changed:
            changed.drop_column(column)

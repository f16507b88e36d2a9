"""A note that belongs to an order names one that is there: the key that the first tables lacked."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("note") as note:
        note.create_foreign_key("fk_note_dispatch_id", "dispatch", ["dispatch_id"], ["id"])


def downgrade():
    with op.batch_alter_table("note") as note:
        note.drop_constraint("fk_note_dispatch_id", type_="foreignkey")

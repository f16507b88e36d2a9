"""Forced closures with a manager's approval; the customer's word by a one-time link, also of somebody without an account."""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

OPEN = sa.text('decided_at is null and ended_at is null')
GRANTED = sa.text('is_granted')


def upgrade():
    op.create_table('forced_closure',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('reason_code', sa.String(length=60), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('told', sa.Text(), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('is_granted', sa.Boolean(), nullable=True),
    sa.Column('decision', sa.Text(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('is_withdrawn', sa.Boolean(), nullable=False),
    sa.CheckConstraint('(decided_at is null) = (is_granted is null)', name=op.f('ck_forced_closure_granted_if_decided')),
    sa.CheckConstraint('(decided_at is null) = (decided_by_id is null)', name=op.f('ck_forced_closure_decided_by_if_decided')),
    sa.CheckConstraint('decided_at is null or ended_at is null', name=op.f('ck_forced_closure_decided_or_ended')),
    sa.CheckConstraint('decided_by_id <> asked_by_id', name=op.f('ck_forced_closure_decided_by_another')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['person.id'], name=op.f('fk_forced_closure_asked_by_id')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_forced_closure_decided_by_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_forced_closure_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_forced_closure'))
    )
    with op.batch_alter_table('forced_closure', schema=None) as batch_op:
        batch_op.create_index('ix_forced_closure_open', ['ticket_id'], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)
        batch_op.create_index('ix_forced_closure_ticket', ['ticket_id', 'id'], unique=False)
        batch_op.create_index('ix_forced_closure_granted', ['decided_at', 'id'], unique=False, sqlite_where=GRANTED, postgresql_where=GRANTED)
    op.add_column('ticket', sa.Column('forced_asked_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('ticket', sa.Column('contact_email', sa.String(length=120), nullable=False, server_default=''))
    for table in ('message', 'call_back'):
        with op.batch_alter_table(table) as batch_op:
            batch_op.alter_column('by_id', existing_type=sa.Integer(), nullable=True)
            batch_op.add_column(sa.Column('by_name', sa.String(length=60), nullable=False, server_default=''))
    op.create_table('confirm_link',
    sa.Column('link_id', sa.Integer(), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('message_id', sa.Integer(), nullable=False),
    sa.Column('contact_name', sa.String(length=60), nullable=False),
    sa.ForeignKeyConstraint(['link_id'], ['secret_link.id'], name=op.f('fk_confirm_link_link_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['message_id'], ['message.id'], name=op.f('fk_confirm_link_message_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_confirm_link_ticket_id')),
    sa.PrimaryKeyConstraint('link_id', name=op.f('pk_confirm_link'))
    )
    with op.batch_alter_table('confirm_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_confirm_link_ticket_id'), ['ticket_id'], unique=False)
    op.add_column('ticket_facts', sa.Column('forced', sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade():
    op.drop_table('confirm_link')
    for table in ('message', 'call_back'):
        op.execute(f"update {table} set by_id = (select opened_by_id from ticket where ticket.id = {table}.ticket_id) where by_id is null")
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column('by_name')
            batch_op.alter_column('by_id', existing_type=sa.Integer(), nullable=False)
    op.drop_column('ticket', 'contact_email')
    op.drop_column('ticket_facts', 'forced')
    op.drop_column('ticket', 'forced_asked_at')
    op.drop_table('forced_closure')

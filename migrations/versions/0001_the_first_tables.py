"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def _only_added_to(table):
    """The database itself refuses to change an entry, and to delete one while there is an end of the chain."""
    said = 'the journal is only ever added to'
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(f"""
            create function journal_is_only_added_to() returns trigger language plpgsql as $$
            begin
                if tg_op = 'DELETE' and not exists (select 1 from journal_head) then return old; end if;
                raise exception '{said}';
            end $$""")
        op.execute(f'create trigger journal_kept before update or delete on {table} for each row execute function journal_is_only_added_to()')
        op.execute(f'create trigger journal_whole before truncate on {table} for each statement execute function journal_is_only_added_to()')
        return
    op.execute(f"create trigger journal_never_changed before update on {table} begin select raise(abort, '{said}'); end")
    op.execute(
        f"create trigger journal_never_deleted before delete on {table} when exists (select 1 from journal_head) "
        f"begin select raise(abort, '{said}'); end"
    )


def upgrade():
    op.create_table('attempt',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=160), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attempt'))
    )
    with op.batch_alter_table('attempt', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attempt_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_attempt_key'), ['key'], unique=False)

    op.create_table('department',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('name_en', sa.String(length=80), nullable=False),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_department')),
    sa.UniqueConstraint('code', name=op.f('uq_department_code'))
    )
    op.create_table('journal_head',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_journal_head'))
    )
    op.create_table('job_run',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('slot', sa.String(length=24), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', 'slot', name=op.f('pk_job_run'))
    )
    op.create_table('number_series',
    sa.Column('name', sa.String(length=24), nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_number_series'))
    )
    op.create_table('provider',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('region', sa.String(length=40), nullable=False),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_provider')),
    sa.UniqueConstraint('code', name=op.f('uq_provider_code'))
    )
    op.create_table('person',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('email', sa.String(length=120), nullable=False),
    sa.Column('phone', sa.String(length=40), nullable=False),
    sa.Column('title', sa.String(length=60), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=True),
    sa.Column('department_id', sa.Integer(), nullable=True),
    sa.Column('provider_id', sa.Integer(), nullable=True),
    sa.Column('roles', sa.JSON(), nullable=False),
    sa.Column('language', sa.String(length=12), nullable=False),
    sa.Column('theme', sa.String(length=8), nullable=False),
    sa.Column('preferences', sa.JSON(), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=True),
    sa.Column('totp_secret', sa.String(length=255), nullable=True),
    sa.Column('totp_confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('totp_last_step', sa.Integer(), nullable=True),
    sa.Column('recovery_hashes', sa.JSON(), nullable=False),
    sa.Column('invited_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('disabled_by_id', sa.Integer(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('customer_id is null or (department_id is null and provider_id is null)', name=op.f('ck_person_one_side')),
    sa.CheckConstraint('not (department_id is not null and provider_id is not null)', name=op.f('ck_person_one_party')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_person_customer_id'), use_alter=True),
    sa.ForeignKeyConstraint(['department_id'], ['department.id'], name=op.f('fk_person_department_id')),
    sa.ForeignKeyConstraint(['disabled_by_id'], ['person.id'], name=op.f('fk_person_disabled_by_id')),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_person_provider_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sa.UniqueConstraint('email', name=op.f('uq_person_email'))
    )
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_person_customer_id'), ['customer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_person_department_id'), ['department_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_person_provider_id'), ['provider_id'], unique=False)

    op.create_table('customer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('short_name', sa.String(length=40), nullable=False),
    sa.Column('industry', sa.String(length=40), nullable=False),
    sa.Column('tier', sa.String(length=20), nullable=False),
    sa.Column('card', sa.String(length=20), nullable=False),
    sa.Column('region', sa.String(length=40), nullable=False),
    sa.Column('account_manager_id', sa.Integer(), nullable=True),
    sa.Column('sharing', sa.String(length=10), nullable=False),
    sa.Column('second_factor_required', sa.Boolean(), nullable=False),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['account_manager_id'], ['person.id'], name=op.f('fk_customer_account_manager_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_customer')),
    sa.UniqueConstraint('number', name=op.f('uq_customer_number'))
    )
    with op.batch_alter_table('customer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_customer_account_manager_id'), ['account_manager_id'], unique=False)

    op.create_table('draft',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('place', sa.String(length=80), nullable=False),
    sa.Column('fields', sa.JSON(), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_draft_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draft')),
    sa.UniqueConstraint('person_id', 'place', name=op.f('uq_draft_person_id_place'))
    )
    op.create_table('journal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('verb', sa.String(length=60), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('record', sa.String(length=40), nullable=False),
    sa.Column('record_id', sa.Integer(), nullable=False),
    sa.Column('was', sa.Text(), nullable=True),
    sa.Column('became', sa.Text(), nullable=True),
    sa.Column('why', sa.Text(), nullable=True),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_journal_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_journal'))
    )
    with op.batch_alter_table('journal', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_journal_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_journal_by_id'), ['by_id'], unique=False)
        batch_op.create_index('ix_journal_record', ['record', 'record_id', 'id'], unique=False)
        batch_op.create_index('ix_journal_verb', ['verb', 'id'], unique=False)
    _only_added_to('journal')

    op.create_table('problem',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('class_code', sa.String(length=60), nullable=True),
    sa.Column('cause', sa.Text(), nullable=False),
    sa.Column('measure', sa.Text(), nullable=False),
    sa.Column('department_id', sa.Integer(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('solved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('solution', sa.Text(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('merged_into_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_problem_by_id')),
    sa.ForeignKeyConstraint(['department_id'], ['department.id'], name=op.f('fk_problem_department_id')),
    sa.ForeignKeyConstraint(['merged_into_id'], ['problem.id'], name=op.f('fk_problem_merged_into_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_problem_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_problem'))
    )
    with op.batch_alter_table('problem', schema=None) as batch_op:
        batch_op.create_index('ix_problem_open', ['solved_at', 'merged_into_id', 'id'], unique=False)

    op.create_table('revision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('area', sa.String(length=20), nullable=False),
    sa.Column('document', sa.JSON(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('holds_from', sa.DateTime(timezone=True), nullable=True),
    sa.Column('base_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['base_id'], ['revision.id'], name=op.f('fk_revision_base_id')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_revision_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_revision'))
    )
    with op.batch_alter_table('revision', schema=None) as batch_op:
        batch_op.create_index('ix_revision_area', ['area', 'id'], unique=False)
        batch_op.create_index('ix_revision_in_force', ['area', 'holds_from', 'id'], unique=False)

    op.create_table('saved_view',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('is_shared', sa.Boolean(), nullable=False),
    sa.Column('filters', sa.JSON(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_saved_view_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_view'))
    )
    with op.batch_alter_table('saved_view', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_saved_view_by_id'), ['by_id'], unique=False)

    op.create_table('approval',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.String(length=20), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('is_granted', sa.Boolean(), nullable=True),
    sa.ForeignKeyConstraint(['asked_by_id'], ['person.id'], name=op.f('fk_approval_asked_by_id')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_approval_decided_by_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_approval_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_approval'))
    )
    with op.batch_alter_table('approval', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_approval_person_id'), ['person_id'], unique=False)

    op.create_table('secret_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('purpose', sa.String(length=20), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_secret_link_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_secret_link')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_secret_link_token_hash'))
    )
    with op.batch_alter_table('secret_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_secret_link_expires_at'), ['expires_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_secret_link_person_id'), ['person_id'], unique=False)

    op.create_table('sign_in',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('proved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('address', sa.String(length=64), nullable=False),
    sa.Column('device', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_sign_in_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_sign_in_token_hash'))
    )
    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_person_id'), ['person_id'], unique=False)

    op.create_table('stored_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('media_type', sa.String(length=120), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_stored_file_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stored_file')),
    sa.UniqueConstraint('key', name=op.f('uq_stored_file_key'))
    )
    with op.batch_alter_table('stored_file', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stored_file_by_id'), ['by_id'], unique=False)

    op.create_table('submission',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('location', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_submission_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_submission')),
    sa.UniqueConstraint('person_id', 'key', name=op.f('uq_submission_person_id_key'))
    )
    with op.batch_alter_table('submission', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_submission_at'), ['at'], unique=False)

    op.create_table('contact',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('title', sa.String(length=60), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('phone', sa.String(length=40), nullable=False),
    sa.Column('email', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_contact_customer_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_contact_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact')),
    sa.UniqueConstraint('person_id', name=op.f('uq_contact_person_id'))
    )
    with op.batch_alter_table('contact', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_contact_customer_id'), ['customer_id'], unique=False)

    op.create_table('project',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('finished_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_project_customer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_project'))
    )
    with op.batch_alter_table('project', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_project_customer_id'), ['customer_id'], unique=False)

    op.create_table('ticket',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=24), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('kind_was', sa.String(length=20), nullable=True),
    sa.Column('class_code', sa.String(length=60), nullable=True),
    sa.Column('service_code', sa.String(length=60), nullable=True),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('severity', sa.String(length=20), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('is_live', sa.Boolean(), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('wish', sa.Text(), nullable=False),
    sa.Column('answers', sa.JSON(), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=True),
    sa.Column('opened_by_id', sa.Integer(), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=True),
    sa.Column('contact_name', sa.String(length=60), nullable=False),
    sa.Column('contact_phone', sa.String(length=40), nullable=False),
    sa.Column('is_shared', sa.Boolean(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('is_major', sa.Boolean(), nullable=False),
    sa.Column('major_state', sa.String(length=10), nullable=True),
    sa.Column('judged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('sent_back', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.String(length=30), nullable=True),
    sa.Column('cause_code', sa.String(length=60), nullable=True),
    sa.Column('solution', sa.Text(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('replied_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('applied_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('touched_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_code', sa.String(length=40), nullable=True),
    sa.Column('call_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('merged_into_id', sa.Integer(), nullable=True),
    sa.Column('problem_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("(state = 'merged') = (merged_into_id is not null)", name=op.f('ck_ticket_merged_into_if_merged')),
    sa.CheckConstraint("(state in ('closed')) = (closed_at is not null)", name=op.f('ck_ticket_closed_at_if_closed')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['person.id'], name=op.f('fk_ticket_asked_by_id')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_ticket_customer_id')),
    sa.ForeignKeyConstraint(['merged_into_id'], ['ticket.id'], name=op.f('fk_ticket_merged_into_id')),
    sa.ForeignKeyConstraint(['opened_by_id'], ['person.id'], name=op.f('fk_ticket_opened_by_id')),
    sa.ForeignKeyConstraint(['owner_id'], ['person.id'], name=op.f('fk_ticket_owner_id')),
    sa.ForeignKeyConstraint(['problem_id'], ['problem.id'], name=op.f('fk_ticket_problem_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_ticket_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ticket')),
    sa.UniqueConstraint('number', name=op.f('uq_ticket_number'))
    )
    with op.batch_alter_table('ticket', schema=None) as batch_op:
        batch_op.create_index('ix_ticket_again', ['customer_id', 'class_code', 'closed_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_ticket_asked_by_id'), ['asked_by_id'], unique=False)
        batch_op.create_index('ix_ticket_call', ['call_at'], unique=False, sqlite_where=sa.text('call_at is not null'), postgresql_where=sa.text('call_at is not null'))
        batch_op.create_index('ix_ticket_closed', ['closed_at', 'id'], unique=False)
        batch_op.create_index('ix_ticket_customer', ['customer_id', 'id'], unique=False)
        batch_op.create_index('ix_ticket_customer_queue', ['customer_id', 'is_live', 'due_at', 'id'], unique=False)
        batch_op.create_index('ix_ticket_due', ['due_at', 'id'], unique=False)
        batch_op.create_index('ix_ticket_kind_queue', ['kind', 'is_live', 'due_at', 'id'], unique=False)
        batch_op.create_index('ix_ticket_merged_into', ['merged_into_id'], unique=False)
        batch_op.create_index('ix_ticket_month', ['kind', 'opened_at', 'class_code', 'customer_id'], unique=False)
        batch_op.create_index('ix_ticket_opened', ['opened_at', 'id'], unique=False)
        batch_op.create_index('ix_ticket_owner_queue', ['owner_id', 'is_live', 'due_at', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_ticket_problem_id'), ['problem_id'], unique=False)
        batch_op.create_index('ix_ticket_queue', ['is_live', 'due_at', 'id'], unique=False)
        batch_op.create_index('ix_ticket_queue_opened', ['is_live', 'opened_at', 'id'], unique=False)
        batch_op.create_index('ix_ticket_queue_touched', ['is_live', 'touched_at', 'id'], unique=False)
        batch_op.create_index('ix_ticket_state_queue', ['state', 'due_at', 'id'], unique=False)
        batch_op.create_index('ix_ticket_touched', ['touched_at', 'id'], unique=False)
        batch_op.create_index('ix_ticket_unjudged', ['kind', 'closed_at', 'id'], unique=False, sqlite_where=sa.text('closed_at is not null and judged_at is null'), postgresql_where=sa.text('closed_at is not null and judged_at is null'))

    op.create_table('major_case',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=24), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('signs', sa.JSON(), nullable=False),
    sa.Column('amount_yuan', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('proposed_by_id', sa.Integer(), nullable=True),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decision', sa.Text(), nullable=False),
    sa.Column('reported_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('review', sa.Text(), nullable=False),
    sa.Column('lessons', sa.Text(), nullable=False),
    sa.Column('improvement', sa.Text(), nullable=False),
    sa.Column('closed_by_id', sa.Integer(), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'closed') = (closed_at is not null)", name=op.f('ck_major_case_closed_at_if_closed')),
    sa.ForeignKeyConstraint(['closed_by_id'], ['person.id'], name=op.f('fk_major_case_closed_by_id')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_major_case_decided_by_id')),
    sa.ForeignKeyConstraint(['proposed_by_id'], ['person.id'], name=op.f('fk_major_case_proposed_by_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_major_case_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_major_case')),
    sa.UniqueConstraint('number', name=op.f('uq_major_case_number')),
    sa.UniqueConstraint('ticket_id', name=op.f('uq_major_case_ticket_id'))
    )
    with op.batch_alter_table('major_case', schema=None) as batch_op:
        batch_op.create_index('ix_major_case_state', ['state', 'id'], unique=False)

    op.create_table('major_item',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('place', sa.String(length=60), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_major_item_by_id')),
    sa.ForeignKeyConstraint(['case_id'], ['major_case.id'], name=op.f('fk_major_item_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_major_item')),
    sa.UniqueConstraint('case_id', 'place', name=op.f('uq_major_item_case_id_place'))
    )
    op.create_table('major_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('happened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_major_entry_by_id')),
    sa.ForeignKeyConstraint(['case_id'], ['major_case.id'], name=op.f('fk_major_entry_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_major_entry'))
    )
    with op.batch_alter_table('major_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_major_entry_case_id'), ['case_id'], unique=False)

    op.create_table('call_back',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('means', sa.String(length=20), nullable=False),
    sa.Column('outcome', sa.String(length=30), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('false_reply', sa.Boolean(), nullable=False),
    sa.Column('false_reply_reason', sa.Text(), nullable=False),
    sa.Column('call_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_call_back_by_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_call_back_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call_back'))
    )
    with op.batch_alter_table('call_back', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_call_back_at'), ['at'], unique=False)
        batch_op.create_index('ix_call_back_ticket', ['ticket_id', 'id'], unique=False)

    op.create_table('dispatch',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=24), nullable=False),
    sa.Column('department_id', sa.Integer(), nullable=True),
    sa.Column('provider_id', sa.Integer(), nullable=True),
    sa.Column('is_lead', sa.Boolean(), nullable=False),
    sa.Column('suggestion', sa.Text(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('handler_id', sa.Integer(), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('contacted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('replied_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('handed_back', sa.Text(), nullable=True),
    sa.Column('is_recalled', sa.Boolean(), nullable=False),
    sa.CheckConstraint('(department_id is null) <> (provider_id is null)', name=op.f('ck_dispatch_one_party')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_dispatch_by_id')),
    sa.ForeignKeyConstraint(['department_id'], ['department.id'], name=op.f('fk_dispatch_department_id')),
    sa.ForeignKeyConstraint(['handler_id'], ['person.id'], name=op.f('fk_dispatch_handler_id')),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_dispatch_provider_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_dispatch_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dispatch')),
    sa.UniqueConstraint('number', name=op.f('uq_dispatch_number'))
    )
    with op.batch_alter_table('dispatch', schema=None) as batch_op:
        batch_op.create_index('ix_dispatch_department', ['department_id', 'done_at', 'ticket_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_dispatch_handler_id'), ['handler_id'], unique=False)
        batch_op.create_index('ix_dispatch_provider', ['provider_id', 'done_at', 'ticket_id'], unique=False)
        batch_op.create_index('ix_dispatch_ticket', ['ticket_id', 'id'], unique=False)

    op.create_table('document',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('report', sa.String(length=40), nullable=False),
    sa.Column('params', sa.JSON(), nullable=False),
    sa.Column('language', sa.String(length=12), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=True),
    sa.Column('customer_id', sa.Integer(), nullable=True),
    sa.Column('dispatch_id', sa.Integer(), nullable=True),
    sa.Column('major_id', sa.Integer(), nullable=True),
    sa.Column('period', sa.Date(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('is_draft', sa.Boolean(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('leased_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('snapshot', sa.JSON(), nullable=True),
    sa.Column('snapshot_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('file_id', sa.Integer(), nullable=True),
    sa.Column('ready_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('error', sa.Text(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('published_by_id', sa.Integer(), nullable=True),
    sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('acknowledged_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['acknowledged_by_id'], ['person.id'], name=op.f('fk_document_acknowledged_by_id')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_document_by_id')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_document_customer_id')),
    sa.ForeignKeyConstraint(['dispatch_id'], ['dispatch.id'], name=op.f('fk_document_dispatch_id')),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_document_file_id')),
    sa.ForeignKeyConstraint(['published_by_id'], ['person.id'], name=op.f('fk_document_published_by_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_document_ticket_id')),
    sa.ForeignKeyConstraint(['major_id'], ['major_case.id'], name=op.f('fk_document_major_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document')),
    sa.UniqueConstraint('major_id', 'version', name=op.f('uq_document_major_id_version')),
    sa.UniqueConstraint('customer_id', 'period', 'version', name=op.f('uq_document_customer_id_period_version'))
    )
    with op.batch_alter_table('document', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_document_by_id'), ['by_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_document_customer_id'), ['customer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_document_dispatch_id'), ['dispatch_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_document_file_id'), ['file_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_document_ticket_id'), ['ticket_id'], unique=False)
        batch_op.create_index('ix_document_waiting', ['state', 'id'], unique=False)

    op.create_table('letter',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('template', sa.String(length=60), nullable=False),
    sa.Column('to_id', sa.Integer(), nullable=False),
    sa.Column('to_address', sa.String(length=120), nullable=True),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=True),
    sa.Column('posted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('leased_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('error', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_letter_ticket_id')),
    sa.ForeignKeyConstraint(['to_id'], ['person.id'], name=op.f('fk_letter_to_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter')),
    sa.UniqueConstraint('key', name=op.f('uq_letter_key'))
    )
    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_letter_ticket_id'), ['ticket_id'], unique=False)
        batch_op.create_index('ix_letter_ahead', ['to_id', 'ticket_id', 'id'], unique=False, sqlite_where=sa.text("state in ('waiting', 'leased')"), postgresql_where=sa.text("state in ('waiting', 'leased')"))
        batch_op.create_index('ix_letter_notices', ['to_id', 'due_at', 'id'], unique=False)
        batch_op.create_index('ix_letter_unread', ['to_id'], unique=False, sqlite_where=sa.text('read_at is null'), postgresql_where=sa.text('read_at is null'))
        batch_op.create_index('ix_letter_waiting', ['state', 'due_at'], unique=False)

    op.create_table('message',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('sort', sa.String(length=20), nullable=False),
    sa.Column('stage', sa.String(length=20), nullable=True),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('shape', sa.JSON(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('shown_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('taken_back_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_message_by_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_message_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message'))
    )
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.create_index('ix_message_ticket', ['ticket_id', 'id'], unique=False)

    op.create_table('note',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=False),
    sa.Column('dispatch_id', sa.Integer(), nullable=True),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('mentions', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_note_by_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_note_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_note'))
    )
    with op.batch_alter_table('note', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_note_dispatch_id'), ['dispatch_id'], unique=False)
        batch_op.create_index('ix_note_ticket', ['ticket_id', 'id'], unique=False)

    op.create_table('presence',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('writing', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_presence_person_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_presence_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_presence')),
    sa.UniqueConstraint('ticket_id', 'person_id', name=op.f('uq_presence_ticket_id_person_id'))
    )
    op.create_table('proxy',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('office', sa.String(length=120), nullable=False),
    sa.Column('phone', sa.String(length=40), nullable=False),
    sa.Column('has_power', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_proxy_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proxy')),
    sa.UniqueConstraint('ticket_id', name=op.f('uq_proxy_ticket_id'))
    )
    op.create_table('rating',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('stars', sa.Integer(), nullable=False),
    sa.Column('dimensions', sa.JSON(), nullable=False),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('stars between 1 and 5', name=op.f('ck_rating_stars_in_range')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_rating_by_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_rating_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rating')),
    sa.UniqueConstraint('ticket_id', 'round', name=op.f('uq_rating_ticket_id_round'))
    )
    with op.batch_alter_table('rating', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_rating_at'), ['at'], unique=False)

    op.create_table('follow_up',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('rating_id', sa.Integer(), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done', sa.Text(), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('done_at is null or owner_id is not null', name=op.f('ck_follow_up_done_by_somebody')),
    sa.ForeignKeyConstraint(['owner_id'], ['person.id'], name=op.f('fk_follow_up_owner_id')),
    sa.ForeignKeyConstraint(['rating_id'], ['rating.id'], name=op.f('fk_follow_up_rating_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_follow_up_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_follow_up')),
    sa.UniqueConstraint('rating_id', name=op.f('uq_follow_up_rating_id'))
    )
    with op.batch_alter_table('follow_up', schema=None) as batch_op:
        batch_op.create_index('ix_follow_up_done_at', ['done_at', 'id'], unique=False)
        batch_op.create_index('ix_follow_up_ticket', ['ticket_id'], unique=False)

    op.create_table('figure_snapshot',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('policy_id', sa.Integer(), nullable=False),
    sa.Column('formulas', sa.JSON(), nullable=False),
    sa.Column('targets', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_figure_snapshot_by_id')),
    sa.ForeignKeyConstraint(['policy_id'], ['revision.id'], name=op.f('fk_figure_snapshot_policy_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_figure_snapshot')),
    sa.UniqueConstraint('month', 'revision', name=op.f('uq_figure_snapshot_month_revision'))
    )
    op.create_table('snapshot_line',
    sa.Column('snapshot_id', sa.Integer(), nullable=False),
    sa.Column('sort', sa.String(length=12), nullable=False),
    sa.Column('scope_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['snapshot_id'], ['figure_snapshot.id'], name=op.f('fk_snapshot_line_snapshot_id')),
    sa.PrimaryKeyConstraint('snapshot_id', 'sort', 'scope_id', name=op.f('pk_snapshot_line'))
    )
    with op.batch_alter_table('snapshot_line', schema=None) as batch_op:
        batch_op.create_index('ix_snapshot_line_scope', ['sort', 'scope_id', 'snapshot_id'], unique=False)

    op.create_table('counted_ticket',
    sa.Column('snapshot_id', sa.Integer(), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=False),
    sa.Column('bits', sa.BigInteger(), nullable=False),
    sa.Column('department_id', sa.Integer(), nullable=True),
    sa.Column('provider_id', sa.Integer(), nullable=True),
    sa.Column('liable_department_id', sa.Integer(), nullable=True),
    sa.Column('liable_provider_id', sa.Integer(), nullable=True),
    sa.Column('account_manager_id', sa.Integer(), nullable=True),
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['snapshot_id'], ['figure_snapshot.id'], name=op.f('fk_counted_ticket_snapshot_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_counted_ticket_ticket_id')),
    sa.PrimaryKeyConstraint('snapshot_id', 'ticket_id', name=op.f('pk_counted_ticket'))
    )
    op.create_table('ticket_facts',
    sa.Column('ticket_id', sa.Integer(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('standing', sa.String(length=10), nullable=False),
    sa.Column('department_id', sa.Integer(), nullable=True),
    sa.Column('provider_id', sa.Integer(), nullable=True),
    sa.Column('account_manager_id', sa.Integer(), nullable=True),
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('class_code', sa.String(length=60), nullable=True),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('reply_kept', sa.Boolean(), nullable=True),
    sa.Column('reply_due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('contact_kept', sa.Boolean(), nullable=True),
    sa.Column('contact_due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_in_limit', sa.Boolean(), nullable=False),
    sa.Column('closed_in_month', sa.Boolean(), nullable=False),
    sa.Column('is_closed', sa.Boolean(), nullable=False),
    sa.Column('all_kept', sa.Boolean(), nullable=False),
    sa.Column('called_back', sa.Boolean(), nullable=False),
    sa.Column('unreachable', sa.Boolean(), nullable=False),
    sa.Column('satisfied', sa.Boolean(), nullable=False),
    sa.Column('sent_back', sa.Boolean(), nullable=False),
    sa.Column('reopened', sa.Boolean(), nullable=False),
    sa.Column('false_reply', sa.Boolean(), nullable=False),
    sa.Column('liable', sa.Boolean(), nullable=False),
    sa.Column('liable_department_id', sa.Integer(), nullable=True),
    sa.Column('liable_provider_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['account_manager_id'], ['person.id'], name=op.f('fk_ticket_facts_account_manager_id')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_ticket_facts_customer_id')),
    sa.ForeignKeyConstraint(['department_id'], ['department.id'], name=op.f('fk_ticket_facts_department_id')),
    sa.ForeignKeyConstraint(['liable_department_id'], ['department.id'], name=op.f('fk_ticket_facts_liable_department_id')),
    sa.ForeignKeyConstraint(['liable_provider_id'], ['provider.id'], name=op.f('fk_ticket_facts_liable_provider_id')),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_ticket_facts_provider_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_ticket_facts_ticket_id')),
    sa.PrimaryKeyConstraint('ticket_id', name=op.f('pk_ticket_facts'))
    )
    with op.batch_alter_table('ticket_facts', schema=None) as batch_op:
        batch_op.create_index('ix_ticket_facts_customer', ['customer_id', 'month', 'kind'], unique=False)
        batch_op.create_index('ix_ticket_facts_department', ['department_id', 'month', 'kind', 'customer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_ticket_facts_liable_department_id'), ['liable_department_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_ticket_facts_liable_provider_id'), ['liable_provider_id'], unique=False)
        batch_op.create_index('ix_ticket_facts_manager', ['account_manager_id', 'month', 'kind', 'customer_id'], unique=False)
        batch_op.create_index('ix_ticket_facts_month', ['month', 'kind', 'ticket_id'], unique=False)
        batch_op.create_index('ix_ticket_facts_provider', ['provider_id', 'month', 'kind', 'customer_id'], unique=False)

    op.create_table('ticket_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('one_id', sa.Integer(), nullable=False),
    sa.Column('other_id', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('one_id < other_id', name=op.f('ck_ticket_link_ordered')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_ticket_link_by_id')),
    sa.ForeignKeyConstraint(['one_id'], ['ticket.id'], name=op.f('fk_ticket_link_one_id')),
    sa.ForeignKeyConstraint(['other_id'], ['ticket.id'], name=op.f('fk_ticket_link_other_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ticket_link')),
    sa.UniqueConstraint('one_id', 'other_id', name=op.f('uq_ticket_link_one_id_other_id'))
    )
    with op.batch_alter_table('ticket_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_ticket_link_other_id'), ['other_id'], unique=False)

    op.create_table('ticket_search',
    sa.Column('ticket_id', sa.Integer(), nullable=False),
    sa.Column('shown', sa.Text(), nullable=False),
    sa.Column('internal', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_ticket_search_ticket_id')),
    sa.PrimaryKeyConstraint('ticket_id', name=op.f('pk_ticket_search'))
    )
    op.create_table('unclosed_week',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('monday', sa.Date(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('oldest_days', sa.Integer(), nullable=False),
    sa.Column('projects', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unclosed_week')),
    sa.UniqueConstraint('monday', name=op.f('uq_unclosed_week_monday'))
    )

    op.create_table('unclosed_line',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('week_id', sa.Integer(), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('class_code', sa.String(length=60), nullable=True),
    sa.Column('party', sa.String(length=120), nullable=False),
    sa.Column('party_en', sa.String(length=120), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('report', sa.Text(), nullable=False),
    sa.Column('report_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('is_project', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_unclosed_line_ticket_id')),
    sa.ForeignKeyConstraint(['week_id'], ['unclosed_week.id'], name=op.f('fk_unclosed_line_week_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unclosed_line'))
    )
    with op.batch_alter_table('unclosed_line', schema=None) as batch_op:
        batch_op.create_index('ix_unclosed_line_week', ['week_id', 'id'], unique=False)

    op.create_table('supervised_project',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('plan', sa.Text(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['owner_id'], ['person.id'], name=op.f('fk_supervised_project_owner_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_supervised_project_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_supervised_project')),
    sa.UniqueConstraint('ticket_id', name=op.f('uq_supervised_project_ticket_id'))
    )
    with op.batch_alter_table('supervised_project', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_supervised_project_owner_id'), ['owner_id'], unique=False)

    op.create_table('milestone',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_by_id', sa.Integer(), nullable=True),
    sa.Column('evidence', sa.Text(), nullable=False),
    sa.Column('note_id', sa.Integer(), nullable=True),
    sa.Column('late_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['done_by_id'], ['person.id'], name=op.f('fk_milestone_done_by_id')),
    sa.ForeignKeyConstraint(['note_id'], ['note.id'], name=op.f('fk_milestone_note_id')),
    sa.ForeignKeyConstraint(['project_id'], ['supervised_project.id'], name=op.f('fk_milestone_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_milestone'))
    )
    with op.batch_alter_table('milestone', schema=None) as batch_op:
        batch_op.create_index('ix_milestone_due', ['done_at', 'late_at', 'due_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_milestone_project_id'), ['project_id'], unique=False)

    op.create_table('complaint_count',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('side', sa.String(length=10), nullable=False),
    sa.Column('code', sa.String(length=80), nullable=False),
    sa.Column('complaints', sa.Integer(), nullable=False),
    sa.Column('customers', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_complaint_count')),
    sa.UniqueConstraint('month', 'side', 'code', name=op.f('uq_complaint_count_month_side_code'))
    )

    op.create_table('quality_signal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('rule', sa.String(length=20), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('class_code', sa.String(length=60), nullable=True),
    sa.Column('customer_id', sa.Integer(), nullable=True),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled_by_id', sa.Integer(), nullable=True),
    sa.Column('problem_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_quality_signal_customer_id')),
    sa.ForeignKeyConstraint(['problem_id'], ['problem.id'], name=op.f('fk_quality_signal_problem_id')),
    sa.ForeignKeyConstraint(['settled_by_id'], ['person.id'], name=op.f('fk_quality_signal_settled_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quality_signal')),
    sa.UniqueConstraint('key', name=op.f('uq_quality_signal_key'))
    )
    with op.batch_alter_table('quality_signal', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_quality_signal_month'), ['month'], unique=False)
        batch_op.create_index('ix_quality_signal_open', ['settled_at', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_quality_signal_problem_id'), ['problem_id'], unique=False)

    op.create_table('watcher',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_watcher_person_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_watcher_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_watcher')),
    sa.UniqueConstraint('ticket_id', 'person_id', name=op.f('uq_watcher_ticket_id_person_id'))
    )
    with op.batch_alter_table('watcher', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_watcher_person_id'), ['person_id'], unique=False)

    op.create_table('major_approval',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('what', sa.String(length=20), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('amount_yuan', sa.Integer(), nullable=True),
    sa.Column('document_id', sa.Integer(), nullable=True),
    sa.Column('asked_by_id', sa.Integer(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('is_granted', sa.Boolean(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.CheckConstraint('(decided_at is null) = (is_granted is null)', name=op.f('ck_major_approval_granted_if_decided')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['person.id'], name=op.f('fk_major_approval_asked_by_id')),
    sa.ForeignKeyConstraint(['case_id'], ['major_case.id'], name=op.f('fk_major_approval_case_id')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_major_approval_decided_by_id')),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], name=op.f('fk_major_approval_document_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_major_approval'))
    )
    with op.batch_alter_table('major_approval', schema=None) as batch_op:
        batch_op.create_index('ix_major_approval_case', ['case_id', 'id'], unique=False)

    op.create_table('liability',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=False),
    sa.Column('department_id', sa.Integer(), nullable=True),
    sa.Column('provider_id', sa.Integer(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('is_liable', sa.Boolean(), nullable=False),
    sa.Column('degree', sa.String(length=40), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('appeal_until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('appealed_by_id', sa.Integer(), nullable=True),
    sa.Column('appealed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('appeal', sa.Text(), nullable=False),
    sa.Column('appeal_decided_by_id', sa.Integer(), nullable=True),
    sa.Column('appeal_decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('appeal_reason', sa.Text(), nullable=False),
    sa.Column('is_upheld', sa.Boolean(), nullable=True),
    sa.CheckConstraint('(appeal_decided_at is null) = (is_upheld is null)', name=op.f('ck_liability_upheld_if_appeal_decided')),
    sa.CheckConstraint('(department_id is null) <> (provider_id is null)', name=op.f('ck_liability_one_party')),
    sa.ForeignKeyConstraint(['appeal_decided_by_id'], ['person.id'], name=op.f('fk_liability_appeal_decided_by_id')),
    sa.ForeignKeyConstraint(['appealed_by_id'], ['person.id'], name=op.f('fk_liability_appealed_by_id')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_liability_decided_by_id')),
    sa.ForeignKeyConstraint(['department_id'], ['department.id'], name=op.f('fk_liability_department_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_liability_person_id')),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_liability_provider_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_liability_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_liability')),
    sa.UniqueConstraint('ticket_id', name=op.f('uq_liability_ticket_id'))
    )
    with op.batch_alter_table('liability', schema=None) as batch_op:
        batch_op.create_index('ix_liability_appeals', ['appealed_at', 'id'], unique=False, sqlite_where=sa.text('appealed_at is not null and appeal_decided_at is null'), postgresql_where=sa.text('appealed_at is not null and appeal_decided_at is null'))
        batch_op.create_index('ix_liability_decided', ['decided_at', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_liability_department_id'), ['department_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_liability_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_liability_provider_id'), ['provider_id'], unique=False)

    op.create_table('complaint_limit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('quarter', sa.Date(), nullable=False),
    sa.Column('average', sa.Double(), nullable=True),
    sa.Column('per_hundred', sa.Double(), nullable=True),
    sa.Column('limit', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_complaint_limit_by_id')),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_complaint_limit_provider_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_complaint_limit'))
    )
    with op.batch_alter_table('complaint_limit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_complaint_limit_provider_id'), ['provider_id'], unique=False)
        batch_op.create_index('ix_complaint_limit_quarter', ['quarter', 'provider_id', 'id'], unique=False)

    op.create_table('provider_standing',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('sort', sa.String(length=20), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_provider_standing_by_id')),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_provider_standing_provider_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_provider_standing'))
    )
    with op.batch_alter_table('provider_standing', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_provider_standing_provider_id'), ['provider_id'], unique=False)

    op.create_table('provider_visits',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('visits', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_provider_visits_by_id')),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_provider_visits_provider_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_provider_visits')),
    sa.UniqueConstraint('provider_id', 'month', name=op.f('uq_provider_visits_provider_id_month'))
    )
    op.create_table('support_result',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('is_newest', sa.Boolean(), nullable=False),
    sa.Column('holds', sa.Boolean(), nullable=False),
    sa.Column('amount_yuan', sa.Integer(), nullable=False),
    sa.Column('conditions', sa.JSON(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('objection_until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('objected_by_id', sa.Integer(), nullable=True),
    sa.Column('objected_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('objection', sa.Text(), nullable=False),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('approved_by_id', sa.Integer(), nullable=True),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['answered_by_id'], ['person.id'], name=op.f('fk_support_result_answered_by_id')),
    sa.ForeignKeyConstraint(['approved_by_id'], ['person.id'], name=op.f('fk_support_result_approved_by_id')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_support_result_by_id')),
    sa.ForeignKeyConstraint(['objected_by_id'], ['person.id'], name=op.f('fk_support_result_objected_by_id')),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_support_result_provider_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_support_result')),
    sa.UniqueConstraint('provider_id', 'month', 'revision', name=op.f('uq_support_result_provider_id_month_revision'))
    )
    with op.batch_alter_table('support_result', schema=None) as batch_op:
        batch_op.create_index('ix_support_result_month', ['month', 'id'], unique=False)

    op.create_table('market_harm',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=True),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_why', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_market_harm_by_id')),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_market_harm_provider_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_market_harm_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_market_harm'))
    )
    with op.batch_alter_table('market_harm', schema=None) as batch_op:
        batch_op.create_index('ix_market_harm_provider', ['provider_id', 'month'], unique=False)

    op.create_table('penalty',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=True),
    sa.Column('sort', sa.String(length=20), nullable=False),
    sa.Column('amount_yuan', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('is_granted', sa.Boolean(), nullable=True),
    sa.Column('decision', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_penalty_by_id')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_penalty_decided_by_id')),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_penalty_provider_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_penalty_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_penalty'))
    )
    with op.batch_alter_table('penalty', schema=None) as batch_op:
        batch_op.create_index('ix_penalty_open', ['decided_at', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_penalty_provider_id'), ['provider_id'], unique=False)

    op.create_table('star_rating',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('stars', sa.Integer(), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('penalty_id', sa.Integer(), nullable=True),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_star_rating_by_id')),
    sa.ForeignKeyConstraint(['penalty_id'], ['penalty.id'], name=op.f('fk_star_rating_penalty_id')),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_star_rating_provider_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_star_rating'))
    )
    with op.batch_alter_table('star_rating', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_star_rating_provider_id'), ['provider_id'], unique=False)

    op.create_table('attachment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=True),
    sa.Column('message_id', sa.Integer(), nullable=True),
    sa.Column('note_id', sa.Integer(), nullable=True),
    sa.Column('draft_id', sa.Integer(), nullable=True),
    sa.Column('liability_id', sa.Integer(), nullable=True),
    sa.Column('major_id', sa.Integer(), nullable=True),
    sa.Column('place', sa.String(length=60), nullable=True),
    sa.ForeignKeyConstraint(['draft_id'], ['draft.id'], name=op.f('fk_attachment_draft_id')),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_attachment_file_id')),
    sa.ForeignKeyConstraint(['liability_id'], ['liability.id'], name=op.f('fk_attachment_liability_id')),
    sa.ForeignKeyConstraint(['major_id'], ['major_case.id'], name=op.f('fk_attachment_major_id')),
    sa.ForeignKeyConstraint(['message_id'], ['message.id'], name=op.f('fk_attachment_message_id')),
    sa.ForeignKeyConstraint(['note_id'], ['note.id'], name=op.f('fk_attachment_note_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_attachment_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attachment'))
    )
    with op.batch_alter_table('attachment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attachment_draft_id'), ['draft_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_attachment_file_id'), ['file_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_attachment_liability_id'), ['liability_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_attachment_major_id'), ['major_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_attachment_message_id'), ['message_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_attachment_note_id'), ['note_id'], unique=False)
        batch_op.create_index('ix_attachment_ticket', ['ticket_id', 'id'], unique=False)

    op.create_table('contact_record',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=False),
    sa.Column('dispatch_id', sa.Integer(), nullable=True),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('means', sa.String(length=20), nullable=False),
    sa.Column('reached', sa.Boolean(), nullable=False),
    sa.Column('spoke_with', sa.String(length=60), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_contact_record_by_id')),
    sa.ForeignKeyConstraint(['dispatch_id'], ['dispatch.id'], name=op.f('fk_contact_record_dispatch_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_contact_record_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_record'))
    )
    with op.batch_alter_table('contact_record', schema=None) as batch_op:
        batch_op.create_index('ix_contact_record_ticket', ['ticket_id', 'id'], unique=False)

    op.create_table('deadline',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=False),
    sa.Column('dispatch_id', sa.Integer(), nullable=True),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('policy_id', sa.Integer(), nullable=False),
    sa.Column('amount', sa.Float(), nullable=False),
    sa.Column('unit', sa.String(length=20), nullable=False),
    sa.Column('pauses', sa.Boolean(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('met_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('dropped_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('paused_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('is_open', sa.Boolean(), nullable=False),
    sa.Column('warned_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('breached_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('escalated_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['dispatch_id'], ['dispatch.id'], name=op.f('fk_deadline_dispatch_id')),
    sa.ForeignKeyConstraint(['policy_id'], ['revision.id'], name=op.f('fk_deadline_policy_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_deadline_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deadline'))
    )
    with op.batch_alter_table('deadline', schema=None) as batch_op:
        batch_op.create_index('ix_deadline_open', ['is_open', 'due_at'], unique=False)
        batch_op.create_index('ix_deadline_ticket', ['ticket_id', 'id'], unique=False)

    op.create_table('pause',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('deadline_id', sa.Integer(), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_was', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_became', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['deadline_id'], ['deadline.id'], name=op.f('fk_pause_deadline_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pause'))
    )
    with op.batch_alter_table('pause', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pause_deadline_id'), ['deadline_id'], unique=False)

    if op.get_bind().dialect.name == "postgresql":
        op.create_foreign_key("fk_person_customer_id", "person", "customer", ["customer_id"], ["id"])
        _found_in_postgresql()
    else:
        _found_in_sqlite()


def _found_in_postgresql():
    """Tokens are made by the portal; the database only keeps and finds them."""
    op.execute(
        "alter table ticket_search add column found_by tsvector"
        " generated always as (to_tsvector('simple', shown)) stored"
    )
    op.execute(
        "alter table ticket_search add column found_by_all tsvector"
        " generated always as (to_tsvector('simple', shown || ' ' || internal)) stored"
    )
    op.execute("create index ix_ticket_search_found_by on ticket_search using gin (found_by)")
    op.execute("create index ix_ticket_search_found_by_all on ticket_search using gin (found_by_all)")


def _found_in_sqlite():
    """A full-text table over ticket_search, kept by triggers: it holds no second copy of the words."""
    op.execute(
        "create virtual table ticket_search_fts using fts5("
        "shown, internal, content='ticket_search', content_rowid='ticket_id', tokenize='unicode61')"
    )
    taken = "insert into ticket_search_fts(ticket_search_fts, rowid, shown, internal) values ('delete', old.ticket_id, old.shown, old.internal);"
    put = "insert into ticket_search_fts(rowid, shown, internal) values (new.ticket_id, new.shown, new.internal);"
    op.execute(f"create trigger ticket_search_ai after insert on ticket_search begin {put} end")
    op.execute(f"create trigger ticket_search_ad after delete on ticket_search begin {taken} end")
    op.execute(f"create trigger ticket_search_au after update on ticket_search begin {taken} {put} end")



def downgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("fk_person_customer_id", "person", type_="foreignkey")
    else:
        op.execute("drop table ticket_search_fts")
    with op.batch_alter_table('pause', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_pause_deadline_id'))

    op.drop_table('pause')
    with op.batch_alter_table('deadline', schema=None) as batch_op:
        batch_op.drop_index('ix_deadline_ticket')
        batch_op.drop_index('ix_deadline_open')

    op.drop_table('deadline')
    with op.batch_alter_table('contact_record', schema=None) as batch_op:
        batch_op.drop_index('ix_contact_record_ticket')

    op.drop_table('contact_record')
    with op.batch_alter_table('attachment', schema=None) as batch_op:
        batch_op.drop_index('ix_attachment_ticket')
        batch_op.drop_index(batch_op.f('ix_attachment_note_id'))
        batch_op.drop_index(batch_op.f('ix_attachment_message_id'))
        batch_op.drop_index(batch_op.f('ix_attachment_major_id'))
        batch_op.drop_index(batch_op.f('ix_attachment_liability_id'))
        batch_op.drop_index(batch_op.f('ix_attachment_file_id'))
        batch_op.drop_index(batch_op.f('ix_attachment_draft_id'))

    op.drop_table('attachment')
    with op.batch_alter_table('star_rating', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_star_rating_provider_id'))

    op.drop_table('star_rating')
    with op.batch_alter_table('penalty', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_penalty_provider_id'))
        batch_op.drop_index('ix_penalty_open')

    op.drop_table('penalty')
    with op.batch_alter_table('market_harm', schema=None) as batch_op:
        batch_op.drop_index('ix_market_harm_provider')

    op.drop_table('market_harm')
    with op.batch_alter_table('support_result', schema=None) as batch_op:
        batch_op.drop_index('ix_support_result_month')

    op.drop_table('support_result')
    op.drop_table('provider_visits')
    with op.batch_alter_table('provider_standing', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_provider_standing_provider_id'))

    op.drop_table('provider_standing')
    with op.batch_alter_table('complaint_limit', schema=None) as batch_op:
        batch_op.drop_index('ix_complaint_limit_quarter')
        batch_op.drop_index(batch_op.f('ix_complaint_limit_provider_id'))

    op.drop_table('complaint_limit')
    with op.batch_alter_table('liability', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_liability_provider_id'))
        batch_op.drop_index(batch_op.f('ix_liability_person_id'))
        batch_op.drop_index(batch_op.f('ix_liability_department_id'))
        batch_op.drop_index('ix_liability_decided')
        batch_op.drop_index('ix_liability_appeals')

    op.drop_table('liability')
    with op.batch_alter_table('major_approval', schema=None) as batch_op:
        batch_op.drop_index('ix_major_approval_case')

    op.drop_table('major_approval')
    with op.batch_alter_table('watcher', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_watcher_person_id'))

    op.drop_table('watcher')
    with op.batch_alter_table('quality_signal', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_quality_signal_problem_id'))
        batch_op.drop_index('ix_quality_signal_open')
        batch_op.drop_index(batch_op.f('ix_quality_signal_month'))

    op.drop_table('quality_signal')

    op.drop_table('complaint_count')

    with op.batch_alter_table('milestone', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_milestone_project_id'))
        batch_op.drop_index('ix_milestone_due')

    op.drop_table('milestone')

    with op.batch_alter_table('supervised_project', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_supervised_project_owner_id'))

    op.drop_table('supervised_project')

    with op.batch_alter_table('unclosed_line', schema=None) as batch_op:
        batch_op.drop_index('ix_unclosed_line_week')

    op.drop_table('unclosed_line')

    op.drop_table('unclosed_week')
    op.drop_table('ticket_search')
    with op.batch_alter_table('ticket_link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_ticket_link_other_id'))

    op.drop_table('ticket_link')
    with op.batch_alter_table('ticket_facts', schema=None) as batch_op:
        batch_op.drop_index('ix_ticket_facts_provider')
        batch_op.drop_index('ix_ticket_facts_month')
        batch_op.drop_index('ix_ticket_facts_manager')
        batch_op.drop_index(batch_op.f('ix_ticket_facts_liable_provider_id'))
        batch_op.drop_index(batch_op.f('ix_ticket_facts_liable_department_id'))
        batch_op.drop_index('ix_ticket_facts_department')
        batch_op.drop_index('ix_ticket_facts_customer')

    op.drop_table('ticket_facts')
    op.drop_table('counted_ticket')
    with op.batch_alter_table('snapshot_line', schema=None) as batch_op:
        batch_op.drop_index('ix_snapshot_line_scope')

    op.drop_table('snapshot_line')
    op.drop_table('figure_snapshot')
    with op.batch_alter_table('follow_up', schema=None) as batch_op:
        batch_op.drop_index('ix_follow_up_ticket')
        batch_op.drop_index('ix_follow_up_done_at')

    op.drop_table('follow_up')
    with op.batch_alter_table('rating', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_rating_at'))

    op.drop_table('rating')
    op.drop_table('proxy')
    op.drop_table('presence')
    with op.batch_alter_table('note', schema=None) as batch_op:
        batch_op.drop_index('ix_note_ticket')
        batch_op.drop_index(batch_op.f('ix_note_dispatch_id'))

    op.drop_table('note')
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.drop_index('ix_message_ticket')

    op.drop_table('message')
    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.drop_index('ix_letter_waiting')
        batch_op.drop_index('ix_letter_unread')
        batch_op.drop_index('ix_letter_notices')
        batch_op.drop_index('ix_letter_ahead')
        batch_op.drop_index(batch_op.f('ix_letter_ticket_id'))

    op.drop_table('letter')
    with op.batch_alter_table('document', schema=None) as batch_op:
        batch_op.drop_index('ix_document_waiting')
        batch_op.drop_index(batch_op.f('ix_document_ticket_id'))
        batch_op.drop_index(batch_op.f('ix_document_file_id'))
        batch_op.drop_index(batch_op.f('ix_document_dispatch_id'))
        batch_op.drop_index(batch_op.f('ix_document_customer_id'))
        batch_op.drop_index(batch_op.f('ix_document_by_id'))

    op.drop_table('document')
    with op.batch_alter_table('dispatch', schema=None) as batch_op:
        batch_op.drop_index('ix_dispatch_ticket')
        batch_op.drop_index('ix_dispatch_provider')
        batch_op.drop_index(batch_op.f('ix_dispatch_handler_id'))
        batch_op.drop_index('ix_dispatch_department')

    op.drop_table('dispatch')
    with op.batch_alter_table('call_back', schema=None) as batch_op:
        batch_op.drop_index('ix_call_back_ticket')
        batch_op.drop_index(batch_op.f('ix_call_back_at'))

    op.drop_table('call_back')
    with op.batch_alter_table('major_entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_major_entry_case_id'))

    op.drop_table('major_entry')
    op.drop_table('major_item')
    with op.batch_alter_table('major_case', schema=None) as batch_op:
        batch_op.drop_index('ix_major_case_state')

    op.drop_table('major_case')
    with op.batch_alter_table('ticket', schema=None) as batch_op:
        batch_op.drop_index('ix_ticket_unjudged', sqlite_where=sa.text('closed_at is not null and judged_at is null'), postgresql_where=sa.text('closed_at is not null and judged_at is null'))
        batch_op.drop_index('ix_ticket_touched')
        batch_op.drop_index('ix_ticket_state_queue')
        batch_op.drop_index('ix_ticket_queue_touched')
        batch_op.drop_index('ix_ticket_queue_opened')
        batch_op.drop_index('ix_ticket_queue')
        batch_op.drop_index(batch_op.f('ix_ticket_problem_id'))
        batch_op.drop_index('ix_ticket_owner_queue')
        batch_op.drop_index('ix_ticket_opened')
        batch_op.drop_index('ix_ticket_month')
        batch_op.drop_index('ix_ticket_merged_into')
        batch_op.drop_index('ix_ticket_kind_queue')
        batch_op.drop_index('ix_ticket_due')
        batch_op.drop_index('ix_ticket_customer_queue')
        batch_op.drop_index('ix_ticket_customer')
        batch_op.drop_index('ix_ticket_closed')
        batch_op.drop_index('ix_ticket_call', sqlite_where=sa.text('call_at is not null'), postgresql_where=sa.text('call_at is not null'))
        batch_op.drop_index(batch_op.f('ix_ticket_asked_by_id'))
        batch_op.drop_index('ix_ticket_again')

    op.drop_table('ticket')
    with op.batch_alter_table('project', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_project_customer_id'))

    op.drop_table('project')
    with op.batch_alter_table('contact', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_contact_customer_id'))

    op.drop_table('contact')
    with op.batch_alter_table('submission', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_submission_at'))

    op.drop_table('submission')
    with op.batch_alter_table('stored_file', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stored_file_by_id'))

    op.drop_table('stored_file')
    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_in_person_id'))

    op.drop_table('sign_in')
    with op.batch_alter_table('secret_link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_secret_link_person_id'))
        batch_op.drop_index(batch_op.f('ix_secret_link_expires_at'))

    op.drop_table('secret_link')
    with op.batch_alter_table('approval', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_approval_person_id'))

    op.drop_table('approval')
    with op.batch_alter_table('saved_view', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_saved_view_by_id'))

    op.drop_table('saved_view')
    with op.batch_alter_table('revision', schema=None) as batch_op:
        batch_op.drop_index('ix_revision_area')

    op.drop_table('revision')
    with op.batch_alter_table('problem', schema=None) as batch_op:
        batch_op.drop_index('ix_problem_open')

    op.drop_table('problem')
    with op.batch_alter_table('journal', schema=None) as batch_op:
        batch_op.drop_index('ix_journal_verb')
        batch_op.drop_index('ix_journal_record')
        batch_op.drop_index(batch_op.f('ix_journal_by_id'))
        batch_op.drop_index(batch_op.f('ix_journal_at'))

    op.drop_table('journal')
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('drop function journal_is_only_added_to()')
    op.drop_table('draft')
    with op.batch_alter_table('customer', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_customer_account_manager_id'))

    op.drop_table('customer')
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_person_provider_id'))
        batch_op.drop_index(batch_op.f('ix_person_department_id'))
        batch_op.drop_index(batch_op.f('ix_person_customer_id'))

    op.drop_table('person')
    op.drop_table('provider')
    op.drop_table('number_series')
    op.drop_table('job_run')
    op.drop_table('journal_head')
    op.drop_table('department')
    with op.batch_alter_table('attempt', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_attempt_key'))
        batch_op.drop_index(batch_op.f('ix_attempt_at'))

    op.drop_table('attempt')

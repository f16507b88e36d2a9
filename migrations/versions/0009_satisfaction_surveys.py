"""Satisfaction surveys: questionnaires with their versions, campaigns, invitations, responses and answers."""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('questionnaire',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('title_en', sa.String(length=160), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['made_by_id'], ['person.id'], name=op.f('fk_questionnaire_made_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_questionnaire')),
    sa.UniqueConstraint('number', name=op.f('uq_questionnaire_number'))
    )
    op.create_table('survey_bank_item',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('question', sa.JSON(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_survey_bank_item_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_survey_bank_item'))
    )
    with op.batch_alter_table('survey_bank_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_survey_bank_item_retired_at'), ['retired_at'], unique=False)

    op.create_table('questionnaire_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('questionnaire_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('document', sa.JSON(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=True),
    sa.Column('broken', sa.JSON(), nullable=False),
    sa.Column('change', sa.Text(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('published_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("(state = 'published') = (published_at is not null)", name=op.f('ck_questionnaire_version_moment_if_published')),
    sa.CheckConstraint("state in ('draft', 'published')", name=op.f('ck_questionnaire_version_known_state')),
    sa.ForeignKeyConstraint(['published_by_id'], ['person.id'], name=op.f('fk_questionnaire_version_published_by_id')),
    sa.ForeignKeyConstraint(['questionnaire_id'], ['questionnaire.id'], name=op.f('fk_questionnaire_version_questionnaire_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_questionnaire_version')),
    sa.UniqueConstraint('questionnaire_id', 'number', name=op.f('uq_questionnaire_version_questionnaire_id_number'))
    )
    with op.batch_alter_table('questionnaire_version', schema=None) as batch_op:
        batch_op.create_index('ix_questionnaire_version_draft', ['questionnaire_id'], unique=True, sqlite_where=sa.text("state = 'draft'"), postgresql_where=sa.text("state = 'draft'"))

    op.create_table('campaign',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('plan', sa.String(length=20), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('title_en', sa.String(length=160), nullable=False),
    sa.Column('topic', sa.Text(), nullable=False),
    sa.Column('questionnaire_version_id', sa.Integer(), nullable=False),
    sa.Column('follows_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('anonymity', sa.String(length=10), nullable=False),
    sa.Column('population', sa.JSON(), nullable=False),
    sa.Column('strata', sa.JSON(), nullable=False),
    sa.Column('seed', sa.Integer(), nullable=True),
    sa.Column('sample_size', sa.Integer(), nullable=True),
    sa.Column('reserve_size', sa.Integer(), nullable=False),
    sa.Column('drawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('opens_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closes_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('channels', sa.JSON(), nullable=False),
    sa.Column('reminders', sa.JSON(), nullable=False),
    sa.Column('quotas', sa.JSON(), nullable=False),
    sa.Column('target_rate', sa.Integer(), nullable=True),
    sa.Column('letter', sa.JSON(), nullable=False),
    sa.Column('script', sa.JSON(), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('launched_by_id', sa.Integer(), nullable=True),
    sa.Column('launched_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_by_id', sa.Integer(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_why', sa.Text(), nullable=False),
    sa.CheckConstraint("anonymity in ('named', 'anonymous')", name=op.f('ck_campaign_known_anonymity')),
    sa.CheckConstraint("state <> 'running' or (opens_at is not null and closes_at is not null)", name=op.f('ck_campaign_period_if_it_runs')),
    sa.CheckConstraint("state in ('draft', 'running', 'closed', 'cancelled')", name=op.f('ck_campaign_known_state')),
    sa.CheckConstraint('closes_at is null or opens_at is null or closes_at > opens_at', name=op.f('ck_campaign_closes_after_it_opens')),
    sa.ForeignKeyConstraint(['ended_by_id'], ['person.id'], name=op.f('fk_campaign_ended_by_id')),
    sa.ForeignKeyConstraint(['follows_id'], ['campaign.id'], name=op.f('fk_campaign_follows_id')),
    sa.ForeignKeyConstraint(['launched_by_id'], ['person.id'], name=op.f('fk_campaign_launched_by_id')),
    sa.ForeignKeyConstraint(['made_by_id'], ['person.id'], name=op.f('fk_campaign_made_by_id')),
    sa.ForeignKeyConstraint(['questionnaire_version_id'], ['questionnaire_version.id'], name=op.f('fk_campaign_questionnaire_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign')),
    sa.UniqueConstraint('number', name=op.f('uq_campaign_number'))
    )
    with op.batch_alter_table('campaign', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_campaign_follows_id'), ['follows_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_campaign_questionnaire_version_id'), ['questionnaire_version_id'], unique=False)
        batch_op.create_index('ix_campaign_state', ['state', 'closes_at'], unique=False)

    op.create_table('survey_invitation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=True),
    sa.Column('language', sa.String(length=12), nullable=False),
    sa.Column('stratum', sa.String(length=80), nullable=False),
    sa.Column('weight', sa.Double(), nullable=False),
    sa.Column('draw_order', sa.Integer(), nullable=False),
    sa.Column('is_reserve', sa.Boolean(), nullable=False),
    sa.Column('replaces_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('skipped', sa.String(length=20), nullable=False),
    sa.Column('kept_why', sa.Text(), nullable=False),
    sa.Column('outcome', sa.String(length=20), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=True),
    sa.Column('link_no', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reminders', sa.Integer(), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('next_call_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('caller_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("(state = 'skipped') = (skipped <> '')", name=op.f('ck_survey_invitation_rule_if_skipped')),
    sa.CheckConstraint("state in ('drawn', 'skipped', 'invited', 'begun', 'answered', 'refused', 'withdrawn', 'ended')", name=op.f('ck_survey_invitation_known_state')),
    sa.ForeignKeyConstraint(['caller_id'], ['person.id'], name=op.f('fk_survey_invitation_caller_id')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_survey_invitation_campaign_id')),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_survey_invitation_contact_id')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_survey_invitation_customer_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_survey_invitation_project_id')),
    sa.ForeignKeyConstraint(['replaces_id'], ['survey_invitation.id'], name=op.f('fk_survey_invitation_replaces_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_survey_invitation')),
    sa.UniqueConstraint('campaign_id', 'contact_id', name=op.f('uq_survey_invitation_campaign_id_contact_id')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_survey_invitation_token_hash'))
    )
    with op.batch_alter_table('survey_invitation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_survey_invitation_caller_id'), ['caller_id'], unique=False)
        batch_op.create_index('ix_survey_invitation_contact', ['contact_id', 'sent_at'], unique=False)
        batch_op.create_index('ix_survey_invitation_customer', ['customer_id', 'sent_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_survey_invitation_next_call_at'), ['next_call_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_survey_invitation_project_id'), ['project_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_survey_invitation_replaces_id'), ['replaces_id'], unique=False)
        batch_op.create_index('ix_survey_invitation_state', ['campaign_id', 'state', 'id'], unique=False)

    op.create_table('survey_call',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('invitation_id', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seconds', sa.Integer(), nullable=True),
    sa.Column('outcome', sa.String(length=20), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('is_appointment', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_survey_call_by_id')),
    sa.ForeignKeyConstraint(['invitation_id'], ['survey_invitation.id'], name=op.f('fk_survey_call_invitation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_survey_call'))
    )
    with op.batch_alter_table('survey_call', schema=None) as batch_op:
        batch_op.create_index('ix_survey_call_by', ['by_id', 'at'], unique=False)
        batch_op.create_index('ix_survey_call_invitation', ['invitation_id', 'at'], unique=False)

    op.create_table('survey_opt_out',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=False),
    sa.Column('invitation_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('how', sa.String(length=10), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_survey_opt_out_by_id')),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_survey_opt_out_contact_id')),
    sa.ForeignKeyConstraint(['invitation_id'], ['survey_invitation.id'], name=op.f('fk_survey_opt_out_invitation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_survey_opt_out'))
    )
    with op.batch_alter_table('survey_opt_out', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_survey_opt_out_invitation_id'), ['invitation_id'], unique=False)
        batch_op.create_index('ix_survey_opt_out_live', ['contact_id'], unique=True, sqlite_where=sa.text('ended_at is null'), postgresql_where=sa.text('ended_at is null'))

    op.create_table('survey_participation',
    sa.Column('invitation_id', sa.Integer(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('mode', sa.String(length=10), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_survey_participation_campaign_id')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_survey_participation_customer_id')),
    sa.ForeignKeyConstraint(['invitation_id'], ['survey_invitation.id'], name=op.f('fk_survey_participation_invitation_id')),
    sa.PrimaryKeyConstraint('invitation_id', name=op.f('pk_survey_participation'))
    )
    with op.batch_alter_table('survey_participation', schema=None) as batch_op:
        batch_op.create_index('ix_survey_participation_campaign', ['campaign_id', 'on'], unique=False)
        batch_op.create_index(batch_op.f('ix_survey_participation_customer_id'), ['customer_id'], unique=False)

    op.create_table('survey_response',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('invitation_id', sa.Integer(), nullable=True),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('questionnaire_version_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('mode', sa.String(length=10), nullable=False),
    sa.Column('language', sa.String(length=12), nullable=False),
    sa.Column('section', sa.String(length=40), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sent_on', sa.Date(), nullable=True),
    sa.Column('customer_id', sa.Integer(), nullable=True),
    sa.Column('manager_id', sa.Integer(), nullable=True),
    sa.Column('tier', sa.String(length=20), nullable=False),
    sa.Column('card', sa.String(length=20), nullable=False),
    sa.Column('region', sa.String(length=40), nullable=False),
    sa.Column('stratum', sa.String(length=80), nullable=False),
    sa.Column('weight', sa.Double(), nullable=False),
    sa.Column('taken_by_id', sa.Integer(), nullable=True),
    sa.Column('wants_answer', sa.Boolean(), nullable=False),
    sa.CheckConstraint("mode in ('portal', 'link', 'phone')", name=op.f('ck_survey_response_known_mode')),
    sa.CheckConstraint("state = 'sent' or invitation_id is not null", name=op.f('ck_survey_response_of_somebody_until_sent')),
    sa.CheckConstraint("state in ('open', 'sent')", name=op.f('ck_survey_response_known_state')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_survey_response_campaign_id')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_survey_response_customer_id')),
    sa.ForeignKeyConstraint(['invitation_id'], ['survey_invitation.id'], name=op.f('fk_survey_response_invitation_id')),
    sa.ForeignKeyConstraint(['manager_id'], ['person.id'], name=op.f('fk_survey_response_manager_id')),
    sa.ForeignKeyConstraint(['questionnaire_version_id'], ['questionnaire_version.id'], name=op.f('fk_survey_response_questionnaire_version_id')),
    sa.ForeignKeyConstraint(['taken_by_id'], ['person.id'], name=op.f('fk_survey_response_taken_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_survey_response')),
    sa.UniqueConstraint('invitation_id', name=op.f('uq_survey_response_invitation_id'))
    )
    with op.batch_alter_table('survey_response', schema=None) as batch_op:
        batch_op.create_index('ix_survey_response_campaign', ['campaign_id', 'state'], unique=False)
        batch_op.create_index('ix_survey_response_customer', ['customer_id', 'campaign_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_survey_response_manager_id'), ['manager_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_survey_response_questionnaire_version_id'), ['questionnaire_version_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_survey_response_taken_by_id'), ['taken_by_id'], unique=False)

    op.create_table('survey_answer',
    sa.Column('response_id', sa.Integer(), nullable=False),
    sa.Column('question', sa.String(length=40), nullable=False),
    sa.Column('item', sa.String(length=40), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('questionnaire_version_id', sa.Integer(), nullable=False),
    sa.Column('choice', sa.String(length=40), nullable=True),
    sa.Column('number', sa.Double(), nullable=True),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('is_not_applicable', sa.Boolean(), nullable=False),
    sa.CheckConstraint('not is_not_applicable or (choice is null and number is null and text is null)', name=op.f('ck_survey_answer_nothing_if_not_applicable')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_survey_answer_campaign_id')),
    sa.ForeignKeyConstraint(['questionnaire_version_id'], ['questionnaire_version.id'], name=op.f('fk_survey_answer_questionnaire_version_id')),
    sa.ForeignKeyConstraint(['response_id'], ['survey_response.id'], name=op.f('fk_survey_answer_response_id')),
    sa.PrimaryKeyConstraint('response_id', 'question', 'item', name=op.f('pk_survey_answer'))
    )
    with op.batch_alter_table('survey_answer', schema=None) as batch_op:
        batch_op.create_index('ix_survey_answer_results', ['campaign_id', 'question', 'item', 'number', 'choice'], unique=False)
        batch_op.create_index('ix_survey_answer_version', ['questionnaire_version_id', 'question', 'item'], unique=False)


def downgrade():
    op.drop_table('survey_answer')
    op.drop_table('survey_response')
    op.drop_table('survey_participation')
    op.drop_table('survey_opt_out')
    op.drop_table('survey_call')
    op.drop_table('survey_invitation')
    op.drop_table('campaign')
    op.drop_table('questionnaire_version')
    op.drop_table('survey_bank_item')
    op.drop_table('questionnaire')

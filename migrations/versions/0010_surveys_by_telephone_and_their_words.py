"""Surveys by telephone and their words: a case in hand, issues, comments coded, hot issues, answers to who asked for one."""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('survey_issue',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=60), nullable=False),
    sa.Column('title_en', sa.String(length=80), nullable=False),
    sa.Column('cues', sa.JSON(), nullable=False),
    sa.Column('class_code', sa.String(length=60), nullable=True),
    sa.Column('department_id', sa.Integer(), nullable=True),
    sa.Column('made_by_id', sa.Integer(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['department_id'], ['department.id'], name=op.f('fk_survey_issue_department_id')),
    sa.ForeignKeyConstraint(['made_by_id'], ['person.id'], name=op.f('fk_survey_issue_made_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_survey_issue')),
    sa.UniqueConstraint('title', name=op.f('uq_survey_issue_title'))
    )
    with op.batch_alter_table('survey_issue', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_survey_issue_department_id'), ['department_id'], unique=False)

    op.create_table('survey_hot_issue',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('issue_id', sa.Integer(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('rules', sa.JSON(), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('begins', sa.Date(), nullable=False),
    sa.Column('ends', sa.Date(), nullable=False),
    sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('raised_by_id', sa.Integer(), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled_by_id', sa.Integer(), nullable=True),
    sa.Column('improvement_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.CheckConstraint("(settled_at is null) = (improvement_id is null and reason = '')", name=op.f('ck_survey_hot_issue_settled_by_something')),
    sa.CheckConstraint('ends >= begins', name=op.f('ck_survey_hot_issue_ends_after_it_begins')),
    sa.ForeignKeyConstraint(['improvement_id'], ['improvement.id'], name=op.f('fk_survey_hot_issue_improvement_id')),
    sa.ForeignKeyConstraint(['issue_id'], ['survey_issue.id'], name=op.f('fk_survey_hot_issue_issue_id')),
    sa.ForeignKeyConstraint(['raised_by_id'], ['person.id'], name=op.f('fk_survey_hot_issue_raised_by_id')),
    sa.ForeignKeyConstraint(['settled_by_id'], ['person.id'], name=op.f('fk_survey_hot_issue_settled_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_survey_hot_issue')),
    sa.UniqueConstraint('issue_id', 'month', name=op.f('uq_survey_hot_issue_issue_id_month'))
    )
    with op.batch_alter_table('survey_hot_issue', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_survey_hot_issue_improvement_id'), ['improvement_id'], unique=False)

    op.create_table('survey_comment',
    sa.Column('response_id', sa.Integer(), nullable=False),
    sa.Column('question', sa.String(length=40), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('coded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_survey_comment_by_id')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_survey_comment_campaign_id')),
    sa.ForeignKeyConstraint(['response_id'], ['survey_response.id'], name=op.f('fk_survey_comment_response_id')),
    sa.PrimaryKeyConstraint('response_id', 'question', name=op.f('pk_survey_comment'))
    )
    with op.batch_alter_table('survey_comment', schema=None) as batch_op:
        batch_op.create_index('ix_survey_comment_campaign', ['campaign_id', 'coded_at'], unique=False)

    op.create_table('survey_mention',
    sa.Column('response_id', sa.Integer(), nullable=False),
    sa.Column('question', sa.String(length=40), nullable=False),
    sa.Column('issue_id', sa.Integer(), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=True),
    sa.Column('raised_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_survey_mention_customer_id')),
    sa.ForeignKeyConstraint(['issue_id'], ['survey_issue.id'], name=op.f('fk_survey_mention_issue_id')),
    sa.ForeignKeyConstraint(['response_id'], ['survey_response.id'], name=op.f('fk_survey_mention_response_id')),
    sa.PrimaryKeyConstraint('response_id', 'question', 'issue_id', name=op.f('pk_survey_mention'))
    )
    with op.batch_alter_table('survey_mention', schema=None) as batch_op:
        batch_op.create_index('ix_survey_mention_customer', ['customer_id', 'issue_id'], unique=False)
        batch_op.create_index('ix_survey_mention_issue', ['issue_id', 'raised_on', 'customer_id'], unique=False)

    op.create_table('survey_reply',
    sa.Column('response_id', sa.Integer(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_survey_reply_by_id')),
    sa.ForeignKeyConstraint(['response_id'], ['survey_response.id'], name=op.f('fk_survey_reply_response_id')),
    sa.PrimaryKeyConstraint('response_id', name=op.f('pk_survey_reply'))
    )
    with op.batch_alter_table('survey_invitation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('call_agreed', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('held_at', sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table('survey_invitation', schema=None) as batch_op:
        batch_op.alter_column('call_agreed', existing_type=sa.Boolean(), server_default=None)


def downgrade():
    with op.batch_alter_table('survey_invitation', schema=None) as batch_op:
        batch_op.drop_column('held_at')
        batch_op.drop_column('call_agreed')
    op.drop_table('survey_reply')
    op.drop_table('survey_mention')
    op.drop_table('survey_comment')
    op.drop_table('survey_hot_issue')
    op.drop_table('survey_issue')

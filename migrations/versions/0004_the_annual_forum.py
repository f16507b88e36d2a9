"""The annual customer forum: events, programme, invitations, registrations, check-ins, topics, minutes."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('forum_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('title_en', sa.String(length=160), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('summary_en', sa.Text(), nullable=False),
    sa.Column('place', sa.String(length=120), nullable=False),
    sa.Column('place_en', sa.String(length=160), nullable=False),
    sa.Column('address', sa.String(length=200), nullable=False),
    sa.Column('address_en', sa.String(length=240), nullable=False),
    sa.Column('map_url', sa.String(length=400), nullable=False),
    sa.Column('travel', sa.Text(), nullable=False),
    sa.Column('travel_en', sa.Text(), nullable=False),
    sa.Column('contact', sa.String(length=200), nullable=False),
    sa.Column('begins_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opens_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closes_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('change_until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('capacity', sa.Integer(), nullable=False),
    sa.Column('taken', sa.Integer(), nullable=False),
    sa.Column('seats', sa.JSON(), nullable=False),
    sa.Column('offer_hours', sa.Integer(), nullable=False),
    sa.Column('needs_approval', sa.Boolean(), nullable=False),
    sa.Column('may_pass', sa.Boolean(), nullable=False),
    sa.Column('companions_max', sa.Integer(), nullable=False),
    sa.Column('companions_take_seats', sa.Boolean(), nullable=False),
    sa.Column('is_public', sa.Boolean(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('last_queue', sa.Integer(), nullable=False),
    sa.Column('last_attendee', sa.Integer(), nullable=False),
    sa.Column('copied_from_id', sa.Integer(), nullable=True),
    sa.Column('made_by_id', sa.Integer(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('called_off_why', sa.Text(), nullable=False),
    sa.CheckConstraint('closes_at > opens_at', name=op.f('ck_forum_event_registration_closes_after_it_opens')),
    sa.CheckConstraint('ends_at > begins_at', name=op.f('ck_forum_event_ends_after_it_begins')),
    sa.CheckConstraint('taken >= 0 and taken <= capacity', name=op.f('ck_forum_event_seats')),
    sa.ForeignKeyConstraint(['copied_from_id'], ['forum_event.id'], name=op.f('fk_forum_event_copied_from_id')),
    sa.ForeignKeyConstraint(['made_by_id'], ['person.id'], name=op.f('fk_forum_event_made_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_forum_event')),
    sa.UniqueConstraint('number', name=op.f('uq_forum_event_number'))
    )
    with op.batch_alter_table('forum_event', schema=None) as batch_op:
        batch_op.create_index('ix_forum_event_state', ['state', 'begins_at'], unique=False)

    op.create_table('forum_allotment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('seats', sa.Integer(), nullable=False),
    sa.Column('why', sa.String(length=300), nullable=False),
    sa.CheckConstraint('seats >= 0', name=op.f('ck_forum_allotment_seats')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_forum_allotment_customer_id')),
    sa.ForeignKeyConstraint(['event_id'], ['forum_event.id'], name=op.f('fk_forum_allotment_event_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_forum_allotment')),
    sa.UniqueConstraint('event_id', 'customer_id', name=op.f('uq_forum_allotment_event_id_customer_id'))
    )
    with op.batch_alter_table('forum_allotment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_forum_allotment_customer_id'), ['customer_id'], unique=False)

    op.create_table('forum_hotel',
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('address', sa.String(length=200), nullable=False),
    sa.Column('rooms', sa.Integer(), nullable=False),
    sa.Column('night_from', sa.Date(), nullable=False),
    sa.Column('night_to', sa.Date(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('name_en', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['forum_event.id'], name=op.f('fk_forum_hotel_event_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_forum_hotel'))
    )
    with op.batch_alter_table('forum_hotel', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_forum_hotel_event_id'), ['event_id'], unique=False)

    op.create_table('forum_invitation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('name_en', sa.String(length=80), nullable=False),
    sa.Column('title', sa.String(length=60), nullable=False),
    sa.Column('email', sa.String(length=120), nullable=False),
    sa.Column('phone', sa.String(length=40), nullable=False),
    sa.Column('language', sa.String(length=12), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=True),
    sa.Column('made_by_id', sa.Integer(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reminders', sa.Integer(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('answered_how', sa.String(length=12), nullable=False),
    sa.Column('said', sa.String(length=500), nullable=False),
    sa.Column('decides_on', sa.Date(), nullable=True),
    sa.Column('substitute_of_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['answered_by_id'], ['person.id'], name=op.f('fk_forum_invitation_answered_by_id')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_forum_invitation_customer_id')),
    sa.ForeignKeyConstraint(['event_id'], ['forum_event.id'], name=op.f('fk_forum_invitation_event_id')),
    sa.ForeignKeyConstraint(['made_by_id'], ['person.id'], name=op.f('fk_forum_invitation_made_by_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_forum_invitation_person_id')),
    sa.ForeignKeyConstraint(['substitute_of_id'], ['forum_invitation.id'], name=op.f('fk_forum_invitation_substitute_of_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_forum_invitation')),
    sa.UniqueConstraint('event_id', 'customer_id', 'name', 'email', name=op.f('uq_forum_invitation_event_id_customer_id_name_email')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_forum_invitation_token_hash'))
    )
    with op.batch_alter_table('forum_invitation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_forum_invitation_customer_id'), ['customer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_forum_invitation_person_id'), ['person_id'], unique=False)
        batch_op.create_index('ix_forum_invitation_state', ['event_id', 'state', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_forum_invitation_substitute_of_id'), ['substitute_of_id'], unique=False)

    op.create_table('forum_minutes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_forum_minutes_by_id')),
    sa.ForeignKeyConstraint(['event_id'], ['forum_event.id'], name=op.f('fk_forum_minutes_event_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_forum_minutes')),
    sa.UniqueConstraint('event_id', name=op.f('uq_forum_minutes_event_id'))
    )
    op.create_table('forum_registration',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=True),
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('queue_no', sa.Integer(), nullable=False),
    sa.Column('all_or_none', sa.Boolean(), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('approved_by_id', sa.Integer(), nullable=True),
    sa.Column('why', sa.String(length=500), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('split_from_id', sa.Integer(), nullable=True),
    sa.Column('is_on_site', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['approved_by_id'], ['person.id'], name=op.f('fk_forum_registration_approved_by_id')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['person.id'], name=op.f('fk_forum_registration_asked_by_id')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_forum_registration_customer_id')),
    sa.ForeignKeyConstraint(['event_id'], ['forum_event.id'], name=op.f('fk_forum_registration_event_id')),
    sa.ForeignKeyConstraint(['split_from_id'], ['forum_registration.id'], name=op.f('fk_forum_registration_split_from_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_forum_registration')),
    sa.UniqueConstraint('number', name=op.f('uq_forum_registration_number'))
    )
    with op.batch_alter_table('forum_registration', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_forum_registration_asked_by_id'), ['asked_by_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_forum_registration_customer_id'), ['customer_id'], unique=False)
        batch_op.create_index('ix_forum_registration_queue', ['event_id', 'state', 'queue_no'], unique=False)

    op.create_table('forum_room',
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('capacity', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('name_en', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['forum_event.id'], name=op.f('fk_forum_room_event_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_forum_room'))
    )
    with op.batch_alter_table('forum_room', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_forum_room_event_id'), ['event_id'], unique=False)

    op.create_table('forum_speaker',
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('title_en', sa.String(length=160), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('name_en', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['forum_event.id'], name=op.f('fk_forum_speaker_event_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_forum_speaker'))
    )
    with op.batch_alter_table('forum_speaker', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_forum_speaker_event_id'), ['event_id'], unique=False)

    op.create_table('forum_track',
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('name_en', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['forum_event.id'], name=op.f('fk_forum_track_event_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_forum_track'))
    )
    with op.batch_alter_table('forum_track', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_forum_track_event_id'), ['event_id'], unique=False)

    op.create_table('forum_attendee',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('registration_id', sa.Integer(), nullable=False),
    sa.Column('invitation_id', sa.Integer(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('name_en', sa.String(length=80), nullable=False),
    sa.Column('title', sa.String(length=60), nullable=False),
    sa.Column('organisation', sa.String(length=120), nullable=False),
    sa.Column('email', sa.String(length=120), nullable=False),
    sa.Column('phone', sa.String(length=40), nullable=False),
    sa.Column('language', sa.String(length=12), nullable=False),
    sa.Column('badge_name', sa.String(length=60), nullable=False),
    sa.Column('companions', sa.JSON(), nullable=False),
    sa.Column('diet', sa.String(length=40), nullable=False),
    sa.Column('diet_words', sa.String(length=800), nullable=True),
    sa.Column('access', sa.String(length=1600), nullable=True),
    sa.Column('transport', sa.String(length=40), nullable=False),
    sa.Column('travel', sa.String(length=200), nullable=False),
    sa.Column('hotel_id', sa.Integer(), nullable=True),
    sa.Column('night_from', sa.Date(), nullable=True),
    sa.Column('night_to', sa.Date(), nullable=True),
    sa.Column('allows_photos', sa.Boolean(), nullable=False),
    sa.Column('allows_list', sa.Boolean(), nullable=False),
    sa.Column('consented_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('replaced_id', sa.Integer(), nullable=True),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('night_to is null or night_to > night_from', name=op.f('ck_forum_attendee_nights')),
    sa.ForeignKeyConstraint(['event_id'], ['forum_event.id'], name=op.f('fk_forum_attendee_event_id')),
    sa.ForeignKeyConstraint(['hotel_id'], ['forum_hotel.id'], name=op.f('fk_forum_attendee_hotel_id')),
    sa.ForeignKeyConstraint(['invitation_id'], ['forum_invitation.id'], name=op.f('fk_forum_attendee_invitation_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_forum_attendee_person_id')),
    sa.ForeignKeyConstraint(['registration_id'], ['forum_registration.id'], name=op.f('fk_forum_attendee_registration_id')),
    sa.ForeignKeyConstraint(['replaced_id'], ['forum_attendee.id'], name=op.f('fk_forum_attendee_replaced_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_forum_attendee')),
    sa.UniqueConstraint('event_id', 'number', name=op.f('uq_forum_attendee_event_id_number')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_forum_attendee_token_hash'))
    )
    with op.batch_alter_table('forum_attendee', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_forum_attendee_hotel_id'), ['hotel_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_forum_attendee_invitation_id'), ['invitation_id'], unique=False)
        batch_op.create_index('ix_forum_attendee_name', ['event_id', 'name'], unique=False)
        batch_op.create_index(batch_op.f('ix_forum_attendee_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_forum_attendee_registration_id'), ['registration_id'], unique=False)

    op.create_table('forum_offer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('registration_id', sa.Integer(), nullable=False),
    sa.Column('seats', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outcome', sa.String(length=10), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['registration_id'], ['forum_registration.id'], name=op.f('fk_forum_offer_registration_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_forum_offer'))
    )
    with op.batch_alter_table('forum_offer', schema=None) as batch_op:
        batch_op.create_index('ix_forum_offer_open', ['outcome', 'until_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_forum_offer_registration_id'), ['registration_id'], unique=False)

    op.create_table('forum_session',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('track_id', sa.Integer(), nullable=True),
    sa.Column('room_id', sa.Integer(), nullable=True),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('title_en', sa.String(length=160), nullable=False),
    sa.Column('about', sa.Text(), nullable=False),
    sa.Column('about_en', sa.Text(), nullable=False),
    sa.Column('begins_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('capacity', sa.Integer(), nullable=True),
    sa.Column('taken', sa.Integer(), nullable=False),
    sa.CheckConstraint('ends_at > begins_at', name=op.f('ck_forum_session_ends_after_it_begins')),
    sa.CheckConstraint('taken >= 0 and (capacity is null or taken <= capacity)', name=op.f('ck_forum_session_seats')),
    sa.ForeignKeyConstraint(['event_id'], ['forum_event.id'], name=op.f('fk_forum_session_event_id')),
    sa.ForeignKeyConstraint(['room_id'], ['forum_room.id'], name=op.f('fk_forum_session_room_id')),
    sa.ForeignKeyConstraint(['track_id'], ['forum_track.id'], name=op.f('fk_forum_session_track_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_forum_session'))
    )
    with op.batch_alter_table('forum_session', schema=None) as batch_op:
        batch_op.create_index('ix_forum_session_event', ['event_id', 'begins_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_forum_session_room_id'), ['room_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_forum_session_track_id'), ['track_id'], unique=False)

    op.create_table('forum_check_in',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('attendee_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('arrived_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('desk', sa.String(length=40), nullable=False),
    sa.Column('how', sa.String(length=10), nullable=False),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['attendee_id'], ['forum_attendee.id'], name=op.f('fk_forum_check_in_attendee_id')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_forum_check_in_by_id')),
    sa.ForeignKeyConstraint(['event_id'], ['forum_event.id'], name=op.f('fk_forum_check_in_event_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_forum_check_in')),
    sa.UniqueConstraint('attendee_id', name=op.f('uq_forum_check_in_attendee_id')),
    sa.UniqueConstraint('key', name=op.f('uq_forum_check_in_key'))
    )
    with op.batch_alter_table('forum_check_in', schema=None) as batch_op:
        batch_op.create_index('ix_forum_check_in_event', ['event_id', 'at'], unique=False)

    op.create_table('forum_choice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('attendee_id', sa.Integer(), nullable=False),
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('holds', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['attendee_id'], ['forum_attendee.id'], name=op.f('fk_forum_choice_attendee_id')),
    sa.ForeignKeyConstraint(['session_id'], ['forum_session.id'], name=op.f('fk_forum_choice_session_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_forum_choice')),
    sa.UniqueConstraint('attendee_id', 'session_id', name=op.f('uq_forum_choice_attendee_id_session_id'))
    )
    with op.batch_alter_table('forum_choice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_forum_choice_session_id'), ['session_id'], unique=False)

    op.create_table('forum_speaks',
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('speaker_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['session_id'], ['forum_session.id'], name=op.f('fk_forum_speaks_session_id')),
    sa.ForeignKeyConstraint(['speaker_id'], ['forum_speaker.id'], name=op.f('fk_forum_speaks_speaker_id')),
    sa.PrimaryKeyConstraint('session_id', 'speaker_id', name=op.f('pk_forum_speaks'))
    )
    with op.batch_alter_table('forum_speaks', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_forum_speaks_speaker_id'), ['speaker_id'], unique=False)

    op.create_table('forum_topic',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(length=10), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=True),
    sa.Column('attendee_id', sa.Integer(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('department_id', sa.Integer(), nullable=True),
    sa.Column('ticket_id', sa.Integer(), nullable=True),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('is_shared', sa.Boolean(), nullable=False),
    sa.CheckConstraint("(answered_at is null) = (answer = '')", name=op.f('ck_forum_topic_answer_with_its_moment')),
    sa.ForeignKeyConstraint(['answered_by_id'], ['person.id'], name=op.f('fk_forum_topic_answered_by_id')),
    sa.ForeignKeyConstraint(['attendee_id'], ['forum_attendee.id'], name=op.f('fk_forum_topic_attendee_id')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_forum_topic_customer_id')),
    sa.ForeignKeyConstraint(['department_id'], ['department.id'], name=op.f('fk_forum_topic_department_id')),
    sa.ForeignKeyConstraint(['event_id'], ['forum_event.id'], name=op.f('fk_forum_topic_event_id')),
    sa.ForeignKeyConstraint(['owner_id'], ['person.id'], name=op.f('fk_forum_topic_owner_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_forum_topic_person_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_forum_topic_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_forum_topic'))
    )
    with op.batch_alter_table('forum_topic', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_forum_topic_attendee_id'), ['attendee_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_forum_topic_customer_id'), ['customer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_forum_topic_department_id'), ['department_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_forum_topic_owner_id'), ['owner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_forum_topic_person_id'), ['person_id'], unique=False)
        batch_op.create_index('ix_forum_topic_state', ['event_id', 'state', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_forum_topic_ticket_id'), ['ticket_id'], unique=False)

    with op.batch_alter_table('attachment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('event_id', sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f('ix_attachment_event_id'), ['event_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_attachment_event_id'), 'forum_event', ['event_id'], ['id'])



def downgrade():
    with op.batch_alter_table('attachment', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_attachment_event_id'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_attachment_event_id'))
        batch_op.drop_column('event_id')

    with op.batch_alter_table('forum_topic', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_forum_topic_ticket_id'))
        batch_op.drop_index('ix_forum_topic_state')
        batch_op.drop_index(batch_op.f('ix_forum_topic_person_id'))
        batch_op.drop_index(batch_op.f('ix_forum_topic_owner_id'))
        batch_op.drop_index(batch_op.f('ix_forum_topic_department_id'))
        batch_op.drop_index(batch_op.f('ix_forum_topic_customer_id'))
        batch_op.drop_index(batch_op.f('ix_forum_topic_attendee_id'))

    op.drop_table('forum_topic')
    with op.batch_alter_table('forum_speaks', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_forum_speaks_speaker_id'))

    op.drop_table('forum_speaks')
    with op.batch_alter_table('forum_choice', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_forum_choice_session_id'))

    op.drop_table('forum_choice')
    with op.batch_alter_table('forum_check_in', schema=None) as batch_op:
        batch_op.drop_index('ix_forum_check_in_event')

    op.drop_table('forum_check_in')
    with op.batch_alter_table('forum_session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_forum_session_track_id'))
        batch_op.drop_index(batch_op.f('ix_forum_session_room_id'))
        batch_op.drop_index('ix_forum_session_event')

    op.drop_table('forum_session')
    with op.batch_alter_table('forum_offer', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_forum_offer_registration_id'))
        batch_op.drop_index('ix_forum_offer_open')

    op.drop_table('forum_offer')
    with op.batch_alter_table('forum_attendee', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_forum_attendee_registration_id'))
        batch_op.drop_index(batch_op.f('ix_forum_attendee_person_id'))
        batch_op.drop_index('ix_forum_attendee_name')
        batch_op.drop_index(batch_op.f('ix_forum_attendee_invitation_id'))
        batch_op.drop_index(batch_op.f('ix_forum_attendee_hotel_id'))

    op.drop_table('forum_attendee')
    with op.batch_alter_table('forum_track', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_forum_track_event_id'))

    op.drop_table('forum_track')
    with op.batch_alter_table('forum_speaker', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_forum_speaker_event_id'))

    op.drop_table('forum_speaker')
    with op.batch_alter_table('forum_room', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_forum_room_event_id'))

    op.drop_table('forum_room')
    with op.batch_alter_table('forum_registration', schema=None) as batch_op:
        batch_op.drop_index('ix_forum_registration_queue')
        batch_op.drop_index(batch_op.f('ix_forum_registration_customer_id'))
        batch_op.drop_index(batch_op.f('ix_forum_registration_asked_by_id'))

    op.drop_table('forum_registration')
    op.drop_table('forum_minutes')
    with op.batch_alter_table('forum_invitation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_forum_invitation_substitute_of_id'))
        batch_op.drop_index('ix_forum_invitation_state')
        batch_op.drop_index(batch_op.f('ix_forum_invitation_person_id'))
        batch_op.drop_index(batch_op.f('ix_forum_invitation_customer_id'))

    op.drop_table('forum_invitation')
    with op.batch_alter_table('forum_hotel', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_forum_hotel_event_id'))

    op.drop_table('forum_hotel')
    with op.batch_alter_table('forum_allotment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_forum_allotment_customer_id'))

    op.drop_table('forum_allotment')
    with op.batch_alter_table('forum_event', schema=None) as batch_op:
        batch_op.drop_index('ix_forum_event_state')

    op.drop_table('forum_event')

"""Keep what members are told of the forum: notices, categories they follow, the weekly letter, and their feed.

Revision 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

from hub.tables import UtcDateTime

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "forum_notice",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("thread_id", sa.String(length=16), nullable=False),
        sa.Column("post_id", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("seen_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_forum_notice_person_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["post_id"], ["forum_post.id"], name="fk_forum_notice_post_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["forum_thread.id"], name="fk_forum_notice_thread_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_forum_notice"),
    )
    op.create_index("ix_forum_notice_at", "forum_notice", ["at"])
    op.create_index("ix_forum_notice_person_id_id", "forum_notice", ["person_id", "id"])
    op.create_index("ix_forum_notice_post_id", "forum_notice", ["post_id"])
    op.create_index("ix_forum_notice_thread_id", "forum_notice", ["thread_id"])
    op.create_table(
        "forum_category_follow",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_forum_category_follow_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "category", name="pk_forum_category_follow"),
    )
    op.create_table(
        "forum_mailing",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("told_until", UtcDateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("paused_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("asked_address", sa.String(length=254), nullable=False),
        sa.Column("asked_hash", sa.String(length=64), nullable=True),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("asks", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_forum_mailing_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", name="pk_forum_mailing"),
        sa.UniqueConstraint("asked_hash", name="uq_forum_mailing_asked_hash"),
    )
    op.create_index("ix_forum_mailing_asked_at", "forum_mailing", ["asked_at"])
    op.create_table(
        "forum_letter",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("week", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("tried_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("retry_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("end_hash", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_forum_letter_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "week", name="pk_forum_letter"),
        sa.UniqueConstraint("end_hash", name="uq_forum_letter_end_hash"),
    )
    op.create_index("ix_forum_letter_tried_at", "forum_letter", ["tried_at"])
    op.create_table(
        "forum_feed",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_forum_feed_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", name="pk_forum_feed"),
        sa.UniqueConstraint("key_hash", name="uq_forum_feed_key_hash"),
    )

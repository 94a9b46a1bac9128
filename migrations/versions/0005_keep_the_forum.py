"""Keep the forum: threads with tags and cards, posts with what they read before, and what members say of them.

Revision 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op

from hub.tables import UtcDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "forum_thread",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("question", sa.Boolean(), nullable=False),
        sa.Column("waiting", sa.Boolean(), nullable=False),
        sa.Column("seed", sa.String(length=40), nullable=True),
        sa.Column("author", sa.String(length=32), nullable=True),
        sa.Column("author_name", sa.String(length=160), nullable=False),
        sa.Column("last_name", sa.String(length=160), nullable=False),
        sa.Column("last_author", sa.String(length=32), nullable=True),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("activity_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("accepted", sa.String(length=16), nullable=False),
        sa.Column("accepted_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("hidden_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("removed_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["author"], ["person.id"], name="fk_forum_thread_author", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["last_author"], ["person.id"], name="fk_forum_thread_last_author", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_forum_thread"),
        sa.UniqueConstraint("seed", name="uq_forum_thread_seed"),
    )
    op.create_index("ix_forum_thread_about", "forum_thread", ["about"])
    op.create_index("ix_forum_thread_pinned_activity_at_id", "forum_thread", ["pinned", "activity_at", "id"])
    op.create_index("ix_forum_thread_author", "forum_thread", ["author"])
    op.create_index("ix_forum_thread_category_activity_at_id", "forum_thread", ["category", "activity_at", "id"])
    op.create_index("ix_forum_thread_pinned_created_at_id", "forum_thread", ["pinned", "created_at", "id"])
    op.create_index("ix_forum_thread_hidden_at", "forum_thread", ["hidden_at"])
    op.create_index("ix_forum_thread_last_author", "forum_thread", ["last_author"])
    op.create_index("ix_forum_thread_removed_at", "forum_thread", ["removed_at"])
    op.create_index("ix_forum_thread_waiting_activity_at_id", "forum_thread", ["waiting", "activity_at", "id"])
    op.create_table(
        "forum_card",
        sa.Column("thread_id", sa.String(length=16), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=2), nullable=False),
        sa.Column("video_system", sa.String(length=120), nullable=False),
        sa.Column("record_system", sa.String(length=120), nullable=False),
        sa.Column("contact", sa.String(length=200), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["thread_id"], ["forum_thread.id"], name="fk_forum_card_thread_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("thread_id", name="pk_forum_card"),
    )
    op.create_index("ix_forum_card_level_year", "forum_card", ["level", "year"])
    op.create_index("ix_forum_card_region", "forum_card", ["region"])
    op.create_table(
        "forum_follow",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("thread_id", sa.String(length=16), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_forum_follow_person_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["forum_thread.id"], name="fk_forum_follow_thread_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "thread_id", name="pk_forum_follow"),
    )
    op.create_index("ix_forum_follow_thread_id", "forum_follow", ["thread_id"])
    op.create_table(
        "forum_post",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("thread_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=32), nullable=True),
        sa.Column("author_name", sa.String(length=160), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("hidden_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("removed_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["author"], ["person.id"], name="fk_forum_post_author", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["thread_id"], ["forum_thread.id"], name="fk_forum_post_thread_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_forum_post"),
        sa.UniqueConstraint("thread_id", "number", name="uq_forum_post_thread_id_number"),
    )
    op.create_index("ix_forum_post_author", "forum_post", ["author"])
    op.create_index("ix_forum_post_hidden_at", "forum_post", ["hidden_at"])
    op.create_index("ix_forum_post_removed_at", "forum_post", ["removed_at"])
    op.create_table(
        "forum_read",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("thread_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_forum_read_person_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["thread_id"], ["forum_thread.id"], name="fk_forum_read_thread_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "thread_id", name="pk_forum_read"),
    )
    op.create_index("ix_forum_read_thread_id", "forum_read", ["thread_id"])
    op.create_table(
        "forum_tag",
        sa.Column("thread_id", sa.String(length=16), nullable=False),
        sa.Column("tag", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["thread_id"], ["forum_thread.id"], name="fk_forum_tag_thread_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("thread_id", "tag", name="pk_forum_tag"),
    )
    op.create_index("ix_forum_tag_tag_thread_id", "forum_tag", ["tag", "thread_id"])
    op.create_table(
        "forum_reaction",
        sa.Column("post_id", sa.String(length=16), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_forum_reaction_person_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["post_id"], ["forum_post.id"], name="fk_forum_reaction_post_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", "person_id", "kind", name="pk_forum_reaction"),
    )
    op.create_index("ix_forum_reaction_person_id", "forum_reaction", ["person_id"])
    op.create_table(
        "forum_report",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("post_id", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("settled_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name="fk_forum_report_by", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["post_id"], ["forum_post.id"], name="fk_forum_report_post_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["settled_by"], ["person.id"], name="fk_forum_report_settled_by", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_forum_report"),
    )
    op.create_index("ix_forum_report_at", "forum_report", ["at"])
    op.create_index("ix_forum_report_by", "forum_report", ["by"])
    op.create_index("ix_forum_report_post_id", "forum_report", ["post_id"])
    op.create_index("ix_forum_report_settled_at", "forum_report", ["settled_at"])
    op.create_index("ix_forum_report_settled_by", "forum_report", ["settled_by"])
    op.create_table(
        "forum_revision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("post_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("card", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("by", sa.String(length=32), nullable=True),
        sa.Column("by_name", sa.String(length=160), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name="fk_forum_revision_by", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["post_id"], ["forum_post.id"], name="fk_forum_revision_post_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_forum_revision"),
    )
    op.create_index("ix_forum_revision_by", "forum_revision", ["by"])
    op.create_index("ix_forum_revision_post_id_id", "forum_revision", ["post_id", "id"])
    # ### end Alembic commands ###

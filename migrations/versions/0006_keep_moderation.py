"""Keep what moderators of the forum have done, and who may not write for a time.

Revision 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

from hub.tables import UtcDateTime

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "forum_measure",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=True),
        sa.Column("by_name", sa.String(length=160), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("thread_id", sa.String(length=16), nullable=False),
        sa.Column("post_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name="fk_forum_measure_by", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_forum_measure_person_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_forum_measure"),
    )
    for column in ("at", "by", "person_id", "post_id", "thread_id"):
        op.create_index(f"ix_forum_measure_{column}", "forum_measure", [column])
    op.create_table(
        "forum_suspension",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=True),
        sa.Column("by_name", sa.String(length=160), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("begins_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("until", UtcDateTime(timezone=True), nullable=True),
        sa.Column("lifted_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name="fk_forum_suspension_by", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["lifted_by"], ["person.id"], name="fk_forum_suspension_lifted_by", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_forum_suspension_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_forum_suspension"),
    )
    for column in ("by", "lifted_at", "lifted_by", "person_id", "until"):
        op.create_index(f"ix_forum_suspension_{column}", "forum_suspension", [column])

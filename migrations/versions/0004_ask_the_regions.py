"""Ask the regions in rounds: their parts, colleagues' answers, what is settled on, and the history.

Revision 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

from hub.tables import UtcDateTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "survey_round",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("questionnaire", sa.Integer(), nullable=False),
        sa.Column("title_sv", sa.String(length=80), nullable=False),
        sa.Column("title_en", sa.String(length=80), nullable=False),
        sa.Column("opens_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("closes_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("frozen_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("snapshot", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_survey_round"),
    )
    op.create_table(
        "survey_part",
        sa.Column("round_id", sa.String(length=16), nullable=False),
        sa.Column("region", sa.String(length=2), nullable=False),
        sa.Column("visibility", sa.String(length=10), nullable=False),
        sa.Column("answer_hash", sa.String(length=64), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("needs", sa.JSON(), nullable=False),
        sa.Column("submitted_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("widest", sa.String(length=10), nullable=False),
        sa.Column("at_close", sa.String(length=10), nullable=False),
        sa.Column("may_be_asked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["survey_round.id"], name="fk_survey_part_round_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("round_id", "region", name="pk_survey_part"),
    )
    op.create_table(
        "survey_answer",
        sa.Column("round_id", sa.String(length=16), nullable=False),
        sa.Column("region", sa.String(length=2), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("statement", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("choice", sa.String(length=16), nullable=False),
        sa.Column("evidence", sa.String(length=500), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["survey_round.id"], name="fk_survey_answer_round_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("round_id", "region", "owner", "statement", name="pk_survey_answer"),
    )
    op.create_index("ix_survey_answer_saved_at", "survey_answer", ["saved_at"])
    op.create_index("ix_survey_answer_owner", "survey_answer", ["owner"])
    op.create_table(
        "survey_settled",
        sa.Column("round_id", sa.String(length=16), nullable=False),
        sa.Column("region", sa.String(length=2), nullable=False),
        sa.Column("statement", sa.String(length=60), nullable=False),
        sa.Column("choice", sa.String(length=16), nullable=False),
        sa.Column("evidence", sa.String(length=500), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=True),
        sa.Column("by_name", sa.String(length=160), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name="fk_survey_settled_by", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["round_id"], ["survey_round.id"], name="fk_survey_settled_round_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("round_id", "region", "statement", name="pk_survey_settled"),
    )
    op.create_index("ix_survey_settled_by", "survey_settled", ["by"])
    op.create_table(
        "survey_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), autoincrement=True, nullable=False),
        sa.Column("round_id", sa.String(length=16), nullable=False),
        sa.Column("region", sa.String(length=2), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=True),
        sa.Column("by_name", sa.String(length=160), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("statement", sa.String(length=60), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name="fk_survey_event_by", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["round_id"], ["survey_round.id"], name="fk_survey_event_round_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_survey_event"),
    )
    op.create_index("ix_survey_event_by", "survey_event", ["by"])
    op.create_index("ix_survey_event_round_id_region_id", "survey_event", ["round_id", "region", "id"])

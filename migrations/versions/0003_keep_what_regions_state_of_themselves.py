"""Keep what regions state of themselves beside our reading.

Revision 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

from hub.tables import UtcDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "correction",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("region", sa.String(length=2), nullable=False),
        sa.Column("trace", sa.String(length=60), nullable=False),
        sa.Column("platform", sa.String(length=200), nullable=False),
        sa.Column("routes", sa.String(length=120), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=32), nullable=True),
        sa.Column("author_name", sa.String(length=160), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["author"], ["person.id"], name="fk_correction_author", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["withdrawn_by"], ["person.id"], name="fk_correction_withdrawn_by", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_correction"),
    )
    op.create_index("ix_correction_region", "correction", ["region"])
    op.create_index("ix_correction_author", "correction", ["author"])
    op.create_index("ix_correction_withdrawn_by", "correction", ["withdrawn_by"])

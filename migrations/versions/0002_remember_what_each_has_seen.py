"""Remember how far each person has seen into the history of each plan.

Revision 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "plan_seen",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("plan_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_plan_seen_person_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name="fk_plan_seen_plan_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "plan_id", name="pk_plan_seen"),
    )
    op.create_index("ix_plan_seen_plan_id", "plan_seen", ["plan_id"])

"""Keep by what a suspension is known when the account it was given to has been deleted.

Revision 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op

from hub.tables import UtcDateTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "forum_fingerprint",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("until", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_forum_fingerprint"),
    )
    op.create_index("ix_forum_fingerprint_until", "forum_fingerprint", ["until"])

"""Let a notice concern the forum as a whole, such as that somebody may write again.

Revision 0012, after 0010.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("forum_notice") as batch:
        for name in ("thread_id", "post_id"):
            batch.alter_column(name, existing_type=sa.String(length=16), nullable=True)
